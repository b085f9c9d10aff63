public import Economy
public import Ledger
public import Primitives
internal import Synchronization

/// Everything that readers and senders meet: the state at the head, the recent blocks, the pool.
///
/// The engine's thread writes; any thread reads. A reader waits for at most the block being made
/// and never sees half of one, nor one that is not durable yet: the engine holds the state from the
/// first transaction of a block until the flush has returned and the block is published. Locks are
/// taken in the order state, recent blocks, pool.
public final class Chain: Sendable {
  /// What the economy file decided.
  public let genesis: Genesis
  /// Knows the chain id that signatures must name.
  public let authenticator: Authenticator
  /// The hash of block 0.
  public let genesisHash: Digest
  /// What has been done since the process began.
  public let meter = EngineMeter()
  let state: Mutex<EconomyState>
  /// Random words of this process, for the indexes of states.
  let secret: HashSecret
  /// Bytes of recent blocks to keep.
  let memory: Int
  private let progress = Mutex<HistoryProgress?>(nil)
  private let recent: Mutex<RecentBlocks>
  let pool: Mutex<Pool>
  let arrivals = Mutex(Arrivals())
  let watches = ChainWatches()
  private let accountBuckets: Mutex<TokenBuckets<Address>>
  private let intake = Mutex(Intake())
  private let wishes = Mutex(Wishes())
  /// Raised when the pool has work.
  let work = Signal()

  /// Why no transactions are taken: both may hold at once, and each ends by itself.
  private struct Intake {
    /// The disk has no room, or failed.
    var disk: String?
    /// Somebody closed it.
    var closed: String?
  }

  /// What was asked of the engine besides blocks of what waits.
  private struct Wishes {
    var block = false
    var checkpoint = false
  }

  /// The chain at genesis.
  /// - Parameters:
  ///   - secret: random words of this process.
  ///   - memory: how many bytes of recent blocks to keep.
  ///   - pool: how much may wait.
  public init(
    genesis: Genesis, secret: HashSecret, memory: Int = 1 << 30, pool: PoolSize = PoolSize()
  ) {
    self.pool = Mutex(Pool(pool))
    accountBuckets = Mutex(TokenBuckets(.unlimited))
    self.genesis = genesis
    self.secret = secret
    self.memory = memory
    authenticator = Authenticator(chainID: genesis.chainID)
    var economy = EconomyState(genesis: genesis, secret: secret)
    let block = Block.genesis(&economy)
    genesisHash = block.hash
    state = Mutex(economy)
    recent = Mutex(RecentBlocks(limit: memory, secret: secret))
    recent.withLock { $0.append(block) }
  }

  // Reading

  /// Runs `body` on the state at the head. It must be short: the next block waits for it.
  public func withState<Result: Sendable, Failure: Error>(
    _ body: (inout EconomyState) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try state.withLock { (state) throws(Failure) in try body(&state) }
  }

  /// The newest committed block.
  public var head: Block {
    recent.withLock { recent in
      guard let head = recent.head else { preconditionFailure("a chain has its genesis block") }
      return head
    }
  }

  /// The oldest height that memory still holds.
  public var firstHeight: Height { recent.withLock { $0.first } }

  /// How far the blocks from before the start have been read back; nil where that is not under way.
  public var history: HistoryProgress? { progress.withLock { $0 } }

  /// The block at a height, where memory still holds it.
  public func block(_ height: Height) -> Block? { recent.withLock { $0.block(height) } }

  /// The block with that hash, where memory still holds it.
  public func block(_ hash: Digest) -> Block? { recent.withLock { $0.block(hash) } }

  /// A committed transaction.
  public func transaction(_ hash: Digest) -> TransactionPlace? {
    recent.withLock { $0.transaction(hash) }
  }

  /// A transaction that waits for a block.
  public func waiting(_ hash: Digest) -> AuthenticTransaction? {
    pool.withLock { $0.transaction(hash) }
  }

  /// How many transactions wait, and their bytes.
  public var waitingSize: (count: Int, bytes: Int) { pool.withLock { ($0.count, $0.bytes) } }

  /// How many accounts have something waiting, and those with the most bytes, at most so many.
  public func waitingAccounts(largest count: Int) -> (all: Int, largest: [WaitingAccount]) {
    pool.withLock { $0.accounts(largest: count) }
  }

  /// The account's next nonce: by committed blocks, or counting what waits as well.
  public func nonce(_ account: Address, pending: Bool) -> UInt64 {
    state.withLock { state in
      let committed =
        state.ledger.accounts.find(account).map { state.ledger.accounts[$0].nonce } ?? 0
      return pending
        ? pool.withLock { $0.pendingNonce(account, committed: committed) } : committed
    }
  }

