internal import Economy

extension EconomyDocument {
  /// What the vesting module needs before the first block.
  func vestingPlan() -> Economy.Vesting.Plan { Economy.Vesting.Plan() }
}
