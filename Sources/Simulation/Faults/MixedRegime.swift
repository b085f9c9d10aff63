internal import Economy
public import EconomyFile
internal import Engine
internal import Ledger
internal import Primitives
internal import Storage

/// Long lives with one fault after another, drawn at random: every few blocks the power is cut, the
/// process is killed, a call fails, the disk is full, a read lies, or bytes rot; the node starts
/// again on what is left and goes on where it was, until all of its blocks are made.
///
/// The other regimes strike once and look; here what one fault leaves meets the next.
public struct MixedRegime: Sendable {
  /// What is tried.
  public struct Plan: Sendable {
    /// Blocks of a life.
    public var blocks = 500
    /// How many lives.
    public var lives = 20
    public var seed: UInt64 = 1
    public var jobs = 1
    /// Blocks from one fault to the next, on average.
    public var pace = 4
    /// Only the life of this number, as a failure names it.
    public var only: Int?

    public init() {}
  }

  private let plan: Plan
  /// Undisturbed runs, each with its hashes; several lives share one.
  private let runs: [ChainRun]

  /// Different records: what is lived differs as well as what strikes.
  private static let variety = 4

  private init(
    text: String, _ plan: Plan, _ report: inout FaultReport
  ) throws(EconomyFileFailure) {
    self.plan = plan
    var runs: [ChainRun] = []
    for place in 0..<min(Self.variety, max(1, plan.lives)) {
      let record = try LifeRecord(
        text: text, blocks: plan.blocks, seed: plan.seed &+ UInt64(place) &* 7_919)
      runs.append(Self.undisturbed(record, plan, &report))
    }
    self.runs = runs
  }

  private static func undisturbed(
    _ record: LifeRecord, _ plan: Plan, _ report: inout FaultReport
  ) -> ChainRun {
    var run = ChainRun(record: record)
    run.checkpointEvery = 12
    let disk = SimulatedDisk()
    let chain = run.chain(plan.seed)
    run.hashes = [chain.head.hash]
    var generator = Generator(seed: plan.seed)
    do {
      try run.create(disk, seed: plan.seed)
      var machine = try run.open(disk, chain, seed: plan.seed)
      for block in record.blocks {
        try run.makeBlock(&machine, &generator, on: disk)
        run.hashes.append(chain.head.hash)
        if chain.withState({ $0.rootWithoutBlockHashes() }) != block.stateRoot {
          report.failures.append("block \(chain.head.height) has another state than its life")
        }
      }
      try machine.close()
    } catch {
      report.failures.append("seed \(plan.seed): the undisturbed run ended with \(error)")
    }
    return run
  }

  /// Runs the regime.
  /// - Parameter progress: called with the lives that are over and all of them.
  /// - Throws: `EconomyFileFailure` where the file is unsound.
  public static func run(
    text: String, _ plan: Plan, progress: @escaping @Sendable (Int, Int) -> Void
  ) throws(EconomyFileFailure) -> FaultReport {
    var report = FaultReport("mixed", seed: plan.seed)
    let regime = try MixedRegime(text: text, plan, &report)
    report.blocks = plan.blocks * plan.lives
    if !report.failures.isEmpty { return report }
    for part in Jobs.run(plan.jobs, { regime.part($0, of: $1, progress) }) { report.add(part) }
    return report
  }

  private func part(
    _ place: Int, of count: Int, _ progress: @Sendable (Int, Int) -> Void
  ) -> FaultReport {
    var report = FaultReport("mixed", seed: plan.seed)
    for life in stride(from: place, to: plan.lives, by: count) {
      if let only = plan.only, only != life { continue }
      var course = MixedLife(
        runs[life % runs.count], pace: plan.pace, seed: plan.seed &+ UInt64(life) &* 104_729)
      if let fault = course.live() {
        report.failures.append(
          "seed \(plan.seed), life \(life), block \(course.acknowledged): \(fault); show it again "
            + "with --blocks \(plan.blocks) --lives \(plan.lives) --seed \(plan.seed) "
            + "--case \(life)")
      }
      report.add(course.report)
      progress(life + 1, plan.lives)
      if report.failures.count > 3 { break }
    }
    return report
  }
}

/// One life of the regime.
private struct MixedLife {
  /// What strikes next.
  private enum Blow: CaseIterable {
    case powerCut, kill, cleanStop, death, readFails, fails, full, short, dropped, rot, misread
  }

  private let run: ChainRun
  private let pace: Int
  private var generator: Generator
  private(set) var report = FaultReport("mixed", seed: 0)
  /// What clients were told.
  private(set) var acknowledged: UInt64 = 0

