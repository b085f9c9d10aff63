/// An open file of a `Disk`: a number the disk gave out, and the name for messages.
public struct OpenFile: Sendable, Hashable {
  public let descriptor: Int32
  /// The name it was opened by; a later renaming does not show here.
  public let name: String

  public init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }
}

/// A folder of files: the one seam between the node and the machine's disk.
///
/// Names are relative to the folder, with `/` between a subfolder and a file; the empty name is the
/// folder itself. Every operation may fail with `StorageFailure`. Nothing is promised to survive a
/// crash but what `flush` (bytes and size of a file) and `syncFolder` (names) have acknowledged.
public protocol Disk: Sendable {
  /// The names in a folder in ascending order, without the folder's own name.
  func list(_ folder: String) throws(StorageFailure) -> [String]
  /// Makes the folder where it is not there yet.
  func makeFolder(_ folder: String) throws(StorageFailure)
  /// Makes an empty file for writing; `.exists` where the name is taken.
  func create(_ name: String) throws(StorageFailure) -> OpenFile
  /// Opens a file that is there; `.missing` otherwise.
  func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> OpenFile
  /// Closes the file; says nothing about durability and cannot fail.
  func close(_ file: OpenFile)
  /// Bytes.
  func size(_ file: OpenFile) throws(StorageFailure) -> UInt64
  /// Up to `count` bytes; fewer only where the file ends.
  func read(_ file: OpenFile, at offset: UInt64, count: Int) throws(StorageFailure) -> [UInt8]
  /// Writes all bytes, extending the file where needed.
  func write(_ file: OpenFile, _ bytes: [UInt8], at offset: UInt64) throws(StorageFailure)
  /// Writes zeroes, so that later writes there change no metadata and need no new space.
  func zeroFill(
    _ file: OpenFile, from offset: UInt64, count: UInt64
  ) throws(StorageFailure)
  /// Makes the file's bytes and size durable. After a failure nothing is known about them.
  func flush(_ file: OpenFile) throws(StorageFailure)
  /// Makes the names in a folder durable.
  func syncFolder(_ folder: String) throws(StorageFailure)
  /// Renames, replacing what has the new name.
  func rename(_ old: String, to new: String) throws(StorageFailure)
  func remove(_ name: String) throws(StorageFailure)
  /// Cuts or extends (with zeroes) to `size` bytes.
  func truncate(_ file: OpenFile, to size: UInt64) throws(StorageFailure)
  /// Bytes that this process may still write to the volume.
  func freeBytes() throws(StorageFailure) -> UInt64
  /// Takes the named file as an exclusive lock until it is closed or the process ends;
  /// `.inUse(process:)` where another holds it.
  func lock(_ name: String) throws(StorageFailure) -> OpenFile
  /// Passes a named moment of the durable path. A real disk does nothing; a simulated one may end
  /// the process there, fail or let time go by.
  func pass(_ point: FaultPoint) throws(StorageFailure)
}

extension Disk {
  /// Nothing happens.
  @inlinable
  public func pass(_ point: FaultPoint) throws(StorageFailure) {}
}
