internal import Primitives

/// A batch's arithmetic.
enum BatchRules {
  /// The sum of values in wei; nil where it is above 256 bits.
  static func sum(_ values: some Sequence<UInt256>) -> UInt256? {
    var sum = UInt256.zero
    for value in values {
      let (next, overflow) = sum.addingReportingOverflow(value)
      if overflow { return nil }
      sum = next
    }
    return sum
  }
}
