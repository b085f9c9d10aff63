internal import Economy
internal import Primitives

extension EconomyDocument {
  /// What the staking module needs before the first block.
  func stakingPlan() -> Economy.Staking.Plan {
    var plan = Economy.Staking.Plan()
    plan.pool = staking.pool
    plan.payable = staking.payable
    plan.principal = staking.principalAccount
    plan.revenue = staking.revenueAccount
    plan.rates = stakingRates()
    plan.bonusFloor = staking.bonuses.floor
    plan.bonusCap = staking.bonuses.aggregateCap
    if staking.bonuses.mode == .relativeAdditive {
      plan.bonuses = staking.bonuses.items.map {
        Economy.Staking.Plan.Bonus(name: $0.id, highest: $0.highest)
      }
    }
    plan.minimumCompound = staking.compound.minimumPending
    plan.compoundRelocks = staking.compound.relocks
    plan.compoundRaisesTier = staking.compound.tierReevaluated
    plan.maximumPenalty = staking.earlyExit.maximumPenalty
    plan.penaltyBurn = staking.earlyExit.burnShare
    plan.exitForfeits = staking.earlyExit.forfeitsPending
    plan.exitPool = staking.earlyExit.remainderTo
    plan.rewardBurnIsCapped = staking.rewardBurnIsCapped ?? true
    plan.feeShare = staking.dynamic.map {
      Economy.Staking.Plan.FeeShare(
        account: $0.feeShareAccount, smoothingEpochs: $0.feeShareSmoothingEpochs)
    }
    return plan
  }

  private func stakingRates() -> Economy.Staking.Plan.Rates {
    switch staking.rates {
    case .tiers(let tiers, let locks):
      return .tiers(
        tiers.map {
          Economy.Staking.Plan.Tier(
            name: $0.id, minimum: $0.minimumPrincipal, lowest: $0.lowestRate,
            highest: $0.highestRate)
        }, locks: locks.map { StakingLock(duration: $0.duration, range: $0.range) })
    case .periods(let periods):
      return .periods(
        periods.map { period in
          Economy.Staking.Plan.Period(
            duration: period.duration, minimum: period.minimumPrincipal, rate: period.rate,
            rewardBurn: period.rewardBurn,
            benefits: Economy.Staking.Benefits(
              feeDiscount: period.feeDiscount, voteMultiplier: period.voteMultiplier,
              computePriority: period.benefits.contains(.computePriority),
              specialService: period.benefits.contains(.specialService)))
        })
    }
  }
}
