/// One process per data folder: held from its making until it goes out of scope.
///
/// The operating system lets go of it when the process ends, however it ends; the file `LOCK`
/// stays and means nothing by itself (design decision 31).
public struct FolderLock<D: Disk>: ~Copyable, Sendable {
  private let disk: D
  private let file: OpenFile

  /// Takes the folder of `disk`; `.inUse(process:)` where another process has it.
  public init(_ disk: D) throws(StorageFailure) {
    self.disk = disk
    file = try disk.lock("LOCK")
  }

  deinit { disk.close(file) }
}
