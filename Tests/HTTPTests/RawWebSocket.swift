import Glibc
import Synchronization
import Testing

@testable import HTTP

/// A frame as it was received.
struct ReceivedFrame: Equatable {
  var opcode: UInt8
  var isFinal: Bool
  var payload: [UInt8]

  var text: String { String(decoding: payload, as: UTF8.self) }

  /// A close frame's code; 0 where it has none.
  var code: UInt16 { payload.count < 2 ? 0 : UInt16(payload[0]) << 8 | UInt16(payload[1]) }
}

/// A WebSocket client that sends exactly the frames that a test says, well-formed or not.
final class RawWebSocket {
  var raw: RawConnection
  static let handshake =
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

  convenience init(_ port: UInt16, seconds: Int64 = 60, early: [UInt8] = []) throws {
    try self.init(.tcp(host: "127.0.0.1", port: port), seconds: seconds, early: early)
  }

  init(_ place: ClientPlace, seconds: Int64 = 60, early: [UInt8] = []) throws {
    raw = try RawConnection(place, seconds: seconds)
    _ = try raw.socket.write(Array((Self.handshake + "\r\n").utf8) + early)
    let first = try raw.socket.line(maximum: 200)
    try #require(String(decoding: first, as: UTF8.self) == "HTTP/1.1 101 Switching Protocols")
    var headers: [String] = []
    while true {
      let line = String(decoding: try raw.socket.line(maximum: 500), as: UTF8.self)
      if line.isEmpty { break }
      headers.append(line.lowercased())
    }
    // The RFC's own example.
    #expect(headers.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="))
    #expect(headers.contains("upgrade: websocket") && headers.contains("connection: upgrade"))
  }

  /// The bytes of a frame.
  static func frame(
    _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, mask: UInt32? = 0x5a17_9b3c,
    claims length: Int? = nil, reserved: UInt8 = 0
  ) -> [UInt8] {
    var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
    let length = length ?? payload.count
    let bit: UInt8 = mask == nil ? 0 : 0x80
    switch length {
    case 0..<126: bytes.append(bit | UInt8(length))
    case 126..<65_536:
      bytes += [bit | 126, UInt8(length >> 8), UInt8(length & 255)]
    default:
      bytes.append(bit | 127)
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: length >> shift))
      }
    }
    guard let mask else { return bytes + payload }
    let key = (0..<4).map { UInt8(truncatingIfNeeded: mask >> (24 - 8 * UInt32($0))) }
    bytes += key
    for (place, byte) in payload.enumerated() { bytes.append(byte ^ key[place & 3]) }
    return bytes
  }

  @discardableResult func send(_ bytes: [UInt8]) throws -> Bool {
    try raw.socket.write(bytes)
  }

  func send(text: String) throws { try send(Self.frame(1, Array(text.utf8))) }

  /// The next frame; nil where the server has closed.
  func next() throws -> ReceivedFrame? {
    guard let head = try take(2) else { return nil }
    var length = Int(head[1] & 0x7f)
    #expect(head[1] & 0x80 == 0, "a server masks nothing")
    if length >= 126 {
      guard let wide = try take(length == 126 ? 2 : 8) else { return nil }
      length = wide.reduce(0) { $0 << 8 | Int($1) }
    }
    guard let payload = try take(length) else { return nil }
    return ReceivedFrame(opcode: head[0] & 15, isFinal: head[0] & 0x80 != 0, payload: payload)
  }

  /// The close frame that ends the connection, after whatever comes before; nil where none comes.
  func farewell() throws -> ReceivedFrame? {
    while let frame = try next() {
      if frame.opcode == 8 { return frame }
    }
    return nil
  }

  private func take(_ count: Int) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    do throws(HTTPClientFailure) {
      while bytes.count < count {
        let piece = try raw.socket.some(upTo: count - bytes.count)
        if piece.isEmpty { return nil }
        bytes += piece
      }
    } catch {
      guard case .closed = error else { throw error }
      return nil
    }
    return bytes
  }
}

/// What one WebSocket of a test server says and hears.
final class Talk: Sendable {
  private struct State {
    var outgoing: [WebSocketPiece] = []
    var heard: [WebSocketMessage] = []
    var waker: WebSocketWaker?
    var closings = 0
  }

  private let state = Mutex(State())
  private let echoes: Bool

  /// - Parameter echoes: whether each message is sent back as text.
  init(echoes: Bool = true) { self.echoes = echoes }

  var heard: [WebSocketMessage] { state.withLock { $0.heard } }
  var closings: Int { state.withLock { $0.closings } }
  var waiting: Int { state.withLock { $0.outgoing.count } }

  func say(_ piece: WebSocketPiece) {
    let waker = state.withLock { state in
      state.outgoing.append(piece)
      return state.waker
    }
    waker?.wake()
  }

  var handler: WebSocketHandler {
    WebSocketHandler(
      receive: { message in
        self.state.withLock { state in
          state.heard.append(message)
          guard self.echoes else { return }
          switch message {
          case .text(let bytes): state.outgoing.append(.text(bytes))
          case .binary(let bytes): state.outgoing.append(.text(Array("\(bytes.count)".utf8)))
          }
        }
      },
      pull: { waker in
        self.state.withLock { state in
          state.waker = waker
          return state.outgoing.isEmpty ? .wait : state.outgoing.removeFirst()
        }
      },
      closed: { self.state.withLock { $0.closings += 1 } })
  }
}
