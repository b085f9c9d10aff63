internal import CGnuTLS
internal import Glibc

/// Where a client connects to.
enum ClientPlace: Sendable {
  case tcp(host: String, port: UInt16)
  case tls(host: String, port: UInt16, authorities: String?)
  case file(String)

  /// For messages.
  var host: String {
    switch self {
    case .tcp(let host, _), .tls(let host, _, _), .file(let host): host
    }
  }

  /// 0 for a socket of the file system.
  var port: UInt16 {
    switch self {
    case .tcp(_, let port), .tls(_, let port, _): port
    case .file: 0
    }
  }

  /// What the header Host says.
  var authority: String {
    switch self {
    case .file: "localhost"
    case .tcp, .tls: (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }
  }
}

/// A connected socket with one deadline for everything done on it.
struct ClientSocket: ~Copyable {
  let host: String
  let port: UInt16
  let handle: Int32
  private let deadline: Int64
  private let tls: ClientTLS?
  /// Bytes received and not yet taken.
  private var buffer: [UInt8] = []
  private var taken = 0

  init(_ place: ClientPlace, until deadline: Int64) throws(HTTPClientFailure) {
    host = place.host
    port = place.port
    self.deadline = deadline
    switch place {
    case .file(let path):
      handle = try Self.open(file: path, until: deadline)
      tls = nil
    case .tcp(let host, let port):
      handle = try Self.open(host, port, until: deadline)
      tls = nil
    case .tls(let host, let port, let authorities):
      (handle, tls) = try Self.openSecure(host, port, authorities, until: deadline)
    }
  }

  /// A socket that is connected already and does not block; it is closed with this one.
  init(connected handle: Int32, until deadline: Int64) {
    host = "the other side"
    port = 0
    self.handle = handle
    self.deadline = deadline
    tls = nil
  }

  private static func openSecure(
    _ host: String, _ port: UInt16, _ authorities: String?, until deadline: Int64
  ) throws(HTTPClientFailure) -> (Int32, ClientTLS) {
    let handle = try open(host, port, until: deadline)
    do throws(HTTPClientFailure) {
      let tls = try ClientTLS(handle, host: host, port: port, authorities: authorities)
      while let events = try tls.handshake() {
        guard wait(handle, events, until: deadline) else {
          throw .timedOut(host: host, port: port)
        }
      }
      return (handle, tls)
    } catch {
      close(handle)
      throw error
    }
  }

  private static func open(
    file path: String, until deadline: Int64
  ) throws(HTTPClientFailure) -> Int32 {
    var address: sockaddr_un
    do throws(HTTPServerFailure) {
      address = try socketAddress(path)
    } catch {
      throw .unreachable(host: path, port: 0, reason: error.description)
    }
    let handle = socket(AF_UNIX, nonBlockingStreamSocket, 0)
    guard handle >= 0 else { throw .unreachable(host: path, port: 0, reason: systemText(errno)) }
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(handle, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 ? 0 : errno
      }
    }
    guard code == 0 else {
      close(handle)
      throw .unreachable(host: path, port: 0, reason: systemText(code))
    }
    return handle
  }

  private static func open(
    _ host: String, _ port: UInt16, until deadline: Int64
  ) throws(HTTPClientFailure) -> Int32 {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = plainStream
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else {
      throw .unknownHost(host: host, reason: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(list) }
    var last = ECONNREFUSED
    var next = list
    while let address = next?.pointee {
      next = address.ai_next
      let candidate = socket(address.ai_family, nonBlockingStreamSocket, 0)
      guard candidate >= 0 else {
        last = errno
        continue
      }
      last = Self.connect(candidate, address, until: deadline)
      if last == 0 { return candidate }
      close(candidate)
    }
    if last == ETIMEDOUT { throw .timedOut(host: host, port: port) }
    throw .unreachable(host: host, port: port, reason: systemText(last))
  }

  deinit { close(handle) }

  /// 0 or an `errno`.
  private static func connect(_ socket: Int32, _ address: addrinfo, until deadline: Int64) -> Int32
  {
    if Glibc.connect(socket, address.ai_addr, address.ai_addrlen) == 0 { return 0 }
    guard errno == EINPROGRESS else { return errno }
    guard wait(socket, POLLOUT, until: deadline) else { return ETIMEDOUT }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
  }

  /// False when the deadline passes first.
  private static func wait(_ socket: Int32, _ events: Int32, until deadline: Int64) -> Bool {
    var event = pollfd(fd: socket, events: Int16(events), revents: 0)
    while true {
      let left = deadline - monotonicMilliseconds()
      if left <= 0 { return false }
      if poll(&event, 1, Int32(clamping: left)) > 0 { return true }
    }
  }

  /// False where the other side stopped taking bytes.
  mutating func write(_ bytes: [UInt8]) throws(HTTPClientFailure) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        let rest = UnsafeRawBufferPointer(rebasing: $0[sent...])
        return tls?.send(rest)
          ?? Glibc.send(handle, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN || errno == EINTR {
        guard Self.wait(handle, POLLOUT, until: deadline) else {
          throw .timedOut(host: host, port: port)
        }
      } else {
        return false
      }
    }
    return true
  }

