public import Primitives

/// A day of the economy, 86,400 s, counted from genesis; the first is 0 (economics F0).
public struct EpochNumber: Hashable, Comparable, Sendable, BitwiseCopyable {
  public let value: UInt64

  public init(_ value: UInt64) { self.value = value }

  /// The epoch that holds the instant `elapsed` after genesis. It is also the count of epochs that
  /// have ended by then. Division: down.
  public init(containing elapsed: Seconds) { value = elapsed.count / Seconds.day.count }

  /// The epoch after this one; the last number of all follows itself.
  public var next: EpochNumber { value == .max ? self : EpochNumber(value + 1) }

  /// How many epochs lie between `start` and here; zero where `start` is ahead.
  public func since(_ start: EpochNumber) -> UInt64 {
    value > start.value ? value - start.value : 0
  }

  public static func < (left: EpochNumber, right: EpochNumber) -> Bool { left.value < right.value }
}

extension Amount {
  /// `units × numerator / denominator`, rounded as named. For ratios up to one, or otherwise
  /// bounded so that the quotient has 128 bits; the denominator is never zero. A breach is a fault
  /// of the caller and traps.
  func scaled(
    by numerator: UInt128, over denominator: UInt128, _ rounding: Rounding
  ) -> Amount {
    guard let quotient = multiplyDivide(units, numerator, by: denominator, rounding) else {
      preconditionFailure("a scaled amount needs more than 128 bits")
    }
    return Amount(quotient)
  }

  /// The share of the amount, rounded as named.
  func share(_ share: BasisPoints, _ rounding: Rounding) -> Amount {
    scaled(by: UInt128(share.value), over: UInt128(BasisPoints.whole.value), rounding)
  }

  /// The difference, or zero where `other` is larger.
  func excess(over other: Amount) -> Amount { subtracting(other) ?? .zero }
}

/// What becomes of a part of a schedule that was not spent in its epoch (economics 3.3).
public enum UnspentRule: Hashable, Sendable {
  /// All of it is available in the next epoch.
  case rollsOver
  /// One part in so many becomes available each epoch; 0 counts as 1.
  case drip(epochs: UInt64)
}

/// What a pool has received and paid so far, both cumulative, in units.
///
/// Each stays below 2^127: a supply has at most 2^85 units, and 2^42 times that never flows.
public struct PoolProgress: Hashable, Sendable, BitwiseCopyable {
  /// Everything that came in after genesis: revenue, forfeits, penalties, returns.
  public var topUps: Amount
  /// Everything that went out.
  public var spent: Amount

  public init(topUps: Amount = .zero, spent: Amount = .zero) {
    self.topUps = topUps
    self.spent = spent
  }
}

/// The arithmetic of pools: budgets, shares of them, and what is shown beside them.
public enum PoolsRules {
  /// What a pool may pay in the epochs from `first` until `end` opens (one epoch: `end` is
  /// `first.next`). Where the unspent rolls over: everything scheduled until `end` and topped up,
  /// less the spent (F4). Where it drips: the schedule of the span, and for each epoch of it a part
  /// of the backlog (F14). Division: down; the pool keeps the remainder.
  public static func budget(
    _ schedule: EmissionSchedule, unspent: UnspentRule, from first: EpochNumber,
    until end: EpochNumber, _ progress: PoolProgress
  ) -> Amount {
    switch unspent {
    case .rollsOver:
      return (schedule.cumulative(at: end) + progress.topUps).excess(over: progress.spent)
    case .drip(let epochs):
      let due = schedule.cumulative(at: first)
      let backlog = (due + progress.topUps).excess(over: progress.spent)
      let whole = max(epochs, 1)
      let part = backlog.scaled(
        by: UInt128(min(end.since(first), whole)), over: UInt128(whole), .down)
      return schedule.emission(from: first, until: end) + part
    }
  }

  /// The revenue that moves to the pool when an epoch opens, so that nobody gains by staking just
  /// before a large payment (GS03). Division: down; the revenue account keeps the rest. 0 epochs
  /// count as 1.
  public static func smoothed(_ revenue: Amount, over epochs: UInt64) -> Amount {
    Amount(revenue.units / UInt128(max(epochs, 1)))
  }

  /// How many epochs the balance lasts at the pace of `spent` in the last `epochs`; nil where
  /// nothing was spent, so that no end is in sight. Division: down.
  public static func runway(
    balance: Amount, spent: Amount, over epochs: UInt64
  ) -> UInt64? {
    guard spent > .zero else { return nil }
    let whole = multiplyDivide(balance.units, UInt128(epochs), by: spent.units, .down) ?? .max
    return UInt64(clamping: whole)
  }

  /// What a holder of `weight` is paid from a budget shared by `total` weight, at most
  /// `perFeeCap` of the platform fee that it caused, so that trading with oneself never pays (F14).
  /// Divisions: down; the pool keeps the remainder. Nothing where `total` is zero.
  public static func weightProRata(
    budget: Amount, weight: UInt128, of total: UInt128, fee: Amount, perFeeCap: BasisPoints
  ) -> Amount {
    min(weightProRata(budget: budget, weight: weight, of: total), fee.share(perFeeCap, .down))
  }

  /// The share of a budget by weight, without a cap. Division: down; the pool keeps the remainder.
  public static func weightProRata(
    budget: Amount, weight: UInt128, of total: UInt128
  ) -> Amount {
    total == 0 ? .zero : budget.scaled(by: min(weight, total), over: total, .down)
  }
}

/// Demands against a budget: paid in full, or all in the same proportion (F11).
public struct DemandProRata: Hashable, Sendable, BitwiseCopyable {
  /// The sum of the demands.
  public let demand: Amount
  public let budget: Amount

  public init(demand: Amount, budget: Amount) {
    self.demand = demand
    self.budget = budget
  }

  /// What a demand of `amount`, one of those in the sum, is paid. Division: down; the rest stays in
  /// the pool and the unpaid part is dropped, not owed.
  public func payment(for amount: Amount) -> Amount {
    if demand <= budget { return amount }
    return min(amount, demand).scaled(by: budget.units, over: demand.units, .down)
  }
}

/// What was paid against what the ceiling would have allowed (D05): shown beside every rate.
public struct Coverage: Hashable, Sendable, BitwiseCopyable {
  public let paid: Amount
  public let ceiling: Amount

  public init(paid: Amount, ceiling: Amount) {
    self.paid = paid
    self.ceiling = ceiling
  }

  /// The paid share of the ceiling, at most the whole; the whole where nothing was due.
  /// Division: down, so that the whole means all of it.
  public var share: BasisPoints {
    if paid >= ceiling { return .whole }
    let whole = Amount(UInt128(BasisPoints.whole.value))
    return BasisPoints(
      UInt32(truncatingIfNeeded: whole.scaled(by: paid.units, over: ceiling.units, .down).units))
  }

  /// What the ceiling would have allowed beyond the payment. It is not owed.
  public var shortfall: Amount { ceiling.excess(over: paid) }
}
