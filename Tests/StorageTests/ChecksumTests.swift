import Simulation
import Testing

@testable import Storage

@Suite struct ChecksumTests {
  /// RFC 3720 B.4 gives the values; each is computed in one piece and in two.
  @Test func publishedValues() {
    let ascending = (0..<32).map { UInt8($0) }
    let cases: [([UInt8], UInt32)] = [
      ([], 0),
      (Array("123456789".utf8), 0xe306_9283),
      ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
      ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
      (ascending, 0x46dd_794e),
      (ascending.reversed(), 0x113f_db5c),
    ]
    for (bytes, expected) in cases {
      #expect(Checksum.of(bytes, 0..<bytes.count) == expected)
      for cut in 0...bytes.count {
        let front = Checksum.of(bytes, 0..<cut)
        #expect(Checksum.of(bytes, cut..<bytes.count, after: front) == expected)
      }
    }
  }

  /// Against the definition, bit by bit, at every length and alignment up to 40.
  @Test func againstTheDefinition() {
    var generator = Generator(seed: 1)
    let bytes = (0..<48).map { _ in UInt8.random(in: 0...255, using: &generator) }
    for start in 0..<8 {
      for end in start...start + 40 {
        var value: UInt32 = ~0
        for byte in bytes[start..<end] {
          value ^= UInt32(byte)
          for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
        }
        #expect(Checksum.of(bytes, start..<end) == ~value)
      }
    }
  }
}
