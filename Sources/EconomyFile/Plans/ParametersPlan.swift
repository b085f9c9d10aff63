internal import Economy

extension EconomyDocument {
  /// What the parameters module needs before the first block.
  func parametersPlan() -> Economy.Parameters.Plan { Economy.Parameters.Plan() }
}
