import Primitives
import Testing

@testable import Economy

/// The golden scenarios through the whole economy, to the unit. The expected integers come from a
/// program that shares no code with this one.
@Suite struct StakingGoldenTests {
  private static let alice = StakingFixture.account(1)
  private static let bob = StakingFixture.account(2)
  private static let carol = StakingFixture.account(3)
  private static let donor = StakingFixture.account(4)

  /// GS03: the ceiling binds, then the budget with its backlog; revenue tops the pool up bit by
  /// bit; claims at any cadence (S01 to S08, S10, edge cases 3 and 6).
  @Test func gs03CeilingThenBudget() throws {
    let (alice, bob, carol) = (Self.alice, Self.bob, Self.carol)
    var world = try StakingFixture(
      "dta",
      [
        (alice, 50_000_000), (bob, 600_000_000), (carol, 3_000_000_000_000),
        (Self.donor, 30_000_000),
      ])
    try world.score(bob, 2, 10_000)
    try world.score(carol, 0, 5_000)
    try world.score(carol, 3, 0)

    let first = try world.stake(10_000_000, days: 30, by: alice)
    var facts = try world.state.position(first)
    #expect(facts.tier == "bronze" && facts.apr == BasisPoints(800))
    #expect(facts.bonus == BasisPoints(0) && facts.rho == 8_000_000)
    #expect(facts.weight == 80_000_000_000_000)
    var rewards = world.rewards()
    #expect(rewards.totalWeight == 80_000_000_000_000 && rewards.index == 0)
    #expect(rewards.budget == Amount(657_534_246))
    #expect(rewards.pool == Amount(1_200_000_000_000) && rewards.payable == .zero)

    let second = try world.stake(600_000_000, days: 365, by: bob)
    facts = try world.state.position(second)
    #expect(facts.tier == "gold" && facts.apr == BasisPoints(1_800))
    #expect(facts.bonus == BasisPoints(1_000) && facts.rho == 19_800_000)
    #expect(facts.weight == 11_880_000_000_000_000)
    rewards = world.rewards()
    #expect(rewards.totalWeight == 11_960_000_000_000_000 && rewards.index == 0)
    #expect(rewards.budget == Amount(657_534_246) && rewards.payable == .zero)

    world.advance(to: 129_600)
    let third = try world.stake(3_000_000_000_000, days: 365, by: carol)
    facts = try world.state.position(third)
    #expect(facts.tier == "diamond" && facts.apr == BasisPoints(2_500))
    #expect(facts.bonus == BasisPoints(1_750) && facts.rho == 29_375_000)
    #expect(facts.weight == 88_125_000_000_000_000_000)
    rewards = world.rewards()
    #expect(rewards.totalWeight == 88_136_960_000_000_000_000)
    #expect(rewards.index == 41_095_819_397_993 && rewards.budget == Amount(1_314_740_822))
    #expect(rewards.pool == Amount(1_199_999_508_494) && rewards.payable == Amount(491_506))

    world.advance(to: 259_200)
    try world.run(
      .depositRevenue(Staking.DepositRevenue(amount: Amount(30_000_000))), by: Self.donor)
    rewards = world.rewards()
    #expect(rewards.revenue == Amount(30_000_000) && rewards.epoch == 3)
    #expect(rewards.budget == Amount(657_534_247))

    world.advance(to: 345_600)
    #expect(try world.claim(first, by: alice) == 5_674)
    facts = try world.state.position(first)
    #expect(facts.fraction == 537_511_117_360_000_000_000_000)
    rewards = world.rewards()
    #expect(rewards.index == 70_931_718_888_967)
    #expect(rewards.pool == Amount(1_197_370_863_014))
    #expect(rewards.payable == Amount(2_630_131_312) && rewards.revenue == Amount(29_000_000))
    #expect(world.held(alice) == 40_005_674)

    world.advance(to: 453_600)
    #expect(try world.claim(first, by: alice) == 747)
    facts = try world.state.position(first)
    #expect(facts.fraction == 701_446_882_720_000_000_000_000)
    rewards = world.rewards()
    #expect(rewards.index == 80_271_268_086_034)
    #expect(rewards.pool == Amount(1_196_548_670_206))
    #expect(rewards.payable == Amount(3_453_290_039) && rewards.revenue == Amount(28_033_334))
    #expect(world.held(alice) == 40_006_421)

    #expect(try world.claim(second, by: bob) == 953_622)
    #expect(try world.state.position(second).fraction == 664_862_083_920_000_000_000_000)
    #expect(world.rewards().payable == Amount(3_452_336_417) && world.held(bob) == 953_622)

    #expect(try world.claim(third, by: carol) == 3_452_336_415)
    #expect(try world.state.position(third).fraction == 633_613_125_000_000_000_000_000)
    #expect(world.rewards().payable == Amount(2))
    #expect(world.held("staking.payable") == 2 && world.held(carol) == 3_452_336_415)
    let sum =
      world.held(alice) + world.held(bob) + world.held(carol) + world.held("staking.principal")
      + world.held("staking.payable") + world.held("staking.revenue") + world.held("pool.staking")
    #expect(sum == 4_200_680_000_000)
    #expect(world.faults().isEmpty)
  }

