/// A quantity of one asset in its base units (DTA 4 decimals, BTT 18). Never negative.
///
/// The arithmetic operators trap on overflow; where a user can reach the overflow, use `adding` and
/// `subtracting`, which answer nil.
public struct Amount: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Base units.
  public var units: UInt128

  public static let zero = Amount(0)
  /// The largest amount; in an allowance it means "without limit" (ERC-20 practice).
  public static let max = Amount(UInt128.max)

  public init(_ units: UInt128) { self.units = units }

  public static func < (left: Amount, right: Amount) -> Bool { left.units < right.units }

  /// The sum, or nil past 128 bits.
  public func adding(_ other: Amount) -> Amount? {
    let (sum, overflow) = units.addingReportingOverflow(other.units)
    return overflow ? nil : Amount(sum)
  }

  /// The difference, or nil below zero.
  public func subtracting(_ other: Amount) -> Amount? {
    units < other.units ? nil : Amount(units - other.units)
  }

  public static func + (left: Amount, right: Amount) -> Amount { Amount(left.units + right.units) }
  public static func - (left: Amount, right: Amount) -> Amount { Amount(left.units - right.units) }
  public static func += (left: inout Amount, right: Amount) { left.units += right.units }
  public static func -= (left: inout Amount, right: Amount) { left.units -= right.units }
}

/// Hundredths of a percent: 10,000 is the whole.
public struct BasisPoints: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var value: UInt32

  /// 10,000: the whole.
  public static let whole = BasisPoints(10_000)

  public init(_ value: UInt32) { self.value = value }

  public static func < (left: BasisPoints, right: BasisPoints) -> Bool {
    left.value < right.value
  }
}

/// A span of time in seconds.
public struct Seconds: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var count: UInt64

  /// One epoch, 86,400 s (economics F0).
  public static let day = Seconds(86_400)
  /// One twelfth of a year, 2,628,000 s, whatever the calendar says (economics F0).
  public static let month = Seconds(2_628_000)
  /// 365 days, 31,536,000 s (economics F0).
  public static let year = Seconds(31_536_000)

  public init(_ count: UInt64) { self.count = count }

  public static func < (left: Seconds, right: Seconds) -> Bool { left.count < right.count }
}

/// An instant in seconds since 1970-01-01T00:00:00Z, taken from a block and nowhere else.
public struct LogicalTime: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var seconds: UInt64

  public init(_ seconds: UInt64) { self.seconds = seconds }

  public static func < (left: LogicalTime, right: LogicalTime) -> Bool {
    left.seconds < right.seconds
  }

  /// The instant `span` later; traps past 2^64.
  public static func + (time: LogicalTime, span: Seconds) -> LogicalTime {
    LogicalTime(time.seconds + span.count)
  }

  /// The span since `earlier`, or zero where that lies ahead.
  public func since(_ earlier: LogicalTime) -> Seconds {
    Seconds(seconds > earlier.seconds ? seconds - earlier.seconds : 0)
  }
}

/// A block's number; genesis is 0.
public typealias Height = UInt64
