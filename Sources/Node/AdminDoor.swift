internal import Cryptography
internal import Economy
internal import Engine
internal import Glibc
public import HTTP
internal import Primitives

/// The operator's door to a node at work: a socket in the file system that only the node's user and
/// root can use. Nothing of it answers on the public port.
///
/// It speaks HTTP, so that `curl --unix-socket` does what `freehold admin` does; GET asks and POST
/// changes, with parameters in the query.
public final class AdminDoor: Sendable {
  private let server: HTTPServer

  /// Listens at once.
  /// - Parameters:
  ///   - path: of the socket.
  ///   - stop: begins an orderly end of the process and returns.
  public init(
    _ node: RunningNode, log: EventLog, path: String, stop: @escaping @Sendable () -> Void
  ) throws(HTTPServerFailure) {
    var configuration = HTTPConfiguration()
    configuration.unixSocket = path
    configuration.threads = 1
    configuration.maximumConnections = 16
    configuration.refusedConnections = 4
    configuration.maximumBodyBytes = 0
    let desk = AdminDesk(node, log: log, stop: stop)
    server = HTTPServer(configuration: configuration) { request in desk.answer(request) }
    try server.start()
  }

  /// Closes the door and removes the socket.
  public func stop() { server.stop() }
}

/// What an operator asked is wrong; the text names the repair.
private struct AdminFailure: Error {
  let text: String
}

/// Answers an operator.
struct AdminDesk: Sendable {
  private let node: RunningNode
  private let log: EventLog
  private let stop: @Sendable () -> Void

  init(_ node: RunningNode, log: EventLog, stop: @escaping @Sendable () -> Void) {
    self.node = node
    self.log = log
    self.stop = stop
  }

  /// Clients and accounts that are listed at most.
  private static let listed = 50

  private static let asks = ["/status", "/connections", "/pool", "/limits", "/log-level"]
  private static let acts = [
    "/limits", "/log-level", "/pool/drop", "/checkpoint", "/certificate", "/drain", "/resume",
    "/stop",
  ]

  func answer(_ request: HTTPRequest) -> HTTPResponse {
    var writer = JSONWriter(capacity: 1_024)
    do throws(AdminFailure) {
      let isAct = request.method == .post
      guard (isAct ? Self.acts : Self.asks).contains(request.path) else {
        return Self.failure(
          404,
          "GET answers \(Self.asks.joined(separator: " ")), POST does"
            + " \(Self.acts.joined(separator: " "))")
      }
      if isAct {
        log.write(LogEvent(.info, "admin", [("act", .text(request.path))]))
        try act(request)
      }
      try tell(request, &writer)
      return .json(writer.bytes)
    } catch {
      return Self.failure(400, error.text)
    }
  }

  private static func failure(_ status: Int, _ text: String) -> HTTPResponse {
    var writer = JSONWriter(capacity: 256)
    writer.beginObject()
    writer.member("error", text)
    writer.endObject()
    return .json(writer.bytes, status: status)
  }

