internal import Primitives

/// The module's arithmetic of time.
enum AccessRules {
  /// The instant that stands for "for good".
  static let forever = LogicalTime(UInt64.max)

  /// When an offered place can be accepted; nil past the end of time.
  static func readyAt(_ now: LogicalTime, delay: Seconds) -> LogicalTime? {
    let (sum, overflow) = now.seconds.addingReportingOverflow(delay.count)
    return overflow ? nil : LogicalTime(sum)
  }
}
