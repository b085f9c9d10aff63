public import Primitives

/// A share of rewards: principal times rate, or principal alone. At most 2^110, so that a weight
/// times a day, and a day's remainder on top, fit 127 bits (F0).
public struct StakeWeight: Hashable, Comparable, Sendable, BitwiseCopyable {
  public static let zero = StakeWeight(unchecked: 0)
  /// The largest weight: the whole supply of 2^85 units at 33,000,000 parts of 10^8, and more than
  /// every rate of the economies.
  public static let largest = StakeWeight(unchecked: 1 << 110)

  /// The number itself.
  public let value: UInt128

  private init(unchecked value: UInt128) { self.value = value }

  /// nil above 2^110.
  public init?(_ value: UInt128) {
    guard value <= Self.largest.value else { return nil }
    self.value = value
  }

  /// The weight against a ceiling, `principal × rho` (F4); nil above 2^110.
  public init?(_ principal: Amount, at rate: RewardRate) {
    guard let product = wideMultiply(principal.units, UInt128(rate.rho)).narrow else { return nil }
    self.init(product)
  }

  /// The sum, or nil above 2^110.
  public func adding(_ other: StakeWeight) -> StakeWeight? { StakeWeight(value + other.value) }

  /// The difference, or nil below zero.
  public func subtracting(_ other: StakeWeight) -> StakeWeight? {
    value < other.value ? nil : StakeWeight(value - other.value)
  }

  public static func < (left: StakeWeight, right: StakeWeight) -> Bool { left.value < right.value }
}

/// Cumulative reward of one unit of weight, in units × 10^24 (F0: S).
public struct RewardIndex: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// S: what one whole unit is on the index.
  public static let scale: UInt128 = 1_000_000_000_000_000_000_000_000

  /// The number itself.
  public let value: UInt128

  public init(_ value: UInt128) { self.value = value }

  public static func < (left: RewardIndex, right: RewardIndex) -> Bool { left.value < right.value }
}

