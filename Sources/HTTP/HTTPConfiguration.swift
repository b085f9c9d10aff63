internal import Glibc

/// What a server listens on and where it says no. Limits follow decision 31: a client that breaks
/// one is answered or closed, and never costs the others more than the limit.
public struct HTTPConfiguration: Sendable {
  /// A numeric IPv4 or IPv6 address, or `localhost`. Anything but loopback needs a `certificate` or
  /// `allowPublic`.
  public var address = "127.0.0.1"
  /// 0 takes any free port; `HTTPServer.port` tells which.
  public var port: UInt16 = 0
  /// Listening beyond this machine without encryption has to be said in so many words.
  public var allowPublic = false
  /// Speaks TLS 1.2 or 1.3 and nothing else, where set.
  public var certificate: HTTPCertificate?
  /// Listens on a socket of the file system instead of `address` and `port`: this path, made with
  /// mode 0600. Only processes of this process's user, or of root, are answered; others get 403.
  public var unixSocket: String?
  /// Asked about each request once its headers are there, before its body is read: an answer turns
  /// it away. It must not block.
  public var admit: (@Sendable (HTTPRequestHead) -> HTTPResponse?)?
  /// Threads that read, run handlers and write; 0 takes one for each processor.
  public var threads = 0
  /// Methods that reach the handler; any other is answered 405. OPTIONS never reaches it.
  public var methods: [HTTPMethod] = [.get, .head, .post]
  /// Largest request body in bytes; above it 413.
  public var maximumBodyBytes = 1 << 20
  /// Largest request line and headers in bytes; above it 431.
  public var maximumHeaderBytes = 16 << 10
  /// Request bodies held at one time over all connections, in bytes; above it 503.
  public var maximumBufferedBytes = 256 << 20
  /// Open connections; further ones are answered 503 with Retry-After.
  public var maximumConnections = 1024
  /// How many connections above the cap are still told 503; any further one is closed at once.
  public var refusedConnections = 64
  /// Connections of one `ClientAddress`; 0 is no limit. Further ones are closed at once.
  public var maximumConnectionsPerAddress = 0
  /// Whether that holds for this machine's own as well.
  public var limitsLoopback = false
  /// From the opening of a connection, or from its request line, to the end of the headers.
  public var headerTimeout: Duration = .seconds(10)
  /// From the end of the headers to the end of the body.
  public var bodyTimeout: Duration = .seconds(30)
  /// Longest silence between two requests, and of a client that does not take its answer.
  public var idleTimeout: Duration = .seconds(60)
  /// How long an `HTTPAnswer.later` may stay unanswered; then 504.
  public var answerTimeout: Duration = .seconds(60)
  /// Silence of a WebSocket after which it is pinged; after three times that it is closed.
  public var webSocketPing: Duration = .seconds(30)
  /// How long a WebSocket may take nothing of what is sent to it; then it is closed with 1013.
  public var webSocketStall: Duration = .seconds(30)
  /// How long `stop()` waits for requests under way; what then still waits is answered 503.
  public var drainTimeout: Duration = .seconds(5)
  /// Seconds a client is told to wait (Retry-After) when refused for load.
  public var retryAfterSeconds = 1
  /// Headers for pages of other origins; nil sends none.
  public var crossOrigin: HTTPCrossOrigin?

  /// The defaults: any free port of 127.0.0.1.
  public init() {}

  /// The defaults on one address and port.
  public init(address: String = "127.0.0.1", port: UInt16) {
    self.address = address
    self.port = port
  }

  /// Whether an address can be reached from this machine alone; false for what is no address.
  public static func isLoopback(_ address: String) -> Bool {
    (try? ListeningAddress(address, port: 0))?.isLoopback ?? false
  }

