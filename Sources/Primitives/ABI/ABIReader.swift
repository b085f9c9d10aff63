/// A reader of values in Solidity's ABI: call data after its selector, a result, an event's data.
///
/// It accepts the one layout that encoders write: the tails in order, without gap or overlap, and
/// all filling zero. So every accepted input encodes back to itself, and the work is linear in the
/// length of the input.
public struct ABIReader: Sendable {
  /// The whole input; ranges index it.
  public let source: [UInt8]
  /// Where the offsets of the current frame count from.
  private var base: Int
  /// The next word of the current frame's head.
  private var head: Int
  /// Where the next dynamic value must start.
  private var tail: Int

  /// Reads values that take `headWords` words of head, from `offset` on: 4 for call data.
  @inline(__always)
  public init(_ bytes: [UInt8], from offset: Int = 0, headWords: Int) throws(ABIFailure) {
    source = bytes
    guard offset >= 0, offset <= bytes.count, headWords >= 0,
      headWords <= (bytes.count - offset) / 32
    else { throw ABIFailure(.truncated, at: Swift.min(Swift.max(offset, 0), bytes.count)) }
    base = offset
    head = offset
    tail = offset + 32 * headWords
  }

  /// The place of the next head word: where a value's `decode` reports what it refuses.
  public var offset: Int { head }

  /// The next word of the head.
  @inline(__always)
  public mutating func word() throws(ABIFailure) -> Word {
    guard head <= source.count - 32 else { throw ABIFailure(.truncated, at: head) }
    let word = Word(source, checked: head)
    head += 32
    return word
  }

  /// A number of at most `bits` bits, 1 to 128.
  @inline(__always)
  public mutating func number(bits: Int) throws(ABIFailure) -> UInt128 {
    let start = head
    guard let number = try word().number, bits >= 128 || number >> bits == 0 else {
      throw ABIFailure(.range, at: start)
    }
    return number
  }

  /// The content of a `bytes` or `string` value.
  public mutating func bytes() throws(ABIFailure) -> Range<Int> {
    try follow()
    let count = try length()
    let start = tail
    let (padded, overflow) = count.addingReportingOverflow(31)
    let size = padded & ~31
    guard !overflow, size <= source.count - start else {
      throw ABIFailure(.truncated, at: start - 32)
    }
    for index in start + count..<start + size {
      guard source[index] == 0 else { throw ABIFailure(.range, at: index) }
    }
    tail = start + size
    return start..<start + count
  }

  /// Reads a `T[]`: `body` is called with the count, with the frame of the elements open.
  public mutating func array<Result>(
    elementWords: Int,
    _ body: (inout ABIReader, Int) throws(ABIFailure) -> Result
  ) throws(ABIFailure) -> Result {
    try follow()
    let start = tail
    let count = try length()
    guard count <= Limits.abiArrayLength else { throw ABIFailure(.length, at: start) }
    return try frame(headWords: count * elementWords) { (reader) throws(ABIFailure) in
      try body(&reader, count)
    }
  }

  /// Reads a tuple or a fixed array of `headWords` words: `body` is called with its frame open. A
  /// static one stands in the head itself.
  public mutating func tuple<Result>(
    isDynamic: Bool, headWords: Int,
    _ body: (inout ABIReader) throws(ABIFailure) -> Result
  ) throws(ABIFailure) -> Result {
    guard isDynamic else { return try body(&self) }
    try follow()
    return try frame(headWords: headWords, body)
  }

  /// Refuses whatever stands behind the last value.
  @inline(__always)
  public func finish() throws(ABIFailure) {
    guard tail == source.count else { throw ABIFailure(.trailing, at: tail) }
  }

  /// Reads an offset, which must lead to the next free place of the tail.
  private mutating func follow() throws(ABIFailure) {
    let start = head
    guard let offset = try word().number, offset == UInt128(tail - base) else {
      throw ABIFailure(.offset, at: start)
    }
  }

  /// Reads a length at the tail.
  private mutating func length() throws(ABIFailure) -> Int {
    guard let word = Word(source, at: tail) else { throw ABIFailure(.truncated, at: tail) }
    guard let number = word.number, let count = Int(exactly: number) else {
      throw ABIFailure(.truncated, at: tail)
    }
    tail += 32
    return count
  }

  private mutating func frame<Result>(
    headWords: Int, _ body: (inout ABIReader) throws(ABIFailure) -> Result
  ) throws(ABIFailure) -> Result {
    let (outerBase, outerHead) = (base, head)
    guard headWords <= (source.count - tail) / 32 else { throw ABIFailure(.truncated, at: tail) }
    base = tail
    head = tail
    tail += 32 * headWords
    let result = try body(&self)
    base = outerBase
    head = outerHead
    return result
  }
}

extension ABIReader {
  /// Reads exactly these types from `offset` on, with nothing behind them.
  @inline(__always)
  public static func decode<each Value: ABIValue>(
    _ bytes: [UInt8], from offset: Int = 0, as types: repeat (each Value).Type
  ) throws(ABIFailure) -> (repeat each Value) {
    var headWords = 0
    for type in repeat (each Value).self { headWords += type.headWords }
    var reader = try ABIReader(bytes, from: offset, headWords: headWords)
    let values = (repeat try (each Value).decode(&reader))
    try reader.finish()
    return values
  }
}
