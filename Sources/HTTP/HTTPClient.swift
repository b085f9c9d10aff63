internal import Glibc

/// A small blocking client for the command line: one request, one connection, over TCP with or
/// without TLS, or over a socket of the file system. Every read is bounded in size and the whole
/// request in time.
public struct HTTPClient: Sendable {
  private let place: ClientPlace
  private let basePath: String
  /// For the whole request, name lookup excepted.
  public var timeout: Duration
  /// Largest answer body taken, in bytes.
  public var maximumBodyBytes: Int

  /// `url` is `http://host[:port][/path]`, or `https://`; an IPv6 address stands in brackets. Port
  /// 80 or 443 if none.
  /// - Parameter authorities: a file of PEM certificates, one of which must have issued the
  ///   server's; nil for those that the system trusts. Nobody looks at it where there is no TLS.
  public init(
    url: String, authorities: String? = nil, timeout: Duration = .seconds(30),
    maximumBodyBytes: Int = 64 << 20
  ) throws(HTTPClientFailure) {
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .url(url) }
    let isSecure = url.lowercased().hasPrefix("https://")
    let scheme = isSecure ? "https://" : "http://"
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
    guard !name.isEmpty, let port = digits.map({ UInt16($0) }) ?? (isSecure ? 443 : 80),
      port > 0
    else { throw .url(url) }
    place =
      isSecure
      ? .tls(host: String(name), port: port, authorities: authorities)
      : .tcp(host: String(name), port: port)
    basePath = rest[slash...] == "/" ? "" : String(rest[slash...])
    self.timeout = timeout
    self.maximumBodyBytes = maximumBodyBytes
  }

  /// For a server that listens on a socket of the file system.
  public init(
    unixSocket path: String, timeout: Duration = .seconds(30), maximumBodyBytes: Int = 64 << 20
  ) {
    place = .file(path)
    basePath = ""
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
    var head = "\(method) \(target) HTTP/1.1\r\nHost: \(place.authority)\r\nConnection: close\r\n"
    for header in headers { head += "\(header.name): \(header.value)\r\n" }
    if method != "GET" { head += "Content-Length: \(body.count)\r\n" }
    var socket = try ClientSocket(
      place, until: monotonicMilliseconds() + timeout.milliseconds)
    // A server that refuses a body answers and closes while it is being sent: the answer counts,
    // not the broken pipe.
    let isSent = try socket.write(Array(head.utf8) + [13, 10] + body)
    do throws(HTTPClientFailure) {
      return try HTTPReply.read(from: &socket, maximumBodyBytes: maximumBodyBytes)
    } catch {
      if !isSent { throw .closed(host: place.host, port: place.port) }
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
  /// No secure connection: the server's certificate is not believed, or there is no TLS.
  case insecure(host: String, port: UInt16, reason: String)
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
    case .insecure(let host, let port, let reason):
      "no secure connection to \(host) port \(port): \(reason); is --ca the file of who issued its"
        + " certificate?"
    case .unreachable(let host, 0, let reason):
      "nothing answers at the socket \(host): \(reason); is the node running?"
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
