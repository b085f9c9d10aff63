internal import CMicroHTTPD
internal import Glibc
internal import Synchronization

/// What libmicrohttpd calls: from an accepted connection to the queued answer.
final class Intake: Sendable {
  let configuration: HTTPConfiguration
  let connections = Connections()
  let sleepers = Sleepers()
  /// Requests between the end of their headers and the end of their answer.
  let requests = Atomic(0)
  let isStopping = Atomic(false)
  let answers = AnswerCounts()
  let sockets: SocketLoops
  private let buffered: ByteBudget
  private let answering: @Sendable (HTTPRequest) -> HTTPAnswer
  private let allowedMethods: String
  private let headerTime: Int64
  private let bodyTime: Int64
  private let idleTime: Int64
  private let answerTime: Int64

  init(
    _ configuration: HTTPConfiguration, _ answering: @escaping @Sendable (HTTPRequest) -> HTTPAnswer
  ) {
    self.configuration = configuration
    self.answering = answering
    buffered = ByteBudget(configuration.maximumBufferedBytes)
    sockets = SocketLoops(
      WebSocketLimits(
        messageBytes: configuration.maximumBodyBytes,
        ping: configuration.webSocketPing.milliseconds,
        stall: configuration.webSocketStall.milliseconds,
        isRelayed: configuration.certificate != nil), buffered, threads: 2)
    allowedMethods =
      (configuration.methods.filter { $0 != .options } + [.options])
      .map(\.rawValue).joined(separator: ", ")
    headerTime = configuration.headerTimeout.milliseconds
    bodyTime = configuration.bodyTimeout.milliseconds
    idleTime = configuration.idleTimeout.milliseconds
    answerTime = configuration.answerTimeout.milliseconds
  }

  /// Connections above the cap are still accepted, to be told so, but not without end; none once
  /// the server is stopping.
  func mayAccept(_ client: ClientAddress) -> Bool {
    if isStopping.load(ordering: .relaxed) { return false }
    let most = configuration.maximumConnectionsPerAddress
    if most > 0, configuration.limitsLoopback || !client.isLoopback,
      connections.count(of: client) >= most
    {
      return false
    }
    return connections.count < configuration.maximumConnections + configuration.refusedConnections
  }

  func opened(_ daemonConnection: OpaquePointer) -> Connection {
    let now = monotonicMilliseconds()
    let socket = httpd_socket(daemonConnection)
    let address = httpd_client_address(daemonConnection)
    let text = configuration.unixSocket == nil ? addressText(address) : ClientAddress.local.text
    let isStranger = configuration.unixSocket != nil && !isTrustedPeer(socket)
    return connections.insert { others in
      let isRefused = others >= configuration.maximumConnections
      return Connection(
        socket: socket, remoteAddress: text, client: ClientAddress(address),
        isRefused: isRefused, isStranger: isStranger,
        deadline: now + (isRefused ? min(headerTime, 2000) : headerTime))
    }
  }

  func requestLine(
    _ target: String, _ connection: Connection, _ daemonConnection: OpaquePointer
  ) -> Exchange {
    connection.bringForward(to: monotonicMilliseconds() + headerTime)
    return Exchange(
      connection: connection, target: target, daemonConnection: daemonConnection,
      sleepers: sleepers)
  }

  /// One call of the library's handler: first with the headers, then with each piece of the body,
  /// then once more at its end, and again after each sleep.
  func handle(
    _ exchange: Exchange, _ daemonConnection: OpaquePointer, method: UnsafePointer<CChar>?,
    piece: UnsafeRawBufferPointer
  ) -> MHD_Result {
    switch exchange.phase {
    case .headers:
      exchange.phase = .body
      return begin(exchange, daemonConnection, method: method)
    case .body where !piece.isEmpty:
      receive(piece, exchange)
      return .YES
    case .body:
      exchange.connection.setDeadline(Connection.never)
      return finish(exchange, daemonConnection)
    case .waiting:
      guard let response = exchange.takeAnswer() else { return wait(exchange, daemonConnection) }
      return send(response, exchange, daemonConnection)
    case .answered, .upgraded:
      return .YES
    }
  }

