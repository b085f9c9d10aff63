/// One thing to measure. `prepare` is not timed; `measure` times itself.
protocol BenchCase: AnyObject {
  var name: String { get }
  var unit: String { get }
  /// What the figure says, for the table.
  var note: String { get }
  func prepare() throws
  func measure() throws -> Sample
}

extension BenchCase {
  func prepare() throws {}
}

/// Cases that are measured in the same rounds, and what they are compared with.
struct Suite {
  /// Two cases of the suite and the goal of their quotient; `goal` is empty where there is none.
  struct Comparison {
    let name: String
    let subject: String
    let anchor: String
    let goal: String
  }

  let name: String
  let cases: [any BenchCase]
  var comparisons: [Comparison] = []
}

/// How much is measured.
struct Plan {
  let warmups: Int
  let repetitions: Int
  /// The least length of one repetition, in seconds, where a case can choose it.
  let seconds: Double
  let isQuick: Bool

  static let full = Plan(warmups: 1, repetitions: 7, seconds: 2, isQuick: false)
  static let quick = Plan(warmups: 1, repetitions: 3, seconds: 0.5, isQuick: true)
}

/// Why a benchmark cannot run.
struct BenchFailure: Error {
  let text: String

  init(_ text: String) { self.text = text }
}

/// Runs suites in rounds: A, B, probe, A, B, probe, so that drift hits all alike.
struct Runner {
  let plan: Plan
  let progress: (String) -> Void
  private(set) var measurements: [Measurement] = []
  private(set) var ratios: [Ratio] = []

  init(plan: Plan, progress: @escaping (String) -> Void) {
    self.plan = plan
    self.progress = progress
  }

  /// Measures a case a single time, without a warm-up.
  mutating func once(_ one: any BenchCase) throws {
    progress(one.name)
    try one.prepare()
    var result = Measurement(name: one.name, unit: one.unit, note: one.note)
    result.samples.append(try one.measure())
    measurements.append(result)
  }

  mutating func run(_ suite: Suite) throws {
    var results = suite.cases.map { Measurement(name: $0.name, unit: $0.unit, note: $0.note) }
    for round in 0..<plan.warmups + plan.repetitions {
      for (place, one) in suite.cases.enumerated() {
        let isWarmup = round < plan.warmups
        progress(
          "\(suite.name): \(one.name), "
            + (isWarmup ? "warm-up" : "round \(round - plan.warmups + 1) of \(plan.repetitions)"))
        try one.prepare()
        let sample = try one.measure()
        if !isWarmup { results[place].samples.append(sample) }
      }
    }
    measurements += results
    for comparison in suite.comparisons {
      guard let top = results.first(where: { $0.name == comparison.subject }),
        let bottom = results.first(where: { $0.name == comparison.anchor })
      else { continue }
      let perRound = zip(top.values, bottom.values).map { $1 > 0 ? $0 / $1 : 0 }
      ratios.append(Ratio(name: comparison.name, perRound: perRound, goal: comparison.goal))
    }
  }
}