  /// GS12: five rows, the base yield against its budget, burns on claim, the fee share without a
  /// ceiling (Y14, Y15).
  @Test func gs12RowsBurnsAndFeeShare() throws {
    let (h30, h365, h1095) = (Self.alice, Self.bob, Self.carol)
    let token: UInt128 = 1_000_000_000_000_000_000
    var world = try StakingFixture(
      "btt",
      [
        (h30, 1_000 * token), (h365, 50_000 * token), (h1095, 2_000_000 * token + 1),
        (Self.donor, 700 * token),
      ])
    let pool = "pool.community.staking"
    #expect(world.held(pool) == 1_008_000 * token)

    let first = try world.stake(1_000 * token, days: 30, by: h30)
    #expect(try world.state.position(first).rho == 3_000_000)
    #expect(world.rewards().totalWeight == 3_000_000_000_000_000_000_000_000_000)
    #expect(world.rewards().budget == Amount(383_561_643_835_616_438_356))
    let second = try world.stake(50_000 * token, days: 365, by: h365)
    #expect(try world.state.position(second).rho == 12_000_000)
    #expect(world.rewards().totalWeight == 603_000_000_000_000_000_000_000_000_000)
    try world.run(
      .depositFeeShare(Staking.DepositFeeShare(amount: Amount(700 * token))), by: Self.donor)

    world.advance(to: 216_010)
    let third = try world.stake(2_000_000 * token + 1, days: 1_095, by: h1095)
    #expect(try world.state.position(third).rho == 18_000_000)
    #expect(world.rewards().totalWeight == 36_603_000_000_000_000_000_000_018_000_000)
    #expect(world.rewards().index == 68_496_321_664_129)
    #expect(world.rewards().budget == Amount(1_117_643_835_616_438_356_164))

    world.advance(to: 777_601)
    let burnedBefore = world.held(Address.zero)
    #expect(try world.claim(first, by: h30) == 3_458_551_702_175_227_955)
    #expect(world.rewards().index == 161_678_737_092_589)
    #expect(world.state.stakingFeeShare().index == 2_973_515_490_897_460_955_708)
    #expect(world.held(pool) == 1_004_547_940_766_108_574_327_753)
    #expect(world.held("staking.payable") == 3_451_574_197_680_147_905_247)
    #expect(world.held("staking.feeShare") == 203_949_669_034_542_562_703)
    #expect(world.held(Address.zero) == burnedBefore)

    #expect(try world.claim(second, by: h365) == 240_832_654_687_648_777_785)
    #expect(world.held("staking.payable") == 3_354_566_955_424_594_505_247)
    #expect(world.held(Address.zero) == burnedBefore + 4_850_362_112_777_670_000)

    #expect(try world.claim(third, by: h1095) == 3_363_511_300_811_790_928_554)
    #expect(world.held("staking.payable") == 34_505_247)
    #expect(world.held(pool) == 1_004_547_940_766_108_574_327_753)
    #expect(world.held("staking.feeShare") == 203_949_669_034_542_562_703)
    #expect(world.held(Address.zero) == burnedBefore + 340_307_057_655_233_670_000)

    let refusal = world.refusal(
      .stake(Staking.Stake(amount: Amount(49_999 * token), lock: Seconds(365 * 86_400))), by: h30)
    #expect(refusal?.code == Staking.Code.belowMinimum.rawValue)
    #expect(world.faults().isEmpty)
  }
}
