internal import Ledger
public import Primitives

extension Staking {
  /// Everything that can be asked of the module.
  public enum Operation: Sendable {
    case stake(Stake)
    case claim(Claim)
    case compound(Compound)
    case unstake(Unstake)
    case exitEarly(ExitEarly)
    case setBeneficiary(SetBeneficiary)
    case setDelegate(SetDelegate)
    case setBonusScore(SetBonusScore)
    case clearBonusScore(ClearBonusScore)
    case depositRevenue(DepositRevenue)
    case depositFeeShare(DepositFeeShare)
    case transferFrom(TransferFrom)
    case approve(Approve)
    case setApprovalForAll(SetApprovalForAll)
  }

  /// Locks units of the sender for one of the table's locks.
  public struct Stake: Sendable {
    public let amount: Amount
    public let lock: Seconds
  }

  /// Pays what a position has earned to its beneficiary.
  public struct Claim: Sendable {
    public let position: ReceiptID
  }

  /// Adds what a position has earned to its principal.
  public struct Compound: Sendable {
    public let position: ReceiptID
  }

  /// Returns the principal after the lock has ended, with what is pending.
  public struct Unstake: Sendable {
    public let position: ReceiptID
  }

  /// Returns the principal before the lock ends, less the penalty.
  public struct ExitEarly: Sendable {
    public let position: ReceiptID
  }

  /// Names who receives a position's rewards.
  public struct SetBeneficiary: Sendable {
    public let position: ReceiptID
    public let beneficiary: Address
  }

  /// Names who votes with the sender's weight; itself for nobody else.
  public struct SetDelegate: Sendable {
    public let delegate: Address
  }

  /// Sets an account's score in one of the bonuses; asks for the role `attester.quality`.
  public struct SetBonusScore: Sendable {
    public let account: Address
    public let bonus: UInt8
    public let score: BasisPoints
  }

  /// Takes an account's eligibility for a bonus away; asks for the role `attester.quality`.
  public struct ClearBonusScore: Sendable {
    public let account: Address
    public let bonus: UInt8
  }

  /// Gives units of the sender to all stakers by way of the pool.
  public struct DepositRevenue: Sendable {
    public let amount: Amount
  }

  /// Gives units of the sender to all stakers by way of the fee share.
  public struct DepositFeeShare: Sendable {
    public let amount: Amount
  }
}

extension EconomyState {
  mutating func apply(
    _ operation: Staking.Operation, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    switch operation {
    case .stake(let operation): try apply(operation, by: sender)
    case .claim(let operation): try apply(operation, by: sender)
    case .compound(let operation): try apply(operation, by: sender)
    case .unstake(let operation): try apply(operation, by: sender)
    case .exitEarly(let operation): try apply(operation, by: sender)
    case .setBeneficiary(let operation): try apply(operation, by: sender)
    case .setDelegate(let operation): try apply(operation, by: sender)
    case .setBonusScore(let operation): try apply(operation, by: sender)
    case .clearBonusScore(let operation): try apply(operation, by: sender)
    case .depositRevenue(let operation): try apply(operation, by: sender)
    case .depositFeeShare(let operation): try apply(operation, by: sender)
    case .transferFrom(let operation): try apply(operation, by: sender)
    case .approve(let operation): try apply(operation, by: sender)
    case .setApprovalForAll(let operation): try apply(operation, by: sender)
    }
  }

  mutating func apply(
    _ operation: Staking.Stake, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let rates = staking.terms.rates
    guard let lock = rates.lock(of: operation.lock) else {
      throw Staking.rejection(.unknownLock, operation.lock.word)
    }
    guard operation.amount >= rates.minimum(lock) else {
      throw Staking.rejection(
        .belowMinimum, operation.amount.word, rates.minimum(lock).word)
    }
    try guardRoom(sender)
    try guardStakingFunds(sender, operation.amount)

    // Accepted from here.
    let number = openPosition(operation.amount, lock: lock, for: sender)
    if let place = staking.positions.find(number) {
      let row = staking.positions[place]
      emitStaking(
        .staked, topics: [Word(UInt128(number)), Word(stakerAddress(row.owner))],
        operation.amount.word, operation.lock.word, row.lockEnd.word, row.reward.weight.value.word)
    }
    return .word(Word(UInt128(number)))
  }

  mutating func apply(
    _ operation: Staking.Claim, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let place = try guardPosition(operation.position)
    if staking.positions[place].beneficiary != sender.row {
      try guardPositionOwner(place, sender, operation.position)
    }

    // Accepted from here.
    return .word(payPending(place).word)
  }

