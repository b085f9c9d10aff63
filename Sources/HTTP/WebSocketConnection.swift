internal import CMicroHTTPD
internal import CWslay
internal import Glibc

/// What a server's WebSockets are held to.
struct WebSocketLimits: Sendable {
  var messageBytes: Int
  /// Frames of one message: each costs memory besides its bytes.
  var fragments = 1024
  /// Bytes and messages on their way to a client, above which nothing more is taken from it.
  var outgoingBytes = 64 << 10
  var outgoingMessages = 256
  /// Bytes read, and messages handled, before other connections have their turn.
  var readBytes = 16 << 10
  var handledMessages = 32
  /// Milliseconds of silence after which a ping is sent; twice that again and the client is gone.
  var ping: Int64
  /// Milliseconds in which a client has to take something of what waits for it.
  var stall: Int64 = 30_000
  /// True where libmicrohttpd stands between, for TLS. A side that was closed alone would keep it
  /// from noticing that the other is closed too (0.9.75).
  var isRelayed = false
  /// Milliseconds that a closing handshake may take.
  var farewell: Int64 = 2_000
}

/// A socket that libmicrohttpd has handed over.
struct UpgradedSocket: @unchecked Sendable {
  // Unchecked: the handle is only passed back to libmicrohttpd, once.
  let socket: Int32
  /// Nil where the library never had the socket.
  let handle: OpaquePointer?
  /// What the client had sent before the handshake was answered.
  let early: [UInt8]
  let handler: WebSocketHandler

  /// Gives the connection back to the library, which closes it.
  func release() {
    if let handle { httpd_close_upgraded(handle) } else { close(socket) }
  }
}

/// One WebSocket, on its loop's thread only: wslay's framing over a socket that never blocks.
final class WebSocketConnection {
  private enum Phase {
    case open
    /// A close frame is on its way, or the answer to it.
    case closing
    /// All is said; what the client still sends is dropped, so that it gets to read our last frame.
    case lingering
    case finished
  }

  let socket: Int32
  private let upgraded: UpgradedSocket
  private let limits: WebSocketLimits
  private let budget: ByteBudget
  private let waker: WebSocketWaker
  private var context: wslay_event_context_ptr?
  private var phase = Phase.open
  private var early: ArraySlice<UInt8>
  private var inbox: [WebSocketMessage] = []
  private var charged = 0
  private var fragments = 0
  /// The handler was not asked to the end, since enough was on its way.
  private var hasMore = false
  private var readable = 0
  /// Why the connection must end, found in a callback of wslay.
  private var fault: (code: UInt16, reason: String)?
  /// The client's side has ended.
  private var isBroken = false
  private var lastHeard: Int64
  private var lastGiven: Int64
  private var isPinged = false
  private var deadline = Int64.max
  /// What the loop's epoll was told last.
  var interest: (reads: Bool, writes: Bool)?

