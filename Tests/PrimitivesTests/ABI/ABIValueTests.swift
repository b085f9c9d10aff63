import Primitives
import Testing

/// How a higher floor declares an operation: its parameters' types decide the decoder.
private struct Call<each Value: ABIValue> {
  let fields: [ABIField]
  let make: @Sendable (repeat each Value) -> String

  init(
    _ parameters: repeat Parameter<each Value>,
    make: @escaping @Sendable (repeat each Value) -> String
  ) {
    var fields: [ABIField] = []
    repeat fields.append(ABIField((each parameters).name, (each Value).self))
    self.fields = fields
    self.make = make
  }

  func decode(_ callData: [UInt8]) throws(ABIFailure) -> String {
    let values = try ABIReader.decode(callData, from: 4, as: repeat (each Value).self)
    return make(repeat each values)
  }
}

private struct Parameter<Value: ABIValue> {
  let name: String
  init(_ name: String) { self.name = name }
}

/// Multicall3's input: a dynamic tuple.
struct Call3: ABIRecord, Equatable {
  let target: Address
  let mayFail: Bool
  let callData: [UInt8]

  static let fields = [
    ABIField("target", Address.self), ABIField("allowFailure", Bool.self),
    ABIField("callData", [UInt8].self),
  ]

  init(_ target: Address, _ mayFail: Bool, _ callData: [UInt8]) {
    self.target = target
    self.mayFail = mayFail
    self.callData = callData
  }

  init(fields reader: inout ABIReader) throws(ABIFailure) {
    target = try .decode(&reader)
    mayFail = try .decode(&reader)
    callData = try .decode(&reader)
  }

  func encodeFields(into writer: inout ABIWriter) {
    target.encode(into: &writer)
    mayFail.encode(into: &writer)
    callData.encode(into: &writer)
  }
}

/// A static tuple.
struct Pair: ABIRecord, Equatable {
  let number: UInt64
  let word: Word

  static let fields = [ABIField("number", UInt64.self), ABIField("word", Word.self)]

  init(_ number: UInt64, _ word: Word) {
    self.number = number
    self.word = word
  }

  init(fields reader: inout ABIReader) throws(ABIFailure) {
    number = try .decode(&reader)
    word = try .decode(&reader)
  }

  func encodeFields(into writer: inout ABIWriter) {
    number.encode(into: &writer)
    word.encode(into: &writer)
  }
}

/// A dynamic tuple of two dynamic fields.
private struct Metadata: ABIRecord, Equatable {
  let key: String
  let value: [UInt8]

  static let fields = [ABIField("key", String.self), ABIField("value", [UInt8].self)]

  init(_ key: String, _ value: [UInt8]) {
    self.key = key
    self.value = value
  }

  init(fields reader: inout ABIReader) throws(ABIFailure) {
    key = try .decode(&reader)
    value = try .decode(&reader)
  }

  func encodeFields(into writer: inout ABIWriter) {
    key.encode(into: &writer)
    value.encode(into: &writer)
  }
}

/// Goal: a Swift type stands in the ABI exactly as Solidity's type does. Method: bytes made by
/// another implementation, both ways.
@Suite struct ABIValueTests {
  private let first = Address(Array(repeating: 0x11, count: 20)) ?? .zero
  private let second = Address(Array(repeating: 0x22, count: 20)) ?? .zero

  @Test func declaresCallsWithParameterPacks() throws {
    let stake = Call(Parameter<Amount>("amount"), Parameter<Seconds>("lock")) {
      "stake \($0.units) for \($1.count)"
    }
    #expect(stake.fields.map(\.type) == [.uint(256), .uint(64)])
    #expect(stake.fields.map(\.meaning) == [.units, .seconds])
    let data = ABIWriter.encode(Amount(5), Seconds(60), after: [1, 2, 3, 4])
    #expect(data.count == 68)
    #expect(try stake.decode(data) == "stake 5 for 60")
    #expect(throws: ABIFailure(.truncated, at: 4)) { try stake.decode(data.dropLast()) }
    #expect(throws: ABIFailure(.trailing, at: 68)) { try stake.decode(data + [0]) }
    #expect(throws: ABIFailure(.truncated, at: 3)) { try stake.decode([1, 2, 3]) }
    let empty = Call { "nothing" }
    #expect(try empty.decode([1, 2, 3, 4]) == "nothing")
  }

  @Test func readsAndWritesDynamicTuples() throws {
    let calls = [Call3(first, true, [1, 2, 3]), Call3(second, false, [])]
    #expect(ABIWriter.encode(calls) == GoldenABI.calls)
    #expect(try ABIReader.decode(GoldenABI.calls, as: [Call3].self) == calls)
    #expect([Call3].abiType.solidity == "(address,bool,bytes)[]")
    #expect([Call3].abiType.jsonName == "tuple[]")
    #expect([Call3].abiType.components == Call3.fields)
    let metadata = [
      Metadata("k", Array("v".utf8)), Metadata("größe", Array(repeating: 255, count: 33)),
    ]
    #expect(ABIWriter.encode("ipfs", metadata) == GoldenABI.metadata)
    let (uri, entries) = try ABIReader.decode(
      GoldenABI.metadata, as: String.self, [Metadata].self)
    #expect(uri == "ipfs" && entries == metadata)
  }

