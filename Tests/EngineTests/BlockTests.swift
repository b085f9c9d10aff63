import Cryptography
import Economy
import Primitives
import Testing

@testable import Engine

@Suite struct BlockTests {
  private static func digest(_ byte: UInt8) -> Digest {
    let word = UInt64(byte) &* 0x0101_0101_0101_0101
    return Digest(w0: word, w1: word, w2: word, w3: word)
  }

  private static func bloom() -> Bloom {
    var bytes = [UInt8](repeating: 0, count: 256)
    bytes[0] = 0x80
    bytes[100] = 0x42
    bytes[255] = 1
    return Bloom(bytes) ?? Bloom()
  }

  private static let header = BlockHeader(
    parentHash: digest(1), stateRoot: digest(2), transactionsRoot: digest(3),
    receiptsRoot: digest(4), bloom: bloom(), number: 7_000_001, gasLimit: 30_000_000,
    gasUsed: 56_000, timestamp: 1_800_000_123, extraData: [], baseFee: 100_000_000_000)

  private static func read(_ bytes: [UInt8]) -> BlockHeader? {
    try? BlockHeader(rlp: bytes, range: 0..<bytes.count)
  }

  /// Sizes and hashes computed with another implementation of RLP and keccak-256.
  @Test func hashesAsEthereumDoes() {
    let empty = BlockHeader(
      parentHash: Self.digest(1), stateRoot: Self.digest(2), transactionsRoot: Self.digest(3),
      receiptsRoot: Self.digest(4), bloom: Bloom(), number: 0, gasLimit: 30_000_000, gasUsed: 0,
      timestamp: 1_800_000_123, extraData: [], baseFee: 2_100_000_000)
    #expect(empty.rlp.count == 509)
    #expect(
      Hex.text(empty.hash.bytes)
        == "0xef063ca7d4fc00471a23f0d17bbd602de35183d0cc513885037f69bed6549393")
    #expect(Self.header.rlp.count == 515)
    #expect(
      Hex.text(Self.header.hash.bytes)
        == "0x627cf91a4b7054e34ca296b658261459a6ce8cdbe6885238232bb75b99fbac6b")
    let system = SystemTransaction(height: 5, chainID: Fixture.chainID)
    #expect(
      Hex.text(system.bytes)
        == "0xe005808094fffffffffffffffffffffffffffffffffffffffe8080830ba8858080")
    #expect(
      Hex.text(system.hash.bytes)
        == "0xadddf0fbe6f1452d1746929ab0752f0e5b9c08b58aa6cb0240f8817fe1b6033d")
  }

  @Test func readsWhatItWrote() {
    #expect(Self.read(Self.header.rlp) == Self.header)
    let genesis = Fixture.chain().head
    #expect(Self.read(genesis.header.rlp) == genesis.header)
    #expect(genesis.header.hash == genesis.hash)
  }

  /// A header has one form: whatever is read gives the same bytes again.
  @Test func readsNothingItWouldNotWrite() {
    let sample = Self.header.rlp
    for count in 0..<sample.count { #expect(Self.read(Array(sample.prefix(count))) == nil) }
    #expect(Self.read(sample + [0]) == nil)
    for place in sample.indices {
      for bit in 0..<8 {
        var bytes = sample
        bytes[place] ^= 1 << bit
        if let header = Self.read(bytes) {
          #expect(header.rlp == bytes)
          #expect(header != Self.header)
        }
      }
    }
    var generator = SeededGenerator(5)
    for _ in 0..<5_000 {
      let bytes = generator.mutate(sample)
      if let header = Self.read(bytes) { #expect(header.rlp == bytes) }
    }
  }
}
