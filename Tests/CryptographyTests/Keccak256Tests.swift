import Cryptography
import Primitives
import Testing

/// Goal: the digests are Ethereum's. Method: published digests, lengths around the rate of 136
/// bytes, and the short forms against the general one.
struct Keccak256Tests {
  @Test(
    "Published digests",
    arguments: [
      ("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
      ("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
      ("testing", "5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02"),
      (
        "Transfer(address,address,uint256)",
        "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
      ),
      (
        "The quick brown fox jumps over the lazy dog",
        "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"
      ),
    ])
  func published(text: String, digest: String) {
    #expect(hex(Keccak256.hash(text)) == digest)
    #expect(hex(Keccak256.hash([UInt8](text.utf8))) == digest)
  }

  /// `length` bytes that differ from place to place and from length to length.
  private func message(_ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: 7 * $0 + length) }
  }

  @Test(
    "Lengths around a lane and around the rate; digests of another implementation",
    arguments: [
      (1, "5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2"),
      (7, "1ceda151e21262ae35aed0f8e3ad898e7ccd45ff03d25508e25e5701bc31c989"),
      (8, "66d6ac686bbe637cb6cf3e4deb8a1bb6aec0163cbbbd2c22747069455e660457"),
      (9, "c53f0080e65849581b3d6565207057d911e42e70134a6aefa8270a86ba8f0a38"),
      (135, "8ab570337c9a3a773c3605160ca58e3f0546d92d217c908669cc4f35a31933bc"),
      (136, "16b30a6be318a7acbcba7a2194789f628abf68dfbbf55a4d840f22f6a4d29efd"),
      (137, "6a7e8293441d51be41bf4994995b35981f90c07866c7fd0465f405e2b7a8f8dd"),
      (271, "bb02bca6be57f42d131406260c6f1a81fd9922af8bd1c96d78f454b19ae10add"),
      (272, "443464c0c3ac8036d14a6f8647fc93b592d514adefbe88683cbbda3b4b2c4553"),
      (273, "73d5960773e36742ead7c872d84d535f35e75b9517ccb1023491276013f88890"),
      (1000, "5cab097db1a529f5b1a15428cc494df950671bc3824340aad89941fa68e151bc"),
    ])
  func lengths(length: Int, digest: String) {
    #expect(hex(Keccak256.hash(message(length))) == digest)
  }

  @Test("Every length from 0 to 600: the SHA-256 of all digests is another implementation's")
  func everyLength() {
    var all = SHA256.Hasher()
    for length in 0...600 { all.update(Keccak256.hash(message(length)).bytes) }
    #expect(
      hex(all.finalize()) == "f39ecd67937de94acc2ea4a0bcbd5eed21c5971c9b50d342475b5608a8dd7809")
  }

  @Test func shortForms() throws {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<100 {
      let first = Word(generator.digest())
      let second = Word(generator.digest())
      let address = Address(truncating: first)
      #expect(Keccak256.hash(first) == Keccak256.hash(first.bytes))
      #expect(Keccak256.hash(first, second) == Keccak256.hash(first.bytes + second.bytes))
      #expect(Keccak256.hash(address) == Keccak256.hash(address.bytes))
    }
  }

  @Test func ranges() {
    let bytes = message(300)
    for range in [0..<0, 300..<300, 0..<300, 1..<137, 5..<141, 150..<151] {
      #expect(Keccak256.hash(bytes, range) == Keccak256.hash(Array(bytes[range])))
    }
  }
}
