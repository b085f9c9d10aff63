internal import Economy
public import EconomyFile
internal import Engine
internal import Ledger
internal import Primitives
internal import Storage

/// The n-th call to the disk fails, for every n and in every way: the node says "no space" and goes
/// on reading, or it ends; in either case it loses nothing (decisions 31).
public struct TroubleRegime: Sendable {
  /// What is tried.
  public struct Plan: Sendable {
    public var blocks = 40
    public var seed: UInt64 = 1
    public var jobs = 1
    /// Calls are struck in steps of so many.
    public var stride = 1

    public init() {}
  }

  private let plan: Plan
  private var run: ChainRun
  /// Calls of an undisturbed life, and how often each point is passed in it.
  private var calls = 0
  private var passes: [FaultPoint: Int] = [:]

  /// What every call is struck with.
  private static let effects: [Fault.Effect] = [
    .fail(DiskError.noSpace), .fail(DiskError.inputOutput), .short(DiskError.noSpace),
    .short(DiskError.inputOutput), .drop(DiskError.inputOutput), .die,
  ]

  private init(_ record: LifeRecord, _ plan: Plan) throws {
    self.plan = plan
    run = ChainRun(record: record)
    run.checkpointEvery = 9
    let disk = SimulatedDisk()
    let chain = run.chain(1)
    var generator = Generator(seed: plan.seed)
    var hashes = [chain.head.hash]
    try run.create(disk, seed: plan.seed)
    var machine = try run.open(disk, chain, seed: plan.seed)
    for _ in record.blocks {
      try run.makeBlock(&machine, &generator, on: disk)
      hashes.append(chain.head.hash)
    }
    try machine.close()
    run.hashes = hashes
    calls = disk.allCalls
    passes = disk.points
  }

  /// Runs the regime.
  /// - Throws: `EconomyFileFailure` where the file is unsound.
  public static func run(text: String, _ plan: Plan) throws(EconomyFileFailure) -> FaultReport {
    let record = try LifeRecord(text: text, blocks: plan.blocks, seed: plan.seed)
    var report = FaultReport("trouble", seed: plan.seed)
    report.blocks = record.blocks.count
    report.transactions = record.transactionCount
    do {
      let regime = try TroubleRegime(record, plan)
      for part in Jobs.run(plan.jobs, { regime.part($0, of: $1) }) { report.add(part) }
    } catch {
      report.failures.append("seed \(plan.seed): the undisturbed run ended with \(error)")
    }
    return report
  }

  /// All faults of the regime, in order.
  private var faults: [Fault] {
    var faults: [Fault] = []
    for call in stride(from: 1, through: calls, by: plan.stride) {
      for effect in Self.effects { faults.append(Fault(.call(call), effect)) }
    }
    for point in FaultPoint.allCases {
      for number in 1...max(1, min(3, passes[point] ?? 0)) {
        for effect in [.die, .fail(DiskError.inputOutput), .delay(86_400)] as [Fault.Effect] {
          faults.append(Fault(.point(point, number), effect))
        }
      }
    }
    return faults
  }

  private func part(_ place: Int, of count: Int) -> FaultReport {
    var report = FaultReport("trouble", seed: plan.seed)
    for (number, fault) in faults.enumerated() where number % count == place {
      report.cases += 1
      if let text = strike(fault, &report) {
        report.failures.append(
          "seed \(plan.seed), \(fault): \(text); show it again with --blocks \(plan.blocks) "
            + "--seed \(plan.seed)")
      }
      if report.failures.count > 10 { break }
    }
    return report
  }

  /// What clients of a struck node know.
  private struct Standing {
    var acknowledged: UInt64 = 0
    var isMade = false
    var isReadOnly = false
    var end: StorageFailure?
  }

