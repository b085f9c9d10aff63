internal import Economy

extension EconomyDocument {
  /// What the pools module needs before the first block.
  func poolsPlan() -> Economy.Pools.Plan { Economy.Pools.Plan() }
}
