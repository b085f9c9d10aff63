internal import Ledger
public import Primitives

extension Vesting {
  /// Everything that can be asked of the module.
  public enum Operation: Sendable {
    case release(Release)
    case releaseTo(ReleaseTo)
    case create(Create)
    case revoke(Revoke)
    case changeBeneficiary(ChangeBeneficiary)
    case achieve(Achieve)
  }

  /// Pays a beneficiary what has vested.
  public struct Release: Sendable {
    public let grant: UInt64
  }

  /// Spends a grant by votes.
  public struct ReleaseTo: Sendable {
    public let grant: UInt64
    public let to: Address
    public let amount: Amount
  }

  /// Puts the sender's own units into a grant that opens on a line after a lock.
  public struct Create: Sendable {
    public let beneficiary: Address
    public let amount: Amount
    public let lock: Seconds
    public let duration: Seconds
    public let isRevocable: Bool
  }

  /// Ends a grant that was declared revocable: the unvested part returns to its giver.
  public struct Revoke: Sendable {
    public let grant: UInt64
  }

  /// Passes a grant on.
  public struct ChangeBeneficiary: Sendable {
    public let grant: UInt64
    public let to: Address
  }

  /// States that a milestone of the economy file is reached.
  public struct Achieve: Sendable {
    public let milestone: String
  }
}

extension EconomyState {
  /// Makes a grant of every wallet of the plan, over what overlays left in it.
  mutating func openVesting() {
    let plan = genesis.plans.vesting
    let account = ledger.account(SystemAddress.account(Vesting.grantsName), flags: .system)
    vesting.open(account: account, milestones: plan.milestones.count, &ledger.scope)
    for (place, wallet) in plan.wallets.enumerated() {
      let account = ledger.account(SystemAddress.account(wallet.name), flags: .system)
      let row = Vesting.GrantRow(
        total: ledger.accounts[account].balance, wallet: account.row, grantor: 0,
        plan: UInt32(truncatingIfNeeded: place + 1))
      let beneficiary = wallet.isByVote ? nil : wallet.beneficiary.map { ledger.account($0) }
      _ = vesting.add(row, to: beneficiary, &ledger.scope)
    }
  }

  mutating func apply(
    _ operation: Vesting.Operation, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    switch operation {
    case .release(let operation): try apply(operation, by: sender)
    case .releaseTo(let operation): try apply(operation, by: sender)
    case .create(let operation): try apply(operation, by: sender)
    case .revoke(let operation): try apply(operation, by: sender)
    case .changeBeneficiary(let operation): try apply(operation, by: sender)
    case .achieve(let operation): try apply(operation, by: sender)
    }
  }

  mutating func apply(
    _ operation: Vesting.Release, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let grant = try guardGrant(operation.grant)
    let row = vesting.grants[grant]
    guard row.beneficiary != 0 else {
      throw Vesting.rejection(.noBeneficiary, Word(UInt128(operation.grant)))
    }
    let open = openByRule(grant)
    guard open != .zero else {
      throw Vesting.rejection(.nothingReleasable, Word(UInt128(operation.grant)))
    }
    let room = ceilingRoom(grant)
    guard room != .zero else { throw ceilingReached() }

    // Accepted from here.
    let paid = min(open, room)
    draw(grant, paid, to: AccountIndex(row: row.beneficiary - 1))
    return .word(Word(paid.units))
  }

  mutating func apply(
    _ operation: Vesting.ReleaseTo, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.executor, sender)
    let grant = try guardGrant(operation.grant)
    let plan = Int(vesting.grants[grant].plan)
    guard plan > 0, genesis.plans.vesting.wallets[plan - 1].isByVote else {
      throw Vesting.rejection(.notByVote, Word(UInt128(operation.grant)))
    }
    guard operation.amount != .zero else { throw Vesting.rejection(.zeroAmount) }
    try guardPayee(operation.to)
    let open = openByRule(grant)
    guard operation.amount <= open else {
      throw Vesting.rejection(
        .limitExceeded, Word(UInt128(operation.grant)), Word(open.units),
        Word(operation.amount.units))
    }
    guard operation.amount <= ceilingRoom(grant) else { throw ceilingReached() }

