/// An unsigned 256-bit number: the intermediate of every product that is divided, and Solidity's
/// `uint256`.
///
/// The operators trap on overflow; where input can reach it, use the reporting forms or the ones
/// that answer nil.
public struct UInt256: Hashable, Sendable, BitwiseCopyable {
  /// Bits 128 to 255.
  public let high: UInt128
  /// Bits 0 to 127.
  public let low: UInt128

  /// 0.
  public static let zero = UInt256(high: 0, low: 0)
  /// 2^256 - 1.
  public static let max = UInt256(high: .max, low: .max)

  public init(high: UInt128, low: UInt128) {
    self.high = high
    self.low = low
  }

  public init(_ value: UInt128) {
    self.init(high: 0, low: value)
  }

  /// The number that a big-endian word writes.
  public init(_ word: Word) {
    self.init(
      high: UInt128(word.w0) << 64 | UInt128(word.w1),
      low: UInt128(word.w2) << 64 | UInt128(word.w3))
  }

  /// The number of bits needed: 0 for zero, 256 at most.
  public var bitCount: Int {
    high == 0 ? 128 - low.leadingZeroBitCount : 256 - high.leadingZeroBitCount
  }

  /// The number as 128 bits, or nil where it needs more.
  public var narrow: UInt128? { high == 0 ? low : nil }
}

extension UInt256: Comparable {
  public static func < (left: UInt256, right: UInt256) -> Bool {
    left.high == right.high ? left.low < right.low : left.high < right.high
  }
}

extension UInt256 {
  /// The sum modulo 2^256, and whether it passed 2^256.
  public func addingReportingOverflow(
    _ other: UInt256
  ) -> (partialValue: UInt256, overflow: Bool) {
    let (lowSum, carry) = low.addingReportingOverflow(other.low)
    let (partial, first) = high.addingReportingOverflow(other.high)
    let (highSum, second) = partial.addingReportingOverflow(carry ? 1 : 0)
    return (UInt256(high: highSum, low: lowSum), first || second)
  }

  /// The difference modulo 2^256, and whether it fell below zero.
  public func subtractingReportingOverflow(
    _ other: UInt256
  ) -> (partialValue: UInt256, overflow: Bool) {
    let (lowRest, borrow) = low.subtractingReportingOverflow(other.low)
    let (partial, first) = high.subtractingReportingOverflow(other.high)
    let (highRest, second) = partial.subtractingReportingOverflow(borrow ? 1 : 0)
    return (UInt256(high: highRest, low: lowRest), first || second)
  }

  /// The product modulo 2^256, and whether it passed 2^256.
  public func multipliedReportingOverflow(
    by factor: UInt128
  ) -> (partialValue: UInt256, overflow: Bool) {
    let lower = low.multipliedFullWidth(by: factor)
    let (upper, first) = high.multipliedReportingOverflow(by: factor)
    let (sum, second) = upper.addingReportingOverflow(lower.high)
    return (UInt256(high: sum, low: lower.low), first || second)
  }

  /// The sum; traps past 2^256.
  public static func + (left: UInt256, right: UInt256) -> UInt256 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    precondition(!overflow, "UInt256 addition overflows")
    return sum
  }

  /// The difference; traps below zero.
  public static func - (left: UInt256, right: UInt256) -> UInt256 {
    let (rest, overflow) = left.subtractingReportingOverflow(right)
    precondition(!overflow, "UInt256 subtraction overflows")
    return rest
  }

  /// The product; traps past 2^256.
  public static func * (left: UInt256, right: UInt128) -> UInt256 {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    precondition(!overflow, "UInt256 multiplication overflows")
    return product
  }
}

extension UInt256 {
  /// Quotient (rounded down) and remainder; nil where the divisor is zero or the quotient needs
  /// more than 128 bits.
  public func dividingFullWidth(
    by divisor: UInt128
  ) -> (quotient: UInt128, remainder: UInt128)? {
    // Zero divisors fail here too: nothing is less than zero.
    guard high < divisor else { return nil }
    if high == 0 {
      let quotient = low / divisor
      return (quotient, low - quotient * divisor)
    }
    let (quotient, remainder) = divisor.dividingFullWidth((high, low))
    return (quotient, remainder)
  }

  /// Quotient (rounded down) and remainder; nil where the divisor is zero.
  public func quotientAndRemainder(
    by divisor: UInt128
  ) -> (quotient: UInt256, remainder: UInt128)? {
    guard divisor != 0 else { return nil }
    let upper = high / divisor
    let rest = UInt256(high: high - upper * divisor, low: low)
    guard let lower = rest.dividingFullWidth(by: divisor) else { return nil }
    return (UInt256(high: upper, low: lower.quotient), lower.remainder)
  }
}

extension UInt256: CustomStringConvertible {
  /// The largest power of ten in 128 bits, and its exponent: a chunk of digits.
  private static let chunk: UInt128 = 100_000_000_000_000_000_000_000_000_000_000_000_000
  private static let chunkDigits = 38

  /// Decimal digits without leading zeros.
  public var description: String {
    var text = ""
    var rest = self
    while let (quotient, remainder) = rest.quotientAndRemainder(by: Self.chunk) {
      let digits = String(remainder)
      if quotient == .zero { return digits + text }
      text = String(repeating: "0", count: Self.chunkDigits - digits.utf8.count) + digits + text
      rest = quotient
    }
    return text
  }

  /// The number that decimal digits write; nil where the text is empty, has anything but the
  /// digits 0 to 9, a leading zero, or needs more than 256 bits.
  public init?(decimal text: String) {
    var value = UInt256.zero
    let digits = text.utf8
    guard let first = digits.first, first != 0x30 || digits.count == 1 else { return nil }
    for byte in digits {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, past) = product.addingReportingOverflow(UInt256(UInt128(byte - 0x30)))
      guard !tooLarge, !past else { return nil }
      value = sum
    }
    self = value
  }
}

extension Word {
  /// A number, right-aligned.
  public init(_ value: UInt256) {
    self.init(
      w0: UInt64(truncatingIfNeeded: value.high >> 64),
      w1: UInt64(truncatingIfNeeded: value.high),
      w2: UInt64(truncatingIfNeeded: value.low >> 64),
      w3: UInt64(truncatingIfNeeded: value.low))
  }
}
