import Ledger
import Primitives
import Testing

@testable import Economy

/// The rows of staking (S01 to S10, Y14, Y15); the numbers are the documents'.
@Suite struct StakingRowsTests {
  private static let day = StakingFixture.day
  private static let alice = StakingFixture.account(1)
  private static let bob = StakingFixture.account(2)
  /// 365 days of seconds, in parts of a rate's 10,000.
  private static let year: UInt128 = 10_000 * 31_536_000

  /// A tier from its least principal on: the rate that each lock sweeps, a unit less below it, and
  /// what a day at the ceiling pays.
  private static func shows(
    _ tier: String, from tokens: UInt128, _ low: UInt128, _ high: UInt128, below: String?
  ) throws {
    let units = tokens * 10_000
    for (days, part) in [(30, 0), (90, 20), (180, 50), (365, 100)] as [(UInt64, UInt128)] {
      var world = try StakingFixture("dta", [(alice, units), (bob, units - 1)])
      let id = try world.stake(units, days: days, by: alice)
      let facts = try world.state.position(id)
      let apr = low + (high - low) * part / 100
      #expect(facts.tier == tier && facts.bonus == BasisPoints(0))
      #expect(facts.apr == BasisPoints(UInt32(apr)), "\(tier), \(days) days")
      #expect(facts.apr.value <= high)
      if let below {
        let other = try world.stake(units - 1, days: days, by: bob)
        #expect(try world.state.position(other).tier == below)
      } else {
        let stake = Staking.Stake(amount: Amount(units - 1), lock: Seconds(days * day))
        let refusal = world.refusal(.stake(stake), by: bob)
        #expect(refusal?.code == Staking.Code.belowMinimum.rawValue)
      }
      world.advance(to: day)
      let promised = units * apr * 86_400 / year
      let pending = try world.state.pending(id).units
      #expect(pending <= promised && pending + 2 >= promised, "\(tier), \(days) days")
      #expect(world.faults().isEmpty)
    }
  }

  @Test("S01 bronze: 1,000 DTA, 8 to 12%")
  func bronze() throws { try Self.shows("bronze", from: 1_000, 800, 1_200, below: nil) }

  @Test("S02 silver: 10,000 DTA, 10 to 15%")
  func silver() throws { try Self.shows("silver", from: 10_000, 1_000, 1_500, below: "bronze") }

  @Test("S03 gold: 50,000 DTA, 12 to 18%")
  func gold() throws { try Self.shows("gold", from: 50_000, 1_200, 1_800, below: "silver") }

  @Test("S04 platinum: 100,000 DTA, 15 to at most 22%")
  func platinum() throws { try Self.shows("platinum", from: 100_000, 1_500, 2_200, below: "gold") }

  @Test("S05 diamond: 500,000 DTA, 18 to 25%")
  func diamond() throws {
    try Self.shows("diamond", from: 500_000, 1_800, 2_500, below: "platinum")
  }

  @Test("S06 bonuses: 5% of the rate when eligible, to 20/15/10/25% by score, all four +70%")
  func bonuses() throws {
    let maxima: [UInt32] = [2_000, 1_500, 1_000, 2_500]
    var world = try StakingFixture("dta", [(Self.alice, 5_000_000_000)])
    let id = try world.stake(5_000_000_000, days: 365, by: Self.alice)
    #expect(world.state.bonuses().map(\.highest.value) == maxima)
    #expect(world.state.bonuses().map(\.lowest.value) == [500, 500, 500, 500])
    var sum: UInt32 = 0
    for (place, maximum) in maxima.enumerated() {
      for score in [0, 5_000, 10_000] as [UInt32] {
        try world.score(Self.alice, UInt8(place), score)
        let bonus = 500 + (maximum - 500) * score / 10_000
        #expect(try world.state.position(id).bonus == BasisPoints(sum + bonus))
      }
      sum += maximum
    }
    // Relative to the rate, not points on it: 25% raised by 70% is 42.5%.
    let facts = try world.state.position(id)
    #expect(facts.bonus == BasisPoints(7_000) && facts.apr == BasisPoints(2_500))
    #expect(facts.rho == 42_500_000)
    world.advance(to: Self.day)
    let promised = 5_000_000_000 * 4_250 * 86_400 / Self.year
    let pending = try world.state.pending(id).units
    #expect(pending <= promised && pending + 2 >= promised)
    #expect(world.faults().isEmpty)
  }

