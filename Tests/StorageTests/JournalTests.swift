import Glibc
import Primitives
import Simulation
import Storage
import Testing

@Suite struct JournalTests {
  @Test func roundTripOverRollovers() throws {
    let disk = try built(60, closed: true)
    #expect(disk.openFiles == 0)
    #expect(disk.names.filter { $0.hasSuffix(".seg") }.count > 4)
    #expect(disk.names.contains("journal/00000000000000000001.seg"))
    let (seen, summary) = try Journal.reopen(disk)
    #expect(seen.isExact && seen.records.count == 60)
    #expect(summary.lastHeight == 60 && summary.durableThrough == 60 && summary.torn == nil)
    #expect(summary.lastDigest == Blocks.digest(60))
    let bytes = seen.records.reduce(0) {
      $0 + Journal<SimulatedDisk>.recordBytes(payload: $1.payload.count)
    }
    #expect(summary.recordBytes == UInt64(bytes))
    #expect(disk.openFiles == 0)
  }

  /// The price of a record is part of the format.
  @Test func recordCosts() {
    #expect(Journal<SimulatedDisk>.recordOverhead == 32)
    #expect(Journal<SimulatedDisk>.recordBytes(payload: 0) == 32)
    #expect(Journal<SimulatedDisk>.recordBytes(payload: 1) == 40)
    #expect(Journal<SimulatedDisk>.recordBytes(payload: 8) == 40)
    #expect(Journal<SimulatedDisk>.recordBytes(payload: 1_000) == 1_032)
  }

  @Test func appendedRunsAheadOfDurable() throws {
    let disk = try built(0, closed: false)
    var journal = try Journal.plain(disk)
    try journal.grow(3)
    #expect(journal.appended == 3 && journal.durable == 0)
    let before = disk.calls
    try journal.flush()
    #expect(disk.calls - before == 2, "one write and one sync for the group")
    #expect(journal.durable == 3)
    try journal.flush()
    #expect(disk.calls - before == 2, "nothing to do, nothing done")
  }

  @Test func watermarkIsWhatWasDurable() throws {
    let disk = try built(0, closed: false)
    var journal = try Journal.plain(disk)
    try journal.grow(2)
    try journal.flush()
    try journal.grow(2)
    try journal.close()
    let (seen, _) = try Journal.reopen(disk)
    #expect(seen.records.map(\.durableThrough) == [0, 0, 2, 2])
  }

  @Test func batchIsWrittenElsewhere() throws {
    let disk = try built(0, closed: false)
    var journal = try Journal.plain(disk)
    try journal.grow(2)
    let taken = try journal.take()
    let batch = try #require(taken)
    // Far enough to leave the segment that the batch is for.
    try journal.grow(30)
    let second = try journal.take()
    #expect(second?.through == nil)
    #expect(try failure { try journal.flush() }?.kind == .outOfOrder)
    #expect(batch.through == 2)
    try batch.write(to: disk)
    try journal.finish(batch, .success(()))
    #expect(journal.durable == 2 && journal.appended == 32)
    try journal.flush()
    #expect(journal.durable == 32)
    try journal.close()
    #expect(disk.openFiles == 0)
    #expect(try Journal.reopen(disk).0.heights.count == 32)
  }

  @Test func heightsAreConsecutive() throws {
    let disk = try built(3, closed: false)
    var journal = try Journal.plain(disk)
    for height: Height in [0, 3, 5, .max] {
      let error = try failure {
        try journal.append(height: height, payload: [], digest: .zero)
      }
      #expect(error?.kind == .outOfOrder)
    }
    try journal.grow(1)
    #expect(journal.appended == 4)
  }

  @Test func largestPayload() throws {
    let settings = JournalSettings.test()
    let disk = try built(1, settings, closed: false)
    var journal = try Journal.plain(disk, settings)
    let largest = [UInt8](repeating: 9, count: settings.largestPayload)
    let error = try failure {
      try journal.append(height: 2, payload: largest + [1], digest: .zero)
    }
    #expect(error?.kind == .tooLarge)
    try journal.append(height: 2, payload: largest, digest: Blocks.digest(2))
    try journal.append(height: 3, payload: largest, digest: Blocks.digest(3))
    try journal.close()
    var sizes: [Int] = []
    _ = try Journal.open(disk, settings) {
      sizes.append($0.payload.count)
      return Blocks.digest($0.height)
    }
    #expect(Array(sizes.suffix(2)) == [largest.count, largest.count])
  }

  @Test func reserveGoesOnToASegmentWithRoom() throws {
    let settings = JournalSettings.test()
    let disk = try built(1, settings, closed: false)
    var journal = try Journal.plain(disk, settings)
    try journal.reserve(settings.largestPayload)
    try journal.reserve(settings.largestPayload)
    try journal.flush()
    let place = try journal.append(height: 2, payload: [], digest: .zero)
    #expect(place.segment == 2)
    #expect(try failure { try journal.reserve(settings.largestPayload + 1) }?.kind == .tooLarge)
  }

  /// A segment that was reserved and then never used is read back as an empty one.
  @Test func reservedAndNeverUsed() throws {
    let settings = JournalSettings.test()
    let disk = try built(1, settings, closed: false)
    var journal = try Journal.plain(disk, settings)
    try journal.reserve(settings.largestPayload)
    try journal.close()
    var again = try Journal.plain(disk.kill(), settings)
    #expect(again.recovered.segments == 2 && again.appended == 1)
    try again.grow(1)
    try again.close()
  }

