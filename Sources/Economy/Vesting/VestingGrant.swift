public import Primitives

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

  /// The whole grant in base units.
  public let total: Amount
  /// How it opens.
  public let rule: ReleaseRule
  /// When it was ended; nil while it runs.
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
    /// One bit a milestone, by place.
    public private(set) var bits: UInt64

    public init(bits: UInt64 = 0) { self.bits = bits }

    /// True where the milestone at that place has been reached.
    public func contains(_ place: Int) -> Bool { bits & (1 << place) != 0 }

    /// A place outside 0 to 63 changes nothing: the bit is shifted out, to either side.
    public mutating func insert(_ place: Int) { bits |= 1 << place }
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
