internal import Engine
internal import Glibc
internal import Primitives
internal import Synchronization

/// What a client that polls wants to hear of.
enum FilterKind: Sendable {
  case logs(LogFilter)
  case blocks
  /// Transactions accepted into the pool.
  case arrivals
}

/// A filter that was installed. It holds no queue: only how far its owner has read what the chain
/// remembers anyway.
final class InstalledFilter: Sendable {
  struct Reading: Sendable {
    /// For logs and blocks.
    var place: LogPlace
    /// For arrivals.
    var arrival: UInt64
  }

  let kind: FilterKind
  /// Held during a poll, so that two at once do not get the same news.
  let reading: Mutex<Reading>
  fileprivate let used: Atomic<UInt64>

  fileprivate init(_ kind: FilterKind, _ reading: Reading, now: UInt64) {
    self.kind = kind
    self.reading = Mutex(reading)
    used = Atomic(now)
  }
}

/// The filters of all clients: bounded in number, and forgotten when nobody asks for them.
final class Filters: Sendable {
  private let all = Mutex<[UInt128: InstalledFilter]>([:])
  private let limit: Int
  private let lifetime: UInt64
  private let now: @Sendable () -> UInt64

  /// - Parameters:
  ///   - lifetime: seconds after the last use.
  ///   - now: seconds of a clock that never goes back.
  init(
    limit: Int = RPCLimits.filters, lifetime: UInt64 = RPCLimits.filterLifetime,
    now: @escaping @Sendable () -> UInt64 = { Filters.monotonicSeconds() }
  ) {
    self.limit = limit
    self.lifetime = lifetime
    self.now = now
  }

  /// Seconds of the machine's clock that never goes back.
  static func monotonicSeconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return UInt64(clamping: time.tv_sec)
  }

  var count: Int { all.withLock { $0.count } }

  /// Installs a filter under a number that nobody can guess, since whoever knows it can read and
  /// remove the filter; nil where there is no room.
  func install(_ kind: FilterKind, _ reading: InstalledFilter.Reading) -> UInt128? {
    let time = now()
    return all.withLock { all in
      if all.count >= limit {
        all = all.filter { time - $0.value.used.load(ordering: .relaxed) <= lifetime }
      }
      guard all.count < limit else { return nil }
      let number = UInt128.random(in: 1...UInt128.max)
      all[number] = InstalledFilter(kind, reading, now: time)
      return number
    }
  }

  /// The filter with that number, which counts as used; nil where there is none any more.
  func find(_ number: UInt128) -> InstalledFilter? {
    let time = now()
    return all.withLock { all in
      guard let filter = all[number] else { return nil }
      guard time - filter.used.load(ordering: .relaxed) <= lifetime else {
        all[number] = nil
        return nil
      }
      filter.used.store(time, ordering: .relaxed)
      return filter
    }
  }

  /// True where there was such a filter.
  func remove(_ number: UInt128) -> Bool {
    find(number) != nil && all.withLock { $0.removeValue(forKey: number) } != nil
  }
}
