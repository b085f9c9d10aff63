public import EconomyFile

/// Many sequences of operations drawn at random, beside those that libFuzzer finds.
public struct SequenceRegime: Sendable {
  /// What is tried.
  public struct Plan: Sendable {
    public var sequences = 200
    public var seed: UInt64 = 1
    public var jobs = 1
    /// Bytes of a sequence, at most: about a quarter as many operations.
    public var bytes = 1_024
    /// Only the sequence of this number, as a failure names it.
    public var only: Int?

    public init() {}
  }

  private let plan: Plan
  private let sequence: OperationSequence

  /// Runs the regime.
  /// - Parameter progress: called with the sequences that are over and all of them.
  /// - Throws: `EconomyFileFailure` where the file is unsound.
  public static func run(
    text: String, _ plan: Plan, progress: @escaping @Sendable (Int, Int) -> Void
  ) throws(EconomyFileFailure) -> FaultReport {
    let regime = SequenceRegime(plan: plan, sequence: try OperationSequence(text: text))
    var report = FaultReport("sequence", seed: plan.seed)
    for part in Jobs.run(plan.jobs, { regime.part($0, of: $1, progress) }) { report.add(part) }
    return report
  }

  /// The bytes of a sequence: the same for the same seed and number.
  private func bytes(_ number: Int) -> [UInt8] {
    var generator = Generator(seed: plan.seed &+ UInt64(number) &* 15_485_863)
    let count = 64 + generator.below(max(1, plan.bytes - 64))
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 32) }
  }

  private func part(
    _ place: Int, of count: Int, _ progress: @Sendable (Int, Int) -> Void
  ) -> FaultReport {
    var report = FaultReport("sequence", seed: plan.seed)
    for number in stride(from: place, to: plan.sequences, by: count) {
      if let only = plan.only, only != number { continue }
      let found = sequence.run(bytes(number))
      report.transactions += found.operations
      // Lived once, made again by the machine, and recovered from its journal.
      report.blocks += found.blocks
      report.made += found.blocks
      report.executed += 2 * found.blocks
      report.recoveries += 1
      report.cases += found.clockJumps
      report.count("operations that took effect", found.accepted)
      report.count("clock jumps", found.clockJumps)
      report.failures += found.faults.prefix(1).map {
        "seed \(plan.seed), sequence \(number): \($0); show it again with --lives "
          + "\(plan.sequences) --seed \(plan.seed) --case \(number)"
      }
      progress(number + 1, plan.sequences)
      if report.failures.count > 3 { break }
    }
    return report
  }
}
