public import Primitives

/// A simple yearly rate of a position: a ceiling, never a debt (F4, F5).
public struct RewardRate: Hashable, Sendable, BitwiseCopyable {
  /// The yearly rate before the bonus, at most the whole.
  public let apr: BasisPoints
  /// By how much the rate is raised, relative to itself, at most the whole.
  public let bonus: BasisPoints

  /// nil where one of them is above the whole.
  public init?(apr: BasisPoints, bonus: BasisPoints = BasisPoints(0)) {
    guard apr <= .whole, bonus <= .whole else { return nil }
    self.apr = apr
    self.bonus = bonus
  }

  /// `apr × (10,000 + bonus)` in parts of 10^8 a year; at most 2 × 10^8.
  public var rho: UInt64 { UInt64(apr.value) * UInt64(BasisPoints.whole.value + bonus.value) }
}

/// A step of the principal with the range of rates that the lock sweeps (D02).
public struct StakingTier: Hashable, Sendable, BitwiseCopyable {
  public let minimum: Amount
  public let lowest: BasisPoints
  public let highest: BasisPoints

  /// nil where the range falls or passes the whole.
  public init?(minimum: Amount, lowest: BasisPoints, highest: BasisPoints) {
    guard lowest <= highest, highest <= .whole else { return nil }
    self.minimum = minimum
    self.lowest = lowest
    self.highest = highest
  }

  /// The rate at this part of the range, at most the top. Division: down. After the lock the part
  /// is zero.
  public func apr(at range: BasisPoints) -> BasisPoints {
    let span = UInt64(highest.value - lowest.value) * UInt64(min(range, .whole).value)
    return BasisPoints(
      lowest.value + UInt32(truncatingIfNeeded: span / UInt64(BasisPoints.whole.value)))
  }
}

/// A lock that may be chosen, and the part of a tier's range that it earns (D03).
public struct StakingLock: Hashable, Sendable, BitwiseCopyable {
  public let duration: Seconds
  public let range: BasisPoints

  public init(duration: Seconds, range: BasisPoints) {
    self.duration = duration
    self.range = range
  }
}

/// Tiers of principal, and locks, that together set a rate (DTA).
public struct TierTable: Equatable, Sendable {
  /// Minima strictly rising.
  public let tiers: [StakingTier]
  public let locks: [StakingLock]

  /// nil where there is no tier or no lock, the minima do not rise, or a range is above the whole.
  public init?(tiers: [StakingTier], locks: [StakingLock]) {
    guard !tiers.isEmpty, !locks.isEmpty else { return nil }
    for place in tiers.indices.dropFirst() where tiers[place].minimum <= tiers[place - 1].minimum {
      return nil
    }
    for lock in locks where lock.range > .whole { return nil }
    self.tiers = tiers
    self.locks = locks
  }

  /// The place of the highest tier that the principal reaches; nil below the first.
  public func tier(for principal: Amount) -> Int? {
    tiers.lastIndex { $0.minimum <= principal }
  }

  /// The place of the lock of exactly this duration.
  public func lock(of duration: Seconds) -> Int? {
    locks.firstIndex { $0.duration == duration }
  }
}

/// Bonuses that each grow from a floor to their own maximum with a score (D04).
public struct GradedBonuses: Equatable, Sendable {
  /// What being eligible alone earns.
  public let floor: BasisPoints
  /// The most that all of them earn together.
  public let cap: BasisPoints
  /// The most that each earns, in the file's order.
  public let maxima: [BasisPoints]

  /// nil where a maximum is below the floor, or the cap or a maximum above the whole.
  public init?(floor: BasisPoints, cap: BasisPoints, maxima: [BasisPoints]) {
    guard cap <= .whole else { return nil }
    for maximum in maxima where maximum < floor || maximum > .whole { return nil }
    self.floor = floor
    self.cap = cap
    self.maxima = maxima
  }

  /// The bonus at these scores of at most the whole; nil is not eligible, as is a missing score.
  /// `floor + (maximum − floor) × score / 10,000`, summed, capped. Divisions: down.
  public func bonus(scores: [BasisPoints?]) -> BasisPoints {
    var sum: UInt64 = 0
    for (maximum, score) in zip(maxima, scores) {
      guard let score else { continue }
      let span = UInt64(maximum.value - floor.value) * UInt64(min(score, .whole).value)
      sum += UInt64(floor.value) + span / UInt64(BasisPoints.whole.value)
    }
    return BasisPoints(UInt32(truncatingIfNeeded: min(sum, UInt64(cap.value))))
  }
}

/// A row of a table of periods (BTT): its rate, its least principal and its burn. What else a row
/// gives stays in the plan.
public struct StakingPeriod: Hashable, Sendable, BitwiseCopyable {
  public let duration: Seconds
  public let apr: BasisPoints
  /// The least principal of the row.
  public let minimum: Amount
  /// The share of a reward that burns when it is claimed or compounded (F7b).
  public let rewardBurn: BasisPoints

