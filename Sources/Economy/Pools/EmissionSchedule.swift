public import Primitives

/// When the units of a pool or a plan become payable (F2): sums for spans of whole epochs, one
/// after the other from a start.
///
/// What an interval emits is the difference of two cumulative sums, so that intervals that
/// follow each other add up to the total to the unit.
public struct EmissionSchedule: Equatable, Sendable {
  /// A sum and the epochs over which it opens.
  public struct Step: Hashable, Sendable, BitwiseCopyable {
    public let amount: Amount
    /// At least 1.
    public let epochs: UInt64

    public init(_ amount: Amount, epochs: UInt64) {
      self.amount = amount
      self.epochs = epochs
    }
  }

  /// How a step opens.
  public enum Pace: Hashable, Sendable {
    /// An equal part with every epoch.
    case evenly
    /// Whole with its first epoch.
    case atOnce
  }

  /// Epochs of a year, 365.
  public static let epochsPerYear = Seconds.year.count / Seconds.day.count

  /// The first epoch that emits.
  public let start: EpochNumber
  public let steps: [Step]
  public let pace: Pace
  /// The sum of the steps.
  public let total: Amount

  /// nil where a step has no epochs or the sum needs more than 128 bits.
  public init?(start: EpochNumber, steps: [Step], pace: Pace = .evenly) {
    var total = Amount.zero
    for step in steps {
      guard step.epochs > 0, let sum = total.adding(step.amount) else { return nil }
      total = sum
    }
    self.start = start
    self.steps = steps
    self.pace = pace
    self.total = total
  }

  /// A sum for each year of 365 epochs, evenly.
  public static func years(_ amounts: [Amount], from start: EpochNumber) -> EmissionSchedule? {
    EmissionSchedule(start: start, steps: amounts.map { Step($0, epochs: epochsPerYear) })
  }

  /// A limit for each year, open whole from the year's first epoch; what a year leaves is open in
  /// the next ones too.
  public static func plan(_ amounts: [Amount], from start: EpochNumber) -> EmissionSchedule? {
    EmissionSchedule(
      start: start, steps: amounts.map { Step($0, epochs: epochsPerYear) }, pace: .atOnce)
  }

  /// Phases that each hold half of the one before: the first half of the total, rounded down, and
  /// so on; the last takes the rest. nil where `phases` is 0 or above 128, or `epochs` is 0.
  public static func halving(
    _ total: Amount, phases: Int, of epochs: UInt64, from start: EpochNumber
  ) -> EmissionSchedule? {
    guard phases > 0, phases <= 128 else { return nil }
    var left = total
    var steps: [Step] = []
    for phase in 1...phases {
      let amount = phase == phases ? left : Amount(total.units >> UInt128(phase))
      steps.append(Step(amount, epochs: epochs))
      left -= amount
    }
    return EmissionSchedule(start: start, steps: steps)
  }

  /// Everything from the first epoch on, as events ask for it.
  public static func onDemand(_ total: Amount, from start: EpochNumber) -> EmissionSchedule {
    EmissionSchedule(start: start, total: total)
  }

  private init(start: EpochNumber, total: Amount) {
    self.start = start
    steps = [Step(total, epochs: 1)]
    pace = .atOnce
    self.total = total
  }

  /// What has been emitted when `epoch` opens, and zero until the start: `cum(n)`. An epoch's own
  /// emission counts from the next on. Division: down; a later epoch takes the remainder, so that
  /// the end is exact.
  public func cumulative(at epoch: EpochNumber) -> Amount {
    var left = epoch.since(start)
    var sum = Amount.zero
    for step in steps {
      if left == 0 { break }
      let passed = min(left, step.epochs)
      sum +=
        pace == .atOnce
        ? step.amount
        : step.amount.scaled(by: UInt128(passed), over: UInt128(step.epochs), .down)
      left -= passed
    }
    return sum
  }

  /// What the epochs from `first` until `end` opens emit; zero where `end` is not later.
  public func emission(from first: EpochNumber, until end: EpochNumber) -> Amount {
    cumulative(at: end).excess(over: cumulative(at: first))
  }
}
