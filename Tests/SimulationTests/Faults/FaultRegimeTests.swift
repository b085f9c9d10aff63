import EconomyFile
import Engine
import Primitives
import Storage
import Testing

@testable import Simulation

/// Small measures of the regimes that `freehold simulate` runs at length.
@Suite struct FaultRegimeTests {
  private static func run(
    _ workload: String, _ economy: String, blocks: Int, seed: UInt64, depth: Int = 2
  ) throws -> FaultReport {
    let text = try #require(GoldenRunnerTests.file("economies/\(economy).json"))
    return try FaultRun.report(
      workload, text: text,
      FaultRun.Wish(blocks: blocks, seed: seed, depth: depth, survivals: 1, jobs: 1)
    ) { _, _ in }
  }

  /// Incidents 29 and 30; and every point that the product code names is met.
  @Test("incident 30: a crash at every call loses no acknowledged block, at every named point")
  func crashes() throws {
    var report = try Self.run("crash", "btt", blocks: 8, seed: 3)
    #expect(report.failures.isEmpty, "\(report.failures)")
    #expect(report.recoveries > 300 && report.cases > 300)
    report.add(try Self.run("crash", "dta", blocks: 26, seed: 5, depth: 1))
    #expect(report.failures.isEmpty, "\(report.failures)")
    let files = SimulatedDisk()
    try files.writeAtomically("genesis.json", [1])
    report.pass(files)
    print("fault points passed in \(report.recoveries) recoveries:")
    for point in FaultPoint.allCases {
      let count = report.points[point] ?? 0
      print("  \(count)\t\(point.rawValue)")
      #expect(count > 0, "\(point.rawValue) is declared and never passed")
    }
  }

  @Test("incident 28: a changed byte is refused by file and offset, or cut above the watermark")
  func rot() throws {
    let text = try #require(GoldenRunnerTests.file("economies/btt.json"))
    var plan = RotRegime.Plan()
    plan.blocks = 3
    plan.stride = 61
    let report = try RotRegime.run(text: text, plan)
    #expect(report.failures.isEmpty, "\(report.failures)")
    #expect(report.cases > 250)
    let outcomes = report.outcomes.map(\.name)
    for name in [
      "refused by file and offset", "cut above the watermark", "wrong read refused",
    ] {
      #expect(outcomes.contains(name), "\(outcomes)")
    }
  }

  @Test("incident 29: the n-th call fails, for many n, and nothing is lost")
  func trouble() throws {
    let text = try #require(GoldenRunnerTests.file("economies/btt.json"))
    var plan = TroubleRegime.Plan()
    plan.blocks = 14
    plan.stride = 11
    let report = try TroubleRegime.run(text: text, plan)
    #expect(report.failures.isEmpty, "\(report.failures)")
    #expect(report.recoveries > 50)
    let outcomes = report.outcomes.map(\.name)
    for name in ["ended", "died", "unharmed"] { #expect(outcomes.contains(name), "\(outcomes)") }
  }

  /// The same seed gives the same record, and its blocks hold operations of every module.
  @Test func theSeedDecides() throws {
    let text = try #require(GoldenRunnerTests.file("economies/dta.json"))
    let first = try LifeRecord(text: text, blocks: 30, seed: 2)
    let again = try LifeRecord(text: text, blocks: 30, seed: 2)
    let other = try LifeRecord(text: text, blocks: 30, seed: 3)
    #expect(first.blocks.map(\.stateRoot) == again.blocks.map(\.stateRoot))
    #expect(first.blocks.last?.stateRoot != other.blocks.last?.stateRoot)
    #expect(first.blocks.count == 30 && first.transactionCount > 40)
    let hashes = first.blocks.flatMap { $0.transactions.map(\.hash) }
    #expect(Set(hashes).count == hashes.count)
  }

  /// A regime that cannot fail would prove nothing: here the node lies about what it made durable.
  @Test func aLostBlockIsNoticed() throws {
    let text = try #require(GoldenRunnerTests.file("economies/btt.json"))
    let record = try LifeRecord(text: text, blocks: 2, seed: 1)
    var run = ChainRun(record: record)
    let disk = SimulatedDisk()
    try run.create(disk, seed: 1)
    let chain = run.chain(1)
    var generator = Generator(seed: 1)
    var machine = try run.open(disk, chain, seed: 1)
    run.hashes = [chain.head.hash]
    try run.makeBlock(&machine, &generator, on: disk)
    run.hashes.append(chain.head.hash)
    #expect(run.judge(chain, acknowledged: 1, begun: 2) == nil)
    #expect(run.judge(chain, acknowledged: 2, begun: 3)?.contains("lost") == true)
    #expect(run.judge(chain, acknowledged: 0, begun: 0)?.contains("never begun") == true)
    run.hashes[1] = .zero
    #expect(run.judge(chain, acknowledged: 1, begun: 2)?.contains("differs") == true)
  }
}
