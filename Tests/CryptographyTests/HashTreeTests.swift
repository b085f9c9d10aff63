import Cryptography
import Primitives
import Testing

/// Goal: the kept tree is RFC 6962's tree whatever was done to it, and its proofs prove one leaf.
/// Method: a recursive reference after the RFC's text, random changes, mutated proofs.
struct HashTreeTests {
  /// The definition of RFC 6962 section 2.1, word for word and slow.
  private static func reference(_ leaves: ArraySlice<Digest>) -> Digest {
    guard let first = leaves.first else { return SHA256.hash([]) }
    guard leaves.count > 1 else { return first }
    var split = 1
    while split * 2 < leaves.count { split *= 2 }
    let middle = leaves.startIndex + split
    return SHA256.node(reference(leaves[..<middle]), reference(leaves[middle...]))
  }

  /// The inputs and roots of the tests that certificate transparency logs share.
  @Test func publishedRoots() throws {
    let inputs = [
      "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
      "606162636465666768696a6b6c6d6e6f",
    ]
    let roots = [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    var tree = HashTree()
    #expect(
      hex(tree.root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    for (input, root) in zip(inputs, roots) {
      tree.append(SHA256.leaf(try #require(bytes(input))))
      #expect(hex(tree.root()) == root)
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func randomChanges(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var tree = HashTree()
    var leaves: [Digest] = []
    for _ in 0..<60 {
      for _ in 0..<generator.next() % 40 {
        switch generator.next() % 10 {
        case 0..<5:
          let leaf = generator.digest()
          leaves.append(leaf)
          tree.append(leaf)
        case 5..<9 where !leaves.isEmpty:
          let index = Int(generator.next() % UInt64(leaves.count))
          let leaf = generator.next() % 4 == 0 ? leaves[index] : generator.digest()
          leaves[index] = leaf
          tree.set(index, leaf)
        default:
          let cut = Int(generator.next() % 60 == 0 ? generator.next() % 400 : generator.next() % 6)
          leaves.removeLast(min(leaves.count, cut))
          tree.truncate(to: leaves.count)
        }
      }
      let expected = Self.reference(leaves[...])
      #expect(tree.count == leaves.count)
      #expect(tree.root() == expected)
      #expect(MerkleRoot.of(leaves) == expected)
      for index in leaves.indices {
        let path = tree.path(index)
        #expect(
          HashTree.verify(
            leaf: leaves[index], index: index, count: leaves.count, path: path, root: expected))
      }
    }
  }

  private static func mutated(_ digest: Digest, byte: Int, by mask: UInt8) -> Digest {
    var bytes = digest.bytes
    bytes[byte] ^= mask
    return Digest(bytes) ?? digest
  }

  @Test(
    "Every byte changed in a leaf, a root or a path is refused", arguments: [1, 2, 3, 5, 8, 13])
  func mutatedProofs(count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    var tree = HashTree()
    for _ in 0..<count { tree.append(generator.digest()) }
    let root = tree.root()
    for index in 0..<count {
      let leaf = tree[index]
      let path = tree.path(index)
      func holds(_ leaf: Digest, _ index: Int, _ path: [Digest], _ root: Digest) -> Bool {
        HashTree.verify(leaf: leaf, index: index, count: count, path: path, root: root)
      }
      #expect(holds(leaf, index, path, root))
      for byte in 0..<32 {
        let mask = UInt8(1) << UInt8(generator.next() % 8)
        #expect(!holds(Self.mutated(leaf, byte: byte, by: mask), index, path, root))
        #expect(!holds(leaf, index, path, Self.mutated(root, byte: byte, by: mask)))
        for step in path.indices {
          var wrong = path
          wrong[step] = Self.mutated(path[step], byte: byte, by: mask)
          #expect(!holds(leaf, index, wrong, root))
        }
      }
      for other in -1...count + 1 where other != index { #expect(!holds(leaf, other, path, root)) }
      #expect(!holds(leaf, index, path + [generator.digest()], root))
      #expect(!holds(leaf, index, path + [root], root))
      if !path.isEmpty {
        #expect(!holds(leaf, index, Array(path.dropLast()), root))
        #expect(!holds(leaf, index, Array(path.dropFirst()), root))
        // An inner node is no leaf: its hash carries another tag, so it stands at no index.
        let inner = index % 2 == 0 ? SHA256.node(leaf, path[0]) : SHA256.node(path[0], leaf)
        #expect(!holds(inner, index, path, root))
      }
    }
  }

  @Test func hostileProofs() {
    let leaf = SHA256.leaf([1])
    #expect(!HashTree.verify(leaf: leaf, index: 0, count: 0, path: [], root: leaf))
    #expect(!HashTree.verify(leaf: leaf, index: -1, count: 1, path: [], root: leaf))
    #expect(!HashTree.verify(leaf: leaf, index: .min, count: .min, path: [], root: leaf))
    #expect(!HashTree.verify(leaf: leaf, index: 0, count: -1, path: [], root: leaf))
    #expect(HashTree.verify(leaf: leaf, index: 0, count: 1, path: [], root: leaf))
    let long = [Digest](repeating: leaf, count: 1_000)
    for index in [0, 1, 1 << 40, .max - 1] {
      #expect(!HashTree.verify(leaf: leaf, index: index, count: .max, path: long, root: leaf))
    }
  }

  @Test("Random proofs are refused and none traps")
  func randomProofs() {
    var generator = SeededGenerator(seed: 99)
    for _ in 0..<2_000 {
      let count = Int(truncatingIfNeeded: generator.next() >> (generator.next() % 64))
      let index = Int(truncatingIfNeeded: generator.next() >> (generator.next() % 64))
      let path = (0..<generator.next() % 8).map { _ in generator.digest() }
      #expect(
        !HashTree.verify(
          leaf: generator.digest(), index: index, count: count, path: path,
          root: generator.digest()))
    }
  }

  @Test("Copies stay apart, and a cut to nothing and back works")
  func valueSemantics() {
    var generator = SeededGenerator(seed: 5)
    var tree = HashTree()
    for _ in 0..<9 { tree.append(generator.digest()) }
    let root = tree.root()
    var copy = tree
    copy.set(4, generator.digest())
    #expect(copy.root() != root)
    #expect(tree.root() == root)
    copy.truncate(to: 0)
    #expect(copy.root() == HashTree.emptyRoot)
    for index in 0..<9 { copy.append(tree[index]) }
    #expect(copy.root() == root)
    copy.truncate(to: 5)
    copy.append(tree[5])
    copy.append(tree[6])
    copy.append(tree[7])
    copy.append(tree[8])
    #expect(copy.root() == root)
  }

  @Test("Few dirty leaves among many take the sorted way, with the same root")
  func sparse() {
    var generator = SeededGenerator(seed: 6)
    var tree = HashTree()
    var leaves = (0..<5_000).map { _ in generator.digest() }
    for leaf in leaves { tree.append(leaf) }
    _ = tree.root()
    for _ in 0..<20 {
      for _ in 0..<4 {
        let index = Int(generator.next() % UInt64(leaves.count))
        leaves[index] = generator.digest()
        tree.set(index, leaves[index])
      }
      #expect(tree.root() == MerkleRoot.of(leaves))
    }
  }
}
