import Economy
import Primitives
import Simulation
import Storage
import Testing

@testable import Engine

/// Starting from a checkpoint: the same as a replay of everything, or a word about why not.
@Suite struct CheckpointRecoveryTests {
  @Test func aRestartReplaysOnlyTheTail() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 60, checkpoints: [20, 40])
    let restart = try Restart(disk)
    #expect(restart.faults == [])
    #expect(restart.summary?.startedFrom == 40)
    #expect(restart.summary?.blocks == 20)
    #expect(restart.chain.firstHeight == 40)
    for height in 40...60 as ClosedRange<Height> {
      #expect(restart.chain.block(height)?.shown == life.blocks[Int(height)].shown)
    }
    #expect(restart.chain.withState { $0.stateRoot() } == life.head.header.stateRoot)
    let whole = Fixture.chain(secret: 6)
    for name in disk.names where name.hasSuffix(".ckpt") { try disk.remove(name) }
    var twin = try Fixture.open(disk, whole)
    #expect(twin.recovered.startedFrom == 0)
    #expect(twin.recovered.blocks == 60)
    // Both go on alike, so what is derived beside the rows is the same as well.
    for (round, batch) in try Life.batches(after: 60).enumerated() {
      let time = Fixture.start + 90 * 86_400 * UInt64(round + 1)
      let next = try restart.goOn(batch, at: time)
      #expect(next.header == (try twin.close(batch, at: time)).header)
    }
  }

  /// A checkpoint at the very head: nothing to replay, and the head is shown whole.
  @Test func aCleanStopCanBeTheStart() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 7, checkpoints: [7])
    let restart = try Restart(disk)
    #expect(restart.summary?.startedFrom == 7)
    #expect(restart.summary?.blocks == 0)
    #expect(restart.chain.head.shown == life.head.shown)
    let last = try #require(life.head.transactions.last)
    #expect(restart.chain.transaction(last.hash)?.index == life.head.transactions.count - 1)
  }

  /// Damage at sampled places of the newest, then of both: named, skipped, and the same head.
  @Test func damagedCheckpointsAreNamedAndSkipped() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 30, checkpoints: [10, 20])
    let newest = Checkpoints.file(20)
    let count = disk.contents(newest).count
    var generator = SeededGenerator(22)
    for _ in 0..<24 {
      let offset = generator.below(count)
      disk.damage(newest, at: offset)
      let restart = try Restart(disk)
      #expect(restart.summary?.startedFrom == 10)
      #expect(restart.chain.head.shown == life.head.shown)
      #expect(restart.faults.map(\.height) == [20])
      guard case .file(let failure)? = restart.faults.first?.fault else {
        Issue.record("byte \(offset): \(restart.faults)")
        return
      }
      #expect(failure.kind == .damaged && failure.file == newest && failure.offset != nil)
      #expect(restart.faults[0].text.contains(newest))
      disk.damage(newest, at: offset)
    }
    disk.damage(newest, at: 100)
    disk.damage(Checkpoints.file(10), at: count / 3)
    let restart = try Restart(disk)
    #expect(restart.faults.map(\.height) == [20, 10])
    #expect(restart.summary?.startedFrom == 0)
    #expect(restart.chain.head.shown == life.head.shown)
    #expect(restart.chain.firstHeight == 0)
  }

  /// A sound checkpoint of another chain with the same genesis is not this journal's.
  @Test func anotherChainsCheckpointIsSkipped() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 30, checkpoints: [10])
    let other = SimulatedDisk()
    _ = try Life(other, blocks: 30, checkpoints: [15, 20], seed: 23)
    try disk.copy(Checkpoints.file(15), from: other)
    try disk.copy(Checkpoints.file(20), from: other)
    let restart = try Restart(disk)
    #expect(restart.faults.map(\.height) == [20, 15])
    for fault in restart.faults {
      guard case .journal = fault.fault else {
        Issue.record("\(fault)")
        continue
      }
    }
    #expect(restart.summary?.startedFrom == 10)
    #expect(restart.chain.head.shown == life.head.shown)
  }

  /// A checkpoint above the journal's end: blocks are lost, and nothing is guessed.
  @Test func aJournalThatEndsBelowACheckpointIsRefused() throws {
    let longer = SimulatedDisk()
    _ = try Life(longer, blocks: 30, checkpoints: [10, 30])
    let disk = SimulatedDisk()
    _ = try Life(disk, blocks: 20, checkpoints: [10])
    try disk.copy(Checkpoints.file(30), from: longer)
    let before = disk.names.map { disk.contents($0) }
    for isDamaged in [false, true] {
      if isDamaged { disk.damage(Checkpoints.file(30), at: 800) }
      do {
        _ = try Restart(disk)
        Issue.record("a journal that has lost blocks is not opened")
      } catch ReplayFailure.storage(let failure) {
        #expect(failure.kind == .damaged)
        #expect(failure.height == 21)
        #expect(failure.finding.contains("height 30 was durable"))
      }
      if isDamaged { disk.damage(Checkpoints.file(30), at: 800) }
    }
    #expect(disk.names.map { disk.contents($0) } == before)
    let checked = try Recovery.verify(Fixture.chain(), disk: disk) { _ in }
    #expect(checked.checkpoints == 1)
    #expect(checked.faults.map(\.height) == [30])
  }

  /// What was half written is no checkpoint, and goes.
  @Test func stagedFilesAreIgnored() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 12, checkpoints: [6])
    let torn = Array(disk.contents(Checkpoints.file(6)).dropLast(100))
    try disk.writeAtomically("checkpoints/00000000000000000011.new", torn)
    let restart = try Restart(disk)
    #expect(restart.summary?.startedFrom == 6)
    #expect(restart.faults == [])
    #expect(restart.chain.head.hash == life.head.hash)
    #expect(disk.names.allSatisfy { !$0.hasSuffix(".new") })
  }

  /// The process dies within every call of writing a checkpoint, between renaming and the folder's
  /// sync among them, and the power goes: every restart finds the same head.
  @Test func everyCrashWhileWritingLeavesTheHead() throws {
    var generator = SeededGenerator(24)
    let plain = SimulatedDisk()
    let life = try Life(plain, blocks: 8, checkpoints: [4], closes: false)
    let before = plain.calls
    _ = try Restart(plain).machine?.writeCheckpoint()
    var recoveries = 0
    var starts: Set<Height> = []
    for call in before + 1...plain.calls {
      let disk = SimulatedDisk()
      _ = try Life(disk, blocks: 8, checkpoints: [4], closes: false)
      disk.strike(call, .die)
      if let restart = try? Restart(disk) { _ = try? restart.machine?.writeCheckpoint() }
      for _ in 0..<2 {
        let restart = try Restart(disk.crash(&generator))
        #expect(restart.chain.head.shown == life.head.shown)
        #expect(restart.faults == [])
        starts.insert(restart.summary?.startedFrom ?? 0)
        recoveries += 1
      }
    }
    #expect(starts == [4, 8])
    print("checkpoint: \(recoveries) recoveries after crashes while writing, same head each time")
  }

  /// A lost node comes back from its journal alone, from a checkpoint and the tail, and from a copy
  /// of another node's folder; and with older segments gone it says what it cannot check.
  @Test func aLostNodeIsRebuilt() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 60, checkpoints: [20, 40])
    let copy = try Restart(try disk.copied(), secret: 99)
    #expect(copy.chain.head.shown == life.head.shown)
    let journalAlone = try disk.copied()
    for height in [20, 40] as [Height] { try journalAlone.remove(Checkpoints.file(height)) }
    #expect(try Restart(journalAlone).chain.head.shown == life.head.shown)

    let tail = try disk.copied()
    let gone = try Journal.prune(tail, below: 20)
    #expect(!gone.isEmpty)
    let restart = try Restart(tail)
    #expect(restart.chain.head.shown == life.head.shown)
    let begins = try #require(restart.summary?.journalBegins)
    #expect(begins > 1 && begins <= 20)
    try restart.close()
    let checked = try Recovery.verify(Fixture.chain(secret: 3), disk: tail) { _ in }
    #expect(checked.startedFrom == 20)
    #expect(checked.journalBegins == begins)
    #expect(checked.blocks == 40)
    #expect(checked.checkpoints == 2)
    #expect(checked.faults == [])
    try tail.remove(Checkpoints.file(20))
    try tail.remove(Checkpoints.file(40))
    do {
      _ = try Restart(tail)
      Issue.record("without a start there is none")
    } catch ReplayFailure.noStart(let first) {
      #expect(first == begins)
    }
  }

  /// `verify` loads every checkpoint and compares it with the journal.
  @Test func verifyCountsCheckpoints() throws {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 30, checkpoints: [5, 15, 25])
    let sound = try Recovery.verify(Fixture.chain(), disk: disk) { _ in }
    #expect(sound.checkpoints == 3)
    #expect(sound.faults == [])
    #expect(sound.blocks == 30)
    let other = SimulatedDisk()
    _ = try Life(other, blocks: 20, checkpoints: [20], seed: 25)
    try disk.copy(Checkpoints.file(20), from: other)
    disk.damage(Checkpoints.file(5), at: 900)
    let chain = Fixture.chain()
    let found = try Recovery.verify(chain, disk: disk) { _ in }
    #expect(found.checkpoints == 2)
    #expect(found.faults.map(\.height) == [5, 20])
    #expect(chain.head.hash == life.head.hash)
  }
}
