public import Primitives

/// What one pass over a journal found that another process may be writing meanwhile.
public struct JournalSurvey: Equatable, Sendable {
  /// Segment files.
  public var segments = 0
  /// The first height that the journal still has; above 1 where older segments were removed.
  public var begins: Height = 0
  /// The highest height; one below `begins` where no record is there.
  public var height: Height = 0
  public var records: UInt64 = 0
  /// Bytes of all blocks' records, overhead and padding included.
  public var recordBytes: UInt64 = 0
  /// The last block's record; nil where there is none.
  public var last: [UInt8]?
  /// The chain digest before the newest segment.
  public var digestBefore = Digest.zero
  /// What stands behind the last sound record: a torn tail, or a write that was under way.
  public var unfinished: TornTail?

  /// Nothing seen yet.
  public init() {}
}

/// Reads a whole journal without changing or locking anything, in order of height, through the last
/// sound record: the ground of backups and of a doctor's look, also at a journal at work.
///
/// Segments behind the newest are complete, for a segment gets its name only after all before it is
/// durable. The newest is read again where a write may have been under way. Damage that is no torn
/// tail is refused, as recovery would refuse it.
public struct JournalSurveyor<D: Disk> {
  /// A segment as it was found: what stands behind its last sound record is zeroed.
  public struct Segment {
    /// Within the data folder.
    public let file: String
    /// The whole file.
    public let bytes: [UInt8]
  }

  /// What is found, in this order for each segment: its start, its blocks, its end.
  public enum Step {
    /// The digest that the segment says it continues.
    case start(file: String, first: Height, previous: Digest)
    case block(JournalRecord)
    case end(Segment)
  }

  private let disk: D
  private let network: Digest
  /// How often one segment is read again before what is there is taken as it is.
  private let patience = 64
  private var survey = JournalSurvey()

  public init(_ disk: D, network: Digest) {
    self.disk = disk
    self.network = network
  }

  /// - Parameter visit: called with each step.
  /// - Throws: `.missing` where a segment vanished meanwhile or the journal has none, `.damaged`,
  ///   `.wrongNetwork`, `.wrongVersion`, and what `visit` throws.
  public mutating func run(
    _ visit: (Step) throws(StorageFailure) -> Void
  ) throws(StorageFailure) -> JournalSurvey {
    survey = JournalSurvey()
    var waiting = try segments(after: nil)
    guard let first = waiting.first else {
      throw StorageFailure(
        .missing, .recover, file: JournalNames.folder, finding: "the journal has no segment")
    }
    survey.begins = first
    survey.height = first &- 1
    while !waiting.isEmpty {
      let first = waiting.removeFirst()
      var image = try open(first)
      try visit(
        .start(file: image.name, first: first, previous: image.header.previousDigest))
      try take(&image, visit)
      if waiting.isEmpty { waiting = try segments(after: first) }
      let isNewest = waiting.isEmpty
      try settle(&image, isNewest: isNewest, visit)
      try visit(.end(Segment(file: image.name, bytes: image.bytes)))
    }
    return survey
  }

  /// A segment's bytes, and how far they have been taken.
  private struct Image {
    let name: String
    let header: SegmentHeader
    var bytes: [UInt8]
    var end = SegmentHeader.byteCount
  }

  private var next: Height { survey.height &+ 1 }

  private func segments(after: Height?) throws(StorageFailure) -> [Height] {
    var found: [Height] = []
    for name in try disk.list(JournalNames.folder) where name.hasSuffix(".seg") {
      guard let first = JournalNames.firstHeight(name) else {
        throw StorageFailure(
          .damaged, .recover, file: "\(JournalNames.folder)/\(name)",
          finding: "a segment is named by its first height in 20 digits")
      }
      if after.map({ first > $0 }) ?? true { found.append(first) }
    }
    return found
  }

