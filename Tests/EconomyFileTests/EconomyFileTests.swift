import EconomyFile
import Foundation
import Primitives
import Testing

/// The economy files of the repository, as texts.
enum Economies {
  static func text(_ name: String) -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let path = folder.appendingPathComponent("economies/\(name).json").path
    return FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
      ?? ""
  }

  static let dta = text("dta")
  static let btt = text("btt")
  static let dev = text("dev")
  static let devBTT = text("dev-btt")

  /// What is wrong with a text and its overlays; empty where nothing is.
  static func problems(_ text: String, overlays: [String] = []) -> [EconomyProblem] {
    do throws(EconomyFileFailure) {
      _ = try EconomyFile.load(text: text, overlays: overlays)
      return []
    } catch { return error.problems }
  }
}

/// Both economies load, and say what the documents behind them say.
@Suite struct EconomyFileTests {
  @Test func loadsDTA() throws {
    let economy = try EconomyFile.load(text: Economies.dta)
    #expect(economy.token.symbol == "DTA")
    #expect(economy.token.decimals == 4)
    #expect(economy.wallets.count == 28)
    #expect(economy.wallets.reduce(Amount.zero) { $0 + $1.amount } == Amount(10_000_000_000_000))
    #expect(economy.time.genesis == LogicalTime(1_759_276_800))
    #expect(economy.network.chainID == 382_001)
    #expect(economy.network.baseFeePerGas == 100_000_000_000)
    #expect(economy.network.priceQuantum == 100_000_000_000)
    #expect(economy.network.transferGas == 21)
    #expect(economy.network.gas(module: "token", operation: "transfer") == 35)
    #expect(economy.network.gas(module: "staking", operation: "stake") == 60)
    #expect(!economy.network.development)
    guard case .tiers(let tiers, let locks) = economy.staking.rates else {
      Issue.record("DTA stakes by tiers")
      return
    }
    #expect(tiers.map(\.id) == ["bronze", "silver", "gold", "platinum", "diamond"])
    #expect(tiers.map(\.highestRate.value) == [1_200, 1_500, 1_800, 2_200, 2_500])
    #expect(locks.map { $0.duration.count / 86_400 } == [30, 90, 180, 365])
    guard case .service(let fees) = economy.fees.form else {
      Issue.record("DTA has one split for services")
      return
    }
    #expect(
      fees.net.map(\.account) == [
        "sink.burned", "fund.growth", "fund.development", "staking.revenue",
      ])
    #expect(economy.governance.bodies.count == 4)
    #expect(economy.access.bodies.map(\.members.count) == [5, 5, 5, 5])
    #expect(economy.access.beneficiaries.count == 9)
    #expect(economy.releaseGovernor == nil)
    #expect(
      economy.wallets.first { $0.account == "treasury.business" }?.release
        == .linear(try linear(economy, "treasury.business")))
    #expect(try linear(economy, "treasury.business").lockMonths == 3)
    #expect(economy.pool("pool.staking")?.emission.total == Amount(1_200_000_000_000))
  }

  @Test func loadsBTT() throws {
    let economy = try EconomyFile.load(text: Economies.btt)
    #expect(economy.token.decimals == 18)
    #expect(
      economy.wallets.reduce(Amount.zero) { $0 + $1.amount }
        == Amount(21_000_000_000_000_000_000_000_000))
    #expect(economy.network.chainID == 382_002)
    #expect(economy.network.priceQuantum == 1)
    guard case .periods(let rows) = economy.staking.rates else {
      Issue.record("BTT stakes by periods")
      return
    }
    #expect(rows.map(\.rate.value) == [300, 500, 800, 1_200, 1_800])
    #expect(rows.last?.benefits.count == 4)
    #expect(economy.burns.milestone?.items.count == 4)
    #expect(economy.releaseGovernor?.cumulativeCeiling.count == 8)
    #expect(economy.access.bodies.map(\.id) == ["foundation"])
    guard case .categories(let fees) = economy.fees.form else {
      Issue.record("BTT has fees by category")
      return
    }
    #expect(fees.categories.map(\.fee.value) == [500, 100, 30, 50])
    #expect(
      fees.categories[0].net.map(\.account) == [
        "staking.feeShare", "fund.communityFees", "fund.development",
      ])
    let kinds = economy.wallets.map(\.release)
    #expect(kinds.contains(.immediate(throttled: true, maximumShareADay: BasisPoints(500))))
    #expect(kinds.filter { $0 == .milestoneBurn }.count == 2)
  }

  @Test func namesEveryAccountOnce() throws {
    let dta = try EconomyFile.load(text: Economies.dta).namedAccounts
    #expect(dta.count == 28 + 12)
    #expect(dta.first == "pool.staking")
    #expect(dta.last == "sink.burned")
    let btt = try EconomyFile.load(text: Economies.btt).namedAccounts
    #expect(btt.filter { $0 == "escrow.milestoneBurn" }.count == 1)
    #expect(!btt.contains("user"))
  }

  @Test func listsParametersWithWildcardsExpanded() throws {
    let dta = try EconomyFile.load(text: Economies.dta)
    let parameters = dta.parameters()
    #expect(parameters.count == dta.bounds.count + 4)
    let rates = parameters.filter { $0.pointer.hasPrefix("/staking/tiers/") }
    #expect(rates.map(\.pointer) == (0..<5).map { "/staking/tiers/\($0)/aprMaxBps" })
    #expect(rates.map(\.value) == [1_200, 1_500, 1_800, 2_200, 2_500])
    let burn = try #require(parameters.first)
    #expect(burn.pointer == "/fees/serviceBurn/bpsOfGross")
    #expect(burn.value == 500)
    #expect(burn.minimum == 200)
    #expect(burn.maximum == 500)
    #expect(burn.largestStep == 100)
    #expect(burn.cooldown == Seconds(30 * 86_400))
    #expect(burn.body == .economic)
    let bond = parameters.first { $0.pointer == "/twins/types/0/bond/units" }
    #expect(bond?.value == 100_000_000)
  }

  /// Sections that no module reads yet stand as trees.
  @Test func keepsOtherSectionsAsTrees() throws {
    let dta = try EconomyFile.load(text: Economies.dta)
    #expect(dta.section("twins")?.at("/types/3/bond/units")?.string == "500000000")
    #expect(dta.tree.at("/swap/earlyBonus/den")?.whole == 11)
    #expect(dta.section("nonsense") == nil)
  }

  @Test(arguments: ["dta", "btt"])
  func canonicalTextRoundTrips(file: String) throws {
    let economy = try EconomyFile.load(text: Economies.text(file))
    let canonical = EconomyFile.text(economy)
    #expect(!canonical.contains("\n"))
    let again = try EconomyFile.load(text: canonical)
    #expect(again == economy)
    #expect(EconomyFile.text(again) == canonical)
  }

  @Test func summarises() throws {
    let summary = EconomySummary(try EconomyFile.load(text: Economies.dta))
    let sum = summary.text.split(separator: "\n").first { $0.hasPrefix("sum") }
    #expect(sum?.split(separator: " ") == ["sum", "100%", "1,000,000,000", "28"])
    #expect(summary.text.contains("names of access have no address yet"))
    let json = try JSONParser.parse(Array(summary.json.utf8))
    #expect(json["supply"]?.string == "10000000000000")
    #expect(json.at("/counts/wallets")?.whole == 28)
    #expect(summary.text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  private func linear(
    _ economy: EconomyDocument, _ account: String
  ) throws -> EconomyDocument.Linear {
    let wallet = economy.wallets.first { $0.account == account }
    guard case .linear(let linear) = wallet?.release else { throw Absent() }
    return linear
  }

  private struct Absent: Error {}
}