  private func begin(
    _ exchange: Exchange, _ daemonConnection: OpaquePointer, method: UnsafePointer<CChar>?
  ) -> MHD_Result {
    requests.add(1, ordering: .relaxed)
    exchange.connection.setDeadline(
      monotonicMilliseconds() + (exchange.connection.isRefused ? min(bodyTime, 2000) : bodyTime))
    MHD_get_connection_values_n(
      daemonConnection, .HEADER_KIND, collectHeader,
      Unmanaged.passUnretained(exchange).toOpaque())
    exchange.method = method.flatMap { HTTPMethod(rawValue: String(cString: $0)) }
    let framing = BodyFraming(exchange.fields)
    if framing == .invalid {
      // Where the body ends is in doubt, so nothing after it can be trusted to be a request.
      exchange.closes = true
      return send(
        .problem("Content-Length and Transfer-Encoding contradict each other", status: 400),
        exchange, daemonConnection)
    }
    guard let refusal = refusal(exchange, framing, httpd_header_size(daemonConnection)) else {
      if case .length(let length) = framing {
        // No more than this on a mere promise.
        exchange.body.reserveCapacity(min(length, 64 << 10))
      }
      return .YES
    }
    // A body of moderate size is read and dropped, because a client that is still sending when the
    // connection closes may never see the answer.
    let expectsContinue = exchange.fields.first("Expect") != nil
    if case .length(let length) = framing, length > 4 << 20 || expectsContinue {
      exchange.closes = true
      return send(refusal, exchange, daemonConnection)
    }
    exchange.refusal = refusal
    return .YES
  }

  /// Why a request is turned away on its headers alone; nil lets it in.
  private func refusal(
    _ exchange: Exchange, _ framing: BodyFraming, _ headerSize: Int
  ) -> HTTPResponse? {
    if exchange.connection.isRefused {
      exchange.closes = true
      return overload("too many connections")
    }
    if exchange.connection.isStranger {
      exchange.closes = true
      return .problem("this socket is for the node's own user and root", status: 403)
    }
    if headerSize > configuration.maximumHeaderBytes {
      return .problem("headers over \(configuration.maximumHeaderBytes) bytes", status: 431)
    }
    guard let method = exchange.method,
      method == .options || configuration.methods.contains(method)
    else {
      var response = HTTPResponse.problem("method not allowed", status: 405)
      response.headers.append(HTTPHeader("Allow", allowedMethods))
      return response
    }
    if case .length(let length) = framing, length > configuration.maximumBodyBytes {
      return tooLarge
    }
    guard let admit = configuration.admit else { return nil }
    let bodyBytes: Int? =
      switch framing {
      case .none, .invalid: 0
      case .length(let length): length
      case .chunked: nil
      }
    return admit(
      HTTPRequestHead(
        method: method, target: exchange.target, client: exchange.connection.client,
        bodyBytes: bodyBytes, fields: exchange.fields))
  }

  private var tooLarge: HTTPResponse {
    .problem("body over \(configuration.maximumBodyBytes) bytes", status: 413)
  }

  private func overload(_ reason: String) -> HTTPResponse {
    var response = HTTPResponse.problem(reason, status: 503)
    response.headers.append(HTTPHeader("Retry-After", String(configuration.retryAfterSeconds)))
    return response
  }

  private func receive(_ piece: UnsafeRawBufferPointer, _ exchange: Exchange) {
    guard exchange.refusal == nil else { return }
    if piece.count > configuration.maximumBodyBytes - exchange.body.count {
      refuse(exchange, tooLarge)
      return
    }
    exchange.charged += piece.count
    if !buffered.take(piece.count) {
      refuse(exchange, overload("too many bodies at once"))
      return
    }
    exchange.body.append(contentsOf: piece)
  }

  private func refuse(_ exchange: Exchange, _ response: HTTPResponse) {
    exchange.refusal = response
    exchange.body = []
    uncharge(exchange)
  }

  private func uncharge(_ exchange: Exchange) {
    buffered.give(exchange.charged)
    exchange.charged = 0
  }

  private func finish(_ exchange: Exchange, _ daemonConnection: OpaquePointer) -> MHD_Result {
    if let refusal = exchange.refusal { return send(refusal, exchange, daemonConnection) }
    guard let method = exchange.method else { return .NO }
    if method == .options { return send(preflight(), exchange, daemonConnection) }
    guard let (path, query) = splitTarget(exchange.target) else {
      return send(
        .problem("the request target is badly encoded", status: 400), exchange, daemonConnection)
    }
    let request = HTTPRequest(
      method: method, path: path, query: query, body: exchange.body,
      remoteAddress: exchange.connection.remoteAddress, client: exchange.connection.client,
      fields: exchange.fields)
    exchange.body = []
    switch answering(request) {
    case .now(let response):
      return send(response, exchange, daemonConnection)
    case .webSocket(let handler):
      return upgrade(request, handler, exchange, daemonConnection)
    case .later(let work):
      exchange.phase = .waiting
      switch exchange.sleep(until: monotonicMilliseconds() + answerTime) {
      case .asleep:
        work(HTTPResponder(exchange))
        return .YES
      case .signalled, .stopping:
        return send(overload("the server is stopping"), exchange, daemonConnection)
      }
    }
  }

