public import Cryptography
public import Primitives
public import Storage

/// What the check of a block log found.
public struct TileSummary: Sendable, Equatable {
  /// Files compared byte for byte.
  public let files: Int
  /// Blocks that the signed checkpoint covers; 0 where none is signed yet, as after a node that
  /// ended while it wrote its first.
  public let size: UInt64
  /// The signed root over them; the empty tree's where none is signed yet.
  public let root: Digest
  /// Whose signature it is.
  public let key: NoteKey
}

/// The block log as `verify` meets it: every file recomputed from the chain's blocks.
public enum BlockLogCheck {
  /// Compares every byte of every file with what the chain gives, and checks the checkpoint's
  /// signature; nil where the folder has no log.
  /// - Parameters:
  ///   - chain: brought up to the journal's end.
  ///   - key: who must have signed.
  public static func verify<D: Disk>(
    _ chain: Chain, disk: D, key: NoteKey
  ) throws(TileFailure) -> TileSummary? {
    let files = TileFiles(disk)
    let found = try files.all()
    guard !found.isEmpty else { return nil }
    var signed: LogCheckpoint?
    if let bytes = try files.read(TileLayout.checkpoint) {
      signed = try TileLog<D>.checkpoint(bytes, origin: TileLog<D>.origin(chain), key: key).1
    }
    let size = signed?.size ?? 0
    let height = chain.head.height
    guard size <= height + 1 else {
      throw .contradiction("it covers \(size) blocks where the chain has \(height + 1)")
    }
    var comparison = Comparison(files, size: size, found: found)
    var edge = TileEdge()
    var root = edge.root
    try BlockEntries(chain, disk).each(0..<height + 1) { (entry) throws(TileFailure) in
      for file in edge.completed(by: entry.bytes) { try comparison.check(file) }
      edge.append(entry.bytes)
      if edge.size == size { root = edge.root }
    }
    for file in edge.partials { try comparison.check(file) }
    if let signed, root != signed.root {
      throw .contradiction("over \(size) blocks the chain has another root than the signed one")
    }
    if let stranger = comparison.rest.sorted().first {
      throw .damaged(file: stranger, finding: "no such file belongs to the log")
    }
    return TileSummary(
      files: comparison.count + (signed == nil ? 0 : 1), size: size, root: root, key: key)
  }
}

/// The files that were found against the ones that the chain gives.
private struct Comparison<D: Disk> {
  private let files: TileFiles<D>
  private let size: UInt64
  /// What no tile has claimed yet.
  private(set) var rest: Set<String>
  /// Partial forms by their folder.
  private var partials: [String: [TileName]] = [:]
  private(set) var count = 0

  init(_ files: TileFiles<D>, size: UInt64, found: [String]) {
    self.files = files
    self.size = size
    rest = Set(found)
    rest.remove(TileLayout.checkpoint)
    for path in found {
      guard let name = TileName(path: path), !name.isFull else { continue }
      partials[name.partialFolder, default: []].append(name)
    }
  }

  /// Checks every form of a tile that is there against its bytes as far as they are known, and that
  /// the form which the checkpoint needs is among them.
  mutating func check(_ file: TileFile) throws(TileFailure) {
    let needed = file.name.width(in: size)
    let full = file.name.full
    var forms = partials[full.partialFolder] ?? []
    if rest.contains(full.path) { forms.append(full) }
    let isThere = forms.contains { $0.isFull || $0.width == needed }
    guard needed == 0 || (needed == TileName.fullWidth ? rest.contains(full.path) : isThere)
    else {
      throw .damaged(
        file: TileName(full.content, full.index, width: needed).path,
        finding: "the file is missing")
    }
    for form in forms where form.width <= file.name.width {
      guard let length = length(file, form.width) else { continue }
      let found = try files.read(form.path) ?? []
      if let place = difference(found, file.bytes[..<length]) {
        throw .damaged(
          file: form.path, finding: "byte \(place) is not what the chain's blocks give")
      }
      rest.remove(form.path)
      count += 1
    }
  }

  /// The bytes that so many hashes or entries take.
  private func length(_ file: TileFile, _ width: Int) -> Int? {
    guard case .entries = file.name.content else { return width * 32 }
    return EntryBundle.entries(of: file.bytes).map { $0[width - 1].upperBound }
  }

  /// The first place where the bytes differ, or one of them ends.
  private func difference(_ left: [UInt8], _ right: ArraySlice<UInt8>) -> Int? {
    if left.elementsEqual(right) { return nil }
    return zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      ?? min(left.count, right.count)
  }
}
