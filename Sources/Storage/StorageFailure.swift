import Glibc
public import Primitives

/// Why the storage refused or failed, with enough to find the place and to act.
public struct StorageFailure: Error, Equatable, Sendable {
  /// What the caller has to know to decide; the rest is for the message.
  public enum Kind: Equatable, Sendable {
    /// No room. Nothing was changed and the journal may still be used once there is room again.
    case full
    /// Writing or flushing failed: how much is on the disk is unknown; the process has to stop.
    case flushFailed
    /// The journal refuses because an earlier flush failed.
    case refused
    /// Bytes that were durable are not what was written.
    case damaged
    /// A file or folder that has to be there is not.
    case missing
    /// A file that must not be there is.
    case exists
    /// Another process holds the folder; 0 where its number is unknown.
    case inUse(process: UInt64)
    /// The file belongs to another network.
    case wrongNetwork
    /// The file's format is of a version that this program does not know.
    case wrongVersion(UInt32)
    /// The caller broke the order of calls or of heights.
    case outOfOrder
    /// More bytes than a record or a file may have.
    case tooLarge
    /// Any other error of the operating system.
    case inputOutput
  }

  /// What was being done.
  public enum Operation: String, Sendable {
    case list, makeFolder, create, open, size, read, write, zeroFill, flush, syncFolder, rename
    case remove, truncate, freeBytes, lock, append, recover, close
  }

  /// What the caller has to know to decide.
  public let kind: Kind
  /// What was being done.
  public let operation: Operation
  /// The file's name within the data folder.
  public let file: String
  /// The byte in the file, where one is known.
  public let offset: UInt64?
  /// The height of the record, where one is known.
  public let height: Height?
  /// The operating system's error number; 0 where it had no part.
  public let errorNumber: Int32
  /// What was found, in words; may be empty.
  public let finding: String

  public init(
    _ kind: Kind, _ operation: Operation, file: String, offset: UInt64? = nil,
    height: Height? = nil, errorNumber: Int32 = 0, finding: String = ""
  ) {
    self.kind = kind
    self.operation = operation
    self.file = file
    self.offset = offset
    self.height = height
    self.errorNumber = errorNumber
    self.finding = finding
  }

  /// The failure of a system call; the kind follows from the error number.
  public init(
    _ operation: Operation, file: String, offset: UInt64? = nil, errorNumber: Int32
  ) {
    let kind: Kind =
      switch errorNumber {
      case ENOSPC, EDQUOT, EFBIG: .full
      case ENOENT: .missing
      case EEXIST: .exists
      default: .inputOutput
      }
    self.init(kind, operation, file: file, offset: offset, errorNumber: errorNumber)
  }

  /// The same place and cause under another kind.
  func becoming(_ kind: Kind) -> StorageFailure {
    StorageFailure(
      kind, operation, file: file, offset: offset, height: height, errorNumber: errorNumber,
      finding: finding)
  }
}

extension StorageFailure: CustomStringConvertible {
  /// One sentence that names the cause, and one that names the repair.
  public var description: String { "\(cause). \(repair)." }

  private var place: String {
    var text = file.isEmpty ? "the data folder" : file
    if let offset { text += " at byte \(offset)" }
    if let height { text += " (height \(height))" }
    if !finding.isEmpty { text += ": \(finding)" }
    if errorNumber != 0 { text += " [\(Self.text(of: errorNumber))]" }
    return text
  }

  /// One sentence that names the cause, without its full stop.
  public var cause: String {
    switch kind {
    case .full: "No space during \(operation.rawValue) of \(place)"
    case .flushFailed: "Could not make durable: \(operation.rawValue) of \(place)"
    case .refused: "The journal takes nothing after a failed flush: \(place)"
    case .damaged: "Damaged: \(place)"
    case .missing: "Not found: \(place)"
    case .exists: "Already there: \(place)"
    case .inUse(let process):
      process == 0
        ? "The data folder is in use by another process"
        : "The data folder is in use by process \(process)"
    case .wrongNetwork: "Of another network: \(place)"
    case .wrongVersion(let version): "Unknown format version \(version): \(place)"
    case .outOfOrder: "Out of order: \(operation.rawValue) of \(place)"
    case .tooLarge: "Too large: \(place)"
    case .inputOutput: "Failed: \(operation.rawValue) of \(place)"
    }
  }

  private var repair: String {
    switch kind {
    case .full: "Nothing was changed; free some space on this volume and try again"
    case .flushFailed:
      "Nothing since the last flush was acknowledged; stop, check the disk, start again"
    case .refused: "Stop the process, check the disk and start again"
    case .damaged:
      "Nothing was changed; restore this file from a backup or another node of the network"
    case .missing: "Check the path of the data folder, or restore the file from a backup"
    case .exists: "Use another data folder, or move this file away"
    case .inUse: "Stop that process, or use another data folder"
    case .wrongNetwork: "Point the node at the data folder of its own network"
    case .wrongVersion: "Use the version of the program that wrote it, or a newer one"
    case .outOfOrder: "This is a fault of the program; report it with this message"
    case .tooLarge: "Make it smaller or raise the limit"
    case .inputOutput: "Check the disk, the permissions and the limits of the process"
    }
  }

  private static func text(of errorNumber: Int32) -> String {
    guard let words = strerror(errorNumber) else { return "error \(errorNumber)" }
    return "\(String(cString: words)), errno \(errorNumber)"
  }
}
