import Economy
import Primitives
import Testing

/// A staking pool and its accounts around the rules, as a module will hold them: a source, a
/// payable account, revenue that waits, and positions.
struct StakingBook {
  var accumulator: Accumulator
  let schedule: EmissionSchedule
  let smoothingEpochs: UInt64?
  var source: Amount
  var payable = Amount.zero
  var revenue = Amount.zero
  var progress = PoolProgress()
  var epoch = EpochNumber(0)
  var positions: [RewardPosition] = []
  /// What each position has been paid.
  var paid: [Amount] = []

  init(schedule: EmissionSchedule, source: Amount, smoothingEpochs: UInt64?) {
    self.schedule = schedule
    self.source = source
    self.smoothingEpochs = smoothingEpochs
    accumulator = Accumulator(ceiling: .rate, opening: LogicalTime(0))
    accumulator = Accumulator(
      ceiling: .rate, opening: LogicalTime(0),
      budget: PoolsRules.budget(
        schedule, unspent: .rollsOver, from: epoch, until: epoch.next, progress), source: source)
  }

  private mutating func move(_ due: Amount) {
    source -= due
    payable += due
    progress.spent += due
  }

  /// Opens every epoch up to and including this second.
  mutating func advance(to time: LogicalTime) {
    while accumulator.epochEnd <= time {
      move(accumulator.closeEpoch())
      epoch = epoch.next
      if let smoothingEpochs {
        let slice = PoolsRules.smoothed(revenue, over: smoothingEpochs)
        revenue -= slice
        source += slice
        progress.topUps += slice
      }
      let budget = PoolsRules.budget(
        schedule, unspent: .rollsOver, from: epoch, until: epoch.next, progress)
      accumulator.openEpoch(budget: budget, source: source)
    }
  }

  mutating func stake(_ weight: StakeWeight, at time: LogicalTime) throws {
    advance(to: time)
    let total = try #require(accumulator.weight.adding(weight))
    move(accumulator.change(weight: total, at: time))
    positions.append(RewardPosition(weight: weight, at: accumulator.anchor.index))
    paid.append(.zero)
  }

  mutating func change(_ place: Int, to weight: StakeWeight, at time: LogicalTime) throws {
    advance(to: time)
    positions[place].settle(to: accumulator.index(at: time))
    let without = try #require(accumulator.weight.subtracting(positions[place].weight))
    let total = try #require(without.adding(weight))
    move(accumulator.change(weight: total, at: time))
    positions[place].change(weight: weight, at: accumulator.anchor.index)
  }

  mutating func claim(_ place: Int, at time: LogicalTime) -> Amount {
    advance(to: time)
    move(accumulator.collect(at: time))
    let amount = positions[place].claim(at: accumulator.index(at: time))
    payable -= amount
    paid[place] += amount
    return amount
  }

  mutating func collect(at time: LogicalTime) {
    advance(to: time)
    move(accumulator.collect(at: time))
  }
}
