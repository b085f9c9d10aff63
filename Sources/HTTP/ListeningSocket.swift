internal import Glibc

/// A numeric address with its port, as the system wants it.
struct ListeningAddress {
  private var storage = sockaddr_storage()
  private let length: socklen_t
  private let family: Int32
  let isLoopback: Bool

  init(_ text: String, port: UInt16) throws(HTTPServerFailure) {
    let text = text == "localhost" ? "127.0.0.1" : text
    var v4 = in_addr()
    var v6 = in6_addr()
    if inet_pton(AF_INET, text, &v4) == 1 {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr = v4
      family = AF_INET
      length = socklen_t(MemoryLayout<sockaddr_in>.size)
      isLoopback = UInt32(bigEndian: v4.s_addr) >> 24 == 127
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in.self) }
    } else if inet_pton(AF_INET6, text, &v6) == 1 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      address.sin6_addr = v6
      family = AF_INET6
      length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      let bytes = withUnsafeBytes(of: v6) { Array($0) }
      isLoopback = bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in6.self) }
    } else {
      throw .address(text)
    }
  }

  /// A socket that listens here, and the port it got. Made by hand because libmicrohttpd would not
  /// say which step failed.
  func listen(
    _ configuration: HTTPConfiguration
  ) throws(HTTPServerFailure) -> (socket: Int32, port: UInt16) {
    let handle = socket(family, nonBlockingStreamSocket, 0)
    guard handle >= 0 else { throw refusal(configuration) }
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    // A restart must not wait for the old connections to time out.
    setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &on, size)
    if family == AF_INET6 {
      setsockopt(handle, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, size)
    }
    var address = storage
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(handle, $0, length) }
    }
    guard bound == 0, Glibc.listen(handle, 1024) == 0 else {
      let failure = refusal(configuration)
      close(handle)
      throw failure
    }
    var got = sockaddr_in6()
    var gotLength = socklen_t(MemoryLayout<sockaddr_in6>.size)
    withUnsafeMutablePointer(to: &got) {
      _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(handle, $0, &gotLength)
      }
    }
    // The port stands at the same place in both families.
    return (handle, UInt16(bigEndian: got.sin6_port))
  }

  private func refusal(_ configuration: HTTPConfiguration) -> HTTPServerFailure {
    let (address, port) = (configuration.address, configuration.port)
    return errno == EADDRINUSE
      ? .portInUse(address: address, port: port)
      : .refused(address: address, port: port, code: errno)
  }
}

/// A socket in the file system that only this user can connect to. What an earlier process left
/// under the name is removed where it is a socket.
func fileSocket(_ path: String) throws(HTTPServerFailure) -> Int32 {
  var address = try socketAddress(path)
  var status = stat()
  if lstat(path, &status) == 0 {
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw .socketPath(path, reason: "something else has that name: remove it or choose another")
    }
    unlink(path)
  }
  let handle = socket(AF_UNIX, nonBlockingStreamSocket, 0)
  guard handle >= 0 else { throw .socketPath(path, reason: systemText(errno)) }
  // The mode that the name will have from its first moment.
  fchmod(handle, 0o600)
  let bound = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(handle, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
  guard bound == 0, chmod(path, 0o600) == 0, Glibc.listen(handle, 64) == 0 else {
    let code = errno
    close(handle)
    throw .socketPath(path, reason: systemText(code))
  }
  return handle
}

/// The address of a socket in the file system.
func socketAddress(_ path: String) throws(HTTPServerFailure) -> sockaddr_un {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let room = MemoryLayout.size(ofValue: address.sun_path)
  guard !path.isEmpty, path.utf8.count < room, !path.utf8.contains(0) else {
    throw .socketPath(path, reason: "give a path of 1 to \(room - 1) bytes")
  }
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
  return address
}

/// Whether the process at the other end of a socket of the file system runs as this user or root.
func isTrustedPeer(_ socket: Int32) -> Bool {
  // The kernel's ucred: process, user, group; glibc hides the type behind a feature macro.
  var peer: (process: Int32, user: UInt32, group: UInt32) = (0, .max, .max)
  var length = socklen_t(MemoryLayout.size(ofValue: peer))
  guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 else { return false }
  return peer.user == 0 || peer.user == geteuid()
}

/// Raises the soft limit of open files where `needed` asks for it and the hard limit lets it.
func allowOpenFiles(_ needed: Int) throws(HTTPServerFailure) {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
    limit.rlim_cur < rlim_t(needed)
  else { return }
  guard limit.rlim_max >= rlim_t(needed) else {
    throw .fileLimit(needed: needed, allowed: Int(clamping: limit.rlim_max))
  }
  limit.rlim_cur = rlim_t(needed)
  guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
    throw .fileLimit(needed: needed, allowed: Int(clamping: limit.rlim_cur))
  }
}
