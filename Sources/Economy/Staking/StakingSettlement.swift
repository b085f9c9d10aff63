internal import Ledger
internal import Primitives

/// The writes that operations, timers and epochs share. Guards have run; nothing here fails.
extension EconomyState {
  // Opening and epochs

  /// Puts the plan into the first state: accounts, terms, and the first epoch's budget.
  mutating func openStaking() {
    deriveStaking()
    let budget = staking.accounts.pool.map { poolBudget($0) } ?? .zero
    staking.open(
      rewards: Accumulator(
        ceiling: .rate, opening: genesis.time, budget: budget, source: stakingSource()),
      fees: Accumulator(ceiling: .none, opening: genesis.time), &ledger.scope)
  }

  /// Finds the plan's accounts and parameters, and the terms in force.
  mutating func deriveStaking() {
    let plan = genesis.plans.staking
    var accounts = Staking.Accounts()
    if !plan.pool.isEmpty {
      accounts.pool = poolIndex(plan.pool)
      accounts.exitPool = poolIndex(plan.exitPool) ?? accounts.pool
      accounts.wallet = stakingAccount(plan.pool)
      accounts.payable = stakingAccount(plan.payable)
      accounts.principal = stakingAccount(plan.principal)
      accounts.revenue = plan.revenue.map { stakingAccount($0) }
      accounts.feeShare = plan.feeShare.map {
        (stakingAccount($0.account), stakingAccount($0.payableAccount))
      }
    }
    staking.accounts = accounts
    staking.sources = stakingSources(plan)
    staking.terms = stakingTerms()
  }

  private mutating func stakingAccount(_ name: String) -> AccountIndex {
    ledger.account(SystemAddress.account(name), flags: .system)
  }

  private borrowing func stakingSource() -> Amount {
    staking.accounts.pool == nil ? .zero : ledger.accounts[staking.accounts.wallet].balance
  }

  /// Settles the closing epoch to its end and opens the next one's budgets (F4); the pools have
  /// moved the revenue on before. A vote's new rates count from here: every position is settled
  /// with the old ones first.
  mutating func turnStakingEpoch() {
    guard let pool = staking.accounts.pool else { return }
    var (rewards, fees) = (staking.rewards, staking.fees)
    noteDemand(rewards, until: rewards.epochEnd)
    spendRewards(rewards.closeEpoch())
    moveFees(fees.closeEpoch())
    let terms = stakingTerms()
    let isRepriced = terms.rates != staking.terms.rates || terms.bonuses != staking.terms.bonuses
    staking.terms = terms
    let budget = poolBudget(pool)
    rewards.openEpoch(budget: budget, source: stakingSource())
    staking.set(rewards: rewards, &ledger.scope)
    staking.modifyTotals(&ledger.scope) { $0.epochSpent = .zero }
    var feeBudget = Amount.zero
    if let (source, _) = staking.accounts.feeShare {
      let held = ledger.accounts[source].balance
      feeBudget = PoolsRules.smoothed(held, over: terms.feeSmoothingEpochs)
      fees.openEpoch(budget: feeBudget, source: held)
    } else {
      fees.openEpoch(budget: .zero, source: .zero)
    }
    staking.set(fees: fees, &ledger.scope)
    if isRepriced { repriceAllPositions() }
    emitStaking(
      .epochOpened, topics: [], Word(UInt128(ledger.value(of: .epoch))), Word(budget.units),
      Word(feeBudget.units))
  }

  private mutating func repriceAllPositions() {
    for place in 0..<staking.positions.table.count where !staking.positions[place].isVacant {
      reweigh(place)
    }
  }

  // Flows

  /// Moves what has flowed since the last movement, so that every claim of this second is covered.
  mutating func collectStaking() {
    var (rewards, fees) = (staking.rewards, staking.fees)
    let due = rewards.collect(at: ledger.time)
    if due != .zero {
      staking.set(rewards: rewards, &ledger.scope)
      spendRewards(due)
    }
    let feesDue = fees.collect(at: ledger.time)
    if feesDue != .zero {
      staking.set(fees: fees, &ledger.scope)
      moveFees(feesDue)
    }
  }

