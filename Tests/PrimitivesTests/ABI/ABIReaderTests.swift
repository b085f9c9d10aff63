import Primitives
import Testing

/// Goal: bytes that are not the one layout are refused, at the right place, without large
/// allocations. Method: each rule broken once, then seeded mutation.
@Suite struct ABIReaderTests {
  private func words(_ numbers: UInt128...) -> [UInt8] {
    numbers.flatMap { Word($0).bytes }
  }

  @Test func refusesOtherLayouts() {
    let content = Array("abc".utf8) + [UInt8](repeating: 0, count: 29)
    let cases: [([UInt8], ABIFailure.Reason, Int)] = [
      ([], .truncated, 0),
      (words(0x20), .truncated, 32),
      (words(0x20, 3), .truncated, 32),
      (words(0x20, 3) + content.dropLast(), .truncated, 32),
      (words(0x20, 33) + content, .truncated, 32),
      (words(0x20, .max) + content, .truncated, 32),
      (words(0x20, UInt128(Int.max)) + content, .truncated, 32),
      (words(0x20, UInt128(Int.max) - 31) + content, .truncated, 32),
      (words(0x20) + Word(UInt256.max).bytes + content, .truncated, 32),
      (words(0x00, 3) + content, .offset, 0),
      (words(0x40, 0, 3) + content, .offset, 0),
      (words(.max, 3) + content, .offset, 0),
      (Word(UInt256(high: 1, low: 0x20)).bytes + words(3) + content, .offset, 0),
      (words(0x20, 2) + content, .range, 66),
      (words(0x20, 3) + content + [0], .trailing, 96),
      (words(0x20, 3) + content + words(0), .trailing, 96),
    ]
    for (bytes, reason, offset) in cases {
      #expect(throws: ABIFailure(reason, at: offset), "\(Hex.text(bytes))") {
        try ABIReader.decode(bytes, as: [UInt8].self)
      }
    }
    let invalid = words(0x20, 1) + [0xff] + [UInt8](repeating: 0, count: 31)
    #expect(throws: ABIFailure(.text, at: 64)) { try ABIReader.decode(invalid, as: String.self) }
    #expect(throws: ABIFailure(.truncated, at: 0)) {
      try ABIReader.decode([], from: 4, as: UInt8.self)
    }
    #expect(throws: ABIFailure(.truncated, at: 0)) {
      try ABIReader.decode([], from: -1, as: UInt8.self)
    }
  }

  /// Two tails at one place would make small bytes into large values.
  @Test func refusesSharedTails() {
    let shared = words(0x40, 0x40, 0)
    #expect(throws: ABIFailure(.offset, at: 32)) {
      try ABIReader.decode(shared, as: [UInt8].self, [UInt8].self)
    }
    let swapped = words(0x60, 0x40, 0, 0)
    #expect(throws: ABIFailure(.offset, at: 0)) {
      try ABIReader.decode(swapped, as: [UInt8].self, [UInt8].self)
    }
    let nested = words(0x20, 2, 0x40, 0x40, 0)
    #expect(throws: ABIFailure(.offset, at: 96)) {
      try ABIReader.decode(nested, as: [[UInt8]].self)
    }
  }

  @Test func boundsArraysBeforeAllocation() throws {
    let limit = Limits.abiArrayLength
    let full = ABIWriter.encode([UInt64](repeating: 1, count: limit))
    #expect(try ABIReader.decode(full, as: [UInt64].self).count == limit)
    let past = ABIWriter.encode([UInt64](repeating: 1, count: limit + 1))
    #expect(throws: ABIFailure(.length, at: 32)) {
      try ABIReader.decode(past, as: [UInt64].self)
    }
    #expect(throws: ABIFailure(.truncated, at: 64)) {
      try ABIReader.decode(words(0x20, UInt128(limit)), as: [UInt64].self)
    }
    // A tuple without fields takes no bytes, so only the limit bounds how many there are.
    #expect(throws: ABIFailure(.length, at: 32)) {
      try ABITree.decode(words(0x20, UInt128(limit) + 1), as: [.array(.tuple([]))])
    }
  }

  @Test func refusesWordsBeyondTheInput() throws {
    var reader = try ABIReader(words(1), headWords: 1)
    #expect(try reader.word() == Word(UInt128(1)))
    #expect(throws: ABIFailure(.truncated, at: 32)) { try reader.word() }
    #expect(throws: ABIFailure(.truncated, at: 0)) { try ABIReader([], headWords: .max) }
    #expect(throws: ABIFailure(.truncated, at: 0)) { try ABIReader([], headWords: -1) }
  }

  /// Whatever the bytes: refused, or decoded to what encodes to the same bytes.
  @Test func survivesMutation() {
    var generator = SeededGenerator(60)
    var accepted = 0
    for round in 0..<12_000 {
      let calls = (0..<generator.below(3)).map { _ in
        Call3(
          Address(truncating: Word(generator.wide())), generator.below(2) == 1,
          (0..<generator.below(70)).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
      }
      let text = ["", "freehold", "größe", String(repeating: "a", count: 32)][round % 4]
      let valid = ABIWriter.encode(
        Amount(generator.wide()), calls, text, Pair(generator.next(), Word(generator.wide())))
      let bytes = generator.mutate(valid)
      guard
        let values = try? ABIReader.decode(
          bytes, as: Amount.self, [Call3].self, String.self, Pair.self)
      else { continue }
      accepted += 1
      guard ABIWriter.encode(values.0, values.1, values.2, values.3) == bytes else {
        Issue.record("accepted a second form: \(Hex.text(bytes))")
        return
      }
    }
    #expect(accepted > 100 && accepted < 11_900)
  }
}
