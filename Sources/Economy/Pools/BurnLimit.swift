public import Primitives

/// How much may still burn (F9): never below a floor of the supply, never above a share of it a
/// year.
public struct BurnLimit: Hashable, Sendable, BitwiseCopyable {
  /// What became of a wish to burn.
  public struct Decision: Hashable, Sendable, BitwiseCopyable {
    /// What burns.
    public let burned: Amount
    /// What goes to the overflow account instead.
    public let overflow: Amount
  }

  /// The supply below which nothing burns.
  public let supplyFloor: Amount
  /// The most that burns in the present year.
  public let yearCap: Amount
  /// What has burned in the present year under the cap.
  public private(set) var yearBurned: Amount

  /// A year that begins with this supply. Division: down. A share above the whole counts as the
  /// whole.
  public init(supplyFloor: Amount, supplyAtYearStart: Amount, annualCap: BasisPoints) {
    self.init(
      supplyFloor: supplyFloor, yearCap: supplyAtYearStart.share(min(annualCap, .whole), .down),
      yearBurned: .zero)
  }

  /// A year under way.
  public init(supplyFloor: Amount, yearCap: Amount, yearBurned: Amount) {
    self.supplyFloor = supplyFloor
    self.yearCap = yearCap
    self.yearBurned = yearBurned
  }

  /// What of `want` may burn at this supply; nothing is changed.
  public func decide(_ want: Amount, supply: Amount) -> Decision {
    let burned = min(want, supply.excess(over: supplyFloor), yearCap.excess(over: yearBurned))
    return Decision(burned: burned, overflow: want - burned)
  }

  /// Decides and counts what burns.
  public mutating func burn(_ want: Amount, supply: Amount) -> Decision {
    let decision = decide(want, supply: supply)
    yearBurned += decision.burned
    return decision
  }
}

/// A reserve that burns beside organic burns (D22).
public struct BurnMatch: Equatable, Sendable {
  /// Matched units for each unit burned; the whole is one for one, and it may be above.
  public let rate: BasisPoints
  /// What the reserve may have burned by then; unspent rolls over.
  public let schedule: EmissionSchedule

  public init(rate: BasisPoints, schedule: EmissionSchedule) {
    self.rate = rate
    self.schedule = schedule
  }

  /// What the reserve adds at the close of `epoch` to the `organic` burns of it, with `matched`
  /// burned so far: at most the schedule through the epoch. Division: down; the reserve keeps the
  /// remainder. The organic burns of an epoch are at most a supply of 2^85 units.
  public func amount(organic: Amount, matched: Amount, closing epoch: EpochNumber) -> Amount {
    min(organic.share(rate, .down), schedule.cumulative(at: epoch.next).excess(over: matched))
  }
}
