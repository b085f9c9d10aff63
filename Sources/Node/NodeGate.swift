internal import Engine
internal import HTTP
internal import Interface
internal import Primitives
internal import Synchronization

/// What stands between the transport and the chain: it knows whether there is one and whether it is
/// to be used, and answers for it where not.
final class NodeGate: Sendable {
  private enum Phase {
    case starting(String)
    case open(Router, @Sendable (HTTPRequest) -> HTTPAnswer)
    /// Reads go on, so that clients learn what became of what was accepted.
    case draining(Router, @Sendable (HTTPRequest) -> HTTPAnswer)
  }

  /// How far the clock may stand behind the newest block before the node is called not ready, in
  /// seconds: more than clocks that are kept right ever differ.
  static let clockTolerance: UInt64 = 10

  private let phase = Mutex(Phase.starting("opening the data folder"))
  private let metrics: NodeMetrics
  private let now: Mutex<@Sendable () -> UInt64>
  /// Set once, before the first request.
  private let server = Mutex<HTTPServer?>(nil)
  private let tellsEveryone: Bool

  /// - Parameter tellsEveryone: whether metrics are for other machines too.
  init(_ metrics: NodeMetrics, tellsEveryone: Bool) {
    self.metrics = metrics
    self.tellsEveryone = tellsEveryone
    now = Mutex({ SystemClock().now() })
  }

  func serves(_ server: HTTPServer) { self.server.withLock { $0 = server } }

  func indexes(_ index: TransactionIndex?) { metrics.indexes(index) }

  /// Forgets the server, which holds the gate in turn.
  func close() { server.withLock { $0 = nil } }

  func starts(_ status: String) { phase.withLock { $0 = .starting(status) } }

  /// The chain is there.
  func open(
    _ router: Router, now: @escaping @Sendable () -> UInt64,
    _ route: @escaping @Sendable (HTTPRequest) -> HTTPAnswer
  ) {
    self.now.withLock { $0 = now }
    phase.withLock { $0 = .open(router, route) }
  }

  func drain() {
    phase.withLock { phase in
      if case .open(let router, let route) = phase { phase = .draining(router, route) }
    }
  }

  /// Undoes `drain`.
  func resume() {
    phase.withLock { phase in
      if case .draining(let router, let route) = phase { phase = .open(router, route) }
    }
  }

  func answer(_ request: HTTPRequest) -> HTTPAnswer {
    let isReading = request.method == .get || request.method == .head
    if isReading {
      switch request.path {
      case "/healthz": return .now(HTTPResponse(Readiness.alive))
      case "/readyz": return .now(HTTPResponse(readiness()))
      case "/metrics": return .now(answerMetrics(request))
      default: break
      }
    }
    switch phase.withLock({ $0 }) {
    case .starting(let status):
      return .now(
        HTTPResponse(
          Readiness.refuse(
            method: request.method.rawValue, path: request.path, body: request.body,
            reason: status)))
    case .open(_, let route), .draining(_, let route): return route(request)
    }
  }

  private var router: Router? {
    switch phase.withLock({ $0 }) {
    case .starting: nil
    case .open(let router, _), .draining(let router, _): router
    }
  }

  /// Why no work should be sent here; nil where it may.
  var reason: String? {
    switch phase.withLock({ $0 }) {
    case .starting(let status): return status
    case .draining: return "draining: the node takes no transactions any more"
    case .open(let router, _):
      let chain = router.rpc.chain
      if let why = chain.readOnly { return "read-only: \(why)" }
      let clock = now.withLock({ $0 })()
      let head = chain.head.header.timestamp
      if head > clock, head - clock > Self.clockTolerance {
        return "clock-behind: this machine's clock is \(head - clock) s behind the newest block"
      }
      return nil
    }
  }

  private func readiness() -> RoutedResponse {
    Readiness.response(reason: reason, height: router?.rpc.chain.head.height)
  }

  private func answerMetrics(_ request: HTTPRequest) -> HTTPResponse {
    guard tellsEveryone || Self.isLocal(request) else {
      return .text(
        "metrics are for this machine alone: ask over loopback without a proxy, or start the node"
          + " with --public-metrics\n", status: 403)
    }
    let text = metrics.text(
      server.withLock { $0 }, router, reason: reason, now: now.withLock({ $0 })())
    return HTTPResponse(
      headers: [
        HTTPHeader("Content-Type", MetricsText.contentType),
        HTTPHeader("Cache-Control", "no-store"),
      ], body: text)
  }

  /// True for a program on this machine that speaks for itself: neither a proxy that passes on a
  /// stranger's request nor a page of the web in this machine's browser.
  static func isLocal(_ request: HTTPRequest) -> Bool {
    let address = request.remoteAddress
    let isLoopback =
      address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
    let strangers = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via", "Origin"]
    return isLoopback && strangers.allSatisfy { request.header($0) == nil }
  }
}

extension HTTPResponse {
  /// What a router says, on the wire.
  init(_ answer: RoutedResponse) {
    self.init(
      status: answer.status,
      headers: [HTTPHeader("Content-Type", answer.contentType)]
        + answer.headers.map { HTTPHeader($0.name, $0.value) }, body: answer.body)
  }
}
