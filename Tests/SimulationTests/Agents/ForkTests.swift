import Economy
import EconomyFile
import Engine
import Ledger
import Primitives
import Storage
import Testing

@testable import Simulation

/// Forecasts from a network that lives: its folder is only read.
@Suite struct ForkTests {
  /// A network with so many blocks of random life on a simulated disk.
  private static func network(
    _ blocks: Int, checkpointEvery: UInt64
  ) throws -> (ChainRun, SimulatedDisk, EconomyDocument, Digest) {
    let text = try #require(GoldenRunnerTests.file("economies/dta.json"))
    var run = ChainRun(record: try LifeRecord(text: text, blocks: blocks, seed: 4))
    run.checkpointEvery = checkpointEvery
    let disk = SimulatedDisk()
    try run.create(disk, seed: 1)
    let chain = run.chain(1)
    var generator = Generator(seed: 1)
    var machine = try run.open(disk, chain, seed: 1)
    for _ in 0..<blocks { try run.makeBlock(&machine, &generator, on: disk) }
    let head = chain.head.header.stateRoot
    return (run, disk, try EconomyFile.load(text: text), head)
  }

  @Test(
    "a copy of a living network has its height and state root", arguments: [0, 8] as [UInt64])
  func theCopyIsTheNetwork(_ checkpointEvery: UInt64) throws {
    let (run, disk, document, root) = try Self.network(30, checkpointEvery: checkpointEvery)
    // The machine was never closed: its last record stands as a node at work leaves it.
    let fork = try ForkedState(
      reading: disk, of: document, genesis: run.record.genesis, secret: HashSecret(8, 9)
    ) { _ in }
    #expect(fork.origin.height == 30)
    #expect(fork.origin.stateRoot == root)
    var forecast = try Forecast(
      .fork(fork), ForecastSettings(days: 40, agents: 30, seed: 2), secret: HashSecret(8, 9))
    let report = forecast.run()
    #expect(report.faults.isEmpty, "\(report.faults)")
    #expect(report.origin?.height == 30)
    let first = try #require(report.samples.first)
    #expect(first.height == 30)
    #expect(first.categories.reduce(0, +) == report.totalSupply)
    #expect(report.samples.last?.categories.reduce(0, +) == report.totalSupply)
    #expect(report.succeeded > 100)
    #expect(report.stateRoot != root)
    // Those who lived there before act on.
    #expect(report.kinds.reduce(0) { $0 + $1.startWealth } > 0)
    #expect(ReportData(report).json.contains(Hex.text(root.bytes)))
  }

  @Test func theSameCopyAndSeedGiveTheSameRoot() throws {
    let (run, disk, document, _) = try Self.network(20, checkpointEvery: 6)
    func root(_ secret: UInt64) throws -> Digest {
      let fork = try ForkedState(
        reading: disk, of: document, genesis: run.record.genesis, secret: HashSecret(secret, 9)
      ) { _ in }
      var forecast = try Forecast(
        .fork(fork), ForecastSettings(days: 15, agents: 20, seed: 2),
        secret: HashSecret(secret, 9))
      return forecast.run().stateRoot
    }
    #expect(try root(1) == root(2))
  }
}
