internal import Ledger
public import Primitives

extension Compliance {
  /// Everything that can be asked of the module.
  public enum Operation: Sendable {
    case pause(Pause)
    case unpause(Unpause)
    case setLevel(SetLevel)
    case block(Block)
    case unblock(Unblock)
    case freeze(Freeze)
    case unfreeze(Unfreeze)
  }

  /// Lets nothing begin in a module.
  public struct Pause: Sendable {
    /// The module's number.
    public let module: UInt8
  }

  /// Opens a paused module.
  public struct Unpause: Sendable {
    public let module: UInt8
  }

  /// 0 is every day, 1 pauses every module, 2 holds exits and claims as well.
  public struct SetLevel: Sendable {
    public let level: UInt8
  }

  /// Puts an account on the block list.
  public struct Block: Sendable {
    public let account: Address
    /// The digest of the reason's text, which stays outside the ledger; zero for none.
    public let reason: Digest
  }

  /// Takes an account off the block list and pays out what waited for it.
  public struct Unblock: Sendable {
    public let account: Address
  }

  /// Holds back an amount of what an account has or will have.
  public struct Freeze: Sendable {
    public let account: Address
    public let amount: Amount
  }

  /// Gives back an amount that is held back.
  public struct Unfreeze: Sendable {
    public let account: Address
    public let amount: Amount
  }
}

extension EconomyState {
  /// Makes the switches, one a module.
  mutating func openCompliance() {
    deriveCompliance()
    compliance.open(&ledger.scope)
  }

  /// Finds the quarantine and reads the matrix from the declarations.
  mutating func deriveCompliance() {
    let quarantine = ledger.account(
      SystemAddress.account(Compliance.quarantineName), flags: .system)
    // Row 0 is the emergency level's.
    let policies: [[CompliancePolicy]] =
      [[]] + Registry.modules.map { $0.calls.map { $0.compliance } }
    compliance.derive(quarantine: quarantine, policies: policies)
  }

  mutating func apply(
    _ operation: Compliance.Operation, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    switch operation {
    case .pause(let operation): try apply(operation, by: sender)
    case .unpause(let operation): try apply(operation, by: sender)
    case .setLevel(let operation): try apply(operation, by: sender)
    case .block(let operation): try apply(operation, by: sender)
    case .unblock(let operation): try apply(operation, by: sender)
    case .freeze(let operation): try apply(operation, by: sender)
    case .unfreeze(let operation): try apply(operation, by: sender)
    }
  }

  mutating func apply(
    _ operation: Compliance.Pause, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.pauser, sender)
    try guardPausable()
    try guardModule(operation.module)
    guard !compliance.switches[Int(operation.module)].isPaused else {
      throw Compliance.rejection(.enforcedPause)
    }

