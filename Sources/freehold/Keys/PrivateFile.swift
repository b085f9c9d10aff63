import Cryptography
import Glibc
import Interface

/// Files that nobody but their owner can read.
enum PrivateFile {
  /// The bytes of a file of mode 0600 or less. The caller wipes them.
  static func read(
    _ path: String, limit: Int, _ what: String
  ) throws(ClientFailure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw .usage("\(path): \(reason()): give the path of \(what)")
    }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0 else { throw .usage("\(path): \(reason())") }
    let kind = facts.st_mode & S_IFMT
    // A pipe, as the shell's <(command), has no readers besides its two ends.
    guard kind == S_IFREG || kind == S_IFIFO else {
      throw .usage("\(path) is no file: give the path of \(what)")
    }
    guard kind == S_IFIFO || facts.st_mode & 0o077 == 0 else {
      throw .usage("\(path) can be read by others: run chmod 600 \(path)")
    }
    if kind == S_IFIFO { _ = fcntl(file, F_SETFL, 0) }
    return try read(file, path, limit: limit)
  }

  /// The bytes that a descriptor gives until its end. The caller wipes them.
  static func read(
    _ file: Int32, _ name: String, limit: Int
  ) throws(ClientFailure) -> [UInt8] {
    // All room at once, so that growing leaves no copy of the secret behind.
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var count = 0
    while count <= limit {
      let read = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      }
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else {
        wipe(&bytes)
        throw .usage("\(name): \(reason())")
      }
      if read == 0 { break }
      count += read
    }
    guard count <= limit else {
      wipe(&bytes)
      throw .usage("\(name) holds more than \(limit) bytes: that is not what is wanted")
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Makes a file of mode 0600 that is not there yet, whole and flushed or not at all.
  static func create(_ path: String, _ bytes: [UInt8]) throws(ClientFailure) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else {
      throw errno == EEXIST
        ? .usage("\(path) is there already: name another file")
        : .malformed("\(path): \(reason()): name a file in a folder that you can write to")
    }
    var isWhole = fchmod(file, 0o600) == 0
    var place = 0
    while isWhole && place < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(file, buffer.baseAddress?.advanced(by: place), buffer.count - place)
      }
      if count < 0 && errno == EINTR { continue }
      isWhole = count > 0
      place += max(count, 0)
    }
    isWhole = isWhole && fsync(file) == 0
    let problem = reason()
    close(file)
    guard isWhole else {
      unlink(path)
      throw .malformed("\(path): \(problem): nothing was written")
    }
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  /// Overwrites bytes that were a secret.
  static func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { buffer in
      if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
    }
  }

  static func reason() -> String { String(cString: strerror(errno)) }
}