  init(_ run: ChainRun, pace: Int, seed: UInt64) {
    self.run = run
    self.pace = max(1, pace)
    generator = Generator(seed: seed)
  }

  private var end: UInt64 { UInt64(run.record.blocks.count) }

  /// What is wrong, or nil.
  mutating func live() -> String? {
    var disk = SimulatedDisk()
    do throws(StorageFailure) {
      try run.create(disk, seed: generator.next())
    } catch {
      return "a quiet disk takes no journal: \(error)"
    }
    while acknowledged < end {
      switch stage(disk) {
      case .failure(let fault): return fault.text
      case .success(let next): disk = next
      }
    }
    return start(disk, isQuiet: true).map { "at the end: \($0)" }
  }

  private struct Broken: Error {
    let text: String
  }

  /// From one start to the next: opens, makes blocks, is struck; the disk that is left.
  private mutating func stage(_ disk: SimulatedDisk) -> Result<SimulatedDisk, Broken> {
    let chain = run.chain(generator.next())
    let opened: Machine<SimulatedDisk>
    do throws(ReplayFailure) {
      report.recoveries += 1
      opened = try run.open(disk, chain, seed: generator.next())
    } catch {
      return .failure(Broken(text: "it does not start: \(error.text)"))
    }
    var machine = opened
    report.executed += Int(chain.head.height - machine.recovered.startedFrom)
    if machine.recovered.startedFrom > 0 { report.count("recovered from a checkpoint") }
    if let fault = run.judge(chain, acknowledged: acknowledged, begun: acknowledged + 1) {
      return .failure(Broken(text: fault))
    }
    acknowledged = chain.head.height
    let blow = Blow.allCases[generator.below(Blow.allCases.count)]
    let number = disk.allCalls
    strike(disk, blow)
    for _ in 0..<1 + generator.below(2 * pace - 1) where acknowledged < end {
      if let fault = makeBlock(&machine, chain, disk, blow) { return fault }
    }
    let planned = disk.faults
    let hasStruck = planned.contains { $0.isBehind(disk.allCalls) } && disk.allCalls > number
    disk.heal()
    switch blow {
    case .cleanStop:
      report.count("stopped cleanly")
      do throws(StorageFailure) {
        try machine.close()
      } catch {
        return .failure(Broken(text: "it does not stop: \(error)"))
      }
      return .success(disk.kill())
    case .rot:
      return rot(disk).map { .failure(Broken(text: $0)) } ?? .success(disk.kill())
    case .misread:
      return misread(disk).map { .failure(Broken(text: $0)) } ?? .success(disk.kill())
    case .powerCut:
      report.cases += 1
      report.count("power cut between calls")
      return .success(disk.crash(&generator))
    case .kill:
      report.cases += 1
      report.count("process killed between calls")
      return .success(disk.kill())
    default:
      if hasStruck {
        report.cases += 1
        report.count("\(blow) without effect on a block")
      }
      return .success(disk.kill())
    }
  }

  /// Plans a fault at one of the next calls.
  private mutating func strike(_ disk: SimulatedDisk, _ blow: Blow) {
    let call = disk.allCalls + 1 + generator.below(4 * pace)
    let effect: Fault.Effect
    switch blow {
    case .death: effect = .die
    case .fails, .readFails: effect = .fail(DiskError.inputOutput)
    case .full: effect = .fail(DiskError.noSpace)
    case .short:
      effect = .short(generator.chance(oneIn: 2) ? DiskError.noSpace : DiskError.inputOutput)
    case .dropped: effect = .drop(DiskError.inputOutput)
    case .powerCut, .kill, .cleanStop, .rot, .misread: return
    }
    disk.plan(Fault(.call(call), effect))
  }

  /// Makes one block; where the fault ends the process, the disk that the next start finds.
  private mutating func makeBlock(
    _ machine: inout Machine<SimulatedDisk>, _ chain: Chain, _ disk: SimulatedDisk, _ blow: Blow
  ) -> Result<SimulatedDisk, Broken>? {
    let height = chain.head.height
    do throws(StorageFailure) {
      try run.makeBlock(&machine, &generator, on: disk)
      report.made += 1
      report.executed += 1
      report.transactions += run.record.blocks[Int(height)].transactions.count
      acknowledged = chain.head.height
      if chain.head.hash != run.hashes[Int(acknowledged)] {
        return .failure(Broken(text: "block \(acknowledged) differs"))
      }
      return nil
    } catch {
      if !disk.isDead {
        // A block that is readable was acknowledged, whatever happened after.
        acknowledged = chain.head.height
        if error.kind == .full, chain.head.height == height {
          report.cases += 1
          report.count("full, then room again")
          disk.heal()
          return nil
        }
      }
      report.cases += 1
      if disk.isDead {
        report.count("died within a call")
      } else if error.kind == .flushFailed || error.kind == .inputOutput {
        report.count("ended by \(error.kind == .flushFailed ? "a failed flush" : "an error")")
      } else {
        return .failure(Broken(text: "it ends with \(error)"))
      }
      disk.heal()
      // A machine that goes on shows what its page cache holds; a dead one may lose the power too.
      if !disk.isDead, generator.chance(oneIn: 2) { return .success(disk.kill()) }
      return .success(disk.crash(&generator))
    }
  }