  private mutating func spendRewards(_ amount: Amount) {
    guard amount != .zero, let pool = staking.accounts.pool else { return }
    spendPool(pool, amount, to: staking.accounts.payable)
    staking.modifyTotals(&ledger.scope) { $0.epochSpent += amount }
  }

  /// Tells the pool what the rates alone would have paid since the anchor, for its coverage.
  private mutating func noteDemand(_ rewards: Accumulator, until time: LogicalTime) {
    guard rewards.weight != .zero, let pool = staking.accounts.pool else { return }
    let end = min(time, rewards.epochEnd)
    let earned = rewards.weight.value * UInt128(end.since(rewards.anchor.time).count)
    notePoolDemand(pool, Amount((earned + rewards.anchor.remainder) / Accumulator.ceilingScale))
  }

  private mutating func moveFees(_ amount: Amount) {
    guard amount != .zero, let (source, payable) = staking.accounts.feeShare else { return }
    ledger.post(.token, amount, from: source, to: payable)
  }

  /// Burns a part of a reward or penalty; where the limits on burns count it, the rest goes where
  /// they say. Returns what burned.
  private mutating func burnStaking(
    _ amount: Amount, from account: AccountIndex, isCapped: Bool
  ) -> Amount {
    if amount == .zero { return .zero }
    if isCapped { return burnCapped(amount, from: account) }
    ledger.post(.token, amount, from: account, to: .burned)
    return amount
  }

  // Positions

  /// The weight of a principal at the rates in force and its owner's scores. However high a vote
  /// lifts the rates, all weights together fit the accumulator.
  borrowing func stakeWeight(
    _ principal: Amount, tier: Int, lock: Int, isPastLock: Bool, of owner: AccountIndex
  ) -> StakeWeight {
    let rho = rewardRate(tier: tier, lock: lock, isPastLock: isPastLock, of: owner)?.rho ?? 0
    let highest = StakeWeight.largest.value / max(ledger.rules.supply.units, 1)
    return StakeWeight(principal.units * min(UInt128(rho), highest)) ?? .largest
  }

  /// The rate of a position with those facts.
  borrowing func rewardRate(
    tier: Int, lock: Int, isPastLock: Bool, of owner: AccountIndex
  ) -> RewardRate? {
    RewardRate(
      apr: staking.terms.rates.apr(tier: tier, lock: lock, isPastLock: isPastLock),
      bonus: stakingBonus(of: owner))
  }

  /// By how much the account's scores raise its rates.
  borrowing func stakingBonus(of owner: AccountIndex) -> BasisPoints {
    staking.terms.bonuses?.bonus(scores: staking.scores(of: owner)) ?? BasisPoints(0)
  }

  /// Brings a position up to this second. The index does not move: settling at any cadence changes
  /// nothing.
  private mutating func settle(_ place: Int) {
    let index = staking.rewards.index(at: ledger.time)
    let feeIndex = staking.fees.index(at: ledger.time)
    staking.modify(place, &ledger.scope) {
      $0.reward.settle(to: index)
      $0.fee.settle(to: feeIndex)
    }
  }

  /// Changes the totals that the accumulators share by; each anchors where its own changes.
  private mutating func changeTotals(
    from old: (reward: StakeWeight, fee: StakeWeight),
    to new: (reward: StakeWeight, fee: StakeWeight)
  ) {
    if old.reward != new.reward {
      var rewards = staking.rewards
      noteDemand(rewards, until: ledger.time)
      let total = rewards.weight.value - old.reward.value + new.reward.value
      let due = rewards.change(weight: StakeWeight(total) ?? .largest, at: ledger.time)
      staking.set(rewards: rewards, &ledger.scope)
      spendRewards(due)
    }
    if old.fee != new.fee {
      var fees = staking.fees
      let total = fees.weight.value - old.fee.value + new.fee.value
      let due = fees.change(weight: StakeWeight(total) ?? .largest, at: ledger.time)
      staking.set(fees: fees, &ledger.scope)
      moveFees(due)
    }
  }

  private borrowing func feeWeight(_ principal: Amount) -> StakeWeight {
    staking.accounts.feeShare == nil ? .zero : StakeWeight(principal.units) ?? .largest
  }

