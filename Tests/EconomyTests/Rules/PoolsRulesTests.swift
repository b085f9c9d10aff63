import Economy
import Primitives
import Testing

/// Every formula of pools, fees and burns against exact ratios, on random input and at the edges.
@Suite struct PoolsRulesTests {
  @Test("F1 nested split: exact, whole and monotone", arguments: Denomination.both)
  func nestedSplitIsExactAndWhole(_ at: Denomination) {
    Inputs.each("F1 nested split", at, seed: 1) { draws, round in
      let count = Int(draws.within(1...5))
      let weights = (0..<count).map { _ in draws.number(through: 10_000) }
      guard let split = NestedSplit(weights.enumerated().map { .init($0.offset, $0.element) })
      else {
        require(weights.allSatisfy { $0 == 0 }, round, "refused")
        return draws.discard()
      }
      let sum = draws.amount(through: at.supply)
      let parts = split.parts(of: sum)
      var left = sum
      var weight = weights.reduce(0, +)
      for (place, part) in parts.enumerated() {
        if place == count - 1 {
          require(part.amount == left, round, "the last takes the rest")
        } else if weight > 0 {
          let exact = Ratio(Natural(left) * Natural(weights[place]), over: Natural(weight))
          if !exact.roundsDown(to: part.amount) { Issue.record("round \(round), part \(place)") }
        }
        left -= part.amount
        weight -= weights[place]
      }
      require(left == .zero, round, "whole")
      // One unit more takes from nobody.
      for (part, more) in zip(parts, split.parts(of: sum + Amount(1))) {
        if more.amount < part.amount { Issue.record("round \(round) is not monotone") }
      }
    }
  }

  @Test func nestedSplitKeepsToItsEdges() throws {
    #expect(NestedSplit<Int>([]) == nil)
    #expect(NestedSplit([.init(1, 0), .init(2, 0)]) == nil)
    #expect(NestedSplit([.init(1, .max), .init(2, 1)]) == nil)
    #expect(NestedSplit([.init(1, .max), .init(2, 2)]) == nil)
    let early = try #require(NestedSplit([.init("all", 5), .init("none", 0), .init("rest", 0)]))
    #expect(early.parts(of: Amount(7)).map(\.amount) == [Amount(7), .zero, .zero])
    let twice = try #require(NestedSplit([.init("a", 1), .init("b", 1), .init("a", 2)]))
    #expect(twice.part(for: "a", of: Amount(100)) == Amount(75))
    // The largest sum and weights do not overflow.
    let large = try #require(NestedSplit([.init(1, .max / 2), .init(2, .max / 2)]))
    let halves = large.parts(of: .max).map(\.amount)
    #expect(halves[0].units + halves[1].units == .max)
  }

