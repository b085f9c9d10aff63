internal import CSHA256
package import Primitives

/// Inner nodes hashed many at a time: the one place where digests in arrays meet the C target.
package enum NodeHashing {
  /// Fills `parents[i]` from the pair of children `2i` and `2i + 1`, for each `i` of `places`.
  /// The places ascend and each has both its children. `portable` keeps to the path of processors
  /// without SHA instructions, for tests to compare.
  package static func fill(
    _ parents: inout [Digest], from children: [Digest], at places: [UInt32], portable: Bool = false
  ) {
    guard let last = places.last else { return }
    precondition(Int(last) < parents.count && 2 * Int(last) + 1 < children.count)
    let run = portable ? freehold_sha256_nodes_portable : freehold_sha256_nodes
    parents.withUnsafeMutableBytes { parents in
      children.withUnsafeBytes { children in
        run(
          parents.baseAddress?.assumingMemoryBound(to: UInt64.self),
          children.baseAddress?.assumingMemoryBound(to: UInt64.self), places, places.count)
      }
    }
  }

  /// Fills the first half of `digests` with the parents of its first `count` pairs.
  static func halve(_ digests: inout [Digest], pairs count: Int) {
    precondition(2 * count <= digests.count)
    digests.withUnsafeMutableBytes { digests in
      let words = digests.baseAddress?.assumingMemoryBound(to: UInt64.self)
      freehold_sha256_nodes(words, words, nil, count)
    }
  }
}
