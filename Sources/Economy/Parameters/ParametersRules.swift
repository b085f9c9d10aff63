public import Primitives

/// The kind of proposal that may change a parameter, as a stable code of the economy's own list.
public struct ProposalClass: Hashable, Sendable, BitwiseCopyable {
  public let code: UInt32

  public init(code: UInt32) { self.code = code }
}

/// What governance may do to one parameter (F28). Values are plain numbers in the parameter's unit.
public struct ParameterBounds: Hashable, Sendable, BitwiseCopyable {
  public let minimum: UInt128
  public let maximum: UInt128
  /// The most that one change adds or takes.
  public let largestStep: UInt128
  /// The least time between two accepted changes.
  public let cooldown: Seconds
  public let proposalClass: ProposalClass

  public init(
    minimum: UInt128, maximum: UInt128, largestStep: UInt128, cooldown: Seconds,
    proposalClass: ProposalClass
  ) {
    self.minimum = minimum
    self.maximum = maximum
    self.largestStep = largestStep
    self.cooldown = cooldown
    self.proposalClass = proposalClass
  }
}

/// A wish to change one parameter.
public struct ParameterChange: Hashable, Sendable {
  public let bounds: ParameterBounds
  /// The value in force.
  public let old: UInt128
  public let new: UInt128
  /// When the last change was accepted; nil for never.
  public let changedAt: LogicalTime?

  public init(bounds: ParameterBounds, old: UInt128, new: UInt128, changedAt: LogicalTime?) {
    self.bounds = bounds
    self.old = old
    self.new = new
    self.changedAt = changedAt
  }
}

/// Why a change is refused, in the order of the checks; it carries what a message needs.
public enum ParameterRefusal: Error, Hashable, Sendable {
  /// The parameter belongs to `needed`.
  case wrongClass(needed: ProposalClass)
  case belowMinimum(UInt128)
  case aboveMaximum(UInt128)
  /// The change is larger than this step.
  case stepTooLarge(UInt128)
  /// The parameter may change again from this time on.
  case coolingDown(until: LogicalTime)
  /// The values of a group sum to this, and not to what they must.
  case wrongSum(UInt128, needed: UInt128)
  /// The values of a group sum to this, above what they may.
  case sumTooLarge(UInt128, most: UInt128)
  /// The value at this place of a group must be larger than the one before, or at least as large
  /// where the rule allows equals.
  case outOfOrder(place: Int)
  /// The sum needs more than 128 bits.
  case sumOverflows
}

/// What must hold among several parameters at once; they change together or not at all.
public enum GroupRule: Hashable, Sendable {
  case sumsTo(UInt128)
  case sumsToAtMost(UInt128)
  /// Each is larger than the one before.
  case strictlyRising
  /// Each is at least the one before.
  case rising
}

/// The arithmetic of governed parameters.
public enum ParametersRules {
  /// Whether a proposal of `proposalClass` may make the change at `time` (F28). It applies at the
  /// next epoch. The exact end of the cooldown allows.
  public static func check(
    _ change: ParameterChange, proposalClass: ProposalClass, at time: LogicalTime
  ) throws(ParameterRefusal) {
    let bounds = change.bounds
    guard proposalClass == bounds.proposalClass else {
      throw .wrongClass(needed: bounds.proposalClass)
    }
    guard change.new >= bounds.minimum else { throw .belowMinimum(bounds.minimum) }
    guard change.new <= bounds.maximum else { throw .aboveMaximum(bounds.maximum) }
    let step = change.new > change.old ? change.new - change.old : change.old - change.new
    guard step <= bounds.largestStep else { throw .stepTooLarge(bounds.largestStep) }
    if let changedAt = change.changedAt {
      let (end, overflow) = changedAt.seconds.addingReportingOverflow(bounds.cooldown.count)
      let until = LogicalTime(overflow ? .max : end)
      guard time >= until else { throw .coolingDown(until: until) }
    }
  }

  /// Whether the values that will be in force together, changed or not, keep the rule. The order is
  /// the rule's.
  public static func check(_ values: [UInt128], _ rule: GroupRule) throws(ParameterRefusal) {
    switch rule {
    case .sumsTo(let needed):
      let sum = try sum(values)
      guard sum == needed else { throw .wrongSum(sum, needed: needed) }
    case .sumsToAtMost(let most):
      let sum = try sum(values)
      guard sum <= most else { throw .sumTooLarge(sum, most: most) }
    case .strictlyRising, .rising:
      for place in values.indices.dropFirst() {
        let isRising =
          rule == .rising
          ? values[place] >= values[place - 1] : values[place] > values[place - 1]
        guard isRising else { throw .outOfOrder(place: place) }
      }
    }
  }

  /// Whether a proposal may change a group: every change by itself, and then all values together.
  /// Members that stay are not checked for step and cooldown.
  public static func check(
    _ group: [ParameterChange], _ rule: GroupRule, proposalClass: ProposalClass,
    at time: LogicalTime
  ) throws(ParameterRefusal) {
    for change in group where change.new != change.old {
      try check(change, proposalClass: proposalClass, at: time)
    }
    try check(group.map(\.new), rule)
  }

  private static func sum(_ values: [UInt128]) throws(ParameterRefusal) -> UInt128 {
    var total: UInt128 = 0
    for value in values {
      let (sum, overflow) = total.addingReportingOverflow(value)
      if overflow { throw .sumOverflows }
      total = sum
    }
    return total
  }
}
