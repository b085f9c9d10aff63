/// A writer of canonical RLP (the Ethereum yellow paper, appendix B).
public struct RLPWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

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
    var index = count
    while index > 0 {
      index -= 1
      let part = index < 16 ? integer.low >> (8 * index) : integer.high >> (8 * (index - 16))
      bytes.append(UInt8(truncatingIfNeeded: part))
    }
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

  /// A list of the items that `body` has written.
  public mutating func append(list body: RLPWriter) {
    appendHeader(body.bytes.count, base: 0xc0)
    bytes.append(contentsOf: body.bytes)
  }

  /// A list of the items that `body` appends.
  public mutating func list(_ body: (inout RLPWriter) -> Void) {
    let start = bytes.count
    body(&self)
    // The length is known only now; the header goes in front of what was written.
    let items = bytes.count - start
    if items <= 55 {
      bytes.insert(0xc0 + UInt8(truncatingIfNeeded: items), at: start)
      return
    }
    appendHeader(items, base: 0xc0)
    let header = Array(bytes[(start + items)...])
    bytes.removeLast(header.count)
    bytes.insert(contentsOf: header, at: start)
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
    var index = size
    while index > 0 {
      index -= 1
      bytes.append(UInt8(truncatingIfNeeded: count >> (8 * index)))
    }
  }
}
