/// How much one source may use: so much a second, and so much at once after a rest.
public struct Allowance: Sendable, Equatable {
  /// The most that either number may be; more would be no limit.
  public static let most: UInt64 = 1_000_000_000

  /// Units that come back in a second; 0 is no limit at all.
  public let perSecond: UInt64
  /// Units that a source which has rested may use at once; at least 1.
  public let burst: UInt64

  /// Numbers above `most` are taken as `most`.
  public init(perSecond: UInt64, burst: UInt64) {
    self.perSecond = min(perSecond, Self.most)
    self.burst = min(max(burst, 1), Self.most)
  }

  /// No limit.
  public static let unlimited = Allowance(perSecond: 0, burst: 1)

  /// What so many units take to come back, in nanoseconds, rounded up.
  func nanoseconds(_ units: UInt64) -> UInt64 {
    // At most 10^9 * 10^9: no overflow.
    (min(units, burst) * 1_000_000_000 + perSecond - 1) / perSecond
  }
}

/// Token buckets, one for each source, in bounded memory and without a clock of their own.
///
/// A bucket is one number, the moment when it will be full again, so that resting costs no work.
/// What is full again is forgotten. Where more sources than there is room for are at work at once,
/// those that come last share one bucket: a flood of addresses is slowed, and costs no memory.
public struct TokenBuckets<Key: Hashable & Sendable>: Sendable {
  /// Of every source.
  public var allowance: Allowance
  private let mostKeys: Int
  private var fullAt: [Key: UInt64] = [:]
  private var crowdFullAt: UInt64 = 0
  private var nextSweep: UInt64 = 0

  /// - Parameter keys: how many sources are remembered at most.
  public init(_ allowance: Allowance, keys: Int = 1 << 16) {
    self.allowance = allowance
    mostKeys = keys
  }

  /// Sources that are remembered.
  public var count: Int { fullAt.count }

  /// How long until so many units may be taken, in nanoseconds; nil where they may be now. A cost
  /// above the burst counts as the burst: it needs a full bucket and empties it.
  /// - Parameter now: nanoseconds that never go back.
  public func wait(_ cost: UInt64, _ key: Key, at now: UInt64) -> UInt64? {
    guard allowance.perSecond > 0, cost > 0 else { return nil }
    let after = Self.sum(max(standing(key), now), allowance.nanoseconds(cost))
    let latest = Self.sum(now, allowance.nanoseconds(allowance.burst))
    return after > latest ? after - latest : nil
  }

  /// Takes so many units where they are there; otherwise how long until they will be.
  public mutating func take(_ cost: UInt64, _ key: Key, at now: UInt64) -> UInt64? {
    guard allowance.perSecond > 0, cost > 0 else { return nil }
    if let wait = wait(cost, key, at: now) { return wait }
    let after = Self.sum(max(standing(key), now), allowance.nanoseconds(cost))
    if fullAt[key] == nil, fullAt.count >= mostKeys { sweep(at: now) }
    if fullAt[key] != nil || fullAt.count < mostKeys {
      fullAt[key] = after
    } else {
      crowdFullAt = after
    }
    return nil
  }

  private func standing(_ key: Key) -> UInt64 {
    fullAt[key] ?? (fullAt.count < mostKeys ? 0 : crowdFullAt)
  }

  /// Forgets the full ones, at most once a second: looking through all of them takes time.
  private mutating func sweep(at now: UInt64) {
    guard now >= nextSweep else { return }
    nextSweep = Self.sum(now, 1_000_000_000)
    fullAt = fullAt.filter { $0.value > now }
  }

  private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }
}
