/// A 20-byte account or module address, as Ethereum writes it.
public struct Address: Hashable, Sendable, BitwiseCopyable {
  /// Bytes 0 to 7, big-endian.
  public let high: UInt64
  /// Bytes 8 to 15, big-endian.
  public let middle: UInt64
  /// Bytes 16 to 19, big-endian.
  public let low: UInt32

  /// The address of twenty zero bytes; the ledger's burned account.
  public static let zero = Address(high: 0, middle: 0, low: 0)

  public init(high: UInt64, middle: UInt64, low: UInt32) {
    self.high = high
    self.middle = middle
    self.low = low
  }

  /// The last twenty bytes of a word, whatever its first twelve hold.
  public init(truncating word: Word) {
    high = (word.w1 & 0xffff_ffff) << 32 | word.w2 >> 32
    middle = (word.w2 & 0xffff_ffff) << 32 | word.w3 >> 32
    low = UInt32(truncatingIfNeeded: word.w3)
  }

  /// Twenty bytes, or nil where the count differs.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 20 else { return nil }
    var all: [UInt8] = []
    all.reserveCapacity(32)
    all.append(contentsOf: repeatElement(0, count: 12))
    all.append(contentsOf: bytes)
    guard let word = Word(all) else { return nil }
    self.init(truncating: word)
  }

  /// The twenty bytes in order.
  public var bytes: [UInt8] { Array(Word(self).bytes[12...]) }
}

extension Address: Comparable {
  /// Byte order.
  public static func < (left: Address, right: Address) -> Bool {
    (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
  }
}

/// A 32-byte digest.
public struct Digest: Hashable, Sendable, BitwiseCopyable {
  /// Bytes 0 to 7, big-endian; the others follow.
  public let w0: UInt64
  public let w1: UInt64
  public let w2: UInt64
  public let w3: UInt64

  /// Thirty-two zero bytes.
  public static let zero = Digest(w0: 0, w1: 0, w2: 0, w3: 0)

  public init(w0: UInt64, w1: UInt64, w2: UInt64, w3: UInt64) {
    self.w0 = w0
    self.w1 = w1
    self.w2 = w2
    self.w3 = w3
  }

  public init(_ word: Word) {
    self.init(w0: word.w0, w1: word.w1, w2: word.w2, w3: word.w3)
  }

  /// Thirty-two bytes, or nil where the count differs.
  public init?(_ bytes: some Collection<UInt8>) {
    guard let word = Word(bytes) else { return nil }
    self.init(word)
  }

  /// The thirty-two bytes in order.
  public var bytes: [UInt8] { Word(self).bytes }
}

/// A 32-byte word of Solidity's ABI, big-endian.
public struct Word: Hashable, Sendable, BitwiseCopyable {
  /// Bytes 0 to 7, big-endian; the others follow.
  public let w0: UInt64
  public let w1: UInt64
  public let w2: UInt64
  public let w3: UInt64

  public static let zero = Word(w0: 0, w1: 0, w2: 0, w3: 0)

  public init(w0: UInt64, w1: UInt64, w2: UInt64, w3: UInt64) {
    self.w0 = w0
    self.w1 = w1
    self.w2 = w2
    self.w3 = w3
  }

  /// A number, right-aligned.
  public init(_ value: UInt128) {
    self.init(
      w0: 0, w1: 0, w2: UInt64(truncatingIfNeeded: value >> 64),
      w3: UInt64(truncatingIfNeeded: value))
  }

  public init(_ digest: Digest) {
    self.init(w0: digest.w0, w1: digest.w1, w2: digest.w2, w3: digest.w3)
  }

  /// An address, right-aligned as Solidity does.
  public init(_ address: Address) {
    self.init(
      w0: 0, w1: address.high >> 32, w2: address.high << 32 | address.middle >> 32,
      w3: address.middle << 32 | UInt64(address.low))
  }

  /// Thirty-two bytes, or nil where the count differs.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for byte in bytes {
      words.0 = words.0 << 8 | words.1 >> 56
      words.1 = words.1 << 8 | words.2 >> 56
      words.2 = words.2 << 8 | words.3 >> 56
      words.3 = words.3 << 8 | UInt64(byte)
    }
    self.init(w0: words.0, w1: words.1, w2: words.2, w3: words.3)
  }

  /// The number, or nil where it needs more than 128 bits.
  public var number: UInt128? {
    w0 == 0 && w1 == 0 ? UInt128(w2) << 64 | UInt128(w3) : nil
  }

  /// The address, or nil where any of the first twelve bytes is set.
  public var address: Address? {
    w0 == 0 && w1 >> 32 == 0 ? Address(truncating: self) : nil
  }

  /// The thirty-two bytes in order.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(32)
    append(to: &result)
    return result
  }

  /// Appends the thirty-two bytes in order.
  public func append(to bytes: inout [UInt8]) {
    let ordered = (w0.bigEndian, w1.bigEndian, w2.bigEndian, w3.bigEndian)
    // Reason: four integers side by side, read while they stand still; one append instead of four.
    unsafe withUnsafeBytes(of: ordered) { unsafe bytes.append(contentsOf: $0) }
  }
}
