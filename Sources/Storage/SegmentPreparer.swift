import Primitives

/// Makes the next segment ahead of time, on any thread: synced writes into zero-filled space cost
/// a fraction of those into a growing file, and a full disk shows while there still is room.
public struct SegmentPreparer<D: Disk>: Sendable {
  let disk: D
  let segmentBytes: UInt64

  /// Makes the spare where there is none; call it from one thread at a time.
  ///
  /// Throws `.full` where there is no room; what was begun is removed again.
  public func prepare() throws(StorageFailure) {
    if try disk.has(JournalNames.spare) { return }
    try disk.removeIfPresent(JournalNames.unfinishedSpare)
    try Self.make(disk, JournalNames.unfinishedSpare, segmentBytes)
    try disk.pass(.spareFilled)
    try disk.rename(JournalNames.unfinishedSpare, to: JournalNames.spare)
  }

  /// A zero-filled, flushed file; nothing is left of it where that fails.
  static func make(
    _ disk: D, _ name: String, _ byteCount: UInt64
  ) throws(StorageFailure) {
    let file = try disk.create(name)
    do throws(StorageFailure) {
      try disk.zeroFill(file, from: 0, count: byteCount)
      try disk.flush(file)
      disk.close(file)
    } catch {
      disk.close(file)
      // The first failure is the one to tell; recovery removes what this leaves.
      try? disk.remove(name)
      throw error
    }
  }
}
