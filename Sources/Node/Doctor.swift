internal import Economy
internal import EconomyFile
internal import Engine
internal import Glibc
public import Primitives
internal import Storage

/// Looks at a data folder and says in words what is there and what to do. Nothing is changed,
/// locked or executed, and a node may be at work in it.
public struct Doctor {
  /// Free space below which a node is about to stop taking transactions: two segments.
  private static let leastFree: UInt64 = 128 << 20
  /// Free space below which it is time to think.
  private static let littleFree: UInt64 = 1 << 30

  private let folder: DataFolder
  private let disk: RealDisk
  private let now: () -> UInt64
  private let progress: (Height) -> Void
  private var diagnosis = Diagnosis()
  private var owner: UInt64?

  /// - Parameters:
  ///   - now: the second, since 1970, asked for when it is compared.
  ///   - progress: called now and then with the height reached in the journal.
  public init(
    _ folder: DataFolder, now: @escaping () -> UInt64, progress: @escaping (Height) -> Void
  ) {
    self.folder = folder
    self.now = now
    self.progress = progress
    disk = folder.disk
  }

  /// Everything there is to say.
  /// - Parameter deep: also replays the journal as `verify` does; not while a node runs.
  public mutating func examine(deep: Bool) -> Diagnosis {
    diagnosis = Diagnosis()
    diagnosis.sound("program", "freehold \(Version.text)")
    var status = stat()
    guard stat(folder.path, &status) == 0 else {
      diagnosis.problem(
        "folder", "\(folder.path): \(String(cString: strerror(errno)))",
        repair: "check the path, and that this user may read it")
      return diagnosis
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      diagnosis.problem("folder", "\(folder.path) is no folder", repair: "check the path")
      return diagnosis
    }
    examineOwner()
    let survey = FolderSurvey(disk)
    examinePermissions(survey)
    examineEntries(survey)
    examineSpace()
    examineContents(deep: deep)
    return diagnosis
  }

  private mutating func examineOwner() {
    owner = FolderOwner.process(of: disk)
    if let owner {
      diagnosis.sound(
        "process", "in use by process \(owner); what is said here is of one moment")
    } else {
      diagnosis.sound("process", "no process uses it")
    }
  }

  private mutating func examinePermissions(_ survey: FolderSurvey) {
    let writable = survey.entries.filter { $0.mode & 0o002 != 0 }
    if let first = writable.first {
      diagnosis.problem(
        "permissions",
        "everybody on this machine may write \(writable.count) entries, among them "
          + "\(first.path.isEmpty ? "the folder itself" : first.path)",
        repair: "chmod -R o-w \(folder.path)")
    }
    let secrets = survey.entries.filter {
      $0.path.hasPrefix("keys/") && !$0.isFolder && $0.mode & 0o077 != 0
    }
    if let first = secrets.first {
      diagnosis.problem(
        "permissions", "others may read the secret key \(first.path)",
        repair: "chmod 600 \(folder.path)/\(first.path), and have the node make a new one if "
          + "somebody may have read it")
    }
    // Files in a folder that nobody else may enter are not readable by others.
    let isOpen = survey.entries.first.map { $0.mode & 0o001 != 0 } ?? false
    let readable = isOpen ? survey.entries.filter { !$0.isFolder && $0.mode & 0o004 != 0 } : []
    if !readable.isEmpty {
      diagnosis.note(
        "permissions", "everybody on this machine may read \(readable.count) files",
        repair: "chmod o-rx \(folder.path), where that is not meant")
    }
    if writable.isEmpty, secrets.isEmpty, readable.isEmpty {
      diagnosis.sound("permissions", "nobody but the owner and its group may read or write")
    }
  }

  private mutating func examineEntries(_ survey: FolderSurvey) {
    let unknown = survey.unknown
    guard !unknown.isEmpty else { return }
    let shown = unknown.prefix(8).joined(separator: ", ")
    diagnosis.note(
      "files",
      "\(unknown.count) entries are not the node's: \(shown)\(unknown.count > 8 ? ", …" : "")",
      repair: "move them elsewhere; a backup does not take them")
  }

