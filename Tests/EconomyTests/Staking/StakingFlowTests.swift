import Ledger
import Primitives
import Testing

@testable import Economy

/// What flows between operations: the demand that coverage is measured by, and nothing where there
/// is nothing to move.
@Suite struct StakingFlowTests {
  private static let day = StakingFixture.day
  private static let alice = StakingFixture.account(1)
  private static let bob = StakingFixture.account(2)

  /// Lets the member of a network of pools stake what a wallet gives it.
  private static func stake(
    _ units: Amount, days: UInt64, from wallet: String, _ state: inout EconomyState
  ) throws -> Staking.ReceiptID {
    let member = state.ledger.account(PoolsNetwork.member)
    let wallet = state.ledger.account(SystemAddress.account(wallet))
    state.ledger.post(.token, units, from: wallet, to: member)
    let stake = Staking.Stake(amount: units, lock: Seconds(days * day))
    #expect(state.attempt(.staking(.stake(stake)), by: PoolsNetwork.member) == nil)
    return try #require(state.positions(of: PoolsNetwork.member).first)
  }

  /// 1,000 DTA at 8% weigh 8 × 10^13; a unit is 10^8 × 31,536,000 of weight × seconds. Alone for
  /// 40,000 s they could earn 1,014 units, and two of them to the epoch's end 3,368 in all; the
  /// ceiling's remainder is carried over the change.
  @Test("D05 F4 the pool's demand is what the rates alone would have paid, rounded down")
  func demandIsNoted() throws {
    var world = try StakingFixture("dta", [(Self.alice, 10_000_000), (Self.bob, 10_000_000)])
    let found = world.state.poolIndex("pool.staking")
    let pool = try #require(found)
    world.advance(to: 5)
    _ = try world.stake(10_000_000, days: 30, by: Self.alice)
    #expect(world.state.pools.pools[pool.row].demanded == .zero)
    world.advance(to: 40_005)
    _ = try world.stake(10_000_000, days: 30, by: Self.bob)
    let scale: UInt128 = 100_000_000 * 31_536_000
    let alone: UInt128 = 80_000_000_000_000 * 40_000
    #expect(alone / scale == 1_014)
    #expect(world.state.pools.pools[pool.row].demanded == Amount(1_014))
    world.advance(to: Self.day)
    let all = alone + 160_000_000_000_000 * (86_400 - 40_005)
    #expect(all / scale == 3_368)
    #expect(world.state.pools.pools[pool.row].demanded == Amount(3_368))
    #expect(try world.state.poolFacts("pool.staking").coverage == .whole)
  }

  /// Bonuses of 20 + 15 + 10 + 25 percent, which a vote caps at 60.
  @Test("F5 a vote on the bonuses' cap alone counts from the next epoch")
  func bonusCapReprices() throws {
    var world = try StakingFixture("dta", [(Self.alice, 10_000_000)])
    _ = try world.stake(10_000_000, days: 30, by: Self.alice)
    for bonus in 0..<4 as Range<UInt8> { try world.score(Self.alice, bonus, 10_000) }
    #expect(world.rewards().totalWeight == 10_000_000 * 800 * 17_000)
    let change = Parameters.Set(pointer: "/staking/bonuses/aggregateCapBps", value: 6_000)
    let refusal = world.state.attempt(.parameters(.set(change)), by: PoolsNetwork.governor)
    #expect(refusal == nil)
    world.advance(to: Self.day - 1)
    #expect(world.rewards().totalWeight == 10_000_000 * 800 * 17_000)
    world.advance(to: Self.day)
    #expect(world.rewards().totalWeight == 10_000_000 * 800 * 16_000)
    #expect(world.faults().isEmpty)
  }

  /// All weights together fit the accumulator at any rate: what a unit weighs is at most 2^110 over
  /// the supply, rounded down.
  @Test("F0 two halves of the supply fit the accumulator at any rate")
  func weightsFitAtAnyRate() throws {
    var world = try StakingFixture("btt", [])
    let supply = Denomination.btt.supply.units
    let row = try #require(
      StakingPeriod(
        duration: Seconds(1), apr: .whole, minimum: .zero, rewardBurn: BasisPoints(0)))
    world.state.staking.terms.rates = .periods(try #require(PeriodTable([row])))
    let owner = world.state.ledger.account(Self.alice)
    let half = world.state.stakeWeight(
      Amount(supply / 2), tier: 0, lock: 0, isPastLock: false, of: owner)
    #expect(half.value == supply / 2 * ((1 << 110) / supply))
    #expect(half.adding(half) != nil)
  }

  @Test("F4 an epoch without stakes moves nothing", arguments: ["dta", "btt"])
  func emptyEpochsMoveNothing(_ economy: String) throws {
    var world = try StakingFixture(economy, [])
    world.advance(to: Self.day)
    #expect(world.state.words(0, 0).isEmpty)
  }

  @Test("F6 a claim of nothing moves nothing", arguments: ["dta", "btt"])
  func emptyClaimsMoveNothing(_ economy: String) throws {
    let units: UInt128 = economy == "dta" ? 10_000_000 : 60_000_000_000_000_000_000_000
    var world = try StakingFixture(economy, [(Self.alice, units)])
    world.advance(to: 10)
    let id = try world.stake(units, days: 365, by: Self.alice)
    let moved = world.state.words(0, 0).count
    #expect(try world.claim(id, by: Self.alice) == 0)
    #expect(world.state.words(0, 0).count == moved)
  }

