public import Primitives

/// Reads a journal and changes nothing: for `verify`, and for old blocks while the journal is open.
public struct JournalReader<D: Disk>: Sendable {
  let disk: D
  let settings: JournalSettings

  public init(_ disk: D, _ settings: JournalSettings) {
    self.disk = disk
    self.settings = settings
  }

  /// Walks over the journal as recovery does, and refuses what recovery refuses; a torn tail is
  /// told in the summary.
  ///
  /// - Parameters:
  ///   - start: where to begin, as `Journal.open` does; nil for the whole journal.
  ///   - limit: the height to stop at. A journal that is being written may be walked through a
  ///     height that is durable, and not beyond.
  ///   - onRecord: answers the chain digest after the record.
  public func walk(
    from start: JournalStart? = nil, through limit: Height = .max,
    _ onRecord: (JournalRecord) throws -> Digest
  ) throws -> JournalSummary {
    var walk = JournalWalk(disk, settings, from: start)
    try walk.run(through: limit, onRecord)
    return walk.summary
  }

  /// The first heights of the segments, ascending: the first of them is the oldest block that the
  /// journal still has.
  public func segments() throws(StorageFailure) -> [Height] {
    try disk.list(JournalNames.folder).compactMap { JournalNames.firstHeight($0) }
  }

  /// One durable record by its place: an open and three reads. Safe on any thread, also while the
  /// journal is being written.
  ///
  /// Throws `.missing` where the segment is not there (yet), `.damaged` where no sound record
  /// begins at the place.
  public func read(_ place: JournalPlace) throws(StorageFailure) -> JournalRecord {
    let name = JournalNames.segment(place.segment)
    let file = try disk.open(name, forWriting: false)
    defer { disk.close(file) }
    let header = try SegmentHeader.read(
      disk.read(file, at: 0, count: SegmentHeader.byteCount), first: place.segment,
      network: settings.identity, file: name)
    let none = StorageFailure(
      .damaged, .read, file: name, offset: place.offset, finding: "no sound record begins here")
    guard place.offset <= header.segmentBytes else { throw none }
    let front = try disk.read(file, at: place.offset, count: RecordForm.headerBytes)
    guard front.count == RecordForm.headerBytes else { throw none }
    let byteCount = RecordForm.byteCount(payload: Int(load32(front, 4)))
    guard UInt64(byteCount) <= header.segmentBytes - place.offset else { throw none }
    let bytes = try disk.read(file, at: place.offset, count: byteCount)
    guard let record = RecordForm.parse(bytes, at: 0, salt: header.salt), record.kind == .block
    else { throw none }
    return JournalRecord(
      height: record.height, durableThrough: record.durableThrough,
      payload: Array(bytes[record.payload]), place: place)
  }
}
