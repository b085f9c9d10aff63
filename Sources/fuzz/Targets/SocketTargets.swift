import Economy
import Engine
import Glibc
import HTTP
import Interface
import Node
import Primitives

/// What comes over sockets: to a server, to a WebSocket, and back to a client.
enum SocketTargets {
  static let all = [http, webSocket, reply]

  // To a server

  /// A server with the door of a node behind it, on a socket of the file system.
  private static let served: (path: String, router: Router, server: HTTPServer) = {
    let path = "\(Scratch.folder)/door"
    var configuration = HTTPConfiguration()
    configuration.unixSocket = path
    configuration.threads = 1
    configuration.maximumConnections = 64
    configuration.maximumBodyBytes = 8_192
    configuration.crossOrigin = HTTPCrossOrigin()
    let router = Genuine.router()
    let door = PublicDoor(router)
    let server = HTTPServer(configuration: configuration) { door.answer($0) }
    do throws(HTTPServerFailure) {
      try server.start()
    } catch {
      fatalError(error.description)
    }
    return (path, router, server)
  }()

  private static let http = Target(
    "http", "bytes of a connection: an answer of HTTP, or none; the state untouched", limit: 4_096,
    seeds: {
      bytes(
        "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a/v1/blocks?limit=1 HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    },
    words: {
      bytes(
        "\r\n", "\r\n\r\n", "HTTP/1.1", "HTTP/1.0", "Content-Length: ", "chunked", "Expect: ",
        "100-continue", "Transfer-Encoding: ", "Connection: close\r\n", "PUT ", "/v1/", "%00")
    },
    run: { input in
      let chain = served.router.rpc.chain
      let root = chain.withState { $0.stateRoot() }
      let handle = connected(to: served.path)
      guard handle >= 0 else { return .broken("the server takes no connection: errno \(errno)") }
      give(input, handle)
      do throws(HTTPClientFailure) {
        // What has no end gets no answer, and nobody waits long for one.
        let reply = try HTTPReply.read(fromConnected: handle, within: 20, maximumBodyBytes: 1 << 20)
        if chain.withState({ $0.stateRoot() }) != root {
          return .broken("a request changed the state")
        }
        return reply.status < 400 ? .accepted : .refused
      } catch .malformed(_, _, let reason) {
        return .broken("the server's answer cannot be read: \(reason)")
      } catch {
        return .refused
      }
    })

  private static func connected(to path: String) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(100)) }
    let handle = socket(AF_UNIX, kind, 0)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(handle, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if code == 0 { return handle }
    close(handle)
    return -1
  }

  // To a WebSocket

  /// How the client behaves, in a byte: the size of the pieces it sends, and whether it goes or
  /// falls silent in the end. Then what it sends.
  private static let webSocket = Target(
    "websocket", "frames of a client: the messages that RFC 6455 reads in them, well answered",
    limit: 4_096,
    seeds: {
      let call = Array(#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#.utf8)
      let news = Array(#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["logs"]}"#.utf8)
      return [
        [127] + Frame.masked(1, call), [200] + Frame.masked(1, news) + Frame.masked(8, [3, 232]),
        [3] + Frame.masked(1, Array(call.prefix(9)), isFinal: false)
          + Frame.masked(9, [1, 2]) + Frame.masked(0, Array(call.dropFirst(9))),
        [255] + Frame.masked(2, [UInt8](repeating: 0x20, count: 300)) + Frame.masked(10, []),
        [0] + Frame.masked(1, [0xc3], isFinal: false) + Frame.masked(0, [0xa9]),
      ]
    },
    words: {
      [[0x81, 0x80], [0x01, 0x80], [0x80, 0x80], [0x82, 0xfe], [0x88, 0x82], [0x89, 0x80]]
        + [[0xff], [0x03, 0xe8], [0xed, 0xa0, 0x80], [0, 0, 0, 0]] + RouterTargets.words
    },
    run: { input in
      guard let manner = input.first else { return .refused }
      return RouterTargets.judge { router in
        converse(
          Array(input.dropFirst()), pieces: 1 + Int(manner & 0x7f), goes: manner & 0x80 != 0,
          PublicDoor(router).conversation())
      }
    })

  private static let longestMessage = 1_024

  private static func converse(
    _ sent: [UInt8], pieces: Int, goes: Bool, _ handler: WebSocketHandler
  ) -> Verdict {
    guard let (client, server) = pair(),
      let socket = DetachedWebSocket(
        socket: server, handler: handler, messageBytes: longestMessage)
    else { return .broken("no sockets are left") }
    defer { close(client) }
    var received: [UInt8] = []
    func exchange() {
      repeat { socket.run() } while take(client, &received)
    }
    for start in stride(from: 0, to: sent.count, by: pieces) {
      give(Array(sent[start..<min(sent.count, start + pieces)]), client)
      exchange()
    }
    if goes { shutdown(client, Int32(SHUT_WR)) }
    exchange()
    for _ in 0..<4 {
      socket.pass(milliseconds: 30_000)
      exchange()
    }
    guard socket.isFinished, socket.endings == 1 else {
      return .broken("a client that is gone is kept, or its handler not told once")
    }
    guard socket.heldBytes == 0 else { return .broken("\(socket.heldBytes) bytes stay counted") }
    let expected = Frame.messages(of: sent, longest: longestMessage)
    guard socket.messages == expected else {
      return .broken("\(socket.messages.count) messages arrive, \(expected.count) were sent")
    }
    if let fault = Frame.fault(of: received) { return .broken(fault) }
    return expected.isEmpty ? .refused : .accepted
  }

  // To a client

  private static let reply = Target(
    "reply", "what a server answers a client: a whole answer within its bounds, or refused",
    limit: 8_192,
    seeds: {
      bytes(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.0 404 No\r\n\r\ngone",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nA: b\r\n\r\n")
    },
    words: {
      bytes("\r\n", "\n", "HTTP/1.1 ", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "ffff")
    },
    run: { input in
      guard let (client, server) = pair() else { return .broken("no sockets are left") }
      give(input, server)
      close(server)
      do throws(HTTPClientFailure) {
        let reply = try HTTPReply.read(
          fromConnected: client, within: 1_000, maximumBodyBytes: 4_096)
        return .unless(
          !(200...599).contains(reply.status) || reply.body.count > 4_096
            || reply.headers.count > 256, "an answer over its bounds")
      } catch .timedOut {
        return .broken("the end of an answer is not seen")
      } catch {
        return error.description.isEmpty ? .broken("a refusal says nothing") : .refused
      }
    })

  // Sockets

  private static let kind =
    Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

  /// Two ends that do not block.
  private static func pair() -> (Int32, Int32)? {
    var ends: [Int32] = [-1, -1]
    return socketpair(AF_UNIX, kind, 0, &ends) == 0 ? (ends[0], ends[1]) : nil
  }

  /// Sends as much as is taken at once: inputs are shorter than a socket's buffer.
  private static func give(_ bytes: [UInt8], _ handle: Int32) {
    _ = send(handle, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Takes what is there; false where there is nothing.
  private static func take(_ handle: Int32, _ received: inout [UInt8]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(handle, &buffer, buffer.count, 0)
    if count > 0 { received += buffer[..<count] }
    return count > 0
  }
}