  init?(
    _ upgraded: UpgradedSocket, _ limits: WebSocketLimits, _ budget: ByteBudget,
    _ waker: WebSocketWaker, now: Int64
  ) {
    self.upgraded = upgraded
    self.limits = limits
    self.budget = budget
    self.waker = waker
    socket = upgraded.socket
    early = upgraded.early[...]
    lastHeard = now
    lastGiven = now
    var callbacks = wslay_event_callbacks(
      recv_callback: takeBytes, send_callback: giveBytes, genmask_callback: nil,
      on_frame_recv_start_callback: frameBegins, on_frame_recv_chunk_callback: nil,
      on_frame_recv_end_callback: nil, on_msg_recv_callback: messageArrived)
    guard
      wslay_event_context_server_init(
        &context, &callbacks, Unmanaged.passUnretained(self).toOpaque()) == 0
    else { return nil }
    wslay_event_config_set_max_recv_msg_length(context, UInt64(limits.messageBytes))
    var on: Int32 = 1
    setsockopt(
      socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit {
    if let context { wslay_event_context_free(context) }
  }

  var isFinished: Bool { phase == .finished }

  /// True where there is work that no event of the socket will announce.
  var isHungry: Bool {
    phase == .open && !isBackedUp && (!inbox.isEmpty || !early.isEmpty || hasMore)
  }

  var wantsRead: Bool {
    switch phase {
    case .lingering: true
    case .open, .closing:
      inbox.isEmpty && !isBackedUp && wslay_event_want_read(context) != 0
    case .finished: false
    }
  }

  var wantsWrite: Bool { phase != .lingering && wslay_event_want_write(context) != 0 }

  private var isBackedUp: Bool {
    wslay_event_get_queued_msg_length(context) >= limits.outgoingBytes
      || wslay_event_get_queued_msg_count(context) >= limits.outgoingMessages
  }

  /// Reads, handles and writes as much as one turn may.
  func turn(now: Int64) {
    if phase == .lingering { return drop() }
    readable = limits.readBytes
    var handled = 0
    var hasRead = false
    while phase == .open || phase == .closing {
      fill()
      send(now: now)
      guard phase == .open || phase == .closing, !isBackedUp else { break }
      if phase == .open, !inbox.isEmpty {
        guard handled < limits.handledMessages else { break }
        handled += 1
        handle()
      } else if !hasRead, wslay_event_want_read(context) != 0 {
        hasRead = early.isEmpty
        receive(now: now)
      } else {
        break
      }
    }
    settle(now: now)
  }

  /// Gives the handler the oldest message.
  private func handle() {
    let message = inbox.removeFirst()
    upgraded.handler.receive(message)
    budget.give(message.count)
    charged -= message.count
  }

  /// Moves what the handler has to say into the frames that are on their way.
  private func fill() {
    hasMore = false
    while phase == .open {
      if isBackedUp {
        hasMore = true
        return
      }
      switch upgraded.handler.pull(waker) {
      case .wait: return
      case .text(let bytes): queue(bytes, WSLAY_TEXT_FRAME)
      case .close(let code, let reason): close(code, reason)
      }
    }
  }

  private func queue(_ bytes: [UInt8], _ opcode: wslay_opcode) {
    let code = bytes.withUnsafeBufferPointer { bytes in
      var message = wslay_event_msg(
        opcode: UInt8(opcode.rawValue), msg: bytes.baseAddress, msg_length: bytes.count)
      return wslay_event_queue_msg(context, &message)
    }
    if code != 0 { finish() }
  }

  /// Begins the closing handshake.
  func close(_ code: UInt16, _ reason: String) {
    guard phase == .open else { return }
    let text = Array(reason.utf8.prefix(123))
    phase = wslay_event_queue_close(context, code, text, text.count) == 0 ? .closing : .finished
    if phase == .finished { release() }
  }

  private func receive(now: Int64) {
    let code = wslay_event_recv(context)
    if readable < limits.readBytes { (lastHeard, isPinged) = (now, false) }
    if let fault {
      wslay_event_shutdown_read(context)
      while !inbox.isEmpty { handle() }
      close(fault.code, fault.reason)
      self.fault = nil
    } else if isBroken || code == WSLAY_ERR_NOMEM.rawValue {
      finish()
    } else if code != 0 || wslay_event_get_close_received(context) != 0
      || wslay_event_want_read(context) == 0
    {
      // wslay has queued its answer to the client's goodbye, or a close frame that says what was
      // wrong; where it cannot make out the frame itself, one without a code.
      guard phase == .open else { return }
      phase = .closing
      // What came whole before that counts, in whatever pieces; it is not answered any more.
      while !inbox.isEmpty { handle() }
    }
  }

  private func send(now: Int64) {
    guard wslay_event_want_write(context) != 0 else {
      lastGiven = now
      return
    }
    let before = wslay_event_get_queued_msg_length(context)
    if wslay_event_send(context) != 0 { return finish() }
    if hasGiven || wslay_event_get_queued_msg_length(context) < before { lastGiven = now }
    hasGiven = false
  }

  /// Set by `giveBytes` where the client has taken something.
  private var hasGiven = false

  /// Goes on with the end of the connection where it has come.
  private func settle(now: Int64) {
    guard phase == .closing else { return }
    if deadline == Int64.max { deadline = now + limits.farewell }
    let isSaid = wslay_event_get_close_sent(context) != 0
    let isHeard = wslay_event_get_close_received(context) != 0
    guard isSaid, isHeard || wslay_event_get_read_enabled(context) == 0 else { return }
    if limits.isRelayed { return finish() }
    phase = .lingering
    deadline = now + limits.farewell
    shutdown(socket, Int32(SHUT_WR))
    drop()
  }

  /// Drops what the client sends behind our last frame.
  private func drop() {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = socket_take(socket, &buffer, buffer.count)
    if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { finish() }
  }

  /// What time alone brings: pings, and the end of a client that is silent, stuck or slow to leave.
  func tick(now: Int64) {
    switch phase {
    case .finished: return
    case .closing, .lingering:
      if now >= deadline { finish() }
    case .open:
      if wslay_event_want_write(context) == 0 { lastGiven = now }
      if now - lastHeard >= 3 * limits.ping {
        finish()
      } else if now - lastGiven >= limits.stall {
        close(WebSocketCode.tryAgainLater, "too slow: what was sent is not read")
        turn(now: now)
      } else if now - lastHeard >= limits.ping, !isPinged {
        isPinged = true
        queue([], WSLAY_PING)
        turn(now: now)
      }
    }
  }

  private func finish() {
    guard phase != .finished else { return }
    phase = .finished
    release()
  }

  private func release() {
    budget.give(charged)
    charged = 0
    inbox = []
    upgraded.handler.closed()
  }

  /// After the loop has taken the socket out of its set.
  func giveBack() { upgraded.release() }

  // What wslay calls

  fileprivate func take(_ buffer: UnsafeMutablePointer<UInt8>, _ size: Int) -> Int {
    guard fault == nil, readable > 0, inbox.isEmpty else { return fail(WSLAY_ERR_WOULDBLOCK) }
    if !early.isEmpty {
      let count = min(size, early.count)
      buffer.update(from: Array(early.prefix(count)), count: count)
      early = early.dropFirst(count)
      readable -= count
      return count
    }
    let count = socket_take(socket, buffer, size)
    if count > 0 {
      readable -= count
      return count
    }
    if count < 0, errno == EAGAIN || errno == EINTR { return fail(WSLAY_ERR_WOULDBLOCK) }
    isBroken = true
    return fail(WSLAY_ERR_CALLBACK_FAILURE)
  }

  fileprivate func give(_ bytes: UnsafePointer<UInt8>, _ size: Int) -> Int {
    let count = socket_give(socket, bytes, size)
    if count > 0 {
      hasGiven = true
      return count
    }
    let isFull = count < 0 && (errno == EAGAIN || errno == EINTR)
    return fail(isFull ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE)
  }

  private func fail(_ error: wslay_error) -> Int {
    wslay_event_set_error(context, Int32(error.rawValue))
    return -1
  }

  fileprivate func begins(_ frame: wslay_event_on_frame_recv_start_arg) {
    guard frame.opcode & 8 == 0 else { return }
    fragments = frame.opcode == UInt8(WSLAY_CONTINUATION_FRAME.rawValue) ? fragments + 1 : 1
    // wslay itself refuses a message that is too long.
    let size = Int(min(frame.payload_length, UInt64(limits.messageBytes)))
    charged += size
    if !budget.take(size) {
      fault = (WebSocketCode.tryAgainLater, "too many messages at once")
    } else if fragments > limits.fragments {
      fault = (WebSocketCode.policy, "over \(limits.fragments) fragments in a message")
    }
  }

  fileprivate func arrived(_ message: wslay_event_on_msg_recv_arg) {
    guard message.opcode & 8 == 0, phase == .open else { return }
    let bytes = Array(UnsafeBufferPointer(start: message.msg, count: message.msg_length))
    let isText = message.opcode == UInt8(WSLAY_TEXT_FRAME.rawValue)
    inbox.append(isText ? .text(bytes) : .binary(bytes))
  }
}

private func connection(_ user: UnsafeMutableRawPointer?) -> WebSocketConnection? {
  user.map { Unmanaged<WebSocketConnection>.fromOpaque($0).takeUnretainedValue() }
}

private func takeBytes(
  _ context: wslay_event_context_ptr?, _ buffer: UnsafeMutablePointer<UInt8>?, _ size: Int,
  _ flags: Int32, _ user: UnsafeMutableRawPointer?
) -> Int {
  guard let buffer, let connection = connection(user) else { return -1 }
  return connection.take(buffer, size)
}

private func giveBytes(
  _ context: wslay_event_context_ptr?, _ bytes: UnsafePointer<UInt8>?, _ size: Int,
  _ flags: Int32, _ user: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let connection = connection(user) else { return -1 }
  return connection.give(bytes, size)
}

private func frameBegins(
  _ context: wslay_event_context_ptr?, _ frame: UnsafePointer<wslay_event_on_frame_recv_start_arg>?,
  _ user: UnsafeMutableRawPointer?
) {
  if let frame { connection(user)?.begins(frame.pointee) }
}

private func messageArrived(
  _ context: wslay_event_context_ptr?, _ message: UnsafePointer<wslay_event_on_msg_recv_arg>?,
  _ user: UnsafeMutableRawPointer?
) {
  if let message { connection(user)?.arrived(message.pointee) }
}