    // Accepted from here.
    compliance.setPaused(operation.module, true, now: ledger.time, &ledger.scope)
    emitSwitch(.paused, operation.module, by: sender)
    return .nothing
  }

  mutating func apply(
    _ operation: Compliance.Unpause, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.pauser, sender)
    try guardPausable()
    try guardModule(operation.module)
    guard compliance.switches[Int(operation.module)].isPaused else {
      throw Compliance.rejection(.expectedPause)
    }

    // Accepted from here.
    compliance.setPaused(operation.module, false, now: ledger.time, &ledger.scope)
    emitSwitch(.unpaused, operation.module, by: sender)
    return .nothing
  }

  mutating func apply(
    _ operation: Compliance.SetLevel, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.emergency, sender)
    try guardPausable()
    let level = operation.level
    guard level <= Compliance.highestLevel else {
      throw Compliance.rejection(.invalidLevel, Word(UInt128(level)))
    }
    guard level != compliance.level else {
      throw Compliance.rejection(.levelUnchanged, Word(UInt128(level)))
    }

    // Accepted from here.
    compliance.setLevel(level, now: ledger.time, &ledger.scope)
    emitSwitch(.levelSet, level, by: sender)
    return .nothing
  }

  mutating func apply(
    _ operation: Compliance.Block, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.compliance, sender)
    try guardBlockList()
    try guardBlockable(operation.account)
    let known = ledger.accounts.find(operation.account)
    guard known.flatMap({ compliance.listing($0) }) == nil else {
      throw Compliance.rejection(.alreadyBlocked, Word(operation.account))
    }

    // Accepted from here.
    let account = known ?? ledger.account(operation.account)
    compliance.list(account, reason: operation.reason, since: ledger.time, &ledger.scope)
    emitListing(.blocked, operation.account, by: sender, Word(operation.reason))
    return .nothing
  }

  mutating func apply(
    _ operation: Compliance.Unblock, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.compliance, sender)
    try guardBlockList()
    guard let account = ledger.accounts.find(operation.account),
      let row = compliance.listing(account)
    else { throw Compliance.rejection(.notBlocked, Word(operation.account)) }

    // Accepted from here.
    let waiting = compliance.listings[row].quarantined
    compliance.unlist(row, &ledger.scope)
    if waiting != .zero {
      ledger.post(.token, waiting, from: compliance.quarantine, to: account)
    }
    emitListing(.unblocked, operation.account, by: sender, Word(waiting.units))
    return .nothing
  }

  mutating func apply(
    _ operation: Compliance.Freeze, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.compliance, sender)
    try guardBlockList()
    try guardBlockable(operation.account)
    guard operation.amount != .zero else { throw Compliance.rejection(.zeroAmount) }
    let frozen = frozen(of: operation.account)
    guard let sum = frozen.adding(operation.amount) else {
      throw Compliance.rejection(
        .freezeTooLarge, Word(operation.account), Word(frozen.units), Word(operation.amount.units))
    }

    // Accepted from here.
    ledger.freeze(ledger.account(operation.account), sum)
    emitListing(.frozen, operation.account, by: sender, Word(operation.amount.units))
    return .nothing
  }

  mutating func apply(
    _ operation: Compliance.Unfreeze, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.compliance, sender)
    try guardBlockList()
    guard operation.amount != .zero else { throw Compliance.rejection(.zeroAmount) }
    let frozen = frozen(of: operation.account)
    guard let rest = frozen.subtracting(operation.amount) else {
      throw Compliance.rejection(
        .insufficientFrozen, Word(operation.account), Word(frozen.units),
        Word(operation.amount.units))
    }

    // Accepted from here.
    ledger.freeze(ledger.account(operation.account), rest)
    emitListing(.unfrozen, operation.account, by: sender, Word(operation.amount.units))
    return .nothing
  }

  // Entry functions for later modules

  /// True where the account is on the block list now.
  borrowing func isBlocked(_ account: AccountIndex) -> Bool {
    compliance.listing(account) != nil
  }

  /// Pays units of the token: to the account, or, where that is blocked, to quarantine under its
  /// name, so that a blocked receiver never traps the payer. The caller has checked the balance.
  mutating func pay(_ amount: Amount, from payer: AccountIndex, to receiver: AccountIndex) {
    guard let row = compliance.listing(receiver) else {
      ledger.post(.token, amount, from: payer, to: receiver)
      return
    }
    ledger.post(.token, amount, from: payer, to: compliance.quarantine)
    compliance.keep(amount, row, &ledger.scope)
    ledger.events.begin(module: Compliance.number, code: Compliance.Event.quarantined.rawValue)
    ledger.events.topic(Word(ledger.accounts[receiver].address))
    ledger.events.topic(Word(ledger.accounts[payer].address))
    ledger.events.data(Word(amount.units))
  }

  /// How long the module was closed (paused, or under an emergency) since genesis. A deadline by
  /// which somebody must act is put off by the growth of this number since the deadline was set.
  borrowing func closedTime(_ module: UInt8) -> Seconds {
    let row = compliance.switches[Int(module)]
    return ComplianceRules.closedTime(
      Seconds(row.ended), since: row.isClosed ? LogicalTime(row.since) : nil, now: ledger.time)
  }

  /// The kernel's question before a module's own guards: does the matrix let this call run?
  /// Circumstances are judged in the order of `CompliancePolicy.Circumstance`.
  borrowing func guardCompliance(
    module: UInt8, place: UInt8, _ parties: Parties, by sender: AccountIndex
  ) throws(Rejection) {
    let policy = compliance.policies[Int(module)][Int(place)]
    let circumstances = ComplianceRules.Circumstances(
      level: compliance.level, isPaused: compliance.switches[Int(module)].isPaused,
      isSenderBlocked: isBlocked(sender),
      isReceiverBlocked: isBlocked(parties.receiver),
      isCounterpartyBlocked: isBlocked(parties.counterparty) || isBlocked(parties.other))
    switch ComplianceRules.refusal(policy, circumstances) {
    case nil: return
    case .emergency: throw Compliance.rejection(.emergencyStop)
    case .paused: throw Compliance.rejection(.enforcedPause)
    case .sender:
      throw Compliance.rejection(.accountBlocked, Word(ledger.accounts[sender].address))
    case .receiver:
      throw Compliance.rejection(.accountBlocked, Word(parties.receiver ?? .zero))
    case .counterparty:
      let named = isBlocked(parties.counterparty) ? parties.counterparty : parties.other
      throw Compliance.rejection(.accountBlocked, Word(named ?? .zero))
    }
  }

  private borrowing func isBlocked(_ address: Address?) -> Bool {
    guard let address, let account = ledger.accounts.find(address) else { return false }
    return isBlocked(account)
  }

  // Guards

  private borrowing func guardPausable() throws(Rejection) {
    guard genesis.plans.compliance.pausable else { throw Compliance.rejection(.abilityAbsent) }
  }

  private borrowing func guardBlockList() throws(Rejection) {
    guard genesis.plans.compliance.blockList else { throw Compliance.rejection(.abilityAbsent) }
  }

  private borrowing func guardModule(_ module: UInt8) throws(Rejection) {
    guard module >= 1, Int(module) < compliance.switches.count else {
      throw Compliance.rejection(.unknownModule, Word(UInt128(module)))
    }
  }

  /// Wallets, pools and escrows are held by their modules; blocking one would trap its payees.
  private borrowing func guardBlockable(_ address: Address) throws(Rejection) {
    let isSystem =
      ledger.accounts.find(address).map { ledger.accounts[$0].flags.contains(.system) } ?? false
    guard !isSystem, address != .zero, SystemAddress.moduleNumber(address) == nil else {
      throw Compliance.rejection(.invalidAccount, Word(address))
    }
  }

  // Events

  private mutating func emitSwitch(
    _ event: Compliance.Event, _ subject: UInt8, by sender: AccountIndex
  ) {
    ledger.events.begin(module: Compliance.number, code: event.rawValue)
    ledger.events.topic(Word(UInt128(subject)))
    ledger.events.topic(Word(ledger.accounts[sender].address))
  }

  private mutating func emitListing(
    _ event: Compliance.Event, _ account: Address, by sender: AccountIndex, _ word: Word
  ) {
    ledger.events.begin(module: Compliance.number, code: event.rawValue)
    ledger.events.topic(Word(account))
    ledger.events.topic(Word(ledger.accounts[sender].address))
    ledger.events.data(word)
  }

  /// Pauses and listings last until they are ended: the module keeps no timers.
  mutating func runCompliance(_ timer: TimerRow) {}
}
