internal import Primitives

/// The token's arithmetic.
enum TokenRules {
  /// What is left of an allowance after `amount` was spent: one without limit stays so (ERC-20
  /// practice); nil where the allowance is too small.
  static func remaining(_ allowance: UInt256, spending amount: Amount) -> UInt256? {
    if allowance == .max { return allowance }
    let needed = UInt256(high: 0, low: amount.units)
    return allowance < needed ? nil : allowance - needed
  }

  /// The supply that is not burned, in base units.
  static func circulating(supply: Amount, burned: Amount) -> Amount { supply - burned }
}
