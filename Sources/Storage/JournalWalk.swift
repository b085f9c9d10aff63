import Primitives

/// One pass over the segments in order, changing nothing: the ground of recovery and `verify`.
///
/// With a start it begins in the segment that holds the start's successor, and hands out what lies
/// above the start, and before that the start's own block where that segment still has it.
struct JournalWalk<D: Disk>: ~Copyable {
  let disk: D
  let settings: JournalSettings
  private let start: JournalStart?

  /// The head so far; `torn` and the last segment's fields are set at the end.
  private(set) var summary: JournalSummary
  /// The last segment's header.
  private(set) var last: SegmentHeader
  /// Where the next record goes in the last segment.
  private(set) var end = SegmentHeader.byteCount
  /// The last segment's records that no watermark covers: bytes and their offset.
  private(set) var unmarked: (offset: Int, bytes: [UInt8]) = (SegmentHeader.byteCount, [])
  /// What was read behind the last record, to be read again before anything is changed there.
  private(set) var tail: [UInt8] = []
  /// Block records of the segment being walked.
  private var offsets: [(height: Height, offset: Int)] = []

  init(_ disk: D, _ settings: JournalSettings, from start: JournalStart? = nil) {
    self.disk = disk
    self.settings = settings
    self.start = start
    summary = JournalSummary(
      segments: 0, records: 0, recordBytes: 0, lastHeight: settings.firstHeight &- 1,
      durableThrough: settings.firstHeight &- 1, lastDigest: settings.previousDigest)
    last = SegmentHeader(
      identity: settings.identity, firstHeight: settings.firstHeight,
      previousDigest: settings.previousDigest, segmentBytes: 0, salt: 0)
  }

  /// Calls back for every sound record in order of height; `onRecord` answers the record's chain
  /// digest, which the next segment's header must repeat.
  ///
  /// - Parameter through: where to stop; what lies behind it is not looked at.
  mutating func run(
    through limit: Height = .max, _ onRecord: (JournalRecord) throws -> Digest
  ) throws {
    let segments = try segmentHeights()
    for (index, first) in segments.enumerated() where first <= limit {
      let image = try load(first)
      try enter(first, image, isFirst: index == 0)
      try walk(image, isLast: index == segments.count - 1, through: limit, onRecord)
    }
    guard let start, summary.lastHeight < min(limit, start.durableThrough) else { return }
    throw damage(
      last.firstHeight, end, next,
      "the journal ends at height \(summary.lastHeight), though a checkpoint shows that height "
        + "\(start.durableThrough) was durable: blocks are lost")
  }

  private var next: Height { summary.lastHeight &+ 1 }

  private func damage(
    _ first: Height, _ offset: Int, _ height: Height, _ finding: String
  ) -> StorageFailure {
    StorageFailure(
      .damaged, .recover, file: JournalNames.segment(first), offset: UInt64(offset),
      height: height, finding: finding)
  }

  private func segmentHeights() throws(StorageFailure) -> [Height] {
    var segments: [Height] = []
    for name in try disk.list(JournalNames.folder) where name.hasSuffix(".seg") {
      guard let first = JournalNames.firstHeight(name) else {
        throw StorageFailure(
          .damaged, .recover, file: "\(JournalNames.folder)/\(name)",
          finding: "a segment is named by its first height in 20 digits")
      }
      segments.append(first)
    }
    guard let first = segments.first else {
      throw StorageFailure(
        .missing, .recover, file: JournalNames.segment(settings.firstHeight),
        height: settings.firstHeight, finding: "the journal has no segment")
    }
    let wanted = start.map { $0.height &+ 1 } ?? settings.firstHeight
    guard first == settings.firstHeight || start != nil && first <= wanted else {
      throw StorageFailure(
        .missing, .recover, file: JournalNames.segment(settings.firstHeight), height: wanted,
        finding: "the journal begins at height \(first)")
    }
    return Array(segments[(segments.lastIndex { $0 <= wanted } ?? 0)...])
  }

  private func load(_ first: Height) throws(StorageFailure) -> [UInt8] {
    let file = try disk.open(JournalNames.segment(first), forWriting: false)
    defer { disk.close(file) }
    return try disk.read(file, at: 0, count: Int(disk.size(file)))
  }

