internal import Ledger
public import Primitives

extension EconomyState {
  // Positions

  /// What a position has earned of the pool and not claimed, in base units, before its row's burn.
  borrowing func pendingReward(_ place: Int) -> Amount {
    var position = staking.positions[place].reward
    position.settle(to: staking.rewards.index(at: ledger.time))
    return position.pending
  }

  /// What a position has earned of the fee share and not claimed, in base units.
  borrowing func pendingFees(_ place: Int) -> Amount {
    var position = staking.positions[place].fee
    position.settle(to: staking.fees.index(at: ledger.time))
    return position.pending
  }

  /// Everything about a position at this second.
  public borrowing func position(_ id: Staking.ReceiptID) throws(Rejection) -> Staking.PositionFacts
  {
    let place = try guardPosition(id)
    let row = staking.positions[place]
    var reward = row.reward
    reward.settle(to: staking.rewards.index(at: ledger.time))
    let owner = AccountIndex(row: row.owner)
    let rate = rewardRate(
      tier: Int(row.tier), lock: Int(row.lock), isPastLock: row.isPastLock, of: owner)
    return Staking.PositionFacts(
      position: id, owner: stakerAddress(row.owner),
      delegate: ledger.accounts[ledger.weights.delegate(of: owner)].address,
      beneficiary: stakerAddress(row.beneficiary), principal: row.principal,
      tier: tierName(Int(row.tier)), lock: staking.terms.rates.duration(Int(row.lock)),
      openedAt: LogicalTime(row.openedAt), lockEnd: LogicalTime(row.lockEnd),
      isLocked: !row.isPastLock, apr: rate?.apr ?? BasisPoints(0),
      bonus: rate?.bonus ?? BasisPoints(0), rho: rate?.rho ?? 0,
      weight: row.reward.weight.value, pending: reward.pending, fraction: reward.fraction,
      pendingFees: pendingFees(place))
  }

  /// Who receives a position's rewards; nil where there is no such position.
  borrowing func beneficiary(of id: Staking.ReceiptID) -> Address? {
    id.number.flatMap { staking.positions.find($0) }
      .map { stakerAddress(staking.positions[$0].beneficiary) }
  }

  /// The receipts of an account, oldest first; at most `Limits.accountPositions`.
  public borrowing func positions(of owner: Address) -> [Staking.ReceiptID] {
    guard let owner = ledger.accounts.find(owner) else { return [] }
    return staking.places(of: owner).map { staking.positions[$0].number }.sorted()
      .map { Staking.ReceiptID($0) }
  }

  /// What a position has earned of the pool and not claimed, before its row's burn.
  public borrowing func pending(_ id: Staking.ReceiptID) throws(Rejection) -> Amount {
    pendingReward(try guardPosition(id))
  }

  /// What a position has earned of the fee share and not claimed.
  public borrowing func pendingFeeShare(_ id: Staking.ReceiptID) throws(Rejection) -> Amount {
    pendingFees(try guardPosition(id))
  }

  /// What leaving now would cost of the principal; zero once the lock has ended.
  public borrowing func exitPenalty(_ id: Staking.ReceiptID) throws(Rejection) -> Amount {
    let row = staking.positions[try guardPosition(id)]
    return row.isPastLock ? .zero : exitOutcome(row).penalty
  }

  /// What a position brings besides rewards (Y15).
  public borrowing func benefits(_ id: Staking.ReceiptID) throws(Rejection) -> Staking.Benefits {
    benefits(at: try guardPosition(id))
  }

  /// The best of what an account's positions bring.
  public borrowing func benefits(of account: Address) -> Staking.Benefits {
    ledger.accounts.find(account).map { stakingBenefits(of: $0) } ?? .none
  }

  /// The best of what an account's positions bring; an entry function for later modules.
  borrowing func stakingBenefits(of account: AccountIndex) -> Staking.Benefits {
    var best = Staking.Benefits.none
    for place in staking.places(of: account) {
      let benefits = benefits(at: place)
      best.feeDiscount = max(best.feeDiscount, benefits.feeDiscount)
      best.voteMultiplier = max(best.voteMultiplier, benefits.voteMultiplier)
      best.computePriority = best.computePriority || benefits.computePriority
      best.specialService = best.specialService || benefits.specialService
    }
    return best
  }

  private borrowing func benefits(at place: Int) -> Staking.Benefits {
    guard case .periods(let periods) = genesis.plans.staking.rates else { return .none }
    let row = staking.positions[place]
    return periods[row.isPastLock ? 0 : Int(row.lock)].benefits
  }

  private borrowing func tierName(_ tier: Int) -> String {
    if case .tiers(let tiers, _) = genesis.plans.staking.rates { tiers[tier].name } else { "" }
  }

  // Scores and votes

  /// An account's score in a bonus; 0 where it is not eligible.
  public borrowing func bonusScore(
    _ account: Address, _ bonus: UInt8
  ) throws(Rejection) -> Staking.ScoreFacts {
    guard Int(bonus) < stakingBonusCount else {
      throw Staking.rejection(.unknownBonus, bonus.word)
    }
    let scores = ledger.accounts.find(account).map { staking.scores(of: $0) } ?? []
    let score = Int(bonus) < scores.count ? scores[Int(bonus)] : nil
    return Staking.ScoreFacts(isEligible: score != nil, score: score ?? BasisPoints(0))
  }

