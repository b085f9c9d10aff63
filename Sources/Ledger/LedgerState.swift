internal import Cryptography
public import Primitives

/// What makes a ledger before its first posting.
public struct LedgerRules: Sendable {
  /// The token's whole supply in base units; nothing is minted after genesis.
  public let supply: Amount
  /// True where liquid balances vote (BTT); otherwise only what modules add (DTA: stakes).
  public let liquidWeights: Bool

  public init(supply: Amount, liquidWeights: Bool) {
    self.supply = supply
    self.liquidWeights = liquidWeights
  }
}

/// Everything the economy remembers about value: accounts, assets, holds, timers, parameters,
/// contents and weights, all changed inside one undo scope and hashed into one state root.
///
/// It has no clock, randomness or floating point, and it never decides who may do what: modules
/// guard, then call `post` and the other writes, which cannot fail. A write that would break the
/// books traps, because that is a bug and not a rejection.
public struct LedgerState: ~Copyable {
  /// The open undo scope; modules pass it to their own tables' writes.
  public var scope: Scope
  /// Accounts with their balances of the token.
  public private(set) var accounts: Accounts
  /// Assets besides the token.
  public private(set) var assets: Assets
  /// Value in escrow that is not resolved.
  public private(set) var holds: NumberedTable<HoldRow>
  /// What must happen at a time.
  public private(set) var timers: Timers
  /// The ledger's own numbers.
  public private(set) var counters: Table<CounterRow>
  /// The governable numbers.
  public private(set) var parameters: ParameterRows
  /// Texts and documents by digest.
  public private(set) var contents: Contents
  /// Voting weights with their history.
  public private(set) var weights: Weights
  /// The open block's events.
  public var events = EventLog()

  /// A type with such a part stands at an address, so the state is handed on as a pointer; without
  /// it each reading function got a copy of all parts, three kilobytes, several times a
  /// transaction (docs/decisions/0011).
  private let anchor: any Sendable = 0

  /// What was decided before the first posting.
  public let rules: LedgerRules

  /// A ledger without a row, not even the burned account's: to load tables into.
  public init(blank rules: LedgerRules, secret: HashSecret) {
    self.rules = rules
    scope = Scope()
    accounts = Accounts(id: LedgerTable.accounts.rawValue, secret: secret)
    assets = Assets(
      assetsID: LedgerTable.assets.rawValue, holdingsID: LedgerTable.holdings.rawValue,
      secret: secret)
    holds = NumberedTable(id: LedgerTable.holds.rawValue, secret: secret)
    timers = Timers(id: LedgerTable.timers.rawValue, secret: secret)
    counters = Table(id: LedgerTable.counters.rawValue)
    parameters = ParameterRows(id: LedgerTable.parameters.rawValue, secret: secret)
    contents = Contents(id: LedgerTable.contents.rawValue, secret: secret)
    weights = Weights(
      rowsID: LedgerTable.weights.rawValue, checkpointsID: LedgerTable.checkpoints.rawValue,
      secret: secret)
  }

  /// An empty ledger whose whole supply stands in the genesis account `issuer`; `Genesis` posts it
  /// on from there.
  public init(rules: LedgerRules, issuer: Address, secret: HashSecret) {
    self.init(blank: rules, secret: secret)
    for counter in Counter.allCases {
      let isNext = counter == .nextHold || counter == .nextTimer || counter == .nextAsset
      _ = counters.append(CounterRow(value: isNext ? 1 : 0), &scope)
    }
    _ = accounts.open(.zero, flags: .system, &scope)
    let issuer = accounts.open(issuer, flags: .system, &scope)
    accounts.modify(issuer, &scope) { $0.balance = rules.supply }
    scope.close()
  }

  // Time

  /// The open block's number.
  public var height: Height { counters[Counter.height.rawValue].value }

  /// The time that operations see: the block's, or a timer's own due time while it runs.
  public var time: LogicalTime { LogicalTime(counters[Counter.time.rawValue].value) }

