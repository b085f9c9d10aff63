/// What became of the scenarios of a file.
public struct GoldenReport: Sendable {
  /// One comparison, exact to the unit.
  public struct Comparison: Sendable {
    /// The step after which it was made.
    public let step: UInt64
    /// The word of the vocabulary, or the account.
    public let key: String
    /// As the file writes it.
    public let expected: String
    /// As the file would have to write it.
    public let found: String
    /// True where both are the same, to the last unit.
    public var agrees: Bool { expected == found }
  }

  /// What became of one scenario.
  public struct Scenario: Sendable {
    /// As the file names it, such as "GS03".
    public let id: String
    /// In the order of the file.
    public internal(set) var comparisons: [Comparison] = []
    /// What kept the scenario from running as written: it then fails whatever was compared.
    public internal(set) var faults: [String] = []
    /// True where it ran as written, something was compared, and all agrees.
    public var passes: Bool {
      faults.isEmpty && !comparisons.isEmpty && comparisons.allSatisfy(\.agrees)
    }
  }

  /// In the order of the file.
  public internal(set) var scenarios: [Scenario] = []
  /// What is wrong with the file itself.
  public internal(set) var faults: [String] = []

  /// True where every comparison of every scenario agrees; an empty file proves nothing.
  public var passes: Bool {
    faults.isEmpty && !scenarios.isEmpty && scenarios.allSatisfy(\.passes)
  }
}
