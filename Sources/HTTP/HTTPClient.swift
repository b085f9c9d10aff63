internal import Glibc

/// A small blocking client for the command line: one request, one connection, `http://` only.
/// Every read is bounded in size and the whole request in time.
public struct HTTPClient: Sendable {
  private let host: String
  private let port: UInt16
  private let basePath: String
  /// For the whole request, name lookup excepted.
  public var timeout: Duration
  /// Largest answer body taken, in bytes.
  public var maximumBodyBytes: Int

  /// `url` is `http://host[:port][/path]`; an IPv6 address stands in brackets. Port 80 if none.
  public init(
    url: String, timeout: Duration = .seconds(30), maximumBodyBytes: Int = 64 << 20
  ) throws(HTTPClientFailure) {
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .url(url) }
    let scheme = "http://"
    guard url.lowercased().hasPrefix(scheme) else { throw .url(url) }
    let rest = url.dropFirst(scheme.count)
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    let authority = rest[..<slash]
    guard !rest.contains("?"), !rest.contains("#"), !authority.contains("@") else {
      throw .url(url)
    }
    var name = authority
    var digits: Substring?
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else { throw .url(url) }
      name = authority[authority.index(after: authority.startIndex)..<end]
      let after = authority[authority.index(after: end)...]
      guard after.isEmpty || after.first == ":" else { throw .url(url) }
      digits = after.isEmpty ? nil : after.dropFirst()
    } else if let colon = authority.firstIndex(of: ":") {
      name = authority[..<colon]
      digits = authority[authority.index(after: colon)...]
    }
    guard !name.isEmpty, let port = digits.map({ UInt16($0) }) ?? 80, port > 0 else {
      throw .url(url)
    }
    host = String(name)
    self.port = port
    basePath = rest[slash...] == "/" ? "" : String(rest[slash...])
    self.timeout = timeout
    self.maximumBodyBytes = maximumBodyBytes
  }

  /// `path` begins with `/` and is percent-encoded already; it is put behind the URL's own path.
  public func get(
    _ path: String, headers: [HTTPHeader] = []
  ) throws(HTTPClientFailure) -> HTTPReply {
    try send("GET", path, headers, [])
  }

  /// As `get`, with a body.
  public func post(
    _ path: String, body: [UInt8], contentType: String = "application/json",
    headers: [HTTPHeader] = []
  ) throws(HTTPClientFailure) -> HTTPReply {
    try send("POST", path, headers + [HTTPHeader("Content-Type", contentType)], body)
  }

  private func send(
    _ method: String, _ path: String, _ headers: [HTTPHeader], _ body: [UInt8]
  ) throws(HTTPClientFailure) -> HTTPReply {
    let target = basePath + path
    guard target.utf8.first == UInt8(ascii: "/"),
      target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
      headers.allSatisfy({ ($0.name + $0.value).utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } })
    else { throw .url(target) }
    let name = host.contains(":") ? "[\(host)]" : host
    var head = "\(method) \(target) HTTP/1.1\r\nHost: \(name):\(port)\r\nConnection: close\r\n"
    for header in headers { head += "\(header.name): \(header.value)\r\n" }
    if method != "GET" { head += "Content-Length: \(body.count)\r\n" }
    var socket = try ClientSocket(
      host: host, port: port, until: monotonicMilliseconds() + timeout.milliseconds)
    // A server that refuses a body answers and closes while it is being sent: the answer counts,
    // not the broken pipe.
    let isSent = try socket.write(Array(head.utf8) + [13, 10] + body)
    do throws(HTTPClientFailure) {
      return try HTTPReply.read(from: &socket, maximumBodyBytes: maximumBodyBytes)
    } catch {
      if !isSent { throw .closed(host: host, port: port) }
      throw error
    }
  }
}

/// Why a request got no answer. The description names host and port.
public enum HTTPClientFailure: Error, Equatable, CustomStringConvertible {
  /// Not an `http://` URL this client can use.
  case url(String)
  /// The name has no address.
  case unknownHost(host: String, reason: String)
  /// Nobody accepts connections there.
  case unreachable(host: String, port: UInt16, reason: String)
  /// No whole answer in the time given.
  case timedOut(host: String, port: UInt16)
  /// The server closed before its answer was complete.
  case closed(host: String, port: UInt16)
  /// What came back is no HTTP, or over this client's bounds.
  case malformed(host: String, port: UInt16, reason: String)

  /// The cause and the repair in one line.
  public var description: String {
    switch self {
    case .url(let text):
      "\"\(text)\" is no URL for this client: give one such as http://127.0.0.1:8545"
    case .unknownHost(let host, let reason):
      "the host \(host) is not known: \(reason)"
    case .unreachable(let host, let port, let reason):
      "nothing answers at \(host) port \(port): \(reason); is the node running there?"
    case .timedOut(let host, let port):
      "\(host) port \(port) did not answer in time"
    case .closed(let host, let port):
      "\(host) port \(port) closed the connection before its answer was complete"
    case .malformed(let host, let port, let reason):
      "\(host) port \(port) sent an answer that cannot be read: \(reason)"
    }
  }
}

/// A connected socket with one deadline for everything done on it.
struct ClientSocket: ~Copyable {
  let host: String
  let port: UInt16
  let handle: Int32
  private let deadline: Int64
  /// Bytes received and not yet taken.
  private var buffer: [UInt8] = []
  private var taken = 0

  init(host: String, port: UInt16, until deadline: Int64) throws(HTTPClientFailure) {
    self.host = host
    self.port = port
    self.deadline = deadline
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
      if last == 0 {
        handle = candidate
        return
      }
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
        Glibc.send(
          handle, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
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
        let count = recv(handle, space.baseAddress, space.count, 0)
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
