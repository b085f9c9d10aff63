public import Primitives

/// A kept Merkle tree of leaf hashes (RFC 6962 section 2.1): what changed is remembered, and
/// `root()` recomputes only the paths above it.
///
/// Level 0 holds the leaves, each further level half as many; a last node without a neighbour
/// stands unchanged on the level above. Memory is 64 bytes a leaf. Leaves number at most 2^32.
public struct HashTree: Sendable {
  /// The root of a tree without leaves: SHA-256 of the empty string.
  public static let emptyRoot = SHA256.hash([])

  /// The leaves first, the root's level last; above the leaves right only after `root()`.
  private var levels: [[Digest]] = [[]]
  /// Each leaf that changed since `root()` stands once in `dirty` and has its bit in `marks`.
  private var dirty: [UInt32] = []
  private var marks: [UInt64] = []
  /// Kept from one `root()` to the next for its memory.
  private var places: [UInt32] = []

  /// An empty tree.
  public init() {}

  /// The number of leaves.
  public var count: Int { levels[0].count }

  /// The leaf at `index`, which must be below `count`.
  public subscript(index: Int) -> Digest { levels[0][index] }

  /// Makes room for `count` leaves.
  public mutating func reserveCapacity(_ count: Int) {
    levels[0].reserveCapacity(count)
    marks.reserveCapacity((count + 63) / 64)
  }

  /// Adds a leaf hash at the end.
  public mutating func append(_ leaf: Digest) {
    levels[0].append(leaf)
    mark(levels[0].count - 1)
  }

  /// Replaces the leaf hash at `index`, which must be below `count`.
  public mutating func set(_ index: Int, _ leaf: Digest) {
    guard levels[0][index] != leaf else { return }
    levels[0][index] = leaf
    mark(index)
  }

  /// Removes the leaves from `count` on; `count` must not be above the present one.
  public mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count)
    guard count < self.count else { return }
    levels[0].removeLast(self.count - count)
    // The nodes at the new right edge cover fewer leaves than they did.
    if count > 0 { mark(count - 1) }
  }

  /// The Merkle tree hash of all leaves (RFC 6962); `emptyRoot` where there are none.
  public mutating func root() -> Digest {
    update()
    return count == 0 ? Self.emptyRoot : levels[levels.count - 1][0]
  }

  /// The inclusion path of the leaf at `index`, from the leaf's neighbour up to below the root
  /// (RFC 6962 section 2.1.1). `index` must be below `count`.
  public mutating func path(_ index: Int) -> [Digest] {
    precondition(index >= 0 && index < count)
    update()
    var path: [Digest] = []
    var place = index
    for level in levels.dropLast() {
      let neighbour = place ^ 1
      if neighbour < level.count { path.append(level[neighbour]) }
      place >>= 1
    }
    return path
  }

  /// Whether `path` proves that `leaf` stands at `index` in the tree of `count` leaves with the
  /// root `root` (RFC 9162 section 2.1.3.2). The path's length must be exactly right.
  public static func verify(
    leaf: Digest, index: Int, count: Int, path: [Digest], root: Digest
  ) -> Bool {
    self.root(leaf: leaf, index: index, count: count, path: path) == root
  }

  /// The root that `path` leads to from `leaf` at `index` in a tree of `count` leaves (RFC 9162
  /// section 2.1.3.2); nil where the path's length is not exactly right.
  public static func root(leaf: Digest, index: Int, count: Int, path: [Digest]) -> Digest? {
    guard index >= 0, index < count else { return nil }
    var place = index
    var last = count - 1
    var hash = leaf
    for neighbour in path {
      guard last > 0 else { return nil }
      if place & 1 == 1 || place == last {
        hash = SHA256.node(neighbour, hash)
        // A last node without a neighbour stands unchanged until it becomes a right child.
        while place & 1 == 0 && place != 0 {
          place >>= 1
          last >>= 1
        }
      } else {
        hash = SHA256.node(hash, neighbour)
      }
      place >>= 1
      last >>= 1
    }
    return last == 0 ? hash : nil
  }

  private mutating func mark(_ index: Int) {
    let word = index >> 6
    let bit = UInt64(1) << UInt64(index & 63)
    while marks.count <= word { marks.append(0) }
    guard marks[word] & bit == 0 else { return }
    marks[word] |= bit
    dirty.append(UInt32(index))
  }

  /// Brings every level above the leaves up to date.
  private mutating func update() {
    guard !dirty.isEmpty else { return }
    collectPlaces()
    var height = 0
    while levels[height].count > 1 {
      if levels.count == height + 1 { levels.append([]) }
      updateLevel(height + 1)
      height += 1
    }
    levels.removeLast(levels.count - 1 - height)
  }

  /// Moves the dirty leaves to `places`, ascending, and forgets the marks.
  private mutating func collectPlaces() {
    places.removeAll(keepingCapacity: true)
    // Reading the marks costs their length, sorting more than that by each dirty leaf.
    if dirty.count > marks.count / 16 {
      for word in marks.indices where marks[word] != 0 {
        var bits = marks[word]
        marks[word] = 0
        while bits != 0 {
          places.append(UInt32(word << 6 + bits.trailingZeroBitCount))
          bits &= bits - 1
        }
      }
    } else {
      dirty.sort()
      for index in dirty {
        marks[Int(index >> 6)] = 0
        places.append(index)
      }
    }
    // Leaves that changed and were then cut off.
    while let last = places.last, last >= count { places.removeLast() }
    dirty.removeAll(keepingCapacity: true)
  }

  /// Recomputes the nodes of `level` above `places`, and puts them in `places` for the next.
  private mutating func updateLevel(_ level: Int) {
    var parents: [Digest] = []
    swap(&parents, &levels[level])
    let below = levels[level - 1].count
    let size = (below + 1) / 2
    if parents.count > size {
      parents.removeLast(parents.count - size)
    } else {
      parents.append(contentsOf: repeatElement(.zero, count: size - parents.count))
    }
    var kept = 0
    for place in places {
      let parent = place >> 1
      if kept == 0 || places[kept - 1] != parent {
        places[kept] = parent
        kept += 1
      }
    }
    places.removeLast(places.count - kept)
    let isLastAlone = below % 2 == 1 && places.last == UInt32(size - 1)
    if isLastAlone {
      parents[size - 1] = levels[level - 1][below - 1]
      places.removeLast()
    }
    NodeHashing.fill(&parents, from: levels[level - 1], at: places)
    if isLastAlone { places.append(UInt32(size - 1)) }
    swap(&parents, &levels[level])
  }
}
