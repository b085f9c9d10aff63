import Glibc

/// A folder of the machine's file system, by POSIX calls.
public struct RealDisk: Disk {
  /// The folder's path.
  public let folder: String

  /// Zeroes are written in pieces of this many bytes.
  private static let zeroPiece = 1 << 20

  /// Names the folder and touches nothing; `makeFolder("")` makes it.
  public init(folder: String) {
    self.folder = folder
  }

  private func path(_ name: String) -> String {
    name.isEmpty ? folder : "\(folder)/\(name)"
  }

  public func list(_ folder: String) throws(StorageFailure) -> [String] {
    guard let stream = opendir(path(folder)) else {
      throw StorageFailure(.list, file: folder, errorNumber: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    if errno != 0 { throw StorageFailure(.list, file: folder, errorNumber: errno) }
    return names.sorted()
  }

  public func makeFolder(_ folder: String) throws(StorageFailure) {
    if mkdir(path(folder), 0o750) != 0 {
      if errno == EEXIST { return }
      throw StorageFailure(.makeFolder, file: folder, errorNumber: errno)
    }
    if folder.isEmpty {
      // The folder's own name stands in its parent, which nobody else will sync.
      try sync(directory: path("") + "/..", name: folder)
    }
  }

  public func create(_ name: String) throws(StorageFailure) -> OpenFile {
    try open(name, O_RDWR | O_CREAT | O_EXCL, .create)
  }

  public func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> OpenFile {
    try open(name, forWriting ? O_RDWR : O_RDONLY, .open)
  }

  private func open(
    _ name: String, _ flags: Int32, _ operation: StorageFailure.Operation
  ) throws(StorageFailure) -> OpenFile {
    while true {
      let descriptor = Glibc.open(path(name), flags | O_CLOEXEC, 0o640)
      if descriptor >= 0 { return OpenFile(descriptor: descriptor, name: name) }
      if errno != EINTR { throw StorageFailure(operation, file: name, errorNumber: errno) }
    }
  }

  public func close(_ file: OpenFile) {
    _ = Glibc.close(file.descriptor)
  }

  public func size(_ file: OpenFile) throws(StorageFailure) -> UInt64 {
    var status = stat()
    guard fstat(file.descriptor, &status) == 0 else {
      throw StorageFailure(.size, file: file.name, errorNumber: errno)
    }
    return UInt64(status.st_size)
  }

  public func read(
    _ file: OpenFile, at offset: UInt64, count: Int
  ) throws(StorageFailure) -> [UInt8] {
    guard count > 0 else { return [] }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      guard let start = buffer.baseAddress else { return }
      while filled < count {
        let got = pread(
          file.descriptor, start + filled, count - filled, off_t(offset) + off_t(filled))
        if got == 0 { return }
        if got > 0 {
          filled += got
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    if failure != 0 {
      throw StorageFailure(.read, file: file.name, offset: offset, errorNumber: failure)
    }
    return bytes
  }

  public func write(
    _ file: OpenFile, _ bytes: [UInt8], at offset: UInt64
  ) throws(StorageFailure) {
    try write(file, bytes, bytes.count, at: offset, .write)
  }

  private func write(
    _ file: OpenFile, _ bytes: [UInt8], _ count: Int, at offset: UInt64,
    _ operation: StorageFailure.Operation
  ) throws(StorageFailure) {
    var failure: Int32 = 0
    var done = 0
    bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      while done < count {
        let put = pwrite(file.descriptor, start + done, count - done, off_t(offset) + off_t(done))
        if put > 0 {
          done += put
        } else if put == 0 {
          failure = EIO
          return
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    if failure != 0 {
      throw StorageFailure(
        operation, file: file.name, offset: offset + UInt64(done), errorNumber: failure)
    }
  }

  public func zeroFill(
    _ file: OpenFile, from offset: UInt64, count: UInt64
  ) throws(StorageFailure) {
    // Reserving first tells at once that the space is not there; what cannot reserve goes on.
    var reserved = EINTR
    while reserved == EINTR {
      reserved = posix_fallocate(file.descriptor, off_t(offset), off_t(count))
    }
    if reserved != 0 && reserved != EOPNOTSUPP && reserved != EINVAL {
      throw StorageFailure(.zeroFill, file: file.name, offset: offset, errorNumber: reserved)
    }
    let zeroes = [UInt8](repeating: 0, count: Int(min(count, UInt64(Self.zeroPiece))))
    var done: UInt64 = 0
    while done < count {
      let piece = min(count - done, UInt64(zeroes.count))
      try write(file, zeroes, Int(piece), at: offset + done, .zeroFill)
      done += piece
    }
  }

  public func flush(_ file: OpenFile) throws(StorageFailure) {
    guard fdatasync(file.descriptor) == 0 else {
      throw StorageFailure(.flush, file: file.name, errorNumber: errno)
    }
  }

  public func syncFolder(_ folder: String) throws(StorageFailure) {
    try sync(directory: path(folder), name: folder)
  }

  private func sync(directory: String, name: String) throws(StorageFailure) {
    let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StorageFailure(.syncFolder, file: name, errorNumber: errno)
    }
    defer { _ = Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw StorageFailure(.syncFolder, file: name, errorNumber: errno)
    }
  }

  public func rename(_ old: String, to new: String) throws(StorageFailure) {
    guard Glibc.rename(path(old), path(new)) == 0 else {
      throw StorageFailure(.rename, file: old, errorNumber: errno)
    }
  }

  public func remove(_ name: String) throws(StorageFailure) {
    guard unlink(path(name)) == 0 else {
      throw StorageFailure(.remove, file: name, errorNumber: errno)
    }
  }

  public func truncate(_ file: OpenFile, to size: UInt64) throws(StorageFailure) {
    while ftruncate(file.descriptor, off_t(size)) != 0 {
      if errno != EINTR {
        throw StorageFailure(.truncate, file: file.name, offset: size, errorNumber: errno)
      }
    }
  }

  public func freeBytes() throws(StorageFailure) -> UInt64 {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else {
      throw StorageFailure(.freeBytes, file: "", errorNumber: errno)
    }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }

  public func lock(_ name: String) throws(StorageFailure) -> OpenFile {
    let file = try open(name, O_RDWR | O_CREAT, .lock)
    var isTaken = false
    do throws(StorageFailure) {
      while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
        if errno == EWOULDBLOCK {
          let holder = try read(file, at: 0, count: 20)
          let digits = String(decoding: holder.prefix { $0 >= 48 && $0 <= 57 }, as: UTF8.self)
          throw StorageFailure(.inUse(process: UInt64(digits) ?? 0), .lock, file: name)
        }
        if errno != EINTR { throw StorageFailure(.lock, file: name, errorNumber: errno) }
      }
      isTaken = true
      try truncate(file, to: 0)
      try write(file, Array("\(getpid())\n".utf8), at: 0)
      return file
    } catch {
      // The number in the lock file is for the message only: a full disk must not stop the start.
      if isTaken, error.kind == .full { return file }
      close(file)
      throw error
    }
  }
}
