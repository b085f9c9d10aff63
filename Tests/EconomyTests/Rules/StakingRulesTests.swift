import Economy
import Primitives
import Testing

/// Rates, tiers, bonuses, exits and burns of staking.
@Suite struct StakingRulesTests {
  static func dta() throws -> (table: TierTable, bonuses: GradedBonuses) {
    let tables = try EconomyTables(.dta)
    let staking = try #require(tables.root["staking"])
    func share(_ value: JSONValue?) -> BasisPoints { BasisPoints(UInt32(tables.whole(value))) }
    let tiers = try (staking["tiers"]?.elements ?? []).map { row in
      try #require(
        StakingTier(
          minimum: tables.tokens(row["minPrincipal"]?["tokens"]), lowest: share(row["aprMinBps"]),
          highest: share(row["aprMaxBps"])))
    }
    let locks = (staking["locks"]?.elements ?? []).map { row in
      StakingLock(
        duration: Seconds(tables.whole(row["days"]) * 86_400), range: share(row["rangeBps"]))
    }
    let bonuses = staking["bonuses"]
    return (
      try #require(TierTable(tiers: tiers, locks: locks)),
      try #require(
        GradedBonuses(
          floor: share(bonuses?["floorBps"]), cap: share(bonuses?["aggregateCapBps"]),
          maxima: (bonuses?["items"]?.elements ?? []).map { share($0["maxBps"]) }))
    )
  }

  static func btt() throws -> PeriodTable {
    let tables = try EconomyTables(.btt)
    func share(_ value: JSONValue?) -> BasisPoints { BasisPoints(UInt32(tables.whole(value))) }
    let rows = try (tables.root["staking"]?["periods"]?.elements ?? []).map { row in
      try #require(
        StakingPeriod(
          duration: Seconds(tables.whole(row["days"]) * 86_400), apr: share(row["aprBps"]),
          minimum: tables.tokens(row["minPrincipal"]?["tokens"]),
          rewardBurn: share(row["rewardBurnBps"])))
    }
    return try #require(PeriodTable(rows))
  }

  @Test("F5 all twenty rates of tiers and locks; each is whole") func ratesOfTiersAndLocks() throws
  {
    let (table, _) = try Self.dta()
    let rates = table.tiers.map { tier in table.locks.map { tier.apr(at: $0.range).value } }
    #expect(
      rates == [
        [800, 880, 1_000, 1_200], [1_000, 1_100, 1_250, 1_500], [1_200, 1_320, 1_500, 1_800],
        [1_500, 1_640, 1_850, 2_200], [1_800, 1_940, 2_150, 2_500],
      ])
    #expect(table.lock(of: Seconds(365 * 86_400)) == 3)
    #expect(table.lock(of: Seconds(365 * 86_400 + 1)) == nil)
    let at = Denomination.dta
    let expected: [(UInt128, Int?)] = [
      (0, nil), (999, nil), (1_000, 0), (9_999, 0), (10_000, 1), (50_000, 2), (100_000, 3),
      (499_999, 3), (500_000, 4), (1_000_000_000, 4),
    ]
    for (tokens, tier) in expected { #expect(table.tier(for: at.tokens(tokens)) == tier) }
    #expect(table.tier(for: Amount(at.tokens(1_000).units - 1)) == nil)
  }

  @Test("F5 bonuses grow with their scores") func bonusesGrowWithScores() throws {
    let (_, bonuses) = try Self.dta()
    func bonus(_ scores: [UInt32?]) -> UInt32 {
      bonuses.bonus(scores: scores.map { $0.map { BasisPoints($0) } }).value
    }
    #expect(bonus([nil, nil, nil, nil]) == 0)
    #expect(bonus([]) == 0)
    #expect(bonus([0, 0, 0, 0]) == 2_000)
    #expect(bonus([10_000, 10_000, 10_000, 10_000]) == 7_000)
    #expect(bonus([nil, nil, 10_000, nil]) == 1_000)
    #expect(bonus([5_000, nil, nil, 0]) == 1_750)
    #expect(bonus([3_333, nil, nil, nil]) == 999)
    #expect(bonus([.max, nil, nil, nil]) == 2_000)
    let strict = try #require(
      GradedBonuses(floor: bonuses.floor, cap: BasisPoints(2_500), maxima: bonuses.maxima))
    #expect(strict.bonus(scores: [.whole, .whole, .whole, .whole]).value == 2_500)
    // The highest ceiling of all: 25% raised by 70%.
    #expect(RewardRate(apr: BasisPoints(2_500), bonus: BasisPoints(7_000))?.rho == 42_500_000)
  }

  @Test("F5 rates of periods") func ratesOfPeriods() throws {
    let table = try Self.btt()
    let at = Denomination.btt
    #expect(table.rows.map(\.apr.value) == [300, 500, 800, 1_200, 1_800])
    let year = Seconds.year
    #expect(try table.row(of: year, principal: at.tokens(50_000)) == 3)
    #expect(throws: PeriodRefusal.belowMinimum(at.tokens(50_000))) {
      try table.row(of: year, principal: Amount(at.tokens(50_000).units - 1))
    }
    #expect(throws: PeriodRefusal.unknownDuration(Seconds(1))) {
      try table.row(of: Seconds(1), principal: at.tokens(50_000))
    }
    #expect(table.afterLock.apr == BasisPoints(300))
  }

  @Test func tablesRefuseDisorder() throws {
    let (table, _) = try Self.dta()
    #expect(TierTable(tiers: [], locks: table.locks) == nil)
    #expect(TierTable(tiers: table.tiers, locks: []) == nil)
    #expect(TierTable(tiers: table.tiers.reversed(), locks: table.locks) == nil)
    let periods = try Self.btt()
    #expect(PeriodTable([]) == nil)
    #expect(PeriodTable(periods.rows.reversed()) == nil)
    let two = BasisPoints(2)
    #expect(StakingTier(minimum: .zero, lowest: two, highest: BasisPoints(1)) == nil)
    #expect(StakingTier(minimum: .zero, lowest: two, highest: BasisPoints(10_001)) == nil)
    #expect(RewardRate(apr: BasisPoints(10_001)) == nil)
    #expect(RewardRate(apr: two, bonus: BasisPoints(10_001)) == nil)
    #expect(GradedBonuses(floor: two, cap: .whole, maxima: [BasisPoints(1)]) == nil)
    #expect(EarlyExitTerms(maximumPenalty: BasisPoints(10_001), burnShare: two) == nil)
    #expect(EarlyExitTerms(maximumPenalty: two, burnShare: BasisPoints(10_001)) == nil)
    // Two tiers of one minimum, two rows of one duration, a lock above the whole range.
    let tier = try #require(StakingTier(minimum: Amount(5), lowest: two, highest: two))
    #expect(TierTable(tiers: [tier, tier], locks: table.locks) == nil)
    #expect(PeriodTable([periods.rows[0], periods.rows[0]]) == nil)
    let long = StakingLock(duration: Seconds(1), range: BasisPoints(10_001))
    #expect(TierTable(tiers: table.tiers, locks: [long]) == nil)
    #expect(GradedBonuses(floor: two, cap: .whole, maxima: [BasisPoints(10_001)]) == nil)
    #expect(GradedBonuses(floor: two, cap: BasisPoints(10_001), maxima: [two]) == nil)
  }

  @Test func periodsRefuseMoreThanTheWhole() {
    func period(_ apr: UInt32, _ burn: UInt32) -> StakingPeriod? {
      StakingPeriod(
        duration: Seconds(1), apr: BasisPoints(apr), minimum: .zero, rewardBurn: BasisPoints(burn))
    }
    #expect(period(10_000, 10_000) != nil)
    #expect(period(10_001, 0) == nil)
    #expect(period(0, 10_001) == nil)
  }

  /// The floor and the whole are inside every range.
  @Test func rangesHoldTheirEnds() throws {
    let flat = try #require(StakingTier(minimum: .zero, lowest: .whole, highest: .whole))
    #expect(flat.apr(at: BasisPoints(0)) == .whole && flat.apr(at: .whole) == .whole)
    #expect(RewardRate(apr: .whole, bonus: .whole)?.rho == 200_000_000)
    let five = BasisPoints(500)
    let bonuses = try #require(GradedBonuses(floor: five, cap: .whole, maxima: [five, .whole]))
    #expect(bonuses.bonus(scores: [.whole, nil]) == five)
    #expect(bonuses.bonus(scores: [.whole, .whole]) == .whole)
    let all = try #require(EarlyExitTerms(maximumPenalty: .whole, burnShare: .whole))
    let left = all.leave(
      principal: Amount(9), pending: Amount(5), remaining: Seconds(10), lock: Seconds(10))
    #expect(left.penalty == Amount(9) && left.burned == Amount(9) && left.toPool == Amount(5))
    // More than the lock to go costs no more; without a lock leaving is free.
    #expect(
      all.leave(
        principal: Amount(9), pending: Amount(5), remaining: Seconds(11), lock: Seconds(10)) == left
    )
    let free = all.leave(
      principal: Amount(9), pending: Amount(5), remaining: Seconds(10), lock: Seconds(0))
    #expect(free.returned == Amount(9) && free.penalty == .zero && free.toPool == .zero)
  }

  @Test("F5 rates and bonuses against exact ratios", arguments: Denomination.both)
  func ratesAreExact(_ at: Denomination) throws {
    try Inputs.each("F5 rates", at, seed: 43) { draws, round in
      let (one, two) = (draws.share(), draws.share())
      let tier = try #require(
        StakingTier(
          minimum: draws.amount(through: at.supply), lowest: min(one, two), highest: max(one, two)))
      let range = draws.share()
      let apr = tier.apr(at: range)
      let span = Natural(tier.highest) - Natural(tier.lowest)
      let swept = Ratio(span * Natural(range), over: .tenThousand)
      require(
        apr >= tier.lowest && swept.roundsDown(to: Natural(apr) - Natural(tier.lowest)), round,
        "apr")

      let floor = BasisPoints(UInt32(draws.within(0...1_000)))
      let cap = draws.share()
      let maxima = (0..<4).map { _ in
        BasisPoints(UInt32(draws.within(UInt64(floor.value)...10_000)))
      }
      let scores = maxima.map { _ in draws.below(4) == 0 ? nil : draws.share() }
      let bonuses = try #require(GradedBonuses(floor: floor, cap: cap, maxima: maxima))
      var sum = Natural.zero
      for case (let maximum, let score?) in zip(maxima, scores) {
        sum =
          sum + Natural(floor)
          + Ratio((Natural(maximum) - Natural(floor)) * Natural(score), over: .tenThousand).floor
      }
      let bonus = bonuses.bonus(scores: scores)
      require(Natural(bonus) == min(sum, Natural(cap)), round, "bonus")

      // The weight is principal x apr x (10,000 + bonus), and nothing is lost in it.
      let principal = draws.amount(through: at.supply)
      let rate = try #require(RewardRate(apr: apr, bonus: bonus))
      let weight = Natural(principal) * Natural(apr) * (Natural.tenThousand + Natural(bonus))
      if let found = StakeWeight(principal, at: rate) {
        require(Natural(found.value) == weight, round, "weight")
      } else {
        require(weight > Natural(StakeWeight.largest.value), round, "too heavy")
      }
    }
  }

  @Test("F6 compounding: burn, join, tier and weight anew", arguments: Denomination.both)
  func compoundsExactly(_ at: Denomination) throws {
    let (table, _) = try Self.dta()
    let scale = at.unitsPerToken / 10_000
    Inputs.each("F6 compound", at, seed: 44) { draws, round in
      let principal = draws.amount(through: at.supply)
      let pending = draws.amount(through: Amount(at.supply.units / 10))
      let burn = draws.share()
      let payout = StakingRules.payout(pending, rewardBurn: burn)
      guard let after = StakingRules.compounded(principal: principal, payout) else {
        return require(false, round, "does not fit")
      }
      // What joins is the pending less its burn, rounded for the holder.
      let kept = Ratio(
        Natural(pending) * (Natural.tenThousand - Natural(burn)), over: .tenThousand)
      require(kept.roundsUp(to: Natural(after) - Natural(principal)), round, "joined")
      // The tier is the highest whose minimum the new principal reaches, at any decimals.
      let tier = table.tier(for: Amount(after.units / scale))
      let reached = table.tiers.indices.filter {
        Natural(table.tiers[$0].minimum) * Natural(scale) <= Natural(after)
      }
      require(tier == reached.last, round, "tier")
      guard let tier, let rate = RewardRate(apr: table.tiers[tier].lowest) else { return }
      let weight = StakeWeight(after, at: rate)
      let exact = Natural(after) * Natural(rate.apr) * .tenThousand
      require(weight.map { Natural($0.value) == exact } ?? false, round, "weight")
    }
  }

  @Test(
    "F7 early exits: the penalty up, the burn down, every unit somewhere",
    arguments: Denomination.both)
  func earlyExitsAreExact(_ at: Denomination) throws {
    try Inputs.each("F7 early exit", at, seed: 41) { draws, round in
      let (penalty, burn) = (draws.share(), draws.share())
      let terms = try #require(EarlyExitTerms(maximumPenalty: penalty, burnShare: burn))
      let principal = draws.amount(through: at.supply)
      let pending = draws.amount(through: Amount(at.supply.units / 100))
      let lock = draws.within(1...1_095 * 86_400)
      let remaining = draws.within(1...lock)
      let left = terms.leave(
        principal: principal, pending: pending, remaining: Seconds(remaining),
        lock: Seconds(lock))
      let exact = Ratio(
        Natural(principal) * Natural(penalty) * Natural(remaining),
        over: .tenThousand * Natural(lock))
      require(exact.roundsUp(to: left.penalty), round, "penalty")
      let burned = Ratio(Natural(left.penalty) * Natural(burn), over: .tenThousand)
      require(burned.roundsDown(to: left.burned), round, "burn")
      require(
        left.returned + left.burned + left.toPool == principal + pending, round, "whole")
      require(left.returned + left.penalty == principal, round, "principal")
    }
    let terms = try #require(
      EarlyExitTerms(maximumPenalty: BasisPoints(2_000), burnShare: BasisPoints(5_000)))
    let after = terms.leave(
      principal: Amount(9), pending: Amount(5), remaining: Seconds(0), lock: Seconds(10))
    #expect(after.returned == Amount(9) && after.toPool == .zero && after.penalty == .zero)
    // A fifth of ten thousand, half a lock to go.
    let half = terms.leave(
      principal: at.tokens(10_000), pending: Amount(7), remaining: Seconds(15), lock: Seconds(30))
    #expect(half.penalty == at.tokens(1_000) && half.burned == at.tokens(500))
    #expect(half.toPool == at.tokens(500) + Amount(7))
    let dust = terms.leave(
      principal: Amount(1), pending: .zero, remaining: Seconds(1), lock: Seconds(30))
    #expect(dust.penalty == Amount(1) && dust.burned == .zero && dust.toPool == Amount(1))
  }

  @Test("F7b claims: the row's burn down, the rest to the holder", arguments: Denomination.both)
  func payoutsAndCompounding(_ at: Denomination) {
    Inputs.each("F7b payout", at, seed: 42) { draws, round in
      let (pending, share) = (draws.amount(through: at.supply), draws.share())
      let payout = StakingRules.payout(pending, rewardBurn: share)
      let exact = Ratio(Natural(pending) * Natural(share), over: .tenThousand)
      require(exact.roundsDown(to: payout.burned), round, "burn")
      require(payout.burned + payout.paid == pending, round, "whole")
      let principal = draws.amount(through: at.supply)
      require(
        StakingRules.compounded(principal: principal, payout) == principal + payout.paid, round,
        "compound")
    }
    let all = StakingRules.payout(Amount(3), rewardBurn: BasisPoints(20_000))
    #expect(all.burned == Amount(3) && all.paid == .zero)
    #expect(
      StakingRules.compounded(principal: .max, RewardPayout.of(Amount(1))) == nil)
  }

  @Test func weightsKnowTheirLimit() throws {
    let rate = try #require(RewardRate(apr: BasisPoints(1_800), bonus: BasisPoints(0)))
    #expect(StakeWeight(Denomination.btt.supply, at: rate) != nil)
    #expect(StakeWeight(.max, at: rate) == nil)
    #expect(StakeWeight(StakeWeight.largest.value + 1) == nil)
    let one = try #require(StakeWeight(1))
    #expect(StakeWeight.largest.adding(one) == nil)
    #expect(StakeWeight.zero.subtracting(one) == nil)
    #expect(StakeWeight.largest.subtracting(one)?.adding(one) == .largest)
  }
}

extension RewardPayout {
  /// All of it to the holder.
  static func of(_ amount: Amount) -> RewardPayout {
    StakingRules.payout(amount, rewardBurn: BasisPoints(0))
  }
}
