import Economy
import Primitives
import Testing

/// The accumulator against exact numbers, and its promises under any course of events (F4).
@Suite struct AccumulatorRulesTests {
  /// Flow, index, and what the next anchor keeps. A state in which nothing flows does not count.
  @Test("F4 one segment from any state is exact", arguments: Denomination.both)
  func oneSegmentIsExact(_ at: Denomination) throws {
    let start: UInt64 = 1_000_000
    try Inputs.each("F4 segment", at, seed: 51) { draws, round in
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
        return draws.discard()
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

  @Test("F4 positions settle exactly", arguments: Denomination.both)
  func positionsSettleExactly(_ at: Denomination) throws {
    try Inputs.each("F4 positions", at, seed: 52) { draws, round in
      let weight = try #require(StakeWeight(draws.number(through: 1 << 110)))
      let paid = draws.number(through: 1 << 90)
      let index = paid + draws.number(through: 1 << 90)
      let fraction = draws.number(through: RewardIndex.scale - 1)
      let pending = draws.amount(through: at.supply)
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
  @Test("F4 reads and claims at any cadence change nothing", arguments: Denomination.both)
  func cadenceChangesNothing(_ at: Denomination) throws {
    let began = ContinuousClock.now
    // Forty changes, before each six reads, collections or claims.
    let courses = UInt64(max(20, (Inputs.wanted + 239) / 240))
    var visits = 0
    for seed in 0..<courses {
      var course = Draws(1_000 + seed)
      var noise = Draws(2_000 + seed)
      var quiet = try StakingCourse.book(at, &course)
      var busy = quiet
      var time: UInt64 = 0
      for _ in 0..<40 {
        let next = time + course.below(100_000)
        // Claims, reads and collections at any time before the next change.
        for moment in (0..<6).map({ _ in noise.within(time...next) }).sorted() {
          visits += 1
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
        try StakingCourse.change(&quiet, at, draw, time)
        try StakingCourse.change(&busy, at, draw, time)
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
    Inputs.report("F4 visits at any cadence", at, visits, began.duration(to: .now))
  }

  @Test("F4 payable always covers every claim", arguments: Denomination.both)
  func payableCoversClaims(_ at: Denomination) throws {
    try StakingCourse.follow("F4 payable covers claims", at, seed: 3_000) { course, step in
      var book = course.book
      book.collect(at: course.time)
      let index = book.accumulator.index(at: course.time)
      var due = Amount.zero
      for var position in book.positions { due += position.claim(at: index) }
      require(due <= book.payable, step, "\(due) is due of \(book.payable)")
    }
  }

  @Test("F4 dust is below W/S + positions + 1 units", arguments: Denomination.both)
  func dustIsBounded(_ at: Denomination) throws {
    try StakingCourse.follow("F4 dust", at, seed: 4_000) { course, step in
      var book = course.book
      for place in book.positions.indices { _ = book.claim(place, at: course.time) }
      let bound =
        course.heaviest.value / RewardIndex.scale + UInt128(book.positions.count) + 1
      require(book.payable.units <= bound, step, "\(book.payable) stays")
    }
  }

  @Test("F4 spent is at most cum + top-ups", arguments: Denomination.both)
  func spendingKeepsToTheSchedule(_ at: Denomination) throws {
    try StakingCourse.follow("F4 spent", at, seed: 5_000) { course, step in
      let book = course.book
      let due = book.schedule.cumulative(at: book.epoch.next) + book.progress.topUps
      require(book.progress.spent <= due, step, "schedule")
    }
  }

  /// Each anchor may lose less than a unit of ceiling, never gain one.
  @Test("F4 what is emitted is at most the ceiling", arguments: Denomination.both)
  func emissionKeepsToTheCeiling(_ at: Denomination) throws {
    try StakingCourse.follow("F4 ceiling", at, seed: 6_000) { course, step in
      require(
        Natural(course.book.progress.spent) * Natural(Accumulator.ceilingScale) <= course.ceiling,
        step, "ceiling")
    }
  }

  @Test("F4 edge case 3: every unit stands somewhere", arguments: Denomination.both)
  func everyUnitStandsSomewhere(_ at: Denomination) throws {
    try StakingCourse.follow("F4 conservation", at, seed: 7_000) { course, step in
      let book = course.book
      let paid = book.paid.reduce(.zero, +)
      require(
        book.source + book.payable + book.revenue + paid == course.opening + course.received, step,
        "conservation")
    }
  }

  @Test("F4 what each position gets against exact ratios", arguments: Denomination.both)
  func agreesWithExactShares(_ at: Denomination) throws {
    try Inputs.each("F4 shares", at, seed: 53) { draws, round in
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
          flow.numerator * Natural(weight.value), over: flow.denominator * Natural(total))
        let slack = Natural(weight.value / RewardIndex.scale + 2)
        require(exact.roundsDown(to: paid, slack: slack), round, "share")
      }
    }
  }

  @Test("F4 W = 0 sets rem = 0 and emits nothing") func withoutWeightNothingFlows() throws {
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

  @Test("F4 new stake earns from its own second") func noSnipingOfEpochs() throws {
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
  @Test("F4 segments stay in their epoch") func segmentsStayInTheirEpoch() throws {
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

  /// 2^76 units × 10^24 over 5^24 lift the index by exactly 2^100; over one more, by less.
  @Test func dustEndsWhereABudgetLiftsTheIndexLess() throws {
    let budget = Amount(1 << 76)
    let five: UInt128 = 59_604_644_775_390_625
    for (weight, flow) in [(five, Amount.zero), (five + 1, budget)] {
      var accumulator = Accumulator(
        ceiling: .none, opening: LogicalTime(0), budget: budget, source: budget)
      _ = accumulator.change(weight: try #require(StakeWeight(weight)), at: LogicalTime(0))
      #expect(accumulator.emitted(at: accumulator.epochEnd) == flow)
    }
  }

  private static func plain() throws -> StakingBook {
    let schedule = try #require(
      EmissionSchedule.years([Amount(365_000_000)], from: EpochNumber(0)))
    return StakingBook(schedule: schedule, source: Amount(365_000_000), smoothingEpochs: nil)
  }
}
