/// What became of the scenarios of a file.
public struct GoldenReport: Sendable {
  /// One comparison, exact to the unit.
  public struct Comparison: Sendable {
    /// The step after which it was made.
    public let step: UInt64
    public let key: String
    public let expected: String
    public let found: String
    public var agrees: Bool { expected == found }
  }

  /// What one scenario gave.
  public struct Scenario: Sendable {
    /// The scenario's id, such as `GS03`.
    public let id: String
    /// Every expected value beside the one found, in order.
    public internal(set) var comparisons: [Comparison] = []
    /// What kept the scenario from running as written: it then fails whatever was compared.
    public internal(set) var faults: [String] = []
    /// True where every comparison is exact.
    public var passes: Bool {
      faults.isEmpty && !comparisons.isEmpty && comparisons.allSatisfy(\.agrees)
    }
  }

  /// One report a scenario, in file order.
  public internal(set) var scenarios: [Scenario] = []
  /// What is wrong with the file itself.
  public internal(set) var faults: [String] = []

  /// True where every comparison of every scenario agrees; an empty file proves nothing.
  public var passes: Bool {
    faults.isEmpty && !scenarios.isEmpty && scenarios.allSatisfy(\.passes)
  }
}