  // Damage

  /// Flips one bit of one file of a copy: either a start or `verify` names it, or it is above the
  /// watermark and nothing acknowledged is lost.
  private mutating func rot(_ disk: SimulatedDisk) -> String? {
    let damaged = disk.kill()
    let names = damaged.names.filter { $0.hasSuffix(".seg") || $0.hasSuffix(".ckpt") }
    guard !names.isEmpty else { return nil }
    let name = names[generator.below(names.count)]
    let size = damaged.contents(name).count
    guard size > 0 else { return nil }
    let offset = generator.below(size)
    damaged.damage(name, at: offset, 1 << UInt8(generator.below(8)))
    report.cases += 1
    report.recoveries += 1
    let isSeen = isNoticed(damaged, name)
    let chain = run.chain(generator.next())
    do throws(ReplayFailure) {
      let machine = try run.open(damaged, chain, seed: generator.next())
      report.executed += Int(chain.head.height - machine.recovered.startedFrom)
      // Of a killed process the last flush has no later record to vouch for it.
      let least = acknowledged - min(acknowledged, 1)
      if let fault = run.judge(chain, acknowledged: least, begun: acknowledged) {
        return "\(name) byte \(offset) flipped: \(fault)"
      }
      let isTold = machine.recovered.bytesCut > 0 || !machine.recovered.faults.isEmpty
      guard isTold || isSeen else { return "\(name) byte \(offset) flipped and nobody noticed" }
      report.count(isTold ? "rot cut or passed over" : "rot found by verify")
      return nil
    } catch {
      report.count("rot refused")
      guard case .storage(let failure) = error else { return nil }
      return failure.file == name ? nil : "\(name) is flipped and \(failure.file) is refused"
    }
  }

  /// Whether a walk over every byte finds something, as `verify` does.
  private func isNoticed(_ disk: SimulatedDisk, _ name: String) -> Bool {
    if name.hasSuffix(".ckpt") {
      guard let height = try? Checkpoints.list(disk).first(where: { Checkpoints.file($0) == name })
      else { return false }
      let reader = try? CheckpointReader(
        disk, height: height, network: run.record.genesis.identity)
      return (try? reader?.check()) == nil
    }
    let settings = JournalSettings(
      identity: run.record.genesis.identity, previousDigest: run.hashes[0],
      segmentBytes: run.segmentBytes)
    let summary = try? JournalReader(disk, settings).walk { run.hashes[Int($0.height)] }
    return summary.map { $0.torn != nil } ?? true
  }

  /// One read of the next start lies: the start is right all the same, or refuses.
  private mutating func misread(_ disk: SimulatedDisk) -> String? {
    let struck = disk.kill()
    let effects: [Fault.Effect] = [.stale, .misdirected, .flipped]
    let effect = effects[generator.below(3)]
    let read = struck.count(of: .read) + 1 + generator.below(12)
    struck.plan(Fault(.operation(.read, read), effect))
    report.cases += 1
    let before = struck.image
    if let fault = start(struck, isQuiet: false) { return "\(effect) read: \(fault)" }
    if isRefused, struck.image != before { return "\(effect) read: the refusal changed the disk" }
    return nil
  }

  private var isRefused = false

  /// Opens once more and looks; nothing is made.
  private mutating func start(_ disk: SimulatedDisk, isQuiet: Bool) -> String? {
    let chain = run.chain(generator.next())
    report.recoveries += 1
    isRefused = false
    do throws(ReplayFailure) {
      let machine = try run.open(disk, chain, seed: generator.next())
      report.executed += Int(chain.head.height - machine.recovered.startedFrom)
      if !isQuiet { report.count("wrong read without effect") }
      return run.judge(chain, acknowledged: acknowledged, begun: acknowledged + 1)
    } catch {
      if isQuiet { return error.text }
      isRefused = true
      report.count("wrong read refused")
      return nil
    }
  }
}