  /// Sets a counter.
  public mutating func set(_ counter: Counter, _ value: UInt64) {
    guard counters[counter.rawValue].value != value else { return }
    counters.modify(counter.rawValue, &scope) { $0.value = value }
  }

  /// The counter's value.
  public func value(of counter: Counter) -> UInt64 { counters[counter.rawValue].value }

  private mutating func take(_ counter: Counter) -> UInt64 {
    counters.modify(counter.rawValue, &scope) { row in
      defer { row.value += 1 }
      return row.value
    }
  }

  // Accounts and postings

  /// The account at an address, made where there is none.
  public mutating func account(_ address: Address, flags: AccountFlags = []) -> AccountIndex {
    accounts.open(address, flags: flags, &scope)
  }

  /// Reads what a run of transactions will read of these addresses; changes nothing.
  public mutating func foresee(_ addresses: [Address]) { accounts.foresee(addresses) }

  /// What an account holds of an asset, in base units.
  public func balance(_ asset: AssetID, _ account: AccountIndex) -> Amount {
    asset == .token ? accounts[account].balance : assets.balance(asset, account)
  }

  /// Counts a transaction of the account.
  public mutating func advanceNonce(_ account: AccountIndex) {
    accounts.modify(account, &scope) { $0.nonce += 1 }
  }

  /// Sets the part of an account's balance that compliance holds back.
  public mutating func freeze(_ account: AccountIndex, _ amount: Amount) {
    accounts.modify(account, &scope) { $0.frozen = amount }
  }

  /// Moves value: the only function that changes a balance. Emits the `Transfer` of the posting,
  /// also for zero (ERC-20) and for a posting to the same account, which moves nothing.
  ///
  /// The caller has checked that `from` holds `amount`; where it does not, this traps.
  public mutating func post(
    _ asset: AssetID, _ amount: Amount, from: AccountIndex, to: AccountIndex
  ) {
    if asset == .token {
      precondition(accounts[from].balance >= amount, "a posting overdraws an account")
      if from != to && amount != .zero {
        accounts.modify(from, &scope) { $0.balance -= amount }
        accounts.modify(to, &scope) { $0.balance += amount }
        if rules.liquidWeights { moveWeight(amount, from: from, to: to) }
      }
    } else {
      precondition(assets.balance(asset, from) >= amount, "a posting overdraws a holding")
      if from != to && amount != .zero {
        assets.take(amount, asset, from, &scope)
        assets.add(amount, asset, to, &scope)
      }
    }
    events.posting(
      asset: asset.number, from: accounts[from].address, to: accounts[to].address, amount: amount)
  }

  /// Pools and treasuries weigh nothing: only what members hold votes.
  private mutating func moveWeight(_ amount: Amount, from: AccountIndex, to: AccountIndex) {
    if !accounts[from].flags.contains(.system) {
      weights.adjust(from, by: 0 &- amount.units, height: height, &scope)
    }
    if !accounts[to].flags.contains(.system) {
      weights.adjust(to, by: amount.units, height: height, &scope)
    }
  }

  /// Creates an asset whose whole supply goes to `holder`; nothing is added to it later.
  public mutating func createAsset(
    module: UInt8, supply: Amount, holder: AccountIndex
  ) -> AssetID {
    let number = UInt32(truncatingIfNeeded: take(.nextAsset))
    assets.create(
      AssetRow(number: number, module: UInt32(module), supply: supply), holder: holder, &scope)
    events.posting(
      asset: number, from: .zero, to: accounts[holder].address, amount: supply)
    return AssetID(number)
  }

  // Holds

  /// Moves value into a module's escrow until it is captured, released or expires (decisions 7).
  /// The caller has checked the balance.
  public mutating func hold(
    _ asset: AssetID, _ amount: Amount, from payer: AccountIndex, escrow: AccountIndex,
    module: UInt8, reference: UInt64, expires: LogicalTime?
  ) -> HoldID {
    let number = take(.nextHold)
    var timer: UInt64 = 0
    if let expires {
      timer = schedule(
        at: expires, .other, module: 0, kind: LedgerTimer.holdExpiry, reference: number)
    }
    _ = holds.insert(
      HoldRow(
        number: number, amount: amount, reference: reference, timer: timer, asset: asset.number,
        payer: payer.row, escrow: escrow.row, module: UInt32(module)), &scope)
    post(asset, amount, from: payer, to: escrow)
    return HoldID(number)
  }

