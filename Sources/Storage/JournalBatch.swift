public import Primitives

/// The records appended since the last batch, ready to be made durable by any one thread.
///
/// `write(to:)` once, then hand it back to `Journal.finish`.
public struct JournalBatch: Sendable {
  /// A run of bytes for one segment.
  struct Part: Sendable {
    let file: OpenFile
    let first: Height
    let offset: UInt64
    var bytes: [UInt8]
    /// The file still has its staged name and gets its own once its bytes are durable.
    let isNew: Bool
    /// The journal has gone on to the next segment; the file is closed after the write.
    var isLast = false
  }

  var parts: [Part]
  /// The highest height in the batch.
  public let through: Height

  /// Bytes to be written.
  public var byteCount: Int { parts.reduce(0) { $0 + $1.bytes.count } }

  /// Writes and flushes: one sync for each segment touched, nearly always one.
  ///
  /// Throws `.flushFailed`, whatever the cause: after that nobody knows what is on the disk.
  public func write(to disk: some Disk) throws(StorageFailure) {
    // The files that the journal has left behind are this batch's to close, come what may.
    defer { for part in parts where part.isLast { disk.close(part.file) } }
    do throws(StorageFailure) {
      for part in parts {
        if !part.bytes.isEmpty {
          try disk.write(part.file, part.bytes, at: part.offset)
          try disk.pass(.journalWritten)
          try disk.flush(part.file)
        }
        if part.isNew {
          // Named only when durable: so a later segment proves that all before it was flushed,
          // and a named segment always has a sound header.
          try disk.rename(JournalNames.staged(part.first), to: JournalNames.segment(part.first))
          try disk.pass(.segmentNamed)
          try disk.syncFolder(JournalNames.folder)
        }
      }
      try disk.pass(.journalFlushed)
    } catch {
      throw error.becoming(.flushFailed)
    }
  }
}