  /// nil where the rate or the burn is above the whole.
  public init?(duration: Seconds, apr: BasisPoints, minimum: Amount, rewardBurn: BasisPoints) {
    guard apr <= .whole, rewardBurn <= .whole else { return nil }
    self.duration = duration
    self.apr = apr
    self.minimum = minimum
    self.rewardBurn = rewardBurn
  }
}

/// Why a table of periods has no row for a stake.
public enum PeriodRefusal: Error, Hashable, Sendable {
  /// No row has this duration.
  case unknownDuration(Seconds)
  /// The row wants at least this principal (B20).
  case belowMinimum(Amount)
}

/// Rows by duration, shortest first. When a lock ends its position falls to the first row.
public struct PeriodTable: Equatable, Sendable {
  public let rows: [StakingPeriod]

  /// nil where there is no row or the durations do not rise.
  public init?(_ rows: [StakingPeriod]) {
    guard !rows.isEmpty else { return nil }
    for place in rows.indices.dropFirst() where rows[place].duration <= rows[place - 1].duration {
      return nil
    }
    self.rows = rows
  }

  /// The place of the row for a stake.
  public func row(of duration: Seconds, principal: Amount) throws(PeriodRefusal) -> Int {
    guard let place = rows.firstIndex(where: { $0.duration == duration }) else {
      throw .unknownDuration(duration)
    }
    guard principal >= rows[place].minimum else { throw .belowMinimum(rows[place].minimum) }
    return place
  }

  /// The row of a position whose lock has ended.
  public var afterLock: StakingPeriod { rows[0] }
}

/// The price of leaving before the lock ends (F7).
public struct EarlyExitTerms: Hashable, Sendable, BitwiseCopyable {
  /// Where the units of a position go that leaves early; `returned`, `burned` and `toPool` make up
  /// principal and pending to the unit.
  public struct Outcome: Hashable, Sendable, BitwiseCopyable {
    public let penalty: Amount
    /// What the holder gets back of the principal.
    public let returned: Amount
    /// The burned part of the penalty.
    public let burned: Amount
    /// The rest of the penalty and the forfeited pending; a top-up of the pool.
    public let toPool: Amount
  }

  /// The share of the principal that leaving at once costs.
  public let maximumPenalty: BasisPoints
  /// The share of the penalty that burns.
  public let burnShare: BasisPoints

  /// nil where one of them is above the whole.
  public init?(maximumPenalty: BasisPoints, burnShare: BasisPoints) {
    guard maximumPenalty <= .whole, burnShare <= .whole else { return nil }
    self.maximumPenalty = maximumPenalty
    self.burnShare = burnShare
  }

  /// Leaving with `remaining` of `lock` to go, after settling `pending`. The penalty falls in a
  /// line with the remaining time. Divisions: penalty up, burn down; the pool takes the remainder.
  /// Once the lock has ended nothing is lost: the pending is the holder's and not part of the
  /// outcome.
  public func leave(
    principal: Amount, pending: Amount, remaining: Seconds, lock: Seconds
  ) -> Outcome {
    guard remaining.count > 0, lock.count > 0 else {
      return Outcome(penalty: .zero, returned: principal, burned: .zero, toPool: .zero)
    }
    let part = UInt128(maximumPenalty.value) * UInt128(min(remaining, lock).count)
    let whole = UInt128(BasisPoints.whole.value) * UInt128(lock.count)
    let penalty = principal.scaled(by: part, over: whole, .up)
    let burned = penalty.share(burnShare, .down)
    return Outcome(
      penalty: penalty, returned: principal - penalty, burned: burned,
      toPool: penalty - burned + pending)
  }
}

/// A reward on its way out: what burns and what the holder gets (F7b).
public struct RewardPayout: Hashable, Sendable, BitwiseCopyable {
  public let burned: Amount
  public let paid: Amount
}

/// The arithmetic of staking besides the accumulator.
public enum StakingRules {
  /// A claim of `pending` from a row that burns `rewardBurn` of it; above the whole counts as the
  /// whole. Division: down; the holder keeps the remainder.
  public static func payout(_ pending: Amount, rewardBurn: BasisPoints) -> RewardPayout {
    let burned = pending.share(min(rewardBurn, .whole), .down)
    return RewardPayout(burned: burned, paid: pending - burned)
  }

  /// The principal after compounding (F6): the payout joins it. Tier and weight are found anew by
  /// the caller; the lock's end stays. nil where the sum needs more than 128 bits.
  public static func compounded(principal: Amount, _ payout: RewardPayout) -> Amount? {
    principal.adding(payout.paid)
  }
}
