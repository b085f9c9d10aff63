import Foundation
import Primitives
import Testing

/// A whole item, for round trips.
indirect enum Item: Equatable {
  case bytes([UInt8])
  case list([Item])

  init(_ reader: inout RLPReader) throws(RLPFailure) {
    guard reader.isAtList else {
      self = .bytes(Array(reader.source[try reader.bytes()]))
      return
    }
    var items: [Item] = []
    var list = try reader.list()
    while !list.isAtEnd { items.append(try Item(&list)) }
    try list.finish()
    self = .list(items)
  }

  static func decode(_ bytes: [UInt8]) throws(RLPFailure) -> Item {
    var reader = RLPReader(bytes)
    let item = try Item(&reader)
    try reader.finish()
    return item
  }

  func write(to writer: inout RLPWriter) {
    switch self {
    case .bytes(let bytes): writer.append(bytes: bytes)
    case .list(let items):
      writer.list { writer in
        for item in items { item.write(to: &writer) }
      }
    }
  }

  var encoded: [UInt8] {
    var writer = RLPWriter()
    write(to: &writer)
    return writer.bytes
  }
}

@Suite struct RLPReaderTests {
  private func bytes(_ value: Any?) throws -> [UInt8] {
    let text = try #require(value as? String)
    return try #require(Hex.bytes(text.hasPrefix("0x") ? text : "0x" + text))
  }