  @Test("S07 the flow: tier and lock, base and bonus, units to the contract, receipt, votes")
  func flow() throws {
    var world = try StakingFixture("dta", [(Self.alice, 600_000_000)])
    try world.score(Self.alice, 2, 10_000)
    let id = try world.stake(500_000_000, days: 180, by: Self.alice)
    let facts = try world.state.position(id)
    #expect(facts.tier == "gold" && facts.apr == BasisPoints(1_500))
    #expect(facts.bonus == BasisPoints(1_000) && facts.isLocked)
    #expect(facts.lockEnd == world.state.genesis.time + Seconds(180 * Self.day))
    #expect(world.held(Self.alice) == 100_000_000)
    #expect(world.held("staking.principal") == 500_000_000)
    #expect(try world.state.receiptOwner(id) == Self.alice)
    #expect(try world.state.receiptCount(of: Self.alice) == 1)
    #expect(world.state.votes(of: Self.alice) == 500_000_000)
    #expect(world.faults().isEmpty)
  }

  @Test("S08 all twenty rates lie between 8 and 25%, and are ceilings")
  func range() throws {
    let world = try StakingFixture("dta", [(Self.alice, 1)])
    let rates = world.state.stakingRates().map(\.promised.value)
    #expect(rates.count == 20 && rates.min() == 800 && rates.max() == 2_500)
    // Literally 500,000,000 at 25% would be 125,000,000 a year of a pool of 120,000,000: the
    // epoch's budget is what is paid.
    var full = try StakingFixture("dta", [(Self.alice, 3_000_000_000_000)])
    let id = try full.stake(3_000_000_000_000, days: 365, by: Self.alice)
    full.advance(to: Self.day)
    let budget: UInt128 = 240_000_000_000 / 365
    let pending = try full.state.pending(id).units
    #expect(pending <= budget && pending + 2 >= budget)
    #expect(full.rewards().coverage < .whole && full.rewards().shortfall > .zero)
  }

  @Test("S09 compounding pays on the larger principal and never more than the ceiling on it")
  func compounds() throws {
    var world = try StakingFixture("dta", [(Self.alice, 1_000_000_000), (Self.bob, 1_000_000_000)])
    let first = try world.stake(1_000_000_000, days: 365, by: Self.alice)
    let second = try world.stake(1_000_000_000, days: 365, by: Self.bob)
    var most: UInt128 = 1_000_000_000
    for week in 1...20 as ClosedRange<UInt64> {
      world.advance(to: week * 7 * Self.day)
      most += most * 2_200 * 7 * 86_400 / Self.year + 1
      try world.run(.compound(Staking.Compound(position: first)), by: Self.alice)
    }
    let compounded = try world.state.position(first)
    let simple = try world.state.position(second)
    #expect(compounded.principal > simple.principal + simple.pending)
    #expect(compounded.principal.units <= most)
    #expect(compounded.lockEnd == simple.lockEnd)
    #expect(world.faults().isEmpty)
  }

