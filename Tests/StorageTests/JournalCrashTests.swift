import Glibc
import Primitives
import Simulation
import Storage
import Testing

/// Power cuts at every call to the disk, in work and in recovery, with any subset of the unsynced
/// sectors kept: what was acknowledged is there, and nothing is there that was not appended.
@Suite struct JournalCrashTests {
  /// What the outside was told, and what was asked for.
  private struct Life {
    var isCreated = false
    var acknowledged: Height = 0
    var appended: Height = 0
    /// Everything at or below was told as recovered, so it has to stay.
    var recovered: Height = 0
  }

  /// A process's life on the disk, until the end or until the disk strikes.
  private func live(
    _ disk: SimulatedDisk, _ life: inout Life, _ seed: UInt64, rounds: Int
  ) throws {
    var generator = Generator(seed: seed)
    if !life.isCreated, try !disk.list("").contains("genesis") {
      do throws(StorageFailure) {
        try Journal.create(disk, .test())
      } catch {
        // The crash came after the name was durable and before anyone heard of it.
        if error.kind != .exists { throw error }
      }
      try disk.writeAtomically("genesis", [1])
    }
    life.isCreated = true
    for round in 0..<rounds {
      var seen = Recovered()
      var journal = try Journal.open(disk, .test()) { seen.take($0) }
      #expect(seen.isExact, "seed \(seed)")
      let count = Height(seen.records.count)
      #expect(count >= max(life.acknowledged, life.recovered), "seed \(seed): a record is lost")
      #expect(count <= life.appended, "seed \(seed): a record is invented")
      life.recovered = count
      life.appended = count
      for _ in 0..<4 {
        let group = Int.random(in: 1...4, using: &generator)
        for _ in 0..<group {
          life.appended += 1
          try journal.grow(1)
        }
        try journal.flush()
        life.acknowledged = journal.durable
        #expect(journal.durable == life.appended)
        if Bool.random(using: &generator), let preparer = journal.takePreparer() {
          try preparer.prepare()
        }
      }
      if round % 2 == 0 { try journal.close() }
    }
  }

  /// Lives again after a cut until one life ends well; each may be cut too, up to `depth` times.
  private func survive(_ first: SimulatedDisk, _ life: Life, _ seed: UInt64, depth: Int) throws {
    var (disk, life, generator) = (first, life, Generator(seed: seed))
    for level in 0...depth {
      disk = disk.crash(&generator)
      if level < depth { disk.strike(Int.random(in: 1...12, using: &generator), .die) }
      do {
        try live(disk, &life, seed &+ UInt64(level), rounds: 2)
        return
      } catch let error as StorageFailure {
        #expect(error.errorNumber == EINTR, "seed \(seed): \(error)")
      }
    }
  }

  @Test func cutAtEveryCall() throws {
    var cases = 0
    for seed in 0..<26 as Range<UInt64> {
      let whole = SimulatedDisk()
      var unharmed = Life()
      try live(whole, &unharmed, seed, rounds: 3)
      for call in 1...whole.calls {
        let disk = SimulatedDisk()
        disk.strike(call, .die)
        var life = Life()
        #expect(throws: StorageFailure.self) { try live(disk, &life, seed, rounds: 3) }
        try survive(disk, life, seed << 32 | UInt64(call), depth: call % 3)
        cases += 1
      }
    }
    print("journal: \(cases) power cuts, nothing acknowledged lost, nothing invented")
    #expect(cases > 2_000)
  }

  /// An error at every call instead: the process stops, starts again on the same page cache, and
  /// then the power is cut as well.
  @Test func errorAtEveryCall() throws {
    var cases = 0
    for (seed, number) in [(1, EIO), (2, ENOSPC), (3, EIO)] as [(UInt64, Int32)] {
      let whole = SimulatedDisk()
      var unharmed = Life()
      try live(whole, &unharmed, seed, rounds: 3)
      for call in 1...whole.calls {
        let disk = SimulatedDisk()
        disk.strike(call, seed == 3 ? .short(number) : .fail(number))
        var life = Life()
        // A leftover that cannot be removed and the like is no reason to stop.
        _ = try failure { try live(disk, &life, seed, rounds: 3) }
        #expect(disk.openFiles == 0)
        let restarted = disk.kill()
        try live(restarted, &life, seed, rounds: 1)
        try survive(restarted, life, seed << 32 | UInt64(call), depth: 1)
        cases += 1
      }
    }
    print("journal: \(cases) failing calls, nothing acknowledged lost, nothing invented")
  }
}