  private func act(_ request: HTTPRequest) throws(AdminFailure) {
    switch request.path {
    case "/limits": try setLimits(request)
    case "/log-level":
      guard let level = request.query("level").flatMap({ LogEvent.Level(rawValue: $0) }) else {
        throw AdminFailure(
          text: "level: give \(LogEvent.Level.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      log.least = level
    case "/checkpoint": node.chain.askForCheckpoint()
    case "/certificate":
      do throws(DataFolderFailure) {
        try node.renewCertificate()
      } catch {
        throw AdminFailure(text: error.text)
      }
    case "/drain":
      node.gate.drain()
      node.chain.closeIntake("an operator drains it")
    case "/resume":
      node.chain.openIntake()
      node.gate.resume()
    case "/stop": stop()
    default: break
    }
  }

  private func setLimits(_ request: HTTPRequest) throws(AdminFailure) {
    func number(_ name: String, _ before: UInt64) throws(AdminFailure) -> UInt64 {
      guard let text = request.query(name) else { return before }
      guard let number = UInt64(text), number <= Allowance.most else {
        throw AdminFailure(text: "\(name): give a whole number of at most \(Allowance.most)")
      }
      return number
    }
    /// A new rate brings the burst that the command line would give it.
    func allowance(_ name: String, _ before: Allowance) throws(AdminFailure) -> Allowance {
      let rate = try number(name, before.perSecond)
      let isNew = request.query(name) != nil
      return Allowance(
        perSecond: rate,
        burst: try number("\(name)Burst", isNew ? ClientRates.burst(rate) : before.burst))
    }
    var rates = node.limits.rates
    rates.requests = try allowance("requests", rates.requests)
    rates.submissions = try allowance("submissions", rates.submissions)
    switch request.query("loopback") {
    case nil: break
    case "true": rates.limitsLoopback = true
    case "false": rates.limitsLoopback = false
    default: throw AdminFailure(text: "loopback: give true or false")
    }
    let account = try allowance("account", node.chain.accountAllowance)
    node.limits.rates = rates
    node.chain.accountAllowance = account
  }

  private func tell(
    _ request: HTTPRequest, _ writer: inout JSONWriter
  ) throws(AdminFailure) {
    writer.beginObject()
    defer { writer.endObject() }
    switch request.path {
    case "/connections": connections(&writer)
    case "/pool": pool(&writer)
    case "/pool/drop":
      guard let account = request.query("account").flatMap({ Address(text: $0) }) else {
        throw AdminFailure(text: "account: give 0x and forty hexadecimal digits")
      }
      writer.member("account", account.checksummed)
      writer.member("dropped", UInt64(node.chain.dropWaiting(account)))
    case "/limits": limits(&writer)
    case "/log-level": writer.member("level", log.least.rawValue)
    default: status(&writer)
    }
  }

  private func status(_ writer: inout JSONWriter) {
    let head = node.chain.head
    let waiting = node.chain.waitingSize
    let reason = node.gate.reason
    writer.member("version", Version.text)
    writer.member("process", UInt64(clamping: getpid()))
    writer.member("started", node.metrics.startTime)
    writer.member("ready", reason == nil)
    if let reason { writer.member("reason", reason) }
    writer.member("port", UInt64(node.port))
    writer.member("transport", node.configuration.transport)
    writer.member("chainId", node.chain.genesis.chainID)
    writer.member("height", head.height)
    writer.member("headHash", Hex.text(head.hash.bytes))
    writer.member("headTime", head.header.timestamp)
    if let checkpoint = node.metrics.newestCheckpoint {
      writer.member("checkpoint", checkpoint.height)
      writer.member("checkpointTime", checkpoint.time)
    }
    writer.member("waitingTransactions", UInt64(waiting.count))
    writer.member("waitingBytes", UInt64(waiting.bytes))
    writer.member("connections", UInt64(node.server.connectionCount))
    writer.member("requestsInFlight", UInt64(clamping: node.server.requestCount))
    writer.member("rateLimited", node.limits.refused.value)
    writer.member("logLevel", log.least.rawValue)
  }

  private func connections(_ writer: inout JSONWriter) {
    let (count, largest) = node.server.clients(largest: Self.listed)
    writer.member("open", UInt64(node.server.connectionCount))
    writer.member("most", UInt64(node.configuration.connections))
    writer.member("clients", UInt64(count))
    writer.name("largest")
    writer.beginArray()
    for (client, connections) in largest {
      writer.beginObject()
      writer.member("client", client.text)
      writer.member("connections", UInt64(connections))
      writer.endObject()
    }
    writer.endArray()
  }

  private func pool(_ writer: inout JSONWriter) {
    let size = node.chain.waitingSize
    let (count, largest) = node.chain.waitingAccounts(largest: Self.listed)
    writer.member("transactions", UInt64(size.count))
    writer.member("bytes", UInt64(size.bytes))
    writer.member("mostTransactions", UInt64(node.configuration.pool.transactions))
    writer.member("mostBytes", UInt64(node.configuration.pool.bytes))
    writer.member("accounts", UInt64(count))
    writer.name("largest")
    writer.beginArray()
    for account in largest {
      writer.beginObject()
      writer.member("account", account.address.checksummed)
      writer.member("transactions", UInt64(account.transactions))
      writer.member("bytes", UInt64(account.bytes))
      writer.member("behindGap", !account.isReady)
      writer.endObject()
    }
    writer.endArray()
  }

  private func limits(_ writer: inout JSONWriter) {
    let rates = node.limits.rates
    let account = node.chain.accountAllowance
    for (name, allowance) in [
      ("requests", rates.requests), ("submissions", rates.submissions), ("account", account),
    ] {
      writer.member(name, allowance.perSecond)
      writer.member("\(name)Burst", allowance.burst)
    }
    writer.member("loopback", rates.limitsLoopback)
    writer.member("clients", UInt64(node.limits.clients))
    writer.member("rateLimited", node.limits.refused.value)
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: String, _ text: String) {
    self.name(name)
    string(text)
  }

  fileprivate mutating func member(_ name: String, _ number: UInt64) {
    self.name(name)
    self.number(number)
  }

  fileprivate mutating func member(_ name: String, _ value: Bool) {
    self.name(name)
    bool(value)
  }
}
