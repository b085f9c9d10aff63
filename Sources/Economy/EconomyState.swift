internal import Cryptography
public import Ledger
public import Primitives

/// The whole economy: the ledger and one value per module, made from genesis, changed only by
/// blocks. Equal blocks give an equal state root on every machine.
public struct EconomyState: ~Copyable {
  public let genesis: Genesis
  public internal(set) var ledger: LedgerState
  var token: Token.State
  var access: Access.State
  var compliance: Compliance.State
  var parameters: Parameters.State
  var pools: Pools.State
  var vesting: Vesting.State
  var staking: Staking.State
  var multicall: Multicall.State

  /// The account that takes the network fees.
  var feeAccount = AccountIndex.burned
  /// What each call costs.
  public let gasTable: GasTable

  /// Modules without a row around a ledger.
  private init(genesis: Genesis, ledger: consuming LedgerState, secret: HashSecret) {
    self.genesis = genesis
    self.ledger = ledger
    gasTable = GasTable(genesis.network)
    token = Token.State(secret: secret)
    access = Access.State(secret: secret)
    compliance = Compliance.State(secret: secret)
    parameters = Parameters.State(secret: secret)
    pools = Pools.State(secret: secret)
    vesting = Vesting.State(secret: secret)
    staking = Staking.State(secret: secret)
    multicall = Multicall.State()
  }

  /// A state without a row, to load tables into.
  init(blank genesis: Genesis, secret: HashSecret) {
    let rules = LedgerRules(supply: genesis.token.supply, liquidWeights: genesis.liquidWeights)
    self.init(genesis: genesis, ledger: LedgerState(blank: rules, secret: secret), secret: secret)
  }

  /// The state after genesis: the supply in the wallets, less what the overlays granted; the open
  /// event log holds the postings.
  /// - Parameter secret: random words of this process, which never reach the state.
  public init(genesis: Genesis, secret: HashSecret) {
    let rules = LedgerRules(supply: genesis.token.supply, liquidWeights: genesis.liquidWeights)
    self.init(
      genesis: genesis, ledger: LedgerState(rules: rules, issuer: .zero, secret: secret),
      secret: secret)
    ledger.set(.time, genesis.time.seconds)
    for name in genesis.accountNames {
      _ = ledger.account(SystemAddress.account(name), flags: .system)
    }
    feeAccount = ledger.account(
      SystemAddress.account(genesis.network.feeAccount), flags: .system)
    for wallet in genesis.wallets {
      let account = ledger.account(SystemAddress.account(wallet.name))
      ledger.post(.token, wallet.units, from: .burned, to: account)
    }
    for grant in genesis.grants {
      let wallet = ledger.account(SystemAddress.account(grant.from))
      ledger.post(.token, grant.units, from: wallet, to: ledger.account(grant.to))
    }
    for parameter in genesis.parameters {
      let pointer = ledger.retain(Array(parameter.pointer.utf8))
      _ = ledger.declare(
        ParameterRow(
          pointer: pointer, value: parameter.value, minimum: parameter.minimum,
          maximum: parameter.maximum, maximumStep: parameter.maximumStep,
          cooldown: parameter.cooldown.count, proposalClass: parameter.proposalClass))
    }
    openModules()
    closeScope()
  }

  // Blocks

  /// Notes the hash of the last block, before the next one opens.
  public mutating func remember(block hash: Digest, at height: Height) {
    multicall.remember(hash, of: height, &ledger.scope)
  }

  /// Opens a block: empties the event log, splits the network fees of the block before (decisions
  /// 14), sets the clock and runs what is due, in order, each at its own time.
  /// - Returns: the block's time. It is earlier than asked where more timers were due than one
  /// block drains: the rest waits for the next block (decisions 17).
  public mutating func beginBlock(height: Height, time: LogicalTime) -> LogicalTime {
    ledger.clearEvents()
    let time = max(time, ledger.time)
    ledger.set(.height, height)
    splitNetworkFees()
    closeScope()
    var drained = 0
    while let due = ledger.nextTimerDue(), due <= time {
      guard drained < Limits.blockTimers else {
        closeScope()
        return ledger.time
      }
      guard let timer = ledger.takeTimer(through: time) else { break }
      run(timer)
      drained += 1
      closeScope()
    }
    ledger.set(.time, time.seconds)
    closeScope()
    return time
  }

  /// Brings the accounts at these addresses near, before a run of transactions asks for them one by
  /// one; a hint, which changes nothing.
  public mutating func foresee(_ addresses: [Address]) { ledger.foresee(addresses) }

  /// When something must happen that needs a block although nobody sends a transaction.
  public mutating func nextDue() -> LogicalTime? { ledger.nextTimerDue() }

  /// The state root, brought up to date (decisions 22).
  public mutating func stateRoot() -> Digest { TableRoot.stateRoot(tableRoots()) }

  /// The root over all tables but that of block hashes: what a state that has no headers shares
  /// with a chain's.
  package mutating func rootWithoutBlockHashes() -> Digest {
    TableRoot.stateRoot(tableRoots().filter { $0.table != Multicall.State.hashTable })
  }

  /// The roots of all tables in table order.
  private mutating func tableRoots() -> [TableRoot] {
    var collector = RootCollector()
    visitTables(&collector)
    return collector.roots
  }

  /// Proves a row against the present state root; nil where the table has no such row.
  public mutating func prove(row place: Int, of table: UInt8) -> RowProof? {
    let roots = tableRoots()
    var finder = RowFinder(row: place, of: table)
    visitTables(&finder)
    guard let tablePlace = roots.firstIndex(where: { $0.table == table }),
      let (bytes, path) = finder.found
    else { return nil }
    var top = HashTree()
    for root in roots { top.append(root.leaf(among: roots.count)) }
    _ = top.root()
    return RowProof(
      table: table, row: UInt64(place), rowCount: UInt64(roots[tablePlace].count), bytes: bytes,
      path: path, tablePlace: UInt64(tablePlace), tableCount: UInt64(roots.count),
      tablePath: top.path(tablePlace))
  }

  // Scopes

  /// A place to come back to.
  struct Savepoint {
    let changes: Int
    let events: EventLog.Mark
  }

  func savepoint() -> Savepoint {
    Savepoint(changes: ledger.scope.mark, events: ledger.events.mark)
  }

  /// Takes back everything since a savepoint, newest first.
  mutating func undo(to savepoint: Savepoint) {
    while let table = ledger.scope.popLast(above: savepoint.changes) { undoLast(of: table) }
    ledger.undoEvents(to: savepoint.events)
  }

  /// Keeps the open scope. Unbalanced books here are a bug, never a user's doing: stop at once.
  mutating func closeScope() {
    precondition(ledger.isBalanced, "the books do not balance when the scope closes")
    ledger.scope.close()
  }
}
