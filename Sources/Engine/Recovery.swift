internal import Economy
internal import Ledger
public import Primitives
public import Storage

/// Why a journal cannot be replayed.
public enum ReplayFailure: Error, Sendable {
  case storage(StorageFailure)
  case record(height: Height, BlockRecordFailure)
  case transaction(height: Height, index: Int, TransactionRefusal)
  /// A recorded sender is not the one that the signature gives (`verify` alone looks).
  case sender(height: Height, index: Int)
  case other(String)
  /// The journal begins above the first block and no sound checkpoint bridges the gap.
  case noStart(first: Height)
  /// Replaying the block gave another outcome.
  case outcome(height: Height, field: String)

  /// Anything that a replay can end with.
  init(_ error: any Error) {
    switch error {
    case let failure as ReplayFailure: self = failure
    case let failure as StorageFailure: self = .storage(failure)
    default: self = .other("\(error)")
    }
  }

  /// What is wrong, where, and what to do.
  public var text: String {
    switch self {
    case .storage(let failure): failure.description
    case .other(let text): text
    case .noStart(let first):
      "the journal begins at block \(first) and there is no sound checkpoint of block \(first - 1) "
        + "or later to start from: restore this folder from a backup or another node"
    case .record(let height, let failure):
      "block \(height): \(failure.reason) at byte \(failure.offset) of its record: restore this "
        + "folder from a backup or another node"
    case .transaction(let height, let index, let refusal):
      "block \(height), transaction \(index): \(refusal.text): the journal was written for another "
        + "network or by another version"
    case .sender(let height, let index):
      "block \(height), transaction \(index): the signature is another sender's"
    case .outcome(let height, let field):
      "block \(height): replay gives another \(field) than the journal holds: the program or the "
        + "genesis file differs from the one that wrote it"
    }
  }
}

/// What a replay found.
public struct ReplaySummary: Sendable {
  /// Blocks replayed.
  public internal(set) var blocks: UInt64 = 0
  public internal(set) var transactions: UInt64 = 0
  /// Bytes of a torn tail that were cut; 0 after a clean stop.
  public internal(set) var bytesCut: UInt64 = 0
  /// The height of the checkpoint that it started from; 0 for genesis.
  public internal(set) var startedFrom: Height = 0
  /// The oldest block that the journal has; above 1 where older segments were removed.
  public internal(set) var journalBegins: Height = 1
  /// Checkpoints that were checked and are sound; only `verify` looks at all of them.
  public internal(set) var checkpoints: UInt64 = 0
  /// Checkpoints that cannot be used, and why.
  public internal(set) var faults: [CheckpointFailure] = []

  mutating func count(_ block: BlockRecord) {
    blocks += 1
    transactions += UInt64(block.transactions.count)
  }
}

extension Chain {
  /// Executes a block of the journal again and checks its outcome.
  func replay(
    _ record: BlockRecord, _ transactions: [AuthenticTransaction],
    executor: inout Executor, roots: RootPolicy
  ) throws(ReplayFailure) {
    let parent = head
    let expected = record.header
    guard expected.number == parent.height + 1 else {
      throw .outcome(height: expected.number, field: "height")
    }
    let executed = withState { state in
      executor.execute(
        transactions, on: &state, parent: parent, time: LogicalTime(expected.timestamp),
        roots: roots)
    }
    let found = executed.block.header
    if found != expected {
      throw .outcome(height: expected.number, field: Self.difference(found, expected))
    }
    publish(executed.block, dropped: executed.dropped)
  }

  private static func difference(_ found: BlockHeader, _ expected: BlockHeader) -> String {
    if found.parentHash != expected.parentHash { return "parent hash" }
    if found.timestamp != expected.timestamp { return "time" }
    if found.transactionsRoot != expected.transactionsRoot { return "transactions root" }
    if found.receiptsRoot != expected.receiptsRoot { return "receipts root" }
    if found.stateRoot != expected.stateRoot { return "state root" }
    return "header"
  }
}

/// Brings a chain up to its journal, and checks a journal offline.
public enum Recovery {
  /// How many blocks go by between two checks of the state root while replaying; every block's
  /// receipts are checked, and the root once more at the head (decisions 23).
  static let rootInterval: Height = 4_096

  /// What a journal of this chain must agree on.
  static func settings(
    _ chain: Chain, segmentBytes: UInt64, salt: UInt64 = .random(in: 0 ... .max)
  ) -> JournalSettings {
    JournalSettings(
      identity: chain.genesis.identity, previousDigest: chain.genesisHash,
      segmentBytes: segmentBytes, salt: salt)
  }

  /// Makes an empty journal for a new network.
  /// - Parameter salt: of the segments made from now on; a simulation names it to be repeatable.
  public static func create<D: Disk>(
    _ chain: Chain, disk: D, segmentBytes: UInt64 = JournalSettings.productionSegmentBytes,
    salt: UInt64 = .random(in: 0 ... .max)
  ) throws(StorageFailure) {
    try Journal.create(disk, settings(chain, segmentBytes: segmentBytes, salt: salt))
  }

