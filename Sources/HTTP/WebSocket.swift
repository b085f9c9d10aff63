/// What a WebSocket connection (RFC 6455) does. The closures run on the server's socket threads,
/// one after the other for each connection, and must not block.
public struct WebSocketHandler: Sendable {
  let receive: @Sendable (WebSocketMessage) -> Void
  let pull: @Sendable (WebSocketWaker) -> WebSocketPiece
  let closed: @Sendable () -> Void

  /// - Parameters:
  ///   - receive: takes each whole message. The next one is read when what `pull` has to say to
  ///     this one is on its way, so that a client that does not read cannot ask for more.
  ///   - pull: asked for the next message to send until it answers `.wait`; after each received
  ///     message, and after `WebSocketWaker.wake()`. The waker is the same one each time.
  ///   - closed: called once, when nothing is received or sent any more.
  public init(
    receive: @escaping @Sendable (WebSocketMessage) -> Void,
    pull: @escaping @Sendable (WebSocketWaker) -> WebSocketPiece,
    closed: @escaping @Sendable () -> Void = {}
  ) {
    self.receive = receive
    self.pull = pull
    self.closed = closed
  }
}

/// A message as it was put together from its frames.
public enum WebSocketMessage: Sendable, Equatable {
  /// Well-formed UTF-8.
  case text([UInt8])
  case binary([UInt8])

  var count: Int {
    switch self {
    case .text(let bytes), .binary(let bytes): bytes.count
    }
  }
}

/// What is sent next.
public enum WebSocketPiece: Sendable, Equatable {
  /// One text message; it must be well-formed UTF-8.
  case text([UInt8])
  /// Nothing yet.
  case wait
  /// The connection ends, with one of RFC 6455's codes and a reason of at most 123 bytes.
  case close(code: UInt16, reason: String)
}

/// Has a WebSocket's `pull` asked again. It may be kept, and used from any thread, also after the
/// connection ended.
public final class WebSocketWaker: Sendable {
  private let bell: @Sendable () -> Void

  init(_ bell: @escaping @Sendable () -> Void) { self.bell = bell }

  /// Several calls may count as one.
  public func wake() { bell() }
}

/// RFC 6455's codes that this server closes with.
public enum WebSocketCode {
  /// The server stops.
  public static let goingAway: UInt16 = 1001
  /// More fragments than a message may have.
  public static let policy: UInt16 = 1008
  /// Too slow, or the server is short of memory: come again later.
  public static let tryAgainLater: UInt16 = 1013
}

extension HTTPRequest {
  /// True where the client wants to go on with a WebSocket.
  public var wantsWebSocket: Bool {
    method == .get && HTTPFields.holds("websocket", in: fields.all("Upgrade"))
  }
}

extension HTTPFields {
  /// Whether a list of tokens, spread over lines or not, holds one in any case.
  static func holds(_ token: String, in lines: [String]) -> Bool {
    lines.contains { line in
      line.utf8.split(separator: UInt8(ascii: ",")).contains { part in
        let blank: (UInt8) -> Bool = { $0 == 32 || $0 == 9 }
        let word = part.drop(while: blank).prefix { !blank($0) }
        return word.map(lowercased).elementsEqual(token.utf8)
      }
    }
  }
}