  @Test("F2 schedules: exact in every epoch and whole at the end", arguments: Denomination.both)
  func schedulesAreExactAndEndWhole(_ at: Denomination) throws {
    try Inputs.each("F2 schedules", at, seed: 2) { draws, round in
      let start = draws.below(400)
      let steps = (0..<Int(draws.within(1...6))).map { _ in
        EmissionSchedule.Step(
          draws.amount(through: Amount(at.supply.units / 6)), epochs: draws.within(1...800))
      }
      let schedule = try #require(
        EmissionSchedule(start: EpochNumber(start), steps: steps))
      let length = steps.reduce(0) { $0 + $1.epochs }
      var intervals = Amount.zero
      var last = EpochNumber(0)
      for epoch in (0..<3).map({ _ in draws.within(0...start + length) }).sorted()
        + [start + length]
      {
        let here = EpochNumber(epoch)
        let sum = schedule.cumulative(at: here)
        if !Self.isCumulative(sum, steps, after: epoch > start ? epoch - start : 0) {
          Issue.record("round \(round), epoch \(epoch)")
        }
        intervals += schedule.emission(from: last, until: here)
        require(intervals == sum, round, "intervals")
        last = here
      }
      require(intervals == schedule.total, round, "whole")
      require(schedule.cumulative(at: EpochNumber(start)) == .zero, round, "before the start")
      require(schedule.cumulative(at: EpochNumber(.max)) == schedule.total, round, "the end")
      require(schedule.emission(from: EpochNumber(.max), until: last) == .zero, round, "backwards")
    }
  }

  private static func isCumulative(
    _ sum: Amount, _ steps: [EmissionSchedule.Step], after epochs: UInt64
  ) -> Bool {
    var whole = Amount.zero
    var left = epochs
    for step in steps {
      if left < step.epochs {
        let open = Ratio(Natural(step.amount) * Natural(left), over: Natural(step.epochs))
        return sum >= whole && open.roundsDown(to: sum - whole)
      }
      whole += step.amount
      left -= step.epochs
    }
    return sum == whole
  }

  @Test("F2 years, plans and open schedules") func schedulesOfEachKind() throws {
    let start = EpochNumber(92)
    let years = try #require(EmissionSchedule.years([Amount(365), Amount(730)], from: start))
    let expected: [(UInt64, UInt128)] = [
      (0, 0), (92, 0), (93, 1), (92 + 365, 365), (92 + 366, 367), (92 + 730, 1_095), (9_999, 1_095),
    ]
    for (epoch, sum) in expected {
      #expect(years.cumulative(at: EpochNumber(epoch)) == Amount(sum), "epoch \(epoch)")
    }
    let plan = try #require(EmissionSchedule.plan([Amount(6), Amount(7)], from: EpochNumber(0)))
    let opened: [(UInt64, UInt128)] = [(0, 0), (1, 6), (365, 6), (366, 13), (9_999, 13)]
    for (epoch, sum) in opened {
      #expect(plan.cumulative(at: EpochNumber(epoch)) == Amount(sum), "epoch \(epoch)")
    }
    let free = EmissionSchedule.onDemand(Amount(9), from: start)
    #expect(free.cumulative(at: start) == .zero)
    #expect(free.cumulative(at: start.next) == Amount(9))
    #expect(EmissionSchedule.years([.max, Amount(1)], from: start) == nil)
    #expect(EmissionSchedule(start: start, steps: [.init(Amount(1), epochs: 0)]) == nil)
  }

  @Test(
    "F2 halving: each phase half of what is left, the last the rest", arguments: Denomination.both)
  func halvingHalvesAndEndsWhole(_ at: Denomination) throws {
    try Inputs.each("F2 halving", at, seed: 3) { draws, round in
      let total = draws.amount(through: at.supply)
      let phases = Int(draws.within(1...(draws.below(16) == 0 ? 128 : 16)))
      let schedule = try #require(
        EmissionSchedule.halving(total, phases: phases, of: 100, from: EpochNumber(0)))
      require(schedule.total == total && schedule.steps.count == phases, round, "whole")
      for (place, step) in schedule.steps.dropLast().enumerated()
      where step.amount.units != total.units >> UInt128(place + 1) {
        Issue.record("round \(round), phase \(place)")
      }
    }
    let most = EmissionSchedule.halving(Amount(1), phases: 128, of: 1, from: EpochNumber(0))
    #expect(most?.steps.last?.amount == Amount(1))
    #expect(EmissionSchedule.halving(Amount(1), phases: 0, of: 1, from: EpochNumber(0)) == nil)
    #expect(EmissionSchedule.halving(Amount(1), phases: 129, of: 1, from: EpochNumber(0)) == nil)
    #expect(EmissionSchedule.halving(Amount(1), phases: 2, of: 0, from: EpochNumber(0)) == nil)
  }

  /// Every pool of both files emits exactly what its wallet holds.
  @Test(arguments: Denomination.both) func poolsEmitTheirWallets(_ at: Denomination) throws {
    let tables = try EconomyTables(at)
    var seen = 0
    for wallet in tables.wallets where wallet.release["kind"]?.string == "pool" {
      let schedule = try #require(tables.pool(wallet.account))
      #expect(schedule.total == wallet.total, "\(wallet.account)")
      #expect(schedule.cumulative(at: EpochNumber(100_000)) == wallet.total)
      seen += 1
    }
    #expect(seen == (at.name == "DTA" ? 12 : 5))
  }

  @Test("F2 budgets: unspent rolls over or drips", arguments: Denomination.both)
  func budgetsFollowTheUnspentRule(_ at: Denomination) throws {
    let year = Amount(at.supply.units / 4)
    let schedule = try #require(
      EmissionSchedule.years([year, year], from: EpochNumber(10)))
    Inputs.each("F2 budgets", at, seed: 4) { draws, round in
      let first = EpochNumber(draws.below(800))
      let end = draws.below(2) == 0 ? first.next : EpochNumber(first.value + draws.below(40))
      let progress = PoolProgress(
        topUps: draws.amount(through: year), spent: draws.amount(through: at.supply))
      let rolling = PoolsRules.budget(
        schedule, unspent: .rollsOver, from: first, until: end, progress)
      let due = schedule.cumulative(at: end) + progress.topUps
      require(
        rolling == (due > progress.spent ? due - progress.spent : .zero), round, "rolls over")

      let dripping = PoolsRules.budget(
        schedule, unspent: .drip(epochs: 365), from: first, until: end, progress)
      let before = schedule.cumulative(at: first) + progress.topUps
      let backlog = before > progress.spent ? before - progress.spent : .zero
      let flow = schedule.cumulative(at: end) - schedule.cumulative(at: first)
      let part = Ratio(
        Natural(backlog) * Natural(end.since(first)), over: Natural(UInt128(365)))
      if dripping < flow || !part.roundsDown(to: dripping - flow) {
        Issue.record("round \(round)")
      }
    }
    // A span longer than the drip gives the backlog once, and a drip over nothing at once.
    let late = PoolProgress(topUps: Amount(1_000), spent: .zero)
    let empty = EmissionSchedule.onDemand(.zero, from: EpochNumber(0))
    #expect(
      PoolsRules.budget(
        empty, unspent: .drip(epochs: 5), from: EpochNumber(0), until: EpochNumber(50), late)
        == Amount(1_000))
    #expect(
      PoolsRules.budget(
        empty, unspent: .drip(epochs: 0), from: EpochNumber(0), until: EpochNumber(1), late)
        == Amount(1_000))
  }

  /// A pool that nobody uses for a year gives the first user a 365th of the backlog, not all of it.
  @Test func theFirstComerFindsNoHoard() throws {
    let at = Denomination.btt
    let mining = try #require(try EconomyTables(at).pool("pool.mining"))
    let budget = PoolsRules.budget(
      mining, unspent: .drip(epochs: 365), from: EpochNumber(365), until: EpochNumber(366),
      PoolProgress())
    // 2,520,000 / 730 of the day and 1,260,000 / 365 of the year before.
    #expect(budget.units / at.unitsPerToken == 6_904)
  }

  @Test("F11 and F14: shares of a budget by demand and by weight", arguments: Denomination.both)
  func sharesOfABudget(_ at: Denomination) {
    Inputs.each("F11 F14 shares", at, seed: 5) { draws, round in
      let budget = draws.amount(through: at.supply)
      // Demands: paid in full or all in proportion, never above the budget.
      let demands = (0..<3).map { _ in draws.amount(through: Amount(at.supply.units / 2)) }
      let rule = DemandProRata(demand: demands.reduce(.zero, +), budget: budget)
      let paid = demands.map { rule.payment(for: $0) }
      for (demand, payment) in zip(demands, paid) {
        if rule.demand <= budget {
          require(payment == demand, round, "in full")
        } else {
          let exact = Ratio(Natural(demand) * Natural(budget), over: Natural(rule.demand))
          if !exact.roundsDown(to: payment) { Issue.record("demand, round \(round)") }
        }
      }
      require(paid.reduce(.zero, +) <= min(budget, rule.demand), round, "within the budget")

      // Weights: a share of the budget, at most a share of the fee.
      let total = draws.number(through: 1 << 109)
      let weight = draws.number(through: total)
      let share = PoolsRules.weightProRata(budget: budget, weight: weight, of: total)
      if total == 0 {
        require(share == .zero, round, "no weight")
      } else if !Ratio(Natural(budget) * Natural(weight), over: Natural(total))
        .roundsDown(to: share)
      {
        Issue.record("weight, round \(round)")
      }
      let fee = draws.amount(through: at.supply)
      let cap = draws.share()
      let capped = PoolsRules.weightProRata(
        budget: budget, weight: weight, of: total, fee: fee, perFeeCap: cap)
      let most = Ratio(Natural(fee) * Natural(cap), over: .tenThousand)
      require(
        capped == share || (capped < share && most.roundsDown(to: capped)), round, "cap")
      require(
        Natural(capped) * .tenThousand <= Natural(fee) * Natural(cap), round, "under the cap")
    }
  }

  /// Where nobody asks and nothing is there, nothing is divided.
  @Test func nothingIsSharedWithoutABudget() {
    let none = DemandProRata(demand: .zero, budget: .zero)
    #expect(none.payment(for: .zero) == .zero)
    let empty = DemandProRata(demand: Amount(5), budget: .zero)
    #expect(empty.payment(for: Amount(5)) == .zero)
    #expect(Coverage(paid: .zero, ceiling: .zero).share == .whole)
    #expect(PoolsRules.runway(balance: Amount(5), spent: .zero, over: 9) == nil)
    #expect(PoolsRules.weightProRata(budget: Amount(5), weight: 0, of: 0) == .zero)
  }

  @Test("F4 revenue smoothing, coverage and runway", arguments: Denomination.both)
  func smoothingCoverageRunway(_ at: Denomination) {
    Inputs.each("F4 smoothing and coverage", at, seed: 6) { draws, round in
      let amount = draws.amount(through: at.supply)
      let epochs = draws.within(1...90)
      let slice = PoolsRules.smoothed(amount, over: epochs)
      if !Ratio(Natural(amount), over: Natural(epochs)).roundsDown(to: slice) {
        Issue.record("slice, round \(round)")
      }
      let paid = draws.amount(through: amount)
      let coverage = Coverage(paid: paid, ceiling: amount)
      if amount == .zero {
        require(coverage.share == .whole, round, "nothing due")
      } else if !Ratio(Natural(paid) * .tenThousand, over: Natural(amount))
        .roundsDown(to: Natural(coverage.share))
      {
        Issue.record("coverage, round \(round)")
      }
      require(coverage.paid + coverage.shortfall == amount, round, "shortfall")
      let spent = draws.amount(through: Amount(at.supply.units / 1_000))
      if let runway = PoolsRules.runway(balance: amount, spent: spent, over: epochs) {
        let exact = Ratio(Natural(amount) * Natural(epochs), over: Natural(spent))
        let isRight =
          runway == .max ? exact.floor > Natural(UInt64.max) : exact.roundsDown(to: Natural(runway))
        if !isRight { Issue.record("runway, round \(round)") }
      } else {
        require(spent == .zero, round, "no end")
      }
    }
    #expect(PoolsRules.smoothed(Amount(7), over: 0) == Amount(7))
    #expect(Coverage(paid: Amount(2), ceiling: Amount(1)).share == .whole)
    #expect(PoolsRules.runway(balance: .max, spent: Amount(1), over: 9) == .max)
  }

  @Test("F9 burns: never below the floor, never above the year's cap", arguments: Denomination.both)
  func burnsKeepFloorAndCap(_ at: Denomination) {
    Inputs.each("F9 burns", at, seed: 7) { draws, round in
      let start = draws.amount(through: at.supply)
      let supply = draws.amount(through: start)
      let floor = draws.amount(through: at.supply)
      let share = draws.share()
      var limit = BurnLimit(supplyFloor: floor, supplyAtYearStart: start, annualCap: share)
      let cap = Ratio(Natural(start) * Natural(share), over: .tenThousand)
      require(cap.roundsDown(to: limit.yearCap), round, "cap")
      let want = draws.amount(through: at.supply)
      let decision = limit.burn(want, supply: supply)
      let toFloor = supply > floor ? supply - floor : .zero
      require(decision.burned == min(want, toFloor, limit.yearCap), round, "burned")
      require(decision.burned + decision.overflow == want, round, "overflow")
      // What has burned counts against the year.
      let again = limit.burn(want, supply: supply - decision.burned)
      require(
        decision.burned + again.burned <= min(toFloor, limit.yearCap), round, "again")
      require(limit.yearBurned == decision.burned + again.burned, round, "counted")
    }
    let over = BurnLimit(supplyFloor: .zero, yearCap: Amount(5), yearBurned: Amount(6))
    #expect(over.decide(Amount(3), supply: Amount(10)).burned == .zero)
  }

  @Test(
    "F9 match: the least of organic burns and what the schedule has left",
    arguments: Denomination.both)
  func matchesAreExact(_ at: Denomination) throws {
    let year = Amount(at.supply.units / 100)
    let schedule = try #require(EmissionSchedule.years([year, year, year], from: EpochNumber(0)))
    Inputs.each("F9 match", at, seed: 8) { draws, round in
      let rate = BasisPoints(UInt32(draws.within(0...20_000)))
      let organic = draws.amount(through: Amount(at.supply.units / 20))
      let matched = draws.amount(through: Amount(year.units * 3))
      let closing = draws.below(1_200)
      let due = BurnMatch(rate: rate, schedule: schedule)
        .amount(organic: organic, matched: matched, closing: EpochNumber(closing))
      // Three even years of 365 epochs: whole years, then a part of the running one.
      let epochs = min(closing + 1, 1_095)
      let open =
        Natural(UInt128(epochs / 365)) * Natural(year)
        + Ratio(Natural(year) * Natural(epochs % 365), over: Natural(UInt64(365))).floor
      let left = open > Natural(matched) ? open - Natural(matched) : .zero
      let wish = Ratio(Natural(organic) * Natural(rate), over: .tenThousand)
      let isRight =
        left <= wish.floor ? Natural(due) == left : wish.roundsDown(to: due)
      require(isRight, round, "match")
    }
  }

  @Test("F9 match: the 82M reserve, one for one, 8.2M a year, the unspent rolls over")
  func matchingBurns() throws {
    let at = Denomination.dta
    let tables = try EconomyTables(at)
    let years = tables.years(tables.root["burns"]?["match"]?["yearCapTokens"])
    let schedule = try #require(EmissionSchedule.years(years, from: EpochNumber(0)))
    #expect(schedule.total == at.tokens(82_000_000))
    let rule = BurnMatch(rate: .whole, schedule: schedule)
    let year = EpochNumber(364)
    #expect(rule.amount(organic: at.tokens(5), matched: .zero, closing: year) == at.tokens(5))
    #expect(
      rule.amount(organic: at.tokens(9_000_000), matched: .zero, closing: year)
        == at.tokens(8_200_000))
    #expect(
      rule.amount(organic: at.tokens(1), matched: at.tokens(8_200_000), closing: year) == .zero)
    #expect(
      rule.amount(organic: at.tokens(1), matched: at.tokens(9_000_000), closing: year) == .zero)
    let double = BurnMatch(rate: BasisPoints(15_000), schedule: schedule)
    #expect(double.amount(organic: Amount(3), matched: .zero, closing: year) == Amount(4))
  }
}
