public import Primitives

extension Journal {
  /// Makes an empty journal in a folder that has none, durable when it returns.
  ///
  /// Throws `.exists` where there is a segment already, `.full` where there is no room.
  public static func create(_ disk: D, _ settings: JournalSettings) throws(StorageFailure) {
    try disk.makeFolder(JournalNames.folder)
    try disk.syncFolder("")
    for name in try disk.list(JournalNames.folder) where name.hasSuffix(".seg") {
      throw StorageFailure(.exists, .create, file: "\(JournalNames.folder)/\(name)")
    }
    try removeLeftovers(disk)
    let header = SegmentHeader(
      identity: settings.identity, firstHeight: settings.firstHeight,
      previousDigest: settings.previousDigest, segmentBytes: settings.segmentBytes,
      salt: settings.salt)
    let file = try stage(disk, header)
    defer { disk.close(file) }
    var bytes: [UInt8] = []
    header.append(to: &bytes)
    try disk.write(file, bytes, at: 0)
    try disk.flush(file)
    try disk.rename(
      JournalNames.staged(header.firstHeight), to: JournalNames.segment(header.firstHeight))
    try disk.syncFolder(JournalNames.folder)
  }

  /// Reads the whole journal, calls back for every sound record in order of height, cuts a torn
  /// tail, and opens the end for appending.
  ///
  /// Damage at or below the watermark, missing segments, gaps, another network or version are
  /// refused with the place named, before anything is changed. Whatever `onRecord` throws stops
  /// the recovery, likewise before anything is changed.
  ///
  /// - Parameters:
  ///   - start: the block behind which to begin, where a checkpoint holds it: only the segments
  ///     from there on are read. `onRecord` gets the start's own block first where the first of
  ///     them has it, and then what is above it. `JournalMismatch` where the journal has another
  ///     block there.
  ///   - onRecord: answers the chain digest after the record, which the next segment's header
  ///     must repeat.
  public static func open(
    _ disk: D, _ settings: JournalSettings, from start: JournalStart? = nil,
    onRecord: (JournalRecord) throws -> Digest
  ) throws -> Journal {
    var walk = JournalWalk(disk, settings, from: start)
    try walk.run(onRecord)
    let file = try disk.open(
      JournalNames.segment(walk.last.firstHeight), forWriting: true)
    do throws(StorageFailure) {
      try mend(disk, file, walk)
      try removeLeftovers(disk)
      try disk.pass(.recoveryCleared)
    } catch {
      disk.close(file)
      throw error
    }
    var journal = Journal(
      disk, settings, walk.summary, file: file, segment: walk.last, end: UInt64(walk.end),
      isMarked: walk.unmarked.bytes.isEmpty)
    // In a flush of its own: a mark must never be durable before what it covers.
    try journal.writeMark()
    return journal
  }

  /// Makes the end of the last segment what the walk found it to be.
  private static func mend(
    _ disk: D, _ file: OpenFile, _ walk: borrowing JournalWalk<D>
  ) throws(StorageFailure) {
    // A read that went wrong once would have what is acknowledged cut, or written over.
    guard try disk.read(file, at: UInt64(walk.end), count: walk.tail.count) == walk.tail else {
      throw StorageFailure(
        .damaged, .recover, file: JournalNames.segment(walk.last.firstHeight),
        offset: UInt64(walk.end), height: walk.summary.lastHeight &+ 1,
        finding: "a second reading gives other bytes behind the last record")
    }
    // The process may have died between renaming this segment and syncing the folder.
    try disk.syncFolder(JournalNames.folder)
    try disk.pass(.recoveryChecked)
    var isChanged = false
    if !walk.unmarked.bytes.isEmpty {
      // After a failed flush the page cache may show bytes that the disk does not have and that
      // no flush would write any more; written again they are.
      try disk.write(file, walk.unmarked.bytes, at: UInt64(walk.unmarked.offset))
      isChanged = true
    }
    if isChanged { try disk.pass(.recoveryRewritten) }
    if let torn = walk.summary.torn {
      try disk.write(
        file, [UInt8](repeating: 0, count: Int(torn.byteCount)), at: torn.offset)
      try disk.pass(.recoveryCut)
      isChanged = true
    }
    if isChanged { try disk.flush(file) }
  }

  /// Removes what an earlier process left of segments that never got their names.
  ///
  /// The spare too, whole as it looks: it may have been written under another name that a power
  /// cut took back, and then it holds sound records that nobody was told of.
  private static func removeLeftovers(_ disk: D) throws(StorageFailure) {
    for entry in try disk.list(JournalNames.folder) {
      let name = "\(JournalNames.folder)/\(entry)"
      if name.hasSuffix(".new") || name == JournalNames.spare { try disk.remove(name) }
    }
  }
}
