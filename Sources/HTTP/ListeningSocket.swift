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