  /// A hold that still stands.
  public func hold(_ id: HoldID) -> HoldRow? { holds.find(id.number).map { holds[$0] } }

  /// Pays `paid` of a hold to `receiver` and the rest back to the payer. False where the hold was
  /// resolved before; traps where `paid` is more than it holds.
  public mutating func capture(_ id: HoldID, _ paid: Amount, to receiver: AccountIndex) -> Bool {
    guard let row = resolve(id) else { return false }
    let escrow = AccountIndex(row: row.escrow)
    let asset = AssetID(row.asset)
    if paid != .zero { post(asset, paid, from: escrow, to: receiver) }
    let rest = row.amount - paid
    if rest != .zero { post(asset, rest, from: escrow, to: AccountIndex(row: row.payer)) }
    return true
  }

  /// Pays a hold back to the payer. False where it was resolved before.
  public mutating func release(_ id: HoldID) -> Bool {
    capture(id, .zero, to: .burned)
  }

  private mutating func resolve(_ id: HoldID) -> HoldRow? {
    guard let place = holds.find(id.number) else { return nil }
    let row = holds[place]
    holds.vacate(place, &scope)
    if row.timer != 0 { _ = timers.cancel(row.timer, &scope) }
    return row
  }

  // Timers

  /// Lets a module act at a time; returns the timer's number.
  public mutating func schedule(
    at due: LogicalTime, _ timerClass: TimerClass, module: UInt8, kind: UInt16,
    reference: UInt64
  ) -> UInt64 {
    let number = take(.nextTimer)
    timers.schedule(
      TimerRow(
        number: number, due: due.seconds, reference: reference,
        timerClass: timerClass.rawValue, module: UInt16(module), kind: kind), &scope)
    return number
  }

  /// Removes a timer; false where it ran or was cancelled before.
  public mutating func cancelTimer(_ number: UInt64) -> Bool { timers.cancel(number, &scope) }

  /// When the next timer is due.
  public mutating func nextTimerDue() -> LogicalTime? { timers.nextDue() }

  /// Takes the first timer due at or before `time` in (due time, class, number) order and sets the
  /// clock to its due time. The ledger's own (hold expiry) are done here and returned too.
  public mutating func takeTimer(through time: LogicalTime) -> TimerRow? {
    guard let row = timers.takeDue(through: time, &scope) else { return nil }
    if row.due > self.time.seconds { set(.time, row.due) }
    if row.module == 0, row.kind == LedgerTimer.holdExpiry { _ = release(HoldID(row.reference)) }
    return row
  }

  // Contents, parameters, weights

  /// Keeps a text or document once more, under its SHA-256 digest.
  public mutating func retain(_ content: [UInt8]) -> Digest {
    let digest = SHA256.hash(content)
    contents.retain(content, digest: digest, &scope)
    return digest
  }

  /// Lets go of a text or document; at the last it is dropped.
  public mutating func release(_ digest: Digest) { contents.release(digest, &scope) }

  /// Declares a parameter; genesis alone does.
  public mutating func declare(_ row: ParameterRow) -> ParameterIndex {
    parameters.append(row, &scope)
  }

  /// Notes a change that takes effect at the next epoch; `now` begins the cooldown.
  public mutating func propose(_ parameter: ParameterIndex, _ value: UInt128, now: LogicalTime) {
    parameters.modify(parameter, &scope) {
      $0.pending = value
      $0.hasPending = true
      $0.changedAt = now.seconds
    }
  }

  /// Puts every pending value into force; returns the changed parameters in row order.
  public mutating func applyPending() -> [ParameterIndex] {
    var changed: [ParameterIndex] = []
    for row in 0..<parameters.table.count where parameters.table[row].hasPending {
      let index = ParameterIndex(row: UInt32(truncatingIfNeeded: row))
      parameters.modify(index, &scope) {
        $0.value = $0.pending
        $0.pending = 0
        $0.hasPending = false
      }
      changed.append(index)
    }
    return changed
  }

