internal import Ledger
internal import Primitives

/// The module's part of loading a state: nothing but the account and the index is derived, and the
/// lists that run through the rows must be lists.
extension EconomyState {
  mutating func rebuildVesting() throws(ImageFailure) {
    let plan = genesis.plans.vesting
    try vesting.rebuild(
      account: ledger.account(SystemAddress.account(Vesting.grantsName), flags: .system))
    try ImageFailure.unless(
      vesting.milestones.count == plan.milestones.count
        && vesting.years.count == Vesting.countedYears
        && vesting.grants.count >= plan.wallets.count,
      "milestones, years or wallets are not the economy file's")
    var listed = 0
    for place in 0..<vesting.grants.count {
      try checkGrant(place, planned: plan.wallets.count)
      if vesting.grants[place].beneficiary != 0 { listed += 1 }
    }
    for place in 0..<vesting.beneficiaries.count where !vesting.beneficiaries[place].isVacant {
      let list = vesting.beneficiaries[place]
      try check(optional: list.account, "beneficiary row \(place)")
      try checkList(list, within: &listed)
    }
    try ImageFailure.unless(listed == 0, "\(listed) grants stand in no beneficiary's list")
  }

  private borrowing func checkGrant(_ place: Int, planned: Int) throws(ImageFailure) {
    let row = vesting.grants[place]
    let name = "grant \(place + 1)"
    try check(row.wallet, name)
    try check(optional: row.beneficiary, name)
    try check(optional: row.grantor, name)
    let isInPlan = place < planned ? Int(row.plan) == place + 1 : row.plan == 0
    try ImageFailure.unless(isInPlan, "\(name) is not the economy file's wallet")
    let line = LinearTerms(
      start: Seconds(row.start), lock: Seconds(row.lock), duration: Seconds(row.duration))
    try ImageFailure.unless(
      row.released <= row.total && row.kept <= row.total && (row.plan != 0 || line != nil),
      "\(name) released more than its total, or its line has no length")
  }

  /// Walks a list as its count says; every grant stands in one, so `left` bounds all walks.
  private borrowing func checkList(
    _ list: Vesting.BeneficiaryRow, within left: inout Int
  ) throws(ImageFailure) {
    var (newer, next): (UInt32, UInt32) = (0, list.newest)
    var count: UInt64 = 0
    while next != 0, Int(next) <= vesting.grants.count, left > 0 {
      let grant = vesting.grants[Int(next) - 1]
      guard grant.beneficiary == list.account, grant.newer == newer else { break }
      (newer, next) = (next, grant.older)
      count += 1
      left -= 1
    }
    try ImageFailure.unless(
      next == 0 && count == list.count && count > 0,
      "the grants of account row \(list.account - 1) are no list of \(list.count)")
  }
}
