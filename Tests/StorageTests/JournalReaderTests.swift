import Primitives
import Simulation
import Storage
import Testing

@Suite struct JournalReaderTests {
  @Test func everyRecordByItsPlace() throws {
    let disk = try built(40, closed: true)
    let reader = JournalReader(disk, .test())
    let calls = disk.calls
    var all: [JournalRecord] = []
    let summary = try reader.walk {
      all.append($0)
      return Blocks.digest($0.height)
    }
    #expect(summary.records == 40 && all.count == 40)
    for record in all { #expect(try reader.read(record.place) == record) }
    #expect(disk.calls == calls && disk.openFiles == 0, "reading changes nothing")
  }

  @Test func placeOfAppendIsPlaceOfRead() throws {
    let disk = try built(0, closed: false)
    let reader = JournalReader(disk, .test())
    var journal = try Journal.plain(disk)
    var places: [JournalPlace] = []
    for height in 1...30 as ClosedRange<Height> {
      places.append(
        try journal.append(
          height: height, payload: Blocks.payload(height), digest: Blocks.digest(height)))
      #expect(try failure { _ = try reader.read(places[places.count - 1]) } != nil)
      if height % 3 == 0 { try journal.flush() }
    }
    for (index, place) in places.enumerated() {
      let record = try reader.read(place)
      #expect(record.height == Height(index + 1))
      #expect(record.payload == Blocks.payload(record.height))
    }
  }

  /// Every offset of every segment, and far beyond: a record only where one begins.
  @Test func wrongPlaces() throws {
    let disk = try built(12, closed: true)
    let reader = JournalReader(disk, .test())
    var places: Set<JournalPlace> = []
    _ = try reader.walk {
      places.insert($0.place)
      return Blocks.digest($0.height)
    }
    for offset in Array(0...2_048) + [1 << 40, UInt64.max - 7, .max] as [UInt64] {
      let place = JournalPlace(segment: 1, offset: offset)
      let error = try failure { _ = try reader.read(place) }
      #expect((error == nil) == places.contains(place))
      if let error { #expect(error.kind == .damaged) }
    }
    let nowhere = JournalPlace(segment: 2, offset: 512)
    #expect(try failure { _ = try reader.read(nowhere) }?.kind == .missing)
  }
}
