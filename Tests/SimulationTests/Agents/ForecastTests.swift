import Economy
import EconomyFile
import Ledger
import Primitives
import Testing

@testable import Simulation

/// Agents on the real engine: what decides a run, and that its figures are the ledger's.
@Suite struct ForecastTests {
  static func settings(days: Int = 100, agents: Int = 60, seed: UInt64 = 7) -> ForecastSettings {
    ForecastSettings(days: days, agents: agents, seed: seed)
  }

  static func forecast(
    _ economy: String, _ settings: ForecastSettings, secret: UInt64 = 1
  ) throws -> Forecast {
    let text = try #require(GoldenRunnerTests.file("economies/\(economy).json"))
    let document = try EconomyFile.load(text: text)
    return try Forecast(.genesis(document), settings, secret: HashSecret(secret, ~secret))
  }

  static func report(
    _ economy: String, _ settings: ForecastSettings, secret: UInt64 = 1
  ) throws -> ForecastReport {
    var forecast = try forecast(economy, settings, secret: secret)
    return forecast.run()
  }

  @Test("equal settings give an equal state root", arguments: ["dta", "btt"])
  func theSeedDecides(_ economy: String) throws {
    let settings = Self.settings(days: 70)
    let first = try Self.report(economy, settings)
    let again = try Self.report(economy, settings, secret: 99)
    #expect(first.stateRoot == again.stateRoot)
    #expect(first.balances == again.balances)
    #expect(ReportData(first).json == ReportData(again).json)
    let other = try Self.report(economy, Self.settings(days: 70, seed: 8))
    #expect(other.stateRoot != first.stateRoot)
    #expect(other.balances != first.balances)
  }

  @Test("members made in another order leave the same state root", arguments: ["dta", "btt"])
  func theOrderOfMakingDoesNotMatter(_ economy: String) throws {
    var settings = Self.settings(days: 65)
    let plain = try Self.report(economy, settings)
    for order: UInt64 in [3, 4_711] {
      settings.creationOrder = order
      let shuffled = try Self.report(economy, settings)
      #expect(shuffled.stateRoot == plain.stateRoot)
      #expect(ReportData(shuffled).json == ReportData(plain).json)
    }
  }

  @Test("accounts opened in another order move rows of the ledger and not one unit")
  func theOrderOfAccountsMovesRowsAlone() throws {
    var settings = Self.settings(days: 65)
    let plain = try Self.report("dta", settings)
    settings.creationOrder = 12
    settings.opensInCreationOrder = true
    let moved = try Self.report("dta", settings)
    #expect(moved.stateRoot != plain.stateRoot)
    #expect(moved.balances == plain.balances)
    #expect(moved.samples.map(\.categories) == plain.samples.map(\.categories))
    #expect(moved.samples.map(\.paidRate) == plain.samples.map(\.paidRate))
    #expect(moved.flows.earned == plain.flows.earned)
  }

  @Test("at every sample the categories sum to the supply", arguments: ["dta", "btt"])
  func theCategoriesSumToTheSupply(_ economy: String) throws {
    let report = try Self.report(economy, Self.settings())
    #expect(report.faults.isEmpty, "\(report.faults)")
    #expect(report.samples.count == 5)
    for sample in report.samples {
      #expect(sample.categories.reduce(0, +) == report.totalSupply)
      #expect(sample.supply + sample.burned == report.totalSupply)
      #expect(sample.circulating <= sample.supply)
      #expect(sample.yearBurned <= sample.yearCap)
      for pool in sample.pools { #expect(pool.spent <= pool.scheduled + pool.topUps) }
    }
    let last = try #require(report.samples.last)
    #expect(last.day == 100 && last.positions > 0 && last.principal > 0)
    #expect(last.burned > 0 && report.flows.released > 0 && report.flows.settled > 0)
    #expect(report.impossible == 0)
    // Guards refuse next to nothing: agents know the rules.
    #expect(report.refused * 50 <= report.operations)
  }

  /// Sums of postings by their two ends.
  private final class Postings {
    var from: [Address: UInt128] = [:]
    var pairs: [String: UInt128] = [:]
    var burned: UInt128 = 0

    func read(_ state: borrowing EconomyState) {
      for event in Surface.events(state, 0..<state.ledger.events.records.count)
      where event.module == 0 {
        let (from, to) = (event.address("from") ?? .zero, event.address("to") ?? .zero)
        let units = event.number("value") ?? 0
        self.from[from, default: 0] += units
        pairs[Self.key(from, to), default: 0] += units
        if to == .zero { burned += units }
      }
    }

    static func key(_ from: Address, _ to: Address) -> String {
      Hex.text(from.bytes) + Hex.text(to.bytes)
    }
  }

  @Test(
    "rewards, burns and pools in the report are the ledger's postings",
    arguments: [
      "dta", "btt",
    ])
  func figuresArePostings(_ economy: String) throws {
    let postings = Postings()
    var forecast = try Self.forecast(economy, Self.settings(days: 130))
    forecast.observe { state in postings.read(state) }
    let report = forecast.run()
    // The last block's events are still open.
    postings.read(forecast.world.state)
    let last = try #require(report.samples.last)
    #expect(postings.burned == last.burned)
    for (place, pool) in report.pools.enumerated() {
      #expect(postings.from[SystemAddress.account(pool)] ?? 0 == last.pools[place].spent)
    }
    let staking = forecast.world.state.genesis.plans.staking
    var sources = [SystemAddress.account(staking.payable)]
    if let share = staking.feeShare { sources.append(SystemAddress.account(share.payableAccount)) }
    let receivers =
      forecast.agents.map(\.address) + [SystemAddress.account(staking.principal)]
    var paid: UInt128 = 0
    for source in sources {
      for receiver in receivers { paid += postings.pairs[Postings.key(source, receiver)] ?? 0 }
    }
    #expect(report.flows.earned > 0)
    #expect(paid == report.flows.earned)
    #expect(report.kinds.reduce(0) { $0 + $1.earned } == report.flows.earned)
  }

  @Test("too little budget is seen on its day, and said")
  func coverageIsWatched() throws {
    var settings = Self.settings(days: 300, agents: 40)
    // All of them stake, whatever is paid.
    settings.assumptions[.stakers] = 9_000
    settings.assumptions[.requiredHigh] = 0
    settings.assumptions[.requiredLow] = 0
    settings.assumptions[.sellers] = 0
    settings.assumptions[.claimers] = 0
    settings.assumptions[.compounders] = 0
    settings.assumptions[.customers] = 500
    settings.assumptions[.contributors] = 500
    settings.assumptions[.sybils] = 0
    settings.assumptions[.insiderSales] = 10_000
    settings.assumptions[.purchases] = 1_000
    let report = try Self.report("dta", settings)
    let day = try #require(report.watch.belowFull)
    #expect(report.watch.lowestCoverage < 10_000)
    let texts = ReportFindings(report: report).all.map(\.text)
    #expect(
      texts.contains { $0.contains("are not paid in full") && $0.contains("after the start") })
    for sample in report.samples where sample.day >= 1 && sample.day < day {
      #expect(sample.coverage == 10_000)
    }
  }

  @Test func milestonesAndVotesHappen() throws {
    let report = try Self.report("btt", Self.settings(days: 40, agents: 20))
    let escrow = try #require(report.samples.last)
    let expected: UInt128 = 30_000_000_000_000_000_000_000
    #expect(escrow.burned >= expected)
    #expect(report.flows.voted > 0)
  }
}
