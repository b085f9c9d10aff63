internal import Cryptography
internal import Primitives
internal import Storage

/// A published log as its tiles hold it: the root and the path of any entry, from about one tile
/// for each eight levels.
struct TileTree<D: Disk> {
  let files: TileFiles<D>
  /// Entries.
  let size: UInt64
  private var tiles: [TileName: [Digest]] = [:]

  init(_ files: TileFiles<D>, size: UInt64) {
    self.files = files
    self.size = size
  }

  /// The root over all entries.
  mutating func root() throws(TileFailure) -> Digest {
    size == 0 ? HashTree.emptyRoot : try hash(0..<size)
  }

  /// The inclusion path of an entry, from its neighbour up (RFC 6962 section 2.1.1).
  mutating func path(_ index: UInt64) throws(TileFailure) -> [Digest] {
    guard index < size else {
      throw .behind("the log has \(size) entries; entry \(index) is not among them yet")
    }
    var path: [Digest] = []
    var range = 0..<size
    while range.count > 1 {
      let middle = range.lowerBound + Self.split(range)
      if index < middle {
        path.append(try hash(middle..<range.upperBound))
        range = range.lowerBound..<middle
      } else {
        path.append(try hash(range.lowerBound..<middle))
        range = middle..<range.upperBound
      }
    }
    return path.reversed()
  }

  /// The largest power of two below the range's length, which is above 1.
  private static func split(_ range: Range<UInt64>) -> UInt64 {
    1 << (63 - UInt64((UInt64(range.count) - 1).leadingZeroBitCount))
  }

  /// The hash over a range that the standard's splitting leads to.
  private mutating func hash(_ range: Range<UInt64>) throws(TileFailure) -> Digest {
    let count = UInt64(range.count)
    if count & (count - 1) == 0 {
      return try hash(height: count.trailingZeroBitCount, at: range.lowerBound)
    }
    let middle = range.lowerBound + Self.split(range)
    return SHA256.node(
      try hash(range.lowerBound..<middle), try hash(middle..<range.upperBound))
  }

  /// The hash over 2^height entries from `start`, a multiple of that.
  private mutating func hash(height: Int, at start: UInt64) throws(TileFailure) -> Digest {
    let level = height / 8
    let first = start >> (8 * UInt64(level))
    let count = 1 << (height % 8)
    let tile = try tile(level, first >> 8)
    let offset = Int(first & 255)
    return MerkleRoot.of(Array(tile[offset..<offset + count]))
  }

  /// The hashes of a tile, as many as the log's size gives it.
  private mutating func tile(_ level: Int, _ index: UInt64) throws(TileFailure) -> [Digest] {
    let width = TileName(.hashes(level: level), index).width(in: size)
    let name = TileName(.hashes(level: level), index, width: width)
    if let known = tiles[name] { return known }
    let hashes = try files.hashes(name)
    tiles[name] = hashes
    return hashes
  }
}

extension TileFiles {
  /// The hashes of a tile; a partial one may stand in its full form.
  func hashes(_ name: TileName) throws(TileFailure) -> [Digest] {
    let (bytes, file) = try tile(name)
    let count = name.width * 32
    guard file == name.path ? bytes.count == count : bytes.count >= count else {
      throw .damaged(file: file, finding: "\(bytes.count) bytes where \(count) belong")
    }
    return stride(from: 0, to: count, by: 32).compactMap { Digest(bytes[$0..<$0 + 32]) }
  }

  /// The bytes of the first entries of a bundle, which may stand in its full form.
  func bundle(_ name: TileName) throws(TileFailure) -> [UInt8] {
    let (bytes, file) = try tile(name)
    guard let entries = EntryBundle.entries(of: bytes), entries.count >= name.width,
      file != name.path || entries.count == name.width
    else { throw .damaged(file: file, finding: "it does not hold \(name.width) entries") }
    return Array(bytes[..<entries[name.width - 1].upperBound])
  }

  private func tile(_ name: TileName) throws(TileFailure) -> (bytes: [UInt8], file: String) {
    if let bytes = try read(name.path) { return (bytes, name.path) }
    if let bytes = try read(name.full.path) { return (bytes, name.full.path) }
    throw .damaged(file: name.path, finding: "the file is missing")
  }
}
