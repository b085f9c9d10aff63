import Economy
import Primitives
import Testing

/// Release rules: exact lines, monotone in time and milestones, whole at the end; the release
/// tables.
@Suite struct VestingRulesTests {
  @Test("F3 lines: lock then linear, and linear with the lock inside", arguments: Denomination.both)
  func linesAreExact(_ at: Denomination) throws {
    try Inputs.each("F3 lines", at, seed: 31) { draws, round in
      let (start, lock) = (draws.below(1 << 28), draws.below(1 << 28))
      let duration = draws.within(1...1 << 28)
      let terms = try #require(
        LinearTerms(start: Seconds(start), lock: Seconds(lock), duration: Seconds(duration)))
      let total = draws.amount(through: at.supply)
      let time = draws.below(start + lock + duration + 100)

      let after = VestingGrant(total: total, rule: .lockThenLinear(terms))
      let passed = time > start + lock ? min(time - start - lock, duration) : 0
      require(
        Ratio(Natural(total) * Natural(passed), over: Natural(duration))
          .roundsDown(to: after.vested(at: Seconds(time))), round, "lock, then linear")

      let inside = VestingGrant(total: total, rule: .insideLinear(terms))
      let reached = time < start + lock ? 0 : min(time - start, duration)
      require(
        Ratio(Natural(total) * Natural(reached), over: Natural(duration))
          .roundsDown(to: inside.vested(at: Seconds(time))), round, "inside")

      for grant in [after, inside] {
        require(
          grant.vested(at: Seconds(time + 1)) >= grant.vested(at: Seconds(time)), round,
          "monotone")
        require(
          grant.vested(at: Seconds(start + lock + duration)) == total, round, "whole at the end")
      }
    }
  }

  @Test func linesRefuseNoLengthAndNoEnd() {
    #expect(LinearTerms(start: Seconds(0), lock: Seconds(0), duration: Seconds(0)) == nil)
    #expect(LinearTerms(start: Seconds(.max), lock: Seconds(1), duration: Seconds(1)) == nil)
    #expect(LinearTerms(start: Seconds(1 << 63), lock: Seconds(0), duration: Seconds(1)) == nil)
    #expect(LinearTerms(startMonth: .max, lockMonths: 0, durationMonths: 1) == nil)
    #expect(LinearTerms(start: Seconds(.max), lock: Seconds(0), duration: Seconds(1)) == nil)
    // The last second that is told, and the last month.
    let last = Seconds(1 << 63 - 2)
    #expect(LinearTerms(start: last, lock: Seconds(0), duration: Seconds(1)) != nil)
    #expect(LinearTerms(startMonth: 1 << 40, lockMonths: 0, durationMonths: 1) != nil)
    #expect(LinearTerms(startMonth: 1 << 40 + 1, lockMonths: 0, durationMonths: 1) == nil)
    let terms = LinearTerms(startMonth: 1, lockMonths: 2, durationMonths: 3)
    #expect(terms?.start == Seconds(2_628_000) && terms?.duration == Seconds(7_884_000))
  }

  @Test func lockedUntilItsLastSecond() throws {
    let terms = try #require(
      LinearTerms(start: Seconds(10), lock: Seconds(20), duration: Seconds(100)))
    let after = VestingGrant(total: Amount(1_000), rule: .lockThenLinear(terms))
    let inside = VestingGrant(total: Amount(1_000), rule: .insideLinear(terms))
    let expected: [(UInt64, UInt128, UInt128)] = [
      (0, 0, 0), (29, 0, 0), (30, 0, 200), (31, 10, 210), (109, 790, 990), (110, 800, 1_000),
      (130, 1_000, 1_000), (.max, 1_000, 1_000),
    ]
    for (time, late, early) in expected {
      #expect(after.vested(at: Seconds(time)) == Amount(late), "\(time)")
      #expect(inside.vested(at: Seconds(time)) == Amount(early), "\(time)")
    }
  }

  @Test("F3 revocation keeps the vested, and edge case 11", arguments: Denomination.both)
  func revocationKeepsTheVested(_ at: Denomination) throws {
    let tables = try EconomyTables(at)
    let rules = tables.wallets.compactMap { wallet in
      tables.rule(wallet.release, total: wallet.total)
        .map { VestingGrant(total: wallet.total, rule: $0) }
    }
    Inputs.each("F3 revocation", at, seed: 32) { draws, round in
      let before = rules[Int(draws.below(UInt64(rules.count)))]
      let time = Seconds(draws.below(10 * Seconds.year.count))
      let unlocked = draws.amount(through: before.total)
      var grant = before
      let returned = grant.revoke(at: time, unlocked: unlocked)
      let kept = before.vested(at: time, unlocked: unlocked)
      require(returned + kept == before.total, round, "parts")
      for later in [time.count, time.count + 1, .max] {
        require(grant.vested(at: Seconds(later)) == kept, round, "kept at \(later)")
      }
      let earlier = Seconds(draws.below(time.count + 1))
      require(
        grant.vested(at: earlier, unlocked: unlocked)
          == before.vested(at: earlier, unlocked: unlocked), round, "the past stays")
      require(grant.revoke(at: Seconds(.max)) == .zero, round, "twice")
      // What was released before is taken off what may still go.
      let progress = ReleaseProgress(
        released: kept, yearStartBalance: before.total, unlocked: .max)
      require(grant.releasable(at: Seconds(.max), progress) == .zero, round, "nothing more")
    }
  }

  /// Every wallet of both files with a rule of its own: never falling, whole at the end.
  @Test(arguments: Denomination.both) func walletsOpenWhole(_ at: Denomination) throws {
    let tables = try EconomyTables(at)
    var seen = 0
    for wallet in tables.wallets {
      guard let rule = tables.rule(wallet.release, total: wallet.total) else { continue }
      let grant = VestingGrant(total: wallet.total, rule: rule)
      var last = Amount.zero
      for week in 0..<600 {
        let sum = grant.vested(at: Seconds(UInt64(week) * 604_800))
        if sum < last { Issue.record("\(wallet.account) falls in week \(week)") }
        last = sum
      }
      #expect(last == wallet.total, "\(wallet.account)")
      seen += 1
    }
    #expect(seen == (at.name == "DTA" ? 12 : 15))
  }

  @Test func votesKeepToTheirYears() throws {
    let at = Denomination.dta
    let tables = try EconomyTables(at)
    let year = Seconds.year.count
    // Six million a year; what is left over stays open.
    let initiatives = try #require(tables.grant("dao.initiatives"))
    for place in 0..<7 as Range<UInt64> {
      let sum = at.tokens(UInt128(min(place + 1, 5)) * 6_000_000)
      for time in [place * year, place * year + year - 1] {
        #expect(initiatives.vested(at: Seconds(time)) == sum)
      }
    }
    #expect(
      initiatives.releasable(
        at: Seconds(year), ReleaseProgress(released: at.tokens(5_000_000)))
        == at.tokens(7_000_000))

    // A quarter of what the reserve held when the year began.
    let reserve = try #require(tables.grant("reserve.emergency"))
    var progress = ReleaseProgress(yearStartBalance: at.tokens(35_000_000))
    #expect(reserve.releasable(at: Seconds(0), progress) == at.tokens(8_750_000))
    progress.released = at.tokens(8_000_000)
    progress.releasedInWindow = at.tokens(8_000_000)
    #expect(reserve.releasable(at: Seconds(0), progress) == at.tokens(750_000))
    progress.yearStartBalance = at.tokens(27_000_000)
    progress.releasedInWindow = .zero
    #expect(reserve.releasable(at: Seconds(year), progress) == at.tokens(6_750_000))
    progress.released = at.tokens(34_999_999)
    #expect(reserve.releasable(at: Seconds(year), progress) == at.tokens(1))
  }

  /// A quarter of 7 a year and a tenth of 19 a day: down, as all that is paid.
  @Test("F0 limits of a year and a day round down") func limitsRoundDown() {
    let yearly = VestingGrant(total: Amount(7), rule: .yearlyShare(BasisPoints(2_500)))
    let held = ReleaseProgress(yearStartBalance: Amount(7))
    #expect(yearly.releasable(at: Seconds(0), held) == Amount(1))
    let daily = VestingGrant(
      total: Amount(19), rule: .immediate(maximumPerDay: BasisPoints(1_000)))
    #expect(daily.releasable(at: Seconds(0), ReleaseProgress()) == Amount(1))
  }

  @Test func liquidityDeploysByTheDay() throws {
    let at = Denomination.btt
    let liquidity = try #require(try EconomyTables(at).grant("fund.liquidity"))
    #expect(liquidity.vested(at: Seconds(0)) == at.tokens(420_000))
    var progress = ReleaseProgress()
    for day in 0..<20 as Range<UInt64> {
      let due = liquidity.releasable(at: Seconds(day * 86_400), progress)
      #expect(due == at.tokens(21_000))
      progress.released += due
      progress.releasedInWindow = due
      #expect(liquidity.releasable(at: Seconds(day * 86_400 + 1), progress) == .zero)
      progress.releasedInWindow = .zero
    }
    #expect(liquidity.releasable(at: Seconds(.max), progress) == .zero)
  }
}

