internal import Primitives

extension Method {
  /// Subscriptions, for clients on a socket.
  static let subscriptions: [Method] = [
    Method("eth_subscribe", [.required("kind"), .optional("options")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let session = try rpc.requireSession()
      let name = try arguments.required(0, Shape.text)
      let options = try arguments.optional(1) { (value) throws(ShapeFailure) in value }
      let kind: SubscriptionKind
      do throws(ShapeFailure) {
        kind = try SubscriptionKind(name, options)
      } catch {
        throw RPCFailure(
          RPCFailure.invalidParameters, "invalid subscription: \(error.text)")
      }
      guard let number = session.subscribe(kind) else {
        throw RPCFailure(
          RPCFailure.limitExceeded,
          "too many subscriptions: a connection has at most \(RPCLimits.subscriptions)")
      }
      writer.quantity(number)
    },
    Method("eth_unsubscribe", [.required("subscription")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let session = try rpc.requireSession()
      let number = try arguments.required(0, Shape.quantity).narrow
      writer.bool(number.map { session.unsubscribe($0) } ?? false)
    },
  ]
}

extension JSONRPC {
  fileprivate func requireSession() throws(RPCFailure) -> RPCSession {
    guard let session else {
      throw RPCFailure(
        RPCFailure.methodNotFound,
        "notifications not supported: connect by WebSocket to the same address")
    }
    return session
  }
}