  /// Gives a position the weight that its principal, tier, lock and scores have now.
  mutating func reweigh(_ place: Int) {
    settle(place)
    let row = staking.positions[place]
    let weight = stakeWeight(
      row.principal, tier: Int(row.tier), lock: Int(row.lock), isPastLock: row.isPastLock,
      of: AccountIndex(row: row.owner))
    let fee = feeWeight(row.principal)
    changeTotals(from: (row.reward.weight, row.fee.weight), to: (weight, fee))
    staking.modify(place, &ledger.scope) {
      $0.reward.change(weight: weight, at: $0.reward.paid)
      $0.fee.change(weight: fee, at: $0.fee.paid)
    }
  }

  /// Takes the principal in and makes the position and its receipt.
  mutating func openPosition(
    _ principal: Amount, lock: Int, for owner: AccountIndex
  ) -> UInt64 {
    let number = staking.totals.nextPosition
    let tier = staking.terms.rates.tier(for: principal)
    let lockEnd = ledger.time + staking.terms.rates.duration(lock)
    let weight = stakeWeight(principal, tier: tier, lock: lock, isPastLock: false, of: owner)
    let fee = feeWeight(principal)
    ledger.post(.token, principal, from: owner, to: staking.accounts.principal)
    ledger.adjustWeight(owner, rise: principal, fall: .zero)
    changeTotals(from: (.zero, .zero), to: (weight, fee))
    let timer = scheduleLockEnd(number, at: lockEnd)
    // From the anchor's index: after a time without stakes the carry is the newcomer's too, or it
    // would stay payable to nobody.
    let row = Staking.PositionRow(
      number: number, principal: principal,
      reward: RewardPosition(weight: weight, at: staking.rewards.anchor.index),
      fee: RewardPosition(weight: fee, at: staking.fees.anchor.index),
      openedAt: ledger.time.seconds, lockEnd: lockEnd.seconds, timer: timer, owner: owner.row,
      tier: UInt32(truncatingIfNeeded: tier), lock: UInt32(truncatingIfNeeded: lock))
    _ = staking.insert(row, &ledger.scope)
    staking.modifyTotals(&ledger.scope) {
      $0.nextPosition += 1
      $0.count += 1
      $0.principal += principal
    }
    emitReceipt(number, from: .zero, to: ledger.accounts[owner].address)
    return number
  }

  mutating func scheduleLockEnd(_ number: UInt64, at time: LogicalTime) -> UInt64 {
    ledger.schedule(
      at: time, .lockEnd, module: Staking.number, kind: Staking.lockEndTimer, reference: number)
  }

  /// Takes what a position has earned: settles it, moves what covers it, leaves nothing pending.
  mutating func takePending(_ place: Int) -> (reward: Amount, fee: Amount) {
    collectStaking()
    settle(place)
    let row = staking.positions[place]
    let taken = (row.reward.pending, row.fee.pending)
    staking.modify(place, &ledger.scope) {
      _ = $0.reward.claim(at: $0.reward.paid)
      _ = $0.fee.claim(at: $0.fee.paid)
    }
    return taken
  }

  /// The part of a reward that the position's row burns is burned; the rest is left payable.
  mutating func burnReward(_ reward: Amount, of place: Int) -> (
    payout: RewardPayout, burned: Amount
  ) {
    let row = staking.positions[place]
    let payout = StakingRules.payout(
      reward,
      rewardBurn: staking.terms.rates.rewardBurn(lock: Int(row.lock), isPastLock: row.isPastLock))
    let burned = burnStaking(
      payout.burned, from: staking.accounts.payable,
      isCapped: genesis.plans.staking.rewardBurnIsCapped)
    return (payout, burned)
  }

  /// Pays everything that a position has earned to its beneficiary; returns what it receives.
  mutating func payPending(_ place: Int) -> Amount {
    let (reward, fee) = takePending(place)
    let (payout, burned) = burnReward(reward, of: place)
    payFrom(staking.accounts.payable, payout.paid, of: place)
    if let (_, payable) = staking.accounts.feeShare { payFrom(payable, fee, of: place) }
    let row = staking.positions[place]
    emitStaking(
      .claimed,
      topics: [
        Word(UInt128(row.number)), Word(stakerAddress(row.owner)),
        Word(stakerAddress(row.beneficiary)),
      ],
      Word(payout.paid.units), Word(burned.units), Word(fee.units))
    return payout.paid + fee
  }

