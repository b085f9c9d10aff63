import Primitives

extension JournalReader {
  /// Reads the blocks of a run of heights in order. Safe on any thread, also while the journal is
  /// being written, for heights that are durable.
  ///
  /// Throws `.missing` where no segment holds a height, `.damaged` where no sound record of it
  /// stands in its segment.
  public func scan(
    from first: UInt64, through last: UInt64,
    _ onRecord: (JournalRecord) throws -> Void
  ) throws {
    guard first <= last else { return }
    let segments = try disk.list(JournalNames.folder).compactMap { JournalNames.firstHeight($0) }
    var next = first
    for (index, start) in segments.enumerated() where next <= last {
      let end = index + 1 < segments.count ? segments[index + 1] : .max
      guard start <= next, next < end else { continue }
      try scan(segment: start, &next, through: min(last, end - 1), onRecord)
    }
    guard next > last else {
      throw StorageFailure(
        .missing, .read, file: JournalNames.segment(next), height: next,
        finding: "no segment holds this height")
    }
  }

  private func scan(
    segment: UInt64, _ next: inout UInt64, through last: UInt64,
    _ onRecord: (JournalRecord) throws -> Void
  ) throws {
    let name = JournalNames.segment(segment)
    let file = try disk.open(name, forWriting: false)
    defer { disk.close(file) }
    let header = try SegmentHeader.read(
      disk.read(file, at: 0, count: SegmentHeader.byteCount), first: segment,
      network: settings.identity, file: name)
    var offset = UInt64(SegmentHeader.byteCount)
    while next <= last {
      let front = try disk.read(file, at: offset, count: RecordForm.headerBytes)
      let byteCount =
        front.count == RecordForm.headerBytes
        ? RecordForm.byteCount(payload: Int(load32(front, 4))) : .max
      guard UInt64(byteCount) <= header.segmentBytes - offset else {
        throw damage(name, offset, next)
      }
      let bytes = try disk.read(file, at: offset, count: byteCount)
      guard let record = RecordForm.parse(bytes, at: 0, salt: header.salt), record.height <= next
      else { throw damage(name, offset, next) }
      if record.kind == .block, record.height == next {
        try onRecord(
          JournalRecord(
            height: record.height, durableThrough: record.durableThrough,
            payload: Array(bytes[record.payload]),
            place: JournalPlace(segment: segment, offset: offset)))
        next += 1
      }
      offset += UInt64(byteCount)
    }
  }

  private func damage(_ file: String, _ offset: UInt64, _ height: UInt64) -> StorageFailure {
    StorageFailure(
      .damaged, .read, file: file, offset: offset, height: height,
      finding: "no sound record begins here")
  }
}