  private func upgrade(
    _ request: HTTPRequest, _ handler: WebSocketHandler, _ exchange: Exchange,
    _ daemonConnection: OpaquePointer
  ) -> MHD_Result {
    if isStopping.load(ordering: .relaxed) {
      return send(overload("the server is stopping"), exchange, daemonConnection)
    }
    let (accept, refusal) = WebSocketHandshake.answer(request)
    if let refusal { return send(refusal, exchange, daemonConnection) }
    exchange.phase = .answered
    exchange.markAnswered()
    exchange.webSocket = handler
    guard queueUpgrade(accept, self, on: daemonConnection) else {
      exchange.webSocket = nil
      return send(
        .problem("the connection cannot become a WebSocket: use HTTP/1.1", status: 400), exchange,
        daemonConnection)
    }
    answers.note(101)
    return .YES
  }

  /// The 101 is written: from now on the socket is ours, and the request over. The connection still
  /// counts towards the cap.
  func upgraded(_ exchange: Exchange, early: [UInt8], socket: Int32, handle: OpaquePointer) {
    exchange.phase = .upgraded
    exchange.connection.setDeadline(Connection.never)
    requests.subtract(1, ordering: .releasing)
    guard let handler = exchange.webSocket else { return }
    exchange.webSocket = nil
    sockets.add(UpgradedSocket(socket: socket, handle: handle, early: early, handler: handler))
  }

  private func wait(_ exchange: Exchange, _ daemonConnection: OpaquePointer) -> MHD_Result {
    switch exchange.sleep(until: monotonicMilliseconds() + answerTime) {
    case .asleep: .YES
    case .signalled, .stopping:
      send(overload("the server is stopping"), exchange, daemonConnection)
    }
  }

  private func preflight() -> HTTPResponse {
    var response = HTTPResponse(status: 204)
    response.headers.append(HTTPHeader("Allow", allowedMethods))
    guard let cross = configuration.crossOrigin else { return response }
    response.headers += [
      HTTPHeader("Access-Control-Allow-Methods", allowedMethods),
      HTTPHeader("Access-Control-Allow-Headers", cross.allowHeaders.joined(separator: ", ")),
      HTTPHeader("Access-Control-Max-Age", String(cross.maximumAge)),
    ]
    return response
  }

  private func send(
    _ response: HTTPResponse, _ exchange: Exchange, _ daemonConnection: OpaquePointer
  ) -> MHD_Result {
    exchange.phase = .answered
    exchange.markAnswered()
    answers.note(response.status)
    let closes = exchange.closes || isStopping.load(ordering: .relaxed)
    let headers = configuration.crossOrigin.map(crossOriginHeaders) ?? []
    if (200...599).contains(response.status),
      queue(response, headers, closes: closes, exchange, on: daemonConnection)
    {
      return .YES
    }
    let replacement = HTTPResponse.problem("the answer could not be sent", status: 500)
    return queue(replacement, headers, closes: closes, exchange, on: daemonConnection)
      ? .YES : .NO
  }

  private func crossOriginHeaders(_ cross: HTTPCrossOrigin) -> [HTTPHeader] {
    var headers = [HTTPHeader("Access-Control-Allow-Origin", cross.allowOrigin)]
    if !cross.exposeHeaders.isEmpty {
      headers.append(
        HTTPHeader("Access-Control-Expose-Headers", cross.exposeHeaders.joined(separator: ", ")))
    }
    return headers
  }

  func completed(_ exchange: Exchange) {
    exchange.close()
    uncharge(exchange)
    if exchange.phase == .upgraded { return }
    exchange.webSocket?.closed()
    exchange.connection.setDeadline(monotonicMilliseconds() + idleTime)
    // A request that broke off inside its headers was never counted.
    if exchange.phase != .headers { requests.subtract(1, ordering: .releasing) }
  }
}

/// How the headers say where the body ends (RFC 9112 section 6.3).
enum BodyFraming: Equatable {
  case none
  case length(Int)
  case chunked
  /// Two readers could disagree about it: the way in for request smuggling.
  case invalid

  init(_ fields: HTTPFields) {
    let lengths = fields.all("Content-Length")
    let encodings = fields.all("Transfer-Encoding")
    switch (lengths.count, encodings.count) {
    case (0, 0): self = .none
    case (1, 0):
      let isNumber = lengths[0].utf8.allSatisfy {
        $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
      }
      self = isNumber ? Int(lengths[0]).map(BodyFraming.length) ?? .invalid : .invalid
    case (0, 1): self = encodings[0].lowercased() == "chunked" ? .chunked : .invalid
    default: self = .invalid
    }
  }
}
