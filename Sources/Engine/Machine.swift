internal import Economy
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

  /// What recovery found in the journal.
  public let recovered: ReplaySummary

  init(chain: Chain, journal: consuming Journal<D>, recovered: ReplaySummary) {
    self.chain = chain
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
    try journal.append(
      height: header.number, payload: BlockRecord.payload(header, proposed),
      digest: executed.block.hash)
    try journal.flush()
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
      finalize(transactions, on: &state, time: time)
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

  /// Tells readers of a durable block.
  func publish(_ executed: ExecutedBlock) {
    chain.publish(executed.block, dropped: executed.dropped)
  }

  /// Writes the watermark of a clean stop.
  package consuming func close() throws(StorageFailure) { try journal.close() }
}