  /// The first row of BTT burns nothing, and its rate stays when the lock ends: no unit moves.
  @Test("S07 a lock's end moves nothing where no reward burns")
  func lockEndsMoveNothing() throws {
    let units: UInt128 = 10_000_000_000_000_000_000_000
    var world = try StakingFixture("btt", [(Self.alice, units)])
    world.advance(to: 100)
    let id = try world.stake(units, days: 30, by: Self.alice)
    world.advance(to: 30 * Self.day + 99)
    let payable = world.held("staking.payable")
    world.advance(to: 30 * Self.day + 100)
    #expect(world.state.words(0, 0).isEmpty)
    #expect(world.held("staking.payable") == payable)
    #expect(try world.state.pending(id) > .zero)
  }

  /// The burn of a penalty is one of the economy's: the limits count it and the reserve matches it.
  @Test("F7 F9 leaving early burns under the limits and ends the lock's timer")
  func exitsBurnUnderTheLimits() throws {
    var world = try StakingFixture("dta", [(Self.alice, 1_000_000_000)])
    let id = try world.stake(1_000_000_000, days: 30, by: Self.alice)
    let timer = world.state.staking.positions[0].timer
    #expect(timer != 0)
    // A fifth of the principal for the whole lock; half of it burns.
    try world.run(.exitEarly(Staking.ExitEarly(position: id)), by: Self.alice)
    #expect(world.state.burnFacts().epochBurned == Amount(100_000_000))
    #expect(world.state.burnFacts().yearBurned == Amount(100_000_000))
    let isLeft = world.state.ledger.cancelTimer(timer)
    #expect(!isLeft)
    world.state.closeScope()
    world.advance(to: Self.day)
    #expect(world.state.burnFacts().matched == Amount(100_000_000))
  }

  /// The row of a year burns 5% of a reward. The limits, where they are not asked, count nothing.
  @Test("F7b where the file says so rewards burn beside the limits")
  func rewardsBurnBesideTheLimits() throws {
    let overlay = """
      { "staking": { "rewardBurn": { "subjectToBurnCaps": false } } }
      """
    var state = try PoolsNetwork.btt(overlays: [overlay])
    let units = Amount(60_000_000_000_000_000_000_000)
    let id = try Self.stake(units, days: 365, from: "pool.mining", &state)
    let claim = Economy.Operation.staking(.claim(Staking.Claim(position: id)))
    let moved = state.words(0, 0).count
    #expect(state.attempt(claim, by: PoolsNetwork.member) == nil)
    #expect(state.words(0, 0).count == moved)
    state.advance(to: Self.day + 7)
    let pending = try state.pending(id).units
    let burned = state.balance(of: .zero).units
    #expect(state.attempt(claim, by: PoolsNetwork.member) == nil)
    #expect(pending > 0 && state.balance(of: .zero).units == burned + pending * 500 / 10_000)
    #expect(state.burnFacts().epochBurned == .zero)
  }

  /// 8% on 1,000 DTA make the least compound, 1 DTA, within 394,200 s and a few more.
  @Test("F6 exactly the least sum compounds, and not a unit less")
  func leastCompound() throws {
    var world = try StakingFixture("dta", [(Self.alice, 10_000_000)])
    let id = try world.stake(10_000_000, days: 30, by: Self.alice)
    let compound = Staking.Operation.compound(Staking.Compound(position: id))
    var time: UInt64 = 394_100
    world.advance(to: time)
    while try world.state.pending(id) < Amount(10_000) {
      let refusal = world.refusal(compound, by: Self.alice)
      #expect(refusal?.code == Staking.Code.pendingBelowMinimum.rawValue)
      time += 10
      world.advance(to: time)
    }
    #expect(try world.state.pending(id) == Amount(10_000))
    try world.run(compound, by: Self.alice)
    #expect(try world.state.position(id).principal == Amount(10_010_000))
  }

  /// The old lock's timer goes with it: the position stays locked until the new end.
  @Test("F6 where the file says so compounding begins the lock anew")
  func compoundingRelocks() throws {
    let overlay = """
      { "staking": { "compound": { "relocks": true } } }
      """
    var state = try PoolsNetwork.dta(overlays: [overlay])
    let units = Amount(10_000_000)
    let id = try Self.stake(units, days: 30, from: "swap.pool", &state)
    state.advance(to: 5 * Self.day)
    let compound = Economy.Operation.staking(.compound(Staking.Compound(position: id)))
    #expect(state.attempt(compound, by: PoolsNetwork.member) == nil)
    let unstake = Economy.Operation.staking(.unstake(Staking.Unstake(position: id)))
    state.advance(to: 35 * Self.day - 1)
    let early = state.attempt(unstake, by: PoolsNetwork.member)
    #expect(early?.code == Staking.Code.lockNotEnded.rawValue)
    state.advance(to: 35 * Self.day)
    #expect(state.attempt(unstake, by: PoolsNetwork.member) == nil)
  }

  /// What later modules ask: a bonus by its name, a score above the whole, a bonus that is not
  /// there.
  @Test("F5 scores count at most the whole, and only for bonuses that there are")
  func scoresKeepToTheBonuses() throws {
    var world = try StakingFixture("dta", [(Self.alice, 10_000_000)])
    _ = try world.stake(10_000_000, days: 30, by: Self.alice)
    let account = world.state.ledger.account(Self.alice)
    #expect(world.state.stakingBonus("governanceVoting") == 2)
    #expect(world.state.stakingBonus("governance") == nil)
    world.state.setBonusScore(account, bonus: 4, score: .whole)
    let code = Staking.Event.bonusScoreSet.rawValue
    #expect(world.state.words(Staking.number, code).isEmpty)
    world.state.setBonusScore(account, bonus: 2, score: BasisPoints(20_000))
    #expect(
      world.state.words(Staking.number, code) == [
        [Word(Self.alice), Word(2 as UInt128), Word(10_000 as UInt128)]
      ])
    #expect(world.rewards().totalWeight == 10_000_000 * 800 * 11_000)
    world.state.closeScope()
  }
}
