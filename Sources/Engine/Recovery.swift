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
  public internal(set) var blocks: UInt64 = 0
  public internal(set) var transactions: UInt64 = 0
  /// Bytes of a torn tail that were cut; 0 after a clean stop.
  public internal(set) var bytesCut: UInt64 = 0

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
  static func settings(_ chain: Chain, segmentBytes: UInt64) -> JournalSettings {
    JournalSettings(
      identity: chain.genesis.identity, previousDigest: chain.genesisHash,
      segmentBytes: segmentBytes)
  }

  /// Makes an empty journal for a new network.
  public static func create<D: Disk>(
    _ chain: Chain, disk: D, segmentBytes: UInt64 = JournalSettings.productionSegmentBytes
  ) throws(StorageFailure) {
    try Journal.create(disk, settings(chain, segmentBytes: segmentBytes))
  }

  /// Replays the journal into a chain that stands at genesis, then hands out the machine.
  /// - Parameter progress: called now and then with the height reached.
  public static func open<D: Disk>(
    _ chain: Chain, disk: D, segmentBytes: UInt64 = JournalSettings.productionSegmentBytes,
    progress: (Height) -> Void
  ) throws(ReplayFailure) -> Machine<D> {
    var summary = ReplaySummary()
    var executor = Executor()
    do {
      let journal = try Journal.open(disk, settings(chain, segmentBytes: segmentBytes)) { record in
        let block = try BlockRecord(record)
        let transactions = try trusted(block, chain)
        let isCheckpoint = record.height % rootInterval == 0
        try chain.replay(
          block, transactions, executor: &executor,
          roots: isCheckpoint ? .compute : .trust(block.header.stateRoot))
        summary.count(block)
        if record.height % 1_024 == 0 { progress(record.height) }
        return chain.head.hash
      }
      summary.bytesCut = journal.recovered.torn?.byteCount ?? 0
      try checkHead(chain)
      return Machine(chain: chain, journal: journal, recovered: summary)
    } catch {
      throw ReplayFailure(error)
    }
  }

  /// The block's transactions with the senders that the journal names, decoded on all processors.
  private static func trusted(
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

  private static func checkHead(_ chain: Chain) throws(ReplayFailure) {
    let header = chain.head.header
    let root = chain.withState { state in state.stateRoot() }
    guard root == header.stateRoot else {
      throw .outcome(height: header.number, field: "state root")
    }
  }

  /// Checks a whole journal without changing anything: every checksum, every signature, every
  /// outcome and every block's state root.
  public static func verify<D: Disk>(
    _ chain: Chain, disk: D, progress: (Height) -> Void
  ) throws(ReplayFailure) -> ReplaySummary {
    var summary = ReplaySummary()
    var executor = Executor()
    let reader = JournalReader(
      disk, settings(chain, segmentBytes: JournalSettings.productionSegmentBytes))
    do {
      let found = try reader.walk { record in
        let block = try BlockRecord(record)
        let transactions = try authentic(block, chain)
        try chain.replay(block, transactions, executor: &executor, roots: .compute)
        summary.count(block)
        if record.height % 256 == 0 { progress(record.height) }
        return chain.head.hash
      }
      summary.bytesCut = found.torn?.byteCount ?? 0
      return summary
    } catch {
      throw ReplayFailure(error)
    }
  }

  /// The transactions with their senders recovered anew, each compared with the recorded one.
  private static func authentic(
    _ block: BlockRecord, _ chain: Chain
  ) throws(ReplayFailure) -> [AuthenticTransaction] {
    let height = block.header.number
    let results = chain.authenticator.authenticate(
      block.transactions.map { ReceivedTransaction($0.bytes) })
    var transactions: [AuthenticTransaction] = []
    for (index, result) in results.enumerated() {
      switch result {
      case .failure(let refusal):
        throw .transaction(height: height, index: index, refusal)
      case .success(let transaction):
        guard transaction.sender == block.transactions[index].sender else {
          throw .sender(height: height, index: index)
        }
        transactions.append(transaction)
      }
    }
    return transactions
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
