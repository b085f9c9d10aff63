public import Primitives

/// What of a data folder a backup takes besides journal and checkpoints.
public struct BackupScope: Sendable {
  /// The network that the journal must be of.
  public var network: Digest
  /// Files copied before everything else, which must be there.
  public var first: [String]
  /// Folders copied whole before the journal, where they are there: what they hold is derived from
  /// the journal and must not be ahead of it. In each a file named `checkpoint` is copied first,
  /// because the others are written before it.
  public var folders: [String]
  /// Files copied after the journal, where they are there: what they hold must not be behind it.
  public var last: [String]

  public init(network: Digest, first: [String], folders: [String], last: [String]) {
    self.network = network
    self.first = first
    self.folders = folders
    self.last = last
  }
}

/// What a backup holds.
public struct BackupContent: Sendable {
  public var files: [BackupFile]
  /// Ascending.
  public var checkpoints: [Height]
  public var journal: JournalSurvey
}

/// A consistent copy of a data folder whose node may be at work: nothing is locked or changed.
///
/// The order makes it consistent. Files that never change go first. Checkpoints go before the
/// journal: each was written after its block was durable, so the journal copied later has that
/// block. The journal is append-only: full segments, then the newest through its last sound record,
/// which was there when the copy began or came later. The clock's offset goes last, so that it is
/// never behind a copied block's time. Where pruning takes a file away meanwhile, it begins anew.
public enum Backup {
  private static let attempts = 5

  /// Copies into an empty folder; durable when it returns.
  /// - Parameters:
  ///   - visit: called with each step over the journal; from the start again where the copy has to
  ///     begin anew.
  ///   - progress: called with the bytes copied and those expected.
  /// - Throws: `.full` where the target has no room, `.damaged` where the journal is, and what the
  ///   disks throw.
  public static func copy<Source: Disk, Target: Disk>(
    from source: Source, to target: Target, _ scope: BackupScope,
    visit: (JournalSurveyor<Source>.Step) throws(StorageFailure) -> Void,
    progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
  ) throws(StorageFailure) -> BackupContent {
    let expected = try size(source, scope)
    let free = try target.freeBytes()
    guard expected <= free else {
      throw StorageFailure(
        .full, .create, file: "the backup",
        finding: "it needs about \(expected) bytes and \(free) are free")
    }
    var left = attempts
    while true {
      left -= 1
      var copy = FileCopy(source, target) { progress($0, max($0, expected)) }
      do throws(StorageFailure) {
        let (checkpoints, journal) = try attempt(&copy, scope, visit)
        try copy.syncFolders()
        return BackupContent(files: copy.files, checkpoints: checkpoints, journal: journal)
      } catch {
        guard error.kind == .missing, left > 0 else { throw error }
        for file in copy.files { try target.removeIfPresent(file.name) }
        // What was being written when a file was found to be gone has no entry.
        if !error.file.isEmpty { try target.removeIfPresent(error.file) }
      }
    }
  }

  private static func attempt<Source: Disk, Target: Disk>(
    _ copy: inout FileCopy<Source, Target>, _ scope: BackupScope,
    _ visit: (JournalSurveyor<Source>.Step) throws(StorageFailure) -> Void
  ) throws(StorageFailure) -> ([Height], JournalSurvey) {
    let source = copy.source
    for name in scope.first { try copy.copy(name) }
    for folder in scope.folders { try copyTree(&copy, folder) }
    var checkpoints: [Height] = []
    for height in try Checkpoints.list(source) {
      do throws(StorageFailure) {
        try copy.copy(Checkpoints.file(height))
        checkpoints.append(height)
      } catch {
        // Pruned since it was listed; newer ones are there.
        if error.kind != .missing { throw error }
      }
    }
    var surveyor = JournalSurveyor(source, network: scope.network)
    let journal = try surveyor.run { (step) throws(StorageFailure) in
      if case .end(let segment) = step { try copy.put(segment.file, segment.bytes) }
      try visit(step)
    }
    for name in scope.last where try source.has(name) { try copy.copy(name) }
    // A journal that begins above 1 needs a checkpoint to start from.
    if journal.begins > 1, !checkpoints.contains(where: { $0 + 1 >= journal.begins }) {
      throw StorageFailure(
        .missing, .read, file: Checkpoints.file(journal.begins - 1),
        finding: "the journal begins at height \(journal.begins) and no checkpoint reaches it")
    }
    return (checkpoints, journal)
  }

  /// Copies the files of a backup into an empty folder, each compared with what the manifest says
  /// of it; durable when it returns.
  /// - Throws: `.damaged` where a file is not what was backed up, and what the disks throw.
  public static func restore(
    _ files: [BackupFile], from source: some Disk, to target: some Disk,
    progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
  ) throws(StorageFailure) {
    let expected = files.reduce(0) { $0 + $1.byteCount }
    let free = try target.freeBytes()
    guard expected <= free else {
      throw StorageFailure(
        .full, .create, file: "", finding: "it needs \(expected) bytes and \(free) are free")
    }
    var copy = FileCopy(source, target) { progress($0, expected) }
    for file in files where try copy.copy(file.name) != file {
      throw StorageFailure(
        .damaged, .read, file: file.name,
        finding: "the backup's file is not what its manifest says (size or SHA-256)")
    }
    try copy.syncFolders()
  }

  /// Everything in a folder; what vanishes meanwhile was replaced by something newer.
  private static func copyTree<Source: Disk, Target: Disk>(
    _ copy: inout FileCopy<Source, Target>, _ folder: String
  ) throws(StorageFailure) {
    guard let names = entries(copy.source, folder) else { return }
    for name in names.sorted(by: { $0 == "checkpoint" && $1 != "checkpoint" || $0 < $1 })
    where !name.hasSuffix(".new") {
      let path = "\(folder)/\(name)"
      if entries(copy.source, path) != nil {
        try copyTree(&copy, path)
        continue
      }
      do throws(StorageFailure) {
        try copy.copy(path)
      } catch {
        if error.kind != .missing { throw error }
      }
    }
  }

  /// The names in a folder; nil where it is none.
  static func entries(_ disk: some Disk, _ folder: String) -> [String]? {
    try? disk.list(folder)
  }

  /// Bytes that a copy will take, about.
  private static func size(_ disk: some Disk, _ scope: BackupScope) throws(StorageFailure) -> UInt64
  {
    var sum: UInt64 = 0
    for name in scope.first { sum += try bytes(disk, name) }
    for folder in scope.folders + ["journal", "checkpoints"] { sum += sizeOfTree(disk, folder) }
    return sum
  }

  private static func sizeOfTree(_ disk: some Disk, _ folder: String) -> UInt64 {
    (entries(disk, folder) ?? []).reduce(0) { sum, name in
      let path = "\(folder)/\(name)"
      if name.hasSuffix(".new") || path == JournalNames.spare { return sum }
      if entries(disk, path) != nil { return sum + sizeOfTree(disk, path) }
      return sum + ((try? bytes(disk, path)) ?? 0)
    }
  }

  static func bytes(_ disk: some Disk, _ name: String) throws(StorageFailure) -> UInt64 {
    let file = try disk.open(name, forWriting: false)
    defer { disk.close(file) }
    return try disk.size(file)
  }
}
