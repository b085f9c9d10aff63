public import Primitives

/// The chain's truth: an append-only log of checksummed records in zero-filled segments.
///
/// Life: `Journal.create` once, then `Journal.open`, `append`…, `flush`, …, `close`. A record is
/// durable when `flush` (or `finish` of its batch) has returned, and not before. `appended` and
/// `durable` are the two heights; between them lies what a crash may take. After a failed flush
/// the journal refuses everything: the system may drop unwritten pages with the error, so a second
/// flush that succeeds would prove nothing.
///
/// Files: `journal/<first height, 20 digits>.seg`. It is assumed of the disk that writing a sector
/// never spoils what the same sector held durably before (as SQLite does by default).
///
/// One thread owns the journal. `take`, `JournalBatch.write` and `finish` let another do the
/// writing meanwhile; one batch is on its way at a time.
public struct Journal<D: Disk>: ~Copyable, Sendable {
  /// Bytes a record takes beside its payload, before padding to a multiple of 8.
  public static var recordOverhead: Int { RecordForm.headerBytes }

  /// Exact bytes that a record with so many payload bytes takes in the journal.
  public static func recordBytes(payload count: Int) -> Int {
    RecordForm.byteCount(payload: count)
  }

  /// The highest height appended.
  public private(set) var appended: Height
  /// The highest height that survives a crash.
  public private(set) var durable: Height
  /// What recovery found.
  public let recovered: JournalSummary
  /// The flush that failed; the journal refuses everything since.
  public private(set) var failure: StorageFailure?

  let disk: D
  let settings: JournalSettings

  /// The segment that the next record goes to.
  private var file: OpenFile
  private var segment: SegmentHeader
  private var end: UInt64

  private var lastDigest: Digest
  /// The last record in the journal is a mark that covers everything.
  private var isMarked: Bool
  private var pending: [JournalBatch.Part] = []
  private var isBatchOut = false
  /// The emptied buffer of an earlier batch.
  private var buffer: [UInt8] = []
  private var wantsSpare = true

  /// Takes over what recovery prepared: `file` open for writing, its tail clean and durable.
  init(
    _ disk: D, _ settings: JournalSettings, _ summary: JournalSummary, file: OpenFile,
    segment: SegmentHeader, end: UInt64, isMarked: Bool
  ) {
    self.disk = disk
    self.settings = settings
    recovered = summary
    appended = summary.lastHeight
    durable = summary.lastHeight
    lastDigest = summary.lastDigest
    self.file = file
    self.segment = segment
    self.end = end
    self.isMarked = isMarked
  }

  deinit {
    for part in pending where part.isLast { disk.close(part.file) }
    disk.close(file)
  }

  /// Adds a record to the batch being built; no I/O but when a segment is full.
  ///
  /// - Parameters:
  ///   - height: one above `appended`; `.outOfOrder` otherwise.
  ///   - payload: at most `JournalSettings.largestPayload` bytes; `.tooLarge` otherwise.
  ///   - digest: the chain digest after this record; the journal only carries it.
  /// - Returns: where the record will stand once it is durable.
  /// - Throws: besides, `.full` where the next segment finds no room: then nothing has changed,
  ///   and the same call may be repeated later; `.refused` after a failed flush.
  @discardableResult
  public mutating func append(
    height: Height, payload: [UInt8], digest: Digest
  ) throws(StorageFailure) -> JournalPlace {
    guard height == appended &+ 1 else {
      throw StorageFailure(
        .outOfOrder, .append, file: name, height: height,
        finding: "the next height is \(appended &+ 1)")
    }
    try reserve(payload.count)
    try disk.pass(.journalAppending)
    let place = add(.block, height: height, payload: payload)
    appended = height
    lastDigest = digest
    return place
  }

  /// Makes sure that the next record, up to so many payload bytes, will be appended without
  /// `.full`: to be called before a block is executed, with the largest it may become.
  ///
  /// Throws as `append` does, but for the height.
  public mutating func reserve(_ payloadBytes: Int) throws(StorageFailure) {
    if let failure { throw failure.becoming(.refused) }
    let needed = UInt64(RecordForm.byteCount(payload: max(0, payloadBytes)))
    if fits(needed) { return }
    // A segment without records would be followed by another of the same name.
    if payloadBytes > settings.largestPayload || end == UInt64(SegmentHeader.byteCount) {
      throw StorageFailure(
        .tooLarge, .append, file: name, height: appended &+ 1,
        finding: "a record of \(payloadBytes) payload bytes does not fit a segment of "
          + "\(min(settings.segmentBytes, segment.segmentBytes)) bytes")
    }
    try roll()
  }

  /// The records appended since the last batch; nil where there are none or a batch is out.
  ///
  /// Throws `.refused` after a failed flush.
  public mutating func take() throws(StorageFailure) -> JournalBatch? {
    if let failure { throw failure.becoming(.refused) }
    if isBatchOut || pending.isEmpty { return nil }
    isBatchOut = true
    defer { pending = [] }
    return JournalBatch(parts: pending, through: appended)
  }

