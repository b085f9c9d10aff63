import Glibc
import Primitives
import Simulation
import Testing

@testable import Storage

@Suite struct JournalRecoveryTests {
  private func segment(_ first: Height) -> String { JournalNames.segment(first) }

  /// Opening refuses, names file and place, and changes nothing.
  @discardableResult
  private func refusal(
    _ disk: SimulatedDisk, _ settings: JournalSettings = .test()
  ) throws -> StorageFailure? {
    let (image, calls) = (disk.image, disk.calls)
    let opened = try failure { _ = try Journal.plain(disk, settings) }
    #expect(disk.image == image && disk.calls == calls && disk.openFiles == 0)
    let read = try failure {
      _ = try JournalReader(disk, settings).walk { Blocks.digest($0.height) }
    }
    #expect(read == opened, "verify says what recovery says")
    return opened
  }

  /// The last record cut at each of its bytes, and with each of its bytes wrong.
  @Test func tornTailAtEveryByte() throws {
    let settings = JournalSettings.test(segmentBytes: 4_096)
    let disk = try built(6, settings, closed: false)
    let reader = JournalReader(disk, settings)
    var last = JournalPlace(segment: 0, offset: 0)
    let whole = try reader.walk {
      last = $0.place
      return Blocks.digest($0.height)
    }
    #expect(whole.lastHeight == 6 && whole.durableThrough == 5)
    let name = segment(1)
    let bytes = disk.contents(name)
    let start = Int(last.offset)
    let end = start + Journal<SimulatedDisk>.recordBytes(payload: Blocks.payload(6).count)
    #expect(end - start > 100)
    for cut in start..<end {
      for isFlip in [false, true] {
        var torn = bytes
        if isFlip {
          torn[cut] ^= 0x10
        } else {
          torn.replaceSubrange(cut..<end, with: repeatElement(0, count: end - cut))
        }
        // Zeroes at the end may be what the record ended with.
        if torn == bytes { continue }
        let copy = disk.kill()
        copy.put(name, torn)
        let (seen, summary) = try Journal.reopen(copy, settings)
        #expect(seen.isExact && seen.records.count == 5)
        if cut > start || isFlip {
          let content = try #require(endOfContent(torn, from: start))
          #expect(
            summary.torn
              == TornTail(
                file: name, offset: UInt64(start), byteCount: UInt64(content - start), height: 6))
        }
        #expect(endOfContent(copy.contents(name), from: start + RecordForm.headerBytes) == nil)
        // A mark takes the place of what was cut, nothing stands behind it, and it goes on.
        var again = try Journal.plain(copy, settings)
        #expect(again.recovered.torn == nil && again.recovered.durableThrough == 5)
        try again.grow(1)
        try again.close()
        #expect(try Journal.reopen(copy, settings).0.records.count == 6)
      }
    }
  }

  /// Every byte of a cleanly stopped journal: at or below the watermark each flip is named with
  /// its file, its record's place and height; in the mark and behind it, it is cut.
  @Test("incident 28: every flipped byte below the watermark is named")
  func everyFlipBelowTheWatermarkIsNamed() throws {
    let disk = try built(14, .test(segmentBytes: 1_024), closed: true)
    var starts: [String: [(offset: Int, height: Height)]] = [:]
    _ = try JournalReader(disk, .test(segmentBytes: 1_024)).walk { record in
      starts[segment(record.place.segment), default: []]
        .append((Int(record.place.offset), record.height))
      return Blocks.digest(record.height)
    }
    let names = disk.names
    #expect(names.count > 2)
    var (named, cut) = (0, 0)
    for name in names {
      let bytes = disk.contents(name)
      let isLast = name == names.last
      let content = try #require(endOfContent(bytes, from: 0))
      let markStart = (content + 7) / 8 * 8 - RecordForm.headerBytes
      for place in bytes.indices {
        var flipped = bytes
        flipped[place] ^= UInt8(1) << UInt8(place % 8)
        let copy = disk.kill()
        copy.put(name, flipped)
        if isLast && place >= markStart {
          let (seen, summary) = try Journal.reopen(copy, .test(segmentBytes: 1_024))
          #expect(seen.isExact && seen.records.count == 14 && summary.torn?.file == name)
          cut += 1
          continue
        }
        let error = try #require(try refusal(copy, .test(segmentBytes: 1_024)))
        #expect(error.kind == .damaged && error.file == name)
        if let record = starts[name]?.last(where: { $0.offset <= place }), place < content {
          #expect(error.offset == UInt64(record.offset) && error.height == record.height)
        }
        named += 1
      }
    }
    #expect(named + cut == names.count * 1_024 && named > 1_900)
  }

  /// The same for a journal that was not stopped cleanly: only the last flush may be cut, and
  /// what is left is always a true beginning.
  @Test func everyFlipOfAKilledJournalIsNamedOrCut() throws {
    let settings = JournalSettings.test(segmentBytes: 2_048)
    let disk = try built(8, settings, closed: false)
    let name = try #require(disk.names.last)
    let bytes = disk.contents(name)
    for place in bytes.indices {
      let copy = disk.kill()
      var flipped = bytes
      flipped[place] ^= 0x80
      copy.put(name, flipped)
      var seen = Recovered()
      do {
        let journal = try Journal.open(copy, settings) { seen.take($0) }
        #expect(journal.recovered.torn != nil)
        #expect(seen.isExact && seen.records.count >= 7)
      } catch let error as StorageFailure {
        #expect(error.kind == .damaged && error.file == name)
        #expect(try refusal(copy, settings) != nil)
      }
    }
  }

  /// A damaged mark between two runs must not cost what was written after it.
  @Test func damagedMarkInTheMiddle() throws {
    let settings = JournalSettings.test(segmentBytes: 4_096)
    let disk = try built(3, settings, closed: true)
    let markEnd = try #require(endOfContent(disk.contents(segment(1)), from: 0))
    var journal = try Journal.plain(disk, settings)
    try journal.grow(1)
    try journal.flush()
    var bytes = disk.contents(segment(1))
    bytes[markEnd - 10] ^= 1
    let copy = disk.kill()
    copy.put(segment(1), bytes)
    #expect(try refusal(copy, settings)?.kind == .damaged)
  }

  @Test func wrongNetworkVersionAndChain() throws {
    let disk = try built(20, closed: true)
    let other = try refusal(disk, .test(identity: 8))
    #expect(other?.kind == .wrongNetwork && other?.file == segment(1))

    var bytes = disk.contents(segment(1))
    bytes[8] = 2
    let sum = Checksum.of(bytes, 0..<508)
    for index in 0..<4 { bytes[508 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
    let copy = disk.kill()
    copy.put(segment(1), bytes)
    #expect(try refusal(copy)?.kind == .wrongVersion(2))

    var settings = JournalSettings.test()
    settings.previousDigest = Blocks.digest(99)
    #expect(try refusal(disk, settings)?.kind == .damaged)

    // Sound segments of another history of the same network.
    let changed = try failure {
      _ = try Journal.open(disk, .test()) { Blocks.digest($0.height ^ 1) }
    }
    #expect(changed?.kind == .damaged && changed?.finding.contains("continue") == true)
  }

  @Test func missingAndCutSegments() throws {
    let disk = try built(40, closed: true)
    let names = disk.names.filter { $0.hasSuffix(".seg") }
    #expect(names.count >= 4)
    for (index, name) in names.enumerated().dropLast() {
      let copy = disk.kill()
      copy.delete(name)
      let error = try refusal(copy)
      #expect(error?.kind == .missing && error?.file == name)
      #expect(error?.description.contains("restore the file") == true, "\(index)")
    }
    for name in names {
      for keep in [0, 100, 512, 600, 2_047] {
        let copy = disk.kill()
        copy.put(name, Array(disk.contents(name).prefix(keep)))
        let error = try refusal(copy)
        #expect(error?.kind == .damaged && error?.file == name)
      }
      let copy = disk.kill()
      copy.put(name, disk.contents(name) + [0])
      #expect(try refusal(copy)?.kind == .damaged)
    }
    let copy = disk.kill()
    copy.put("journal/1.seg", [])
    #expect(try refusal(copy)?.file == "journal/1.seg")
    let swapped = disk.kill()
    swapped.put(names[1], disk.contents(names[2]))
    #expect(try refusal(swapped)?.kind == .damaged)
    #expect(try refusal(SimulatedDisk())?.kind == .missing)
    let empty = SimulatedDisk()
    try empty.makeFolder("journal")
    #expect(try refusal(empty)?.kind == .missing)
  }

  /// What the caller's own check finds stops recovery before anything is changed.
  @Test func callerStopsRecovery() throws {
    let disk = try built(5, closed: false)
    let image = disk.image
    struct Differs: Error {}
    #expect(throws: Differs.self) {
      _ = try Journal.open(disk, .test()) {
        if $0.height == 4 { throw Differs() }
        return Blocks.digest($0.height)
      }
    }
    #expect(disk.image == image)
  }

  /// A payload that holds bytes of a sound record with a high watermark, in a torn record: whoever
  /// does not know the segment's salt cannot make a torn tail look like damage.
  @Test func payloadCannotPoseAsARecord() throws {
    for salt: UInt64 in [0, 1, 0x1234_5678_9abc_def3, 0x9234_5678_9abc_def1] {
      let settings = JournalSettings.test(segmentBytes: 4_096)
      let disk = try built(2, settings, closed: false)
      var posing: [UInt8] = []
      RecordForm.append(
        .block, height: 4, durableThrough: 1_000, payload: [1], salt: salt, to: &posing)
      var journal = try Journal.plain(disk, settings)
      let place = try journal.append(height: 3, payload: posing, digest: Blocks.digest(3))
      try journal.flush()
      let copy = disk.kill()
      var bytes = disk.contents(segment(1))
      bytes[Int(place.offset)] ^= 1
      copy.put(segment(1), bytes)
      let (seen, summary) = try Journal.reopen(copy, settings)
      #expect(seen.records.count == 2 && summary.torn?.height == 3)
    }
  }

  /// Cleanly stopped and started without work, the journal does not grow.
  @Test func idleRestartsWriteNothing() throws {
    let disk = try built(3, closed: true)
    let image = disk.image
    for _ in 0..<5 { try Journal.plain(disk).close() }
    #expect(disk.image == image)
  }

  @Test func anotherSegmentSizeFromNowOn() throws {
    let disk = try built(10, closed: true)
    var journal = try Journal.plain(disk, .test(segmentBytes: 8_192))
    try journal.grow(60)
    try journal.close()
    let (seen, _) = try Journal.reopen(disk, .test(segmentBytes: 1_024))
    #expect(seen.isExact && seen.records.count == 70)
  }

  /// Random damage of any kind to a small journal: never a trap, never an invented record.
  @Test func mutatedImages() throws {
    let settings = JournalSettings.test(segmentBytes: 1_024)
    let disk = try built(8, settings, closed: false)
    let names = disk.names
    for seed in 0..<3_000 as Range<UInt64> {
      var generator = Generator(seed: seed)
      let copy = disk.kill()
      let name = names[Int.random(in: 0..<names.count, using: &generator)]
      var bytes = disk.contents(name)
      for _ in 0...Int.random(in: 0..<4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = .random(in: 0...255, using: &generator)
        case 1: bytes.removeSubrange(place...)
        case 2: bytes.swapAt(place, bytes.count - 1 - place)
        default:
          let end = min(bytes.count, place + 16)
          bytes.replaceSubrange(place..<end, with: repeatElement(0xff, count: end - place))
        }
        if bytes.isEmpty { break }
      }
      copy.put(name, bytes)
      var seen = Recovered()
      do {
        _ = try Journal.open(copy, settings) { seen.take($0) }
        #expect(seen.records.count >= 7, "seed \(seed)")
      } catch is StorageFailure {
        #expect(copy.openFiles == 0)
      }
      #expect(seen.isExact, "seed \(seed)")
    }
  }
}