  @Test func readsAndWritesNestedArrays() throws {
    let numbers = [[1, 2], [3]].map { $0.map { UInt256(UInt128($0)) } }
    let names = ["one", "two", "three"]
    #expect(ABIWriter.encode(numbers, names) == GoldenABI.nested)
    let decoded = try ABIReader.decode(
      GoldenABI.nested, as: [[UInt256]].self, [String].self)
    #expect(decoded.0 == numbers && decoded.1 == names)
  }

  @Test func readsAndWritesStaticTuples() throws {
    let pair = Pair(7, try #require(Word(Array(repeating: 0xaa, count: 32))))
    let encoded = ABIWriter.encode(pair, Int128(-5), Selector(0x01ff_c9a7))
    #expect(encoded == GoldenABI.packed)
    let decoded = try ABIReader.decode(encoded, as: Pair.self, Int128.self, Selector.self)
    #expect(decoded.0 == pair && decoded.1 == -5 && decoded.2 == Selector(0x01ff_c9a7))
    #expect(!Pair.isDynamic && Pair.headWords == 2 && Call3.isDynamic && Call3.headWords == 1)
    let pairs = ABIWriter.encode([pair, pair])
    #expect(pairs.count == 32 * 6)
    #expect(try ABIReader.decode(pairs, as: [Pair].self) == [pair, pair])
  }

  @Test func saysWhatArraysMean() {
    #expect([Amount].meaning == .list && [Amount].elementMeaning == .units)
    #expect([[Amount]].meaning == .list && [[Amount]].elementMeaning == .units)
    #expect([UInt8].meaning == .bytes && [UInt8].abiType == .bytes)
    #expect([UInt8].elementMeaning == nil && [[UInt8]].abiType == .array(.bytes))
    #expect([[UInt8]].elementMeaning == .bytes && [Call3].elementMeaning == .record)
    #expect(ABIField("id", UInt64.self, meaning: .identifier).meaning == .identifier)
  }

  private func check<Value: ABIWord & Equatable>(
    _ value: Value, _ solidity: String, _ meaning: Meaning, refused: [Word] = []
  ) throws {
    let encoded = ABIWriter.encode(value)
    #expect(encoded == value.word.bytes)
    #expect(try ABIReader.decode(encoded, as: Value.self) == value)
    #expect(Value.abiType.solidity == solidity && Value.meaning == meaning)
    for word in refused {
      #expect(throws: ABIFailure(.range, at: 0), "\(solidity) \(word)") {
        try ABIReader.decode(word.bytes, as: Value.self)
      }
    }
  }

  @Test func refusesBitsOutsideEachType() throws {
    let past128 = Word(UInt256(high: 1, low: 0))
    try check(UInt8.max, "uint8", .count, refused: [Word(UInt128(256)), past128])
    try check(UInt16.max, "uint16", .count, refused: [Word(UInt128(1) << 16), past128])
    try check(UInt32.max, "uint32", .count, refused: [Word(UInt128(1) << 32), past128])
    try check(UInt64.max, "uint64", .count, refused: [Word(UInt128(1) << 64), past128])
    try check(UInt128.max, "uint128", .count, refused: [past128, Word(UInt256.max)])
    try check(UInt256.max, "uint256", .count)
    try check(Amount.max, "uint256", .units, refused: [past128, Word(UInt256.max)])
    try check(Seconds(.max), "uint64", .seconds, refused: [Word(UInt128(1) << 64)])
    try check(LogicalTime(.max), "uint64", .time, refused: [Word(UInt128(1) << 64)])
    try check(BasisPoints(.max), "uint32", .basisPoints, refused: [Word(UInt128(1) << 32)])
    try check(true, "bool", .flag, refused: [Word(UInt128(2)), past128])
    try check(false, "bool", .flag)
    try check(second, "address", .account, refused: [Word(UInt256(high: 1 << 32, low: 0))])
    try check(Word(UInt256.max), "bytes32", .bytes)
    try check(Digest(Word(UInt256.max)), "bytes32", .digest)
    try check(
      Selector(.max), "bytes4", .identifier,
      refused: [Word(UInt128(1)), Word(w0: 1, w1: 0, w2: 0, w3: 0)])
    try check(Int64.min, "int64", .count, refused: [Word(UInt128(1) << 63), past128])
    try check(Int64.max, "int64", .count, refused: [Word(UInt256(high: .max, low: 0))])
    try check(Int128.min, "int128", .count, refused: [Word(UInt128(1) << 127)])
    try check(Int128(-1), "int128", .count, refused: [Word(UInt128.max)])
  }

  @Test func readsSelectors() {
    #expect(Selector([0xa9, 0x05, 0x9c, 0xbb, 7])?.value == 0xa905_9cbb)
    #expect(Selector([0xa9, 0x05, 0x9c]) == nil)
    #expect(
      Selector(Digest(w0: 0xa905_9cbb_2ab0_9eb2, w1: 0, w2: 0, w3: 0)).bytes == [
        0xa9, 5, 0x9c, 0xbb,
      ])
  }
}