  // Sending

  /// Takes signed transactions in: decoded, authenticated, admitted to the pool. *Accepted* is all
  /// that the answer means; a receipt means committed.
  public func submit(
    _ batch: [ReceivedTransaction]
  ) -> [Result<Digest, SubmissionRefusal>] {
    if let refusal = shedding() {
      for _ in batch { meter.note(.admission(refusal)) }
      return batch.map { _ in .failure(.admission(refusal)) }
    }
    let authentic = authenticator.authenticate(batch)
    var results: [Result<Digest, SubmissionRefusal>] = []
    results.reserveCapacity(authentic.count)
    var rest = authentic[...]
    while !rest.isEmpty {
      admit(rest.prefix(Self.admittedAtOnce), &results)
      rest = rest.dropFirst(Self.admittedAtOnce)
    }
    if pool.withLock({ $0.hasReady }) { work.raise() }
    arrivals.withLock { arrivals in
      for case .success(let hash) in results { arrivals.append(hash) }
    }
    watches.tellArrivals()
    for case .failure(let refusal) in results { meter.note(refusal) }
    return results
  }

  /// Why nothing at all can be taken at this moment, whatever it is: told before anything is
  /// decoded or any signature recovered.
  private func shedding() -> AdmissionRefusal? {
    if let reason = readOnly { return .readOnly(reason) }
    return pool.withLock { $0.isSaturated } ? .poolFull : nil
  }

  /// What each account may send; unlimited by default, since its share of the pool bounds it too.
  public var accountAllowance: Allowance {
    get { accountBuckets.withLock { $0.allowance } }
    set { accountBuckets.withLock { $0.allowance = newValue } }
  }

  /// Throws out what waits of an account; a block that is being made may still take some of it.
  /// - Returns: how many transactions that were.
  public func dropWaiting(_ account: Address) -> Int { pool.withLock { $0.forget(account) } }

  /// How many transactions are admitted while the state is held once: a hold for each would be a
  /// change of threads for each while a block is made, and a block waits for this many at most.
  private static let admittedAtOnce = 256

  /// Takes authentic transactions into the pool. The state is held meanwhile: between reading the
  /// nonce and admitting, no block may settle the account.
  private func admit(
    _ batch: ArraySlice<Result<AuthenticTransaction, TransactionRefusal>>,
    _ results: inout [Result<Digest, SubmissionRefusal>]
  ) {
    results += state.withLock { state in
      batch.map { result in
        result.mapError { .transaction($0) }.flatMap { transaction in
          do throws(AdmissionRefusal) {
            try admit(transaction, &state)
            return .success(transaction.hash)
          } catch {
            return .failure(.admission(error))
          }
        }
      } as [Result<Digest, SubmissionRefusal>]
    }
  }

  private func admit(
    _ transaction: AuthenticTransaction, _ state: inout EconomyState
  ) throws(AdmissionRefusal) {
    if let reason = readOnly { throw .readOnly(reason) }
    guard transaction.decoded.to != nil else { throw .contractCreation }
    let call = transaction.call
    let account = state.ledger.accounts.find(call.sender)
    let committed = account.map { state.ledger.accounts[$0].nonce } ?? 0
    // The nonce first: a transaction that is already in a block must not look unfunded.
    if call.nonce < committed { throw .nonceTooLow(next: committed, found: call.nonce) }
    let spendable = account.map { state.ledger.accounts[$0].spendable } ?? .zero
    switch state.fundsFault(call, spendable: spendable) {
    case .underpriced(let base): throw .underpriced(base: base)
    case .intrinsicGas: throw .intrinsicGas(limit: call.gasLimit)
    case .exceedsBlockGas(let limit): throw .exceedsBlockGas(limit: limit)
    case .insufficientFunds(let has, let needs): throw .insufficientFunds(has: has, needs: needs)
    case .nonceTooLow, .nonceTooHigh, .fractionalValue, nil: break
    }
    guard call.value % genesis.network.weiPerUnit == 0 else {
      throw .fractionalValue(weiPerUnit: genesis.network.weiPerUnit)
    }
    // Only what is taken counts: whoever sends an account's old transactions again must not be
    // able to use up its allowance.
    let now = Monotonic.nanoseconds()
    if let wait = accountBuckets.withLock({ $0.wait(1, call.sender, at: now) }) {
      throw .accountRate(nanoseconds: wait)
    }
    try pool.withLock { (pool) throws(AdmissionRefusal) in
      try pool.admit(
        transaction, committed: committed,
        funds: wideMultiply(spendable.units, genesis.network.weiPerUnit))
    }
    _ = accountBuckets.withLock { $0.take(1, call.sender, at: now) }
  }