/// Milestones that open the foundation's wallets.
@Suite struct MilestoneGatesRulesTests {
  static let at = Denomination.btt
  static let accounts = [
    "foundation.core", "foundation.ai", "foundation.security", "foundation.research",
  ]

  @Test("F3 gates of the foundation") func opensInProportionAndEndsWhole() throws {
    let tables = try EconomyTables(Self.at)
    let totals = try Self.accounts.map { try #require(tables.grant($0)).total }
    let unlocks = tables.list("milestones").map { tables.tokens($0["foundationUnlockTokens"]) }
    let gates = try #require(
      MilestoneGates(cumulativeUnlocks: unlocks, walletTotals: totals))
    var reached = MilestoneGates.Reached()
    var last = totals.map { _ in Amount.zero }
    for place in unlocks.indices {
      reached.insert(place)
      #expect(gates.unlocked(reached) == unlocks[place])
      let parts = gates.unlockedByWallet(reached)
      #expect(parts.reduce(.zero, +) == unlocks[place])
      for wallet in totals.indices {
        #expect(parts[wallet] >= last[wallet] && parts[wallet] <= totals[wallet])
      }
      last = parts
    }
    #expect(last == totals)
    // The first milestone: 420,000 of 3,440,000, in the wallets' proportions.
    let first = gates.unlockedByWallet(MilestoneGates.Reached(bits: 1))
    #expect(
      first.map { $0.units / Self.at.unitsPerToken } == [163_604, 128_197, 76_918, 51_279])
  }

  @Test("F3 milestones: the least of line, plan and gates", arguments: Denomination.both)
  func theLeastOfThreeIsExact(_ at: Denomination) throws {
    try Inputs.each("F3 milestones", at, seed: 34) { draws, round in
      let total = draws.amount(through: at.supply)
      let months = draws.within(1...60)
      let year = Amount(total.units / 2)
      let plan = try #require(EmissionSchedule.years([year, year], from: EpochNumber(0)))
      let line = try #require(LinearTerms(startMonth: 0, lockMonths: 0, durationMonths: months))
      let grant = VestingGrant(total: total, rule: .milestoneCapped(line: line, plan: plan))
      let time = draws.below(6 * Seconds.year.count)
      let unlocked = draws.amount(through: total)
      let run = Ratio(
        Natural(total) * Natural(min(time, months * 2_628_000)),
        over: Natural(months * 2_628_000)
      ).floor
      let epochs = min(time / 86_400, 730)
      let planned =
        Natural(UInt128(epochs / 365)) * Natural(year)
        + Ratio(Natural(year) * Natural(epochs % 365), over: Natural(UInt64(365))).floor
      require(
        Natural(grant.vested(at: Seconds(time), unlocked: unlocked))
          == min(run, planned, Natural(unlocked)), round, "least")
    }
  }

  @Test("F3 gates: exact for any milestones reached", arguments: Denomination.both)
  func anyReachedOpensExactly(_ at: Denomination) {
    Inputs.each("F3 gates", at, seed: 35) { draws, round in
      let totals = (0..<4).map { _ in draws.amount(through: Amount(at.supply.units / 20)) }
      let sum = totals.reduce(.zero, +)
      let unlocks = (0..<6).map { _ in draws.amount(through: sum) }.sorted() + [sum]
      guard let gates = MilestoneGates(cumulativeUnlocks: unlocks, walletTotals: totals) else {
        require(sum == .zero, round, "refused")
        return draws.discard()
      }
      let bits = draws.below(128)
      let parts = gates.unlockedByWallet(MilestoneGates.Reached(bits: bits))
      var open = Natural.zero
      for place in unlocks.indices where bits >> UInt64(place) & 1 == 1 {
        let before = place == 0 ? Amount.zero : unlocks[place - 1]
        open = open + Natural(unlocks[place]) - Natural(before)
      }
      // F1 over the wallets, the last taking the rest.
      var left = open
      var weight = Natural(sum)
      for (place, total) in totals.enumerated() {
        let part = Natural(parts[place])
        let isExact =
          place == 3 || weight == .zero
          ? part == (place == 3 ? left : .zero)
          : Ratio(left * Natural(total), over: weight).roundsDown(to: part)
        require(isExact && parts[place] <= total, round, "wallet \(place)")
        guard part <= left else { return }
        left = left - part
        weight = weight - Natural(total)
      }
    }
  }

  @Test("F3 gates: any order of milestones opens the same", arguments: Denomination.both)
  func anyOrderOpensTheSame(_ at: Denomination) {
    Inputs.each("F3 gates in any order", at, seed: 33) { draws, round in
      let totals = (0..<4).map { _ in draws.amount(through: Amount(at.supply.units / 20)) }
      let sum = totals.reduce(.zero, +)
      var unlocks = (0..<7).map { _ in draws.amount(through: sum) }.sorted()
      unlocks.append(sum)
      guard let gates = MilestoneGates(cumulativeUnlocks: unlocks, walletTotals: totals) else {
        require(sum == .zero, round, "refused")
        return draws.discard()
      }
      var reached = MilestoneGates.Reached()
      var last = totals.map { _ in Amount.zero }
      var places = Array(0..<8)
      while !places.isEmpty {
        reached.insert(places.remove(at: Int(draws.below(UInt64(places.count)))))
        let parts = gates.unlockedByWallet(reached)
        for wallet in totals.indices {
          require(
            parts[wallet] >= last[wallet] && parts[wallet] <= totals[wallet], round,
            "wallet \(wallet)")
        }
        last = parts
      }
      require(last == totals, round, "whole")
    }
  }

  @Test func refusesWhatCannotBe() {
    let ten = Amount(10)
    #expect(MilestoneGates(cumulativeUnlocks: [ten, Amount(9)], walletTotals: [ten]) == nil)
    #expect(MilestoneGates(cumulativeUnlocks: [Amount(11)], walletTotals: [ten]) == nil)
    #expect(MilestoneGates(cumulativeUnlocks: [], walletTotals: [.zero]) == nil)
    #expect(
      MilestoneGates(
        cumulativeUnlocks: Array(repeating: ten, count: 65), walletTotals: [ten]) == nil)
    #expect(
      MilestoneGates(
        cumulativeUnlocks: Array(repeating: ten, count: 64), walletTotals: [ten]) != nil)
    var reached = MilestoneGates.Reached()
    reached.insert(-1)
    reached.insert(64)
    #expect(reached.bits == 0)
    reached.insert(63)
    #expect(reached.contains(63) && !reached.contains(64) && !reached.contains(-1))
  }

  /// The line, the plan and the gates each bind in turn.
  @Test func theLeastOfThreeOpens() throws {
    let core = try #require(try EconomyTables(Self.at).grant("foundation.core"))
    let year = Seconds.year
    func tokens(_ count: UInt128) -> Amount { Self.at.tokens(count) }
    // After a year: line 335,000, plan 160,000.
    #expect(core.vested(at: year) == tokens(160_000))
    #expect(core.vested(at: year, unlocked: tokens(159_999)) == tokens(159_999))
    #expect(core.vested(at: Seconds(0)) == .zero)
    // A plan that is ahead of a line waits for it.
    let plan = try #require(EmissionSchedule.plan([tokens(48)], from: EpochNumber(0)))
    let line = try #require(LinearTerms(startMonth: 0, lockMonths: 0, durationMonths: 48))
    let fast = VestingGrant(total: tokens(48), rule: .milestoneCapped(line: line, plan: plan))
    #expect(fast.vested(at: Seconds(2_628_000)) == tokens(1))
  }
}