/// Rewards that flow evenly within each epoch to a changing total weight, shared by weight (F4).
///
/// Everything since the last anchor is computed from it in one step, so that reading and claiming,
/// however often, change nothing. The anchor is renewed only where an epoch closes and where the
/// total weight changes. What has been emitted covers every claim; what rounding leaves is carried
/// on.
///
/// Bounds: a budget of 2^85 units times S and the carry is below 2^166. Under a ceiling an epoch
/// lifts the index by less than 2^45 + (S + 2^110) / weight; without one, weights are ignored by
/// which a whole budget would lift it 2^100 or more, so its 128 bits last 700,000 years.
public struct Accumulator: Hashable, Sendable, BitwiseCopyable {
  /// What limits the flow besides the budget.
  public enum Ceiling: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// The weights' own yearly rate: weight / (10^8 × year) units a second.
    case rate
    /// Nothing: the whole budget flows, as for a fee share.
    case none
  }

  /// Where the present segment began.
  public struct Anchor: Hashable, Sendable, BitwiseCopyable {
    public var time: LogicalTime
    public var index: RewardIndex
    /// What the index division left, in units × S: less than a weight.
    public var carry: UInt128
    /// What the ceiling division left, in weight × seconds: less than 10^8 × year.
    public var remainder: UInt128

    public init(time: LogicalTime, index: RewardIndex, carry: UInt128, remainder: UInt128) {
      self.time = time
      self.index = index
      self.carry = carry
      self.remainder = remainder
    }
  }

  /// RS × YEAR: weight × seconds of one unit at the ceiling.
  public static let ceilingScale: UInt128 = 100_000_000 * UInt128(Seconds.year.count)
  /// A budget must not lift the index as far as this in one epoch.
  static let steepestIndex: UInt128 = 1 << 100

  /// How much may be emitted in a time.
  public let ceiling: Ceiling
  /// Where emission is counted from.
  public private(set) var anchor: Anchor
  /// When the present epoch opened.
  public private(set) var epochStart: LogicalTime
  /// What may flow in the present epoch.
  public private(set) var budget: Amount
  /// What the source held at the anchor; no more than that flows.
  public private(set) var source: Amount
  /// What has been collected of the present segment.
  public private(set) var collected: Amount
  /// The weight that shares the emission.
  public private(set) var weight: StakeWeight

  /// An accumulator without weight whose first epoch opens now.
  public init(
    ceiling: Ceiling, opening time: LogicalTime, budget: Amount = .zero, source: Amount = .zero
  ) {
    self.init(
      ceiling: ceiling,
      anchor: Anchor(time: time, index: RewardIndex(0), carry: 0, remainder: 0),
      epochStart: time, budget: budget, source: source, collected: .zero, weight: .zero)
  }

  /// One that was written down.
  public init(
    ceiling: Ceiling, anchor: Anchor, epochStart: LogicalTime, budget: Amount, source: Amount,
    collected: Amount, weight: StakeWeight
  ) {
    self.ceiling = ceiling
    self.anchor = anchor
    self.epochStart = epochStart
    self.budget = budget
    self.source = source
    self.collected = collected
    self.weight = weight
  }

  /// When the present epoch closes; later times count as this one.
  public var epochEnd: LogicalTime { epochStart + Seconds.day }

  /// What has flowed since the anchor. Divisions: down; the ceiling's remainder is kept by the
  /// anchor, the budget's by the pool.
  public func emitted(at time: LogicalTime) -> Amount {
    guard !isIdle else { return .zero }
    let time = inside(time)
    // Two cumulative floors, so that segments of an epoch add up to its budget.
    let flowed = paced(until: time) - paced(until: anchor.time)
    var emitted = min(flowed, source)
    if ceiling == .rate {
      emitted = min(emitted, Amount(ceilingNumerator(at: time) / Self.ceilingScale))
    }
    return emitted
  }

  /// The index at that time: the anchor's, and what has flowed since over the weight. Division:
  /// down; the carry keeps the remainder.
  public func index(at time: LogicalTime) -> RewardIndex {
    guard !isIdle else { return anchor.index }
    return RewardIndex(anchor.index.value + share(of: emitted(at: time)).quotient)
  }

  /// What must move from the source to where claims are paid, so that those of this time are
  /// covered: the flow that was not collected yet. Changes nothing else.
  public mutating func collect(at time: LogicalTime) -> Amount {
    let flowed = emitted(at: time)
    let due = flowed.excess(over: collected)
    collected += due
    return due
  }

  /// Changes the total weight and anchors; positions settle to `index(at:)` before. Answers what
  /// must move, as `collect` does.
  public mutating func change(weight new: StakeWeight, at time: LogicalTime) -> Amount {
    let due = renewAnchor(at: time)
    weight = new
    return due
  }

  /// Runs to the end of the epoch and anchors there. Answers what must move, as `collect` does;
  /// after that the pool's progress counts the whole epoch and the next budget can be found.
  public mutating func closeEpoch() -> Amount {
    let due = renewAnchor(at: epochEnd)
    budget = .zero
    return due
  }

  /// Opens the epoch that begins where the last one was closed, with the source's present holding.
  public mutating func openEpoch(budget: Amount, source: Amount) {
    precondition(anchor.time == epochEnd, "an epoch opens only where the last one was closed")
    epochStart = anchor.time
    self.budget = budget
    self.source = source
  }

  private mutating func renewAnchor(at time: LogicalTime) -> Amount {
    let time = inside(time)
    let due = collect(at: time)
    let flowed = collected
    if weight == .zero {
      anchor.remainder = 0
    } else if !isIdle {
      let (lift, carry) = share(of: flowed)
      if ceiling == .rate { anchor.remainder = ceilingNumerator(at: time) % Self.ceilingScale }
      anchor.index = RewardIndex(anchor.index.value + lift)
      anchor.carry = carry
    }
    anchor.time = time
    source = source.excess(over: flowed)
    collected = .zero
    return due
  }

  /// True where nothing flows in this segment: no weight, or, without a ceiling, so little weight
  /// that the budget would lift the index out of its range.
  private var isIdle: Bool {
    if weight == .zero { return true }
    if ceiling == .rate { return false }
    guard let (lift, _) = numerator(of: budget).dividingFullWidth(by: weight.value) else {
      return true
    }
    return lift >= Self.steepestIndex
  }

  private func inside(_ time: LogicalTime) -> LogicalTime {
    min(max(time, anchor.time), epochEnd)
  }

  /// `B × (t − es) / DAY`. Division: down.
  private func paced(until time: LogicalTime) -> Amount {
    budget.scaled(
      by: UInt128(time.since(epochStart).count), over: UInt128(Seconds.day.count), .down)
  }

  /// `W × (t − tA) + rem`: at most 2^110 × 86,400 + 2^52.
  private func ceilingNumerator(at time: LogicalTime) -> UInt128 {
    weight.value * UInt128(time.since(anchor.time).count) + anchor.remainder
  }

  /// `E × S + carry`.
  private func numerator(of emitted: Amount) -> UInt256 {
    wideMultiply(emitted.units, RewardIndex.scale) + UInt256(anchor.carry)
  }

  /// What the flow lifts the index by, and the carry it leaves.
  private func share(of emitted: Amount) -> (quotient: UInt128, remainder: UInt128) {
    guard let result = numerator(of: emitted).dividingFullWidth(by: weight.value) else {
      preconditionFailure("the index needs more than 128 bits")
    }
    return result
  }
}

/// One position's claim on an accumulator.
public struct RewardPosition: Hashable, Sendable, BitwiseCopyable {
  /// The weight that shares the emission.
  public private(set) var weight: StakeWeight
  /// The index to which it is settled.
  public private(set) var paid: RewardIndex
  /// What whole units left, in units × S: less than S.
  public private(set) var fraction: UInt128
  /// Earned and not yet claimed.
  public private(set) var pending: Amount

  /// A new position earns from this index on.
  public init(weight: StakeWeight, at index: RewardIndex) {
    self.init(weight: weight, paid: index, fraction: 0, pending: .zero)
  }

  /// One that was written down.
  public init(weight: StakeWeight, paid: RewardIndex, fraction: UInt128, pending: Amount) {
    self.weight = weight
    self.paid = paid
    self.fraction = fraction
    self.pending = pending
  }

  /// Adds what the weight has earned since: `x = weight × (index − paid) + fraction`, whole units
  /// to the pending, the rest to the fraction. Division: down; the position keeps the remainder.
  /// The units are a share of what was emitted, so below 2^85. An earlier index changes nothing.
  public mutating func settle(to index: RewardIndex) {
    guard index > paid else { return }
    let earned =
      wideMultiply(weight.value, index.value - paid.value) + UInt256(fraction)
    guard let (units, rest) = earned.dividingFullWidth(by: RewardIndex.scale) else {
      preconditionFailure("a position earned more than its accumulator emitted")
    }
    pending += Amount(units)
    fraction = rest
    paid = index
  }

  /// Settles, then hands out the pending; the fraction stays.
  public mutating func claim(at index: RewardIndex) -> Amount {
    settle(to: index)
    let claimed = pending
    pending = .zero
    return claimed
  }

  /// Settles with the old weight, then earns with the new one.
  public mutating func change(weight new: StakeWeight, at index: RewardIndex) {
    settle(to: index)
    weight = new
  }
}
