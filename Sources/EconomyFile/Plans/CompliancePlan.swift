internal import Economy

extension EconomyDocument {
  /// What the compliance module needs before the first block.
  func compliancePlan() -> Economy.Compliance.Plan { Economy.Compliance.Plan() }
}
