import EconomyFile
import Ledger
import Primitives
import Testing

@testable import Economy

/// The release tables of the token design through the real state: block by block, with the
/// operations that pay them (economics 2.3 and 2.4; X16, X18, X19, A09).
@Suite struct VestingReleaseTests {
  typealias Net = DevelopmentNetwork
  private static let vesting = Vesting.declaration

  /// Pays every grant with a beneficiary what it can pay.
  private static func releaseAll(_ net: inout Net) throws {
    for id in 1...net.state.grantCount() {
      let facts = try net.state.grant(id)
      guard facts.beneficiary != .zero, try net.state.releasable(id) != .zero else { continue }
      net.accept(vesting, "release", [.count(UInt128(id))], by: Net.alice)
    }
  }

  /// Spends by votes all that a wallet can pay.
  private static func spend(_ net: inout Net, _ wallet: String) throws {
    let id = net.state.grant(ofWallet: wallet)
    let open = try net.state.releasable(id)
    guard open != .zero else { return }
    net.accept(
      vesting, "releaseTo", [.count(UInt128(id)), .account(Net.stranger), .count(open.units)],
      by: Net.executor)
  }

  private static func released(_ net: borrowing Net, _ prefix: String) throws -> UInt128 {
    var sum: UInt128 = 0
    for wallet in net.state.genesis.plans.vesting.wallets where wallet.name.hasPrefix(prefix) {
      sum += try net.state.grant(net.state.grant(ofWallet: wallet.name)).released.units
    }
    return sum
  }

  /// Hundredths of a percent of the supply, to the nearest.
  private static func percent(_ units: UInt128, _ net: borrowing Net) -> UInt128 {
    let supply = net.state.genesis.token.supply.units
    return (units * 20_000 + supply) / (supply * 2)
  }

  /// Economics 2.3, at the ends of eight years, each milestone in its expected month.
  @Test("X08 X11 X13 X16 the release table of economics 2.3 through operations")
  func bttByTheYear() throws {
    var net = try Net("btt")
    let document = try EconomyFile.load(text: try Net.text("economies/btt.json"))
    let tables = try EconomyTables(.btt)
    let rows: [UInt128] = [557, 1_610, 2_533, 2_900, 3_100, 3_100, 3_100, 3_100]
    let total: [UInt128] = [1_785, 3_772, 5_500, 6_700, 7_700, 8_600, 9_283, 10_000]
    let token: UInt128 = 1_000_000_000_000_000_000
    let plan: [UInt128] = [900, 700, 745, 805, 1_050, 1_260, 1_120, 1_190]
    var planned: UInt128 = 0
    var due = document.milestones[...]
    for day in 0..<20 as Range<UInt64> {
      net.openBlock(at: day * 86_400)
      try Self.releaseAll(&net)
    }
    for year in 0..<8 {
      let end = UInt64(year + 1) * 12
      while let milestone = due.first, milestone.month < end {
        net.openBlock(at: max(20 * 86_400, milestone.month * 2_628_000))
        net.accept(Self.vesting, "achieveMilestone", [.text(milestone.id)], by: Net.attester)
        due.removeFirst()
      }
      net.openBlock(atMonth: end)
      try Self.releaseAll(&net)
      for wallet in ["fund.ecosystem", "reserve.strategic"] { try Self.spend(&net, wallet) }

      let vested = try Self.released(net, "vest.")
      #expect(Self.percent(vested, net) == rows[year], "rows, year \(year)")
      #expect(net.units("fund.liquidity") == 0)
      let epoch = EpochNumber(UInt64(year + 1) * 365)
      var pools: UInt128 = 0
      for pool in document.pools {
        pools += tables.pool(pool.id)?.cumulative(at: epoch).units ?? 0
      }
      let community = pools - (tables.pool("pool.mining")?.cumulative(at: epoch).units ?? 0)
      let governed =
        try Self.released(net, "foundation.") + Self.released(net, "fund.ecosystem")
        + Self.released(net, "reserve.strategic") + net.state.burnedByMilestones().units
      planned += plan[year] * 1_000 * token
      #expect(governed + community == planned, "discretionary, year \(year)")
      let released = vested + pools + 420_000 * token + governed
      #expect(Self.percent(released, net) == total[year], "released, year \(year)")
      let ceiling = document.releaseGovernor?.cumulativeCeiling[year].units ?? 0
      #expect(released <= ceiling, "ceiling, year \(year)")
      if year >= 2 && year <= 4 || year == 7 { #expect(released == ceiling, "year \(year)") }
      #expect(net.state.invariants().isEmpty)
    }
    for wallet in net.state.genesis.plans.vesting.wallets {
      #expect(net.units(wallet.name) == 0, "\(wallet.name) has paid everything")
    }
  }

  /// The years' sums of the module's own book are the releases.
  @Test("X16 the years' sums are the releases")
  func yearsAreCounted() throws {
    var net = try Net("btt")
    net.accept(Self.vesting, "achieveMilestone", [.text("mainnetLaunch")], by: Net.attester)
    for month in [6, 12, 18, 24] as [UInt64] {
      net.openBlock(atMonth: month)
      try Self.releaseAll(&net)
    }
    let years = (0...2 as ClosedRange<UInt64>).map { net.state.releases(inYear: $0) }
    let free = years.reduce(0 as UInt128) { $0 + $1.free.units }
    #expect(free == (try Self.released(net, "vest.") + Self.released(net, "fund.liquidity")))
    let foundation = try Self.released(net, "foundation.")
    #expect(years[2].governedSoFar.units == foundation + net.state.burnedByMilestones().units)
    let unlocked: UInt128 = 420_000 * 1_000_000_000_000_000_000
    #expect(foundation == unlocked)
    for year in 0..<8 as Range<UInt64> {
      let next = net.state.releases(inYear: year + 1)
      #expect(net.state.releases(inYear: year).ceiling <= next.ceiling)
    }
    // Past the counted years the last row answers.
    let last = net.state.releases(inYear: .max)
    #expect(last.ceiling == net.state.releases(inYear: 63).ceiling)
  }

  /// Economics 2.4: team, treasury and DAO at the ends of six years; the DAO's column holds the
  /// governance pool, which has a module of its own.
  @Test("A06 A09 A10 economics 2.4 at the ends of six years through operations")
  func dtaByTheYear() throws {
    var net = try Net()
    let tables = try EconomyTables(.dta)
    let months: [UInt64] = [12, 24, 36, 60, 96, 120]
    let columns: [(prefix: String, tenths: [UInt128])] = [
      ("team.", [500, 1_000, 1_000, 1_000, 1_000, 1_000]),
      ("treasury.", [406, 983, 1_561, 2_200, 2_200, 2_200]),
      ("dao.", [185, 370, 555, 850, 1_000, 1_000]),
    ]
    let tenth: UInt128 = 1_000_000_000
    for (place, month) in months.enumerated() {
      // A year's limit of votes is that of the year that ends here.
      net.openBlock(at: month * 2_628_000 - 1)
      try Self.spend(&net, "dao.initiatives")
      net.openBlock(atMonth: month)
      try Self.releaseAll(&net)
      let epoch = EpochNumber(containing: Seconds(month * 2_628_000))
      for column in columns {
        var sum = try Self.released(net, column.prefix)
        if column.prefix == "dao." {
          sum += tables.pool("dao.governance")?.cumulative(at: epoch).units ?? 0
        }
        #expect(
          (sum * 2 + tenth) / (tenth * 2) == column.tenths[place],
          "\(column.prefix) in month \(month)")
      }
      #expect(net.state.invariants().isEmpty)
    }
    // X18's twin in DTA: everything the rows promise was paid, to the unit.
    for wallet in net.state.genesis.plans.vesting.wallets
    where !wallet.name.hasPrefix("reserve.") {
      #expect(net.units(wallet.name) == 0, "\(wallet.name) has paid everything")
    }
  }