  mutating func apply(
    _ operation: Staking.Compound, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let place = try guardPosition(operation.position)
    try guardPositionOwner(place, sender, operation.position)
    let minimum = genesis.plans.staking.minimumCompound
    let pending = pendingReward(place)
    guard pending >= minimum else {
      throw Staking.rejection(.pendingBelowMinimum, pending.word, minimum.word)
    }

    // Accepted from here.
    let (reward, fee) = takePending(place)
    let (payout, burned) = burnReward(reward, of: place)
    if let (_, payable) = staking.accounts.feeShare { payFrom(payable, fee, of: place) }
    if payout.paid != .zero {
      ledger.post(
        .token, payout.paid, from: staking.accounts.payable, to: staking.accounts.principal)
    }
    raisePrincipal(place, by: payout.paid)
    if genesis.plans.staking.compoundRelocks { relock(place) }
    let row = staking.positions[place]
    emitStaking(
      .compounded, topics: [Word(UInt128(row.number)), Word(stakerAddress(row.owner))],
      payout.paid.word, burned.word, fee.word, row.principal.word)
    return .word(row.principal.word)
  }

  mutating func apply(
    _ operation: Staking.Unstake, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let place = try guardPosition(operation.position)
    try guardPositionOwner(place, sender, operation.position)
    guard staking.positions[place].isPastLock else {
      throw Staking.rejection(.lockNotEnded, staking.positions[place].lockEnd.word)
    }

    // Accepted from here.
    _ = payPending(place)
    let row = closePosition(place)
    pay(row.principal, from: staking.accounts.principal, to: sender)
    emitStaking(
      .unstaked, topics: [Word(UInt128(row.number)), Word(stakerAddress(row.owner))],
      row.principal.word)
    return .word(row.principal.word)
  }

  mutating func apply(
    _ operation: Staking.ExitEarly, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let place = try guardPosition(operation.position)
    try guardPositionOwner(place, sender, operation.position)
    let position = staking.positions[place]
    guard !position.isPastLock else {
      throw Staking.rejection(.lockEnded, position.lockEnd.word)
    }

    // Accepted from here.
    let outcome = exitOutcome(position)
    var forfeited = Amount.zero
    if genesis.plans.staking.exitForfeits {
      let taken = takePending(place)
      forfeited = taken.reward
      if let (_, payable) = staking.accounts.feeShare { payFrom(payable, taken.fee, of: place) }
    } else {
      _ = payPending(place)
    }
    let row = closePosition(place)
    let burned = payPenalty(outcome, forfeited: forfeited)
    pay(outcome.returned, from: staking.accounts.principal, to: sender)
    emitStaking(
      .exitedEarly, topics: [Word(UInt128(row.number)), Word(stakerAddress(row.owner))],
      outcome.returned.word, outcome.penalty.word, burned.word, forfeited.word)
    return .word(outcome.returned.word)
  }

  mutating func apply(
    _ operation: Staking.SetBeneficiary, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let place = try guardPosition(operation.position)
    try guardPositionOwner(place, sender, operation.position)
    try guardStakingReceiver(operation.beneficiary)

    // Accepted from here.
    let beneficiary = ledger.account(operation.beneficiary)
    staking.modify(place, &ledger.scope) { $0.beneficiary = beneficiary.row }
    emitStaking(
      .beneficiarySet, topics: [operation.position.word, Word(operation.beneficiary)])
    return .nothing
  }

  mutating func apply(
    _ operation: Staking.SetDelegate, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try guardStakingReceiver(operation.delegate)

    // Accepted from here.
    let before = ledger.weights.delegate(of: sender)
    ledger.setDelegate(sender, to: ledger.account(operation.delegate))
    emitStaking(
      .delegateChanged,
      topics: [
        Word(ledger.accounts[sender].address), Word(ledger.accounts[before].address),
        Word(operation.delegate),
      ])
    return .nothing
  }

  mutating func apply(
    _ operation: Staking.SetBonusScore, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.quality, sender)
    try guardBonus(operation.bonus)
    guard operation.score <= .whole else {
      throw Staking.rejection(.scoreOutOfRange, operation.score.word)
    }

