internal import Economy
internal import Ledger
public import Primitives

/// A block that was executed and is not durable yet: no reader has seen it.
public struct ExecutedBlock: Sendable {
  public let block: Block
  /// Transactions that could not be part of the block.
  public let dropped: [AuthenticTransaction]
}

/// How much of a block's outcome is computed and checked.
public enum RootPolicy: Sendable {
  /// The state root is computed and stands in the header: live and `verify`.
  case compute
  /// The state root is taken from the header that is being replayed; receipts are checked all the
  /// same, and the root at the end of a segment and at the head (decisions 23).
  case trust(Digest)
}

/// Executes blocks on the engine's thread: finalize of the machine interface, without I/O.
struct Executor: ~Copyable, Sendable {
  private let caches = BloomCaches()
  /// Kept from block to block for its memory.
  private var addresses: [Address] = []

  /// Runs a block to its end.
  mutating func execute(
    _ transactions: [AuthenticTransaction], on state: inout EconomyState, parent: Block,
    time: LogicalTime, roots: RootPolicy
  ) -> ExecutedBlock {
    let height = parent.height + 1
    state.remember(block: parent.hash, at: parent.height)
    let time = state.beginBlock(height: height, time: time)
    var run = Run(gasLimit: state.genesis.network.blockGasLimit)
    if !state.ledger.events.records.isEmpty {
      run.addSystem(
        SystemTransaction(height: height, chainID: state.genesis.chainID),
        events: 0..<state.ledger.events.records.count)
    }
    run.reserve(transactions.count)
    for (place, transaction) in transactions.enumerated() {
      if place % Self.foresight == 0 {
        foresee(transactions[place...].prefix(Self.foresight), on: &state)
      }
      run.execute(transaction, on: &state)
    }
    return finish(run, on: &state, parent: parent.hash, height: height, time: time, roots: roots)
  }

  /// How many transactions are looked ahead: their accounts' lines fit the nearest cache.
  private static let foresight = 64

  /// Names the accounts of the next transactions to the ledger.
  private mutating func foresee(
    _ transactions: ArraySlice<AuthenticTransaction>, on state: inout EconomyState
  ) {
    addresses.removeAll(keepingCapacity: true)
    for transaction in transactions {
      addresses.append(transaction.sender)
      if let to = transaction.decoded.to, let payee = transaction.decoded.call.payee(to: to) {
        addresses.append(payee)
      }
    }
    state.foresee(addresses)
  }

  /// The genesis block: its one transaction carries the postings to the wallets.
  mutating func genesis(_ state: inout EconomyState) -> Block {
    var run = Run(gasLimit: state.genesis.network.blockGasLimit)
    run.addSystem(
      SystemTransaction(height: 0, chainID: state.genesis.chainID),
      events: 0..<state.ledger.events.records.count)
    let time = state.genesis.time
    return finish(
      run, on: &state, parent: state.genesis.identity, height: 0, time: time, roots: .compute
    ).block
  }

  private mutating func finish(
    _ run: Run, on state: inout EconomyState, parent: Digest, height: Height, time: LogicalTime,
    roots: RootPolicy
  ) -> ExecutedBlock {
    let events = state.ledger.events
    let hashing = BlockHashing(run.transactions, run.receipts, events, caches)
    hashing.begin()
    let stateRoot: Digest
    switch roots {
    case .compute: stateRoot = state.stateRoot()
    case .trust(let root): stateRoot = root
    }
    let hashed = hashing.finish()
    let header = BlockHeader(
      parentHash: parent, stateRoot: stateRoot, transactionsRoot: hashed.transactionsRoot,
      receiptsRoot: hashed.receiptsRoot, bloom: hashed.bloom, number: height,
      gasLimit: run.gasLimit, gasUsed: run.gasUsed, timestamp: time.seconds, extraData: [],
      baseFee: state.genesis.network.baseFee)
    return ExecutedBlock(
      block: Block(
        header: header, hash: header.hash, transactions: run.transactions,
        receipts: run.receipts, events: events), dropped: run.dropped)
  }
}

/// A block in the making.
private struct Run {
  let gasLimit: UInt64
  var gasUsed: UInt64 = 0
  var transactions: [BlockTransaction] = []
  var receipts: [Receipt] = []
  var dropped: [AuthenticTransaction] = []

  init(gasLimit: UInt64) { self.gasLimit = gasLimit }

  mutating func reserve(_ count: Int) {
    transactions.reserveCapacity(count + 1)
    receipts.reserveCapacity(count + 1)
  }

  mutating func addSystem(_ transaction: SystemTransaction, events: Range<Int>) {
    transactions.append(.system(transaction))
    receipts.append(
      Receipt(
        isSuccess: true, gasUsed: 0, cumulativeGasUsed: 0, effectivePrice: 0, rejection: nil,
        events: events))
  }

  mutating func execute(_ transaction: AuthenticTransaction, on state: inout EconomyState) {
    let outcome = state.execute(transaction.call)
    let rejection: Rejection?
    switch outcome.status {
    case .success: rejection = nil
    case .rejected(let why): rejection = why
    case .invalid:
      dropped.append(transaction)
      return
    }
    gasUsed += outcome.gasUsed
    transactions.append(.signed(transaction))
    receipts.append(
      Receipt(
        isSuccess: rejection == nil, gasUsed: outcome.gasUsed, cumulativeGasUsed: gasUsed,
        effectivePrice: outcome.effectivePrice, rejection: rejection, events: outcome.events))
  }
}

extension Block {
  /// The block that a genesis makes.
  static func genesis(_ state: inout EconomyState) -> Block {
    var executor = Executor()
    return executor.genesis(&state)
  }
}
