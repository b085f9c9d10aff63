import Primitives
import Storage
import Testing

@testable import Simulation

/// The disk itself: what it promises, what a cut takes, and what goes wrong where it is told to.
@Suite struct SimulatedDiskTests {
  private func written(_ bytes: [UInt8], flushed: Bool) throws -> (SimulatedDisk, OpenFile) {
    let disk = SimulatedDisk()
    let file = try disk.create("a")
    try disk.syncFolder("")
    try disk.write(file, bytes, at: 0)
    if flushed { try disk.flush(file) }
    return (disk, file)
  }

  @Test func namesSurviveAfterTheirFolderIsSynced() throws {
    var (kept, lost) = (0, 0)
    for seed in 0..<64 as Range<UInt64> {
      var generator = Generator(seed: seed)
      let disk = SimulatedDisk()
      try disk.makeFolder("sub")
      try disk.syncFolder("")
      let synced = try disk.create("sub/synced")
      try disk.syncFolder("sub")
      let loose = try disk.create("sub/loose")
      // Another folder's sync is no help.
      try disk.syncFolder("")
      try disk.flush(synced)
      try disk.flush(loose)
      let names = disk.crash(&generator).names
      #expect(names.contains("sub/synced"))
      if names.contains("sub/loose") { kept += 1 } else { lost += 1 }
    }
    #expect(kept > 10 && lost > 10)
  }

  /// Of what no flush covered, any sectors survive, newer ones before older ones too.
  @Test func anySubsetOfSectorsSurvives() throws {
    let (disk, _) = try written([UInt8](repeating: 1, count: 4 * 512), flushed: false)
    var found: Set<[Bool]> = []
    for seed in 0..<300 as Range<UInt64> {
      var generator = Generator(seed: seed)
      let bytes = disk.crash(&generator).contents("a")
      found.insert((0..<4).map { $0 * 512 < bytes.count && bytes[$0 * 512] == 1 })
    }
    #expect(found.count == 16)
    let (flushed, _) = try written([UInt8](repeating: 1, count: 4 * 512), flushed: true)
    var generator = Generator(seed: 1)
    #expect(flushed.crash(&generator).contents("a") == [UInt8](repeating: 1, count: 2_048))
  }

  /// Incident 29: after a failed flush the pages count as clean, and a later flush that succeeds
  /// proves nothing.
  @Test("incident 29: after a failed flush a later one succeeds and the bytes are lost")
  func aLaterFlushProvesNothing() throws {
    for effect in [Fault.Effect.fail(DiskError.inputOutput), .drop(DiskError.inputOutput)] {
      let (disk, file) = try written([UInt8](repeating: 7, count: 4 * 512), flushed: false)
      disk.strike(1, effect)
      #expect(throws: StorageFailure.self) { try disk.flush(file) }
      try disk.flush(file)
      var generator = Generator(seed: 1)
      let bytes = disk.crash(&generator).contents("a")
      #expect(bytes.contains(0) || bytes.isEmpty, "\(effect)")
      // What programs see goes on or is dropped with the error.
      let seen = disk.contents("a")
      let isDropped = effect == .drop(DiskError.inputOutput)
      #expect(seen == [UInt8](repeating: isDropped ? 0 : 7, count: 2_048))
    }
  }

  @Test func readsGoWrongOnceAsTold() throws {
    let bytes = (0..<1_024).map { UInt8(truncatingIfNeeded: $0 / 512 + 1) }
    for (effect, expected) in [
      (Fault.Effect.stale, [UInt8](repeating: 0, count: 512)),
      (.misdirected, [UInt8](repeating: 1, count: 512)),
    ] {
      let (disk, file) = try written(bytes, flushed: true)
      disk.plan(Fault(.operation(.read, 2), effect))
      let sound = try disk.read(file, at: 512, count: 512)
      #expect(sound == [UInt8](repeating: 2, count: 512))
      #expect(try disk.read(file, at: 512, count: 512) == expected, "\(effect)")
      #expect(try disk.read(file, at: 512, count: 512) == sound)
    }
    let (disk, file) = try written(bytes, flushed: true)
    disk.plan(Fault(.operation(.read, 1), .flipped))
    let flipped = try disk.read(file, at: 0, count: 1_024)
    let changed = zip(flipped, bytes).filter { $0 != $1 }
    #expect(changed.count == 1 && changed.allSatisfy { ($0 ^ $1).nonzeroBitCount == 1 })
    disk.damage("a", at: 3, 0x80)
    #expect(disk.contents("a")[3] == bytes[3] ^ 0x80)
  }

  @Test func everyCallCountsAndTheFaultStrikesAtItsOwn() throws {
    let disk = SimulatedDisk([Fault(.call(4), .fail(DiskError.inputOutput))])
    let file = try disk.create("a")
    try disk.write(file, [1], at: 0)
    _ = try disk.size(file)
    #expect(throws: StorageFailure.self) { _ = try disk.read(file, at: 0, count: 1) }
    #expect(try disk.read(file, at: 0, count: 1) == [1])
    #expect(disk.allCalls == 5 && disk.calls == 2 && disk.count(of: .read) == 2)
    disk.limit(to: 600)
    #expect(throws: StorageFailure.self) {
      try disk.write(file, [UInt8](repeating: 1, count: 700), at: 0)
    }
    #expect(disk.used == 600, "a full disk takes what fits")
    disk.close(file)
  }

  /// A captured write is cut at every sector, and no moment is kept twice.
  @Test func captureCutsEveryWrite() throws {
    let disk = SimulatedDisk()
    disk.capture()
    let file = try disk.create("a")
    try disk.write(file, [UInt8](repeating: 1, count: 1_500), at: 100)
    try disk.pass(.journalWritten)
    try disk.flush(file)
    disk.note(1)
    try disk.pass(.journalFlushed)
    disk.close(file)
    let points = disk.takeCapture()
    #expect(
      points.map(\.what) == [
        "before create of a", "before write of a", "write of a torn at byte 412",
        "write of a torn at byte 924", "write of a torn at byte 1436", "at journal.written",
        "at journal.flushed",
      ])
    #expect(points.map(\.acknowledged) == [0, 0, 0, 0, 0, 0, 1])
    #expect(Capture.cuts(of: 10_000, at: 0).count == 7)
  }

  @Test func aDeadProcessDoesNothingMore() throws {
    let disk = SimulatedDisk([Fault(.point(.fileStaged, 1), .die)])
    #expect(throws: StorageFailure.self) { try disk.writeAtomically("a", [1]) }
    #expect(disk.isDead && disk.names == ["a.new"])
    #expect(throws: StorageFailure.self) { _ = try disk.list("") }
    #expect(disk.kill().names == ["a.new"])
  }

  @Test func delaysMoveTheClock() throws {
    let clock = SimulatedClock(100)
    let disk = SimulatedDisk([Fault(.point(.fileReplaced, 1), .delay(50))], clock: clock)
    try disk.writeAtomically("a", [1])
    #expect(clock.now() == 150)
  }
}