    // Accepted from here.
    let account = ledger.account(operation.account)
    setBonusScore(account, bonus: Int(operation.bonus), score: operation.score)
    return .nothing
  }

  mutating func apply(
    _ operation: Staking.ClearBonusScore, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    try require(.quality, sender)
    try guardBonus(operation.bonus)

    // Accepted from here.
    let account = ledger.account(operation.account)
    setBonusScore(account, bonus: Int(operation.bonus), score: nil)
    return .nothing
  }

  mutating func apply(
    _ operation: Staking.DepositRevenue, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    guard staking.accounts.revenue != nil else { throw Staking.rejection(.noRevenueAccount) }
    try guardStakingFunds(sender, operation.amount)

    // Accepted from here.
    depositRevenue(operation.amount, from: sender)
    return .nothing
  }

  mutating func apply(
    _ operation: Staking.DepositFeeShare, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    guard staking.accounts.feeShare != nil else { throw Staking.rejection(.noRevenueAccount) }
    try guardStakingFunds(sender, operation.amount)

    // Accepted from here.
    depositFeeShare(operation.amount, from: sender)
    return .nothing
  }

  // Entry functions for later modules

  /// Sets or clears (nil) an account's score in a bonus and re-prices all its positions. Scores
  /// above the whole count as the whole; a bonus that the economy does not have changes nothing.
  mutating func setBonusScore(_ account: AccountIndex, bonus: Int, score: BasisPoints?) {
    guard stakingBonusCount > bonus else { return }
    staking.setScore(account, bonus, score, &ledger.scope)
    for place in staking.places(of: account) { reweigh(place) }
    let topics = [Word(ledger.accounts[account].address), Word(UInt128(bonus))]
    if let score {
      emitStaking(.bonusScoreSet, topics: topics, min(score, .whole).word)
    } else {
      emitStaking(.bonusScoreCleared, topics: topics)
    }
  }

  /// The number of a bonus by its name in the economy file; nil where there is none.
  borrowing func stakingBonus(_ name: String) -> Int? {
    genesis.plans.staking.bonuses.prefix(stakingBonusCount).firstIndex { $0.name == name }
  }

  /// How many bonuses the economy has.
  var stakingBonusCount: Int {
    min(genesis.plans.staking.bonuses.count, Staking.StakerRow.scoreCount)
  }

  /// Puts units into the revenue account, from which they reach the pool epoch by epoch. The caller
  /// has checked the balance. Where the economy has no such account nothing moves.
  mutating func depositRevenue(_ amount: Amount, from: AccountIndex) {
    guard let revenue = staking.accounts.revenue else { return }
    ledger.post(.token, amount, from: from, to: revenue)
    emitStaking(
      .revenueDeposited, topics: [Word(ledger.accounts[from].address)], amount.word)
  }

  /// Puts units into the fee share's account. The caller has checked the balance. Where the economy
  /// has no fee share nothing moves.
  mutating func depositFeeShare(_ amount: Amount, from: AccountIndex) {
    guard let (source, _) = staking.accounts.feeShare else { return }
    ledger.post(.token, amount, from: from, to: source)
    emitStaking(
      .feeShareDeposited, topics: [Word(ledger.accounts[from].address)], amount.word)
  }

  // Guards and parts

  private borrowing func guardPositionOwner(
    _ place: Int, _ account: AccountIndex, _ id: Staking.ReceiptID
  ) throws(Rejection) {
    guard staking.positions[place].owner == account.row else {
      throw Staking.rejection(
        .notPositionOwner, Word(ledger.accounts[account].address), id.word)
    }
  }

  private borrowing func guardBonus(_ bonus: UInt8) throws(Rejection) {
    guard Int(bonus) < stakingBonusCount else {
      throw Staking.rejection(.unknownBonus, bonus.word)
    }
  }

  /// What leaving now costs.
  borrowing func exitOutcome(_ position: Staking.PositionRow) -> EarlyExitTerms.Outcome {
    let none = EarlyExitTerms.Outcome(
      penalty: .zero, returned: position.principal, burned: .zero, toPool: .zero)
    return staking.terms.exit?.leave(
      principal: position.principal, pending: .zero,
      remaining: LogicalTime(position.lockEnd).since(ledger.time),
      lock: staking.terms.rates.duration(Int(position.lock))) ?? none
  }

  /// Begins the lock anew.
  private mutating func relock(_ place: Int) {
    let row = staking.positions[place]
    if row.timer != 0 { _ = ledger.cancelTimer(row.timer) }
    let lockEnd = ledger.time + staking.terms.rates.duration(Int(row.lock))
    let timer = scheduleLockEnd(row.number, at: lockEnd)
    staking.modify(place, &ledger.scope) {
      $0.lockEnd = lockEnd.seconds
      $0.timer = timer
      $0.isPastLock = false
    }
    reweigh(place)
  }
}
