internal import Economy
internal import EconomyFile
internal import Engine
internal import Glibc
internal import Primitives
internal import Storage

extension DataFolder {
  /// Where a node's own secrets stand; not part of a backup unless asked for.
  static let secretFolder = "keys"
  /// The block log as files.
  static let tileFolder = "tiles"

  /// Copies a network's folder, whose node may be at work, into a new folder; durable, and only
  /// then under its name, when it returns.
  ///
  /// Secret keys stay behind unless asked for: a backup travels to places where the node's secrets
  /// have no business, and a second node that signs with the same key could contradict the first.
  /// - Parameters:
  ///   - path: must not exist; its parent must.
  ///   - now: the second, since 1970.
  ///   - progress: called with the bytes copied and those expected.
  public func backUp(
    to path: String, withKeys: Bool, now: UInt64,
    progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void
  ) throws(DataFolderFailure) -> BackupManifest {
    let chain = Chain(genesis: try document().genesis(), secret: .random())
    let staged = try StagedFolder(path, outside: self.path)
    let network = chain.genesis.identity
    let scope = BackupScope(
      network: network, first: [Self.genesisFile],
      folders: [Self.tileFolder] + (withKeys ? [Self.secretFolder] : []),
      last: [DevelopmentClock.file])
    var links = ChainLinks(genesisHash: chain.genesisHash)
    do throws(StorageFailure) {
      try staged.make()
      let content = try Backup.copy(
        from: disk, to: staged.disk, scope,
        visit: { (step) throws(StorageFailure) in
          if case .start(_, let first, _) = step, first <= links.head?.number ?? 0 {
            links = ChainLinks(genesisHash: chain.genesisHash)
          }
          try links.visit(step)
        }, progress: progress)
      let manifest = BackupManifest(
        version: Version.text, network: network, takenAt: now, height: content.journal.height,
        head: links.hash ?? chain.genesisHash, journalBegins: content.journal.begins,
        checkpoints: content.checkpoints, hasKeys: withKeys, files: content.files)
      try staged.disk.writeAtomically(BackupManifest.file, manifest.json)
      try staged.name()
      return manifest
    } catch {
      staged.remove()
      throw DataFolderFailure(error.description)
    }
  }

  /// Makes this folder out of a backup: every file is compared with the manifest, the journal
  /// followed from block to block, every checkpoint's digests checked. Only then it has its name.
  ///
  /// The folder must not exist. Nothing is executed: `verify` does that.
  public func restore(
    from backup: String, progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void
  ) throws(DataFolderFailure) -> BackupManifest {
    let source = RealDisk(folder: backup)
    let manifest: BackupManifest
    do throws(StorageFailure) {
      manifest = try BackupManifest(
        bytes: source.readWhole(BackupManifest.file, limit: BackupManifest.byteLimit))
    } catch {
      throw DataFolderFailure(
        "\(backup) holds no whole backup: \(error.description)")
    }
    return try restore(manifest, source, progress)
  }

  private func restore(
    _ manifest: BackupManifest, _ source: RealDisk,
    _ progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void
  ) throws(DataFolderFailure) -> BackupManifest {
    let staged = try StagedFolder(path, outside: source.folder)
    do throws(StorageFailure) {
      try staged.make()
      try Backup.restore(manifest.files, from: source, to: staged.disk, progress: progress)
    } catch {
      staged.remove()
      throw DataFolderFailure(error.description)
    }
    do throws(DataFolderFailure) {
      try DataFolder(staged.path).check(manifest)
      do throws(StorageFailure) {
        try staged.name()
      } catch {
        throw DataFolderFailure(error.description)
      }
    } catch {
      staged.remove()
      throw error
    }
    return manifest
  }

  /// That the folder holds what the manifest says: the network, the blocks and their links, sound
  /// checkpoints.
  private func check(_ manifest: BackupManifest) throws(DataFolderFailure) {
    let chain = Chain(genesis: try document().genesis(), secret: .random())
    guard chain.genesis.identity == manifest.network else {
      throw DataFolderFailure(
        "the backup's genesis file makes another network than its manifest says: it was made by "
          + "version \(manifest.version), this is \(Version.text)")
    }
    var links = ChainLinks(genesisHash: chain.genesisHash)
    do throws(StorageFailure) {
      var surveyor = JournalSurveyor(disk, network: manifest.network)
      let found = try surveyor.run { (step) throws(StorageFailure) in try links.visit(step) }
      guard found.height == manifest.height, links.hash == manifest.head,
        found.begins == manifest.journalBegins
      else {
        throw StorageFailure(
          .damaged, .recover, file: BackupManifest.file, height: manifest.height,
          finding: "the journal ends with another block, of height \(found.height)")
      }
      for height in manifest.checkpoints {
        try CheckpointReader(disk, height: height, network: manifest.network).check()
      }
    } catch {
      throw DataFolderFailure(error.description)
    }
  }
}

extension BackupManifest {
  /// Reads a manifest where a storage failure is wanted.
  fileprivate init(bytes: [UInt8]) throws(StorageFailure) {
    do throws(DataFolderFailure) {
      try self.init(bytes)
    } catch {
      throw StorageFailure(.damaged, .read, file: Self.file, finding: error.text)
    }
  }
}

extension ChainLinks {
  /// Takes a step of a journal's survey.
  mutating func visit<D: Disk>(_ step: JournalSurveyor<D>.Step) throws(StorageFailure) {
    switch step {
    case .start(let file, let first, let previous):
      try begin(first, continuing: previous, file: file)
    case .block(let record): try take(record)
    case .end: break
    }
  }
}

/// A folder that gets its name when it is whole.
private struct StagedFolder {
  let path: String
  let disk: RealDisk
  private let parent: RealDisk
  private let lastName: String

  /// Throws where the wanted folder or its staged form is there, or lies within `other`.
  init(_ wanted: String, outside other: String) throws(DataFolderFailure) {
    var trimmed = Substring(wanted)
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    let parts = trimmed.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    let parent = folder.isEmpty ? (trimmed.hasPrefix("/") ? "/" : ".") : folder
    lastName = String(parts.last ?? "")
    path = "\(trimmed).partial"
    disk = RealDisk(folder: path)
    self.parent = RealDisk(folder: parent)
    guard let place = Self.real(parent) else {
      throw DataFolderFailure(
        "\(parent) is no folder: make it first, or give another place")
    }
    if let other = Self.real(other), place == other || place.hasPrefix(other + "/") {
      throw DataFolderFailure("\(wanted) lies within \(other): give a place outside of it")
    }
    var status = stat()
    for taken in [String(trimmed), path] where lstat(taken, &status) == 0 {
      throw DataFolderFailure(
        taken == path
          ? "\(path) is what an interrupted attempt left: remove it and try again"
          : "\(taken) is already there: nothing is overwritten; give another folder or move it"
      )
    }
  }

  private static func real(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  func make() throws(StorageFailure) { try disk.makeFolder("") }

  /// Gives the folder its name, durably.
  func name() throws(StorageFailure) {
    try disk.syncFolder("")
    try parent.rename("\(lastName).partial", to: lastName)
    try parent.syncFolder("")
  }

  /// Removes what was made; the failure that led here is the one to tell.
  func remove() { Self.remove(path) }

  private static func remove(_ path: String) {
    for name in (try? RealDisk(folder: path).list("")) ?? [] {
      let entry = "\(path)/\(name)"
      if unlink(entry) != 0 { remove(entry) }
    }
    rmdir(path)
  }
}
