import Foundation
import Primitives
import Testing

/// Goal: the coder by types at run time agrees with other implementations and with the typed coder.
@Suite struct ABITreeTests {
  /// The types that the vectors and cases below name.
  private static let types: [String: ABIType] = [
    "uint256": .uint(256), "uint32[]": .array(.uint(32)), "bytes10": .fixedBytes(10),
    "bytes": .bytes, "address": .address,
  ]

  private func tree(_ value: Any, as type: ABIType) throws -> ABITree {
    switch type {
    case .array(let element):
      return .list(try #require(value as? [Any]).map { try tree($0, as: element) })
    case .address:
      let bytes = Hex.bytes(try #require(value as? String))
      return .account(try #require(bytes.flatMap { Address($0) }))
    case .bytes, .fixedBytes:
      return .bytes(Array(try #require(value as? String).utf8))
    default:
      return .number(UInt256(UInt128(try #require(value as? Int))))
    }
  }

  @Test func agreesWithVectors() throws {
    let vectors = try Vectors.object("ethereum-tests/ABITests/basic_abi_tests.json")
    #expect(vectors.count >= 3)
    for (name, vector) in vectors {
      let vector = try #require(vector as? [String: Any])
      let names = try #require(vector["types"] as? [String])
      let types = try names.map { try #require(Self.types[$0]) }
      #expect(types.map(\.solidity) == names)
      let values = try #require(vector["args"] as? [Any])
      let trees = try zip(values, types).map { try tree($0, as: $1) }
      let result = try #require(vector["result"] as? String)
      let expected = try #require(Hex.bytes("0x" + result))
      #expect(try ABITree.encode(trees, as: types) == expected, "\(name)")
      #expect(try ABITree.decode(expected, as: types) == trees, "\(name)")
    }
  }

  private func number(_ value: UInt128) -> ABITree { .number(UInt256(value)) }
  private func bytes(_ text: String) -> ABITree { .bytes(Array(text.utf8)) }

  @Test func readsAndWritesFixedArrays() throws {
    let entry = ABIType.tuple([
      ABIField("number", UInt8.self), ABIField("name", String.self),
    ])
    let types: [ABIType] = [
      .fixedArray(.bytes, 2), .fixedArray(.uint(8), 3),
      .tuple([
        ABIField("data", [UInt8].self),
        ABIField("entries", .fixedArray(entry, 2), meaning: .list, elementMeaning: .record),
      ]),
    ]
    #expect(
      types.map(\.solidity) == ["bytes[2]", "uint8[3]", "(bytes,(uint8,string)[2])"])
    #expect(types.map(\.headWords) == [1, 3, 1])
    let trees: [ABITree] = [
      .list([bytes("a"), bytes("bc")]), .list([number(1), number(2), number(3)]),
      .list([
        bytes("xyz"),
        .list([.list([number(9), .text("nine")]), .list([number(10), .text("ten")])]),
      ]),
    ]
    #expect(try ABITree.encode(trees, as: types) == GoldenABI.fixed)
    #expect(try ABITree.decode(GoldenABI.fixed, as: types) == trees)
  }

  @Test func agreesWithTheTypedCoder() throws {
    for (bytes, types) in [
      (GoldenABI.calls, [[Call3].abiType]),
      (GoldenABI.packed, [Pair.abiType, Int128.abiType, Selector.abiType]),
      (GoldenABI.nested, [[[UInt256]].abiType, [String].abiType]),
    ] {
      let trees = try ABITree.decode(bytes, as: types)
      #expect(try ABITree.encode(trees, as: types) == bytes)
      let behind = try ABITree.encode(trees, as: types, after: [1, 2, 3, 4])
      #expect(behind == [1, 2, 3, 4] + bytes)
      #expect(try ABITree.decode(behind, from: 4, as: types) == trees)
    }
  }

  @Test func refusesTreesThatDoNotFit() {
    let long = ABITree.list(Array(repeating: number(0), count: Limits.abiArrayLength + 1))
    let cases: [(ABITree, ABIType, ABIFailure.Reason)] = [
      (.flag(true), .uint(8), .shape), (number(1), .bool, .shape), (.text("a"), .bytes, .shape),
      (bytes("a"), .string, .shape), (bytes("abc"), .fixedBytes(4), .shape),
      (bytes("abc"), .fixedBytes(33), .shape), (.list([]), .fixedArray(.bool, 1), .shape),
      (.list([number(1)]), .tuple([]), .shape), (number(256), .uint(8), .range),
      (number(128), .int(8), .range), (.number(UInt256(high: 1, low: 0)), .uint(128), .range),
      (long, .array(.uint(8)), .length), (.list([]), .address, .shape),
    ]
    for (tree, type, reason) in cases {
      #expect("\(type.solidity) \(reason)") {
        try ABITree.encode([tree], as: [type])
      } throws: {
        ($0 as? ABIFailure)?.reason == reason
      }
    }
    #expect(throws: ABIFailure(.shape, at: 0)) { try ABITree.encode([], as: [.bool]) }
  }

  @Test func boundsSignedNumbers() throws {
    let lowest = UInt256(high: .max, low: .max - 127)
    for number in [UInt256(127), lowest] {
      let encoded = try ABITree.encode([.number(number)], as: [.int(8)])
      #expect(try ABITree.decode(encoded, as: [.int(8)]) == [.number(number)])
    }
    for number in [UInt256(128), UInt256(255), UInt256(high: .max, low: .max - 128)] {
      #expect(throws: ABIFailure(.range, at: 0)) {
        try ABITree.decode(Word(number).bytes, as: [.int(8)])
      }
    }
    #expect(try ABITree.decode(Word(UInt256.max).bytes, as: [.int(256)]) == [.number(.max)])
  }

  /// Whatever the bytes: refused, or decoded to what encodes to the same bytes.
  @Test func survivesMutation() throws {
    var generator = SeededGenerator(70)
    let types: [ABIType] = [
      .fixedBytes(10), .array(.array(.string)), .int(24), .fixedArray(.array(.bool), 2),
      .array(.tuple([ABIField("call", Call3.self), ABIField("pair", Pair.self)])),
    ]
    let call = ABITree.list([.account(.zero), .flag(true), bytes("data")])
    let pair = ABITree.list([number(5), .bytes(Array(repeating: 7, count: 32))])
    let trees: [ABITree] = [
      .bytes(Array("0123456789".utf8)),
      .list([.list([.text("a"), .text("")]), .list([])]),
      .number(UInt256(high: .max, low: .max)),
      .list([.list([.flag(false)]), .list([.flag(true), .flag(true)])]),
      .list([.list([call, pair])]),
    ]
    let valid = try ABITree.encode(trees, as: types)
    #expect(try ABITree.decode(valid, as: types) == trees)
    var accepted = 0
    for _ in 0..<8_000 {
      let bytes = generator.mutate(valid)
      guard let decoded = try? ABITree.decode(bytes, as: types) else { continue }
      accepted += 1
      guard try ABITree.encode(decoded, as: types) == bytes else {
        Issue.record("accepted a second form: \(Hex.text(bytes))")
        return
      }
    }
    #expect(accepted > 20 && accepted < 7_980)
  }
}