  /// Takes back a batch with the outcome of its `write`; on success its heights are durable.
  ///
  /// Throws the failure it is given, and poisons the journal with it.
  public mutating func finish(
    _ batch: consuming JournalBatch, _ outcome: Result<Void, StorageFailure>
  ) throws(StorageFailure) {
    isBatchOut = false
    do throws(StorageFailure) {
      try outcome.get()
    } catch {
      failure = error
      throw error
    }
    durable = max(durable, batch.through)
    if var used = batch.parts.popLast()?.bytes {
      used.removeAll(keepingCapacity: true)
      buffer = used
    }
  }

  /// Makes everything appended durable with one write and one sync.
  ///
  /// Throws `.flushFailed` (and `.refused` from then on); `.outOfOrder` while a batch is out.
  public mutating func flush() throws(StorageFailure) {
    if isBatchOut {
      throw StorageFailure(
        .outOfOrder, .flush, file: name, finding: "a batch has been taken and not finished")
    }
    guard let batch = try take() else { return }
    let outcome: Result<Void, StorageFailure>
    do throws(StorageFailure) {
      try batch.write(to: disk)
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try finish(batch, outcome)
  }

  /// A clean stop: flushes, then writes a mark that calls everything durable, so that any later
  /// damage is seen as damage. Throws as `flush` does.
  public consuming func close() throws(StorageFailure) {
    try flush()
    try writeMark()
  }

  /// Passes a named moment of the journal's owner, see `Disk.pass`.
  public func pass(_ point: FaultPoint) throws(StorageFailure) { try disk.pass(point) }

  /// Something to make the next segment with, where none waits: call this after a flush and give
  /// the answer to a thread that has time. Without it, a full segment costs the time to zero-fill.
  public mutating func takePreparer() -> SegmentPreparer<D>? {
    guard wantsSpare else { return nil }
    wantsSpare = false
    return SegmentPreparer(disk: disk, segmentBytes: settings.segmentBytes)
  }

  /// Writes and flushes a mark, where the last record is not one already.
  mutating func writeMark() throws(StorageFailure) {
    // Behind every block `append` kept room for it.
    if isMarked || !fits(0) { return }
    try disk.pass(.journalMarking)
    add(.mark, height: appended, payload: [])
    isMarked = true
    try flush()
  }

  private var name: String { JournalNames.segment(segment.firstHeight) }

  private func fits(_ bytes: UInt64) -> Bool {
    end + bytes + UInt64(RecordForm.headerBytes) <= segment.segmentBytes
  }

  @discardableResult
  private mutating func add(
    _ kind: RecordForm.Kind, height: Height, payload: [UInt8]
  ) -> JournalPlace {
    if pending.last == nil {
      pending.append(
        JournalBatch.Part(
          file: file, first: segment.firstHeight, offset: end, bytes: takeBuffer(), isNew: false))
    }
    let index = pending.count - 1
    let place = JournalPlace(segment: segment.firstHeight, offset: end)
    RecordForm.append(
      kind, height: height, durableThrough: kind == .mark ? height : durable, payload: payload,
      salt: segment.salt, to: &pending[index].bytes)
    end += UInt64(RecordForm.byteCount(payload: payload.count))
    isMarked = false
    return place
  }

  private mutating func takeBuffer() -> [UInt8] {
    defer { buffer = [] }
    return buffer
  }

  /// Goes on to a new segment, which gets its name when its first batch is written.
  private mutating func roll() throws(StorageFailure) {
    let header = SegmentHeader(
      identity: settings.identity, firstHeight: appended &+ 1, previousDigest: lastDigest,
      segmentBytes: settings.segmentBytes, salt: settings.salt)
    let new = try Self.stage(disk, header)
    if pending.last == nil {
      pending.append(
        JournalBatch.Part(
          file: file, first: segment.firstHeight, offset: end, bytes: [], isNew: false))
    }
    pending[pending.count - 1].isLast = true
    var bytes = takeBuffer()
    header.append(to: &bytes)
    pending.append(
      JournalBatch.Part(
        file: new, first: header.firstHeight, offset: 0, bytes: bytes, isNew: true))
    file = new
    segment = header
    end = UInt64(SegmentHeader.byteCount)
    isMarked = false
    wantsSpare = true
  }

  /// A zero-filled file under its staged name, from the spare where one waits.
  static func stage(_ disk: D, _ header: SegmentHeader) throws(StorageFailure) -> OpenFile {
    let staged = JournalNames.staged(header.firstHeight)
    do throws(StorageFailure) {
      try disk.rename(JournalNames.spare, to: staged)
    } catch {
      if error.kind != .missing { throw error }
      try disk.removeIfPresent(staged)
      try SegmentPreparer.make(disk, staged, header.segmentBytes)
    }
    try disk.pass(.segmentStaged)
    return try disk.open(staged, forWriting: true)
  }
}
