import EconomyFile
import Primitives
import Testing

@Suite struct OverlayTests {
  @Test func developmentNetworkOfDTA() throws {
    let economy = try EconomyFile.load(text: Economies.dta, overlays: [Economies.dev])
    #expect(economy.network.development)
    #expect(economy.access.unboundNames == [])
    #expect(
      economy.access.address(of: "admin")?.bytes.prefix(4) == [0xf3, 0x9f, 0xd6, 0xe5])
    let balances = economy.genesisBalances()
    #expect(balances.reduce(Amount.zero) { $0 + $1.amount } == economy.token.totalSupply)
    let funded = balances.filter {
      if case .address = $0.holder { true } else { false }
    }
    #expect(funded.count == 10)
    #expect(funded.allSatisfy { $0.amount == Amount(10_000_000_000) })
    #expect(
      balances.first { $0.holder == .named("treasury.business") }?.amount
        == Amount(450_000_000_000))
    #expect(try EconomyFile.load(text: EconomyFile.text(economy)) == economy)
  }

  @Test func developmentNetworkOfBTT() throws {
    let economy = try EconomyFile.load(text: Economies.btt, overlays: [Economies.devBTT])
    #expect(economy.access.unboundNames == [])
    let balances = economy.genesisBalances()
    #expect(balances.reduce(Amount.zero) { $0 + $1.amount } == economy.token.totalSupply)
    #expect(
      balances.first { $0.holder == .named("fund.liquidity") }?.amount
        == Amount(410_000_000_000_000_000_000_000))
    // Two wallets of the escrow are one account.
    #expect(
      balances.first { $0.holder == .named("escrow.milestoneBurn") }?.amount
        == Amount(370_000_000_000_000_000_000_000))
  }

  @Test func objectsMergeAndEverythingElseReplaces() throws {
    let economy = try EconomyFile.load(
      text: Economies.dta,
      overlays: [
        "{\"network\":{\"chainId\":5,\"gas\":{\"token.transfer\":36}}} // one",
        "{\"network\":{\"chainId\":6},\"hardLimits\":[\"only this\"]}",
      ])
    #expect(economy.network.chainID == 6)
    #expect(economy.network.gas(module: "token", operation: "transfer") == 36)
    #expect(economy.network.gas(module: "token", operation: "approve") == 30)
    #expect(economy.section("hardLimits") == .array([.string("only this")]))
  }

  @Test func grantsOfSeveralOverlaysAddUp() throws {
    let economy = try EconomyFile.load(
      text: Economies.dta,
      overlays: [
        Economies.dev,
        """
        {"grants":[{"to":"arbiter","tokens":"0.0001","from":"team.core"},
          {"to":"fund.growth","tokens":"2","units":"20000","from":"team.core"}]}
        """,
      ])
    #expect(economy.grants.count == 12)
    let balances = economy.genesisBalances()
    #expect(balances.first { $0.holder == .named("fund.growth") }?.amount == Amount(20_000))
    #expect(
      balances.first { $0.holder == .named("team.core") }?.amount == Amount(599_999_979_999))
    #expect(balances.reduce(Amount.zero) { $0 + $1.amount } == economy.token.totalSupply)
  }

  @Test(arguments: [
    ("\"to\":\"arbiter\",\"tokens\":\"1\",\"from\":\"team.core\"", "/grants/0/to", "no address"),
    ("\"to\":\"0x00\",\"tokens\":\"1\",\"from\":\"team.core\"", "/grants/0/to", "is no address"),
    (
      "\"to\":\"0x0000000000000000000000000000000000000000\","
        + "\"tokens\":\"1\",\"from\":\"team.core\"",
      "/grants/0/to", "zero address"
    ),
    ("\"to\":\"nobody\",\"tokens\":\"1\",\"from\":\"team.core\"", "/grants/0/to", "neither"),
    (
      "\"to\":\"fund.growth\",\"tokens\":\"1\",\"from\":\"team.cor\"", "/grants/0/from", "no wallet"
    ),
    (
      "\"to\":\"fund.growth\",\"tokens\":\"60000000.0001\",\"from\":\"team.core\"", "/grants/0",
      "has only 60000000 tokens"
    ),
    (
      "\"to\":\"fund.growth\",\"tokens\":\"1\",\"units\":\"1\",\"from\":\"team.core\"",
      "/grants/0/units", "1 units are not 1 tokens"
    ),
  ])
  func refusesUnsoundGrants(grant: String, pointer: String, cause: String) {
    let problems = Economies.problems(Economies.dta, overlays: ["{\"grants\":[{\(grant)}]}"])
    #expect(problems.map(\.pointer) == [pointer])
    #expect(problems.first?.cause.contains(cause) == true)
  }

  @Test func unknownKeysOfAnOverlayAreRefused() {
    let problems = Economies.problems(
      Economies.dta, overlays: ["{\"network\":{\"chainID\":5}}"])
    #expect(problems.map(\.pointer) == ["/network/chainID"])
    #expect(problems.first?.repair == "did you mean \"chainId\"?")
  }
}
