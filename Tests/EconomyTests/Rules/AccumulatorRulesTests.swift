import Economy
import Primitives
import Testing

/// The accumulator against exact numbers, and its promises under any course of events (F4).
@Suite struct AccumulatorRulesTests {
  /// One segment from any state, at both decimals: flow, index, and what the next anchor keeps.
  @Test(arguments: Denomination.both) func oneSegmentIsExact(_ at: Denomination) throws {
    var draws = Draws(51)
    let start: UInt64 = 1_000_000
    for round in 0..<100_000 {
      let ceiling: Accumulator.Ceiling = draws.below(2) == 0 ? .rate : .none
      let weight = try #require(StakeWeight(draws.number(through: 1 << 110)))
      let anchored = start + draws.within(0...86_400)
      let time = draws.within(anchored...start + 86_400)
      let remainder =
        ceiling == .rate ? draws.number(through: Accumulator.ceilingScale - 1) : 0
      let before = Accumulator.Anchor(
        time: LogicalTime(anchored), index: RewardIndex(draws.number(through: 1 << 100)),
        carry: draws.number(through: 1 << 110), remainder: remainder)
      let (budget, source) = (draws.amount(through: at.supply), draws.amount(through: at.supply))
      var accumulator = Accumulator(
        ceiling: ceiling, anchor: before, epochStart: LogicalTime(start), budget: budget,
        source: source, collected: .zero, weight: weight)
      let emitted = accumulator.emitted(at: LogicalTime(time))
      let index = accumulator.index(at: LogicalTime(time))
      let scale = Natural(RewardIndex.scale)
      let w = Natural(weight.value)

      let steepest = w * Natural(UInt128(1) << 100)
      let isIdle =
        weight == .zero
        || ceiling == .none && Natural(budget) * scale + Natural(before.carry) >= steepest
      if isIdle {
        require(emitted == .zero && index == before.index, round, "idle")
        _ = accumulator.change(weight: .zero, at: LogicalTime(time))
        require(accumulator.anchor.carry == before.carry, round, "carry waits")
        require(
          accumulator.anchor.remainder == (weight == .zero ? 0 : remainder), round, "remainder")
        continue
      }
      // These fit 128 bits: a supply times a day has 102, a weight times a day 127.
      let flowed =
        budget.units * UInt128(time - start) / 86_400
        - budget.units * UInt128(anchored - start) / 86_400
      let run = weight.value * UInt128(time - anchored) + remainder
      let most = ceiling == .rate ? run / Accumulator.ceilingScale : .max
      require(emitted.units == min(flowed, source.units, most), round, "emitted")
      let lifted = Natural(emitted) * scale + Natural(before.carry)
      let lift = Natural(index.value - before.index.value)
      require(Ratio(lifted, over: w).roundsDown(to: lift), round, "index")
      let due = accumulator.change(weight: .zero, at: LogicalTime(time))
      require(due == emitted, round, "due")
      require(accumulator.anchor.index == index, round, "anchor")
      require(Natural(accumulator.anchor.carry) + lift * w == lifted, round, "carry")
      require(
        accumulator.anchor.remainder == (ceiling == .rate ? run % Accumulator.ceilingScale : 0),
        round,
        "remainder")
    }
  }

  @Test func positionsSettleExactly() throws {
    var draws = Draws(52)
    for round in 0..<100_000 {
      let weight = try #require(StakeWeight(draws.number(through: 1 << 110)))
      let paid = draws.number(through: 1 << 90)
      let index = paid + draws.number(through: 1 << 90)
      let fraction = draws.number(through: RewardIndex.scale - 1)
      let pending = draws.amount(through: Denomination.btt.supply)
      var position = RewardPosition(
        weight: weight, paid: RewardIndex(paid), fraction: fraction, pending: pending)
      position.settle(to: RewardIndex(index))
      let earned = Natural(weight.value) * Natural(index - paid) + Natural(fraction)
      let whole = Natural(position.pending - pending) * Natural(RewardIndex.scale)
      require(position.fraction < RewardIndex.scale, round, "fraction")
      require(whole + Natural(position.fraction) == earned, round, "earned")
      let settled = position
      position.settle(to: RewardIndex(paid))
      require(position == settled, round, "an earlier index changes nothing")
    }
  }

