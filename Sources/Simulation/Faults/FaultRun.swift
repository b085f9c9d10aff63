public import EconomyFile

/// Every regime of faults by its name.
public enum FaultRun {
  /// What is asked for; nil takes the regime's own measure.
  public struct Wish: Sendable {
    let blocks: Int?
    let seed: UInt64
    let depth: Int
    let survivals: Int
    let jobs: Int
    let only: String?
    /// Lives of the mixed regime, sequences of operations.
    let lives: Int?

    public init(
      blocks: Int?, seed: UInt64, depth: Int, survivals: Int, jobs: Int, only: String? = nil,
      lives: Int? = nil
    ) {
      self.blocks = blocks
      self.seed = seed
      self.depth = depth
      self.survivals = survivals
      self.jobs = jobs
      self.only = only
      self.lives = lives
    }
  }

  /// The regimes' names.
  public static let names = ["crash", "rot", "trouble", "mixed", "sequence"]

  /// Runs a regime by its name.
  /// - Throws: `EconomyFileFailure` where the file is unsound.
  public static func report(
    _ workload: String, text: String, _ wish: Wish,
    progress: @escaping @Sendable (Int, Int) -> Void
  ) throws(EconomyFileFailure) -> FaultReport {
    switch workload {
    case "rot":
      var plan = RotRegime.Plan()
      plan.blocks = wish.blocks ?? plan.blocks
      plan.seed = wish.seed
      plan.jobs = wish.jobs
      return try RotRegime.run(text: text, plan)
    case "trouble":
      var plan = TroubleRegime.Plan()
      plan.blocks = wish.blocks ?? plan.blocks
      plan.seed = wish.seed
      plan.jobs = wish.jobs
      return try TroubleRegime.run(text: text, plan)
    case "mixed":
      var plan = MixedRegime.Plan()
      plan.blocks = wish.blocks ?? plan.blocks
      plan.lives = wish.lives ?? plan.lives
      plan.seed = wish.seed
      plan.jobs = wish.jobs
      plan.only = wish.only.flatMap { Int($0) }
      return try MixedRegime.run(text: text, plan, progress: progress)
    case "sequence":
      var plan = SequenceRegime.Plan()
      plan.sequences = wish.lives ?? plan.sequences
      plan.seed = wish.seed
      plan.jobs = wish.jobs
      plan.only = wish.only.flatMap { Int($0) }
      return try SequenceRegime.run(text: text, plan, progress: progress)
    default:
      var plan = CrashRegime.Plan()
      plan.blocks = wish.blocks ?? plan.blocks
      plan.seed = wish.seed
      plan.depth = wish.depth
      plan.survivals = wish.survivals
      plan.jobs = wish.jobs
      plan.only = wish.only
      return try CrashRegime.run(text: text, plan, progress: progress)
    }
  }
}
