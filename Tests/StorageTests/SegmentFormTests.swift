import Primitives
import Simulation
import Testing

@testable import Storage

@Suite struct SegmentFormTests {
  private let header = SegmentHeader(
    identity: Digest(w0: 1, w1: 2, w2: 3, w3: 4), firstHeight: 77,
    previousDigest: Digest(w0: 5, w1: 6, w2: 7, w3: 8), segmentBytes: 4_096, salt: 99)

  @Test func names() {
    #expect(JournalNames.segment(1) == "journal/00000000000000000001.seg")
    #expect(JournalNames.segment(.max) == "journal/18446744073709551615.seg")
    #expect(JournalNames.firstHeight("18446744073709551615.seg") == .max)
    for name in [
      "18446744073709551616.seg", "1.seg", "+0000000000000000001.seg", ".seg", "",
      "0000000000000000000x.seg", "00000000000000000001.new",
    ] {
      #expect(JournalNames.firstHeight(name) == nil)
    }
  }

  @Test func headerBothWays() throws {
    var bytes: [UInt8] = []
    header.append(to: &bytes)
    #expect(bytes.count == 512)
    let read = try SegmentHeader.read(bytes, first: 77, network: header.identity, file: "f")
    #expect(read == header)
    for place in bytes.indices {
      var flipped = bytes
      flipped[place] ^= 4
      let error = try failure {
        _ = try SegmentHeader.read(flipped, first: 77, network: header.identity, file: "f")
      }
      #expect(error?.kind == .damaged)
      let cut = try failure {
        _ = try SegmentHeader.read(
          Array(bytes.prefix(place)), first: 77, network: header.identity, file: "f")
      }
      #expect(cut?.kind == .damaged)
    }
  }

  /// The layout is a promise: older journals have to stay readable.
  @Test func recordBytes() {
    var bytes: [UInt8] = []
    RecordForm.append(
      .block, height: 0x0102, durableThrough: 0x0101, payload: [0xaa, 0xbb, 0xcc], salt: 3 << 32,
      to: &bytes)
    #expect(bytes.count == 40)
    #expect(Array(bytes[4..<8]) == [3, 0, 0, 0])
    #expect(Array(bytes[8..<16]) == [2, 1, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[16..<24]) == [1, 1, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[24..<32]) == [1, 0, 0, 0, 1, 0, 0, 0])
    #expect(Array(bytes[32...]) == [0xaa, 0xbb, 0xcc, 0, 0, 0, 0, 0])
    #expect(load32(bytes, 0) == Checksum.of(bytes, 4..<40, after: 3))
    let record = RecordForm.parse(bytes, at: 0, salt: 3 << 32)
    #expect(record?.height == 0x0102 && record?.payload == 32..<35 && record?.end == 40)
  }

  @Test func mutatedRecords() {
    var bytes: [UInt8] = []
    for height in 1...20 as ClosedRange<Height> {
      RecordForm.append(
        height % 5 == 0 ? .mark : .block, height: height, durableThrough: height - 1,
        payload: Blocks.payload(height), salt: 5, to: &bytes)
    }
    for seed in 0..<20_000 as Range<UInt64> {
      var generator = Generator(seed: seed)
      var mutated = bytes
      let start = Int.random(in: 0..<bytes.count / 8, using: &generator) * 8
      for _ in 0..<3 {
        let place = Int.random(in: 0..<40, using: &generator)
        mutated[min(start + place, bytes.count - 1)] ^= .random(in: 0...255, using: &generator)
      }
      guard let record = RecordForm.parse(mutated, at: start, salt: 5) else { continue }
      // What is still sound says the same when it is written again.
      var again: [UInt8] = []
      RecordForm.append(
        record.kind, height: record.height, durableThrough: record.durableThrough,
        payload: Array(mutated[record.payload]), salt: 5, to: &again)
      #expect(again == Array(mutated[start..<record.end]), "seed \(seed)")
    }
    for start in [-8, bytes.count - 31, bytes.count, .max] {
      #expect(RecordForm.parse(bytes, at: start, salt: 5) == nil)
    }
  }

  @Test func contentEnds() {
    #expect(endOfContent([], from: 0) == nil)
    for count in 0..<30 {
      for place in 0..<count {
        var bytes = [UInt8](repeating: 0, count: count)
        #expect(endOfContent(bytes, from: place) == nil)
        bytes[place] = 1
        for start in 0...count {
          #expect(endOfContent(bytes, from: start) == (start <= place ? place + 1 : nil))
        }
      }
    }
  }
}
