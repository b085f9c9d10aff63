import Economy
import Glibc
import Primitives
import Simulation
import Storage
import Synchronization
import Testing

@testable import Engine

private struct StillClock: Engine.Clock {
  func now() -> UInt64 { Fixture.start }
}

/// A node's engine with checkpoints, driven through its sequencer.
private final class Running: Sendable {
  let disk: SimulatedDisk
  let chain: Chain
  let sequencer: SoloSequencer
  private let heard = Mutex<[EngineNotice]>([])

  init(_ disk: SimulatedDisk, _ policy: CheckpointPolicy, isNew: Bool = true) throws {
    self.disk = disk
    chain = Fixture.chain()
    sequencer = SoloSequencer(chain: chain)
    let machine = isNew ? try Fixture.machine(disk, chain) : try Fixture.open(disk, chain)
    sequencer.start(machine, clock: StillClock(), checkpoints: policy) { [self] notice in
      heard.withLock { $0.append(notice) }
    }
  }

  var notices: [EngineNotice] { heard.withLock { $0 } }

  var checkpoints: [Height] {
    notices.compactMap { if case .checkpointed(let height, _) = $0 { height } else { nil } }
  }

  /// Sends a transfer and waits until it is committed.
  func transfer(_ nonce: UInt64) throws {
    let hash = try chain.submit([ReceivedTransaction(Fixture.transfer(0, nonce: nonce, to: 1, 1))])[
      0
    ].get()
    for _ in 0..<2_000 where chain.transaction(hash) == nil { usleep(500) }
    #expect(chain.transaction(hash) != nil)
  }
}

@Suite struct CheckpointerTests {
  @Test func theScheduleCountsBytes() {
    let policy = CheckpointPolicy(interval: 800)
    #expect(!policy.isDue(799))
    #expect(policy.isDue(800))
    #expect(!policy.isDueAtStop(100))
    #expect(policy.isDueAtStop(101))
    #expect(CheckpointPolicy().interval == 64 << 20)
    #expect(CheckpointPolicy(interval: 0, kept: 0).interval == 1)
    #expect(CheckpointPolicy(interval: 0, kept: 0).kept == 1)
  }

  /// Checkpoints are written while blocks go on; three stay, each sound and of the journal's chain.
  @Test func checkpointsComeWhileBlocksGoOn() throws {
    let disk = SimulatedDisk()
    let running = try Running(disk, CheckpointPolicy(interval: 3_000, isPaced: false))
    for nonce in 0..<60 as Range<UInt64> { try running.transfer(nonce) }
    running.sequencer.stop()
    let made = running.checkpoints
    #expect(made.count >= 3)
    #expect(made == made.sorted())
    #expect(running.notices.count == made.count)
    #expect(try Checkpoints.list(disk) == Array(made.suffix(3)))
    #expect(disk.openFiles == 0)
    let head = running.chain.head
    let checked = try Recovery.verify(Fixture.chain(), disk: disk) { _ in }
    #expect(checked.faults == [])
    #expect(checked.checkpoints == 3)
    let restart = try Restart(disk)
    #expect(restart.summary?.startedFrom == made.last)
    #expect(restart.chain.head.shown == head.shown)
  }

  /// While blocks are made the writing rests as long as it works, and a stop ends the rest.
  @Test func theWritingRestsAsLongAsItWorks() {
    var pauses: [UInt64] = []
    var cycle = DutyCycle { pauses.append($0) }
    for milliseconds in [1, 20, 5] as [UInt32] {
      usleep(milliseconds * 1_000)
      cycle.rest()
    }
    #expect(zip(pauses, [1, 20, 5] as [UInt64]).allSatisfy { $0 >= $1 * 1_000_000 })
    #expect(pauses[2] < pauses[1])
    #expect(pauses.allSatisfy { $0 <= DutyCycle.longest })
  }

  @Test func anIdleChainIsNoReasonToRest() throws {
    let chain = Fixture.chain()
    let stillness = Stillness(chain)
    #expect(!stillness.holds())
    usleep(UInt32(Stillness.span / 1_000) + 20_000)
    #expect(stillness.holds())
    _ = try chain.submit([ReceivedTransaction(Fixture.transfer(0, nonce: 0, to: 1, 1))])[0].get()
    #expect(!stillness.holds())
  }

