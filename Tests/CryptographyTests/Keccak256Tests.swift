import Cryptography
import Primitives
import Testing

/// Goal: the digests are Ethereum's. Method: published digests, lengths around the rate of 136 bytes,
/// and the short forms against the general one.
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
}
