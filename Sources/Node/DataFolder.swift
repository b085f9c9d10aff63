public import EconomyFile
internal import Engine
public import Primitives
public import Storage

/// Why a data folder cannot be made or used.
public struct DataFolderFailure: Error, Sendable {
  /// What is wrong and how to repair it.
  public let text: String

  public init(_ text: String) { self.text = text }

  /// There is no network in a folder.
  public static func missing(_ folder: DataFolder) -> DataFolderFailure {
    DataFolderFailure(
      "\(folder.path) holds no network: create one with `freehold init --data \(folder.path) ...`")
  }
}

/// A node's folder: `genesis.json`, the canonical economy with its overlays and its start, and
/// `journal/`, the blocks; besides `keys/`, this node's own secrets. All else, `checkpoints/` and
/// `tiles/` among it, can be made again from these.
public struct DataFolder: Sendable {
  public static let genesisFile = "genesis.json"
  /// The operator's socket, where it has its usual place.
  public static let adminSocket = "admin.sock"

  /// Where the folder is.
  public let path: String
  /// The folder as the storage floor sees it.
  public let disk: RealDisk

  public init(_ path: String) {
    self.path = path
    disk = RealDisk(folder: path)
  }

  /// Creates the folder with an economy that starts at `time`; refuses one that is already there.
  /// - Parameter segmentBytes: of the journal's first segment.
  public func create(
    economy: String, overlays: [String], time: LogicalTime,
    segmentBytes: UInt64 = JournalSettings.productionSegmentBytes
  ) throws(DataFolderFailure) -> EconomyDocument {
    let start = """
      {"time": {"genesis": "\(CalendarTime.text(time))", "genesisUnix": \(time.seconds)}}
      """
    let document = try Self.load(economy, overlays + [start])
    let unbound = document.access.unboundNames
    guard unbound.isEmpty else {
      throw DataFolderFailure(
        "/access/names: nobody is bound to \(unbound.joined(separator: ", ")): bind each name to "
          + "an address in an overlay (economies/dev.json does so for a development network)")
    }
    let chain = Chain(genesis: document.genesis(), secret: .random())
    do throws(StorageFailure) {
      try disk.makeFolder("")
      if try disk.has(Self.genesisFile) {
        throw StorageFailure(
          .exists, .create, file: Self.genesisFile, finding: "\(path) already holds a network")
      }
      try Recovery.create(chain, disk: disk, segmentBytes: segmentBytes)
    } catch {
      throw DataFolderFailure(error.description)
    }
    _ = try logSigner(BlockLog<RealDisk>.origin(chain))
    do throws(StorageFailure) {
      // Last, so that a folder with a genesis file is a whole one.
      try disk.writeAtomically(Self.genesisFile, Array(EconomyFile.text(document).utf8))
    } catch {
      throw DataFolderFailure(error.description)
    }
    return document
  }

  /// The economy that the folder was created with.
  public func document() throws(DataFolderFailure) -> EconomyDocument {
    let bytes: [UInt8]
    do throws(StorageFailure) {
      bytes = try disk.readWhole(Self.genesisFile)
    } catch {
      throw error.kind == .missing
        ? DataFolderFailure.missing(self) : DataFolderFailure(error.description)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DataFolderFailure("\(path)/\(Self.genesisFile) is not UTF-8: restore it from a backup")
    }
    return try Self.load(text, [])
  }

  private static func load(
    _ text: String, _ overlays: [String]
  ) throws(DataFolderFailure) -> EconomyDocument {
    do throws(EconomyFileFailure) {
      return try EconomyFile.load(text: text, overlays: overlays)
    } catch {
      throw DataFolderFailure(error.description)
    }
  }
}

/// Instants as RFC 3339 writes them, in UTC; only the rim knows calendars.
public enum CalendarTime {
  /// Such as `2026-11-21T02:00:00Z`.
  public static func text(_ time: LogicalTime) -> String {
    let days = Int(time.seconds / 86_400)
    let second = Int(time.seconds % 86_400)
    let (year, month, day) = civil(days)
    return "\(year)-\(two(month))-\(two(day))T"
      + "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// The proleptic Gregorian date of a day since 1970, counted in eras of 400 years.
  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
