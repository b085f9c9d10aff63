internal import Primitives

/// One header of a response. Neither part may hold CR, LF or NUL: an answer that breaks this is
/// sent as 500 instead.
public struct HTTPHeader: Sendable, Equatable {
  /// A token of RFC 9110, in any case.
  public var name: String
  /// Printable text.
  public var value: String

  /// A header as it goes on the wire.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What a response carries after its headers.
public enum HTTPBody: Sendable {
  /// Everything at once, with a Content-Length.
  case bytes([UInt8])
  /// Piece by piece, chunked, for as long as the stream wants.
  case stream(HTTPStream)
}

/// What a handler says. Content-Length, Date and Connection are the server's own.
public struct HTTPResponse: Sendable {
  /// 200 to 599; anything else is sent as 500.
  public var status: Int
  /// Sent in this order.
  public var headers: [HTTPHeader]
  /// Dropped by the server where the request was HEAD.
  public var body: HTTPBody

  /// A whole answer.
  public init(status: Int = 200, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = .bytes(body)
  }

  /// An answer whose body comes piece by piece; server-sent events are made so.
  public init(status: Int = 200, headers: [HTTPHeader] = [], stream: HTTPStream) {
    self.status = status
    self.headers = headers
    self.body = .stream(stream)
  }

  /// A body of JSON text.
  public static func json(_ body: [UInt8], status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: [HTTPHeader("Content-Type", "application/json")], body: body)
  }

  /// A body of plain text.
  public static func text(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: [HTTPHeader("Content-Type", "text/plain; charset=utf-8")],
      body: Array(text.utf8))
  }
}

extension HTTPResponse {
  /// What the server refuses by itself, as a problem document (RFC 9457).
  /// - Parameter detail: the cause, and the repair where there is one.
  static func problem(_ detail: String, status: Int) -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("type")
    writer.string("about:blank")
    writer.name("title")
    writer.string(titles[status] ?? "Refused")
    writer.name("status")
    writer.number(status)
    writer.name("detail")
    writer.string(detail)
    writer.endObject()
    return HTTPResponse(
      status: status, headers: [HTTPHeader("Content-Type", "application/problem+json")],
      body: writer.bytes)
  }

  private static let titles = [
    400: "Bad Request", 403: "Forbidden", 405: "Method Not Allowed", 413: "Content Too Large",
    431: "Request Header Fields Too Large", 500: "Internal Server Error",
    503: "Service Unavailable", 504: "Gateway Timeout",
  ]
}

/// What a handler hands back.
public enum HTTPAnswer: Sendable {
  /// The response, on the thread that asked.
  case now(HTTPResponse)
  /// The connection is set aside and costs no thread; the closure runs at once and passes the
  /// responder to whoever will know the answer.
  case later(@Sendable (HTTPResponder) -> Void)
  /// The connection goes on as a WebSocket, where `HTTPRequest.wantsWebSocket`; a handshake that is
  /// wrong otherwise is refused by the server.
  case webSocket(WebSocketHandler)
}

/// The promise of an answer. Exactly one answer is sent: the first `respond`, or 500 when the
/// responder is dropped unused, or 504 after `answerTimeout`, or 503 when the server stops.
public final class HTTPResponder: Sendable {
  private let exchange: Exchange

  init(_ exchange: Exchange) { self.exchange = exchange }

  deinit {
    exchange.answer(.problem("the request was dropped without an answer", status: 500))
  }

  /// Sends the answer, from any thread; false where an answer was sent before.
  @discardableResult public func respond(_ response: HTTPResponse) -> Bool {
    exchange.answer(response)
  }
}

/// A body that is asked for piece by piece on the server's threads. The closure must not block:
/// where it has nothing yet it answers `.wait`, and `wake()` has it asked again.
public struct HTTPStream: Sendable {
  let pull: @Sendable (HTTPWaker) -> HTTPPiece

  /// The waker handed to `pull` is the same one each time.
  public init(pull: @escaping @Sendable (HTTPWaker) -> HTTPPiece) { self.pull = pull }
}

/// The next piece of a stream.
public enum HTTPPiece: Sendable {
  /// To be sent now; no bytes at all are treated as `.wait`.
  case bytes([UInt8])
  /// Nothing yet: the connection sleeps until `HTTPWaker.wake()`.
  case wait
  /// The body is complete.
  case end
}

/// Wakes a sleeping stream. It may be kept, and used from any thread, also after the stream ended.
public struct HTTPWaker: Sendable {
  let exchange: Exchange

  /// Has the stream asked again soon; several calls may count as one.
  public func wake() { exchange.wake() }

  /// True once the client is gone or the answer complete: the producer may forget this stream.
  public var isClosed: Bool { exchange.isClosed }
}
