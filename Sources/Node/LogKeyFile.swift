public import Cryptography
internal import Glibc
internal import Storage

/// The key that signs the checkpoints of a node's block log: one line of text in a file that nobody
/// but the node's user may read. It is this node's, not the network's: a copy of a data folder that
/// is served beside the first should have its own.
extension DataFolder {
  /// Within the data folder.
  public static let logKeyFile = "keys/log.key"
  private static let keyFolder = "keys"
  private static let stagedKeyFile = "keys/log.key.new"
  private static let byteLimit: UInt64 = 4_096

  /// The public part; nil where the folder has no key yet. Throws where the file is no key of the
  /// log named `origin`, or others may read it.
  public func logKey(_ origin: String) throws(DataFolderFailure) -> NoteKey? {
    try readLogKey(origin)?.key
  }

  /// The key, made where the folder has none yet.
  public func logSigner(_ origin: String) throws(DataFolderFailure) -> NoteSigner {
    if let signer = try readLogKey(origin) { return signer }
    var generator = SystemRandomNumberGenerator()
    var seed = (0..<Ed25519.keyBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let signer = NoteSigner(name: origin, seed: seed)
    seed.withUnsafeMutableBytes {
      if let start = $0.baseAddress { explicit_bzero(start, $0.count) }
    }
    guard let signer else { throw DataFolderFailure("\(origin) is no name for a key") }
    try writeLogKey(Array((signer.exportText() + "\n").utf8))
    return signer
  }

  private func readLogKey(_ origin: String) throws(DataFolderFailure) -> NoteSigner? {
    var status = stat()
    let file = "\(path)/\(Self.logKeyFile)"
    guard stat(file, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw Self.failure(file)
    }
    guard status.st_mode & 0o077 == 0 else {
      throw DataFolderFailure(
        "\(file) may be read by others: make it private with `chmod 600 \(file)`, or remove it "
          + "and let the node make another")
    }
    let bytes: [UInt8]
    do throws(StorageFailure) {
      bytes = try disk.readWhole(Self.logKeyFile, limit: Self.byteLimit)
    } catch {
      throw DataFolderFailure(error.description)
    }
    guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n"),
      let signer = NoteSigner(text: String(text.dropLast()))
    else {
      throw DataFolderFailure("\(file) is no key: restore it from a backup, or remove it")
    }
    guard signer.key.name == origin else {
      throw DataFolderFailure(
        "\(file) is the key of another network's log, \(signer.key.name): remove it, or use that "
          + "network's data folder")
    }
    return signer
  }

  /// Private from its first byte, and durable when it returns.
  private func writeLogKey(_ bytes: [UInt8]) throws(DataFolderFailure) {
    let folder = "\(path)/\(Self.keyFolder)"
    let staged = "\(path)/\(Self.stagedKeyFile)"
    if mkdir(folder, 0o700) != 0, errno != EEXIST { throw Self.failure(folder) }
    if unlink(staged) != 0, errno != ENOENT { throw Self.failure(staged) }
    let descriptor = Glibc.open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure(staged) }
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    let isFlushed = written == bytes.count && fsync(descriptor) == 0
    let fault = errno
    close(descriptor)
    guard isFlushed else {
      unlink(staged)
      errno = fault
      throw Self.failure(staged)
    }
    guard rename(staged, "\(path)/\(Self.logKeyFile)") == 0 else { throw Self.failure(staged) }
    do throws(StorageFailure) {
      try disk.syncFolder(Self.keyFolder)
      try disk.syncFolder("")
    } catch {
      throw DataFolderFailure(error.description)
    }
  }

  private static func failure(_ file: String) -> DataFolderFailure {
    DataFolderFailure("\(file): \(String(cString: strerror(errno))): check it and try again")
  }
}
