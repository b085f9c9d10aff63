internal import Economy
internal import Engine
internal import Primitives
internal import Storage

/// Fills an index from the journal: where a node's memory no longer has a block, and for a whole
/// rebuild while no node runs.
struct IndexReplay {
  private let writer: IndexWriter
  private let disk: RealDisk
  private let genesis: Genesis

  init(_ writer: IndexWriter, disk: RealDisk, genesis: Genesis) {
    self.writer = writer
    self.disk = disk
    self.genesis = genesis
  }

  /// Writes the blocks from the index's next on, up to a height or the journal's end.
  /// - Parameter committed: called after every commit; false ends the work.
  func run(
    through end: Height = .max, batch: (transactions: Int, blocks: Int),
    committed: () throws(SQLiteFailure) -> Bool
  ) throws(SQLiteFailure) {
    var fault: SQLiteFailure?
    var size = BatchSize(batch)
    var isOpen = false
    /// Runs a step of the file and keeps what it failed with, which the journal knows nothing of.
    func attempt(_ body: () throws(SQLiteFailure) -> Bool) -> Bool {
      do throws(SQLiteFailure) {
        return try body()
      } catch {
        fault = error
        return false
      }
    }
    func take(_ block: Block) throws(SQLiteFailure) -> Bool {
      if !isOpen { try writer.begin() }
      isOpen = true
      try writer.append(block)
      size.count(block)
      guard !size.hasRoom else { return true }
      try writer.commit()
      isOpen = false
      size = BatchSize(batch)
      return try committed()
    }
    do throws(ReplayFailure) {
      try BlockReplay(genesis, disk: disk).run(
        from: writer.next, through: end,
        opening: { opening in
          _ = attempt { () throws(SQLiteFailure) in
            guard writer.head == nil else {
              throw SQLiteFailure(
                .damaged, "the journal no longer has block \(writer.next), which comes next")
            }
            try writer.batch { () throws(SQLiteFailure) in
              try writer.open(behind: opening.block, opening.balances)
            }
            return true
          }
        },
        take: { block in
          fault == nil && attempt { () throws(SQLiteFailure) in try take(block) }
        })
      if fault == nil, isOpen {
        _ = attempt { () throws(SQLiteFailure) in
          try writer.commit()
          isOpen = false
          return try committed()
        }
      }
    } catch {
      fault = fault ?? SQLiteFailure(.other, error.text)
    }
    if let fault {
      if isOpen { try writer.rollBack() }
      throw fault
    }
  }
}
