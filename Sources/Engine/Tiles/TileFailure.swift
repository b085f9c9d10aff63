public import Storage

/// Why the block log cannot be written, read or believed.
public enum TileFailure: Error, Sendable, Equatable {
  case storage(StorageFailure)
  /// A file is not what the chain says.
  case damaged(file: String, finding: String)
  /// The checkpoint is not one that the key has signed.
  case unsigned(String)
  /// The signed checkpoint and the chain are of two histories.
  case contradiction(String)
  /// The log has no answer yet.
  case behind(String)

  /// What is wrong and how to repair it.
  public var text: String {
    switch self {
    case .storage(let failure): failure.description
    case .damaged(let file, let finding):
      "\(TileLayout.folder)/\(file): \(finding): remove this file; the node writes it again from "
        + "the chain at its next start"
    case .unsigned(let finding):
      "\(TileLayout.folder)/\(TileLayout.checkpoint): \(finding): remove this file; the node signs "
        + "anew at its next start"
    case .contradiction(let finding):
      "the signed checkpoint and the chain disagree: \(finding). Nothing more is signed: restore "
        + "the journal that the checkpoint was signed over, or start a new log with a new key"
    case .behind(let text): text
    }
  }
}
