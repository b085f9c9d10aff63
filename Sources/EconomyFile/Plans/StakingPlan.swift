internal import Economy

extension EconomyDocument {
  /// What the staking module needs before the first block.
  func stakingPlan() -> Economy.Staking.Plan { Economy.Staking.Plan() }
}
