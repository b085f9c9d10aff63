internal import Glibc
internal import Synchronization

/// Where a sequencer takes the time of its blocks from.
public protocol Clock: Sendable {
  /// Seconds since 1970.
  func now() -> UInt64
}

/// The machine's own clock.
public struct SystemClock: Clock {
  public init() {}

  public func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(clamping: time.tv_sec)
  }
}

/// Seconds that never go back, for intervals.
public enum Monotonic {
  /// Since a moment that means nothing.
  public static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(clamping: time.tv_sec) * 1_000_000_000 + UInt64(clamping: time.tv_nsec)
  }
}