  /// Receives more; false at the end.
  private mutating func fill() throws(HTTPClientFailure) -> Bool {
    if taken == buffer.count {
      buffer.removeAll(keepingCapacity: true)
      taken = 0
    }
    while true {
      let count = withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { space in
        let count = tls?.receive(space) ?? recv(handle, space.baseAddress, space.count, 0)
        if count > 0 { buffer.append(contentsOf: space.prefix(count)) }
        return count
      }
      if count > 0 { return true }
      if count == 0 { return false }
      guard errno == EAGAIN || errno == EINTR else { throw .closed(host: host, port: port) }
      guard Self.wait(handle, POLLIN, until: deadline) else {
        throw .timedOut(host: host, port: port)
      }
    }
  }

  /// Up to `count` bytes, at least one; empty at the end.
  mutating func some(upTo count: Int) throws(HTTPClientFailure) -> ArraySlice<UInt8> {
    if taken == buffer.count, try !fill() { return [] }
    let end = min(buffer.count, taken + count)
    defer { taken = end }
    return buffer[taken..<end]
  }

  /// The bytes before the next line feed, a carriage return before it dropped.
  mutating func line(maximum: Int) throws(HTTPClientFailure) -> [UInt8] {
    var looked = taken
    while true {
      if let end = buffer[looked...].firstIndex(of: 10) {
        var line = Array(buffer[taken..<end])
        taken = end + 1
        if line.last == 13 { line.removeLast() }
        return line
      }
      let length = buffer.count - taken
      guard length < maximum else {
        throw .malformed(host: host, port: port, reason: "a line over \(maximum) bytes")
      }
      guard try fill() else { throw .closed(host: host, port: port) }
      looked = taken + length
    }
  }
}

/// The client's side of TLS over a socket that does not block.
final class ClientTLS {
  private let session: gnutls_session_t
  private let credentials: gnutls_certificate_credentials_t
  /// GnuTLS keeps the pointer until the handshake is over.
  private let name: UnsafeMutablePointer<CChar>
  private let host: String
  private let port: UInt16

  init(
    _ socket: Int32, host: String, port: UInt16, authorities: String?
  ) throws(HTTPClientFailure) {
    func failure(_ reason: String) -> HTTPClientFailure {
      .insecure(host: host, port: port, reason: reason)
    }
    var credentials: gnutls_certificate_credentials_t?
    guard gnutls_certificate_allocate_credentials(&credentials) >= 0, let credentials,
      let name = strdup(host)
    else { throw failure("no memory") }
    let trusted =
      authorities.map {
        gnutls_certificate_set_x509_trust_file(credentials, $0, GNUTLS_X509_FMT_PEM)
      }
      ?? gnutls_certificate_set_x509_system_trust(credentials)
    var session: gnutls_session_t?
    guard trusted > 0, gnutls_init(&session, tls_client_flags) >= 0, let session else {
      gnutls_certificate_free_credentials(credentials)
      free(name)
      throw failure(
        authorities.map { "no certificates could be read from \($0)" }
          ?? "this system has no list of certificates to trust")
    }
    gnutls_priority_set_direct(session, ServedCertificates.priorities, nil)
    gnutls_credentials_set(
      session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials))
    // Addresses are no names that a server could choose a certificate by.
    if ClientAddress(host) == nil {
      gnutls_server_name_set(session, GNUTLS_NAME_DNS, name, strlen(name))
    }
    gnutls_session_set_verify_cert(session, name, 0)
    gnutls_transport_set_int2(session, socket, socket)
    self.session = session
    self.credentials = credentials
    self.name = name
    self.host = host
    self.port = port
  }

  deinit {
    gnutls_deinit(session)
    gnutls_certificate_free_credentials(credentials)
    free(name)
  }

  /// One step: nil once the connection is secure, otherwise what to wait for.
  func handshake() throws(HTTPClientFailure) -> Int32? {
    let code = gnutls_handshake(session)
    if code >= 0 { return nil }
    if gnutls_error_is_fatal(code) == 0 {
      return gnutls_record_get_direction(session) == 0 ? POLLIN : POLLOUT
    }
    throw .insecure(
      host: host, port: port,
      reason: code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR ? verdict : tlsText(code))
  }

  private var verdict: String {
    var text = gnutls_datum_t()
    let status = gnutls_session_get_verify_cert_status(session)
    guard gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) >= 0,
      let bytes = text.data
    else { return "its certificate is not trusted" }
    defer { tls_free(text.data) }
    let words = String(
      decoding: UnsafeBufferPointer(start: bytes, count: Int(text.size)), as: UTF8.self)
    return words.split(separator: " ").joined(separator: " ")
  }

  /// As the system's `send`, `errno` included.
  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    translated(gnutls_record_send(session, bytes.baseAddress, bytes.count))
  }

  /// As the system's `recv`, `errno` included.
  func receive(_ space: UnsafeMutableRawBufferPointer) -> Int {
    translated(gnutls_record_recv(session, space.baseAddress, space.count))
  }

  private func translated(_ count: Int) -> Int {
    if count >= 0 { return count }
    errno = gnutls_error_is_fatal(Int32(clamping: count)) == 0 ? EAGAIN : ECONNRESET
    return -1
  }
}
