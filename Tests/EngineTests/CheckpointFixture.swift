import Economy
import Primitives
import Simulation
import Storage
import Synchronization
import Testing

@testable import Engine

/// A life of a chain that tests can repeat on any disk.
struct Life {
  let blocks: [Block]
  var head: Block { blocks[blocks.count - 1] }

  /// Random blocks, with a checkpoint after some heights; closed cleanly.
  init(
    _ disk: SimulatedDisk, blocks count: Int, checkpoints: Set<Int> = [], seed: UInt64 = 21,
    closes: Bool = true
  ) throws {
    let chain = Fixture.chain()
    var machine = try Fixture.machine(disk, chain)
    var workload = Workload(seed: seed)
    var blocks = [chain.head]
    for round in 1...count {
      let batch = try workload.next(1 + round % 6)
      blocks.append(try machine.close(batch, at: Fixture.start + UInt64(round)))
      if checkpoints.contains(round) {
        #expect(try machine.writeCheckpoint()?.height == Height(round))
      }
    }
    if closes { try machine.close() }
    self.blocks = blocks
  }

  /// The batches that follow in the same life.
  static func batches(after count: Int, seed: UInt64 = 21) throws -> [[AuthenticTransaction]] {
    var workload = Workload(seed: seed)
    return try (1...count + 3).map { try workload.next(1 + $0 % 6) }.suffix(3)
  }
}

/// A restart and what it said.
final class Restart {
  let chain: Chain
  private(set) var faults: [CheckpointFailure] = []
  private(set) var machine: Machine<SimulatedDisk>?

  init(_ disk: SimulatedDisk, secret: UInt64 = 5, memory: Int = 1 << 30) throws {
    chain = Fixture.chain(secret: secret, memory: memory)
    var faults: [CheckpointFailure] = []
    machine = try Recovery.open(
      chain, disk: disk, segmentBytes: Fixture.segmentBytes, skipped: { faults.append($0) },
      progress: { _ in })
    self.faults = faults
    #expect(summary?.faults == faults)
  }

  var summary: ReplaySummary? { machine?.recovered }

  /// Makes a block, then stops.
  func goOn(_ batch: [AuthenticTransaction], at time: UInt64) throws -> Block {
    try #require(try machine?.close(batch, at: time))
  }

  /// Lets the history run to its end; answers what it had to tell.
  func readHistory() -> [EngineNotice] {
    let heard = Mutex<[EngineNotice]>([])
    guard let history = machine?.history(notify: { notice in heard.withLock { $0.append(notice) } })
    else { return [] }
    history.start()
    history.join()
    return heard.withLock { $0 }
  }

  func close() throws {
    if let machine = machine.take() { try machine.close() }
  }
}

extension Block {
  /// Everything that a reader can see of a block, so that two can be compared.
  var shown: [String] {
    var shown = [Hex.text(hash.bytes)]
    for (transaction, receipt) in zip(transactions, receipts) {
      shown.append("\(Hex.text(transaction.hash.bytes)) \(Hex.text(transaction.sender.bytes))")
      shown.append(
        "\(receipt.isSuccess) \(receipt.gasUsed) \(receipt.cumulativeGasUsed) "
          + "\(receipt.effectivePrice) \(String(describing: receipt.rejection)) \(receipt.events)")
      for place in receipt.events {
        let log = log(place)
        shown.append("\(log.address) \(log.topics) \(log.data)")
      }
    }
    return shown
  }
}

extension SimulatedDisk {
  /// Takes a file over from another disk.
  func copy(_ name: String, from other: SimulatedDisk) throws {
    try writeAtomically(name, other.contents(name))
  }

  /// All files on a disk of its own, as a copied folder.
  func copied() throws -> SimulatedDisk {
    let disk = SimulatedDisk()
    for name in names { try disk.copy(name, from: self) }
    return disk
  }
}
