internal import Economy

extension EconomyDocument {
  /// What the compliance module needs before the first block: which abilities the token has.
  func compliancePlan() -> Economy.Compliance.Plan {
    Economy.Compliance.Plan(pausable: token.pausable, blockList: token.blacklist)
  }
}