  mutating func payFrom(_ source: AccountIndex, _ amount: Amount, of place: Int) {
    guard amount != .zero else { return }
    pay(amount, from: source, to: AccountIndex(row: staking.positions[place].beneficiary))
  }

  /// Adds to a position's principal, which stands in the principal account already.
  mutating func raisePrincipal(_ place: Int, by amount: Amount) {
    let owner = AccountIndex(row: staking.positions[place].owner)
    let principal = staking.positions[place].principal + amount
    let tier = staking.terms.rates.tier(for: principal)
    let raisesTier = genesis.plans.staking.compoundRaisesTier
    staking.modify(place, &ledger.scope) {
      $0.principal = principal
      if raisesTier { $0.tier = UInt32(truncatingIfNeeded: tier) }
    }
    staking.modifyTotals(&ledger.scope) { $0.principal += amount }
    ledger.adjustWeight(owner, rise: amount, fall: .zero)
    reweigh(place)
  }

  /// Ends a position and its receipt; returns its row, whose principal is still to be paid out.
  mutating func closePosition(_ place: Int) -> Staking.PositionRow {
    let row = staking.positions[place]
    changeTotals(from: (row.reward.weight, row.fee.weight), to: (.zero, .zero))
    if row.timer != 0 { _ = ledger.cancelTimer(row.timer) }
    staking.remove(place, &ledger.scope)
    staking.modifyTotals(&ledger.scope) {
      $0.count -= 1
      $0.principal -= row.principal
    }
    ledger.adjustWeight(AccountIndex(row: row.owner), rise: .zero, fall: row.principal)
    emitReceipt(row.number, from: stakerAddress(row.owner), to: .zero)
    return row
  }

  /// Sends a penalty's parts on their way; returns what burned.
  mutating func payPenalty(_ outcome: EarlyExitTerms.Outcome, forfeited: Amount) -> Amount {
    let accounts = staking.accounts
    let burned = burnStaking(outcome.burned, from: accounts.principal, isCapped: true)
    if let pool = accounts.exitPool {
      let rest = outcome.penalty - outcome.burned
      if rest != .zero { topUpPool(pool, rest, from: accounts.principal) }
      if forfeited != .zero { topUpPool(pool, forfeited, from: accounts.payable) }
    }
    return burned
  }

  // Timers

  /// Runs one of the module's timers at its due time: a lock ends.
  mutating func runStaking(_ timer: TimerRow) {
    guard timer.kind == Staking.lockEndTimer,
      let place = staking.positions.find(timer.reference)
    else { return }
    // What the row burns of its rewards is burned by it before it gives way to the last row.
    let row = staking.positions[place]
    if staking.terms.rates.rewardBurn(lock: Int(row.lock), isPastLock: false).value > 0 {
      collectStaking()
      settle(place)
      let (payout, _) = burnReward(staking.positions[place].reward.pending, of: place)
      staking.modify(place, &ledger.scope) {
        $0.reward = RewardPosition(
          weight: $0.reward.weight, paid: $0.reward.paid, fraction: $0.reward.fraction,
          pending: payout.paid)
      }
    }
    staking.modify(place, &ledger.scope) {
      $0.isPastLock = true
      $0.timer = 0
    }
    reweigh(place)
    let priced = staking.positions[place]
    let apr = staking.terms.rates.apr(
      tier: Int(priced.tier), lock: Int(priced.lock), isPastLock: true)
    emitStaking(
      .repriced, topics: [Word(UInt128(priced.number)), Word(stakerAddress(priced.owner))],
      Word(UInt128(apr.value)), Word(priced.reward.weight.value))
  }

  // Events

  borrowing func stakerAddress(_ row: UInt32) -> Address {
    ledger.accounts[AccountIndex(row: row)].address
  }

  mutating func emitStaking(_ event: Staking.Event, topics: [Word], _ data: Word...) {
    ledger.events.begin(module: Staking.number, code: event.rawValue)
    for topic in topics { ledger.events.topic(topic) }
    for word in data { ledger.events.data(word) }
  }

  /// ERC-721's `Transfer`: from the zero address where a receipt begins, to it where it ends.
  mutating func emitReceipt(_ number: UInt64, from: Address, to: Address) {
    emitStaking(.transfer, topics: [Word(from), Word(to), Word(UInt128(number))])
  }
}