  /// An operator may ask for a checkpoint that is not due.
  @Test func aCheckpointComesWhenAskedFor() throws {
    let disk = SimulatedDisk()
    let running = try Running(disk, CheckpointPolicy(interval: 1 << 30))
    running.chain.askForCheckpoint()
    try running.transfer(0)
    #expect(running.checkpoints == [])
    running.chain.askForCheckpoint()
    for _ in 0..<4_000 where running.checkpoints.isEmpty { usleep(500) }
    #expect(running.checkpoints == [1])
    #expect(!running.chain.isCheckpointWanted)
    running.sequencer.stop()
    #expect(try Checkpoints.list(disk) == [1])
  }

  /// A clean stop with enough behind it leaves a checkpoint of the head; with little, none.
  @Test func aCleanStopLeavesACheckpoint() throws {
    let disk = SimulatedDisk()
    let running = try Running(disk, CheckpointPolicy(interval: 20_000, isPaced: false))
    for nonce in 0..<10 as Range<UInt64> { try running.transfer(nonce) }
    running.sequencer.stop()
    #expect(running.checkpoints == [running.chain.head.height])
    let again = try Running(disk, CheckpointPolicy(interval: 20_000, isPaced: false), isNew: false)
    try again.transfer(10)
    again.sequencer.stop()
    #expect(again.checkpoints == [])
    let restart = try Restart(disk)
    #expect(restart.summary?.startedFrom == 10)
    #expect(restart.summary?.blocks == 1)
  }

  /// Where there is no room for a checkpoint the chain goes on, the failure is told, nothing is
  /// left half, and the next one is tried when it is due.
  @Test func aFullDiskStopsNoBlock() throws {
    let disk = SimulatedDisk()
    let running = try Running(disk, CheckpointPolicy(interval: 1, isPaced: false))
    try running.transfer(0)
    for _ in 0..<2_000 where running.checkpoints.isEmpty { usleep(500) }
    for _ in 0..<200 where try disk.has("journal/spare") == false { usleep(500) }
    disk.limit(to: disk.used + 2_000)
    for nonce in 1..<8 as Range<UInt64> { try running.transfer(nonce) }
    for _ in 0..<2_000 where !running.notices.contains(where: { Self.isFailure($0) }) {
      usleep(500)
    }
    #expect(running.notices.contains { Self.isFailure($0) })
    disk.limit(to: .max)
    try running.transfer(8)
    running.sequencer.stop()
    #expect(disk.names.allSatisfy { !$0.contains("checkpoints/") || $0.hasSuffix(".ckpt") })
    let restart = try Restart(disk)
    #expect(restart.faults == [])
    #expect(restart.chain.head.shown == running.chain.head.shown)
    #expect(restart.chain.head.height == 9)
  }

  private static func isFailure(_ notice: EngineNotice) -> Bool {
    if case .checkpointFailed = notice { true } else { false }
  }

  /// Pruning removes whole segments below the oldest kept checkpoint, and only when asked for.
  @Test func pruningIsOff() throws {
    for isPruning in [false, true] {
      let disk = SimulatedDisk()
      let running = try Running(
        disk, CheckpointPolicy(interval: 4_000, kept: 2, prunesJournal: isPruning, isPaced: false))
      for nonce in 0..<120 as Range<UInt64> { try running.transfer(nonce) }
      running.sequencer.stop()
      let restart = try Restart(disk)
      #expect(restart.chain.head.shown == running.chain.head.shown)
      let begins = try #require(restart.summary?.journalBegins)
      #expect((begins > 1) == isPruning)
      let oldest = try #require(try Checkpoints.list(disk).first)
      #expect(begins <= oldest)
      try restart.close()
      let checked = try Recovery.verify(Fixture.chain(), disk: disk) { _ in }
      #expect(checked.faults == [])
      #expect(checked.startedFrom == (isPruning ? oldest : 0))
    }
  }
}