  /// The bonuses in the order of the economy file.
  public borrowing func bonuses() -> [Staking.BonusFacts] {
    let plan = genesis.plans.staking
    return plan.bonuses.prefix(stakingBonusCount).map {
      Staking.BonusFacts(name: $0.name, lowest: plan.bonusFloor, highest: $0.highest)
    }
  }

  /// Who votes with an account's weight; itself unless it named somebody.
  public borrowing func delegate(of account: Address) -> Address {
    ledger.accounts.find(account).map {
      ledger.accounts[ledger.weights.delegate(of: $0)].address
    } ?? account
  }

  /// The weight that votes through an account now, in base units.
  public borrowing func votes(of account: Address) -> UInt128 {
    ledger.accounts.find(account).map { ledger.weights.voting($0) } ?? 0
  }

  // The whole

  /// What was paid against what the ceiling allows in this epoch at the present weight (D05).
  borrowing func stakingCoverage() -> Coverage {
    let rewards = staking.rewards
    let ceiling = multiplyDivide(
      rewards.weight.value, UInt128(Seconds.day.count), by: Accumulator.ceilingScale, .down)
    return Coverage(
      paid: min(rewards.budget, Amount(ceiling ?? .max)), ceiling: Amount(ceiling ?? .max))
  }

  /// The state of the rewards at this second.
  public borrowing func stakingRewards() -> Staking.RewardFacts {
    let (rewards, accounts) = (staking.rewards, staking.accounts)
    let coverage = stakingCoverage()
    let waiting = rewards.emitted(at: ledger.time).excess(over: rewards.collected)
    return Staking.RewardFacts(
      epoch: ledger.value(of: .epoch), epochStart: rewards.epochStart,
      totalWeight: rewards.weight.value, index: rewards.index(at: ledger.time).value,
      budget: rewards.budget, spent: staking.totals.epochSpent + waiting,
      ceiling: coverage.ceiling, coverage: coverage.share, shortfall: coverage.shortfall,
      pool: held(accounts.wallet), payable: held(accounts.payable),
      revenue: accounts.revenue.map { held($0) } ?? .zero, positions: staking.totals.count,
      principal: staking.totals.principal)
  }

  /// The state of the fee share at this second.
  public borrowing func stakingFeeShare() -> Staking.FeeShareFacts {
    let (fees, accounts) = (staking.fees, staking.accounts.feeShare)
    return Staking.FeeShareFacts(
      totalWeight: fees.weight.value, index: fees.index(at: ledger.time).value,
      budget: fees.budget, waiting: accounts.map { held($0.source) } ?? .zero,
      payable: accounts.map { held($0.payable) } ?? .zero)
  }

  private borrowing func held(_ account: AccountIndex) -> Amount {
    account == .burned ? .zero : ledger.accounts[account].balance
  }

  /// Every row of the rate table: what it promises and what this epoch pays of it.
  public borrowing func stakingRates() -> [Staking.RateFacts] {
    let coverage = stakingCoverage().share
    let rates = staking.terms.rates
    func facts(_ tier: Int, _ lock: Int, _ name: String, _ minimum: Amount) -> Staking.RateFacts {
      let apr = rates.apr(tier: tier, lock: lock, isPastLock: false)
      let paid = UInt64(apr.value) * UInt64(coverage.value) / UInt64(BasisPoints.whole.value)
      return Staking.RateFacts(
        tier: name, minimum: minimum, lock: rates.duration(lock), promised: apr,
        paid: BasisPoints(UInt32(truncatingIfNeeded: paid)),
        rewardBurn: rates.rewardBurn(lock: lock, isPastLock: false))
    }
    switch rates {
    case .none: return []
    case .tiers(let table):
      return table.tiers.indices.flatMap { tier in
        table.locks.indices.map { facts(tier, $0, tierName(tier), table.tiers[tier].minimum) }
      }
    case .periods(let table):
      return table.rows.indices.map { facts(0, $0, "", table.rows[$0].minimum) }
    }
  }

  // ERC-721

  /// How many receipts an account has.
  public borrowing func receiptCount(of owner: Address) throws(Rejection) -> UInt64 {
    guard owner != .zero else { throw Staking.rejection(.invalidOwner, Word(owner)) }
    return UInt64(ledger.accounts.find(owner).map { staking.count(of: $0) } ?? 0)
  }

  /// Who owns a receipt.
  public borrowing func receiptOwner(_ id: Staking.ReceiptID) throws(Rejection) -> Address {
    stakerAddress(staking.positions[try guardPosition(id)].owner)
  }

  /// Who may transfer a receipt besides its owner and the owner's operators; the zero address for
  /// nobody.
  public borrowing func receiptApproved(_ id: Staking.ReceiptID) throws(Rejection) -> Address {
    let approved = staking.positions[try guardPosition(id)].approved
    return approved == 0 ? .zero : stakerAddress(approved - 1)
  }

  /// True where an operator may transfer all receipts of an owner.
  public borrowing func isReceiptOperator(_ account: Address, of owner: Address) -> Bool {
    guard let account = ledger.accounts.find(account), let owner = ledger.accounts.find(owner)
    else { return false }
    return staking.isOperator(account, of: owner)
  }
}
