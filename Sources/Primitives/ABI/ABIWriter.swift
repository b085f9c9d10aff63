/// A writer of values in Solidity's ABI: results, events, call data, in the one layout that
/// `ABIReader` accepts.
public struct ABIWriter: Sendable {
  /// What has been written; complete once every value of the head has been encoded.
  public private(set) var bytes: [UInt8]
  /// Where the offsets of the current frame count from.
  private var base: Int
  /// The next word of the current frame's head.
  private var head: Int

  /// Writes values that take `headWords` words of head, behind `prefix`: a selector, for one.
  @inline(__always)
  public init(headWords: Int, after prefix: [UInt8] = []) {
    bytes = prefix
    base = prefix.count
    head = prefix.count
    bytes.append(contentsOf: repeatElement(0, count: 32 * headWords))
  }

  /// The place of the next head word.
  public var offset: Int { head }

  /// The next word of the head; a word more than the head holds is dropped.
  @inline(__always)
  public mutating func append(_ word: Word) {
    put(word, at: head)
    head += 32
  }

  /// A `bytes` or `string` value: its offset to the head, its content to the tail.
  public mutating func append(bytes content: some Collection<UInt8>) {
    point()
    let count = content.count
    Word(UInt128(count)).append(to: &bytes)
    bytes.append(contentsOf: content)
    bytes.append(contentsOf: repeatElement(0, count: (32 - count % 32) % 32))
  }

  /// A `T[]` of `count` elements, which `body` appends.
  public mutating func array<Failure: Error>(
    count: Int, elementWords: Int, _ body: (inout ABIWriter) throws(Failure) -> Void
  ) throws(Failure) {
    point()
    Word(UInt128(count)).append(to: &bytes)
    try frame(headWords: count * elementWords, body)
  }

  /// A tuple or a fixed array, whose elements `body` appends; a static one stands in the head
  /// itself.
  public mutating func tuple<Failure: Error>(
    isDynamic: Bool, headWords: Int, _ body: (inout ABIWriter) throws(Failure) -> Void
  ) throws(Failure) {
    guard isDynamic else { return try body(&self) }
    point()
    try frame(headWords: headWords, body)
  }

  /// Writes the offset of the tail's end into the head.
  private mutating func point() {
    append(Word(UInt128(bytes.count - base)))
  }

  private mutating func frame<Failure: Error>(
    headWords: Int, _ body: (inout ABIWriter) throws(Failure) -> Void
  ) throws(Failure) {
    let (outerBase, outerHead) = (base, head)
    base = bytes.count
    head = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: 32 * headWords))
    try body(&self)
    base = outerBase
    head = outerHead
  }

  @inline(__always)
  private mutating func put(_ word: Word, at offset: Int) {
    guard offset <= bytes.count - 32 else {
      assertionFailure("more words than the head was given")
      return
    }
    var span = bytes.mutableSpan
    // Reason: every bit pattern is a byte, and the stores themselves check the bounds.
    var raw = unsafe span.mutableBytes
    raw.storeBytes(of: word.w0.bigEndian, toByteOffset: offset, as: UInt64.self)
    raw.storeBytes(of: word.w1.bigEndian, toByteOffset: offset + 8, as: UInt64.self)
    raw.storeBytes(of: word.w2.bigEndian, toByteOffset: offset + 16, as: UInt64.self)
    raw.storeBytes(of: word.w3.bigEndian, toByteOffset: offset + 24, as: UInt64.self)
  }
}

extension ABIWriter {
  /// The encoding of a record's fields side by side, as the results of a function stand.
  public static func encode<Record: ABIRecord>(fieldsOf record: Record) -> [UInt8] {
    var writer = ABIWriter(headWords: Record.fields.reduce(0) { $0 + $1.headWords })
    record.encodeFields(into: &writer)
    return writer.bytes
  }

  /// The encoding of the values, behind `prefix`: a selector, for one.
  public static func encode<each Value: ABIValue>(
    _ values: repeat each Value, after prefix: [UInt8] = []
  ) -> [UInt8] {
    var headWords = 0
    for type in repeat (each Value).self { headWords += type.headWords }
    var writer = ABIWriter(headWords: headWords, after: prefix)
    repeat (each values).encode(into: &writer)
    return writer.bytes
  }
}
