internal import CMicroHTTPD
internal import Glibc
internal import Synchronization

// The kinds of socket used here; the last two are not inherited by other programs. Swift gives the
// constants to whichever C module includes their header first, so only a file that imports both
// sees them.
let plainStream = Int32(SOCK_STREAM.rawValue)
let streamSocket = plainStream | Int32(SOCK_CLOEXEC.rawValue)
let nonBlockingStreamSocket = streamSocket | Int32(SOCK_NONBLOCK.rawValue)

/// Milliseconds of a clock that never goes back; coarse (4 ms), because each request reads it.
func monotonicMilliseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now)
  return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}

extension Duration {
  /// Whole milliseconds, at least 1 for anything above zero.
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
  }
}

/// One client's connection. libmicrohttpd's own timeout counts silence, so a client that sends a
/// byte now and then would live for ever: the deadline here is absolute.
final class Connection: Sendable {
  static let never = Int64.max

  let socket: Int32
  let remoteAddress: String
  let client: ClientAddress
  /// Above the cap: told 503, then closed.
  let isRefused: Bool
  /// Another user's process on a socket of the file system: told 403, then closed.
  let isStranger: Bool
  private let deadline: Atomic<Int64>

  init(
    socket: Int32, remoteAddress: String, client: ClientAddress, isRefused: Bool,
    isStranger: Bool, deadline: Int64
  ) {
    self.socket = socket
    self.remoteAddress = remoteAddress
    self.client = client
    self.isRefused = isRefused
    self.isStranger = isStranger
    self.deadline = Atomic(deadline)
    seenHalfClosed = Atomic(Self.never)
  }

  /// Closed by the watch at this time of `monotonicMilliseconds`.
  func setDeadline(_ time: Int64) { deadline.store(time, ordering: .relaxed) }

  /// Never later than it was.
  func bringForward(to time: Int64) {
    if time < deadline.load(ordering: .relaxed) { setDeadline(time) }
  }

  /// The deadline at the last look that found the client's side closed; the watch's own.
  private let seenHalfClosed: Atomic<Int64>

  /// True where the client has closed its side, no answer is being made, and nothing moved since
  /// the last call.
  func isStuckHalfClosed() -> Bool {
    let now = deadline.load(ordering: .relaxed)
    return now != Self.never && seenHalfClosed.exchange(now, ordering: .relaxed) == now
  }

  func isOverdue(at time: Int64) -> Bool { deadline.load(ordering: .relaxed) <= time }
}

/// All open connections. A socket is removed, under the lock, before libmicrohttpd closes it, so
/// `closeOverdue` can never hit a number that the system has given to another file.
final class Connections: Sendable {
  private let open = Mutex<[ObjectIdentifier: Connection]>([:])
  private let perClient = Mutex<[ClientAddress: Int]>([:])

  var count: Int { open.withLock { $0.count } }

  /// Connections of one client.
  func count(of client: ClientAddress) -> Int { perClient.withLock { $0[client] ?? 0 } }

  func clients(largest count: Int) -> (all: Int, largest: [(ClientAddress, Int)]) {
    let all = perClient.withLock { $0.map { ($0.key, $0.value) } }
    // Equal ones by their text, so that two looks show one order.
    let sorted = all.sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0.text < $1.0.text }
    return (all.count, Array(sorted.prefix(count)))
  }

  func insert(_ make: (_ others: Int) -> Connection) -> Connection {
    let connection = open.withLock { open in
      let connection = make(open.count)
      open[ObjectIdentifier(connection)] = connection
      return connection
    }
    perClient.withLock { $0[connection.client, default: 0] += 1 }
    return connection
  }

  func remove(_ connection: Connection) {
    open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
    perClient.withLock { perClient in
      let left = (perClient[connection.client] ?? 1) - 1
      perClient[connection.client] = left > 0 ? left : nil
    }
  }

  func closeOverdue(at time: Int64) {
    open.withLock { open in
      for connection in open.values where connection.isOverdue(at: time) {
        connection.setDeadline(Connection.never)
        // The thread that owns the connection sees its end and cleans up.
        shutdown(connection.socket, Int32(SHUT_RDWR))
      }
    }
  }

  /// Closes connections whose client has closed its side. The library reads on the edge of epoll
  /// and misses an end that arrives together with data (0.9.75): such a connection would stay,
  /// and count, until its timeout.
  func closeHalfClosed() {
    open.withLock { open in
      let known = Array(open.values)
      // POLLRDHUP, which glibc hides behind a feature macro.
      let readEnd: Int16 = 0x2000
      var events = known.map { pollfd(fd: $0.socket, events: readEnd, revents: 0) }
      guard poll(&events, nfds_t(events.count), 0) > 0 else { return }
      for (connection, event) in zip(known, events)
      where event.revents & readEnd != 0 && connection.isStuckHalfClosed() {
        shutdown(connection.socket, Int32(SHUT_RDWR))
      }
    }
  }
}

/// The numeric address of a client, without port.
func addressText(_ address: UnsafePointer<sockaddr>?) -> String {
  guard let address else { return "" }
  let raw = UnsafeRawPointer(address)
  return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
    let family = Int32(address.pointee.sa_family)
    let field: Int?
    switch family {
    case AF_INET: field = MemoryLayout<sockaddr_in>.offset(of: \.sin_addr)
    case AF_INET6: field = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr)
    default: field = nil
    }
    guard let field, let start = text.baseAddress,
      inet_ntop(family, raw + field, start, socklen_t(INET6_ADDRSTRLEN)) != nil
    else { return "" }
    return String(cString: start)
  }
}
