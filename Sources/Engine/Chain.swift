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
  private let pool = Mutex(Pool())
  private let readOnlyReason = Mutex<String?>(nil)
  private let blockWanted = Mutex(false)
  /// Raised when the pool has work.
  let work = Signal()

  /// The chain at genesis.
  /// - Parameters:
  ///   - secret: random words of this process.
  ///   - memory: how many bytes of recent blocks to keep.
  public init(genesis: Genesis, secret: HashSecret, memory: Int = 1 << 30) {
    self.genesis = genesis
    self.secret = secret
    self.memory = memory
    authenticator = Authenticator(chainID: genesis.chainID)
    var economy = EconomyState(genesis: genesis, secret: secret)
    let block = Block.genesis(&economy)
    genesisHash = block.hash
    state = Mutex(economy)
    recent = Mutex(RecentBlocks(limit: memory))
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
    let authentic = authenticator.authenticate(batch)
    let results = authentic.map { result -> Result<Digest, SubmissionRefusal> in
      switch result {
      case .failure(let refusal): return .failure(.transaction(refusal))
      case .success(let transaction):
        do throws(AdmissionRefusal) {
          try admit(transaction)
          return .success(transaction.hash)
        } catch {
          return .failure(.admission(error))
        }
      }
    }
    if pool.withLock({ $0.hasReady }) { work.raise() }
    for case .failure(let refusal) in results { meter.note(refusal) }
    return results
  }

  /// Takes one authentic transaction into the pool. The state is held meanwhile: between reading
  /// the nonce and admitting, no block may settle the account.
  func admit(_ transaction: AuthenticTransaction) throws(AdmissionRefusal) {
    if let reason = readOnlyReason.withLock({ $0 }) { throw .readOnly(reason) }
    guard transaction.decoded.to != nil else { throw .contractCreation }
    let call = transaction.call
    try state.withLock { (state) throws(AdmissionRefusal) in
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
      try pool.withLock { (pool) throws(AdmissionRefusal) in
        try pool.admit(
          transaction, committed: committed,
          funds: wideMultiply(spendable.units, genesis.network.weiPerUnit))
      }
    }
  }

  /// Stops taking transactions; reads go on (decisions 31).
  func becomeReadOnly(_ reason: String) { readOnlyReason.withLock { $0 = reason } }

  /// Takes transactions again.
  func becomeWritable() { readOnlyReason.withLock { $0 = nil } }

  /// Why no transactions are taken, or nil.
  public var readOnly: String? { readOnlyReason.withLock { $0 } }

  /// Asks for a block although nothing may wait, so that the state takes the clock's time.
  public func askForBlock() {
    blockWanted.withLock { $0 = true }
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
      recent = RecentBlocks(limit: memory)
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

  var hasWork: Bool { blockWanted.withLock { $0 } || pool.withLock { $0.hasReady } }

  /// True where somebody asked for a block since the last call. The engine takes the wish before it
  /// looks at the clock, so that whoever moved the clock first gets a block of the new time.
  func takeBlockWish() -> Bool {
    blockWanted.withLock { isWanted in
      defer { isWanted = false }
      return isWanted
    }
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
