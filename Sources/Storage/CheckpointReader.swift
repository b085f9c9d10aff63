public import Primitives

/// Reads one checkpoint: its manifest at once, then single chunks in any order on any thread.
///
/// Nothing is believed: front, manifest and trailer are checked when it is made, each chunk when it
/// is read; what is wrong is named by file, offset and part. No memory is set aside on the word of
/// a file beyond `CheckpointLimits`.
public struct CheckpointReader<D: Disk>: Sendable {
  /// What the checkpoint is of, and its chunks.
  public let manifest: CheckpointManifest
  /// The file's name within the data folder.
  public let file: String

  private let disk: D
  /// Where each chunk's frame begins.
  private let places: [UInt64]

  /// Reads front, trailer and manifest of the checkpoint of a height.
  ///
  /// Throws `.missing`, `.damaged`, `.wrongNetwork`, `.wrongVersion`, or what the disk throws.
  public init(_ disk: D, height: Height, network: Digest) throws(StorageFailure) {
    let name = CheckpointNames.file(height)
    let file = try disk.open(name, forWriting: false)
    defer { disk.close(file) }
    let front = try CheckpointFront.read(
      disk.read(file, at: 0, count: CheckpointFront.largestBytes), height: height,
      network: network, file: name)
    let manifest = try Self.manifest(disk, file, height: height)
    func damage(_ offset: UInt64, _ finding: String) -> StorageFailure {
      StorageFailure(
        .damaged, .read, file: name, offset: offset, height: height, finding: finding)
    }
    guard manifest.content.identity == front.identity, manifest.content.height == front.height,
      manifest.content.header == front.header
    else { throw damage(manifest.place, "the manifest is another checkpoint's") }
    var place = UInt64(front.byteCount)
    var places: [UInt64] = []
    places.reserveCapacity(manifest.content.chunks.count)
    for chunk in manifest.content.chunks {
      places.append(place)
      place += UInt64(CheckpointFrame.byteCount + chunk.storedBytes)
    }
    guard place == manifest.place else {
      throw damage(place, "the chunks end here, the manifest begins at byte \(manifest.place)")
    }
    self.disk = disk
    self.file = name
    self.manifest = manifest.content
    self.places = places
  }

  private static func manifest(
    _ disk: D, _ file: OpenFile, height: Height
  ) throws(StorageFailure) -> (content: CheckpointManifest, place: UInt64) {
    func damage(_ offset: UInt64, _ finding: String) -> StorageFailure {
      StorageFailure(
        .damaged, .read, file: file.name, offset: offset, height: height, finding: finding)
    }
    let size = try disk.size(file)
    guard size >= UInt64(CheckpointTrailer.byteCount) else {
      throw damage(size, "the file ends before its trailer")
    }
    let end = size - UInt64(CheckpointTrailer.byteCount)
    let last = try disk.read(file, at: end, count: CheckpointTrailer.byteCount)
    guard let trailer = CheckpointTrailer(last) else {
      throw damage(end, "no trailer: the file was cut, or its end is damaged")
    }
    guard trailer.fileBytes == size, trailer.manifestPlace <= end,
      trailer.manifestBytes == end - trailer.manifestPlace,
      trailer.manifestBytes <= UInt64(CheckpointManifest.largestBytes)
    else { throw damage(end, "the trailer is of a file of \(trailer.fileBytes) bytes") }
    let bytes = try disk.read(
      file, at: trailer.manifestPlace, count: Int(trailer.manifestBytes))
    guard let manifest = CheckpointManifest(bytes), manifest.digest == trailer.manifestDigest
    else { throw damage(trailer.manifestPlace, "the manifest does not match its digest") }
    return (manifest, trailer.manifestPlace)
  }

  /// A chunk's zstd frame, checked against the manifest: what another node takes over.
  ///
  /// - Parameter index: one of the manifest's.
  /// - Throws: `.damaged` where the frame is not what was written, or what the disk throws.
  public func stored(chunk index: Int) throws(StorageFailure) -> [UInt8] {
    let chunk = manifest.chunks[index]
    let open = try disk.open(file, forWriting: false)
    defer { disk.close(open) }
    let front = try disk.read(open, at: places[index], count: CheckpointFrame.byteCount)
    var expected: [UInt8] = []
    CheckpointFrame.append(chunk, to: &expected)
    guard front == expected else {
      throw damage(index, 0, "the frame of chunk \(index) is not what the manifest says")
    }
    let stored = try disk.read(
      open, at: places[index] + UInt64(CheckpointFrame.byteCount), count: chunk.storedBytes)
    guard manifest.isChunk(index, stored) else {
      throw damage(
        index, CheckpointFrame.byteCount, "chunk \(index) does not match its digest")
    }
    return stored
  }

  /// A chunk as it was appended. Throws as `stored` does.
  public func chunk(_ index: Int) throws(StorageFailure) -> [UInt8] {
    let stored = try stored(chunk: index)
    guard let raw = Zstandard.decompress(stored, rawCount: manifest.chunks[index].rawBytes)
    else {
      throw damage(
        index, CheckpointFrame.byteCount,
        "chunk \(index) is no frame of \(manifest.chunks[index].rawBytes) bytes")
    }
    return raw
  }

  /// Checks the digest of every chunk. Throws as `stored` does.
  public func check() throws(StorageFailure) {
    for index in manifest.chunks.indices { _ = try stored(chunk: index) }
  }

  private func damage(_ index: Int, _ offset: Int, _ finding: String) -> StorageFailure {
    StorageFailure(
      .damaged, .read, file: file, offset: places[index] + UInt64(offset),
      height: manifest.height, finding: finding)
  }
}
