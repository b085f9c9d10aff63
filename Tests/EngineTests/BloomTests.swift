import Cryptography
import Economy
import Primitives
import Testing

@testable import Engine

@Suite struct BloomTests {
  /// Bits computed by an independent implementation of the yellow paper's definition: the number of
  /// a bit counts from the lowest bit of the last byte.
  static let known: [(bits: Bloom.Bits, numbers: [Int])] = [
    (Bloom.Bits(Fixture.token), [2028, 468, 1817]),
    (Bloom.Bits(Token.transferEvent.topic), [1443, 481, 1060]),
    (Bloom.Bits(Word.zero), [269, 1241, 1163]),
  ]

  private static func bytes(_ numbers: [Int]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 256)
    for number in numbers { bytes[255 - number / 8] |= 1 << (number % 8) }
    return bytes
  }

  @Test func setsTheBitsOfTheDefinition() {
    var all = Bloom()
    for (bits, numbers) in Self.known {
      var bloom = Bloom()
      bloom.insert(bits)
      #expect(bloom.bytes == Self.bytes(numbers))
      all.insert(bits)
    }
    #expect(all.bytes == Self.bytes(Self.known.flatMap(\.numbers)))
    #expect(all.mayContain(Fixture.token))
    #expect(all.mayContain(Word.zero))
    #expect(!all.mayContain(Fixture.members[0].address))
    #expect(!Bloom().mayContain(Word.zero))
  }

  @Test func readsWhatItWrote() {
    var generator = SeededGenerator(3)
    let bytes = (0..<256).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    #expect(Bloom(bytes)?.bytes == bytes)
    #expect(Bloom(bytes.dropLast()) == nil)
    #expect(Bloom(bytes + [0]) == nil)
    #expect(Bloom([]) == nil)
  }

  /// The remembered bits are the computed ones, also where two topics share a place.
  @Test func rememberedBitsAreRight() {
    var remembered = BloomBits()
    var generator = SeededGenerator(4)
    let topics = (0..<400).map { _ in
      Word(w0: 0, w1: 0, w2: generator.next(), w3: generator.next())
    }
    for _ in 0..<3 {
      for topic in topics {
        var fast = Bloom()
        var slow = Bloom()
        fast.insert(remembered.bits(topic))
        slow.insert(Bloom.Bits(topic))
        #expect(fast == slow)
      }
    }
  }
}
