public import Cryptography
internal import Economy
public import Primitives
internal import Storage

/// The block log as static files (C2SP tlog-tiles) under `tiles/` of the data folder: entry n is
/// the RLP of block n's header. It is written behind the commits and can be made again from the
/// chain.
///
/// What is signed is never taken back: a checkpoint that contradicts the one that is there is not
/// written. Order of writes: full tiles, partial tiles, checkpoint; each staged, flushed, renamed.
struct TileLog<D: Disk>: Sendable {
  private let signer: NoteSigner
  private let entries: BlockEntries<D>
  private(set) var files: TileFiles<D>
  private(set) var edge = TileEdge()
  /// The hash of the last block in `edge`.
  private var lastHash = Digest.zero
  /// What the file `checkpoint` says; nil before the first.
  private(set) var published: (checkpoint: LogCheckpoint, note: SignedNote)?
  /// Tiles whose partial forms may go once a checkpoint covers them.
  private var filled: [TileName] = []

  var chain: Chain { entries.chain }

  /// Continues the log of a data folder: what is there is checked against its checkpoint and the
  /// chain, and what is missing or damaged is written again.
  /// - Parameter mended: called with each finding that led to writing the files again.
  init(
    _ chain: Chain, disk: D, signer: NoteSigner, mended: (String) -> Void
  ) throws(TileFailure) {
    self.signer = signer
    entries = BlockEntries(chain, disk)
    files = TileFiles(disk)
    guard let bytes = try files.read(TileLayout.checkpoint) else { return }
    let note: SignedNote
    let checkpoint: LogCheckpoint
    do throws(TileFailure) {
      (note, checkpoint) = try TileLog.checkpoint(
        bytes, origin: TileLog.origin(chain), key: signer.key)
    } catch {
      mended(error.text)
      return
    }
    guard checkpoint.size <= chain.head.height + 1 else {
      throw .contradiction(
        "it covers \(checkpoint.size) blocks where the chain has \(chain.head.height + 1)")
    }
    do throws(TileFailure) {
      try resume(checkpoint)
      try checkPresence()
    } catch .damaged(let file, let finding) {
      mended(TileFailure.damaged(file: file, finding: finding).text)
      try rebuild(checkpoint)
    }
    published = (checkpoint, note)
  }

  /// The log's name: the network's chain id and the hash of its first block.
  static func origin(_ chain: Chain) -> String {
    "freehold/\(chain.genesis.chainID)/\(Hex.text(chain.genesisHash.bytes).dropFirst(2))"
  }

  /// Reads a checkpoint file of this log.
  static func checkpoint(
    _ bytes: [UInt8], origin: String, key: NoteKey
  ) throws(TileFailure) -> (SignedNote, LogCheckpoint) {
    do throws(NoteFailure) {
      let note = try SignedNote(bytes)
      try note.verify(by: key)
      guard let checkpoint = LogCheckpoint(text: note.text), checkpoint.origin == origin else {
        throw .form("it is no checkpoint of this log")
      }
      return (note, checkpoint)
    } catch {
      throw .unsigned(error.text)
    }
  }

  // Starting

  /// Takes the edge from the tiles that the checkpoint covers.
  private mutating func resume(_ checkpoint: LogCheckpoint) throws(TileFailure) {
    let size = checkpoint.size
    guard size > 0 else { return }
    var levels: [[Digest]] = []
    for level in 0..<max(1, (64 - size.leadingZeroBitCount + 7) / 8) {
      let index = size >> (8 * UInt64(level + 1))
      let width = TileName(.hashes(level: level), index).width(in: size)
      levels.append(
        width == 0
          ? [] : try files.hashes(TileName(.hashes(level: level), index, width: width)))
    }
    let width = TileName(.entries, size >> 8).width(in: size)
    let bundle = width == 0 ? [] : try files.bundle(TileName(.entries, size >> 8, width: width))
    let name = TileName(.entries, (size - 1) >> 8, width: Int((size - 1) & 255) + 1)
    let leaves = try files.hashes(
      TileName(.hashes(level: 0), name.index, width: name.width))
    guard let edge = TileEdge(size: size, levels: levels, bundle: bundle),
      edge.root == checkpoint.root
    else {
      throw .damaged(
        file: TileName(.hashes(level: 0), size >> 8, width: max(1, width)).path,
        finding: "the tiles do not lead to the checkpoint's root")
    }
    let last = try files.bundle(name)
    guard let ranges = EntryBundle.entries(of: last),
      zip(ranges, leaves).allSatisfy({ SHA256.leaf(last, $0) == $1 }), let end = ranges.last
    else { throw .damaged(file: name.path, finding: "an entry is not the one of its hash") }
    try check(end, of: last, at: size - 1)
    self.edge = edge
    lastHash = Keccak256.hash(Array(last[end]))
  }

