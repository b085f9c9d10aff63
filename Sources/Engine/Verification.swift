internal import Economy
internal import Ledger
public import Primitives
public import Storage

extension Recovery {
  /// Checks a data folder without changing anything: every checksum of the journal, every
  /// signature, every outcome and every block's state root; and of every checkpoint its digests,
  /// its block, its state's root, and that the journal has that block.
  ///
  /// Where the journal's oldest segments were removed it starts from the oldest sound checkpoint
  /// that the journal continues, and the summary says so: what lies before it cannot be checked.
  /// Damaged checkpoints stand in the summary's `faults`; a damaged journal is thrown.
  public static func verify<D: Disk>(
    _ chain: Chain, disk: D, progress: (Height) -> Void
  ) throws(ReplayFailure) -> ReplaySummary {
    var executor = Executor()
    let reader = JournalReader(
      disk, settings(chain, segmentBytes: JournalSettings.productionSegmentBytes))
    do {
      var summary = ReplaySummary()
      var checks = CheckpointChecks(try Checkpoints.list(disk))
      summary.journalBegins = try reader.segments().first ?? 1
      var start: JournalStart?
      if summary.journalBegins > 1 {
        start = try checks.start(chain, disk, journalBegins: summary.journalBegins)
        summary.startedFrom = start?.height ?? 0
      }
      let found = try reader.walk(from: start) { record in
        let block = try BlockRecord(record)
        if record.height == start?.height { return block.header.hash }
        let transactions = try authentic(block, chain)
        try chain.replay(block, transactions, executor: &executor, roots: .compute)
        summary.count(block)
        checks.check(block.header, chain, disk)
        if record.height % 256 == 0 { progress(record.height) }
        return chain.head.hash
      }
      checks.finish(chain, disk, end: found.lastHeight)
      summary.bytesCut = found.torn?.byteCount ?? 0
      summary.checkpoints = checks.sound
      summary.faults = checks.faults
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

/// Every checkpoint of a folder, each checked when the walk comes to its height.
private struct CheckpointChecks {
  /// Ascending; the first is the next to be met.
  private var left: ArraySlice<Height>
  private(set) var sound: UInt64 = 0
  private(set) var faults: [CheckpointFailure] = []

  init(_ heights: [Height]) { left = heights[...] }

  /// Checks the checkpoints from before the journal's first block, and puts the chain behind the
  /// oldest that the journal continues.
  mutating func start<D: Disk>(
    _ chain: Chain, _ disk: D, journalBegins first: Height
  ) throws(ReplayFailure) -> JournalStart {
    while let height = left.popFirst() {
      guard let loaded = load(height, chain, disk) else { continue }
      guard height + 1 >= first else { continue }
      let start = JournalStart(height: height, digest: loaded.head.hash)
      chain.restart(from: loaded)
      return start
    }
    throw .noStart(first: first)
  }

  /// Checks the checkpoint of the block just replayed, where there is one.
  mutating func check<D: Disk>(_ header: BlockHeader, _ chain: Chain, _ disk: D) {
    guard left.first == header.number else { return }
    left.removeFirst()
    guard let loaded = load(header.number, chain, disk) else { return }
    guard loaded.head.header != header else { return }
    sound -= 1
    faults.append(
      CheckpointFailure(
        height: header.number, .journal("the journal has another block at that height")))
  }

  /// Checks what lies above the journal's end: nothing may.
  mutating func finish<D: Disk>(_ chain: Chain, _ disk: D, end: Height) {
    while let height = left.popFirst() {
      guard load(height, chain, disk) != nil else { continue }
      sound -= 1
      faults.append(
        CheckpointFailure(
          height: height,
          .journal("the journal ends at height \(end), before it: the journal has lost blocks")))
    }
  }

  private mutating func load<D: Disk>(
    _ height: Height, _ chain: Chain, _ disk: D
  ) -> LoadedState? {
    do throws(CheckpointFailure) {
      let loaded = try CheckpointFile.load(
        CheckpointFile.reader(height, of: chain.genesis, disk: disk), genesis: chain.genesis,
        secret: chain.secret, authenticator: chain.authenticator)
      sound += 1
      return loaded
    } catch {
      faults.append(error)
      return nil
    }
  }
}
