internal import Economy

extension EconomyDocument {
  /// What the access module needs before the first block.
  func accessPlan() -> Economy.Access.Plan { Economy.Access.Plan() }
}
