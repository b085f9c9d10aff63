internal import Economy
internal import Ledger
public import Primitives
public import Storage

extension Recovery {
  /// Brings a chain that stands at genesis up to a journal without changing anything and without
  /// taking the folder: the newest sound checkpoint, then what the journal has beyond it.
  ///
  /// While a node writes there, it ends at the last record that stands whole; what is being written
  /// looks like a torn tail and is left out. Where the node removes old files at the same moment
  /// the reading fails, and can be tried again.
  public static func read<D: Disk>(
    _ chain: Chain, disk: D, progress: (Height) -> Void
  ) throws(ReplayFailure) -> ReplaySummary {
    var executor = Executor()
    let reader = JournalReader(
      disk, settings(chain, segmentBytes: JournalSettings.productionSegmentBytes))
    do {
      var summary = ReplaySummary()
      var search = CheckpointSearch(try Checkpoints.list(disk))
      let start = search.next(chain, disk) { _ in }
      summary.startedFrom = start?.height ?? 0
      summary.faults = search.faults
      summary.journalBegins = try reader.segments().first ?? 1
      if summary.startedFrom + 1 < summary.journalBegins {
        throw ReplayFailure.noStart(first: summary.journalBegins)
      }
      let found = try reader.walk(from: start) { record in
        let block = try BlockRecord(record)
        if record.height == start?.height { return block.header.hash }
        try chain.replay(
          block, try trusted(block, chain), executor: &executor,
          roots: .trust(block.header.stateRoot))
        summary.count(block)
        if record.height % 1_024 == 0 { progress(record.height) }
        return chain.head.hash
      }
      summary.bytesCut = found.torn?.byteCount ?? 0
      try checkHead(chain)
      return summary
    } catch {
      throw ReplayFailure(error)
    }
  }
}
