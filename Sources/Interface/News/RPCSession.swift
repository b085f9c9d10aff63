internal import Engine
internal import Primitives
internal import Synchronization

/// One client's conversation in JSON-RPC over a socket: all methods, and subscriptions.
public final class RPCSession: Sendable {
  /// What is to be sent next.
  public enum Piece: Sendable, Equatable {
    case message([UInt8])
    case nothing
    /// Too slow to be told everything (WebSocket's code 1013).
    case overrun(String)
  }

  private struct State {
    var replies: [[UInt8]] = []
    var subscriptions: [Subscription] = []
    /// Where the search for news goes on, so that all subscriptions have their turn.
    var turn = 0
    var listener: UInt64?
    var isOver = false
  }

  private let broadcast: Broadcast
  private let state = Mutex(State())

  init(_ broadcast: Broadcast) { self.broadcast = broadcast }

  deinit { end() }

  /// Runs the requests of a message; the answers are the next pieces.
  /// - Parameter allowance: what the client may still ask for; nil where it is not limited.
  public func receive(_ message: [UInt8], _ allowance: ClientAllowance? = nil) {
    var rpc = broadcast.rpc
    rpc.session = self
    if let answer = rpc.reply(to: message, allowance).bytes {
      state.withLock { $0.replies.append(answer) }
    }
  }

  /// What is to be sent next: answers first, in order, then news.
  /// - Parameter wake: has `next` called again; remembered from the first subscription on.
  public func next(_ wake: @escaping @Sendable () -> Void) -> Piece {
    state.withLock { state in
      guard !state.isOver else { return .nothing }
      if !state.replies.isEmpty { return .message(state.replies.removeFirst()) }
      guard !state.subscriptions.isEmpty else { return .nothing }
      // Before the look, so that nothing falls between.
      if state.listener == nil { state.listener = broadcast.add(wake) }
      for _ in state.subscriptions.indices {
        let place = state.turn % state.subscriptions.count
        switch state.subscriptions[place].next(broadcast.rpc) {
        case .nothing: state.turn = place + 1
        case .news(let result):
          return .message(Self.notification(state.subscriptions[place].number, result))
        case .lost:
          return .overrun(
            "too slow: over \(broadcast.rpc.budget.subscriptionLag) blocks behind; connect again")
        }
      }
      return .nothing
    }
  }

  /// Forgets the subscriptions; the client is gone.
  public func end() {
    let (listener, heeding) = state.withLock { state in
      defer {
        state = State()
        state.isOver = true
      }
      return (state.listener, state.subscriptions.count { $0.kind.heedsArrivals })
    }
    if let listener { broadcast.remove(listener) }
    if heeding > 0 { broadcast.heedArrivals(-heeding) }
  }

  /// Nil where the client has as many subscriptions as it may.
  func subscribe(_ kind: SubscriptionKind) -> UInt128? {
    let number = UInt128.random(in: 1...UInt128.max)
    let isTaken = state.withLock { state in
      guard !state.isOver, state.subscriptions.count < RPCLimits.subscriptions else {
        return false
      }
      state.subscriptions.append(Subscription(number, kind, broadcast.rpc))
      return true
    }
    guard isTaken else { return nil }
    if kind.heedsArrivals { broadcast.heedArrivals(1) }
    return number
  }

  /// False where there is no such subscription.
  func unsubscribe(_ number: UInt128) -> Bool {
    let removed = state.withLock { state -> Subscription? in
      guard let place = state.subscriptions.firstIndex(where: { $0.number == number }) else {
        return nil
      }
      return state.subscriptions.remove(at: place)
    }
    if removed?.kind.heedsArrivals == true { broadcast.heedArrivals(-1) }
    return removed != nil
  }

  private static func notification(_ number: UInt128, _ result: [UInt8]) -> [UInt8] {
    var writer = JSONWriter(capacity: result.count + 160)
    writer.beginObject()
    writer.member("jsonrpc", text: "2.0")
    writer.member("method", text: "eth_subscription")
    writer.name("params")
    writer.beginObject()
    writer.member("subscription", quantity: number)
    writer.name("result")
    writer.raw(result)
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }
}
