import Glibc
import Synchronization

@testable import HTTP

/// A connection that sends exactly what a test says, well-formed or not.
struct RawConnection: ~Copyable {
  var socket: ClientSocket

  init(_ port: UInt16, seconds: Int64 = 60) throws {
    try self.init(.tcp(host: "127.0.0.1", port: port), seconds: seconds)
  }

  init(_ place: ClientPlace, seconds: Int64 = 60) throws {
    socket = try ClientSocket(place, until: monotonicMilliseconds() + seconds * 1000)
  }

  /// False where the server no longer takes bytes.
  @discardableResult mutating func send(_ text: String) throws -> Bool {
    try socket.write(Array(text.utf8))
  }

  mutating func reply() throws -> HTTPReply {
    try HTTPReply.read(from: &socket, maximumBodyBytes: 8 << 20)
  }

  /// Everything until the server closes; a reset counts as closing.
  mutating func rest() throws -> String {
    var bytes: [UInt8] = []
    do throws(HTTPClientFailure) {
      while true {
        let piece = try socket.some(upTo: 1 << 16)
        if piece.isEmpty { break }
        bytes += piece
      }
    } catch {
      guard case .closed = error else { throw error }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A connection that is only kept open.
final class HeldConnection {
  private let raw: RawConnection
  init(_ port: UInt16) throws { raw = try RawConnection(port) }
}

/// A started server on a free port, stopped at the end of the test.
func serving<T>(
  _ configuration: HTTPConfiguration = HTTPConfiguration(),
  _ answering: @escaping @Sendable (HTTPRequest) -> HTTPAnswer = { .now(echo($0)) },
  _ body: (HTTPServer) throws -> T
) throws -> T {
  let server = HTTPServer(configuration: configuration, answering: answering)
  try server.start()
  defer { server.stop() }
  return try body(server)
}

/// Answers with what was asked.
func echo(_ request: HTTPRequest) -> HTTPResponse {
  HTTPResponse(
    headers: [
      HTTPHeader("X-Method", request.method.rawValue), HTTPHeader("X-Path", request.path),
      HTTPHeader("X-Remote", request.remoteAddress),
    ], body: request.body)
}

extension HTTPServer {
  func client(seconds: Int64 = 60) throws -> HTTPClient {
    try HTTPClient(url: "http://127.0.0.1:\(port)", timeout: .seconds(seconds))
  }
}

/// Runs `body` on `count` threads and waits for them all.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  final class Start {
    let index: Int
    let body: @Sendable (Int) -> Void
    init(_ index: Int, _ body: @escaping @Sendable (Int) -> Void) {
      self.index = index
      self.body = body
    }
  }
  let threads = (0..<count).map { index in
    var thread = pthread_t()
    let start = Unmanaged.passRetained(Start(index, body))
    pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        start.body(start.index)
        return nil
      }, start.toOpaque())
    return thread
  }
  for thread in threads { pthread_join(thread, nil) }
}

/// A counter that closures of any thread may touch.
final class Counter: Sendable {
  private let number = Atomic(0)
  var value: Int { number.load(ordering: .sequentiallyConsistent) }
  func add(_ count: Int = 1) { number.add(count, ordering: .sequentiallyConsistent) }
}

/// Things handed from a handler to the test.
final class Shelf<Thing: Sendable>: Sendable {
  private let things = Mutex<[Thing]>([])
  var count: Int { things.withLock { $0.count } }
  func put(_ thing: Thing) { things.withLock { $0.append(thing) } }
  func takeFirst() -> Thing? {
    things.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }
  func takeAll() -> [Thing] {
    things.withLock { things in
      defer { things = [] }
      return things
    }
  }
}

/// Waits until `condition` holds, at most so many seconds.
func eventually(_ seconds: Int64 = 60, _ condition: () -> Bool) -> Bool {
  let end = monotonicMilliseconds() + 1000 * seconds
  while monotonicMilliseconds() < end {
    if condition() { return true }
    usleep(2000)
  }
  return condition()
}

/// Deterministic numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