  private mutating func examineSpace() {
    do throws(StorageFailure) {
      let free = try disk.freeBytes()
      let text = "\(free >> 20) MiB are free on this volume"
      if free < Self.leastFree {
        diagnosis.problem(
          "space", text,
          repair: "free some: the node becomes read-only when the next segment finds no room")
      } else if free < Self.littleFree {
        diagnosis.note("space", text, repair: "free some soon")
      } else {
        diagnosis.sound("space", text)
      }
    } catch {
      diagnosis.problem("space", error.description)
    }
  }

  private mutating func examineContents(deep: Bool) {
    let document: EconomyDocument
    do throws(DataFolderFailure) {
      document = try folder.document()
    } catch {
      diagnosis.problem("network", error.text)
      diagnosis.note(
        "journal", "not looked at: without the genesis file nobody knows which network it is of")
      return
    }
    let chain = Chain(genesis: document.genesis(), secret: .random())
    diagnosis.sound(
      "network",
      "\(document.title), chain id \(chain.genesis.chainID), since "
        + CalendarTime.text(chain.genesis.time))
    let blocks = examineJournal(chain)
    examineCheckpoints(chain, blocks)
    examineTiles()
    examineIndex()
    examineClock(document, blocks)
    if deep { replay(chain) }
  }

  /// What the journal's survey gave to the other looks.
  private struct Blocks {
    var survey = JournalSurvey()
    var links: ChainLinks
    /// Hashes of the blocks that have a checkpoint.
    var hashes: [Height: Digest] = [:]
  }

  private mutating func examineJournal(_ chain: Chain) -> Blocks? {
    var blocks = Blocks(links: ChainLinks(genesisHash: chain.genesisHash))
    let wanted = Set((try? Checkpoints.list(disk)) ?? [])
    do throws(StorageFailure) {
      var surveyor = JournalSurveyor(disk, network: chain.genesis.identity)
      blocks.survey = try surveyor.run { (step) throws(StorageFailure) in
        try blocks.links.visit(step)
        guard case .block(let record) = step else { return }
        if wanted.contains(record.height) { blocks.hashes[record.height] = blocks.links.hash }
        if record.height % 4_096 == 0 { progress(record.height) }
      }
    } catch {
      diagnosis.problem("journal", error.description)
      return nil
    }
    let survey = blocks.survey
    let hash = Hex.text((blocks.links.hash ?? chain.genesisHash).bytes)
    diagnosis.sound(
      "journal",
      "\(survey.records) blocks to height \(survey.height), \(blocks.links.transactions) "
        + "transactions, \(survey.recordBytes) bytes in \(survey.segments) segments; every "
        + "checksum and link holds; head \(hash)")
    if survey.begins > 1 {
      diagnosis.note(
        "journal", "it begins at block \(survey.begins): older segments were removed (--prune)")
    }
    if let torn = survey.unfinished {
      diagnosis.note(
        "journal",
        owner == nil
          ? "\(torn.byteCount) bytes at byte \(torn.offset) of \(torn.file) are a torn tail: a "
            + "block that was never acknowledged; the next start cuts them"
          : "a block is being written to \(torn.file)")
    }
    return blocks
  }

