internal import Glibc

/// A password's bytes, wiped when the last reference goes; no text form, dump or mirror shows
/// them. Written only before the first reference is handed out, hence safe to share.
public final class Password: @unchecked Sendable {
  /// The longest that is taken, in bytes.
  public static let maximumBytes = 1_024

  let buffer: UnsafeMutableRawBufferPointer

  /// Nil for more than `maximumBytes`. The caller's copy stays the caller's to wipe.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.maximumBytes else { return nil }
    // One byte more, so that an empty password has an address too.
    buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 1)
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    buffer.copyBytes(from: bytes)
  }

  /// In bytes.
  public var count: Int { buffer.count - 1 }

  /// Whether both are the same; only their lengths show in the time taken.
  public func isEqual(to other: Password) -> Bool {
    ConstantTime.areEqual(UnsafeRawBufferPointer(buffer), UnsafeRawBufferPointer(other.buffer))
  }

  deinit {
    if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
    buffer.deallocate()
  }
}

extension Password: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A word, never the password.
  public var description: String { "Password" }
  /// A word, never the password.
  public var debugDescription: String { description }
  /// A word, never the password.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