  private mutating func open(_ first: Height) throws(StorageFailure) -> Image {
    let name = JournalNames.segment(first)
    let bytes = try disk.readWhole(name, limit: 1 << 31)
    let header = try SegmentHeader.read(bytes, first: first, network: network, file: name)
    guard header.segmentBytes == UInt64(bytes.count) else {
      throw damage(
        name, min(bytes.count, Int(clamping: header.segmentBytes)), next,
        "the file has \(bytes.count) bytes where its header says \(header.segmentBytes)")
    }
    guard first == next else {
      throw first > next
        ? StorageFailure(
          .missing, .recover, file: JournalNames.segment(next), height: next,
          finding: "heights \(next) to \(first - 1) are gone; the next segment is \(name)")
        : damage(name, 0, first, "heights \(first) to \(next - 1) stand in two segments")
    }
    survey.segments += 1
    survey.digestBefore = header.previousDigest
    return Image(name: name, header: header, bytes: bytes)
  }

  /// Hands out the sound records that follow.
  private mutating func take(
    _ image: inout Image, _ visit: (Step) throws(StorageFailure) -> Void
  ) throws(StorageFailure) {
    while let record = RecordForm.parse(image.bytes, at: image.end, salt: image.header.salt) {
      let expected = record.kind == .block ? next : survey.height
      guard record.height == expected else {
        throw damage(
          image.name, image.end, expected,
          "the record says height \(record.height) where \(expected) is next")
      }
      if record.kind == .block {
        let payload = Array(image.bytes[record.payload])
        try visit(
          .block(
            JournalRecord(
              height: record.height, durableThrough: record.durableThrough, payload: payload,
              place: JournalPlace(
                segment: image.header.firstHeight, offset: UInt64(image.end)))))
        survey.height = record.height
        survey.records += 1
        survey.recordBytes += UInt64(record.end - image.end)
        survey.last = payload
      }
      image.end = record.end
    }
  }

  /// Reads again from where the sound records ended, for as long as that gives more, and decides
  /// what the rest is. A segment that another one follows is complete by now.
  private mutating func settle(
    _ image: inout Image, isNewest: Bool,
    _ visit: (Step) throws(StorageFailure) -> Void
  ) throws(StorageFailure) {
    var isStale = !isNewest
    for _ in 0..<patience where isStale || endOfContent(image.bytes, from: image.end) != nil {
      let before = image.end
      try readAgain(&image)
      try take(&image, visit)
      isStale = false
      if image.end == before { break }
    }
    guard let contentEnd = endOfContent(image.bytes, from: image.end) else { return }
    guard isNewest else {
      throw damage(
        image.name, image.end, next, "no sound record here, though later segments exist")
    }
    try judge(image, contentEnd)
    survey.unfinished = TornTail(
      file: image.name, offset: UInt64(image.end), byteCount: UInt64(contentEnd - image.end),
      height: next)
    for place in image.end..<contentEnd { image.bytes[place] = 0 }
  }

  private func readAgain(_ image: inout Image) throws(StorageFailure) {
    let file = try disk.open(image.name, forWriting: false)
    defer { disk.close(file) }
    let count = image.bytes.count - image.end
    let rest = try disk.read(file, at: UInt64(image.end), count: count)
    guard rest.count == count else {
      throw damage(image.name, image.end + rest.count, next, "the file became shorter")
    }
    image.bytes.replaceSubrange(image.end..., with: rest)
  }

  /// Refuses what no write under way can look like: a later record that was built when this one was
  /// durable.
  private func judge(_ image: Image, _ contentEnd: Int) throws(StorageFailure) {
    var place = image.end + 8
    while place < contentEnd {
      if let later = RecordForm.parse(image.bytes, at: place, salt: image.header.salt) {
        if later.durableThrough >= next {
          throw damage(
            image.name, image.end, next,
            "no sound record here, though the one of height \(later.height) at byte \(place) "
              + "says that height \(later.durableThrough) was durable")
        }
        place = later.end
      } else {
        place += 8
      }
    }
  }

  private func damage(
    _ name: String, _ offset: Int, _ height: Height, _ finding: String
  ) -> StorageFailure {
    StorageFailure(
      .damaged, .recover, file: name, offset: UInt64(offset), height: height, finding: finding)
  }
}

extension Journal {
  /// The name, within the data folder, of the file that a record stands in.
  public static func file(of place: JournalPlace) -> String { JournalNames.segment(place.segment) }
}