  /// The item that a vector's `in` describes: text, numbers, big numbers behind `#`, lists.
  private func item(_ value: Any) throws -> Item {
    if let list = value as? [Any] { return .list(try list.map(item)) }
    if let number = value as? Int {
      return .bytes(Array(Word(UInt128(number)).bytes.drop { $0 == 0 }))
    }
    let text = try #require(value as? String)
    guard text.hasPrefix("#") else { return .bytes(Array(text.utf8)) }
    let digits = String(text.dropFirst())
    guard let number = UInt256(decimal: digits) else {
      // The one vector past 256 bits is 2^256.
      #expect(
        digits == "115792089237316195423570985008687907853269984665640564039457584007913129639936")
      return .bytes([1] + [UInt8](repeating: 0, count: 32))
    }
    return .bytes(Array(Word(number).bytes.drop { $0 == 0 }))
  }

  @Test func agreesWithValidVectors() throws {
    let vectors = try Vectors.object("ethereum-tests/RLPTests/rlptest.json")
    #expect(vectors.count >= 28)
    for (name, vector) in vectors {
      let vector = try #require(vector as? [String: Any])
      let expected = try bytes(vector["out"])
      let item = try item(try #require(vector["in"]))
      #expect(item.encoded == expected, "\(name)")
      #expect(try Item.decode(expected) == item, "\(name)")
    }
  }

  @Test func agreesWithRandomVectors() throws {
    let vectors = try Vectors.object("ethereum-tests/RLPTests/RandomRLPTests/example.json")
    #expect(!vectors.isEmpty)
    for (name, vector) in vectors {
      let vector = try #require(vector as? [String: Any])
      let encoded = try bytes(vector["out"])
      #expect(try Item.decode(encoded).encoded == encoded, "\(name)")
    }
  }

  @Test func refusesInvalidVectors() throws {
    let vectors = try Vectors.object("ethereum-tests/RLPTests/invalidRLPTest.json")
    #expect(vectors.count >= 24)
    for (name, vector) in vectors {
      let vector = try #require(vector as? [String: Any])
      let encoded = try bytes(vector["out"])
      #expect(throws: RLPFailure.self, "\(name)") { try Item.decode(encoded) }
    }
  }

  @Test(
    arguments: [
      ([], .truncated, 0), ([0x81], .truncated, 0), ([0xb8], .truncated, 0),
      ([0x81, 0x7f], .singleByte, 0), ([0xb8, 0x37], .length, 0), ([0xb9, 0x00, 0x80], .length, 0),
      ([0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0], .truncated, 0),
      ([0xbf, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0], .truncated, 0),
      ([0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0], .truncated, 0),
      ([0xc2, 0x82, 0x01], .truncated, 1), ([0xc1, 0x81, 0x80], .truncated, 1),
      ([0x01, 0x02], .trailing, 1), ([0xc0, 0xc0], .trailing, 1),
    ] as [([UInt8], RLPFailure.Reason, Int)])
  func saysWhyAndWhere(bytes: [UInt8], reason: RLPFailure.Reason, offset: Int) {
    #expect(throws: RLPFailure(reason, at: offset)) { try Item.decode(bytes) }
  }

  @Test func readsIntegers() throws {
    var reader = RLPReader([0x80, 0x7f, 0x81, 0x80, 0x82, 0x01, 0x00])
    #expect(try reader.integer64() == 0)
    #expect(try reader.integer64() == 0x7f)
    #expect(try reader.integer128() == 0x80)
    #expect(try reader.word() == Word(UInt128(0x100)))
    try reader.finish()
    #expect(throws: RLPFailure(.truncated, at: 7)) { try reader.integer64() }
    for (bytes, reason) in [
      ([0x00], .leadingZero), ([0x82, 0, 1], .leadingZero), ([0xc0], .list),
      ([0x89] + [UInt8](repeating: 1, count: 9), .tooLarge),
    ] as [([UInt8], RLPFailure.Reason)] {
      var reader = RLPReader(bytes)
      #expect(throws: RLPFailure(reason, at: 0)) { try reader.integer64() }
    }
    for (size, limit) in [(8, 0), (16, 1), (32, 2)] {
      var full = RLPReader([0x80 + UInt8(size)] + [UInt8](repeating: 0xff, count: size))
      var past = RLPReader([0x81 + UInt8(size)] + [UInt8](repeating: 0xff, count: size + 1))
      switch limit {
      case 0:
        #expect(try full.integer64() == .max)
        #expect(throws: RLPFailure(.tooLarge, at: 0)) { try past.integer64() }
      case 1:
        #expect(try full.integer128() == .max)
        #expect(throws: RLPFailure(.tooLarge, at: 0)) { try past.integer128() }
      default:
        #expect(try full.integer256() == .max)
        #expect(throws: RLPFailure(.tooLarge, at: 0)) { try past.integer256() }
      }
    }
  }

  @Test func readsAddressesAndDigests() throws {
    let twenty = (1...20).map { UInt8($0) }
    let thirtyTwo = (1...32).map { UInt8($0) }
    var reader = RLPReader([0x94] + twenty + [0x94] + twenty + [0x80, 0xa0] + thirtyTwo)
    #expect(try reader.address().bytes == twenty)
    #expect(try reader.optionalAddress()?.bytes == twenty)
    #expect(try reader.optionalAddress() == nil)
    #expect(try reader.digest().bytes == thirtyTwo)
    for bytes in [[0x80], [0x93] + twenty.dropLast(), [0x95] + twenty + [1]] as [[UInt8]] {
      var reader = RLPReader(bytes)
      #expect(throws: RLPFailure(.size, at: 0)) { try reader.address() }
    }
    var short = RLPReader([0x01])
    #expect(throws: RLPFailure(.size, at: 0)) { try short.optionalAddress() }
    var wrong = RLPReader([0x01])
    #expect(throws: RLPFailure(.bytes, at: 0)) { try wrong.list() }
  }

  @Test func handsOutWholeItems() throws {
    let source: [UInt8] = [0xff, 0xc2, 0x01, 0x02, 0x82, 0x03, 0x04, 0xff]
    var reader = RLPReader(source, 1..<7)
    #expect(try reader.item() == 1..<4)
    #expect(try reader.item() == 4..<7)
    #expect(reader.isAtEnd)
    var cut = RLPReader(source, 6..<100)
    #expect(try cut.bytes() == 6..<7)
    #expect(throws: RLPFailure(.truncated, at: 7)) { try cut.item() }
  }

  @Test func boundsItsDepth() throws {
    func nested(_ depth: Int) -> [UInt8] {
      (0..<depth).reduce(Item.bytes([])) { item, _ in .list([item]) }.encoded
    }
    #expect(try Item.decode(nested(Limits.rlpDepth)).encoded == nested(Limits.rlpDepth))
    #expect(throws: RLPFailure(.depth, at: Limits.rlpDepth)) {
      try Item.decode(nested(Limits.rlpDepth + 1))
    }
    let bomb = [UInt8](repeating: 0xc1, count: 100_000)
    #expect(throws: RLPFailure.self) { try Item.decode(bomb) }
  }

  /// Whatever the bytes: refused, or decoded to what encodes to the same bytes.
  @Test func survivesMutation() {
    var generator = SeededGenerator(40)
    func sample(_ depth: Int) -> Item {
      if depth == 0 || generator.below(3) == 0 {
        let count = [0, 1, 1, 20, 32, 55, 56, 300][generator.below(8)]
        return .bytes((0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
      }
      return .list((0..<generator.below(5)).map { _ in sample(depth - 1) })
    }
    var accepted = 0
    for _ in 0..<20_000 {
      let bytes = generator.mutate(sample(3).encoded)
      guard let item = try? Item.decode(bytes) else { continue }
      accepted += 1
      guard item.encoded == bytes else {
        Issue.record("accepted a second form: \(Hex.text(bytes))")
        return
      }
    }
    #expect(accepted > 100 && accepted < 19_900)
  }
}
