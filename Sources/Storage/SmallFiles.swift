/// Whole files, for genesis and metadata.
extension Disk {
  /// Replaces or makes a file so that a crash leaves the old one or the new one, whole; durable
  /// when it returns.
  public func writeAtomically(_ name: String, _ bytes: [UInt8]) throws(StorageFailure) {
    let temporary = name + ".new"
    try removeIfPresent(temporary)
    let file = try create(temporary)
    do throws(StorageFailure) {
      try write(file, bytes, at: 0)
      try flush(file)
      try pass(.fileStaged)
      close(file)
    } catch {
      close(file)
      // The first failure is the one to tell; a leftover is replaced by the next attempt.
      try? remove(temporary)
      throw error
    }
    try rename(temporary, to: name)
    let folder = name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ""
    try pass(.fileReplaced)
    try syncFolder(folder)
  }

  /// All bytes of a file; `.tooLarge` past `limit` bytes, before any is read.
  public func readWhole(
    _ name: String, limit: UInt64 = 64 << 20
  ) throws(StorageFailure) -> [UInt8] {
    let file = try open(name, forWriting: false)
    defer { close(file) }
    let bytes = try size(file)
    guard bytes <= limit else {
      throw StorageFailure(
        .tooLarge, .read, file: name, finding: "\(bytes) bytes where \(limit) are allowed")
    }
    return try read(file, at: 0, count: Int(bytes))
  }

  /// Whether the file is there.
  public func has(_ name: String) throws(StorageFailure) -> Bool {
    do throws(StorageFailure) {
      close(try open(name, forWriting: false))
      return true
    } catch {
      if error.kind == .missing { return false }
      throw error
    }
  }

  func removeIfPresent(_ name: String) throws(StorageFailure) {
    do throws(StorageFailure) {
      try remove(name)
    } catch {
      if error.kind != .missing { throw error }
    }
  }
}
