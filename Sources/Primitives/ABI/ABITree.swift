/// A value whose type is known only at run time: what the rim makes of JSON, text and encoded
/// bytes by a declaration's types.
public indirect enum ABITree: Sendable, Hashable {
  /// An unsigned number, or a signed one in two's complement over 256 bits.
  case number(UInt256)
  case flag(Bool)
  case account(Address)
  /// `bytes`, or `bytesN` with exactly N bytes.
  case bytes([UInt8])
  case text(String)
  /// The elements of an array, or the fields of a tuple.
  case list([ABITree])
}

extension ABITree {
  /// The encoding of the trees, behind `prefix`. Throws `shape` where a tree has another shape than
  /// its type, `range` where a number is too large, `length` for too long an array.
  public static func encode(
    _ trees: [ABITree], as types: [ABIType], after prefix: [UInt8] = []
  ) throws(ABIFailure) -> [UInt8] {
    let headWords = types.reduce(0) { $0 + $1.headWords }
    var writer = ABIWriter(headWords: headWords, after: prefix)
    try encode(trees, as: types, into: &writer)
    return writer.bytes
  }

  /// Exactly these types from `offset` on, with nothing behind them.
  public static func decode(
    _ bytes: [UInt8], from offset: Int = 0, as types: [ABIType]
  ) throws(ABIFailure) -> [ABITree] {
    let headWords = types.reduce(0) { $0 + $1.headWords }
    var reader = try ABIReader(bytes, from: offset, headWords: headWords)
    var trees: [ABITree] = []
    for type in types { trees.append(try decode(&reader, as: type)) }
    try reader.finish()
    return trees
  }
}

extension ABITree {
  private static func encode(
    _ trees: [ABITree], as types: [ABIType], into writer: inout ABIWriter
  ) throws(ABIFailure) {
    guard trees.count == types.count else { throw ABIFailure(.shape, at: writer.offset) }
    for index in trees.indices {
      try trees[index].encode(as: types[index], into: &writer)
    }
  }

  private func encode(as type: ABIType, into writer: inout ABIWriter) throws(ABIFailure) {
    switch (type, self) {
    case (.uint, .number(let number)), (.int, .number(let number)):
      guard type.holds(number) else { throw ABIFailure(.range, at: writer.offset) }
      writer.append(Word(number))
    case (.bool, .flag(let flag)):
      writer.append(flag.word)
    case (.address, .account(let address)):
      writer.append(address.word)
    case (.fixedBytes(let count), .bytes(let bytes)):
      guard bytes.count == count,
        let word = Word(bytes + repeatElement(0, count: Swift.max(32 - count, 0)))
      else { throw ABIFailure(.shape, at: writer.offset) }
      writer.append(word)
    case (.bytes, .bytes(let bytes)):
      writer.append(bytes: bytes)
    case (.string, .text(let text)):
      writer.append(bytes: text.utf8)
    case (.array, .list(let trees)), (.fixedArray, .list(let trees)), (.tuple, .list(let trees)):
      try Self.encode(list: trees, as: type, into: &writer)
    default:
      throw ABIFailure(.shape, at: writer.offset)
    }
  }

  private static func encode(
    list trees: [ABITree], as type: ABIType, into writer: inout ABIWriter
  ) throws(ABIFailure) {
    switch type {
    case .array(let element):
      guard trees.count <= Limits.abiArrayLength else {
        throw ABIFailure(.length, at: writer.offset)
      }
      try writer.array(count: trees.count, elementWords: element.headWords) {
        (writer) throws(ABIFailure) in
        for tree in trees { try tree.encode(as: element, into: &writer) }
      }
    case .fixedArray(let element, let count):
      guard trees.count == count else { throw ABIFailure(.shape, at: writer.offset) }
      try writer.tuple(isDynamic: type.isDynamic, headWords: count * element.headWords) {
        (writer) throws(ABIFailure) in
        for tree in trees { try tree.encode(as: element, into: &writer) }
      }
    case .tuple(let fields):
      let headWords = fields.reduce(0) { $0 + $1.headWords }
      try writer.tuple(isDynamic: type.isDynamic, headWords: headWords) {
        (writer) throws(ABIFailure) in
        try encode(trees, as: fields.map(\.type), into: &writer)
      }
    default:
      throw ABIFailure(.shape, at: writer.offset)
    }
  }
}

extension ABITree {
  private static func decode(
    _ reader: inout ABIReader, as type: ABIType
  ) throws(ABIFailure) -> ABITree {
    switch type {
    case .uint, .int:
      let start = reader.offset
      let number = UInt256(try reader.word())
      guard type.holds(number) else { throw ABIFailure(.range, at: start) }
      return .number(number)
    case .bool: return .flag(try Bool.decode(&reader))
    case .address: return .account(try Address.decode(&reader))
    case .fixedBytes(let count):
      let start = reader.offset
      let bytes = try reader.word().bytes
      let used = Swift.min(Swift.max(count, 0), 32)
      guard bytes[used...].allSatisfy({ $0 == 0 }) else { throw ABIFailure(.range, at: start) }
      return .bytes(Array(bytes[..<used]))
    case .bytes: return .bytes(try [UInt8].decode(&reader))
    case .string: return .text(try String.decode(&reader))
    case .array(let element):
      return try reader.array(elementWords: element.headWords) {
        (reader, count) throws(ABIFailure) in
        try list(&reader, count: count, of: element)
      }
    case .fixedArray(let element, let count):
      return try reader.tuple(isDynamic: type.isDynamic, headWords: count * element.headWords) {
        (reader) throws(ABIFailure) in
        try list(&reader, count: count, of: element)
      }
    case .tuple(let fields):
      let headWords = fields.reduce(0) { $0 + $1.headWords }
      return try reader.tuple(isDynamic: type.isDynamic, headWords: headWords) {
        (reader) throws(ABIFailure) in
        var trees: [ABITree] = []
        for field in fields { trees.append(try decode(&reader, as: field.type)) }
        return .list(trees)
      }
    }
  }

  private static func list(
    _ reader: inout ABIReader, count: Int, of type: ABIType
  ) throws(ABIFailure) -> ABITree {
    var trees: [ABITree] = []
    for _ in 0..<count { trees.append(try decode(&reader, as: type)) }
    return .list(trees)
  }
}

extension ABIType {
  /// The number, or its two's complement, lies within the type.
  fileprivate func holds(_ number: UInt256) -> Bool {
    switch self {
    case .uint(let bits):
      return number.bitCount <= bits
    case .int(let bits):
      let isNegative = number.high >> 127 == 1
      let magnitude = isNegative ? UInt256(high: ~number.high, low: ~number.low) : number
      return magnitude.bitCount < bits
    default:
      return false
    }
  }
}
