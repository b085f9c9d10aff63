internal import Economy
internal import Ledger
public import Primitives
public import Storage

/// The replicated machine behind its inner interface, shaped like ABCI: info, check, prepare,
/// process, finalize, commit. The built-in sequencer drives the calls that a cluster will drive.
///
/// `finalize` does no I/O; `commit` is the only durable step: it appends the block to the journal
/// and flushes. A failed flush is never retried: the process ends and recovery replays (decisions
/// 21, 31).
public struct Machine<D: Disk>: ~Copyable, Sendable {
  public let chain: Chain
  private var journal: Journal<D>
  private var executor = Executor()
  private var finalized: ExecutedBlock?
  private var proposed: [AuthenticTransaction] = []
  private let disk: D
  /// Bytes of journal records since the newest checkpoint, the replayed ones included.
  private(set) var bytesSinceCheckpoint: UInt64

  /// What recovery found in the journal.
  public let recovered: ReplaySummary

  init(chain: Chain, disk: D, journal: consuming Journal<D>, recovered: ReplaySummary) {
    self.chain = chain
    self.disk = disk
    bytesSinceCheckpoint = journal.recovered.recordBytes
    self.journal = journal
    self.recovered = recovered
  }

  /// The last durable height and its app hash, the hash of its header.
  public func info() -> (height: Height, appHash: Digest) {
    let head = chain.head
    return (head.height, head.hash)
  }

  /// Whether the pool takes a transaction.
  public func check(_ bytes: [UInt8]) -> Result<Digest, SubmissionRefusal> {
    chain.submit([ReceivedTransaction(bytes)])[0]
  }

  /// What this node would put into the next block.
  public func prepare() -> [AuthenticTransaction] { chain.prepare() }

  /// Whether a proposal of somebody else may become a block: it fits the limits. What it contains
  /// is judged by execution, so that a correct proposer is never refused.
  public func process(_ proposal: [[UInt8]]) -> Bool {
    proposal.count <= Limits.blockTransactions
      && proposal.reduce(0) { $0 + $1.count } <= Limits.blockBytes
  }

  /// Executes a block on the state without any I/O. The caller holds the state until `commit`.
  mutating func finalize(
    _ transactions: [AuthenticTransaction], on state: inout EconomyState, time: LogicalTime
  ) {
    proposed = transactions
    finalized = executor.execute(
      transactions, on: &state, parent: chain.head, time: time, roots: .compute)
  }

  /// Makes room for a block before it is executed, so that a full disk is met while nothing has
  /// changed yet.
  package mutating func reserve(_ transactions: [AuthenticTransaction]) throws(StorageFailure) {
    let bytes = transactions.reduce(4_096) {
      $0 + $1.decoded.bytes.count + BlockRecord.transactionOverhead
    }
    try journal.reserve(bytes)
    try journal.pass(.blockReserved)
  }

  /// Makes the finalized block durable. Throws where the disk does not take it: then the process
  /// must end at once, for the state is ahead of the journal.
  mutating func commit() throws(StorageFailure) -> ExecutedBlock? {
    guard let executed = finalized else { return nil }
    finalized = nil
    let header = executed.block.header
    try journal.pass(.blockExecuted)
    let payload = BlockRecord.payload(header, proposed)
    let begun = Monotonic.nanoseconds()
    try journal.append(height: header.number, payload: payload, digest: executed.block.hash)
    try journal.flush()
    chain.meter.flush.note(nanoseconds: Monotonic.nanoseconds() - begun)
    chain.meter.journalBytes.add(UInt64(Journal<D>.recordBytes(payload: payload.count)))
    bytesSinceCheckpoint += UInt64(Journal<D>.recordBytes(payload: payload.count))
    return executed
  }

  /// Executes a block, makes it durable and tells readers of it. The state is held until the flush
  /// has returned and the block is published, so that nobody reads what may vanish. The sequencer
  /// calls it, and the benchmark's trusted feed.
  /// - Parameter failed: called while the state is still held, so that nothing is read after the
  ///   disk has failed.
  package mutating func makeBlock(
    _ transactions: [AuthenticTransaction], time: LogicalTime,
    failed: (StorageFailure) -> Void = { _ in }
  ) throws(StorageFailure) {
    let chain = chain
    try chain.withState { (state) throws(StorageFailure) in
      let begun = Monotonic.nanoseconds()
      finalize(transactions, on: &state, time: time)
      chain.meter.execution.note(nanoseconds: Monotonic.nanoseconds() - begun)
      do throws(StorageFailure) {
        if let executed = try commit() {
          publish(executed)
          try journal.pass(.blockPublished)
        }
      } catch {
        failed(error)
        throw error
      }
    }
  }

  /// Something to make the next journal segment with, for a thread that has time.
  package mutating func takePreparer() -> SegmentPreparer<D>? { journal.takePreparer() }

  // Checkpoints

  /// What writes this chain's checkpoints beside the journal.
  func checkpointer(
    _ policy: CheckpointPolicy, notify: @escaping @Sendable (EngineNotice) -> Void
  ) -> Checkpointer<D> {
    let stillness = Stillness(chain)
    return Checkpointer(
      disk, identity: chain.genesis.identity, policy: policy, isIdle: { stillness.holds() },
      notify: notify)
  }

  /// The state as it stands between two blocks, with the head; nil where the journal does not have
  /// the head for sure, for a checkpoint must never be ahead of it.
  package func order() -> CheckpointOrder? {
    let head = chain.head
    guard head.height > 0, journal.failure == nil, journal.durable >= head.height else {
      return nil
    }
    return CheckpointOrder(block: head, image: chain.withState { state in state.image() })
  }

  /// Gives the state to be written where a checkpoint is due and none is under way.
  mutating func offerCheckpoint(to checkpointer: Checkpointer<D>) {
    if checkpointer.policy.isDue(bytesSinceCheckpoint) { _ = giveCheckpoint(to: checkpointer) }
  }

  /// Gives the state to be written although none may be due; false while another is under way.
  mutating func giveCheckpoint(to checkpointer: Checkpointer<D>) -> Bool {
    guard !checkpointer.isBusy else { return false }
    guard let order = order() else { return true }
    guard checkpointer.take(order) else { return false }
    bytesSinceCheckpoint = 0
    return true
  }

  /// The state for a last checkpoint, where it is worth one.
  func lastOrder(for checkpointer: Checkpointer<D>) -> CheckpointOrder? {
    checkpointer.policy.isDueAtStop(bytesSinceCheckpoint) ? order() : nil
  }

  /// Writes a checkpoint of the head now, on the caller's thread; for measurements and commands.
  package func writeCheckpoint() throws(StorageFailure) -> CheckpointManifest? {
    try order()?.write(to: disk, identity: chain.genesis.identity)
  }

  /// Reads back the blocks from before the checkpoint that this machine started from; nil where it
  /// started from genesis.
  /// - Parameter notify: called on the history's own thread.
  public func history(
    notify: @escaping @Sendable (EngineNotice) -> Void
  ) -> History<D>? {
    recovered.startedFrom == 0
      ? nil : History(chain, disk: disk, until: recovered.startedFrom, notify: notify)
  }

  /// Tells readers of a durable block.
  func publish(_ executed: ExecutedBlock) {
    chain.meter.note(executed.block, dropped: executed.dropped.count)
    chain.publish(executed.block, dropped: executed.dropped)
  }

  /// Writes the watermark of a clean stop.
  package consuming func close() throws(StorageFailure) { try journal.close() }
}