  /// Brings a chain that stands at genesis up to its journal, then hands out the machine.
  ///
  /// It starts from the newest sound checkpoint and replays what the journal has beyond it; where
  /// there is none, it replays everything. A checkpoint that is damaged, of another network or
  /// version, or of another chain than the journal is told and the next older one tried. A sound
  /// checkpoint above the journal's end means that the journal has lost blocks: that is refused.
  /// - Parameters:
  ///   - salt: of the segments made from now on; a simulation names it to be repeatable.
  ///   - skipped: called with each checkpoint that cannot be used.
  ///   - progress: called now and then with the height reached.
  public static func open<D: Disk>(
    _ chain: Chain, disk: D, segmentBytes: UInt64 = JournalSettings.productionSegmentBytes,
    salt: UInt64 = .random(in: 0 ... .max), skipped: (CheckpointFailure) -> Void = { _ in },
    progress: (Height) -> Void
  ) throws(ReplayFailure) -> Machine<D> {
    do {
      try Checkpoints.removeStaged(disk)
      var search = CheckpointSearch(try Checkpoints.list(disk))
      while true {
        let start = search.next(chain, disk, skipped)
        do {
          return try open(
            chain, disk, settings(chain, segmentBytes: segmentBytes, salt: salt), start,
            search.faults,
            progress)
        } catch let mismatch as JournalMismatch {
          search.refuse(
            CheckpointFailure(
              height: mismatch.height,
              .journal("the journal, \(mismatch.file), has another block at that height")),
            skipped)
          chain.restart()
        }
      }
    } catch {
      throw ReplayFailure(error)
    }
  }

  private static func open<D: Disk>(
    _ chain: Chain, _ disk: D, _ settings: JournalSettings, _ start: JournalStart?,
    _ faults: [CheckpointFailure], _ progress: (Height) -> Void
  ) throws -> Machine<D> {
    var summary = ReplaySummary()
    summary.startedFrom = start?.height ?? 0
    summary.faults = faults
    summary.journalBegins = try JournalReader(disk, settings).segments().first ?? 1
    if summary.startedFrom + 1 < summary.journalBegins {
      throw ReplayFailure.noStart(first: summary.journalBegins)
    }
    var executor = Executor()
    let journal = try Journal.open(disk, settings, from: start) { record in
      let block = try BlockRecord(record)
      if record.height == start?.height { return block.header.hash }
      let transactions = try trusted(block, chain)
      let isInterval = record.height % rootInterval == 0
      try chain.replay(
        block, transactions, executor: &executor,
        roots: isInterval ? .compute : .trust(block.header.stateRoot))
      summary.count(block)
      if record.height % 1_024 == 0 { progress(record.height) }
      return chain.head.hash
    }
    summary.bytesCut = journal.recovered.torn?.byteCount ?? 0
    try checkHead(chain)
    return Machine(chain: chain, disk: disk, journal: journal, recovered: summary)
  }

  /// The block's transactions with the senders that the journal names, decoded on all processors.
  static func trusted(
    _ block: BlockRecord, _ chain: Chain
  ) throws(ReplayFailure) -> [AuthenticTransaction] {
    let results = chain.authenticator.trust(block.transactions)
    var transactions: [AuthenticTransaction] = []
    transactions.reserveCapacity(results.count)
    for (index, result) in results.enumerated() {
      do throws(TransactionRefusal) {
        transactions.append(try result.get())
      } catch {
        throw .transaction(height: block.header.number, index: index, error)
      }
    }
    return transactions
  }

  static func checkHead(_ chain: Chain) throws(ReplayFailure) {
    let header = chain.head.header
    let root = chain.withState { state in state.stateRoot() }
    guard root == header.stateRoot else {
      throw .outcome(height: header.number, field: "state root")
    }
  }
}

extension BlockRecord {
  /// Reads a journal record, which must hold the block of its own height.
  init(_ record: JournalRecord) throws(ReplayFailure) {
    do throws(BlockRecordFailure) {
      try self.init(record.payload)
    } catch {
      throw .record(height: record.height, error)
    }
    guard header.number == record.height else {
      throw .outcome(height: record.height, field: "height")
    }
  }
}

/// The checkpoints of a folder, newest first, until one can be used.
struct CheckpointSearch {
  private var left: [Height]
  private(set) var faults: [CheckpointFailure] = []
  /// The highest of those whose manifest is sound: the journal had so many blocks.
  private var durableThrough: Height = 0

  init(_ heights: [Height]) { left = heights }

  /// Puts the chain behind the newest checkpoint that is sound and not tried yet; nil where none
  /// is left, and then the chain is where it was.
  mutating func next<D: Disk>(
    _ chain: Chain, _ disk: D, _ skipped: (CheckpointFailure) -> Void
  ) -> JournalStart? {
    while let height = left.popLast() {
      do throws(CheckpointFailure) {
        let reader = try CheckpointFile.reader(height, of: chain.genesis, disk: disk)
        durableThrough = max(durableThrough, height)
        let loaded = try CheckpointFile.load(
          reader, genesis: chain.genesis, secret: chain.secret,
          authenticator: chain.authenticator)
        let start = JournalStart(
          height: height, digest: loaded.head.hash, durableThrough: durableThrough)
        chain.restart(from: loaded)
        return start
      } catch {
        refuse(error, skipped)
      }
    }
    return durableThrough == 0
      ? nil
      : JournalStart(height: 0, digest: chain.genesisHash, durableThrough: durableThrough)
  }

  mutating func refuse(_ failure: CheckpointFailure, _ skipped: (CheckpointFailure) -> Void) {
    // What is of another chain says nothing about this journal's end.
    if case .journal = failure.fault { durableThrough = 0 }
    faults.append(failure)
    skipped(failure)
  }
}
