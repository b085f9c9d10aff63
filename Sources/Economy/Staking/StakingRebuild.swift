internal import Ledger
internal import Primitives

/// The module's part of loading a state. Accounts and sources follow from the plan, the terms from
/// the parameters in force, which change where an epoch turns and nowhere else; the lists that run
/// through the rows must be lists, and what the totals say must be the sum of the rows.
extension EconomyState {
  mutating func rebuildStaking() throws(ImageFailure) {
    try staking.rebuild()
    deriveStaking()
    for place in 0..<2 { try checkAccumulator(place) }
    try checkPositions()
    var listed = Int(clamping: staking.totals.count)
    for place in 0..<staking.stakers.table.count where !staking.stakers[place].isVacant {
      let staker = staking.stakers[place]
      try ImageFailure.unless(
        staker.number <= UInt64(ledger.accounts.count),
        "staker row \(place) names an account that does not exist")
      try checkList(staker, within: &listed)
    }
    try ImageFailure.unless(listed == 0, "\(listed) positions stand in no owner's list")
    for place in 0..<staking.operators.count where !staking.operators[place].isVacant {
      try check(staking.operators[place].owner, "operator row \(place)")
      try check(staking.operators[place].operator, "operator row \(place)")
    }
  }

  private borrowing func checkAccumulator(_ place: Int) throws(ImageFailure) {
    let row = staking.accumulators[place].accumulator
    let (start, anchor) = (row.epochStart, row.anchor)
    // The first bound keeps the second from running over.
    try ImageFailure.unless(
      start >= genesis.time && start <= ledger.time && anchor.time >= start
        && anchor.time <= row.epochEnd && anchor.remainder < Accumulator.ceilingScale
        && row.ceiling == (place == 0 ? .rate : .none),
      "accumulator row \(place) is anchored outside its epoch")
  }

  private borrowing func checkPositions() throws(ImageFailure) {
    let plan = genesis.plans.staking
    let (tiers, locks) =
      switch plan.rates {
      case .tiers(let tiers, let locks): (tiers.count, locks.count)
      case .periods(let periods): (1, periods.count)
      }
    let places = staking.positions.table.count
    var count: UInt64 = 0
    var (principal, reward, fee): (UInt128, UInt128, UInt128) = (0, 0, 0)
    var isOver = false
    func add(_ units: UInt128, to sum: inout UInt128) {
      let result = sum.addingReportingOverflow(units)
      sum = result.partialValue
      isOver = isOver || result.overflow
    }
    for place in 0..<places where !staking.positions[place].isVacant {
      let row = staking.positions[place]
      let name = "position \(row.number)"
      try check(row.owner, name)
      try check(row.beneficiary, name)
      try check(optional: row.approved, name)
      try ImageFailure.unless(
        Int(row.next) <= places && Int(row.previous) <= places && Int(row.tier) < tiers
          && Int(row.lock) < locks,
        "\(name) names a neighbour, tier or lock that does not exist")
      count += 1
      add(row.principal.units, to: &principal)
      add(row.reward.weight.value, to: &reward)
      add(row.fee.weight.value, to: &fee)
    }
    let totals = staking.totals
    try ImageFailure.unless(
      !isOver && totals.count == count && totals.principal.units == principal
        && staking.rewards.weight.value == reward && staking.fees.weight.value == fee,
      "the totals of staking are not the sums of its positions")
  }

  /// Walks a list as its count says; every position stands in one, so `left` bounds all walks.
  private borrowing func checkList(
    _ staker: Staking.StakerRow, within left: inout Int
  ) throws(ImageFailure) {
    var (previous, next): (UInt32, UInt32) = (0, staker.head)
    var count: UInt32 = 0
    while next != 0, Int(next) <= staking.positions.table.count, left > 0 {
      let row = staking.positions[Int(next) - 1]
      guard !row.isVacant, UInt64(row.owner) + 1 == staker.number, row.previous == previous
      else { break }
      (previous, next) = (next, row.next)
      count += 1
      left -= 1
    }
    try ImageFailure.unless(
      next == 0 && count == staker.count,
      "the positions of account row \(staker.number - 1) are no list of \(staker.count)")
  }
}
