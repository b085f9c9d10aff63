internal import Cryptography
internal import Primitives

/// A file to be written.
struct TileFile: Equatable, Sendable {
  let name: TileName
  let bytes: [UInt8]
}

/// The growing end of a tiled log: all that is needed to add entries and to know the root, at most
/// 255 hashes a level and 255 entries. Everything else stands in full tiles and never changes.
struct TileEdge: Sendable, Equatable {
  /// Entries in the log.
  private(set) var size: UInt64 = 0
  /// For each level the hashes of its partial tile.
  private(set) var levels: [[Digest]] = [[]]
  /// The partial bundle's bytes.
  private(set) var bundle: [UInt8] = []

  init() {}

  /// What stands in the partial tiles of a log of `size` entries; nil where the counts disagree.
  init?(size: UInt64, levels: [[Digest]], bundle: [UInt8]) {
    let count = max(1, (64 - size.leadingZeroBitCount + 7) / 8)
    guard levels.count == count,
      levels.enumerated().allSatisfy({
        $0.element.count == Int(size >> (8 * UInt64($0.offset)) & 255)
      }), EntryBundle.entries(of: bundle)?.count == Int(size & 255)
    else { return nil }
    self.size = size
    self.levels = levels
    self.bundle = bundle
  }

  /// The files that an entry makes full: none, or a bundle and a tile on one level or more.
  func completed(by entry: [UInt8]) -> [TileFile] {
    guard levels[0].count == TileName.fullWidth - 1 else { return [] }
    var bundle = bundle
    EntryBundle.append(entry, to: &bundle)
    var files = [TileFile(name: TileName(.entries, size >> 8), bytes: bundle)]
    var carry = SHA256.leaf(entry)
    for (level, hashes) in levels.enumerated() {
      guard hashes.count == TileName.fullWidth - 1 else { break }
      let full = hashes + [carry]
      files.append(
        TileFile(
          name: TileName(.hashes(level: level), size >> (8 * UInt64(level + 1))),
          bytes: full.flatMap(\.bytes)))
      carry = MerkleRoot.of(full)
    }
    return files
  }

  /// Adds an entry of at most 65,535 bytes.
  mutating func append(_ entry: [UInt8]) {
    var carry = SHA256.leaf(entry)
    EntryBundle.append(entry, to: &bundle)
    size += 1
    for level in 0... {
      if level == levels.count { levels.append([]) }
      levels[level].append(carry)
      guard levels[level].count == TileName.fullWidth else { return }
      carry = MerkleRoot.of(levels[level])
      levels[level] = []
      if level == 0 { bundle = [] }
    }
  }

  /// The partial tiles and the partial bundle as they stand.
  var partials: [TileFile] {
    var files: [TileFile] = []
    if !levels[0].isEmpty {
      files.append(
        TileFile(
          name: TileName(.entries, size >> 8, width: levels[0].count), bytes: bundle))
    }
    for (level, hashes) in levels.enumerated() where !hashes.isEmpty {
      let name = TileName(
        .hashes(level: level), size >> (8 * UInt64(level + 1)), width: hashes.count)
      files.append(TileFile(name: name, bytes: hashes.flatMap(\.bytes)))
    }
    return files
  }

  /// The RFC 6962 root over all entries. What is left of a level is the last, smaller part of the
  /// level above, exactly as the standard splits a list.
  var root: Digest {
    var rest: Digest?
    for hashes in levels {
      let all = rest.map { hashes + [$0] } ?? hashes
      rest = all.isEmpty ? nil : MerkleRoot.of(all)
    }
    return rest ?? HashTree.emptyRoot
  }
}