  private mutating func enter(
    _ first: Height, _ image: [UInt8], isFirst: Bool
  ) throws {
    let name = JournalNames.segment(first)
    let header = try SegmentHeader.read(
      image, first: first, network: settings.identity, file: name)
    if header.segmentBytes != image.count {
      throw damage(
        first, min(image.count, Int(clamping: header.segmentBytes)), next,
        "the file has \(image.count) bytes where its header says \(header.segmentBytes)")
    }
    if isFirst, let start {
      if first == start.height &+ 1, header.previousDigest != start.digest {
        throw JournalMismatch(height: start.height, file: name)
      }
      summary.lastHeight = first &- 1
      summary.lastDigest = header.previousDigest
    }
    if first > next {
      throw StorageFailure(
        .missing, .recover, file: JournalNames.segment(next), height: next,
        finding: "heights \(next) to \(first - 1) are gone; the next segment is \(name)")
    }
    if first < next {
      throw damage(first, 0, first, "heights \(first) to \(next - 1) stand in two segments")
    }
    if header.previousDigest != summary.lastDigest {
      throw damage(first, 0, first, "the segment does not continue the record before it")
    }
    summary.segments += 1
    last = header
    end = SegmentHeader.byteCount
    offsets.removeAll(keepingCapacity: true)
    // A segment gets its name only after all before it is durable.
    summary.durableThrough = max(summary.durableThrough, first &- 1)
  }

  private mutating func walk(
    _ image: [UInt8], isLast: Bool, through limit: Height,
    _ onRecord: (JournalRecord) throws -> Digest
  ) throws {
    while let record = RecordForm.parse(image, at: end, salt: last.salt) {
      try take(record, image, onRecord)
      end = record.end
      if summary.lastHeight == limit { return }
    }
    let contentEnd = endOfContent(image, from: end)
    if let contentEnd { try judge(image, contentEnd: contentEnd, isLast: isLast) }
    guard isLast else { return }
    tail = Array(image[end..<max(contentEnd ?? end, min(end + 4_096, image.count))])
    let start = offsets.first { $0.height > summary.durableThrough }?.offset ?? end
    unmarked = (start, Array(image[start..<end]))
  }

  private mutating func take(
    _ record: RecordForm, _ image: [UInt8], _ onRecord: (JournalRecord) throws -> Digest
  ) throws {
    let first = last.firstHeight
    let expected = record.kind == .block ? next : summary.lastHeight
    if record.height != expected {
      throw damage(
        first, end, expected, "the record says height \(record.height) where \(expected) is next")
    }
    // A block's watermark lies below it; a mark's is its own height.
    if record.durableThrough > summary.lastHeight {
      throw damage(
        first, end, expected, "the record calls height \(record.durableThrough) durable")
    }
    summary.durableThrough = max(summary.durableThrough, record.durableThrough)
    guard record.kind == .block else { return }
    offsets.append((record.height, end))
    summary.lastHeight = record.height
    if let start, record.height < start.height { return }
    summary.lastDigest = try onRecord(
      JournalRecord(
        height: record.height, durableThrough: record.durableThrough,
        payload: Array(image[record.payload]),
        place: JournalPlace(segment: first, offset: UInt64(end))))
    if let start, record.height == start.height {
      guard summary.lastDigest == start.digest else {
        throw JournalMismatch(height: start.height, file: JournalNames.segment(first))
      }
      return
    }
    summary.records += 1
    summary.recordBytes += UInt64(record.end - end)
  }

  /// Decides whether bytes that are no record are a torn tail or damage: they are damage where
  /// anything behind them shows that they were durable.
  private mutating func judge(
    _ image: [UInt8], contentEnd: Int, isLast: Bool
  ) throws(StorageFailure) {
    let first = last.firstHeight
    guard isLast else {
      throw damage(
        first, end, next, "no sound record here, though later segments exist")
    }
    var place = end + 8
    while place < contentEnd {
      guard let later = RecordForm.parse(image, at: place, salt: last.salt) else {
        place += 8
        continue
      }
      if later.durableThrough >= next {
        throw damage(
          first, end, next,
          "no sound record here, though the one of height \(later.height) at byte \(place) says "
            + "that height \(later.durableThrough) was durable")
      }
      if later.kind == .block, later.height == next {
        // Nothing but a mark can stand between two blocks, and a mark is flushed alone.
        throw damage(first, end, summary.lastHeight, "the mark of a clean stop is damaged")
      }
      place = later.end
    }
    summary.torn = TornTail(
      file: JournalNames.segment(first), offset: UInt64(end),
      byteCount: UInt64(contentEnd - end), height: next)
  }
}
