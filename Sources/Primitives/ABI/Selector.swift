/// The first four bytes of the hash of a function's or an error's signature: Solidity's `bytes4`.
public struct Selector: Hashable, Sendable, BitwiseCopyable {
  /// The four bytes, big-endian.
  public let value: UInt32

  public init(_ value: UInt32) { self.value = value }

  /// The selector of a signature's hash.
  public init(_ digest: Digest) {
    value = UInt32(truncatingIfNeeded: digest.w0 >> 32)
  }

  /// The selector that call data begins with; nil where it is shorter than four bytes.
  public init?(_ callData: [UInt8]) {
    guard callData.count >= 4 else { return nil }
    value = UInt32(bigEndian: callData, checked: 0)
  }

  /// The four bytes in order.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    value.appendBigEndian(to: &bytes)
    return bytes
  }
}

extension Selector: ABIWord {
  public static var abiType: ABIType { .fixedBytes(4) }
  public static var meaning: Meaning { .identifier }
  public var word: Word { Word(w0: UInt64(value) << 32, w1: 0, w2: 0, w3: 0) }

  public init?(word: Word) {
    guard word.w0 & 0xffff_ffff == 0, word.w1 == 0, word.w2 == 0, word.w3 == 0 else { return nil }
    self.init(UInt32(truncatingIfNeeded: word.w0 >> 32))
  }
}
