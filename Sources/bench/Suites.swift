import Economy
import EconomyFile
import Glibc
import Primitives

/// What a run is made of, built one suite after the other so that only one stands in memory.
struct Suites {
  let plan: Plan
  let economy: String
  let overlay: String
  let genesis: Genesis
  /// Where journals and probes write.
  let folder: String
  /// Commands of the probes from outside; nil where they are absent.
  let ledgerProbe: String?
  let syncProbe: String?
  let contractProbe: String?
  let modelProbe: String?
  let databaseProbe: String?

  /// Every suite's name, in the order of a whole run: memory is measured in a process that has not
  /// used much.
  static let names = [
    "memory", "recovery", "engine", "mix", "execute", "scale", "http", "journal", "latency",
    "checkpoint",
    "root", "index", "forecast",
  ]

  /// Runs a suite and takes its files away.
  func run(_ name: String, _ runner: inout Runner) throws {
    let place = "\(folder)/\(name)"
    guard mkdir(place, 0o700) == 0 else {
      throw BenchFailure("\(place) cannot be made: errno \(errno)")
    }
    defer { _ = try? ProbeProcess.run("rm -rf '\(place)'") }
    runner.progress("\(name): preparing")
    switch name {
    case "recovery": try recovery(&runner)
    case "engine": try engine(place, &runner)
    case "mix": try mix(place, &runner)
    case "execute": try execute(&runner)
    case "scale": try scale(&runner)
    case "http": try http(place, &runner)
    case "journal": try journal(place, &runner)
    case "latency": try latency(place, &runner)
    case "checkpoint": try checkpoint(place, &runner)
    case "index": try index(place, &runner)
    case "forecast": try forecast(&runner)
    case "memory": try memory(&runner)
    default: try root(&runner)
    }
  }

  private func library(_ threads: Int) -> RecoveryCase {
    RecoveryCase(SignedDigests(count: signatures), threads: threads, isLibrary: true)
  }

  private var signatures: Int { plan.isQuick ? 10_000 : 60_000 }

  private func recovery(_ runner: inout Runner) throws {
    let work = SignedDigests(count: signatures)
    try runner.run(
      Suite(
        name: "recovery",
        cases: [
          RecoveryCase(work, threads: 1, isLibrary: false),
          RecoveryCase(work, threads: 1, isLibrary: true),
          RecoveryCase(work, threads: 2, isLibrary: false),
          RecoveryCase(work, threads: 2, isLibrary: true),
        ],
        comparisons: [
          Suite.Comparison(
            name: "batch recovery / library, 1 thread", subject: "recovery.batch.1",
            anchor: "recovery.library.1", goal: "1 (V4: 4, with the vector path)"),
          Suite.Comparison(
            name: "batch recovery / library, 2 threads", subject: "recovery.batch.2",
            anchor: "recovery.library.2", goal: "1"),
        ]))
  }

  private func engine(_ place: String, _ runner: inout Runner) throws {
    let small = try Population(genesis, accounts: 10_000, keyed: 10_000)
    let large = try Population(genesis, accounts: 1_000_000, keyed: 10_000)
    let signed = [
      try SignedEngineCase(small, label: "10k", folder: place + "/s10k", plan: plan),
      try SignedEngineCase(large, label: "1m", folder: place + "/s1m", plan: plan),
    ]
    var cases: [any BenchCase] = [
      try UnsignedEngineCase(small, label: "10k", folder: place + "/u10k", plan: plan),
      try UnsignedEngineCase(large, label: "1m", folder: place + "/u1m", plan: plan),
    ]
    cases += signed
    cases += [library(2), SyncedWriteCase(folder: place, plan: plan)]
    cases += ledgerCases(place) + syncCases(place)
    try runner.run(
      Suite(
        name: "engine", cases: cases,
        comparisons: [
          Suite.Comparison(
            name: "V6: unsigned engine / wal_ledger, 10k", subject: "engine.unsigned.10k",
            anchor: "probe.wal_ledger.10k", goal: "0.15"),
          Suite.Comparison(
            name: "V6: unsigned engine / wal_ledger, 1m", subject: "engine.unsigned.1m",
            anchor: "probe.wal_ledger.1m", goal: "0.15"),
          Suite.Comparison(
            name: "V3: signed engine / library on 2 threads, 10k", subject: "engine.signed.10k",
            anchor: "recovery.library.2", goal: "0.85"),
          Suite.Comparison(
            name: "V3: signed engine / library on 2 threads, 1m", subject: "engine.signed.1m",
            anchor: "recovery.library.2", goal: "0.85"),
        ]))
    for one in signed { one.stop() }
  }