  /// The same course of stakes with and without reads, collections and claims in between: the same
  /// anchors, the same sums to every position, the same money moved.
  @Test(arguments: Denomination.both) func cadenceChangesNothing(_ at: Denomination) throws {
    for seed in 0..<150 as Range<UInt64> {
      var course = Draws(1_000 + seed)
      var noise = Draws(2_000 + seed)
      var quiet = try Self.book(at, &course)
      var busy = quiet
      var time: UInt64 = 0
      for _ in 0..<40 {
        let next = time + course.below(100_000)
        // Claims, reads and collections at any time before the next change.
        for moment in (0..<6).map({ _ in noise.within(time...next) }).sorted() {
          if busy.positions.isEmpty || noise.below(3) == 0 {
            busy.collect(at: LogicalTime(moment))
            _ = busy.accumulator.index(at: LogicalTime(moment))
          } else {
            let place = Int(noise.below(UInt64(busy.positions.count)))
            _ = busy.claim(place, at: LogicalTime(moment))
          }
        }
        time = next
        let draw = course.next()
        try Self.change(&quiet, at, draw, time)
        try Self.change(&busy, at, draw, time)
        #expect(quiet.accumulator.anchor == busy.accumulator.anchor, "seed \(seed)")
      }
      let end = LogicalTime(time + 12_345)
      for place in quiet.positions.indices {
        _ = quiet.claim(place, at: end)
        _ = busy.claim(place, at: end)
      }
      #expect(quiet.paid == busy.paid, "seed \(seed)")
      #expect(quiet.progress == busy.progress, "seed \(seed)")
      #expect(quiet.payable == busy.payable && quiet.source == busy.source, "seed \(seed)")
      #expect(quiet.accumulator == busy.accumulator)
    }
  }

  /// Whatever happens: payable covers all claims, what stays of it is dust, the pool never pays
  /// more than schedule and top-ups, and nobody more than the ceiling.
  @Test(arguments: Denomination.both) func promisesHold(_ at: Denomination) throws {
    for seed in 0..<150 as Range<UInt64> {
      var draws = Draws(3_000 + seed)
      var book = try Self.book(at, &draws)
      let opening = book.source
      var received = Amount.zero
      var time: UInt64 = 0
      var heaviest = StakeWeight.zero
      var ceiling = Natural.zero
      for step in 0..<60 {
        let next = time + draws.below(150_000)
        ceiling =
          ceiling + Natural(book.accumulator.weight.value) * Natural(next - time)
        time = next
        try Self.change(&book, at, draws.next(), time)
        heaviest = max(heaviest, book.accumulator.weight)
        if draws.below(4) == 0 {
          let income = draws.amount(through: Amount(at.supply.units / 1_000))
          book.revenue += income
          received += income
        }
        if !book.positions.isEmpty && draws.below(2) == 0 {
          _ = book.claim(Int(draws.below(UInt64(book.positions.count))), at: LogicalTime(time))
        }
        let due = book.schedule.cumulative(at: book.epoch.next) + book.progress.topUps
        require(book.progress.spent <= due, step, "schedule, seed \(seed)")
        let paid = book.paid.reduce(.zero, +)
        require(
          book.source + book.payable + book.revenue + paid == opening + received, step,
          "conservation, seed \(seed)")
        // Each anchor may lose less than a unit of ceiling, never gain one.
        require(
          Natural(book.progress.spent) * Natural(Accumulator.ceilingScale) <= ceiling, step,
          "ceiling, seed \(seed)")
      }
      // Claiming everything would trap if payable did not cover it.
      for place in book.positions.indices { _ = book.claim(place, at: LogicalTime(time)) }
      let bound =
        heaviest.value / RewardIndex.scale + UInt128(book.positions.count) + 1
      #expect(book.payable.units <= bound, "dust, seed \(seed)")
    }
  }

  /// What the flow gives each position against exact ratios without any rounding.
  @Test(arguments: Denomination.both) func agreesWithExactShares(_ at: Denomination) throws {
    var draws = Draws(53)
    for round in 0..<2_000 {
      // One epoch, constant weights, budget and ceiling as they come.
      let weights = try (0..<3).map { _ in
        try #require(StakeWeight(draws.number(through: at.supply.units) * 10_000_000 + 1))
      }
      let total = weights.reduce(UInt128(0)) { $0 + $1.value }
      let budget = draws.amount(through: Amount(at.supply.units / 10_000))
      var accumulator = Accumulator(
        ceiling: .rate, opening: LogicalTime(0), budget: budget, source: budget)
      _ = accumulator.change(weight: try #require(StakeWeight(total)), at: LogicalTime(0))
      let time = draws.within(0...86_400)
      let index = accumulator.index(at: LogicalTime(time))
      let flow = Ratio.least(
        Ratio(
          Natural(total) * Natural(time), over: Natural(Accumulator.ceilingScale)),
        Ratio(Natural(budget) * Natural(time), over: Natural(UInt64(86_400))))
      for weight in weights {
        var position = RewardPosition(weight: weight, at: RewardIndex(0))
        let paid = Natural(position.claim(at: index))
        let exact = Ratio(
          flow.numerator * Natural(weight.value), over: flow.denominator * Natural(total)
        ).floor
        let slack = Natural(weight.value / RewardIndex.scale + 2)
        require(paid <= exact && exact <= paid + slack, round, "share")
      }
    }
  }

  @Test func withoutWeightNothingFlows() throws {
    var book = try Self.plain()
    let one = try #require(StakeWeight(1_000_000_000_000_000))
    try book.stake(one, at: LogicalTime(50))
    try book.change(0, to: .zero, at: LogicalTime(50_000))
    let spent = book.progress.spent
    #expect(book.accumulator.anchor.remainder > 0)
    book.collect(at: LogicalTime(80_000))
    #expect(book.progress.spent == spent)
    // An anchor without weight forgets the remainder, and the carry waits.
    let carry = book.accumulator.anchor.carry
    try book.change(0, to: one, at: LogicalTime(80_000))
    #expect(book.accumulator.anchor.remainder == 0)
    #expect(book.accumulator.anchor.carry == carry)
    // The year's budget of the idle hours is not lost: it rolls over.
    book.advance(to: LogicalTime(86_400))
    #expect(
      book.accumulator.budget + book.progress.spent
        == book.schedule.cumulative(at: EpochNumber(2)))
  }

