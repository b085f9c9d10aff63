internal import Glibc
internal import Synchronization

/// One WebSocket over any socket, without a server, a thread or a clock: whoever holds it gives it
/// its turns and its time. So frames can be tried by the thousand, each time in the same way.
package final class DetachedWebSocket {
  private let connection: WebSocketConnection
  private let budget: ByteBudget
  private let heard: Heard
  private var now: Int64 = 0

  /// What arrived, and whether the handler was told of the end.
  private final class Heard: Sendable {
    let messages = Mutex<[WebSocketMessage]>([])
    let ends = Atomic(0)
  }

  /// - Parameters:
  ///   - socket: does not block; closed in the end.
  ///   - messageBytes: the longest message that is taken.
  package init?(socket: Int32, handler: WebSocketHandler, messageBytes: Int) {
    let heard = Heard()
    let listening = WebSocketHandler(
      receive: { message in
        heard.messages.withLock { $0.append(message) }
        handler.receive(message)
      }, pull: handler.pull,
      closed: {
        heard.ends.add(1, ordering: .relaxed)
        handler.closed()
      })
    let limits = WebSocketLimits(messageBytes: messageBytes, ping: 30_000)
    budget = ByteBudget(limits.readBytes + 2 * messageBytes)
    self.heard = heard
    let upgraded = UpgradedSocket(socket: socket, handle: nil, early: [], handler: listening)
    guard
      let connection = WebSocketConnection(upgraded, limits, budget, WebSocketWaker {}, now: now)
    else { return nil }
    self.connection = connection
  }

  deinit { connection.giveBack() }

  /// What the handler was given so far.
  package var messages: [WebSocketMessage] { heard.messages.withLock { $0 } }

  /// How often the handler was told that the connection is over.
  package var endings: Int { heard.ends.load(ordering: .relaxed) }

  /// True where nothing is read or written any more.
  package var isFinished: Bool { connection.isFinished }

  /// True where something is on its way that the other side has no room for yet.
  package var wantsWrite: Bool { connection.wantsWrite }

  /// Bytes of messages that are still held.
  package var heldBytes: Int { budget.held }

  /// Turns, as a loop gives them, until nothing can be done without the other side or time.
  package func run() {
    while !connection.isFinished {
      connection.turn(now: now)
      guard connection.isHungry || isReady else { return }
    }
  }

  /// So many milliseconds in which nothing comes.
  package func pass(milliseconds: Int64) {
    now += milliseconds
    connection.tick(now: now)
    run()
  }

  /// Whether the system would report what the connection waits for.
  private var isReady: Bool {
    let wanted =
      (connection.wantsRead ? POLLIN : 0) | (connection.wantsWrite ? POLLOUT : 0)
    guard wanted != 0, !connection.isFinished else { return false }
    var event = pollfd(fd: connection.socket, events: Int16(wanted), revents: 0)
    return poll(&event, 1, 0) > 0
  }
}
