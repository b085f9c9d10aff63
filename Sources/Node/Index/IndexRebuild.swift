internal import Economy
internal import Engine
internal import Primitives
internal import Storage

/// Makes an index anew from the journal, while no node runs.
enum IndexRebuild {
  /// What was made.
  struct Summary: Sendable {
    let first: Height
    let height: Height
    let bytes: UInt64
  }

  /// Removes what is there and writes everything again; an interrupted run is as good as none.
  /// - Parameter progress: called with the height reached.
  static func run(
    _ disk: RealDisk, _ genesis: Genesis, progress: (Height) -> Void
  ) throws(SQLiteFailure) -> Summary {
    TransactionIndex.remove(disk)
    do throws(StorageFailure) {
      try disk.makeFolder(IndexSchema.folder)
    } catch {
      throw SQLiteFailure(error.kind == .full ? .full : .other, error.description)
    }
    let writer = try IndexWriter(TransactionIndex.path(disk), genesis)
    try IndexReplay(writer, disk: disk, genesis: genesis).run(
      batch: (transactions: 16_384, blocks: 4_096)
    ) { () throws(SQLiteFailure) in
      if let head = writer.head { progress(head.height) }
      return true
    }
    guard let head = writer.head else { throw SQLiteFailure(.other, "the journal has no block") }
    try writer.connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
    return Summary(
      first: writer.first, height: head.height, bytes: TransactionIndex.byteCount(disk))
  }
}
