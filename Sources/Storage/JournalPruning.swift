public import Primitives

extension Journal {
  /// Removes the segments that hold nothing above `height`, oldest first, so that a crash leaves a
  /// journal without a gap; durable when it returns. The last segment always stays, and so does the
  /// one that holds the block of `height`. Safe on any thread while the journal is being written.
  /// - Returns: the names of the segments removed.
  @discardableResult
  public static func prune(_ disk: D, below height: Height) throws(StorageFailure) -> [String] {
    let firsts = try disk.list(JournalNames.folder).compactMap { JournalNames.firstHeight($0) }
    var removed: [String] = []
    for (first, following) in zip(firsts, firsts.dropFirst()) where following <= height {
      let name = JournalNames.segment(first)
      try disk.remove(name)
      removed.append(name)
    }
    if !removed.isEmpty {
      try disk.pass(.journalPruned)
      try disk.syncFolder(JournalNames.folder)
    }
    return removed
  }
}
