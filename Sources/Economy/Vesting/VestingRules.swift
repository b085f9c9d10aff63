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

/// A sum that opens by a rule, and may be revoked.
public struct VestingGrant: Equatable, Sendable {
  /// When a grant was ended, and what had vested by then.
  public struct Revocation: Hashable, Sendable, BitwiseCopyable {
    /// Seconds since genesis.
    public let time: Seconds
    /// Vested until then: still the holder's, released or not. The rest of the total is the
    /// giver's.
    public let kept: Amount

    public init(time: Seconds, kept: Amount) {
      self.time = time
      self.kept = kept
    }
  }

  public let total: Amount
  public let rule: ReleaseRule
  public private(set) var revocation: Revocation?

  public init(total: Amount, rule: ReleaseRule, revocation: Revocation? = nil) {
    self.total = total
    self.rule = rule
    self.revocation = revocation
  }

  /// The cumulative sum that has opened `elapsed` after genesis: it never falls as time goes and
  /// milestones are reached, and at the rule's end it is the total. Divisions: down.
  ///
  /// A plan by votes counts the years or epochs that have begun or ended as its pace says; one that
  /// caps a line counts epochs that have ended, so that a year's end is exactly the year's sum.
  public func vested(at elapsed: Seconds, unlocked: Amount = .max) -> Amount {
    guard let revocation else { return scheduled(at: elapsed, unlocked: unlocked) }
    // Milestones reached after a revocation open nothing.
    return min(
      scheduled(at: min(elapsed, revocation.time), unlocked: unlocked), revocation.kept)
  }

  private func scheduled(at elapsed: Seconds, unlocked: Amount) -> Amount {
    let epoch = EpochNumber(containing: elapsed)
    switch rule {
    case .lockThenLinear(let terms): return terms.lockThenLinear(total, at: elapsed)
    case .insideLinear(let terms): return terms.insideLinear(total, at: elapsed)
    case .milestoneCapped(let line, let plan):
      return min(
        line.lockThenLinear(total, at: elapsed), plan.cumulative(at: epoch), unlocked, total)
    case .plan(let plan):
      return min(plan.cumulative(at: plan.pace == .atOnce ? epoch.next : epoch), total)
    case .yearlyShare, .immediate: return total
    }
  }

  /// What may go out now: vested less released, and inside the limit of the day or year.
  /// Divisions: down.
  public func releasable(at elapsed: Seconds, _ progress: ReleaseProgress) -> Amount {
    let open = vested(at: elapsed, unlocked: progress.unlocked).excess(over: progress.released)
    switch rule {
    case .yearlyShare(let share):
      let limit = progress.yearStartBalance.share(min(share, .whole), .down)
      return min(open, limit.excess(over: progress.releasedInWindow))
    case .immediate(let maximum):
      let limit = total.share(min(maximum, .whole), .down)
      return min(open, limit.excess(over: progress.releasedInWindow))
    case .lockThenLinear, .insideLinear, .milestoneCapped, .plan: return open
    }
  }

  /// Ends the vesting at `elapsed` and answers what returns to the giver: everything not vested,
  /// and zero the second time. What is vested stays the holder's.
  public mutating func revoke(at elapsed: Seconds, unlocked: Amount = .max) -> Amount {
    guard revocation == nil else { return .zero }
    let kept = scheduled(at: elapsed, unlocked: unlocked)
    revocation = Revocation(time: elapsed, kept: kept)
    return total - kept
  }
}

/// What milestones unlock, cumulative over several wallets (economy file, foundationUnlockTokens).
///
/// A milestone opens the increase over the one listed before it, in whatever order they are
/// reached. The unlocked sum is divided among the wallets in proportion to their totals by a nested
/// split (F1), so that every wallet's part grows and all are whole at the end; the last wallet in
/// the file's order keeps the remainder.
public struct MilestoneGates: Equatable, Sendable {
  /// Which milestones have been reached, by place in the list; at most 64.
  public struct Reached: Hashable, Sendable, BitwiseCopyable {
    public private(set) var bits: UInt64

    public init(bits: UInt64 = 0) { self.bits = bits }

    public func contains(_ place: Int) -> Bool {
      place >= 0 && place < 64 && bits & (1 << UInt64(place)) != 0
    }

    /// A place outside 0 to 63 changes nothing.
    public mutating func insert(_ place: Int) {
      if place >= 0 && place < 64 { bits |= 1 << UInt64(place) }
    }
  }

  /// What each milestone opens over the one before.
  public let steps: [Amount]
  /// The wallets by place, each weighing its total.
  public let wallets: NestedSplit<Int>

  /// nil where the unlocked sums fall, where there are more than 64, where the last one is above
  /// the wallets together, or where those are all empty.
  public init?(cumulativeUnlocks: [Amount], walletTotals: [Amount]) {
    let shares = walletTotals.enumerated().map {
      NestedSplit<Int>.Share($0.offset, $0.element.units)
    }
    guard let wallets = NestedSplit(shares), cumulativeUnlocks.count <= 64 else { return nil }
    var steps: [Amount] = []
    var last = Amount.zero
    for unlock in cumulativeUnlocks {
      guard let step = unlock.subtracting(last) else { return nil }
      steps.append(step)
      last = unlock
    }
    guard last.units <= wallets.totalWeight else { return nil }
    self.steps = steps
    self.wallets = wallets
  }

  /// What the reached milestones unlock over all wallets.
  public func unlocked(_ reached: Reached) -> Amount {
    steps.indices.reduce(.zero) { reached.contains($1) ? $0 + steps[$1] : $0 }
  }

  /// The part of the unlocked sum for each wallet in order. Divisions: down; the last wallet keeps
  /// the remainder. No part is above its wallet.
  public func unlockedByWallet(_ reached: Reached) -> [Amount] {
    wallets.parts(of: unlocked(reached)).map(\.amount)
  }
}
