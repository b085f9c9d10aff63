import Foundation
import Testing

@testable import Primitives

@Suite struct LimitsTests {
  @Test func relationsHold() {
    #expect(Limits.verify() == [])
  }

  @Test func namesWhatDoesNotHold() {
    let broken = Limits.broken([
      Limits.Relation("blockBytes", 5, atLeast: 6, "a block holds the largest transaction"),
      Limits.Relation("blockBytes", 6, atLeast: 6, "never seen"),
    ])
    #expect(
      broken == [
        "blockBytes is 5 and must be at least 6: a block holds the largest transaction"
      ])
  }

  /// Every declared limit is in the list that becomes the network's identity, once.
  @Test func listsEveryLimit() throws {
    let file = URL(filePath: #filePath).appending(path: "../../../Sources/Primitives/Limits.swift")
    let source = try String(contentsOf: file.standardized, encoding: .utf8)
    let declared = source.split(separator: "\n")
      .filter { $0.hasPrefix("  public static let ") }
      .compactMap { $0.split(separator: " ").dropFirst(3).first.map(String.init) }
    #expect(declared.count > 10)
    #expect(Limits.all.map(\.name) == declared)
  }

  @Test func encodesNamesAndValues() throws {
    let bytes = Limits.encoded
    var offset = 0
    for limit in Limits.all {
      let count = Int(bytes[offset])
      #expect(Array(bytes[offset + 1..<offset + 1 + count]) == Array(limit.name.utf8))
      offset += 1 + count
      let value = bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
      #expect(value == limit.value)
      offset += 8
    }
    #expect(offset == bytes.count)
  }
}