  /// The newest entry must be the chain's block of that height: its header holds all before it.
  private func check(
    _ range: Range<Int>, of bundle: [UInt8], at height: Height
  ) throws(TileFailure) {
    try entries.each(height..<height + 1) { (entry) throws(TileFailure) in
      guard entry.bytes.elementsEqual(bundle[range]) else {
        throw .contradiction("block \(height) is another one in the log than in the chain")
      }
    }
  }

  /// Every full tile that the checkpoint covers must be there; what it holds `verify` compares.
  private func checkPresence() throws(TileFailure) {
    let found = try files.all()
    var missing: TileName?
    TileName.full(in: edge.size) { name in
      if missing == nil, !found.hasSorted(name.path) { missing = name }
    }
    if let missing { throw .damaged(file: missing.path, finding: "the file is missing") }
  }

  /// Writes all files again from the chain, after the chain has been seen to be the one that the
  /// checkpoint was signed over.
  private mutating func rebuild(_ checkpoint: LogCheckpoint) throws(TileFailure) {
    var all = TileEdge()
    try entries.each(0..<checkpoint.size) { (entry) throws(TileFailure) in
      all.append(entry.bytes)
    }
    guard all.root == checkpoint.root else {
      throw .contradiction(
        "over \(checkpoint.size) blocks the chain has another root than the signed one")
    }
    edge = TileEdge()
    lastHash = .zero
    try catchUp(to: checkpoint.size)
    for file in edge.partials { _ = try files.write(file.name.path, file.bytes) }
  }

  // Growing

  /// Adds the chain's blocks up to a size, at most the chain's own.
  mutating func catchUp(to size: UInt64) throws(TileFailure) {
    guard edge.size < size else { return }
    let entries = entries
    try entries.each(edge.size..<size) { (entry) throws(TileFailure) in
      try append(entry)
    }
  }

  private mutating func append(_ entry: BlockEntry) throws(TileFailure) {
    guard entry.header.number == edge.size, entry.bytes.count <= EntryBundle.entryLimit,
      edge.size == 0 || entry.header.parentHash == lastHash
    else {
      throw .contradiction("block \(entry.header.number) does not follow entry \(edge.size)")
    }
    let full = edge.completed(by: entry.bytes)
    for file in full {
      _ = try files.write(file.name.path, file.bytes)
    }
    filled += full.map(\.name)
    edge.append(entry.bytes)
    lastHash = entry.hash
  }

  /// Writes the partial tiles and signs a checkpoint over all entries, where it is not there yet.
  mutating func publish() throws(TileFailure) {
    guard edge.size > (published?.checkpoint.size ?? 0) else { return }
    for file in edge.partials { _ = try files.write(file.name.path, file.bytes) }
    let checkpoint = LogCheckpoint(
      origin: signer.key.name, size: edge.size, root: edge.root)
    guard let note = signer.sign(checkpoint.text) else {
      throw .unsigned("the log's name may not stand in a note")
    }
    _ = try files.write(TileLayout.checkpoint, note.bytes)
    published = (checkpoint, note)
    for name in filled { files.removePartials(of: name) }
    filled = []
  }

  /// The path of a block's entry under the published checkpoint, checked against it.
  func inclusion(of height: Height) throws(TileFailure) -> LogInclusion {
    guard let (checkpoint, note) = published, height < checkpoint.size else {
      throw .behind("block \(height) is not in the published log yet: ask again in a second")
    }
    var tree = TileTree(files, size: checkpoint.size)
    let path = try tree.path(height)
    var leaf: Digest?
    try entries.each(height..<height + 1) { leaf = SHA256.leaf($0.bytes) }
    guard let leaf,
      HashTree.verify(
        leaf: leaf, index: Int(height), count: Int(checkpoint.size), path: path,
        root: checkpoint.root)
    else {
      throw .damaged(
        file: TileName(.hashes(level: 0), height >> 8).path,
        finding: "the tiles do not lead from block \(height) to the checkpoint's root")
    }
    return LogInclusion(path: path, checkpoint: note, key: signer.key)
  }
}

/// That a block is in the log: its entry's path to the root that the operator signed.
public struct LogInclusion: Sendable {
  /// From the entry's neighbour up.
  public let path: [Digest]
  /// The signed checkpoint.
  public let checkpoint: SignedNote
  /// Whose signature it is.
  public let key: NoteKey
}

extension TileName {
  /// Calls with every full file of a log of `size` entries.
  static func full(in size: UInt64, _ body: (TileName) -> Void) {
    for index in 0..<(size >> 8) { body(TileName(.entries, index)) }
    var count = size >> 8
    var level = 0
    while count > 0 {
      for index in 0..<count { body(TileName(.hashes(level: level), index)) }
      level += 1
      count >>= 8
    }
  }
}

extension [String] {
  /// Whether the element stands in an array that ascends by bytes.
  fileprivate func hasSorted(_ element: String) -> Bool {
    var range = startIndex..<endIndex
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if self[middle] == element { return true }
      if self[middle] < element {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return false
  }
}
