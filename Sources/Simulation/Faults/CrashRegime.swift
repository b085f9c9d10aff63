internal import Economy
public import EconomyFile
internal import Engine
internal import Ledger
internal import Primitives
internal import Storage

/// The power is cut at every moment of a chain's life, and again at every moment of the recovery:
/// nothing acknowledged is lost, nothing is applied twice, and the chain goes on as if nothing had
/// been (spec of reliability, section 3.1).
public struct CrashRegime: Sendable {
  /// What is tried.
  public struct Plan: Sendable {
    public var blocks = 200
    public var seed: UInt64 = 1
    /// How many choices of surviving sectors and names each moment gets.
    public var survivals = 3
    /// 1: crashes of the work; 2: of the recoveries too; and so on.
    public var depth = 2
    public var jobs = 1
    /// Blocks made after each recovery.
    public var after = 1
    /// Blocks from one checkpoint to the next; 0 for none.
    public var checkpointEvery: UInt64 = 6
    /// Only this case, `moment.survival` or `moment.survival.moment…`, as a failure names it.
    public var only: String?

    public init() {}
  }

  private let plan: Plan
  private var run: ChainRun
  private var points: [CrashPoint] = []

  /// Lives the life once, undisturbed, and keeps what a crash would find at each moment.
  private init(_ record: LifeRecord, _ plan: Plan, _ report: inout FaultReport) throws {
    self.plan = plan
    run = ChainRun(record: record)
    run.checkpointEvery = plan.checkpointEvery
    let disk = SimulatedDisk()
    try run.create(disk, seed: plan.seed)
    let chain = run.chain(plan.seed)
    var generator = Generator(seed: plan.seed)
    disk.capture()
    var machine = try run.open(disk, chain, seed: plan.seed)
    run.hashes = [chain.head.hash]
    for block in record.blocks {
      try run.makeBlock(&machine, &generator, on: disk)
      run.hashes.append(chain.head.hash)
      if chain.withState({ $0.rootWithoutBlockHashes() }) != block.stateRoot {
        report.failures.append(
          "seed \(plan.seed): block \(chain.head.height) has another state than the life that it "
            + "was recorded from")
      }
      disk.note(chain.head.height)
    }
    try machine.close()
    points = disk.takeCapture()
    report.made += record.blocks.count
    report.executed += record.blocks.count
    report.pass(disk)
  }

  /// Runs the regime.
  /// - Parameter progress: called with the moments tried and all of them.
  /// - Throws: `EconomyFileFailure` where the file is unsound.
  public static func run(
    text: String, _ plan: Plan, progress: @escaping @Sendable (Int, Int) -> Void
  ) throws(EconomyFileFailure) -> FaultReport {
    let record = try LifeRecord(text: text, blocks: plan.blocks, seed: plan.seed)
    var report = FaultReport("crash", seed: plan.seed)
    report.blocks = record.blocks.count
    report.transactions = record.transactionCount
    let regime: CrashRegime
    do {
      regime = try CrashRegime(record, plan, &report)
    } catch {
      report.failures.append("seed \(plan.seed): the undisturbed run ended with \(error)")
      return report
    }
    if !report.failures.isEmpty { return report }
    for part in Jobs.run(plan.jobs, { regime.part($0, of: $1, progress) }) { report.add(part) }
    return report
  }

  private func part(
    _ place: Int, of count: Int, _ progress: @Sendable (Int, Int) -> Void
  ) -> FaultReport {
    var report = FaultReport("crash", seed: plan.seed)
    for point in points where point.number % count == place {
      cut(point, "", depth: 1, &report)
      if point.number % 16 == place { progress(point.number, points.count) }
      // Nothing that follows many failures says anything new.
      if report.failures.count > 10 { break }
    }
    return report
  }

  /// Cuts the power at a moment and starts again, with several choices of what survives; the first
  /// of them is cut again at each of its own moments.
  private func cut(
    _ point: CrashPoint, _ path: String, depth: Int, _ report: inout FaultReport
  ) {
    report.cases += 1
    report.count(Self.manner(point.what))
    for survival in 0..<(depth == 1 ? plan.survivals : 1) {
      let name = "\(path)\(point.number).\(survival)"
      if let only = plan.only, only != name, !only.hasPrefix(name + ".") { continue }
      var generator = Generator(seed: plan.seed &+ Self.mix(name))
      let disk = point.crash(&generator)
      let isCutAgain = depth < plan.depth && survival == 0
      if isCutAgain {
        disk.capture()
        disk.note(point.acknowledged)
      }
      if let fault = start(disk, point, isLast: !isCutAgain, &generator, &report) {
        report.failures.append(
          "seed \(plan.seed), case \(name): power cut \(point.what): \(fault); show it again with "
            + "--blocks \(plan.blocks) --seed \(plan.seed) --depth \(plan.depth) --case \(name)")
      }
      report.pass(disk)
      guard isCutAgain else { continue }
      for again in disk.takeCapture() { cut(again, name + ".", depth: depth + 1, &report) }
    }
  }

  /// Starts a node on what a cut left; what is wrong with it, or nil.
  private func start(
    _ disk: SimulatedDisk, _ point: CrashPoint, isLast: Bool, _ generator: inout Generator,
    _ report: inout FaultReport
  ) -> String? {
    let chain = run.chain(generator.next())
    do throws(ReplayFailure) {
      report.recoveries += 1
      var machine = try run.open(disk, chain, seed: generator.next())
      report.executed += Int(chain.head.height - machine.recovered.startedFrom)
      if machine.recovered.startedFrom > 0 { report.count("recovered from a checkpoint") }
      // One block at most is on its way.
      let fault = run.judge(
        chain, acknowledged: point.acknowledged, begun: point.acknowledged + 1)
      if let fault { return fault }
      // What recovery has shown to readers must stay.
      disk.note(chain.head.height)
      // The cuts of a recovery end with it: what the next block adds is cut elsewhere.
      guard isLast else { return nil }
      let before = chain.head.height
      do throws(StorageFailure) {
        let fault = try run.goOn(&machine, chain, plan.after, &generator, on: disk)
        report.made += Int(chain.head.height - before)
        report.executed += Int(chain.head.height - before)
        if let fault { return fault }
        try machine.close()
      } catch {
        return "after recovery: \(error)"
      }
      return disk.openFiles == 0 ? nil : "\(disk.openFiles) files are left open"
    } catch {
      return error.text
    }
  }

  private static func manner(_ what: String) -> String {
    if what.contains(" torn ") { return "torn " + what.prefix { $0 != " " } }
    if what.hasPrefix("before ") {
      return "before " + what.dropFirst("before ".count).prefix { $0 != " " }
    }
    return what
  }

  /// The same number for the same name on every machine.
  private static func mix(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
