internal import CMicroHTTPD
internal import Synchronization

/// One request and its answer. What libmicrohttpd hands over is touched only on the connection's
/// own thread; the gate and the answer are shared, under one lock.
final class Exchange: @unchecked Sendable {
  /// Whether the connection is set aside (libmicrohttpd "suspended").
  private enum Gate {
    case open
    /// Woken while it was not asleep: the next sleep is skipped.
    case signalled
    case asleep
    /// The request is over: the connection must not be touched any more.
    case closed
  }

  private struct Shared {
    var gate = Gate.open
    var answer: HTTPResponse?
    var isAnswered = false
    var isCancelled = false
  }

  enum Sleep { case asleep, signalled, stopping }

  /// How far the request has come, on the connection's thread.
  enum Phase { case headers, body, waiting, answered, upgraded }

  let connection: Connection
  let target: String
  private let daemonConnection: OpaquePointer
  private let sleepers: Sleepers
  private let shared = Mutex(Shared())

  // On the connection's thread only.
  var phase = Phase.headers
  var method: HTTPMethod?
  var fields = HTTPFields()
  var body: [UInt8] = []
  var refusal: HTTPResponse?
  /// The connection is closed after the answer.
  var closes = false
  /// Bytes of `body` counted against the budget of all connections.
  var charged = 0
  /// What the connection becomes once its 101 is written.
  var webSocket: WebSocketHandler?
  /// What a stream gave that did not fit into one piece.
  private var rest: ArraySlice<UInt8> = []

  init(
    connection: Connection, target: String, daemonConnection: OpaquePointer, sleepers: Sleepers
  ) {
    self.connection = connection
    self.target = target
    self.daemonConnection = daemonConnection
    self.sleepers = sleepers
  }

  /// Sets the connection aside. Only from a callback of libmicrohttpd.
  func sleep(until deadline: Int64) -> Sleep {
    shared.withLock { shared in
      if shared.gate == .signalled {
        shared.gate = .open
        return .signalled
      }
      guard sleepers.insert(self, until: deadline) else { return .stopping }
      MHD_suspend_connection(daemonConnection)
      shared.gate = .asleep
      return .asleep
    }
  }

  /// Has the connection go on; from any thread.
  func wake() { shared.withLock { wake(&$0) } }

  /// Resuming happens under the lock, so that the end of the sleep and the end of the exchange
  /// cannot pass each other.
  private func wake(_ shared: inout Shared) {
    switch shared.gate {
    case .asleep:
      shared.gate = .open
      MHD_resume_connection(daemonConnection)
      sleepers.remove(self)
    case .open: shared.gate = .signalled
    case .signalled, .closed: break
    }
  }

  /// The first answer counts; false for any other.
  @discardableResult func answer(_ response: HTTPResponse) -> Bool {
    shared.withLock { shared in
      guard !shared.isAnswered else { return false }
      shared.isAnswered = true
      shared.answer = response
      wake(&shared)
      return true
    }
  }

  /// Gives up waiting: an open question is answered with `response`, a stream ends.
  func cancel(_ response: HTTPResponse) {
    if !answer(response) {
      shared.withLock { shared in
        shared.isCancelled = true
        wake(&shared)
      }
    }
  }

  /// The answer that arrived while the connection slept.
  func takeAnswer() -> HTTPResponse? {
    shared.withLock { shared in
      defer { shared.answer = nil }
      return shared.answer
    }
  }

  /// The answer is known without sleeping.
  func markAnswered() { shared.withLock { $0.isAnswered = true } }

  /// The request is over; nobody may wake the connection any more.
  func close() {
    shared.withLock { shared in
      shared.gate = .closed
      shared.isAnswered = true
      shared.answer = nil
    }
  }

  var isClosed: Bool { shared.withLock { $0.gate == .closed } }

  /// Fills `buffer` from the stream: the number of bytes, 0 asleep, nil at the end.
  func read(_ stream: HTTPStream, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    while rest.isEmpty {
      // What was signalled before this look is seen by it.
      let isCancelled = shared.withLock { shared in
        if shared.gate == .signalled { shared.gate = .open }
        return shared.isCancelled
      }
      if isCancelled { return nil }
      switch stream.pull(HTTPWaker(exchange: self)) {
      case .bytes(let bytes) where !bytes.isEmpty: rest = bytes[...]
      case .end: return nil
      case .bytes, .wait:
        switch sleep(until: Connection.never) {
        case .asleep: return 0
        case .signalled: continue
        case .stopping: return nil
        }
      }
    }
    let count = min(rest.count, buffer.count)
    buffer.copyBytes(from: rest.prefix(count))
    rest = rest.dropFirst(count)
    return count
  }
}

/// The exchanges whose connection is set aside. libmicrohttpd aborts the process when it is stopped
/// while one sleeps, so none can fall asleep after `wakeAll` has begun.
final class Sleepers: Sendable {
  private struct State {
    var asleep: [ObjectIdentifier: (exchange: Exchange, deadline: Int64)] = [:]
    var isStopping = false
  }

  private let state = Mutex(State())

  var isEmpty: Bool { state.withLock { $0.asleep.isEmpty } }

  /// False once the server stops.
  func insert(_ exchange: Exchange, until deadline: Int64) -> Bool {
    state.withLock { state in
      if state.isStopping { return false }
      state.asleep[ObjectIdentifier(exchange)] = (exchange, deadline)
      return true
    }
  }

  func remove(_ exchange: Exchange) {
    state.withLock { _ = $0.asleep.removeValue(forKey: ObjectIdentifier(exchange)) }
  }

  /// Answers what has waited too long. Streams have no deadline.
  func answerOverdue(at time: Int64, with response: HTTPResponse) {
    let overdue = state.withLock { state in
      state.asleep.values.filter { $0.deadline <= time }.map(\.exchange)
    }
    for exchange in overdue { exchange.answer(response) }
  }

  /// Ends the streams (they have no deadline) that sleep now, as they would never end by
  /// themselves.
  func endStreams(with response: HTTPResponse) {
    cancel(with: response) { $0 == Connection.never }
  }

  /// From now on nobody falls asleep, and whoever sleeps is woken with `response`.
  func wakeAll(with response: HTTPResponse) {
    state.withLock { $0.isStopping = true }
    cancel(with: response) { _ in true }
  }

  private func cancel(with response: HTTPResponse, where matches: (Int64) -> Bool) {
    let chosen = state.withLock { state in
      state.asleep.values.filter { matches($0.deadline) }.map(\.exchange)
    }
    for exchange in chosen { exchange.cancel(response) }
  }
}
