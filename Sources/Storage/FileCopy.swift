internal import Cryptography
public import Primitives

/// A file of a backup as its manifest knows it.
public struct BackupFile: Sendable, Equatable {
  /// Relative to the folder, `/` between folders.
  public let name: String
  public let byteCount: UInt64
  /// SHA-256 of the file, as `sha256sum` prints it.
  public let digest: Digest

  public init(name: String, byteCount: UInt64, digest: Digest) {
    self.name = name
    self.byteCount = byteCount
    self.digest = digest
  }
}

/// Copies files from one disk to another; each is durable there when its call returns, its name
/// only after `syncFolders`.
struct FileCopy<Source: Disk, Target: Disk> {
  private static var piece: Int { 1 << 20 }

  let source: Source
  let target: Target
  /// Called with the bytes written so far.
  let progress: (UInt64) -> Void
  private(set) var files: [BackupFile] = []
  private var written: UInt64 = 0
  private var folders = [""]

  init(_ source: Source, _ target: Target, progress: @escaping (UInt64) -> Void) {
    self.source = source
    self.target = target
    self.progress = progress
  }

  /// Copies a file as it stands; a replaced file is copied as the one that was opened.
  @discardableResult
  mutating func copy(_ name: String) throws(StorageFailure) -> BackupFile {
    let from = try source.open(name, forWriting: false)
    defer { source.close(from) }
    let size = try source.size(from)
    let to = try make(name)
    defer { target.close(to) }
    var hasher = SHA256.Hasher()
    var done: UInt64 = 0
    while done < size {
      let count = Int(min(size - done, UInt64(Self.piece)))
      let bytes = try source.read(from, at: done, count: count)
      guard bytes.count == count else {
        throw StorageFailure(
          .damaged, .read, file: name, offset: done + UInt64(bytes.count),
          finding: "the file ended while it was read")
      }
      hasher.update(bytes)
      try target.write(to, bytes, at: done)
      done += UInt64(count)
      advance(UInt64(count))
    }
    try target.flush(to)
    return note(name, size, hasher.finalize())
  }

  /// Writes bytes that were read and checked before.
  @discardableResult
  mutating func put(_ name: String, _ bytes: [UInt8]) throws(StorageFailure) -> BackupFile {
    let to = try make(name)
    defer { target.close(to) }
    try target.write(to, bytes, at: 0)
    try target.flush(to)
    advance(UInt64(bytes.count))
    return note(name, UInt64(bytes.count), SHA256.hash(bytes))
  }

  /// Makes the names of all files durable.
  func syncFolders() throws(StorageFailure) {
    for folder in folders.reversed() { try target.syncFolder(folder) }
  }

  private mutating func advance(_ count: UInt64) {
    written += count
    progress(written)
  }

  private mutating func note(_ name: String, _ size: UInt64, _ digest: Digest) -> BackupFile {
    let file = BackupFile(name: name, byteCount: size, digest: digest)
    files.append(file)
    return file
  }

  private mutating func make(_ name: String) throws(StorageFailure) -> OpenFile {
    var folder = ""
    for element in name.split(separator: "/").dropLast() {
      folder += folder.isEmpty ? String(element) : "/\(element)"
      guard !folders.contains(folder) else { continue }
      try target.makeFolder(folder)
      folders.append(folder)
    }
    return try target.create(name)
  }
}
