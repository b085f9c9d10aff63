internal import Engine
public import Storage
internal import Synchronization

/// What a regime of faults came to.
public struct FaultReport: Sendable {
  /// The regime's name.
  public let workload: String
  public let seed: UInt64
  /// Blocks of the workload, and their transactions.
  public var blocks = 0
  public var transactions = 0
  /// Moments or bytes or calls at which a fault struck.
  public var cases = 0
  /// Journals opened again.
  public var recoveries = 0
  /// Blocks executed in all, replayed or made.
  public var executed = 0
  /// Blocks made and acknowledged, each by a whole machine over a simulated disk.
  public var made = 0
  /// What the cases ended as, by name, in the order of the first meeting.
  public var outcomes: [(name: String, count: Int)] = []
  /// How often each named point of the product code was passed.
  public var points: [FaultPoint: Int] = [:]
  /// What broke, each with the case that shows it again; empty in a sound build.
  public var failures: [String] = []

  init(_ workload: String, seed: UInt64) {
    self.workload = workload
    self.seed = seed
  }

  mutating func count(_ outcome: String, _ by: Int = 1) {
    if let place = outcomes.firstIndex(where: { $0.name == outcome }) {
      outcomes[place].count += by
    } else {
      outcomes.append((outcome, by))
    }
  }

  mutating func pass(_ disk: SimulatedDisk) {
    points.merge(disk.points) { $0 + $1 }
  }

  /// Adds what another part of the same regime found.
  mutating func add(_ other: FaultReport) {
    blocks += other.blocks
    transactions += other.transactions
    made += other.made
    cases += other.cases
    recoveries += other.recoveries
    executed += other.executed
    for (name, number) in other.outcomes { count(name, number) }
    points.merge(other.points) { $0 + $1 }
    failures += other.failures
  }
}

/// Splits cases over threads: each takes every n-th, so the sum does not depend on their pace.
enum Jobs {
  static func run(
    _ jobs: Int, _ body: @escaping @Sendable (_ place: Int, _ of: Int) -> FaultReport
  ) -> [FaultReport] {
    let count = max(1, jobs)
    let results = Results(count)
    let workers = (0..<count).map { place in
      Worker("simulation") {
        let report = body(place, count)
        results.reports.withLock { $0[place] = report }
      }
    }
    for worker in workers { worker.join() }
    return results.reports.withLock { $0.compactMap { $0 } }
  }

  private final class Results: Sendable {
    let reports: Mutex<[FaultReport?]>

    init(_ count: Int) { reports = Mutex(Array(repeating: nil, count: count)) }
  }
}