  /// A09: the team's 24 equal months, to the unit, however often it is paid.
  @Test("A09 24 equal months, however often it is paid")
  func teamByTheMonth() throws {
    var net = try Net()
    let grant = net.state.grant(ofWallet: "team.core")
    for month in 1...26 as ClosedRange<UInt64> {
      net.openBlock(atMonth: month)
      if try net.state.releasable(grant) != .zero {
        net.accept(Self.vesting, "release", [.count(UInt128(grant))], by: Net.alice)
      }
      let expected = 600_000_000_000 * UInt128(min(month, 24)) / 24
      #expect(try net.state.grant(grant).released.units == expected)
    }
  }

  /// Edge case 11: every wallet's vested sum, asked month by month for ten years, never falls and
  /// ends at the total. (Reserves by yearly share are open from the start under their limit.)
  @Test(
    "edge case 11: what has vested never falls and ends at the total", arguments: ["dta", "btt"])
  func vestedNeverFalls(_ economy: String) throws {
    var net = try Net(economy)
    for milestone in net.state.milestones() {
      net.accept(Self.vesting, "achieveMilestone", [.text(milestone.name)], by: Net.attester)
    }
    for id in 1...net.state.grantCount() {
      let total = try net.state.grant(id).total
      var last = Amount.zero
      for month in 0...120 as ClosedRange<UInt64> {
        let vested = try net.state.vested(
          id, at: net.state.genesis.time + Seconds(month * 2_628_000))
        #expect(vested >= last)
        last = vested
      }
      #expect(last == total)
    }
  }

  /// An overlay that takes from a wallet leaves a grant over the rest.
  @Test func overlaysShortenTheGrant() throws {
    let document = try EconomyFile.load(
      text: try Net.text("economies/dta.json"), overlays: [try Net.text("economies/dev.json")])
    let state = EconomyState(genesis: document.genesis(), secret: .init(1, 2))
    let facts = try state.grant(state.grant(ofWallet: "treasury.business"))
    #expect(facts.total == Amount(450_000_000_000))
    let wallets = document.genesis().plans.vesting.wallets.map(\.name)
    #expect(wallets.count == 12)
    #expect(state.grant(ofWallet: "pool.staking") == 0)
  }

  /// The last unit may be granted; the number of the grant is answered and stands in its event.
  @Test func grantsTheWholeBalance() throws {
    var state = try PoolsNetwork.dta()
    let giver = state.ledger.account(PoolsNetwork.member)
    let whole = state.balance(of: PoolsNetwork.member)
    let create = Vesting.Create(
      beneficiary: PoolsNetwork.stranger, amount: whole, lock: Seconds(0), duration: Seconds(9),
      isRevocable: false)
    let next = Word(UInt128(state.grantCount() + 1))
    let returned = try state.apply(create, by: giver)
    state.closeScope()
    #expect(returned == .word(next))
    #expect(state.words(Vesting.number, Vesting.Event.created.rawValue).first?.first == next)
    #expect(state.balance(of: PoolsNetwork.member) == .zero)
  }
}