  /// New stake earns from its own second: nothing of what flowed before.
  @Test func noSnipingOfEpochs() throws {
    var book = try Self.plain()
    let weight = try #require(StakeWeight(1 << 60))
    try book.stake(weight, at: LogicalTime(0))
    try book.stake(weight, at: LogicalTime(86_399))
    let late = book.claim(1, at: LogicalTime(86_399))
    #expect(late == .zero)
    let (first, second) = (
      book.claim(0, at: LogicalTime(86_400)), book.claim(1, at: LogicalTime(86_400))
    )
    #expect(first.units > second.units * 80_000)
  }

  /// Times outside the epoch count as its nearer end; an epoch's end is the next one's start.
  @Test func segmentsStayInTheirEpoch() throws {
    var accumulator = Accumulator(
      ceiling: .none, opening: LogicalTime(1_000), budget: Amount(864_000), source: .max)
    _ = accumulator.change(
      weight: try #require(StakeWeight(1 << 40)), at: LogicalTime(1_000))
    #expect(accumulator.emitted(at: LogicalTime(0)) == .zero)
    #expect(accumulator.emitted(at: LogicalTime(1_001)) == Amount(10))
    #expect(accumulator.emitted(at: LogicalTime(.max)) == Amount(864_000))
    #expect(accumulator.collect(at: LogicalTime(44_200)) == Amount(432_000))
    #expect(accumulator.collect(at: LogicalTime(44_200)) == .zero)
    #expect(accumulator.closeEpoch() == Amount(432_000))
    accumulator.openEpoch(budget: Amount(86_400), source: Amount(50))
    #expect(accumulator.epochStart == LogicalTime(87_400))
    // No more than the source holds.
    #expect(accumulator.emitted(at: LogicalTime(87_440)) == Amount(40))
    #expect(accumulator.emitted(at: LogicalTime(87_460)) == Amount(50))
  }

  /// Without a ceiling a weight of dust would drive the index out of range; it is ignored, and the
  /// budget stays in its account.
  @Test func dustIsIgnoredWithoutACeiling() throws {
    let supply = Denomination.btt.supply
    var accumulator = Accumulator(
      ceiling: .none, opening: LogicalTime(0), budget: supply, source: supply)
    let dust = try #require(StakeWeight(1))
    _ = accumulator.change(weight: dust, at: LogicalTime(0))
    #expect(accumulator.emitted(at: LogicalTime(86_400)) == .zero)
    #expect(accumulator.closeEpoch() == .zero)
    #expect(accumulator.anchor.index.value == 0)
    // The least stake of the file earns from a whole supply.
    accumulator.openEpoch(budget: supply, source: supply)
    let least = try #require(StakeWeight(Denomination.btt.tokens(1_000).units))
    _ = accumulator.change(weight: least, at: accumulator.epochStart)
    #expect(accumulator.closeEpoch() == supply)
  }

  private static func plain() throws -> StakingBook {
    let schedule = try #require(
      EmissionSchedule.years([Amount(365_000_000)], from: EpochNumber(0)))
    return StakingBook(schedule: schedule, source: Amount(365_000_000), smoothingEpochs: nil)
  }

  /// A pool that is sometimes rich and sometimes poor against its stakes.
  private static func book(_ at: Denomination, _ draws: inout Draws) throws -> StakingBook {
    let year = Amount(at.supply.units / [10, 1_000, 100_000][Int(draws.below(3))])
    let schedule = try #require(
      EmissionSchedule.years([year, year], from: EpochNumber(draws.below(3))))
    return StakingBook(
      schedule: schedule, source: schedule.total,
      smoothingEpochs: draws.below(2) == 0 ? nil : draws.within(7...30))
  }

  /// A new position, or another weight for one, also zero.
  private static func change(
    _ book: inout StakingBook, _ at: Denomination, _ draw: UInt64, _ time: UInt64
  ) throws {
    var draws = Draws(draw)
    let rate = try #require(
      RewardRate(
        apr: BasisPoints(UInt32(draws.within(300...2_500))),
        bonus: BasisPoints(UInt32(draws.within(0...7_000)))))
    let principal = draws.amount(through: Amount(at.supply.units / 20))
    let weight = try #require(StakeWeight(principal, at: rate))
    book.advance(to: LogicalTime(time))
    if book.positions.count < 8 && draws.below(2) == 0 {
      try book.stake(weight, at: LogicalTime(time))
    } else if !book.positions.isEmpty {
      let place = Int(draws.below(UInt64(book.positions.count)))
      try book.change(
        place, to: draws.below(4) == 0 ? .zero : weight, at: LogicalTime(time))
    }
  }
}