  @Test("S10 the reward is the sum over segments of principal, base and bonus")
  func segments() throws {
    var world = try StakingFixture("dta", [(Self.alice, 1_000_000_000)])
    let id = try world.stake(1_000_000_000, days: 365, by: Self.alice)
    var time: UInt64 = 0
    var due: UInt128 = 0
    var draws = Draws(71)
    var bonus: UInt128 = 0
    for segment in 1...24 as ClosedRange<UInt128> {
      let length = draws.within(1...9 * Self.day)
      time += length
      due += 1_000_000_000 * 2_200 * (10_000 + bonus) * UInt128(length)
      world.advance(to: time)
      let exact = due / (Self.year * 10_000)
      let pending = try world.state.pending(id).units
      #expect(pending <= exact && pending + 2 * segment >= exact, "segment \(segment)")
      let score = UInt32(draws.within(0...10_000))
      try world.score(Self.alice, 3, score)
      bonus = UInt128(500 + 2_000 * score / 10_000)
    }
    #expect(world.faults().isEmpty)
  }

  // BTT

  private static let token: UInt128 = 1_000_000_000_000_000_000
  private static let rows: [(days: UInt64, apr: UInt32, tokens: UInt128, burn: UInt128)] = [
    (30, 300, 1_000, 0), (90, 500, 5_000, 0), (180, 800, 10_000, 0), (365, 1_200, 50_000, 500),
    (1_095, 1_800, 100_000, 1_000),
  ]

  @Test("Y14 claims burn 5% of a 12-month row's rewards, 10% of a 36-month row's")
  func rewardBurns() throws {
    for row in Self.rows {
      let units = row.tokens * Self.token
      var world = try StakingFixture("btt", [(Self.alice, units)])
      let id = try world.stake(units, days: row.days, by: Self.alice)
      var burned: UInt128 = 0
      for week in 1...4 as ClosedRange<UInt64> {
        world.advance(to: week * 7 * Self.day)
        let pending = try world.state.pending(id).units
        let paid = try world.claim(id, by: Self.alice)
        #expect(pending > 0 && paid == pending - pending * row.burn / 10_000)
        burned += pending * row.burn / 10_000
        // Rewards burn, principal never does.
        #expect(world.held(Address.zero) == burned, "\(row.days) days")
        #expect(world.held("staking.principal") == units)
      }
      #expect(world.faults().isEmpty)
    }
  }

  @Test("Y15 five terms: 3/5/8/12/18% from 1K/5K/10K/50K/100K, each with its benefits")
  func terms() throws {
    let benefits = [
      Staking.Benefits.none,
      Staking.Benefits(
        feeDiscount: BasisPoints(0), voteMultiplier: .whole, computePriority: true,
        specialService: false),
      Staking.Benefits(
        feeDiscount: BasisPoints(2_000), voteMultiplier: .whole, computePriority: true,
        specialService: false),
      Staking.Benefits(
        feeDiscount: BasisPoints(2_000), voteMultiplier: BasisPoints(15_000),
        computePriority: true, specialService: false),
      Staking.Benefits(
        feeDiscount: BasisPoints(2_000), voteMultiplier: BasisPoints(15_000),
        computePriority: true, specialService: true),
    ]
    for (row, benefit) in zip(Self.rows, benefits) {
      let units = row.tokens * Self.token
      var world = try StakingFixture("btt", [(Self.alice, units)])
      for (amount, days, code) in [
        (units - 1, row.days, Staking.Code.belowMinimum),
        (units, row.days + 1, Staking.Code.unknownLock),
      ] {
        let stake = Staking.Stake(amount: Amount(amount), lock: Seconds(days * Self.day))
        #expect(world.refusal(.stake(stake), by: Self.alice)?.code == code.rawValue)
      }
      let id = try world.stake(units, days: row.days, by: Self.alice)
      #expect(try world.state.position(id).apr == BasisPoints(row.apr))
      #expect(try world.state.benefits(id) == benefit, "\(row.days) days")
      world.advance(to: Self.day)
      let promised = row.tokens * Self.token / Self.year * UInt128(row.apr) * 86_400
      let pending = try world.state.pending(id).units
      #expect(pending <= promised + Self.year && pending + Self.year * 1_000_000 >= promised)
      #expect(world.faults().isEmpty)
    }
  }
}