    // Accepted from here.
    draw(grant, operation.amount, to: ledger.account(operation.to))
    return .nothing
  }

  mutating func apply(
    _ operation: Vesting.Create, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    guard operation.amount != .zero else { throw Vesting.rejection(.zeroAmount) }
    try guardPayee(operation.beneficiary)
    let start = elapsed()
    guard
      LinearTerms(start: start, lock: operation.lock, duration: operation.duration) != nil
    else {
      throw Vesting.rejection(
        .invalidTerms, Word(UInt128(operation.lock.count)), Word(UInt128(operation.duration.count)))
    }
    let spendable = ledger.accounts[sender].spendable
    guard operation.amount <= spendable else {
      throw Vesting.rejection(
        .insufficientBalance, Word(ledger.accounts[sender].address), Word(spendable.units),
        Word(operation.amount.units))
    }

    // Accepted from here.
    let beneficiary = ledger.account(operation.beneficiary)
    ledger.post(.token, operation.amount, from: sender, to: vesting.account)
    let row = Vesting.GrantRow(
      total: operation.amount, wallet: vesting.account.row, grantor: sender.row + 1, plan: 0,
      start: start.count, lock: operation.lock.count, duration: operation.duration.count,
      isRevocable: operation.isRevocable)
    let id = UInt128(vesting.add(row, to: beneficiary, &ledger.scope) + 1)
    beginEvent(.created, id)
    ledger.events.topic(Word(operation.beneficiary))
    ledger.events.topic(Word(ledger.accounts[sender].address))
    ledger.events.data(Word(operation.amount.units))
    ledger.events.data(Word(UInt128(operation.lock.count)))
    ledger.events.data(Word(UInt128(operation.duration.count)))
    ledger.events.data(Word(operation.isRevocable ? 1 : 0 as UInt128))
    return .word(Word(id))
  }

  mutating func apply(
    _ operation: Vesting.Revoke, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let grant = try guardGrant(operation.grant)
    let id = Word(UInt128(operation.grant))
    let row = vesting.grants[grant]
    guard row.grantor == sender.row + 1 else {
      throw Vesting.rejection(.notGrantor, id, Word(ledger.accounts[sender].address))
    }
    guard row.isRevocable else { throw Vesting.rejection(.notRevocable, id) }
    guard !row.isRevoked else { throw Vesting.rejection(.alreadyRevoked, id) }
    var terms = grantTerms(grant)
    let returned = terms.revoke(at: elapsed())
    guard returned != .zero else { throw Vesting.rejection(.nothingToRevoke, id) }

    // Accepted from here.
    vesting.revoke(grant, kept: row.total - returned, at: elapsed(), &ledger.scope)
    pay(returned, from: vesting.account, to: sender)
    beginEvent(.revoked, UInt128(operation.grant))
    ledger.events.topic(Word(ledger.accounts[sender].address))
    ledger.events.data(Word(returned.units))
    return .word(Word(returned.units))
  }

  mutating func apply(
    _ operation: Vesting.ChangeBeneficiary, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let grant = try guardGrant(operation.grant)
    let id = Word(UInt128(operation.grant))
    guard vesting.grants[grant].beneficiary == sender.row + 1 else {
      throw Vesting.rejection(.notBeneficiary, id, Word(ledger.accounts[sender].address))
    }
    try guardPayee(operation.to)
    let address = ledger.accounts[sender].address
    guard operation.to != address else {
      throw Vesting.rejection(.sameBeneficiary, id, Word(operation.to))
    }

    // Accepted from here.
    vesting.reassign(grant, to: ledger.account(operation.to), &ledger.scope)
    beginEvent(.beneficiaryChanged, UInt128(operation.grant))
    ledger.events.topic(Word(address))
    ledger.events.topic(Word(operation.to))
    return .nothing
  }

  mutating func apply(
    _ operation: Vesting.Achieve, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.milestone, sender)
    let plan = genesis.plans.vesting
    let id = Vesting.id(operation.milestone)
    guard let place = plan.milestones.firstIndex(where: { $0.name == operation.milestone }) else {
      throw Vesting.rejection(.unknownMilestone, Word(id))
    }
    guard vesting.milestones[place].isAchieved == 0 else {
      throw Vesting.rejection(.alreadyAchieved, Word(id))
    }

    // Accepted from here.
    var burned = Amount.zero
    if let name = plan.escrow, plan.milestones[place].burn != .zero {
      let escrow = ledger.account(SystemAddress.account(name), flags: .system)
      // An overlay may have taken from the escrow.
      burned = min(plan.milestones[place].burn, ledger.accounts[escrow].balance)
      ledger.post(.token, burned, from: escrow, to: .burned)
      vesting.count(burned, inYear: presentYear(), isGoverned: true, &ledger.scope)
    }
    vesting.achieve(place, burned: burned, at: ledger.time, &ledger.scope)
    ledger.events.begin(
      module: Vesting.number, code: Vesting.Event.milestoneAchieved.rawValue)
    ledger.events.topic(Word(id))
    ledger.events.topic(Word(ledger.accounts[sender].address))
    ledger.events.data(Word(burned.units))
    ledger.events.data(Word(unlockedByMilestones().units))
    return .nothing
  }

  // Guards

  private borrowing func guardGrant(_ id: UInt64) throws(Rejection) -> Int {
    guard let place = grantPlace(id) else {
      throw Vesting.rejection(.unknownGrant, Word(UInt128(id)))
    }
    return place
  }

  /// What is paid to the zero address, a module or a system account would be lost.
  private borrowing func guardPayee(_ address: Address) throws(Rejection) {
    let isSystem =
      ledger.accounts.find(address).map { ledger.accounts[$0].flags.contains(.system) } ?? false
    guard !isSystem, address != .zero, SystemAddress.moduleNumber(address) == nil else {
      throw Vesting.rejection(.invalidReceiver, Word(address))
    }
  }

  private borrowing func ceilingReached() -> Rejection {
    let year = presentYear()
    return Vesting.rejection(
      .ceilingReached, Word(UInt128(year)), Word((ceiling(ofYear: year) ?? .max).units))
  }

  // Writes

  /// Pays out of a grant's wallet, and counts it in the grant and in the year.
  private mutating func draw(_ grant: Int, _ amount: Amount, to payee: AccountIndex) {
    let row = vesting.grants[grant]
    vesting.draw(grant, amount, window: presentWindow(grant), &ledger.scope)
    vesting.count(
      amount, inYear: presentYear(), isGoverned: isGoverned(grant), &ledger.scope)
    pay(amount, from: AccountIndex(row: row.wallet), to: payee)
    beginEvent(.released, UInt128(grant + 1))
    ledger.events.topic(Word(ledger.accounts[payee].address))
    ledger.events.data(Word(amount.units))
  }

  private mutating func beginEvent(_ event: Vesting.Event, _ id: UInt128) {
    ledger.events.begin(module: Vesting.number, code: event.rawValue)
    ledger.events.topic(Word(id))
  }

  /// What has vested follows from the time alone: the module keeps no timers.
  mutating func runVesting(_ timer: TimerRow) {}
}