  /// Changes the weight that an account brings to votes by a rise or a fall of staked value.
  public mutating func adjustWeight(_ account: AccountIndex, rise: Amount, fall: Amount) {
    let change = rise.units &- fall.units
    if change != 0 { weights.adjust(account, by: change, height: height, &scope) }
  }

  /// Lets `delegate` vote for `account` from the next block on.
  public mutating func setDelegate(_ account: AccountIndex, to delegate: AccountIndex) {
    weights.setDelegate(account, to: delegate, height: height, &scope)
  }

  // Books

  /// True where every unit is in exactly one account.
  public var isBalanced: Bool { accounts.total == rules.supply.units && assets.imbalance == 0 }

  /// Takes back the newest change of one of the ledger's own tables; false for a module's.
  public mutating func undoLast(of table: UInt8) -> Bool {
    guard let table = LedgerTable(rawValue: table) else { return false }
    switch table {
    case .accounts: accounts.undoLast()
    case .assets: assets.undoAsset()
    case .holdings: assets.undoHolding()
    case .holds: _ = holds.undoLast()
    case .timers: timers.undoLast()
    case .counters: _ = counters.undoLast()
    case .parameters: parameters.undoLast()
    case .contents: contents.undoLast()
    case .weights: weights.undoRow()
    case .checkpoints: weights.undoCheckpoint()
    }
    return true
  }

  /// Forgets events after a mark; part of undoing a scope.
  public mutating func undoEvents(to mark: EventLog.Mark) { events.undo(to: mark) }

  /// Empties the event log for the next block.
  public mutating func clearEvents() { events.removeAll() }

  // Tables

  /// Lets a visitor see the ledger's own tables in table order.
  public mutating func visit(_ visitor: inout some TableVisitor) {
    accounts.visit(&visitor)
    assets.visit(&visitor)
    holds.visit(&visitor)
    timers.visit(&visitor)
    visitor.visit(&counters)
    parameters.visit(&visitor)
    contents.visit(&visitor)
    weights.visit(&visitor)
  }

  /// The same tables as they stand now.
  public func images() -> [TableImage] {
    [
      accounts.table.image(), assets.assets.image(), assets.holdings.image(),
      holds.table.image(), timers.rows.table.image(), counters.image(), parameters.table.image(),
      contents.table.image(), weights.rows.table.image(), weights.checkpoints.image(),
    ]
  }

  /// Adds the bytes of the content table's next row.
  public mutating func load(content: [UInt8]) throws(ImageFailure) { try contents.load(content) }

  /// Derives what stands outside the rows once a blank ledger's tables are loaded; refuses
  /// references that lead nowhere, keys that stand twice and books that do not balance.
  public mutating func rebuild() throws(ImageFailure) {
    try ImageFailure.unless(
      counters.count == Counter.allCases.count, "there are \(counters.count) counters")
    let count = accounts.count
    try accounts.rebuild()
    try assets.rebuild(accountCount: count)
    try ImageFailure.unless(
      value(of: .nextAsset) == UInt64(assets.assets.count + 1), "the next asset's number is wrong")
    try holds.rebuild(next: value(of: .nextHold))
    for place in 0..<holds.table.count where !holds[place].isVacant {
      let hold = holds[place]
      try ImageFailure.unless(
        Int(hold.payer) < count && Int(hold.escrow) < count
          && Int(hold.asset) <= assets.assets.count,
        "hold \(hold.number) names an account or asset that does not exist")
    }
    try timers.rebuild(next: value(of: .nextTimer))
    try parameters.rebuild()
    try contents.rebuild()
    try weights.rebuild(accountCount: count)
    try ImageFailure.unless(isBalanced, "the balances do not sum to the supply")
  }
}

/// The kinds of the ledger's own timers.
public enum LedgerTimer {
  /// A hold's time is over: what it holds goes back to the payer.
  public static let holdExpiry: UInt16 = 1
}