  private func ledgerCases(_ place: String) -> [any BenchCase] {
    guard let ledgerProbe else { return [] }
    let process = ProbeProcess(command: "'\(ledgerProbe)' '\(place)'")
    return [("10k", "10000"), ("1m", "1000000")].map { label, number in
      ProbeCase(
        "probe.wal_ledger.\(label)", unit: "transfers/s",
        note: "bare ledger with group commit, C, \(label) accounts", process: process,
        line: "unsigned, \(number) accounts, batch 8189", word: "median")
    }
  }

  private func syncCases(_ place: String) -> [any BenchCase] {
    guard let syncProbe else { return [] }
    return [
      ProbeCase(
        "probe.disk_limits.4k", unit: "us", note: "p50 of a synced 4 KiB write, preallocated, C",
        process: ProbeProcess(command: "'\(syncProbe)' '\(place)'"), line: "prealloc  fdatasync",
        word: "p50")
    ]
  }

  private func execute(_ runner: inout Runner) throws {
    let small = try Population(genesis, accounts: 10_000, keyed: 0)
    let large = try Population(genesis, accounts: 1_000_000, keyed: 0)
    var cases: [any BenchCase] = [
      ExecutionCase(small, label: "10k", plan: plan),
      ExecutionCase(large, label: "1m", plan: plan),
    ]
    if let contractProbe {
      let process = ProbeProcess(command: contractProbe)
      cases += [
        ProbeCase(
          "peer.pyrevm.call", unit: "transfers/s", note: "ERC-20 transfer per call in revm",
          process: process, line: "message_call transfer, 8192", word: "median"),
        ProbeCase(
          "peer.pyrevm.loop", unit: "transfers/s", note: "4,096 transfers in one call in revm",
          process: process, line: "loop in one call, 8192", word: "median"),
      ]
    }
    try runner.run(
      Suite(
        name: "execute", cases: cases,
        comparisons: [
          Suite.Comparison(
            name: "V9: execution / pyrevm per call", subject: "execute.10k",
            anchor: "peer.pyrevm.call", goal: "50"),
          Suite.Comparison(
            name: "V9: execution / revm looped", subject: "execute.10k",
            anchor: "peer.pyrevm.loop", goal: "12"),
        ]))
  }

  private func http(_ place: String, _ runner: inout Runner) throws {
    let node = try LoopbackNode(
      economy: economy, overlays: [overlay], folder: place + "/node")
    var cases: [any BenchCase] = [
      HTTPCase(node, .balance, plan: plan), HTTPCase(node, .send, plan: plan),
      HTTPCase(node, .sendCrowd, plan: plan), HTTPCase(node, .balanceBatch, plan: plan),
      HTTPCase(node, .sendBatch, plan: plan), library(2),
    ]
    if let databaseProbe {
      cases.append(
        ProbeCase(
          "peer.postgres", unit: "transfers/s",
          note: "PostgreSQL, one function call a transfer, 16 clients, 10k accounts",
          process: ProbeProcess(command: databaseProbe), line: "tps =", word: "="))
    }
    try runner.run(
      Suite(
        name: "http", cases: cases,
        comparisons: [
          Suite.Comparison(
            name: "V8: sends, 1,000 clients / PostgreSQL, 16 clients", subject: "http.send.crowd",
            anchor: "peer.postgres", goal: "6"),
          Suite.Comparison(
            name: "sends, 1,000 clients / library on 2 threads", subject: "http.send.crowd",
            anchor: "recovery.library.2", goal: ""),
          Suite.Comparison(
            name: "sends one a request / library on 2 threads", subject: "http.send",
            anchor: "recovery.library.2", goal: ""),
          Suite.Comparison(
            name: "sends in batches / library on 2 threads", subject: "http.send.batch",
            anchor: "recovery.library.2", goal: ""),
        ]))
    node.stop()
  }

