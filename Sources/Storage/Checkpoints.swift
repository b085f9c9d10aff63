public import Primitives

/// The checkpoints of a data folder.
public enum Checkpoints {
  /// The name of a height's checkpoint within the data folder.
  public static func file(_ height: Height) -> String { CheckpointNames.file(height) }

  /// The heights that have a checkpoint, ascending; whether it is sound shows when it is read.
  public static func list(_ disk: some Disk) throws(StorageFailure) -> [Height] {
    try entries(disk).compactMap { CheckpointNames.height($0) }
  }

  /// The height of the newest.
  public static func newest(_ disk: some Disk) throws(StorageFailure) -> Height? {
    try list(disk).last
  }

  /// Removes all but the newest `count`, oldest first, durable when it returns.
  /// - Returns: the heights of those removed.
  @discardableResult
  public static func prune(
    _ disk: some Disk, keeping count: Int
  ) throws(StorageFailure) -> [Height] {
    let removed = Array(try list(disk).dropLast(max(1, count)))
    for height in removed { try disk.remove(CheckpointNames.file(height)) }
    if !removed.isEmpty {
      try disk.pass(.checkpointPruned)
      try disk.syncFolder(CheckpointNames.folder)
    }
    return removed
  }

  /// Removes what an earlier process left half written; not while a checkpoint is being written.
  public static func removeStaged(_ disk: some Disk) throws(StorageFailure) {
    for entry in try entries(disk) where entry.hasSuffix(".new") {
      try disk.remove("\(CheckpointNames.folder)/\(entry)")
    }
  }

  /// Nothing where there is no folder yet.
  private static func entries(_ disk: some Disk) throws(StorageFailure) -> [String] {
    do throws(StorageFailure) {
      return try disk.list(CheckpointNames.folder)
    } catch {
      if error.kind == .missing { return [] }
      throw error
    }
  }
}