  /// One life with one fault, then the next start on what is left: after the process alone has
  /// gone, and after the power has.
  private func strike(_ fault: Fault, _ report: inout FaultReport) -> String? {
    let clock = SimulatedClock(run.record.genesis.time.seconds)
    let disk = SimulatedDisk([fault], clock: clock)
    var standing = Standing()
    let text = live(disk, &standing, &report)
    report.pass(disk)
    if let text { return text }
    report.count(
      disk.isDead
        ? "died" : standing.end != nil ? "ended" : standing.isReadOnly ? "read-only" : "unharmed")
    guard standing.isMade else { return nil }
    if disk.openFiles != 0 { return "\(disk.openFiles) files are left open" }
    var generator = Generator(seed: plan.seed &+ UInt64(report.cases))
    // A machine that goes on shows what its page cache holds, the disk or not.
    if !disk.isDead, let text = restart(disk.kill(), standing, &generator, &report) {
      return "restarted: \(text)"
    }
    return restart(disk.crash(&generator), standing, &generator, &report)
      .map { "after a power cut: \($0)" }
  }

  private func live(
    _ disk: SimulatedDisk, _ standing: inout Standing, _ report: inout FaultReport
  ) -> String? {
    let chain = run.chain(1)
    var generator = Generator(seed: plan.seed)
    do throws(StorageFailure) {
      try run.create(disk, seed: plan.seed)
    } catch {
      // `init` says it and ends; nothing was promised.
      standing.end = error
      return nil
    }
    standing.isMade = true
    let opened: Machine<SimulatedDisk>
    do throws(ReplayFailure) {
      opened = try run.open(disk, chain, seed: plan.seed)
    } catch {
      guard case .storage(let failure) = error else { return error.text }
      standing.end = failure
      return nil
    }
    var machine = opened
    while Int(chain.head.height) < run.record.blocks.count {
      let height = chain.head.height
      do throws(StorageFailure) {
        try run.makeBlock(&machine, &generator, on: disk)
        report.executed += 1
        report.made += 1
        standing.acknowledged = chain.head.height
        if chain.head.hash != run.hashes[Int(height) + 1] { return "block \(height + 1) differs" }
      } catch {
        if disk.isDead { return nil }
        // A block that is readable was acknowledged, whatever happened after.
        standing.acknowledged = chain.head.height
        if let text = reads(chain) { return text }
        guard error.kind == .full, chain.head.height == height else {
          standing.end = error
          if error.kind != .flushFailed, error.kind != .inputOutput {
            return "it ends with \(error)"
          }
          return error.kind == .flushFailed ? insist(&machine) : nil
        }
        if standing.isReadOnly { return "there is room again and it stays read-only" }
        standing.isReadOnly = true
      }
    }
    do throws(StorageFailure) {
      try machine.close()
    } catch {
      standing.end = error
    }
    return nil
  }

  /// Reads go on at the head, whatever the disk does.
  private func reads(_ chain: Chain) -> String? {
    let height = Int(chain.head.height)
    return chain.head.hash == run.hashes[height] ? nil : "readers see another block \(height)"
  }

  /// After a failed flush the journal takes nothing, however often it is asked.
  private func insist(_ machine: inout Machine<SimulatedDisk>) -> String? {
    do throws(StorageFailure) {
      try machine.reserve([])
      return "the journal goes on after a failed flush"
    } catch {
      return error.kind == .refused ? nil : "after a failed flush it says \(error)"
    }
  }

  private func restart(
    _ disk: SimulatedDisk, _ standing: Standing, _ generator: inout Generator,
    _ report: inout FaultReport
  ) -> String? {
    let chain = run.chain(generator.next())
    do throws(ReplayFailure) {
      report.recoveries += 1
      var machine = try run.open(disk, chain, seed: generator.next())
      report.executed += Int(chain.head.height)
      let fault = run.judge(
        chain, acknowledged: standing.acknowledged, begun: standing.acknowledged + 1)
      if let fault { return fault }
      do throws(StorageFailure) {
        let before = chain.head.height
        let fault = try run.goOn(&machine, chain, 1, &generator, on: disk)
        report.made += Int(chain.head.height - before)
        report.executed += Int(chain.head.height - before)
        if let fault { return fault }
        try machine.close()
        return nil
      } catch {
        return error.description
      }
    } catch {
      return error.text
    }
  }
}
