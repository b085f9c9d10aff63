/// Which way a division that leaves a remainder goes. What the system pays rounds down; what it
/// takes as a penalty or needs as a quorum rounds up (economics F0).
public enum Rounding: Sendable {
  case down
  case up
}

/// The whole product of two 128-bit numbers; it always fits.
public func wideMultiply(_ left: UInt128, _ right: UInt128) -> UInt256 {
  let product = left.multipliedFullWidth(by: right)
  return UInt256(high: product.high, low: product.low)
}

/// `a * b / c` through a 256-bit product, rounded as named; nil where `c` is zero or the quotient
/// needs more than 128 bits.
public func multiplyDivide(
  _ a: UInt128, _ b: UInt128, by c: UInt128, _ rounding: Rounding
) -> UInt128? {
  guard let (quotient, remainder) = wideMultiply(a, b).dividingFullWidth(by: c) else { return nil }
  guard rounding == .up, remainder != 0 else { return quotient }
  let (next, overflow) = quotient.addingReportingOverflow(1)
  return overflow ? nil : next
}

/// The largest number whose square is at most `value`.
public func integerSquareRoot(_ value: UInt64) -> UInt32 {
  guard value > 0 else { return 0 }
  // Newton's method from above falls until it reaches the floor, and never passes it.
  var root = UInt64(1) << UInt64((65 - value.leadingZeroBitCount) / 2)
  while true {
    let next = (root + value / root) / 2
    if next >= root { return UInt32(truncatingIfNeeded: root) }
    root = next
  }
}

/// The largest number whose square is at most `value`.
public func integerSquareRoot(_ value: UInt128) -> UInt64 {
  if value >> 64 == 0 { return UInt64(integerSquareRoot(UInt64(truncatingIfNeeded: value))) }
  // One more than the root of the upper half bounds the whole root from above.
  let shift = value.leadingZeroBitCount & ~1
  let upper = integerSquareRoot(UInt64(truncatingIfNeeded: (value << shift) >> 64))
  var root = (UInt128(upper) + 1) << (32 - shift / 2)
  while true {
    let next = (root + value / root) / 2
    if next >= root { return UInt64(truncatingIfNeeded: root) }
    root = next
  }
}

/// The largest number whose square is at most `value`.
public func integerSquareRoot(_ value: UInt256) -> UInt128 {
  if value.high == 0 { return UInt128(integerSquareRoot(value.low)) }
  let shift = value.high.leadingZeroBitCount & ~1
  let top = shift == 0 ? value.high : value.high << shift | value.low >> (128 - shift)
  let (bound, overflow) = (UInt128(integerSquareRoot(top)) + 1)
    .multipliedReportingOverflow(by: UInt128(1) << (64 - shift / 2))
  // Only 2^128 itself overflows; the largest root there is then bounds as well.
  var root = overflow ? UInt128.max : bound
  // A quotient past 128 bits is above the root: the root no longer falls.
  while let (quotient, _) = value.dividingFullWidth(by: root) {
    let (sum, carry) = root.addingReportingOverflow(quotient)
    let next = sum >> 1 | (carry ? UInt128(1) << 127 : 0)
    if next >= root { return root }
    root = next
  }
  return root
}