  /// Stops taking transactions for the disk's sake; reads go on (decisions 31).
  func becomeReadOnly(_ reason: String) { intake.withLock { $0.disk = reason } }

  /// The disk takes blocks again.
  func becomeWritable() { intake.withLock { $0.disk = nil } }

  /// Takes no transactions until `openIntake`; what was accepted still becomes blocks.
  public func closeIntake(_ reason: String) { intake.withLock { $0.closed = reason } }

  /// Undoes `closeIntake`.
  public func openIntake() { intake.withLock { $0.closed = nil } }

  /// Why no transactions are taken, or nil.
  public var readOnly: String? { intake.withLock { $0.disk ?? $0.closed } }

  /// Asks for a block although nothing may wait, so that the state takes the clock's time.
  public func askForBlock() {
    wishes.withLock { $0.block = true }
    work.raise()
  }

  /// Asks for a checkpoint of the head although none is due; nothing comes of it where the node
  /// writes none or the newest is one of the head.
  public func askForCheckpoint() {
    wishes.withLock { $0.checkpoint = true }
    work.raise()
  }

  // Starting

  /// Puts the chain behind a checkpoint's block; nobody reads it yet.
  func restart(from loaded: LoadedState) {
    state.withLock { state in
      if let loaded = loaded.state.take() { state = loaded }
    }
    let head = loaded.head
    recent.withLock { recent in
      recent = RecentBlocks(limit: memory, secret: secret)
      recent.append(head)
    }
  }

  /// Puts the chain back to genesis; nobody reads it yet.
  func restart() {
    var economy = EconomyState(genesis: genesis, secret: secret)
    let head = Block.genesis(&economy)
    restart(from: LoadedState(head: head, state: StateBox(economy)))
  }

  /// Adds the block before the oldest in memory; false where it is not that or there is no room.
  func prepend(_ block: Block) -> Bool { recent.withLock { $0.prepend(block) } }

  /// Bytes of recent blocks that memory has room for.
  var room: Int { recent.withLock { $0.room } }

  func reads(_ history: HistoryProgress?) { progress.withLock { $0 = history } }

  // The engine's side

  var hasWork: Bool { wishes.withLock { $0.block } || pool.withLock { $0.hasReady } }

  /// True where somebody asked for a block since the last call. The engine takes the wish before it
  /// looks at the clock, so that whoever moved the clock first gets a block of the new time.
  func takeBlockWish() -> Bool {
    wishes.withLock { wishes in
      defer { wishes.block = false }
      return wishes.block
    }
  }

  /// True where somebody asked for a checkpoint and none has been given to be written since.
  var isCheckpointWanted: Bool {
    get { wishes.withLock { $0.checkpoint } }
    set { wishes.withLock { $0.checkpoint = newValue } }
  }

  var waitingCount: Int { pool.withLock { $0.count } }

  func prepare() -> [AuthenticTransaction] {
    let gas = genesis.network.blockGasLimit
    let table = state.withLock { $0.gasTable }
    return pool.withLock { pool in
      pool.prepare(
        count: Limits.blockTransactions, bytes: Limits.blockBytes, gas: gas
      ) { table.needed($0.decoded.call) }
    }
  }

  /// Takes back what `prepare` gave and no block was made of.
  func requeue(_ batch: [AuthenticTransaction]) { pool.withLock { $0.requeue(batch) } }

  /// Publishes a durable block and lets the pool forget what it used up. The caller holds the
  /// state, so that a reader finds state, receipts and pool of one height.
  func publish(_ block: Block, dropped: [AuthenticTransaction]) {
    var nonces: [(account: Address, next: UInt64)] = []
    for case .signed(let transaction) in block.transactions {
      nonces.append((transaction.sender, transaction.decoded.nonce + 1))
    }
    recent.withLock { $0.append(block) }
    pool.withLock { pool in
      pool.settle(nonces)
      pool.drop(dropped)
    }
    watches.tellBlock()
  }
}

/// Why a transaction that was sent is not accepted.
public enum SubmissionRefusal: Error, Sendable, Equatable {
  case transaction(TransactionRefusal)
  case admission(AdmissionRefusal)

  /// What is wrong and how to repair it.
  public var text: String {
    switch self {
    case .transaction(let refusal): refusal.text
    case .admission(let refusal): refusal.text
    }
  }
}
