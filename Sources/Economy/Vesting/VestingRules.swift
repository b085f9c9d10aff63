public import Primitives

/// A straight line over time with a lock; all spans in seconds, the start counted from genesis.
public struct LinearTerms: Hashable, Sendable, BitwiseCopyable {
  public let start: Seconds
  public let lock: Seconds
  /// At least 1 s.
  public let duration: Seconds

  /// nil where the duration is zero or the spans together need more than 63 bits.
  public init?(start: Seconds, lock: Seconds, duration: Seconds) {
    let (locked, first) = start.count.addingReportingOverflow(lock.count)
    let (end, second) = locked.addingReportingOverflow(duration.count)
    guard duration.count > 0, !first, !second, end <= UInt64(Int64.max) else { return nil }
    self.start = start
    self.lock = lock
    self.duration = duration
  }

  /// Months of 2,628,000 s (F0).
  public init?(startMonth: UInt64, lockMonths: UInt64, durationMonths: UInt64) {
    guard max(startMonth, lockMonths, durationMonths) <= 1 << 40 else { return nil }
    let month = Seconds.month.count
    self.init(
      start: Seconds(startMonth * month), lock: Seconds(lockMonths * month),
      duration: Seconds(durationMonths * month))
  }

  /// The line after the lock: `total × min(t − start − lock, duration) / duration`. Division: down;
  /// what is left opens later, the end is exact.
  func lockThenLinear(_ total: Amount, at elapsed: Seconds) -> Amount {
    opened(total, after: start.count + lock.count, at: elapsed)
  }

  /// Zero until the lock ends, then what the line from the start has reached. Division: down.
  func insideLinear(_ total: Amount, at elapsed: Seconds) -> Amount {
    elapsed.count < start.count + lock.count
      ? .zero : opened(total, after: start.count, at: elapsed)
  }

  private func opened(_ total: Amount, after begin: UInt64, at elapsed: Seconds) -> Amount {
    guard elapsed.count > begin else { return .zero }
    let passed = min(elapsed.count - begin, duration.count)
    return total.scaled(by: UInt128(passed), over: UInt128(duration.count), .down)
  }
}

/// How a wallet or a grant opens (F3). All times are seconds since genesis.
public enum ReleaseRule: Equatable, Sendable {
  /// Nothing while locked, then evenly over the whole duration; without a lock, a plain line.
  case lockThenLinear(LinearTerms)
  /// Nothing while locked, then at once what the line from the start has reached.
  case insideLinear(LinearTerms)
  /// The least of a line, a yearly plan and what milestones have unlocked.
  case milestoneCapped(line: LinearTerms, plan: EmissionSchedule)
  /// Spent by votes inside a plan (governancePlan).
  case plan(EmissionSchedule)
  /// Spent by votes, at most this share of what the wallet held when the year began
  /// (maxBpsOfBalancePerYear).
  case yearlyShare(BasisPoints)
  /// Open from genesis, deployed at most by this share of the total a day (maxDeployBpsPerDay).
  case immediate(maximumPerDay: BasisPoints)

  /// A limit for each year of a vote's wallet (scheduleCapYearTokens): a year's sum is open from
  /// its first second, and what it leaves may be spent later. nil where the sum needs more than 128
  /// bits.
  public static func yearlySums(_ sums: [Amount]) -> ReleaseRule? {
    EmissionSchedule.plan(sums, from: EpochNumber(0)).map { .plan($0) }
  }
}

/// What has already gone out of a wallet, and what milestones and balances allow.
public struct ReleaseProgress: Hashable, Sendable, BitwiseCopyable {
  /// Everything released so far.
  public var released: Amount
  /// Released since the present day or year (whichever the rule counts) began.
  public var releasedInWindow: Amount
  /// What the wallet held when the present year began; `yearlyShare` alone reads it.
  public var yearStartBalance: Amount
  /// What milestones have unlocked for this wallet; `milestoneCapped` alone reads it.
  public var unlocked: Amount

  public init(
    released: Amount = .zero, releasedInWindow: Amount = .zero, yearStartBalance: Amount = .zero,
    unlocked: Amount = .zero
  ) {
    self.released = released
    self.releasedInWindow = releasedInWindow
    self.yearStartBalance = yearStartBalance
    self.unlocked = unlocked
  }
}
