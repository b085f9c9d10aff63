public import Engine
public import Primitives

/// The block log as the interface meets it.
public struct LogAccess: Sendable {
  /// The public key of its checkpoints, as verifiers take it.
  public let key: String
  /// The log's name, the first line of its checkpoints.
  public let origin: String
  /// A file by its path under the prefix; nil where it is not there.
  public let file: @Sendable (String) -> [UInt8]?
  /// That a block is in the log.
  public let inclusion: @Sendable (Height) throws(TileFailure) -> LogInclusion

  public init(
    key: String, origin: String, file: @escaping @Sendable (String) -> [UInt8]?,
    inclusion: @escaping @Sendable (Height) throws(TileFailure) -> LogInclusion
  ) {
    self.key = key
    self.origin = origin
    self.file = file
    self.inclusion = inclusion
  }
}
