package import Economy
internal import Engine
package import Primitives
package import Storage

/// Makes an index anew from the journal, while no node runs.
package enum IndexRebuild {
  /// What was made.
  package struct Summary: Sendable {
    package let first: Height
    package let height: Height
    package let bytes: UInt64
  }

  /// Removes what is there and writes everything again; an interrupted run is as good as none.
  /// - Parameters:
  ///   - end: the newest block to be written.
  ///   - progress: called with the height reached.
  package static func make(
    _ disk: RealDisk, _ genesis: Genesis, through end: Height = .max, progress: (Height) -> Void
  ) throws(IndexFailure) -> Summary {
    do throws(SQLiteFailure) {
      return try run(disk, genesis, through: end, progress: progress)
    } catch {
      throw IndexFailure(error.text)
    }
  }

  static func run(
    _ disk: RealDisk, _ genesis: Genesis, through end: Height = .max, progress: (Height) -> Void
  ) throws(SQLiteFailure) -> Summary {
    TransactionIndex.remove(disk)
    do throws(StorageFailure) {
      try disk.makeFolder(IndexSchema.folder)
    } catch {
      throw SQLiteFailure(error.kind == .full ? .full : .other, error.description)
    }
    let writer = try IndexWriter(TransactionIndex.path(disk), genesis)
    try IndexReplay(writer, disk: disk, genesis: genesis).run(
      through: end, batch: (transactions: 16_384, blocks: 4_096)
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
