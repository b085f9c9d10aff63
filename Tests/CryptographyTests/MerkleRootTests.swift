import Cryptography
import Primitives
import Testing

/// Goal: the root of a list that is not kept equals the kept tree's, for every small count. The
/// tree itself is checked against the RFC in `HashTreeTests`.
struct MerkleRootTests {
  @Test func everySmallCount() {
    var generator = SeededGenerator(seed: 11)
    var tree = HashTree()
    var leaves: [Digest] = []
    #expect(MerkleRoot.of([]) == SHA256.hash([]))
    for _ in 0..<130 {
      let leaf = generator.digest()
      leaves.append(leaf)
      tree.append(leaf)
      #expect(MerkleRoot.of(leaves) == tree.root())
    }
  }

  @Test("Order counts, and a doubled last leaf is another list")
  func distinct() {
    var generator = SeededGenerator(seed: 12)
    let a = generator.digest()
    let b = generator.digest()
    let c = generator.digest()
    #expect(MerkleRoot.of([a, b, c]) == SHA256.node(SHA256.node(a, b), c))
    #expect(MerkleRoot.of([a, b, c]) != MerkleRoot.of([a, b, c, c]))
    #expect(MerkleRoot.of([a, b]) != MerkleRoot.of([b, a]))
  }
}
