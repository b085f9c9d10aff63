/// Moments of the durable path at which a crash is worth trying. The code names them by
/// `Disk.pass`; only a simulated disk acts on them, by its seed.
public enum FaultPoint: String, Sendable, CaseIterable {
  /// A record is about to enter the journal's batch.
  case journalAppending = "journal.appending"
  /// A batch's bytes were written and are not flushed.
  case journalWritten = "journal.written"
  /// A batch is durable and nobody was told.
  case journalFlushed = "journal.flushed"
  /// The next segment's file stands zero-filled under its staged name.
  case segmentStaged = "segment.staged"
  /// A segment has its own name, which no sync made durable yet.
  case segmentNamed = "segment.named"
  /// The spare segment is filled and has not its name yet.
  case spareFilled = "spare.filled"
  /// Recovery has checked everything and is about to make its first change.
  case recoveryChecked = "recovery.checked"
  /// Recovery has written the records again that no watermark covers.
  case recoveryRewritten = "recovery.rewritten"
  /// Recovery has cut a torn tail.
  case recoveryCut = "recovery.cut"
  /// Recovery has removed what an earlier process left.
  case recoveryCleared = "recovery.cleared"
  /// The mark that covers the whole journal is about to be written.
  case journalMarking = "journal.marking"
  /// A small file is written and flushed under its staged name.
  case fileStaged = "file.staged"
  /// A small file has replaced the one before it, in a folder that is not synced.
  case fileReplaced = "file.replaced"
  /// A chunk of a checkpoint was written and is not flushed.
  case checkpointChunk = "checkpoint.chunk"
  /// A checkpoint is whole and durable under its staged name.
  case checkpointStaged = "checkpoint.staged"
  /// A checkpoint has its own name, which no sync made durable yet.
  case checkpointNamed = "checkpoint.named"
  /// Old checkpoints are removed, in a folder that is not synced.
  case checkpointPruned = "checkpoint.pruned"
  /// Old segments are removed, in a folder that is not synced.
  case journalPruned = "journal.pruned"
  /// A block is about to be executed; room for it is reserved.
  case blockReserved = "block.reserved"
  /// A block was executed and nothing of it is on the disk.
  case blockExecuted = "block.executed"
  /// A block is durable and readers can see it.
  case blockPublished = "block.published"
}
