package import HTTP
package import Interface

/// What a node whose chain is there does with a request: sockets and streams for those who follow
/// it, and everything else by the router.
package struct PublicDoor: Sendable {
  private let router: Router
  private let broadcast: Broadcast
  private let limits: ClientLimits

  init(_ router: Router, _ broadcast: Broadcast, _ limits: ClientLimits) {
    self.router = router
    self.broadcast = broadcast
    self.limits = limits
  }

  /// The door of a router alone, with the usual rates and nobody who tells news.
  package init(_ router: Router) {
    self.init(router, Broadcast(router.rpc), ClientLimits(ClientRates(), isBehindProxy: false))
  }

  /// Answers a request.
  package func answer(_ request: HTTPRequest) -> HTTPAnswer {
    if let answer = broadcast.answer(request, limits) { return answer }
    let answer = router.respond(
      to: RoutedRequest(
        method: request.method.rawValue, path: request.path, query: request.query,
        body: request.body, allowance: limits.allowance(request),
        header: { request.header($0) }))
    return .now(HTTPResponse(answer))
  }

  /// A conversation over a WebSocket with a program of this machine.
  package func conversation() -> WebSocketHandler {
    broadcast.handler(limits.allowance(of: .local))
  }
}
