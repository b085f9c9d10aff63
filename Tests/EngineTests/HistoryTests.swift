import Economy
import Primitives
import Simulation
import Storage
import Synchronization
import Testing

@testable import Engine

@Suite struct HistoryTests {
  /// After a restart from a checkpoint the old blocks come back as they were, with receipts and
  /// logs.
  @Test func oldBlocksComeBack() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 40, checkpoints: [10, 30])
    let restart = try Restart(disk)
    #expect(restart.chain.firstHeight == 30)
    #expect(restart.chain.block(29) == nil)
    #expect(restart.readHistory() == [])
    #expect(restart.chain.history == nil)
    #expect(restart.chain.firstHeight == 0)
    for (height, block) in life.blocks.enumerated() {
      #expect(restart.chain.block(Height(height))?.shown == block.shown)
      #expect(restart.chain.block(block.hash)?.height == Height(height))
      for (index, transaction) in block.transactions.enumerated() where height > 0 {
        #expect(restart.chain.transaction(transaction.hash)?.index == index)
      }
    }
    for batch in try Life.batches(after: 40) {
      _ = try restart.goOn(batch, at: Fixture.start + 100)
    }
    #expect(restart.chain.block(43)?.height == 43)
    #expect(restart.chain.block(0)?.shown == life.blocks[0].shown)
  }

  /// The newest are kept where memory is short, and stay without a gap.
  @Test func memoryKeepsTheNewest() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 40, checkpoints: [10, 30])
    let limit = life.blocks[22...].reduce(0) { $0 + $1.footprint }
    let restart = try Restart(disk, memory: limit)
    #expect(restart.readHistory() == [])
    #expect(restart.chain.firstHeight == 22)
    for height in 22...40 {
      #expect(restart.chain.block(Height(height))?.shown == life.blocks[height].shown)
    }
    let next = try restart.goOn(Life.batches(after: 40)[0], at: Fixture.start + 100)
    #expect(restart.chain.block(22) == nil)
    #expect(restart.chain.head.hash == next.hash)
  }

  /// While it is under way it says how far it is; a stop ends it at once, and the chain goes on.
  @Test func itSaysHowFarItIsAndStops() throws {
    let disk = SimulatedDisk()
    _ = try Life(disk, blocks: 40, checkpoints: [30])
    let restart = try Restart(disk)
    let heard = Mutex<[EngineNotice]>([])
    let history = try #require(
      restart.machine?.history { notice in heard.withLock { $0.append(notice) } })
    #expect(restart.chain.history == HistoryProgress(reached: 0, end: 30))
    history.stop()
    history.start()
    history.join()
    #expect(restart.chain.history == nil)
    #expect(restart.chain.firstHeight == 30)
    #expect(heard.withLock { $0 } == [])
  }

  /// Where the old part of the journal is damaged, or older segments are gone, the node goes on.
  @Test func damageInTheOldPartIsTold() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 60, checkpoints: [50])
    let first = try #require(disk.names.first { $0.hasSuffix("1.seg") })
    disk.damage(first, at: 3_000)
    let restart = try Restart(disk)
    #expect(restart.chain.head.hash == life.head.hash)
    let told = restart.readHistory()
    guard case .historyFailed(let text)? = told.first else {
      Issue.record("\(told)")
      return
    }
    #expect(text.contains(first))
    #expect(restart.chain.firstHeight == 50)
    try restart.close()
    try Journal.prune(disk, below: 50)
    let pruned = try Restart(disk)
    #expect(pruned.readHistory() == [])
    #expect(pruned.chain.firstHeight == 50)
  }

  /// With older segments gone it begins at an older checkpoint that the journal continues.
  @Test func itBeginsAtAnOlderCheckpoint() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 60, checkpoints: [25, 50])
    try Journal.prune(disk, below: 25)
    let restart = try Restart(disk)
    #expect(restart.summary?.startedFrom == 50)
    #expect(restart.readHistory() == [])
    #expect(restart.chain.firstHeight == 25)
    for height in 25...60 {
      #expect(restart.chain.block(Height(height))?.shown == life.blocks[height].shown)
    }
  }
}
