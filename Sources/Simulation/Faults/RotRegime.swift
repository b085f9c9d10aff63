public import EconomyFile
internal import Engine
internal import Ledger
internal import Primitives
internal import Storage

/// Every byte of a small journal is changed in turn, and every read of a start is answered wrongly:
/// at or below the watermark it is noticed each time, with a message that names file and offset;
/// above it the tail is cut and nothing acknowledged is lost (spec of reliability, section 3.1).
public struct RotRegime: Sendable {
  /// What is tried.
  public struct Plan: Sendable {
    /// Of every three blocks about 8,192 bytes are tried, twice.
    public var blocks = 6
    public var seed: UInt64 = 1
    public var jobs = 1
    /// Every so manieth byte.
    public var stride = 1

    public init() {}
  }

  private let plan: Plan
  private let run: ChainRun
  /// A journal that was stopped cleanly, and one whose process was killed.
  private let closed: SimulatedDisk
  private let killed: SimulatedDisk

  private init(_ record: LifeRecord, _ plan: Plan) throws {
    self.plan = plan
    var run = ChainRun(record: record)
    run.segmentBytes = 8_192
    let disk = SimulatedDisk()
    try run.create(disk, seed: plan.seed)
    let chain = run.chain(plan.seed)
    var machine = try run.open(disk, chain, seed: plan.seed)
    run.hashes = [chain.head.hash]
    for block in record.blocks {
      try machine.reserve(block.transactions)
      try machine.makeBlock(block.transactions, time: block.time)
      run.hashes.append(chain.head.hash)
    }
    killed = disk.kill()
    try machine.close()
    closed = disk.kill()
    self.run = run
  }

  /// Runs the regime.
  /// - Throws: `EconomyFileFailure` where the file is unsound.
  public static func run(text: String, _ plan: Plan) throws(EconomyFileFailure) -> FaultReport {
    let record = try LifeRecord(text: text, blocks: plan.blocks, seed: plan.seed)
    var report = FaultReport("rot", seed: plan.seed)
    report.blocks = record.blocks.count
    report.transactions = record.transactionCount
    do {
      let regime = try RotRegime(record, plan)
      for part in Jobs.run(plan.jobs, { regime.part($0, of: $1) }) { report.add(part) }
    } catch {
      report.failures.append("seed \(plan.seed): the undisturbed run ended with \(error)")
    }
    return report
  }

  private func part(_ place: Int, of count: Int) -> FaultReport {
    var report = FaultReport("rot", seed: plan.seed)
    for (disk, isClosed) in [(closed, true), (killed, false)] {
      for name in disk.names where name.hasSuffix(".seg") {
        let bytes = disk.contents(name)
        for offset in stride(from: 0, to: bytes.count, by: plan.stride)
        where offset / plan.stride % count == place {
          flip(disk, name, offset, isClosed, &report)
        }
      }
      if place == 0 { misread(disk, &report) }
    }
    return report
  }

  private func flip(
    _ disk: SimulatedDisk, _ name: String, _ offset: Int, _ isClosed: Bool,
    _ report: inout FaultReport
  ) {
    report.cases += 1
    let damaged = disk.copy()
    damaged.damage(name, at: offset, 1 << UInt8((offset + Int(plan.seed % 8)) % 8))
    let before = damaged.image
    let chain = run.chain(UInt64(offset))
    func fail(_ text: String) {
      report.failures.append(
        "seed \(plan.seed), \(name) byte \(offset) of a \(isClosed ? "closed" : "killed") journal: "
          + "\(text); show it again with --blocks \(plan.blocks) --seed \(plan.seed)")
    }
    do throws(ReplayFailure) {
      report.recoveries += 1
      let machine = try run.open(damaged, chain, seed: 1)
      report.executed += Int(chain.head.height)
      let cut = machine.recovered.bytesCut
      if cut == 0 { return fail("nobody noticed") }
      // Of a clean stop nothing but the mark may go; of a killed process the last flush, which no
      // later record vouches for.
      let all = UInt64(run.record.blocks.count)
      if let fault = run.judge(chain, acknowledged: isClosed ? all : all - 1, begun: all) {
        return fail(fault)
      }
      report.count(isClosed ? "cut behind the last block" : "cut above the watermark")
    } catch {
      guard case .storage(let failure) = error else { return fail("it is called \(error.text)") }
      let text = failure.description
      if failure.file != name || failure.offset == nil || !text.contains(name) {
        return fail("it is called \(text)")
      }
      if let found = failure.offset, found > UInt64(offset) {
        return fail("it is found behind its place: \(text)")
      }
      if damaged.image != before { return fail("the refusal changed the disk") }
      report.count("refused by file and offset")
    }
  }

  /// Every read of a start answered wrongly once: old bytes, bytes of another place, a flipped bit.
  private func misread(_ disk: SimulatedDisk, _ report: inout FaultReport) {
    let counted = disk.kill()
    let quiet = run.chain(1)
    guard (try? run.open(counted, quiet, seed: 1)) != nil else { return }
    let reads = counted.count(of: .read)
    for number in 1...max(1, reads) {
      for effect in [Fault.Effect.stale, .misdirected, .flipped] {
        report.cases += 1
        let struck = disk.kill()
        struck.plan(Fault(.operation(.read, number), effect))
        judge(struck, disk, "\(effect) read \(number)", &report)
      }
    }
  }

  private func judge(
    _ struck: SimulatedDisk, _ sound: SimulatedDisk, _ what: String, _ report: inout FaultReport
  ) {
    let all = UInt64(run.record.blocks.count)
    let chain = run.chain(2)
    do throws(ReplayFailure) {
      report.recoveries += 1
      _ = try run.open(struck, chain, seed: 1)
      report.executed += Int(chain.head.height)
      if let fault = run.judge(chain, acknowledged: all, begun: all) {
        report.failures.append("seed \(plan.seed), \(what): \(fault)")
      }
      report.count("wrong read without effect")
    } catch {
      report.count("wrong read refused")
      if struck.image != sound.image {
        report.failures.append("seed \(plan.seed), \(what): the refusal changed the disk")
      }
    }
  }
}
