public import Primitives

/// The Merkle tree hash of RFC 6962 section 2.1 over a list that is not kept.
public enum MerkleRoot {
  /// The root over `leaves`, which are leaf hashes already; SHA-256 of nothing where there are
  /// none.
  public static func of(_ leaves: [Digest]) -> Digest {
    guard !leaves.isEmpty else { return HashTree.emptyRoot }
    var level = leaves
    var count = leaves.count
    while count > 1 {
      NodeHashing.halve(&level, pairs: count / 2)
      if count % 2 == 1 { level[count / 2] = level[count - 1] }
      count = (count + 1) / 2
    }
    return level[0]
  }
}
