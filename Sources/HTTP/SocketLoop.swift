internal import CWslay
internal import Glibc
internal import Synchronization

/// The threads that serve all sockets which are no longer HTTP.
final class SocketLoops: Sendable {
  private let limits: WebSocketLimits
  private let budget: ByteBudget
  private let loops: [SocketLoop]
  private let turn = Atomic(0)

  /// Threads start with the first socket.
  init(_ limits: WebSocketLimits, _ budget: ByteBudget, threads: Int) {
    self.limits = limits
    self.budget = budget
    loops = (0..<threads).map { _ in SocketLoop(limits, budget) }
  }

  var count: Int { loops.reduce(0) { $0 + $1.count } }

  /// Takes a socket over, or gives it back at once where the loops have stopped.
  func add(_ upgraded: UpgradedSocket) {
    let place = turn.add(1, ordering: .relaxed).oldValue
    if !loops[place % loops.count].add(upgraded) {
      upgraded.handler.closed()
      upgraded.release()
    }
  }

  /// Says 1001 to every client, waits until all have left or the time for that is over, and joins
  /// the threads.
  func stop() {
    for loop in loops { loop.stop() }
    for loop in loops { loop.join() }
  }
}

/// One thread with its sockets.
private final class SocketLoop: @unchecked Sendable {
  // Unchecked: what is not under the lock is touched by the loop's own thread only.
  private struct Desk {
    var arrivals: [UpgradedSocket] = []
    var woken: [UInt64] = []
    var thread: pthread_t?
    var isStopping = false
    var isOver = false
    var count = 0
  }

  private let desk = Mutex(Desk())
  private let limits: WebSocketLimits
  private let budget: ByteBudget
  private let set: Int32
  private let bell: Int32
  private var connections: [UInt64: WebSocketConnection] = [:]
  private var lastToken: UInt64 = 0
  private var lastTick: Int64 = 0
  private var isLeaving = false

  init(_ limits: WebSocketLimits, _ budget: ByteBudget) {
    self.limits = limits
    self.budget = budget
    set = sockets_open()
    bell = sockets_bell()
  }

  deinit {
    if set >= 0 { close(set) }
    if bell >= 0 { close(bell) }
  }

  var count: Int { desk.withLock { $0.count } }

  func add(_ upgraded: UpgradedSocket) -> Bool {
    let isTaken = desk.withLock { desk in
      guard !desk.isStopping, start(&desk) else { return false }
      desk.arrivals.append(upgraded)
      desk.count += 1
      return true
    }
    if isTaken { ring() }
    return isTaken
  }

  private func start(_ desk: inout Desk) -> Bool {
    if desk.thread != nil { return true }
    guard set >= 0, bell >= 0, sockets_set(set, 1, bell, 1, 0, 0) == 0 else { return false }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<SocketLoop>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    if code != 0 {
      context.release()
      return false
    }
    desk.thread = thread
    return true
  }

  func stop() {
    desk.withLock { $0.isStopping = true }
    ring()
  }

  func join() {
    let thread = desk.withLock { desk in
      defer { desk.thread = nil }
      return desk.thread
    }
    if let thread { pthread_join(thread, nil) }
  }

  private func wake(_ token: UInt64) {
    let isFirst = desk.withLock { desk in
      if desk.isOver { return false }
      desk.woken.append(token)
      return desk.woken.count == 1
    }
    if isFirst { ring() }
  }

  private func ring() {
    var one: UInt64 = 1
    _ = write(bell, &one, 8)
  }

  // The thread

  private func run() {
    var tokens = [UInt64](repeating: 0, count: 64)
    var hungry: [UInt64] = []
    while true {
      let patience: Int32 = hungry.isEmpty ? (connections.isEmpty ? -1 : 250) : 0
      let count = Int(sockets_wait(set, &tokens, Int32(tokens.count), patience))
      let now = monotonicMilliseconds()
      var due = hungry
      for token in tokens.prefix(max(0, count)) {
        if token == 0 { due += heed(now: now) } else { due.append(token) }
      }
      hungry = []
      for token in due {
        guard let connection = connections[token] else { continue }
        connection.turn(now: now)
        keep(connection, token)
        if connection.isHungry { hungry.append(token) }
      }
      if now - lastTick >= 250 { tick(now: now) }
      if isLeaving, connections.isEmpty { break }
    }
    desk.withLock { $0.isOver = true }
  }

  /// New sockets, those that were woken, and the order to stop.
  private func heed(now: Int64) -> [UInt64] {
    var value: UInt64 = 0
    _ = read(bell, &value, 8)
    let (arrivals, woken, isStopping) = desk.withLock { desk in
      defer { (desk.arrivals, desk.woken) = ([], []) }
      return (desk.arrivals, desk.woken, desk.isStopping)
    }
    var due = woken
    for upgraded in arrivals {
      if let token = open(upgraded, now: now) { due.append(token) }
    }
    if isStopping, !isLeaving {
      isLeaving = true
      for (token, connection) in connections {
        connection.close(WebSocketCode.goingAway, "the server is stopping")
        due.append(token)
      }
    }
    return due
  }

  private func open(_ upgraded: UpgradedSocket, now: Int64) -> UInt64? {
    lastToken += 1
    let token = lastToken
    let waker = WebSocketWaker { [weak self] in self?.wake(token) }
    guard let connection = WebSocketConnection(upgraded, limits, budget, waker, now: now),
      sockets_set(set, 1, upgraded.socket, 1, 0, token) == 0
    else {
      upgraded.handler.closed()
      upgraded.release()
      desk.withLock { $0.count -= 1 }
      return nil
    }
    connection.interest = (true, false)
    connections[token] = connection
    return token
  }

  /// Tells the system what to report of a connection, or lets it go.
  private func keep(_ connection: WebSocketConnection, _ token: UInt64) {
    guard !connection.isFinished else {
      connections[token] = nil
      _ = sockets_remove(set, connection.socket)
      connection.giveBack()
      desk.withLock { $0.count -= 1 }
      return
    }
    let wanted = (reads: connection.wantsRead, writes: connection.wantsWrite)
    if let known = connection.interest, known == wanted { return }
    connection.interest = wanted
    _ = sockets_set(
      set, 0, connection.socket, wanted.reads ? 1 : 0, wanted.writes ? 1 : 0, token)
  }

  private func tick(now: Int64) {
    lastTick = now
    for (token, connection) in connections {
      connection.tick(now: now)
      keep(connection, token)
    }
  }
}