  @Test func spareIsUsed() throws {
    let disk = try built(0, closed: false)
    var journal = try Journal.plain(disk)
    let offered = journal.takePreparer()
    let preparer = try #require(offered)
    let offeredAgain = journal.takePreparer()
    #expect(offeredAgain.map { _ in true } == nil)
    try preparer.prepare()
    try preparer.prepare()
    #expect(disk.names.contains("journal/spare"))
    let before = disk.trace.count
    while journal.takePreparer() == nil { try journal.grow(1) }
    try journal.flush()
    #expect(!disk.trace[before...].contains(.zeroFill), "the rollover did not wait for zeroes")
    #expect(!disk.names.contains("journal/spare"))
    try preparer.prepare()
    try journal.close()
    let (seen, _) = try Journal.reopen(disk)
    #expect(seen.isExact)
    // After a power cut it may be a segment that lost its name again: never trusted.
    #expect(!disk.names.contains("journal/spare"))
  }

  /// Every failing call of a flush poisons: nothing is acknowledged, retried or accepted after it.
  @Test func failingFlushPoisons() throws {
    for (call, fault) in [
      (1, Fault.Effect.fail(EIO)), (1, .short(ENOSPC)), (2, .fail(EIO)), (2, .fail(ENOSPC)),
    ] {
      let disk = try built(3, closed: false)
      var journal = try Journal.plain(disk)
      try journal.grow(2)
      disk.strike(call, fault)
      let first = try failure { try journal.flush() }
      #expect(first?.kind == .flushFailed && first?.errorNumber != 0)
      #expect(journal.durable == 3 && journal.failure == first)
      disk.heal()
      let calls = disk.calls
      #expect(try failure { try journal.grow(1) }?.kind == .refused)
      #expect(try failure { try journal.flush() }?.kind == .refused)
      #expect(try failure { _ = try journal.take() }?.kind == .refused)
      #expect(try failure { try journal.reserve(1) }?.kind == .refused)
      #expect(journal.durable == 3)
      do throws(StorageFailure) {
        try journal.close()
        Issue.record("a poisoned journal was closed as if it were sound")
      } catch {
        #expect(error.kind == .refused)
      }
      #expect(disk.calls == calls, "the disk was not touched again")
    }
  }

  /// After a failed flush the page cache shows bytes that the disk does not have. What the next
  /// start takes for true must survive a power cut right after it.
  @Test func restartAfterAFailedFlushWritesAgain() throws {
    for seed in 0..<200 as Range<UInt64> {
      var generator = Generator(seed: seed)
      let disk = try built(2, .test(segmentBytes: 8_192), closed: false)
      var journal = try Journal.plain(disk, .test(segmentBytes: 8_192))
      try journal.grow(10)
      disk.strike(2, .fail(EIO))
      #expect(try failure { try journal.flush() }?.kind == .flushFailed)
      // A start that is cut off itself must leave a journal that opens.
      let cut = disk.kill()
      cut.strike(Int(seed % 5) + 1, .die)
      _ = try failure { _ = try Journal.plain(cut, .test(segmentBytes: 8_192)) }
      let (kept, _) = try Journal.reopen(cut.crash(&generator), .test(segmentBytes: 8_192))
      #expect(kept.isExact && kept.heights.count >= 2)

      let restarted = disk.kill()
      let (seen, _) = try Journal.reopen(restarted, .test(segmentBytes: 8_192))
      #expect(seen.heights.count == 12 && seen.isExact)
      let (after, summary) = try Journal.reopen(
        restarted.crash(&generator), .test(segmentBytes: 8_192))
      #expect(after.records == seen.records && summary.durableThrough == 12)
    }
  }

  /// A full disk shows while the next segment is made; nothing is changed and it goes on later.
  @Test func fullDiskIsSaidBeforeAnythingChanges() throws {
    let disk = try built(1, closed: false)
    var journal = try Journal.plain(disk)
    let offered = journal.takePreparer()
    let preparer = try #require(offered)
    for room in [0, 1_000, 2_047] {
      disk.limit(to: disk.used + room)
      let image = disk.image
      let prepared = try failure { try preparer.prepare() }
      #expect(prepared?.kind == .full)
      #expect(disk.image == image, "nothing is left of the attempt")
      var full: StorageFailure?
      while full == nil { full = try failure { try journal.grow(1) } }
      #expect(full?.kind == .full)
      let (appended, names) = (journal.appended, disk.names)
      #expect(try failure { try journal.grow(1) }?.kind == .full)
      #expect(journal.appended == appended && disk.names == names)
      try journal.flush()
      #expect(journal.durable == appended)
      disk.limit(to: .max)
      try journal.grow(3)
      try journal.flush()
      #expect(journal.durable == appended + 3)
      try preparer.prepare()
      disk.delete("journal/spare")
    }
    try journal.close()
    #expect(try Journal.reopen(disk).0.isExact)
  }

  @Test func createRefusesAJournal() throws {
    let disk = try built(1, closed: true)
    let error = try failure { try Journal.create(disk, .test()) }
    #expect(error?.kind == .exists && error?.file == "journal/00000000000000000001.seg")
  }
}
