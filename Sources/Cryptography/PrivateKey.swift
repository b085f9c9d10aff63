internal import Glibc
public import Primitives

/// A secp256k1 private key. Its bytes are wiped when the last copy goes, and no text form, dump or
/// mirror shows them.
public struct PrivateKey: Sendable {
  /// The address whose transactions this key signs.
  public let address: Address
  private let secret: Secret

  /// Thirty-two bytes, a number from 1 to n - 1 big-endian; nil otherwise. The caller's copy stays
  /// the caller's to wipe.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    let secret = Secret()
    bytes.withUnsafeBytes { secret.buffer.copyMemory(from: $0) }
    self.init(secret)
  }

  private init?(_ secret: Secret) {
    let bytes = UnsafeRawBufferPointer(secret.buffer)
    guard CurveLibrary.isSecret(bytes) else { return nil }
    self.secret = secret
    address = CurveLibrary.address(ofSecret: bytes)
  }

  /// The secret itself, for a keystore to encrypt. The caller wipes it.
  public func exportSecret() -> [UInt8] { Array(secret.buffer) }

  func appendSecret(to bytes: inout [UInt8]) { bytes.append(contentsOf: secret.buffer) }

  /// The compressed public key, 33 bytes.
  public var publicKey: [UInt8] {
    CurveLibrary.compressedKey(ofSecret: UnsafeRawBufferPointer(secret.buffer))
  }

  func sign(_ digest: Digest) -> Signature {
    CurveLibrary.sign(digest, UnsafeRawBufferPointer(secret.buffer))
  }

  /// The key plus `tweak` modulo n (BIP-32), or nil where that is no key.
  func adding(_ tweak: UnsafeRawBufferPointer) -> PrivateKey? {
    let sum = Secret()
    sum.buffer.copyMemory(from: UnsafeRawBufferPointer(secret.buffer))
    guard CurveLibrary.add(tweak, to: sum.buffer) else { return nil }
    return PrivateKey(sum)
  }
}

extension PrivateKey: Equatable {
  /// Compares the secrets in constant time.
  public static func == (left: PrivateKey, right: PrivateKey) -> Bool {
    ConstantTime.areEqual(
      UnsafeRawBufferPointer(left.secret.buffer), UnsafeRawBufferPointer(right.secret.buffer))
  }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The address, never the key.
  public var description: String { "PrivateKey(of \(address.checksummed))" }
  /// The address, never the key.
  public var debugDescription: String { description }
  /// The address, never the key.
  public var customMirror: Mirror { Mirror(self, children: ["address": address.checksummed]) }
}

/// Thirty-two bytes that are wiped before their memory is given back. Written only before the first
/// copy is handed out, hence safe to share.
private final class Secret: @unchecked Sendable {
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32, alignment: 8)

  deinit {
    if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
    buffer.deallocate()
  }
}
