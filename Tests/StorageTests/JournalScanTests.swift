import Primitives
import Simulation
import Storage
import Testing

@Suite struct JournalScanTests {
  private func heights(
    _ reader: JournalReader<SimulatedDisk>, _ first: Height, _ last: Height
  ) throws -> [Height] {
    var found: [Height] = []
    try reader.scan(from: first, through: last) { (record) throws in
      #expect(record.payload == Blocks.payload(record.height))
      let again = try reader.read(record.place)
      #expect(again == record)
      found.append(record.height)
    }
    return found
  }

  @Test("Every run of heights, over segments, whether or not the journal was closed")
  func everyRun() throws {
    for closed in [true, false] {
      let disk = try built(30, closed: closed)
      let reader = JournalReader(disk, .test())
      let calls = disk.calls
      for first in 1...30 as ClosedRange<Height> {
        for last in first...30 {
          #expect(try heights(reader, first, last) == Array(first...last))
        }
      }
      #expect(try heights(reader, 5, 4) == [])
      #expect(disk.calls == calls && disk.openFiles == 0, "reading changes nothing")
    }
  }

  @Test("A height that is not there is refused and named")
  func missing() throws {
    let reader = JournalReader(try built(10, closed: true), .test())
    for (first, last) in [(1, 11), (11, 11), (0, 3), (40, 50)] as [(Height, Height)] {
      let error = try failure { _ = try heights(reader, first, last) }
      #expect(error?.kind == .damaged || error?.kind == .missing)
      #expect(error?.height == (first == 0 ? 0 : max(11, first)))
    }
  }

  @Test("A damaged record is refused, those before it are read")
  func damaged() throws {
    let disk = try built(10, closed: true)
    let reader = JournalReader(disk, .test())
    var places: [JournalPlace] = []
    try reader.scan(from: 1, through: 10) { places.append($0.place) }
    let segment = disk.names.first { $0.hasSuffix(".seg") } ?? ""
    var bytes = disk.contents(segment)
    bytes[Int(places[1].offset) + 40] ^= 1
    disk.put(segment, bytes)
    #expect(places[1].segment == places[0].segment)
    #expect(try heights(reader, 1, 1) == [1])
    let error = try failure { _ = try heights(reader, 1, 10) }
    #expect(error?.kind == .damaged && error?.offset == places[1].offset && error?.height == 2)
  }
}
