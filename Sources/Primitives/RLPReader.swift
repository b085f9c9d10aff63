/// Why bytes are not canonical RLP, and where.
public struct RLPFailure: Error, Hashable, Sendable {
  /// The rules, each with its own reason.
  public enum Reason: UInt8, Sendable {
    /// An item, or its length, reaches past the end of its list or of the input.
    case truncated
    /// A length with leading zeros, or in the long form where the short one would do.
    case length
    /// A single byte below 0x80 behind a header it must not have.
    case singleByte
    /// An integer with a leading zero byte.
    case leadingZero
    /// An integer of more bytes than the reader allows.
    case tooLarge
    /// A byte string of another length than wanted.
    case size
    /// A list where a byte string is wanted.
    case list
    /// A byte string where a list is wanted.
    case bytes
    /// Something stands after the last wanted item.
    case trailing
    /// Lists nested deeper than `Limits.rlpDepth`.
    case depth
  }

  /// The rule that the bytes break.
  public let reason: Reason
  /// The place in the byte array.
  public let offset: Int

  /// A failure of the item at `offset`.
  public init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

/// A reader of canonical RLP (the Ethereum yellow paper, appendix B): every value has exactly one
/// accepted form. It hands out ranges into the one array and copies nothing.
public struct RLPReader: Sendable {
  /// The whole input; ranges index it.
  public let source: [UInt8]
  /// Where the next item starts.
  public private(set) var offset: Int
  private let end: Int
  private let depth: Int

  /// Reads all of the bytes.
  public init(_ bytes: [UInt8]) {
    self.init(bytes, 0..<bytes.count)
  }

  /// Reads `range` of the bytes; what of it lies outside the bytes is cut off.
  public init(_ bytes: [UInt8], _ range: Range<Int>) {
    let inside = range.clamped(to: 0..<bytes.count)
    self.init(source: bytes, inside, depth: 0)
  }

  private init(source: [UInt8], _ range: Range<Int>, depth: Int) {
    self.source = source
    offset = range.lowerBound
    end = range.upperBound
    self.depth = depth
  }

  /// Nothing is left in this list, or in the input.
  public var isAtEnd: Bool { offset >= end }

  /// The next item is a list; false at the end.
  public var isAtList: Bool { offset < end && source[offset] >= 0xc0 }

  /// The payload of a byte string.
  public mutating func bytes() throws(RLPFailure) -> Range<Int> {
    let item = try header()
    guard !item.isList else { throw RLPFailure(.list, at: offset) }
    offset = item.payload.upperBound
    return item.payload
  }

  /// The payload of a byte string of exactly `count` bytes.
  public mutating func bytes(count: Int) throws(RLPFailure) -> Range<Int> {
    let start = offset
    let range = try bytes()
    guard range.count == count else { throw RLPFailure(.size, at: start) }
    return range
  }

  /// A reader over the items of a list; this reader goes on behind the list.
  public mutating func list() throws(RLPFailure) -> RLPReader {
    let item = try header()
    guard item.isList else { throw RLPFailure(.bytes, at: offset) }
    guard depth < Limits.rlpDepth else { throw RLPFailure(.depth, at: offset) }
    offset = item.payload.upperBound
    return RLPReader(source: source, item.payload, depth: depth + 1)
  }

  /// The next item with its header, unread: a byte string or a list whose own items are not
  /// checked.
  public mutating func item() throws(RLPFailure) -> Range<Int> {
    let start = offset
    offset = try header().payload.upperBound
    return start..<offset
  }

  /// Refuses whatever is left.
  public func finish() throws(RLPFailure) {
    guard isAtEnd else { throw RLPFailure(.trailing, at: offset) }
  }

  /// The header at the reader's place, checked against the end and for its shortest form.
  private func header() throws(RLPFailure) -> (isList: Bool, payload: Range<Int>) {
    guard offset < end else { throw RLPFailure(.truncated, at: offset) }
    let first = source[offset]
    if first < 0x80 { return (false, offset..<offset + 1) }
    let isList = first >= 0xc0
    let form = Int(first) - (isList ? 0xc0 : 0x80)
    var start = offset + 1
    var length = form
    if form > 55 {
      length = try longLength(form - 55)
      start += form - 55
    }
    guard length <= end - start else { throw RLPFailure(.truncated, at: offset) }
    if !isList, length == 1, source[start] < 0x80 { throw RLPFailure(.singleByte, at: offset) }
    return (isList, start..<start + length)
  }

  /// A length of `size` bytes, 1 to 8, behind the first byte of the header.
  private func longLength(_ size: Int) throws(RLPFailure) -> Int {
    guard size < end - offset else { throw RLPFailure(.truncated, at: offset) }
    guard source[offset + 1] != 0 else { throw RLPFailure(.length, at: offset) }
    var length: UInt64 = 0
    for index in offset + 1...offset + size {
      length = length << 8 | UInt64(source[index])
    }
    guard length > 55 else { throw RLPFailure(.length, at: offset) }
    guard let number = Int(exactly: length) else { throw RLPFailure(.truncated, at: offset) }
    return number
  }
}

extension RLPReader {
  /// An integer of at most 64 bits.
  public mutating func integer64() throws(RLPFailure) -> UInt64 {
    let range = try integer(atMost: 8)
    return number(range, skipping: 0)
  }

  /// An integer of at most 128 bits.
  public mutating func integer128() throws(RLPFailure) -> UInt128 {
    let range = try integer(atMost: 16)
    return UInt128(number(range, skipping: 8)) << 64 | UInt128(number(range, skipping: 0))
  }

  /// An integer of at most 256 bits.
  public mutating func integer256() throws(RLPFailure) -> UInt256 {
    UInt256(try word())
  }

  /// An integer of at most 256 bits, right-aligned.
  public mutating func word() throws(RLPFailure) -> Word {
    let range = try integer(atMost: 32)
    return Word(
      w0: number(range, skipping: 24), w1: number(range, skipping: 16),
      w2: number(range, skipping: 8), w3: number(range, skipping: 0))
  }

  /// A byte string of 32 bytes.
  public mutating func digest() throws(RLPFailure) -> Digest {
    let range = try bytes(count: 32)
    return Digest(Word(source, checked: range.lowerBound))
  }

  /// A byte string of 20 bytes.
  public mutating func address() throws(RLPFailure) -> Address {
    Address(source, checked: try bytes(count: 20).lowerBound)
  }

  /// A byte string of 20 bytes, or nil for an empty one: a transaction's `to`.
  public mutating func optionalAddress() throws(RLPFailure) -> Address? {
    let start = offset
    let range = try bytes()
    if range.isEmpty { return nil }
    guard range.count == 20 else { throw RLPFailure(.size, at: start) }
    return Address(source, checked: range.lowerBound)
  }

  /// The bytes of an integer, without leading zeros.
  private mutating func integer(atMost size: Int) throws(RLPFailure) -> Range<Int> {
    let start = offset
    let range = try bytes()
    guard range.count <= size else { throw RLPFailure(.tooLarge, at: start) }
    if let first = range.first, source[first] == 0 { throw RLPFailure(.leadingZero, at: start) }
    return range
  }

  /// The eight bytes of the range before its last `skipped`, with zeros where it has none.
  private func number(_ range: Range<Int>, skipping skipped: Int) -> UInt64 {
    let end = range.upperBound - skipped
    if end - range.lowerBound >= 8 { return UInt64(bigEndian: source, checked: end - 8) }
    var number: UInt64 = 0
    var index = range.lowerBound
    while index < end {
      number = number << 8 | UInt64(source[index])
      index += 1
    }
    return number
  }
}
