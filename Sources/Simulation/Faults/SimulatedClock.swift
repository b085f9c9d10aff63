public import Engine
internal import Synchronization

/// A clock that goes as it is told: forward, backward, by years, or not at all.
public final class SimulatedClock: Clock {
  private struct Hands {
    var seconds: UInt64
    /// Seconds that go by with every reading.
    var pace: UInt64 = 0
  }

  private let hands: Mutex<Hands>

  /// - Parameter seconds: since 1970.
  public init(_ seconds: UInt64) { hands = Mutex(Hands(seconds: seconds)) }

  public func now() -> UInt64 {
    hands.withLock { hands in
      defer { hands.seconds = hands.seconds.addingReportingOverflow(hands.pace).partialValue }
      return hands.seconds
    }
  }

  /// Lets so many seconds go by with every reading; 0 freezes the clock.
  public func go(_ pace: UInt64) { hands.withLock { $0.pace = pace } }

  /// Moves the clock, forward or backward; it stops at both ends of its range.
  public func jump(_ seconds: Int64) {
    hands.withLock { hands in
      let (moved, isOver) =
        seconds < 0
        ? hands.seconds.subtractingReportingOverflow(seconds.magnitude)
        : hands.seconds.addingReportingOverflow(seconds.magnitude)
      hands.seconds = isOver ? (seconds < 0 ? 0 : .max) : moved
    }
  }

  /// Sets the clock to so many seconds since 1970.
  public func set(_ seconds: UInt64) { hands.withLock { $0.seconds = seconds } }

  /// A jump as clocks make them: a second, an hour, a day, a year or ten, either way; or none.
  public static func jump(_ generator: inout Generator) -> Int64 {
    let spans: [Int64] = [0, 1, 1, 59, 3_600, 86_400, 31_536_000, 315_360_000]
    let span = spans[generator.below(spans.count)]
    return generator.chance(oneIn: 2) ? span : -span
  }
}
