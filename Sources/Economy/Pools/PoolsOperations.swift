internal import Ledger
public import Primitives

extension Pools {
  /// Everything that can be asked of the module.
  public enum Operation: Sendable {
    case topUp(TopUp)
    case grant(Grant)
    case payPlatformFee(PayPlatformFee)
  }

  /// Gives the sender's own units to a pool, for good.
  public struct TopUp: Sendable {
    /// The pool's name.
    public let pool: String
    public let amount: Amount

    public init(pool: String, amount: Amount) {
      self.pool = pool
      self.amount = amount
    }
  }

  /// Pays from a pool of grants within its schedule.
  public struct Grant: Sendable {
    /// The pool's name.
    public let pool: String
    public let to: Address
    public let amount: Amount

    public init(pool: String, to: Address, amount: Amount) {
      self.pool = pool
      self.to = to
      self.amount = amount
    }
  }

  /// Pays a fee that is the platform's alone.
  public struct PayPlatformFee: Sendable {
    public let amount: Amount

    public init(amount: Amount) { self.amount = amount }
  }
}

extension EconomyState {
  /// Opens the pools over their funded wallets, the first year of burns, and the first terms.
  mutating func openPools() {
    let plan = genesis.plans.pools
    for pool in plan.pools {
      let account = ledger.account(SystemAddress.account(pool.name), flags: .system)
      pools.addPool(account, &ledger.scope)
      pools.funded.append(ledger.accounts[account].balance)
    }
    pools.addBurns(supply: totalSupply(), &ledger.scope)
    derivePools()
    precondition(
      pools.categories.count == plan.fees.categories.count,
      "a fee category of the economy does not close; reading its file refuses it")
  }

  /// Finds the account of the overflow and derives the terms.
  mutating func derivePools() {
    pools.overflow = ledger.account(
      SystemAddress.account(genesis.plans.pools.burns.overflowAccount))
    refreshTerms()
  }

  mutating func apply(
    _ operation: Pools.Operation, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    switch operation {
    case .topUp(let operation): try apply(operation, by: sender)
    case .grant(let operation): try apply(operation, by: sender)
    case .payPlatformFee(let operation): try apply(operation, by: sender)
    }
  }

  mutating func apply(
    _ operation: Pools.TopUp, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let pool = try guardPool(operation.pool)
    try guardAmount(operation.amount)
    try guardPayer(sender, operation.amount)

    // Accepted from here.
    topUpPool(pool, operation.amount, from: sender)
    emitToppedUp(pool, operation.amount, by: sender)
    return .nothing
  }

  mutating func apply(
    _ operation: Pools.Grant, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let pool = try guardPool(operation.pool)
    guard genesis.plans.pools.pools[pool.row].kind == .governanceGrant else {
      throw Pools.rejection(.notGrantPool, Word(Access.id(operation.pool)))
    }
    try require(.executor, sender)
    try guardAmount(operation.amount)
    try guardGrantee(operation.to)
    let budget = poolBudget(pool)
    guard operation.amount <= budget else {
      throw Pools.rejection(
        .budgetExceeded, Word(Access.id(operation.pool)), Word(budget.units),
        Word(operation.amount.units))
    }

    // Accepted from here.
    spendPool(pool, operation.amount, to: ledger.account(operation.to))
    ledger.events.begin(module: Pools.number, code: Pools.Event.granted.rawValue)
    ledger.events.topic(Word(Access.id(operation.pool)))
    ledger.events.topic(Word(operation.to))
    ledger.events.topic(Word(ledger.accounts[sender].address))
    ledger.events.data(Word(operation.amount.units))
    return .nothing
  }

  mutating func apply(
    _ operation: Pools.PayPlatformFee, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    guard !pools.categories.isEmpty else { throw Pools.rejection(.unknownCategory) }
    try guardAmount(operation.amount)
    let least = minimumGross()
    guard operation.amount >= least else {
      throw Pools.rejection(
        .belowMinimum, Word(operation.amount.units), Word(least.units))
    }
    try guardPayer(sender, operation.amount)

    // Accepted from here.
    depositPlatformRevenue(operation.amount, from: sender)
    ledger.events.begin(module: Pools.number, code: Pools.Event.platformFeeSplit.rawValue)
    ledger.events.topic(Word(ledger.accounts[sender].address))
    ledger.events.data(Word(operation.amount.units))
    return .nothing
  }

  /// The module's part of turning an epoch. Matching closes the old epoch, in the old year; the
  /// rest opens the new one.
  mutating func turnPoolsEpoch() {
    let epoch = ledger.value(of: .epoch)
    matchBurns(closing: EpochNumber(epoch - 1))
    refreshTerms()
    if epoch % EmissionSchedule.epochsPerYear == 0 { openBurnYear() }
    smoothRevenue()
  }

  /// Pools act with the epochs: the module keeps no timers.
  mutating func runPools(_ timer: TimerRow) {}

  // Guards

  borrowing func guardPool(_ name: String) throws(Rejection) -> Pools.Index {
    guard let pool = poolIndex(name) else {
      throw Pools.rejection(.unknownPool, Word(Access.id(name)))
    }
    return pool
  }

  borrowing func guardCategory(_ name: String) throws(Rejection) -> Pools.Category {
    guard let category = feeCategory(name) else {
      throw Pools.rejection(.unknownCategory, Word(Access.id(name)))
    }
    return category
  }

  private borrowing func guardAmount(_ amount: Amount) throws(Rejection) {
    guard amount > .zero else { throw Pools.rejection(.zeroAmount) }
  }

  private borrowing func guardPayer(
    _ payer: AccountIndex, _ amount: Amount
  ) throws(Rejection) {
    let spendable = ledger.accounts[payer].spendable
    guard spendable >= amount else {
      throw Pools.rejection(
        .insufficientBalance, Word(ledger.accounts[payer].address), Word(spendable.units),
        Word(amount.units))
    }
  }

  /// A grant is for a member: what an account without a key received would be lost.
  private borrowing func guardGrantee(_ receiver: Address) throws(Rejection) {
    let isSystem =
      ledger.accounts.find(receiver).map { ledger.accounts[$0].flags.contains(.system) } ?? false
    guard !isSystem, SystemAddress.moduleNumber(receiver) == nil, receiver != .zero else {
      throw Pools.rejection(.invalidReceiver, Word(receiver))
    }
  }
}
