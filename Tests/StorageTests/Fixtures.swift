import Primitives
import Simulation
import Storage

/// A journal's worth of blocks whose bytes and digests follow from their heights.
enum Blocks {
  static func payload(_ height: Height) -> [UInt8] {
    height < Height(first.count) ? first[Int(height)] : made(height)
  }

  private static let first = (0..<128).map { made($0) }

  private static func made(_ height: Height) -> [UInt8] {
    var generator = Generator(seed: height)
    let count = Int.random(in: 0...200, using: &generator)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  static func digest(_ height: Height) -> Digest {
    Digest(w0: height, w1: 1, w2: 2, w3: 3)
  }
}

extension JournalSettings {
  static func test(
    segmentBytes: UInt64 = 2_048, identity: UInt64 = 7, salt: UInt64 = 0x1234_5678_9abc_def1
  ) -> JournalSettings {
    JournalSettings(
      identity: Digest(w0: identity, w1: 0, w2: 0, w3: 0), previousDigest: Blocks.digest(0),
      segmentBytes: segmentBytes, salt: salt)
  }
}

/// What recovery called back with.
struct Recovered: Error, Equatable {
  var records: [JournalRecord] = []
  var heights: [Height] { records.map(\.height) }

  mutating func take(_ record: JournalRecord) -> Digest {
    records.append(record)
    return Blocks.digest(record.height)
  }

  /// Heights 1… without a gap, each with its own bytes.
  var isExact: Bool {
    heights == (0..<UInt64(records.count)).map { $0 + 1 }
      && records.allSatisfy { $0.payload == Blocks.payload($0.height) }
  }
}

extension Journal where D == SimulatedDisk {
  static func reopen(
    _ disk: SimulatedDisk, _ settings: JournalSettings = .test()
  ) throws -> (Recovered, JournalSummary) {
    var seen = Recovered()
    let journal = try Journal.open(disk, settings) { seen.take($0) }
    return (seen, journal.recovered)
  }

  /// Opens without looking at the records.
  static func plain(
    _ disk: SimulatedDisk, _ settings: JournalSettings = .test()
  ) throws -> Journal {
    try open(disk, settings) { Blocks.digest($0.height) }
  }

  /// Appends the next `count` blocks.
  mutating func grow(_ count: Int) throws(StorageFailure) {
    for _ in 0..<count {
      let height = appended + 1
      try append(height: height, payload: Blocks.payload(height), digest: Blocks.digest(height))
    }
  }
}

/// A journal of `count` blocks, flushed one by one; left as a killed process leaves it, or closed.
func built(
  _ count: Int, _ settings: JournalSettings = .test(), closed: Bool
) throws -> SimulatedDisk {
  let disk = SimulatedDisk()
  try Journal.create(disk, settings)
  var journal = try Journal.plain(disk, settings)
  for _ in 0..<count {
    try journal.grow(1)
    try journal.flush()
  }
  if closed { try journal.close() }
  return disk
}

/// The failure that `body` throws; nil where it throws none.
func failure(_ body: () throws -> Void) throws -> StorageFailure? {
  do {
    try body()
    return nil
  } catch let error as StorageFailure {
    return error
  }
}