  private mutating func examineCheckpoints(_ chain: Chain, _ blocks: Blocks?) {
    var sound: [Height] = []
    do throws(StorageFailure) {
      for height in try Checkpoints.list(disk) {
        if let fault = fault(height, chain, blocks) {
          diagnosis.problem(
            "checkpoint", fault,
            repair: "remove \(Checkpoints.file(height)): the node starts from an older one or from "
              + "the journal")
        } else {
          sound.append(height)
        }
      }
    } catch {
      diagnosis.problem("checkpoint", error.description)
    }
    let begins = blocks?.survey.begins ?? 1
    if begins > 1, !sound.contains(where: { $0 + 1 >= begins }) {
      diagnosis.problem(
        "checkpoint",
        "the journal begins at block \(begins) and no sound checkpoint reaches it: the node cannot "
          + "start", repair: "restore the folder from a backup")
    } else if let newest = sound.last {
      diagnosis.sound(
        "checkpoint", "\(sound.count) sound, the newest of height \(newest)")
    } else {
      diagnosis.sound("checkpoint", "none: a start replays the whole journal")
    }
  }

  /// What is wrong with a checkpoint; nil where nothing is, or where it was pruned meanwhile.
  private func fault(_ height: Height, _ chain: Chain, _ blocks: Blocks?) -> String? {
    do throws(StorageFailure) {
      let reader = try CheckpointReader(disk, height: height, network: chain.genesis.identity)
      try reader.check()
      guard let blocks else { return nil }
      if height > blocks.survey.height, owner == nil {
        return "\(reader.file) is above the journal's end, height \(blocks.survey.height): the "
          + "journal has lost blocks; restore it from a backup before anything else"
      }
      guard let hash = blocks.hashes[height] else { return nil }
      let header = try? BlockHeader(
        rlp: reader.manifest.header, range: 0..<reader.manifest.header.count)
      return header?.hash == hash
        ? nil : "\(reader.file) is of another block than the journal's of that height"
    } catch {
      return error.kind == .missing ? nil : error.description
    }
  }

  private mutating func examineTiles() {
    guard (try? disk.list(Self.tiles)) != nil else { return }
    do throws(StorageFailure) {
      let hasNote = try disk.has("\(Self.tiles)/checkpoint")
      diagnosis.sound(
        "tiles",
        hasNote
          ? "the block log is there with its signed checkpoint"
          : "the block log is there, without a signed checkpoint yet")
    } catch {
      diagnosis.problem("tiles", error.description)
    }
  }

  private mutating func examineIndex() {
    let bytes = TransactionIndex.byteCount(disk)
    diagnosis.sound(
      "index",
      bytes == 0
        ? "none: a node makes it from the journal, unless it is told not to"
        : "\(bytes) bytes, made from the journal and no part of a backup; `freehold index status` "
          + "says what it holds")
  }

  private static let tiles = DataFolder.tileFolder

  private mutating func examineClock(_ document: EconomyDocument, _ blocks: Blocks?) {
    var offset: UInt64 = 0
    if document.network.development {
      do throws(DataFolderFailure) {
        let clock = try DevelopmentClock(disk)
        offset = clock.now() - min(clock.now(), SystemClock().now())
        diagnosis.sound("clock", "a development network's, moved forward by \(offset) s")
      } catch {
        diagnosis.problem("clock", error.text)
        return
      }
    }
    guard let head = blocks?.links.head else { return }
    let time = now() + offset
    if head.timestamp > time + NodeGate.clockTolerance {
      diagnosis.problem(
        "clock", "this machine's clock is \(head.timestamp - time) s behind the newest block",
        repair: "set it right: until then the time of new blocks holds")
    } else {
      diagnosis.sound(
        "clock", "the newest block is of \(CalendarTime.text(LogicalTime(head.timestamp)))")
    }
  }

  private mutating func replay(_ chain: Chain) {
    if let owner {
      diagnosis.note(
        "replay", "not done while process \(owner) writes",
        repair: "verify a restored backup instead, or stop the node")
      return
    }
    do throws(ReplayFailure) {
      let summary = try Recovery.verify(chain, disk: disk, progress: progress)
      for fault in summary.faults { diagnosis.problem("replay", fault.text) }
      diagnosis.sound(
        "replay",
        "\(summary.blocks) blocks executed again, every signature recovered, every outcome and "
          + "state root the same")
    } catch {
      diagnosis.problem("replay", error.text)
    }
  }
}
