internal import Cryptography
public import Primitives

/// A fixed-size record of a table, without references.
///
/// Its canonical form is a fixed number of little-endian 64-bit words; that form, not the memory
/// layout, is hashed into the state root and written into checkpoints.
public protocol LedgerRow: BitwiseCopyable, Sendable {
  /// The canonical form's length in 64-bit words.
  static var wordCount: Int { get }

  /// What a freed place holds.
  static var vacant: Self { get }

  /// True for a freed place.
  var isVacant: Bool { get }

  /// Writes exactly `wordCount` words.
  func encode(into writer: inout RowWriter)

  /// Reads what `encode` wrote.
  init(from reader: inout RowReader)
}

/// Collects a row's canonical words.
public struct RowWriter {
  var words: [UInt64] = []

  public init() {}

  /// A number in one word.
  public mutating func append(_ value: UInt64) { words.append(value) }

  /// A number in two words, the low half first.
  public mutating func append(_ value: UInt128) {
    words.append(UInt64(truncatingIfNeeded: value))
    words.append(UInt64(truncatingIfNeeded: value >> 64))
  }

  /// An amount in two words.
  public mutating func append(_ amount: Amount) { append(amount.units) }

  /// Two 32-bit values in one word, the first in the low half.
  public mutating func append(_ low: UInt32, _ high: UInt32) {
    words.append(UInt64(low) | UInt64(high) << 32)
  }

  /// Thirty-two bytes in their own order.
  public mutating func append(_ digest: Digest) {
    words.append(digest.w0.byteSwapped)
    words.append(digest.w1.byteSwapped)
    words.append(digest.w2.byteSwapped)
    words.append(digest.w3.byteSwapped)
  }

  /// Twenty bytes in their own order and a little-endian 32-bit value, in three words.
  public mutating func append(_ address: Address, _ extra: UInt32) {
    words.append(address.high.byteSwapped)
    words.append(address.middle.byteSwapped)
    append(address.low.byteSwapped, extra)
  }

  /// The RFC 6962 leaf hash of the canonical bytes.
  var leaf: Digest {
    // Unsafe by name only: initialised words without padding, read as bytes.
    unsafe SHA256.leaf(words.span.bytes)
  }

  mutating func removeAll() { words.removeAll(keepingCapacity: true) }

  mutating func reserve(_ count: Int) { words.reserveCapacity(count) }

  /// The canonical bytes.
  public var bytes: [UInt8] {
    // Unsafe by name only: initialised words without padding, read as bytes.
    unsafe words.withUnsafeBytes { unsafe Array($0) }
  }
}

/// Reads a row's canonical words; past the end it answers zeros, which the caller's length check
/// has excluded.
public struct RowReader {
  let words: [UInt64]
  private var position = 0

  public init(_ words: [UInt64]) { self.words = words }

  /// Words from little-endian bytes, or nil where the count is no multiple of eight.
  public init?(bytes: [UInt8]) {
    guard bytes.count % 8 == 0 else { return nil }
    var words: [UInt64] = []
    words.reserveCapacity(bytes.count / 8)
    // Unsafe by name only: any eight bytes are a word, and the place is checked.
    let span = unsafe bytes.span.bytes
    for start in stride(from: 0, to: bytes.count, by: 8) {
      let word = unsafe span.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
      words.append(UInt64(littleEndian: word))
    }
    self.words = words
  }

  /// One word.
  public mutating func next() -> UInt64 {
    guard position < words.count else { return 0 }
    defer { position += 1 }
    return words[position]
  }

  public mutating func number() -> UInt128 {
    let low = next()
    return UInt128(low) | UInt128(next()) << 64
  }

  /// An amount of two words.
  public mutating func amount() -> Amount { Amount(number()) }

  /// Two 32-bit values of one word.
  public mutating func pair() -> (low: UInt32, high: UInt32) {
    let word = next()
    return (UInt32(truncatingIfNeeded: word), UInt32(truncatingIfNeeded: word >> 32))
  }

  /// Thirty-two bytes.
  public mutating func digest() -> Digest {
    let w0 = next().byteSwapped
    let w1 = next().byteSwapped
    let w2 = next().byteSwapped
    return Digest(w0: w0, w1: w1, w2: w2, w3: next().byteSwapped)
  }

  /// Twenty bytes and the 32-bit value behind them.
  public mutating func address() -> (address: Address, extra: UInt32) {
    let high = next().byteSwapped
    let middle = next().byteSwapped
    let last = pair()
    return (Address(high: high, middle: middle, low: last.low.byteSwapped), last.high)
  }
}
