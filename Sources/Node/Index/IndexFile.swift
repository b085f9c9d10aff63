internal import Economy
internal import EconomyFile
internal import Engine
public import Interface
public import Primitives
internal import Storage

/// Why an index cannot be read or made.
public struct IndexFailure: Error, Sendable {
  /// What is wrong and how to repair it.
  public let text: String

  init(_ text: String) { self.text = text }
}

/// A folder's index, for commands.
public struct IndexFile: Sendable {
  private let folder: DataFolder

  public init(_ folder: DataFolder) { self.folder = folder }

  /// What a look at the index found.
  public struct Status: Sendable {
    /// The oldest block that it holds.
    public let first: Height
    /// The newest one and its hash; nil where there is none.
    public let head: (height: Height, hash: Digest)?
    /// Bytes of the file and its log.
    public let bytes: UInt64
    /// Rows by table.
    public let rows: [(table: String, count: UInt64)]
    /// What SQLite finds wrong with the file; empty where nothing is.
    public let faults: [String]
  }

  /// Whether the folder has an index.
  public var exists: Bool { TransactionIndex.byteCount(folder.disk) > 0 }

  private func reader() throws(IndexFailure) -> IndexReader {
    guard exists else {
      throw IndexFailure(
        "\(folder.path) has no index: `freehold serve` makes it, or `freehold index rebuild`")
    }
    let genesis = try genesis()
    do throws(SQLiteFailure) {
      let path = TransactionIndex.path(folder.disk)
      let connection = try SQLiteConnection(path, .read)
      guard try connection.number("PRAGMA user_version") == IndexSchema.version,
        try IndexWriter.identity(connection) == genesis.identity
      else { throw SQLiteFailure(.damaged, "it is of another version or another network") }
      return try IndexReader(path, chainID: genesis.chainID)
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: SQLiteFailure) -> IndexFailure {
    IndexFailure(
      error.kind == .damaged
        ? "\(IndexSchema.file): \(error.text): make it anew with `freehold index rebuild`; the "
          + "journal is the truth and is not touched"
        : "\(IndexSchema.file): \(error.text)")
  }

  private func genesis() throws(IndexFailure) -> Genesis {
    do throws(DataFolderFailure) {
      return try folder.document().genesis()
    } catch {
      throw IndexFailure(error.text)
    }
  }

  /// Looks at the index, which a node may be writing.
  /// - Parameter deep: also reads every page of the file.
  public func status(deep: Bool) throws(IndexFailure) -> Status {
    let reader = try reader()
    do throws(SQLiteFailure) {
      let (first, head) = try reader.standing()
      var rows: [(table: String, count: UInt64)] = []
      for table in ["blocks", "transactions", "transfers", "earnings", "accounts"] {
        rows.append((table, try reader.count(table)))
      }
      return Status(
        first: first, head: head, bytes: TransactionIndex.byteCount(folder.disk), rows: rows,
        faults: deep ? try reader.integrity() : [])
    } catch {
      throw failure(error)
    }
  }

  /// What a rebuild made.
  public struct Rebuilt: Sendable {
    public let first: Height
    public let height: Height
    public let bytes: UInt64
  }

  /// Makes the index anew from the journal. No node may be at work on the folder.
  /// - Parameter progress: called with the height reached.
  public func rebuild(progress: (Height) -> Void) throws(IndexFailure) -> Rebuilt {
    let genesis = try genesis()
    let lock: FolderLock<RealDisk>
    do throws(StorageFailure) {
      lock = try FolderLock(folder.disk)
    } catch {
      throw IndexFailure(error.description)
    }
    do throws(SQLiteFailure) {
      let made = try IndexRebuild.run(folder.disk, genesis, progress: progress)
      _ = consume lock
      return Rebuilt(first: made.first, height: made.height, bytes: made.bytes)
    } catch {
      throw failure(error)
    }
  }

  /// What may be asked of the folder's index, which a node may be writing.
  public func archive() throws(IndexFailure) -> any BlockArchive {
    let genesis = try genesis()
    let reader = try reader()
    do throws(SQLiteFailure) {
      let (first, head) = try reader.standing()
      let pool = ReaderPool(TransactionIndex.path(folder.disk), chainID: genesis.chainID)
      pool.open()
      let archive = IndexArchive(pool) { _ in }
      archive.holds(ArchiveStanding(first: first, last: head?.height))
      return archive
    } catch {
      throw failure(error)
    }
  }

  /// How the network of the folder writes histories.
  public func form() throws(IndexFailure) -> HistoryForm { HistoryForm(try genesis()) }
}
