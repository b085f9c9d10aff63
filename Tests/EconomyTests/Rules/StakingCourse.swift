import Economy
import Primitives
import Testing

/// A random course of a staking pool: stakes, changes of weight, revenue and claims, some days
/// apart or some seconds.
struct StakingCourse {
  var book: StakingBook
  /// What the pool held when the course began.
  let opening: Amount
  /// Revenue since.
  var received = Amount.zero
  /// Weight x seconds so far: no more may be emitted, over RS x YEAR.
  var ceiling = Natural.zero
  var heaviest = StakeWeight.zero
  var time = LogicalTime(0)

  /// Follows courses of sixty steps until as many steps as inputs are wanted were looked at.
  static func follow(
    _ formula: String, _ at: Denomination, seed: UInt64,
    _ look: (_ course: StakingCourse, _ step: Int) throws -> Void
  ) throws {
    let began = ContinuousClock.now
    var steps = 0
    var number: UInt64 = 0
    while steps < Inputs.wanted {
      var draws = Draws(seed << 32 + number)
      number += 1
      let book = try book(at, &draws)
      var course = StakingCourse(book: book, opening: book.source)
      for step in 0..<60 {
        try course.live(at, &draws)
        try look(course, step)
        steps += 1
      }
    }
    Inputs.report(formula, at, steps, began.duration(to: .now))
  }

  private mutating func live(_ at: Denomination, _ draws: inout Draws) throws {
    let next = time.seconds + draws.below(150_000)
    ceiling =
      ceiling + Natural(book.accumulator.weight.value) * Natural(next - time.seconds)
    time = LogicalTime(next)
    try Self.change(&book, at, draws.next(), next)
    heaviest = max(heaviest, book.accumulator.weight)
    if draws.below(4) == 0 {
      let income = draws.amount(through: Amount(at.supply.units / 1_000))
      book.revenue += income
      received += income
    }
    if !book.positions.isEmpty && draws.below(2) == 0 {
      _ = book.claim(Int(draws.below(UInt64(book.positions.count))), at: time)
    }
  }

  /// A pool that is sometimes rich and sometimes poor against its stakes.
  static func book(_ at: Denomination, _ draws: inout Draws) throws -> StakingBook {
    let year = Amount(at.supply.units / [10, 1_000, 100_000][Int(draws.below(3))])
    let schedule = try #require(
      EmissionSchedule.years([year, year], from: EpochNumber(draws.below(3))))
    return StakingBook(
      schedule: schedule, source: schedule.total,
      smoothingEpochs: draws.below(2) == 0 ? nil : draws.within(7...30))
  }

  /// A new position, or another weight for one, also zero.
  static func change(
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
