import EconomyFile
import Ledger
import Primitives
import Testing

@testable import Economy

/// What stands in the state before the first block, compared with the documents behind the
/// economies.
@Suite struct GenesisTests {
  /// A row of the requirements: what its wallets hold together.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let tokens: UInt128
    let children: [(id: String, tokens: UInt128)]
    var testDescription: String { name }
  }

  static let dtaRows = [
    Row(
      name: "A01 ecosystem rewards", tokens: 300_000_000,
      children: [
        ("stakingRewards", 120_000_000), ("digitalTwinIncentives", 80_000_000),
        ("aiServiceProviderRewards", 60_000_000), ("dataContributionRewards", 40_000_000),
      ]),
    Row(
      name: "A02 staking rewards", tokens: 120_000_000,
      children: [("stakingRewards", 120_000_000)]),
    Row(
      name: "A03 digital twin incentives", tokens: 80_000_000,
      children: [("digitalTwinIncentives", 80_000_000)]),
    Row(
      name: "A04 AI service providers", tokens: 60_000_000,
      children: [("aiServiceProviderRewards", 60_000_000)]),
    Row(
      name: "A05 data contribution", tokens: 40_000_000,
      children: [("dataContributionRewards", 40_000_000)]),
    Row(
      name: "A06 treasury and partnerships", tokens: 220_000_000,
      children: [
        ("strategicPartnerships", 110_000_000), ("businessDevelopment", 55_000_000),
        ("marketingCommunityGrowth", 33_000_000), ("legalCompliance", 22_000_000),
      ]),
    Row(
      name: "A07 burn and reserve", tokens: 137_000_000,
      children: [
        ("deflationaryBurn", 82_000_000), ("emergencyReserve", 35_000_000),
        ("protocolUpgradeReserve", 20_000_000),
      ]),
    Row(name: "A08 BIVE swap", tokens: 110_000_000, children: [("swapPool", 110_000_000)]),
    Row(
      name: "A09 team and advisors", tokens: 100_000_000,
      children: [
        ("coreTeam", 60_000_000), ("advisoryBoard", 25_000_000), ("earlyContributors", 15_000_000),
      ]),
    Row(
      name: "A10 community DAO", tokens: 100_000_000,
      children: [
        ("governanceParticipation", 40_000_000), ("communityInitiatives", 30_000_000),
        ("ambassadorProgram", 20_000_000), ("educationResearchGrants", 10_000_000),
      ]),
    Row(
      name: "A11 BIVE bonus", tokens: 33_000_000,
      children: [("earlyHolderBonus", 20_000_000), ("loyaltyRewards", 13_000_000)]),
  ]

  /// A state of the file alone, without grants.
  private func state(_ name: String) throws -> EconomyState {
    EconomyState(genesis: try Fixtures.document(name).genesis(), secret: Fixtures.secret)
  }

  @Test(
    "A01 A02 A03 A04 A05 A06 A07 A08 A09 A10 A11 at genesis, bucket by bucket", arguments: dtaRows)
  func dtaAllocations(row: Row) throws {
    let document = try Fixtures.document("dta")
    let state = try state("dta")
    var sum: UInt128 = 0
    for (id, tokens) in row.children {
      let child = try #require(document.allocations.flatMap(\.children).first { $0.id == id })
      let held = child.wallets.reduce(0 as UInt128) {
        $0 + state.balance(of: SystemAddress.account($1.account)).units
      }
      #expect(held == tokens * 10_000, "\(id)")
      sum += held
    }
    #expect(sum == row.tokens * 10_000)
  }

  /// A01 to A11: all 28 wallets and nobody else hold the whole supply.
  @Test("A01 to A11: 28 wallets and nobody else hold the whole supply")
  func dtaHas28Wallets() throws {
    try expectWallets("dta", 28)
  }

  /// X18: the wallets hold 100% of 21,000,000.
  @Test("X18 allocations sum to 100% of 21,000,000")
  func bttAllocationsX18() throws {
    try expectWallets("btt", nil)
    let document = try Fixtures.document("btt")
    let expected: [(String, UInt128)] = [
      ("bitwave", 2_100_000), ("cdh", 1_050_000), ("mdao", 630_000), ("web3kn", 630_000),
      ("cryptoseed", 420_000), ("teamAdvisors", 1_680_000), ("foundation", 3_570_000),
      ("mining", 6_300_000), ("community", 2_520_000), ("ecosystemFund", 1_470_000),
      ("liquidity", 420_000), ("strategicReserve", 210_000),
    ]
    // Some wallets take part in two allocations, so the shares are summed, not the balances.
    #expect(document.allocations.map(\.id) == expected.map(\.0))
    for (allocation, (id, tokens)) in zip(document.allocations, expected) {
      let held = allocation.children.flatMap(\.wallets).reduce(0 as UInt128) {
        $0 + $1.amount.units
      }
      #expect(held == tokens * 1_000_000_000_000_000_000, "\(id)")
    }
    #expect(expected.reduce(0) { $0 + $1.1 } == 21_000_000)
  }

  private func expectWallets(_ name: String, _ count: Int?) throws {
    let state = try state(name)
    let wallets = state.genesis.wallets
    if let count { #expect(wallets.count == count) }
    var sums: [String: UInt128] = [:]
    for wallet in wallets { sums[wallet.name, default: 0] += wallet.units.units }
    var total: UInt128 = 0
    for (name, units) in sums {
      let foundAccount = state.ledger.accounts.find(SystemAddress.account(name))
      let account = try #require(foundAccount, "\(name)")
      #expect(state.ledger.accounts[account].balance.units == units, "\(name)")
      #expect(state.ledger.accounts[account].flags == .system, "\(name)")
      total += units
    }
    #expect(total == state.genesis.token.supply.units)
    #expect(state.totalSupply() == state.genesis.token.supply)
    let accounts = state.ledger.accounts.count
    var others: UInt128 = 0
    for row in 0..<accounts { others += state.ledger.accounts.table[row].balance.units }
    #expect(others == total, "nobody else holds anything")
    #expect(state.balance(of: .zero) == .zero)
    #expect(state.invariants() == [])
    let events = state.ledger.events.records.count
    #expect(events == wallets.count, "each wallet's share is announced")
  }

  /// T01, T08, T09; X01.
  @Test("T01 T08 T09 X01 name, decimals and supply in the genesis")
  func tokenFacts() throws {
    let dta = try state("dta").genesis.token
    #expect(dta.name == "Digital Twin AI Token" && dta.symbol == "DTA")
    #expect(dta.decimals == 4 && dta.supply == Amount(1_000_000_000 * 10_000))
    let btt = try state("btt").genesis.token
    #expect(btt.symbol == "BTT" && btt.decimals == 18)
    let supply: UInt128 = 21_000_000 * 1_000_000_000_000_000_000
    #expect(btt.supply.units == supply)
  }

  @Test(arguments: ["dta", "btt"]) func namedAccountsAreSystem(economy: String) throws {
    let state = try state(economy)
    let names = state.genesis.accountNames
    #expect(Set(names).count == names.count)
    #expect(names.last == SystemAddress.burnedName)
    for name in names {
      let foundAccount = state.ledger.accounts.find(SystemAddress.account(name))
      let account = try #require(foundAccount)
      #expect(state.ledger.accounts[account].flags == .system, "\(name)")
    }
    #expect(names.contains(state.genesis.network.feeAccount))
  }

  /// Grants move units between accounts and never change the supply.
  @Test(arguments: ["dta", "btt"]) func grantsComeOutOfWallets(economy: String) throws {
    let state = try Fixtures.state(economy)
    let unit = Fixtures.unit(state.genesis)
    for (to, tokens) in Fixtures.grants { #expect(state.balance(of: to).units == tokens * unit) }
    #expect(state.totalSupply() == state.genesis.token.supply)
    #expect(state.invariants() == [])
    let weight = state.ledger.weights.total(before: 1)
    #expect(weight == (economy == "btt" ? 1_510 * unit : 0), "liquid weights vote in BTT alone")
  }

  @Test(arguments: ["dta", "btt"]) func parametersStandInTheState(economy: String) throws {
    let state = try state(economy)
    #expect(!state.genesis.parameters.isEmpty)
    #expect(state.ledger.parameters.table.count == state.genesis.parameters.count)
    for (row, seed) in state.genesis.parameters.enumerated() {
      let parameter = state.ledger.parameters.table[row]
      #expect(parameter.value == seed.value && parameter.minimum == seed.minimum)
      #expect(parameter.maximum == seed.maximum && parameter.maximumStep == seed.maximumStep)
      #expect(parameter.value >= parameter.minimum && parameter.value <= parameter.maximum)
      #expect(state.ledger.contents[parameter.pointer] == Array(seed.pointer.utf8))
    }
  }

  /// The same genesis gives the same root in every process; another time or grant gives another.
  @Test func rootIsAFunctionOfTheGenesis() throws {
    let genesis = try Fixtures.genesis()
    var one = EconomyState(genesis: genesis, secret: Fixtures.secret)
    var two = EconomyState(genesis: genesis, secret: HashSecret(1, 2))
    var bare = EconomyState(genesis: genesis.with(grants: []), secret: Fixtures.secret)
    let roots = [one.stateRoot(), two.stateRoot(), bare.stateRoot()]
    #expect(roots[0] == roots[1] && roots[0] != roots[2])
    let document = try Fixtures.document("dta")
    let (early, late) = (document.genesis(at: LogicalTime(1)), document.genesis(at: LogicalTime(2)))
    #expect(early.identity != late.identity)
  }
}
