internal import Cryptography
public import Primitives

/// Writes one checkpoint: `append` chunk after chunk, then `finish`.
///
/// The file has a staged name until it is whole and durable, so that what has a checkpoint's name
/// is a checkpoint; a checkpoint that is there is never written over. Whatever goes wrong, the
/// staged file is removed, and nothing else has been touched. One thread uses it.
public struct CheckpointWriter<D: Disk>: ~Copyable, Sendable {
  /// A flush after so many bytes, so that the disk gets the file in pieces and the journal's own
  /// flushes never wait for all of it.
  private static var flushInterval: UInt64 { 8 << 20 }

  private let disk: D
  private let front: CheckpointFront
  private var compressor: SendableCompressor
  private var chunks: [CheckpointChunk] = []
  private var end: UInt64
  private var flushed: UInt64 = 0
  private var file: OpenFile?

  private var staged: String { CheckpointNames.staged(front.height) }

  /// Begins the checkpoint of a height.
  ///
  /// - Parameters:
  ///   - identity: the network's.
  ///   - header: the head block's, as the caller encodes it; at most
  ///     `CheckpointLimits.headerBytes`, `.tooLarge` otherwise.
  /// - Throws: besides, `.exists` where there is one of this height; `.full` where there is no
  ///   room.
  public init(
    _ disk: D, identity: Digest, height: Height, header: [UInt8]
  ) throws(StorageFailure) {
    let front = CheckpointFront(identity: identity, height: height, header: header)
    let file = try Self.begin(disk, front)
    self.disk = disk
    self.front = front
    self.file = file
    end = UInt64(front.byteCount)
    compressor = SendableCompressor()
  }

  /// The staged file with its front.
  private static func begin(
    _ disk: D, _ front: CheckpointFront
  ) throws(StorageFailure) -> OpenFile {
    let name = CheckpointNames.file(front.height)
    guard front.header.count <= CheckpointLimits.headerBytes else {
      throw StorageFailure(
        .tooLarge, .create, file: name, height: front.height,
        finding: "a header of \(front.header.count) bytes")
    }
    try disk.makeFolder(CheckpointNames.folder)
    try disk.syncFolder("")
    guard try !disk.has(name) else {
      throw StorageFailure(.exists, .create, file: name, height: front.height)
    }
    let staged = CheckpointNames.staged(front.height)
    try disk.removeIfPresent(staged)
    let file = try disk.create(staged)
    do throws(StorageFailure) {
      try disk.write(file, front.bytes, at: 0)
      return file
    } catch {
      disk.close(file)
      // The first failure is the one to tell; the next attempt removes what this leaves.
      try? disk.remove(staged)
      throw error
    }
  }

  deinit {
    guard let file else { return }
    disk.close(file)
    try? disk.remove(CheckpointNames.staged(front.height))
  }

  /// Compresses and writes the next chunk, of 1 to `CheckpointLimits.chunkBytes` bytes.
  ///
  /// Throws `.tooLarge` for any other size or too many chunks, and what the disk throws; the staged
  /// file is gone then, and further calls throw `.outOfOrder`.
  public mutating func append(_ raw: [UInt8]) throws(StorageFailure) {
    do throws(StorageFailure) {
      try write(raw)
    } catch {
      abandon()
      throw error
    }
  }

  private mutating func write(_ raw: [UInt8]) throws(StorageFailure) {
    let file = try opened()
    guard (1...CheckpointLimits.chunkBytes).contains(raw.count),
      chunks.count < CheckpointLimits.chunks
    else {
      throw StorageFailure(
        .tooLarge, .write, file: staged, height: front.height,
        finding: "chunk \(chunks.count) of \(raw.count) bytes")
    }
    guard let stored = compressor.compress(raw) else {
      throw StorageFailure(
        .inputOutput, .write, file: staged, height: front.height,
        finding: "the compressor found no memory")
    }
    let chunk = CheckpointChunk(
      storedBytes: stored.count, rawBytes: raw.count, digest: SHA256.hash(stored))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(CheckpointFrame.byteCount + stored.count)
    CheckpointFrame.append(chunk, to: &bytes)
    bytes.append(contentsOf: stored)
    try disk.write(file, bytes, at: end)
    try disk.pass(.checkpointChunk)
    end += UInt64(bytes.count)
    chunks.append(chunk)
    if end - flushed >= Self.flushInterval {
      try disk.flush(file)
      flushed = end
    }
  }

  /// Writes manifest and trailer, flushes, gives the file its name and syncs the folder: the
  /// checkpoint is durable when this returns.
  ///
  /// Throws what the disk throws. Until the renaming the staged file is removed then; a failure of
  /// the folder's sync leaves a whole checkpoint, which a power cut may take away again.
  public consuming func finish() throws(StorageFailure) -> CheckpointManifest {
    let file = try opened()
    let manifest = CheckpointManifest(
      identity: front.identity, height: front.height, header: front.header, chunks: chunks)
    let table = manifest.bytes
    let trailer = CheckpointTrailer(
      fileBytes: end + UInt64(table.count + CheckpointTrailer.byteCount), manifestPlace: end,
      manifestBytes: UInt64(table.count), manifestDigest: SHA256.hash(table))
    do throws(StorageFailure) {
      try disk.write(file, table + trailer.bytes, at: end)
      try disk.flush(file)
      try disk.pass(.checkpointStaged)
    } catch {
      abandon()
      throw error
    }
    disk.close(file)
    self.file = nil
    do throws(StorageFailure) {
      try disk.rename(staged, to: CheckpointNames.file(front.height))
    } catch {
      try? disk.remove(staged)
      throw error
    }
    try disk.pass(.checkpointNamed)
    try disk.syncFolder(CheckpointNames.folder)
    return manifest
  }

  private func opened() throws(StorageFailure) -> OpenFile {
    guard let file else {
      throw StorageFailure(
        .outOfOrder, .write, file: staged, height: front.height,
        finding: "the checkpoint has failed before")
    }
    return file
  }

  private mutating func abandon() {
    guard let file else { return }
    disk.close(file)
    self.file = nil
    // The first failure is the one to tell; the next start removes what this leaves.
    try? disk.remove(staged)
  }
}

/// The compressor's memory goes from thread to thread with the one writer that owns it.
private struct SendableCompressor: ~Copyable, @unchecked Sendable {
  // Unchecked: libzstd's context has no thread of its own and nobody else knows it.
  private var inner = Compressor()

  mutating func compress(_ raw: [UInt8]) -> [UInt8]? { inner.compress(raw) }
}
