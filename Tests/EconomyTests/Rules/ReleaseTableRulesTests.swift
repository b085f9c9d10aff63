import Economy
import Primitives
import Testing

/// The release tables of the token design, computed through the rules.
@Suite struct ReleaseTableRulesTests {
  /// Hundredths of a percent of the supply, to the nearest.
  static func percent(_ amount: Amount, of at: Denomination) -> UInt128 {
    (amount.units * 20_000 + at.supply.units) / (at.supply.units * 2)
  }

  /// Tenths of a million tokens, to the nearest.
  static func tenths(_ amount: Amount, _ at: Denomination) -> UInt128 {
    let tenth = at.unitsPerToken * 100_000
    return (amount.units * 2 + tenth) / (tenth * 2)
  }

  /// BTT at the ends of eight years: what the rows release, and the plan under its ceiling.
  @Test("X16 economics 2.3 through the rules")
  func bttByTheYear() throws {
    let at = Denomination.btt
    let tables = try EconomyTables(at)
    let rows: [UInt128] = [557, 1_610, 2_533, 2_900, 3_100, 3_100, 3_100, 3_100]
    let mining: [UInt128] = [600, 1_200, 1_650, 2_100, 2_400, 2_700, 2_850, 3_000]
    let contractual: [UInt128] = [1_357, 3_010, 4_383, 5_200, 5_700, 6_000, 6_150, 6_300]
    // The plan of the discretionary wallets, pools and milestone burns.
    let discretionary: [UInt128] = [900, 700, 745, 805, 1_050, 1_260, 1_120, 1_190]
    let released: [UInt128] = [1_785, 3_772, 5_500, 6_700, 7_700, 8_600, 9_283, 10_000]
    let ceiling = tables.years(tables.root["releaseGovernor"]?["cumulativeCeilingTokens"])
    try #require(ceiling.count == 8)
    var planned = Amount.zero
    for year in 0..<8 {
      let elapsed = Seconds(UInt64(year + 1) * Seconds.year.count)
      let epoch = EpochNumber(containing: elapsed)
      func opened(_ prefix: String) -> Amount {
        tables.wallets.filter { $0.account.hasPrefix(prefix) }.reduce(.zero) { sum, wallet in
          let own = tables.rule(wallet.release, total: wallet.total)
            .map { VestingGrant(total: wallet.total, rule: $0).vested(at: elapsed) }
          return sum + (own ?? tables.pool(wallet.account)?.cumulative(at: epoch) ?? .zero)
        }
      }
      let vested = opened("vest.")
      let mined = opened("pool.mining")
      let fixed = vested + mined + opened("fund.liquidity")
      #expect(Self.percent(vested, of: at) == rows[year], "rows, year \(year)")
      #expect(Self.percent(mined, of: at) == mining[year], "mining, year \(year)")
      #expect(Self.percent(fixed, of: at) == contractual[year], "contractual, year \(year)")

      let burned = tables.list("milestones").reduce(Amount.zero) { sum, milestone in
        let isDue = tables.whole(milestone["expectedMonth"]) < UInt64(year + 1) * 12
        return isDue ? sum + tables.tokens(milestone["burn"]?["tokens"]) : sum
      }
      let free =
        opened("foundation.") + opened("pool.community.") + opened("fund.ecosystem")
        + opened("reserve.strategic") + burned
      planned += at.tokens(discretionary[year] * 1_000)
      #expect(free == planned, "discretionary, year \(year)")
      #expect(Self.percent(fixed + free, of: at) == released[year], "released, year \(year)")
      #expect(fixed + free <= ceiling[year], "ceiling, year \(year)")
      if year >= 2 && year <= 4 || year == 7 { #expect(fixed + free == ceiling[year]) }
    }
  }

  /// With the gates in proportion to the wallets' totals the foundation opens no more than planned;
  /// in the first year the security wallet, planned ahead of its share, waits.
  @Test("X08 the gates hold back at most")
  func gatesHoldBackAtMost() throws {
    let at = Denomination.btt
    let tables = try EconomyTables(at)
    let grants = try MilestoneGatesRulesTests.accounts.map { try #require(tables.grant($0)) }
    let milestones = tables.list("milestones")
    let gates = try #require(
      MilestoneGates(
        cumulativeUnlocks: milestones.map { tables.tokens($0["foundationUnlockTokens"]) },
        walletTotals: grants.map(\.total)))
    for year in 1...8 as ClosedRange<UInt64> {
      var reached = MilestoneGates.Reached()
      for (place, milestone) in milestones.enumerated()
      where tables.whole(milestone["expectedMonth"]) < year * 12 {
        reached.insert(place)
      }
      let elapsed = Seconds(year * Seconds.year.count)
      let unlocked = gates.unlockedByWallet(reached)
      for (grant, part) in zip(grants, unlocked) {
        #expect(grant.vested(at: elapsed, unlocked: part) == min(grant.vested(at: elapsed), part))
      }
      if year == 1 {
        #expect(unlocked[2] < grants[2].vested(at: elapsed))
        #expect(grants[2].vested(at: elapsed) == at.tokens(100_000))
      }
      if year == 8 { #expect(unlocked == grants.map(\.total)) }
    }
  }

  /// DTA at six ends of years. Swap and bonuses are claims and are taken from the table.
  @Test("A01 to A11: economics 2.4 through the rules")
  func dtaByTheYear() throws {
    let at = Denomination.dta
    let tables = try EconomyTables(at)
    let months: [UInt64] = [12, 24, 36, 60, 96, 120]
    let columns: [(prefix: String, tenths: [UInt128])] = [
      ("team.", [500, 1_000, 1_000, 1_000, 1_000, 1_000]),
      ("treasury.", [406, 983, 1_561, 2_200, 2_200, 2_200]),
      ("dao.", [185, 370, 555, 850, 1_000, 1_000]),
      ("pool.staking", [240, 444, 612, 876, 1_128, 1_200]),
      ("pool.twin.", [77, 179, 282, 483, 775, 800]),
      ("pool.ai.", [19, 94, 169, 319, 544, 600]),
      ("pool.data.", [0, 50, 100, 200, 350, 400]),
    ]
    let totals: [UInt128] = [2_742, 4_714, 5_954, 7_768, 9_083, 9_450]
    let swapped: [UInt128] = [1_233, 1_430, 1_430, 1_430, 1_430, 1_430]
    let matched: [UInt128] = [82, 164, 246, 410, 656, 820]
    for (place, month) in months.enumerated() {
      // A year's limit of votes is that of the year that ends here.
      let last = Seconds(month * 2_628_000 - 1)
      let elapsed = Seconds(month * 2_628_000)
      let epoch = EpochNumber(containing: elapsed)
      var total: UInt128 = 0
      for column in columns {
        var sum = Amount.zero
        for wallet in tables.wallets where wallet.account.hasPrefix(column.prefix) {
          if let rule = tables.rule(wallet.release, total: wallet.total) {
            let time = if case .plan = rule { last } else { elapsed }
            sum += VestingGrant(total: wallet.total, rule: rule).vested(at: time)
          } else if wallet.account == "pool.twin.registration" {
            // Per event: the table lets 20,000 twins register evenly over four years.
            let opened = min(epoch.since(EpochNumber(92)), 4 * 365)
            sum += Amount(wallet.total.units * UInt128(opened) / 1_460)
          } else {
            sum += tables.pool(wallet.account)?.cumulative(at: epoch) ?? .zero
          }
        }
        #expect(
          Self.tenths(sum, at) == column.tenths[place], "\(column.prefix) in month \(month)")
        total += sum.units
      }
      let rest = (swapped[place] + matched[place]) * 1_000_000_000
      let tenths = Self.tenths(Amount(total + rest), at)
      #expect(tenths + 1 >= totals[place] && tenths <= totals[place] + 1, "month \(month)")
    }
  }

  /// The team's 24 equal months, to the unit.
  @Test("A09 by the month through the rules")
  func dtaTeamByTheMonth() throws {
    let at = Denomination.dta
    let tables = try EconomyTables(at)
    for account in ["team.core", "team.advisors", "team.contributors"] {
      let grant = try #require(tables.grant(account))
      for month in 0...30 as ClosedRange<UInt64> {
        let expected = grant.total.units * UInt128(min(month, 24)) / 24
        #expect(grant.vested(at: Seconds(month * 2_628_000)) == Amount(expected))
      }
    }
  }

  /// Every contractual wallet month by month against whole months of its row.
  @Test(
    "A06 A09 X02 X03 X04 X05 X06 X07 by the month through the rules", arguments: Denomination.both)
  func linearRowsByTheMonth(_ at: Denomination) throws {
    let tables = try EconomyTables(at)
    for wallet in tables.wallets where wallet.release["kind"]?.string == "linear" {
      let grant = try #require(tables.grant(wallet.account))
      let lock = tables.whole(wallet.release["lockMonths"])
      let length = tables.whole(wallet.release["durationMonths"])
      for month in 0...120 as ClosedRange<UInt64> {
        let passed = month > lock ? min(month - lock, length) : 0
        let exact = Ratio(Natural(wallet.total) * Natural(passed), over: Natural(length))
        #expect(
          exact.roundsDown(to: grant.vested(at: Seconds(month * 2_628_000))),
          "\(wallet.account) in month \(month)")
      }
    }
  }
}
