internal import Primitives

/// Rewards against a ceiling once more, second by second in fixed point: no anchors, no carries, no
/// epochs' schedules, and none of the engine's code (F4). Each second every unit of weight earns
/// the smaller of its rate and its part of the epoch's budget.
///
/// The engine rounds where this does not. `slack` keeps count of the most that rounding may take
/// each time when the total weight changes or an epoch turns: a unit in all, and a step of the
/// engine's index (10^-24 of a unit) for each unit of weight.
struct StakingModel {
  /// Parts of a unit: 10^36. A second loses less than one part for each unit of weight.
  static let scale: UInt128 = 1_000_000_000_000_000_000_000_000_000_000_000_000

  /// Parts of a unit in a step of the engine's index.
  private static let indexStep = scale / 1_000_000_000_000_000_000_000_000

  private struct Position {
    var weight: UInt128
    var index: UInt256
    var slack: UInt256
    /// Parts of a unit that it has earned, and that rounding may have taken.
    var earned = UInt256.zero
    var doubt = UInt256.zero
    /// Whole units that were taken out.
    var taken: UInt128 = 0
  }

  private var positions: [UInt128: Position] = [:]
  private(set) var weight: UInt128 = 0
  private var index = UInt256.zero
  private var slack = UInt256.zero
  /// Seconds since genesis.
  private var time: UInt64 = 0
  private var budget: UInt128 = 0

  /// Parts of a unit that a unit of weight earns each second at its rate: 10^36 / (10^8 years).
  private static let ratePerSecond = scale / (100_000_000 * 31_536_000)

  /// Lets every second up to the time pass; the budget holds for all of them.
  mutating func advance(to now: UInt64) {
    guard now > time, weight > 0 else {
      time = max(time, now)
      return
    }
    var perSecond = UInt256(Self.ratePerSecond)
    let daily = wideMultiply(budget, Self.scale)
    let share =
      daily.quotientAndRemainder(by: 86_400)?.quotient
      .quotientAndRemainder(by: weight)?.quotient ?? .zero
    perSecond = min(perSecond, share)
    index = index + perSecond * UInt128(now - time)
    time = now
  }

  /// An epoch opens with its budget.
  mutating func open(budget: UInt128) {
    self.budget = budget
    allow(carried: weight)
  }

  /// - Parameter carried: the weight by which the engine's last division was made, whose remainder
  ///   is shared from now on.
  private mutating func allow(carried: UInt128) {
    let lost = UInt256(Self.scale) + wideMultiply(max(carried, weight), Self.indexStep)
    guard weight > 0, let part = lost.quotientAndRemainder(by: weight) else { return }
    slack = slack + part.quotient + UInt256(1)
  }

  private func settled(_ number: UInt128) -> Position? {
    guard var position = positions[number] else { return nil }
    position.earned = position.earned + (index - position.index) * position.weight
    position.doubt = position.doubt + (slack - position.slack) * position.weight
    position.index = index
    position.slack = slack
    return position
  }

  /// Gives a position its weight from now on; zero ends it.
  mutating func set(_ number: UInt128, weight new: UInt128) {
    var position = settled(number) ?? Position(weight: 0, index: index, slack: slack)
    let old = weight
    allow(carried: old)
    weight = weight - position.weight + new
    allow(carried: old)
    position.weight = new
    positions[number] = new == 0 ? nil : position
  }

  /// Whole units that a position has earned and not taken, give or take the second number.
  func pending(_ number: UInt128) -> (units: UInt128, doubt: UInt128) {
    guard let position = settled(number) else { return (0, 0) }
    let earned = position.earned.quotientAndRemainder(by: Self.scale)?.quotient.low ?? 0
    let doubt = position.doubt.quotientAndRemainder(by: Self.scale)?.quotient.low ?? 0
    // The index stands at most one step behind between two changes.
    let step =
      wideMultiply(position.weight, Self.indexStep)
      .quotientAndRemainder(by: Self.scale)?.quotient.low ?? 0
    return (earned - min(earned, position.taken), doubt + step + 2)
  }

  /// What is wrong with taking so many units now; nil where nothing is.
  func objection(_ units: UInt128, of number: UInt128) -> String? {
    let (pending, doubt) = pending(number)
    let apart = units > pending ? units - pending : pending - units
    return apart <= doubt
      ? nil : "position \(number) was paid \(units), it earned \(pending) give or take \(doubt)"
  }

  mutating func take(_ units: UInt128, of number: UInt128) {
    guard var position = settled(number) else { return }
    position.taken += units
    positions[number] = position
  }

  /// Leaves only so many units to a position: the rest was burned.
  mutating func leave(_ units: UInt128, to number: UInt128) {
    let (pending, _) = pending(number)
    take(pending - min(pending, units), of: number)
  }
}
