import Primitives
import Simulation
import Storage
import Testing

/// Opening in the middle: behind a block that a checkpoint holds.
@Suite struct JournalStartTests {
  private static func open(
    _ disk: SimulatedDisk, from height: Height, digest: Digest? = nil, durableThrough: Height? = nil
  ) throws -> (heights: [Height], summary: JournalSummary) {
    var seen = Recovered()
    let journal = try Journal.open(
      disk, .test(),
      from: JournalStart(
        height: height, digest: digest ?? Blocks.digest(height), durableThrough: durableThrough)
    ) { seen.take($0) }
    return (seen.heights, journal.recovered)
  }

  /// From every height: what is above it is handed out, its own block where the segment has it, and
  /// the journal can be appended to.
  @Test func everyHeightCanBeTheStart() throws {
    let disk = try built(40, closed: true)
    let segments = try JournalReader(disk, .test()).segments()
    #expect(segments.count > 3)
    for height in 0...40 as ClosedRange<Height> {
      let copy = disk.copy()
      let (heights, summary) = try Self.open(copy, from: height)
      #expect(heights.filter { $0 > height } == Array(height + 1..<41))
      #expect(
        heights.filter { $0 <= height }
          == (height == 0 || segments.contains(height + 1)
            ? [] : [height]))
      #expect(summary.records == 40 - height)
      #expect(summary.lastHeight == 40)
      #expect(summary.lastDigest == Blocks.digest(40))
      #expect(try Journal.reopen(copy).0.isExact)
    }
  }

  /// What the journal has otherwise than the start says is told as that, with nothing changed.
  @Test func anotherChainIsAMismatch() throws {
    let disk = try built(40, closed: false)
    let before = disk.image
    for height in 1...40 as ClosedRange<Height> {
      #expect(throws: JournalMismatch.self) {
        try Self.open(disk, from: height, digest: Blocks.digest(height + 1))
      }
    }
    #expect(disk.image == before)
  }

  /// A journal that ends below a durable height has lost blocks: refused, whatever took them.
  @Test func aJournalThatEndsTooEarlyIsRefused() throws {
    let disk = try built(20, closed: false)
    for (height, durable) in [(21, 21), (30, 30), (5, 21)] as [(Height, Height)] {
      let found = try failure { _ = try Self.open(disk, from: height, durableThrough: durable) }
      #expect(found?.kind == .damaged)
      #expect(found?.height == 21)
      #expect(found?.finding.contains("blocks are lost") == true)
    }
    let (heights, _) = try Self.open(disk, from: 5, durableThrough: 20)
    #expect(heights.last == 20)
  }

  /// Older segments may be gone; those from the start on may not.
  @Test func segmentsBelowTheStartMayBeGone() throws {
    let disk = try built(40, closed: true)
    let segments = try JournalReader(disk, .test()).segments()
    let middle = segments[segments.count / 2]
    #expect(try Journal.prune(disk, below: middle - 1).count == segments.count / 2 - 1)
    #expect(try Journal.prune(disk, below: middle - 1).isEmpty)
    #expect(try Journal.prune(disk, below: middle).count == 1)
    #expect(try JournalReader(disk, .test()).segments().first == middle)
    #expect(try Self.open(disk.copy(), from: middle - 1).summary.lastHeight == 40)
    #expect(try Self.open(disk.copy(), from: middle + 2).summary.lastHeight == 40)
    #expect(try failure { _ = try Self.open(disk, from: middle - 2) }?.kind == .missing)
    #expect(try failure { _ = try Journal.reopen(disk) }?.kind == .missing)
    #expect(try Journal.prune(disk, below: .max).count == segments.count - segments.count / 2 - 1)
    #expect(try Self.open(disk.copy(), from: 40).summary.lastHeight == 40)
  }

  /// A walk through a height looks at nothing behind it, so that the rest may be in the making.
  @Test func aWalkEndsWhereItShould() throws {
    let disk = try built(40, closed: false)
    let name = try #require(disk.names.last { $0.hasSuffix(".seg") })
    var bytes = disk.contents(name)
    for index in 512..<bytes.count { bytes[index] = 0xa5 }
    disk.put(name, bytes)
    let last = try JournalReader(disk, .test()).segments().last ?? 0
    for limit in [1, 17, last - 1] {
      var seen = Recovered()
      let found = try JournalReader(disk, .test()).walk(through: limit) { seen.take($0) }
      #expect(seen.heights == Array(1...limit))
      #expect(found.lastHeight == limit && found.torn == nil)
      var tail = Recovered()
      _ = try JournalReader(disk, .test()).walk(
        from: JournalStart(height: limit - 1, digest: Blocks.digest(limit - 1)), through: limit
      ) { tail.take($0) }
      #expect(tail.heights.last == limit)
    }
  }
}
