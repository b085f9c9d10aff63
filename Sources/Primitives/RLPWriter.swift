/// A writer of canonical RLP (the Ethereum yellow paper, appendix B).
public struct RLPWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// A writer of nothing yet.
  public init() {}

  /// A writer with room for `capacity` bytes.
  public init(capacity: Int) {
    bytes.reserveCapacity(Swift.max(capacity, 0))
  }

  /// A byte string.
  public mutating func append(bytes payload: some Collection<UInt8>) {
    let count = payload.count
    if count == 1, let byte = payload.first, byte < 0x80 {
      bytes.append(byte)
      return
    }
    appendHeader(count, base: 0x80)
    bytes.append(contentsOf: payload)
  }

  /// An integer without leading zeros; zero is the empty byte string.
  public mutating func append(integer: UInt128) {
    append(integer: UInt256(integer))
  }

  /// An integer without leading zeros; zero is the empty byte string.
  public mutating func append(integer: UInt256) {
    if integer.high == 0, integer.low > 0, integer.low < 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: integer.low))
      return
    }
    let count = (integer.bitCount + 7) / 8
    bytes.append(0x80 + UInt8(truncatingIfNeeded: count))
    let word = Word(integer)
    append(word.w0, of: count - 24)
    append(word.w1, of: count - 16)
    append(word.w2, of: count - 8)
    append(word.w3, of: count)
  }

  /// A word as an integer, without leading zeros.
  public mutating func append(word: Word) {
    append(integer: UInt256(word))
  }

  /// A byte string of 32 bytes.
  public mutating func append(digest: Digest) {
    bytes.append(0xa0)
    Word(digest).append(to: &bytes)
  }

  /// A byte string of 20 bytes, or the empty one for nil: a transaction's `to`.
  public mutating func append(address: Address?) {
    guard let address else {
      bytes.append(0x80)
      return
    }
    bytes.append(0x94)
    address.high.appendBigEndian(to: &bytes)
    address.middle.appendBigEndian(to: &bytes)
    address.low.appendBigEndian(to: &bytes)
  }

  /// A finished item, copied as it is.
  public mutating func append(raw item: some Collection<UInt8>) { bytes.append(contentsOf: item) }

  /// A list of the items that `body` has written.
  public mutating func append(list body: RLPWriter) {
    appendHeader(body.bytes.count, base: 0xc0)
    bytes.append(contentsOf: body.bytes)
  }

  /// A list of the items that `body` appends.
  public mutating func list(_ body: (inout RLPWriter) -> Void) {
    let start = bytes.count
    body(&self)
    // The length is known only now; the header goes in front of what was written. A list that is
    // long enough for the copying to matter is better written apart, and appended.
    let count = bytes.count - start
    let size = count <= 55 ? 0 : (Int.bitWidth - count.leadingZeroBitCount + 7) / 8
    for index in 0..<size {
      bytes.insert(UInt8(truncatingIfNeeded: count >> (8 * index)), at: start)
    }
    bytes.insert(UInt8(truncatingIfNeeded: size == 0 ? 0xc0 + count : 0xf7 + size), at: start)
  }

  /// An item that is already RLP, as it is.
  public mutating func append(encoded item: some Collection<UInt8>) {
    bytes.append(contentsOf: item)
  }

  private mutating func appendHeader(_ count: Int, base: UInt8) {
    if count <= 55 {
      bytes.append(base + UInt8(truncatingIfNeeded: count))
      return
    }
    let size = (Int.bitWidth - count.leadingZeroBitCount + 7) / 8
    bytes.append(base + 55 + UInt8(truncatingIfNeeded: size))
    append(UInt64(count), of: size)
  }

  /// The last `count` bytes of a number, at most eight; none where `count` is not positive.
  private mutating func append(_ number: UInt64, of count: Int) {
    if count >= 8 { return number.appendBigEndian(to: &bytes) }
    var index = count
    while index > 0 {
      index -= 1
      bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index)))
    }
  }
}