  /// Throws for a setting that no server could honour.
  func check() throws(HTTPServerFailure) {
    let sizes = [
      ("maximumBodyBytes", maximumBodyBytes, 0, 1 << 30),
      ("maximumHeaderBytes", maximumHeaderBytes, 512, 1 << 20),
      ("maximumBufferedBytes", maximumBufferedBytes, maximumBodyBytes, 1 << 40),
      ("maximumConnections", maximumConnections, 1, 1 << 20),
      ("refusedConnections", refusedConnections, 0, 1 << 16),
      ("maximumConnectionsPerAddress", maximumConnectionsPerAddress, 0, 1 << 20),
      ("threads", threads, 0, 1024),
      ("retryAfterSeconds", retryAfterSeconds, 0, 86_400),
    ]
    for (name, value, low, high) in sizes where value < low || value > high {
      throw .setting(name: name, reason: "\(value) is outside \(low) to \(high)")
    }
    let times = [
      ("headerTimeout", headerTimeout), ("bodyTimeout", bodyTimeout),
      ("idleTimeout", idleTimeout), ("answerTimeout", answerTimeout),
      ("webSocketPing", webSocketPing), ("webSocketStall", webSocketStall),
    ]
    for (name, value) in times where value < .milliseconds(1) || value > .seconds(86_400) {
      throw .setting(name: name, reason: "\(value) is outside 1 ms to one day")
    }
    if drainTimeout < .zero || drainTimeout > .seconds(3600) {
      throw .setting(name: "drainTimeout", reason: "\(drainTimeout) is outside 0 to one hour")
    }
  }
}

/// The Fetch standard's CORS headers: without them no wallet in a browser can talk to the node.
public struct HTTPCrossOrigin: Sendable {
  /// Access-Control-Allow-Origin.
  public var allowOrigin = "*"
  /// Access-Control-Allow-Headers of a preflight.
  public var allowHeaders = ["content-type"]
  /// Access-Control-Expose-Headers of every answer.
  public var exposeHeaders: [String] = []
  /// Seconds a browser may remember a preflight.
  public var maximumAge = 86_400

  /// Every origin.
  public init(allowHeaders: [String] = ["content-type"], exposeHeaders: [String] = []) {
    self.allowHeaders = allowHeaders
    self.exposeHeaders = exposeHeaders
  }
}

/// Why a server did not start. The description names the cause and the repair.
public enum HTTPServerFailure: Error, Equatable, CustomStringConvertible {
  /// Not a numeric address.
  case address(String)
  /// Not loopback, without a certificate, and `allowPublic` is off.
  case publicAddress(String)
  /// The path cannot be a socket's.
  case socketPath(String, reason: String)
  /// Another process holds the port.
  case portInUse(address: String, port: UInt16)
  /// The system refused socket, bind or listen with this `errno`.
  case refused(address: String, port: UInt16, code: Int32)
  /// The process may not open the files that the connection cap needs.
  case fileLimit(needed: Int, allowed: Int)
  /// A setting out of its range.
  case setting(name: String, reason: String)
  /// `start()` was called twice.
  case started
  /// libmicrohttpd did not start; `errno` of its last call.
  case daemon(code: Int32)

  /// The cause and the repair in one line.
  public var description: String {
    switch self {
    case .address(let text):
      "\"\(text)\" is no IP address: give one such as 127.0.0.1 or ::1"
    case .publicAddress(let text):
      "\(text) can be reached from other machines: give a certificate (--tls-certificate,"
        + " --tls-key), listen on 127.0.0.1 and put a proxy with TLS in front, or allow it without"
        + " encryption (--insecure-public)"
    case .socketPath(let path, let reason):
      "cannot listen on the socket \(path): \(reason)"
    case .portInUse(let address, let port):
      "port \(port) of \(address) is in use by another process: stop it or choose another port"
    case .refused(let address, let port, let code):
      "cannot listen on \(address) port \(port): \(systemText(code))"
    case .fileLimit(let needed, let allowed):
      "\(needed) open files are needed for the connection cap and \(allowed) are allowed: raise"
        + " the limit (ulimit -n, LimitNOFILE) or lower maximumConnections"
    case .setting(let name, let reason):
      "\(name): \(reason)"
    case .started:
      "the server was started before: make a new one"
    case .daemon(let code):
      "the HTTP library did not start: \(systemText(code))"
    }
  }
}

/// The system's words for an `errno`.
func systemText(_ code: Int32) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  return String(cString: text)
}
