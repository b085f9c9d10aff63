internal import Engine
internal import HTTP
internal import Interface
internal import Primitives
internal import Synchronization

/// The thread that tells followers on sockets and streams that there is something new.
final class Publisher: Sendable {
  private let broadcast: Broadcast
  private let isOver = Atomic(false)
  private let worker = Mutex<Worker?>(nil)

  init(_ broadcast: Broadcast) { self.broadcast = broadcast }

  func start() {
    let thread = Worker("news") { [self] in
      while !isOver.load(ordering: .relaxed) { broadcast.publish() }
    }
    worker.withLock { $0 = thread }
  }

  func stop() {
    isOver.store(true, ordering: .relaxed)
    broadcast.interrupt()
    let thread = worker.withLock { worker in
      defer { worker = nil }
      return worker
    }
    thread?.join()
  }
}

extension Broadcast {
  static let eventsPath = "/events"

  /// What the transport does with a request for news; nil for any other.
  /// - Parameter limits: what each message of a conversation is counted by.
  func answer(_ request: HTTPRequest, _ limits: ClientLimits) -> HTTPAnswer? {
    if request.path == "/", request.wantsWebSocket {
      return .webSocket(handler(limits.conversation(request)))
    }
    return request.path == Self.eventsPath ? .now(stream(request)) : nil
  }

  func handler(_ allowance: ClientAllowance) -> WebSocketHandler {
    let session = session()
    return WebSocketHandler(
      receive: { message in
        switch message {
        case .text(let bytes), .binary(let bytes): session.receive(bytes, allowance)
        }
      },
      pull: { waker in
        switch session.next({ waker.wake() }) {
        case .message(let bytes): .text(bytes)
        case .nothing: .wait
        case .overrun(let reason): .close(code: WebSocketCode.tryAgainLater, reason: reason)
        }
      },
      closed: { session.end() })
  }

  private func stream(_ request: HTTPRequest) -> HTTPResponse {
    guard request.method == .get || request.method == .head else {
      var response = HTTPResponse.text("/events takes GET and HEAD\n", status: 405)
      response.headers.append(HTTPHeader("Allow", "GET, HEAD"))
      return response
    }
    let events: EventStream
    do throws(EventFilterFailure) {
      events = try self.events(
        module: request.query("module"), account: request.query("account"),
        event: request.query("event"),
        after: request.header("Last-Event-ID") ?? request.query("lastEventId"))
    } catch {
      return Self.refusal(error.text)
    }
    return HTTPResponse(
      headers: [
        HTTPHeader("Content-Type", "text/event-stream"),
        HTTPHeader("Cache-Control", "no-store"), HTTPHeader("X-Accel-Buffering", "no"),
      ],
      stream: HTTPStream { waker in
        let bytes = events.next { waker.wake() }
        return bytes.isEmpty ? .wait : .bytes(bytes)
      })
  }

  private static func refusal(_ detail: String) -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, text) in [("type", "about:blank"), ("title", "Bad Request"), ("detail", detail)] {
      writer.name(name)
      writer.string(text)
    }
    writer.name("status")
    writer.number(400)
    writer.endObject()
    return HTTPResponse(
      status: 400, headers: [HTTPHeader("Content-Type", "application/problem+json")],
      body: writer.bytes)
  }
}