  private func journal(_ place: String, _ runner: inout Runner) throws {
    let population = try Population(genesis, accounts: 10_000, keyed: 0)
    let transfers = plan.isQuick ? 200_000 : 1_000_000
    let token = try TransferJournal(
      population, kind: .token, transfers: transfers, folder: place + "/token")
    let value = try TransferJournal(
      population, kind: .value, transfers: 10 * DurableChain.blockTransactions,
      folder: place + "/value")
    let restart = RestartCase(token, accounts: "10k")
    try runner.run(
      Suite(
        name: "journal",
        cases: [
          JournalBytesCase(
            token, label: "token", note: "token.transfer, type 2, sender recorded beside it"),
          JournalBytesCase(value, label: "value", note: "plain transfer of value, type 2"),
          restart, ReplayCase(restart, count: transfers),
          ExecutionCase(population, label: "10k", plan: plan),
        ],
        comparisons: [
          Suite.Comparison(
            name: "V15: replay / execution only", subject: "restart.replay",
            anchor: "execute.10k", goal: "0.5")
        ]))
  }

  private func latency(_ place: String, _ runner: inout Runner) throws {
    let population = try Population(genesis, accounts: 10_000, keyed: 1_000)
    let one = try LatencyCase(population, folder: place + "/idle", plan: plan)
    let sync = SyncMedianCase(SyncedWriteCase(folder: place, plan: plan))
    try runner.run(
      Suite(
        name: "latency", cases: [one, sync],
        comparisons: [
          Suite.Comparison(
            name: "V12: p50 of a signed transfer / p50 of a synced 4 KiB write",
            subject: "latency.signed", anchor: sync.name, goal: "at most 3")
        ]))
    one.stop()
  }

  private func checkpoint(_ place: String, _ runner: inout Runner) throws {
    let population = try Population(genesis, accounts: 10_000, keyed: 0)
    let start = try CheckpointStartCase(
      population, accounts: 1_000_000, label: "1m", folder: place + "/start")
    let large = try Population(genesis, accounts: 1_000_000, keyed: 0)
    let engine = try DurableChain(large.genesis, folder: place + "/load")
    let feed = CheckpointLoadCase.SharedFeed(Feed(large, senders: large.addresses.count))
    let cases: [any BenchCase] = [
      start,
      FixedCase(
        "checkpoint.write.1m", "s", start.writing, note: "writing that checkpoint, nothing beside"),
      CheckpointLoadCase(engine, large, feed, isWriting: false, label: "1m", plan: plan),
      CheckpointLoadCase(engine, large, feed, isWriting: true, label: "1m", plan: plan),
    ]
    try runner.run(
      Suite(
        name: "checkpoint", cases: cases,
        comparisons: [
          Suite.Comparison(
            name: "throughput beside a checkpoint / without", subject: "checkpoint.beside.1m",
            anchor: "checkpoint.none.1m", goal: "0.9")
        ]))
    try engine.close()
  }

  private func index(_ place: String, _ runner: inout Runner) throws {
    let population = try Population(genesis, accounts: 10_000, keyed: 0)
    let one = try IndexCase(population, label: "10k", folder: place + "/chain", plan: plan)
    try runner.run(
      Suite(
        name: "index",
        cases: [
          one,
          FixedCase(
            "index.bytes.10k", "bytes/transfer", try one.bytesEach(),
            note: "the index's file, without genesis"),
        ]))
  }

  private func root(_ runner: inout Runner) throws {
    let large = try Population(genesis, accounts: 1_000_000, keyed: 0)
    let image = RowImage(large)
    try runner.run(
      Suite(
        name: "root",
        cases: [
          StateRootCase(large, label: "1m"), StateLoadCase(image, label: "1m", isProved: false),
          StateLoadCase(image, label: "1m", isProved: true),
        ]))
  }
}

/// The same writes, told as the median of their times.
final class SyncMedianCase: BenchCase {
  let name = "probe.sync4k.p50"
  let unit = "us"
  let note = "synced 4 KiB write, preallocated file (median a round)"
  private let writes: SyncedWriteCase

  init(_ writes: SyncedWriteCase) { self.writes = writes }

  func measure() throws -> Sample {
    var sample = try writes.measure()
    sample.value = Order.median(sample.latencies)
    return sample
  }
}
