import Economy
import Primitives
import Testing

/// The golden scenarios GS03 and GS12, step by step, to the unit.
@Suite struct StakingGoldenRulesTests {
  @Test func gs03CeilingThenBudget() throws {
    let schedule = try #require(try EconomyTables(.dta).pool("pool.staking"))
    let (table, bonuses) = try StakingRulesTests.dta()
    var book = StakingBook(
      schedule: schedule, source: Amount(1_200_000_000_000), smoothingEpochs: 30)
    func rate(_ principal: UInt128, _ days: UInt64, _ scores: [BasisPoints?]) throws -> RewardRate {
      let tier = try #require(table.tier(for: Amount(principal)))
      let lock = try #require(table.lock(of: Seconds(days * 86_400)))
      return try #require(
        RewardRate(
          apr: table.tiers[tier].apr(at: table.locks[lock].range),
          bonus: bonuses.bonus(scores: scores)))
    }
    func stake(_ principal: UInt128, _ rate: RewardRate, at time: UInt64) throws {
      try book.stake(
        try #require(StakeWeight(Amount(principal), at: rate)), at: LogicalTime(time))
    }

    let alice = try rate(10_000_000, 30, [])
    #expect(alice.apr == BasisPoints(800) && alice.rho == 8_000_000)
    try stake(10_000_000, alice, at: 0)
    #expect(book.positions[0].weight.value == 80_000_000_000_000)
    #expect(book.accumulator.index(at: LogicalTime(0)).value == 0)
    #expect(book.accumulator.budget == Amount(657_534_246))

    let bob = try rate(600_000_000, 365, [nil, nil, .whole, nil])
    #expect(bob.apr == BasisPoints(1_800) && bob.bonus == BasisPoints(1_000))
    #expect(bob.rho == 19_800_000)
    try stake(600_000_000, bob, at: 0)
    #expect(book.accumulator.weight.value == 11_960_000_000_000_000)
    #expect(book.source == Amount(1_200_000_000_000) && book.payable == .zero)

    let carol = try rate(3_000_000_000_000, 365, [BasisPoints(5_000), nil, nil, BasisPoints(0)])
    #expect(carol.bonus == BasisPoints(1_750) && carol.rho == 29_375_000)
    try stake(3_000_000_000_000, carol, at: 129_600)
    #expect(book.accumulator.weight.value == 88_136_960_000_000_000_000)
    #expect(book.accumulator.index(at: LogicalTime(129_600)).value == 41_095_819_397_993)
    #expect(book.accumulator.budget == Amount(1_314_740_822))
    #expect(book.source == Amount(1_199_999_508_494) && book.payable == Amount(491_506))

    book.advance(to: LogicalTime(259_200))
    book.revenue += Amount(30_000_000)
    #expect(book.accumulator.budget == Amount(657_534_247) && book.epoch == EpochNumber(3))

    #expect(book.claim(0, at: LogicalTime(345_600)) == Amount(5_674))
    #expect(book.positions[0].fraction == 537_511_117_360_000_000_000_000)
    #expect(book.positions[0].paid.value == 70_931_718_888_967)
    #expect(book.source == Amount(1_197_370_863_014))
    #expect(book.payable == Amount(2_630_131_312) && book.revenue == Amount(29_000_000))

    let last = LogicalTime(453_600)
    #expect(book.claim(0, at: last) == Amount(747))
    #expect(book.positions[0].fraction == 701_446_882_720_000_000_000_000)
    #expect(book.accumulator.index(at: last).value == 80_271_268_086_034)
    #expect(book.source == Amount(1_196_548_670_206))
    #expect(book.payable == Amount(3_453_290_039) && book.revenue == Amount(28_033_334))
    #expect(book.claim(1, at: last) == Amount(953_622))
    #expect(book.positions[1].fraction == 664_862_083_920_000_000_000_000)
    #expect(book.payable == Amount(3_452_336_417))
    #expect(book.claim(2, at: last) == Amount(3_452_336_415))
    #expect(book.positions[2].fraction == 633_613_125_000_000_000_000_000)
    #expect(book.payable == Amount(2))

    #expect(book.progress.spent == Amount(3_453_296_460))
    #expect(schedule.cumulative(at: book.epoch.next) == Amount(3_945_205_479))
    // Source, payable, revenue and what was paid: the opening pool and the revenue, to the unit.
    let paid = book.paid.reduce(.zero, +)
    #expect(
      book.source + book.payable + book.revenue + paid == Amount(1_200_000_000_000 + 30_000_000))
  }

  /// Fee shares: a second accumulator over principal, fed by a seventh of its account each epoch.
  struct FeeShare {
    var accumulator = Accumulator(ceiling: .none, opening: LogicalTime(0))
    var account = Amount.zero
    var payable = Amount.zero

    mutating func move(_ due: Amount) {
      account -= due
      payable += due
    }

    mutating func advance(to time: LogicalTime) {
      while accumulator.epochEnd <= time {
        move(accumulator.closeEpoch())
        accumulator.openEpoch(budget: PoolsRules.smoothed(account, over: 7), source: account)
      }
    }
  }

  struct GS12 {
    var book: StakingBook
    var fees = FeeShare()
    var feePositions: [RewardPosition] = []
    var burned = Amount.zero

    mutating func stake(_ principal: Amount, _ row: StakingPeriod, at time: UInt64) throws {
      let rate = try #require(RewardRate(apr: row.apr))
      let time = LogicalTime(time)
      try book.stake(try #require(StakeWeight(principal, at: rate)), at: time)
      fees.advance(to: time)
      let weight = try #require(StakeWeight(principal.units))
      let total = try #require(fees.accumulator.weight.adding(weight))
      fees.move(fees.accumulator.change(weight: total, at: time))
      feePositions.append(RewardPosition(weight: weight, at: fees.accumulator.index(at: time)))
    }

    /// Base reward, what of it burns, fee share.
    mutating func claim(
      _ place: Int, _ row: StakingPeriod, at time: UInt64
    ) -> (base: Amount, burned: Amount, feeShare: Amount) {
      let time = LogicalTime(time)
      let base = book.claim(place, at: time)
      let payout = StakingRules.payout(base, rewardBurn: row.rewardBurn)
      burned += payout.burned
      fees.advance(to: time)
      fees.move(fees.accumulator.collect(at: time))
      let share = feePositions[place].claim(at: fees.accumulator.index(at: time))
      fees.payable -= share
      return (base, payout.burned, share)
    }
  }

  @Test func gs12PeriodsBurnsAndFeeShare() throws {
    let schedule = try #require(try EconomyTables(.btt).pool("pool.community.staking"))
    let table = try StakingRulesTests.btt()
    let at = Denomination.btt
    var state = GS12(
      book: StakingBook(schedule: schedule, source: at.tokens(1_008_000), smoothingEpochs: nil))
    try state.stake(at.tokens(1_000), table.rows[0], at: 0)
    #expect(state.book.accumulator.weight.value == 3_000_000_000_000_000_000_000_000_000)
    #expect(state.book.accumulator.budget == Amount(383_561_643_835_616_438_356))
    try state.stake(at.tokens(50_000), table.rows[3], at: 0)
    #expect(state.book.accumulator.weight.value == 603_000_000_000_000_000_000_000_000_000)
    state.fees.account += at.tokens(700)

    let long = Amount(2_000_000_000_000_000_000_000_001)
    try state.stake(long, table.rows[4], at: 216_010)
    #expect(
      state.book.accumulator.weight.value == 36_603_000_000_000_000_000_000_018_000_000)
    #expect(state.book.accumulator.index(at: LogicalTime(216_010)).value == 68_496_321_664_129)
    #expect(state.book.accumulator.budget == Amount(1_117_643_835_616_438_356_164))

    let time: UInt64 = 777_601
    let first = state.claim(0, table.rows[0], at: time)
    #expect(first.base == Amount(485_036_211_277_767_000) && first.burned == .zero)
    #expect(first.feeShare == Amount(2_973_515_490_897_460_955))
    #expect(
      state.book.accumulator.index(at: LogicalTime(time)).value == 161_678_737_092_589)
    #expect(
      state.fees.accumulator.index(at: LogicalTime(time)).value
        == 2_973_515_490_897_460_955_708)
    #expect(state.book.source == Amount(1_004_547_940_766_108_574_327_753))
    #expect(state.book.payable == Amount(3_451_574_197_680_147_905_247))
    #expect(state.fees.account == Amount(203_949_669_034_542_562_703))

    let second = state.claim(1, table.rows[3], at: time)
    #expect(second.base == Amount(97_007_242_255_553_400_000))
    #expect(second.burned == Amount(4_850_362_112_777_670_000))
    #expect(second.feeShare == Amount(148_675_774_544_873_047_785))
    #expect(
      second.base - second.burned + second.feeShare == Amount(240_832_654_687_648_777_785))
    #expect(state.book.payable == Amount(3_354_566_955_424_594_505_247))

    let third = state.claim(2, table.rows[4], at: time)
    #expect(third.base == Amount(3_354_566_955_424_560_000_000))
    #expect(third.burned == Amount(335_456_695_542_456_000_000))
    #expect(third.feeShare == Amount(344_401_040_929_686_928_554))
    #expect(
      third.base - third.burned + third.feeShare == Amount(3_363_511_300_811_790_928_554))
    #expect(state.book.payable == Amount(34_505_247))
    #expect(state.burned == Amount(340_307_057_655_233_670_000))
    #expect(state.fees.account == Amount(203_949_669_034_542_562_703))

    #expect(throws: PeriodRefusal.belowMinimum(at.tokens(50_000))) {
      try table.row(of: Seconds.year, principal: at.tokens(49_999))
    }
  }
}
