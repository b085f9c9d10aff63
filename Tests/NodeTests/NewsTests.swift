import Engine
import Glibc
import HTTP
import Primitives
import Testing

@testable import Node

@Suite struct NewsTests {
  @Test("Server-sent events over the wire: headers, blocks as they come, an id to go on from")
  func events() throws {
    let folder = try NodeFolder()
    let node = try folder.serve()
    defer { node.stop() }
    try grow(node, by: 2)
    // A stream has no end: what came until the deadline is looked at.
    let text = try read(
      node.port, "GET /events?event=block HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 0\r\n\r\n"
    ) { $0.contains("id: 2\n") }
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(text.contains("Content-Type: text/event-stream\r\n"))
    #expect(text.contains("event: block\nid: 1\ndata: {\"height\":1,"))
    let live = try read(
      node.port, "GET /events?lastEventId=2 HTTP/1.1\r\nHost: x\r\n\r\n",
      begun: { try grow(node, by: 1) }, until: { $0.contains("id: 3\n") })
    #expect(live.contains("retry: 2000\n\n") && !live.contains("id: 2\n"))
    let client = try HTTPClient(url: "http://127.0.0.1:\(node.port)")
    for query in ["module=none", "account=0x1", "event=None", "lastEventId=x"] {
      let reply = try client.get("/events?\(query)")
      #expect(reply.status == 400, "\(query)")
      #expect(reply.header("Content-Type") == "application/problem+json")
      #expect(try JSONParser.parse(reply.body)["detail"]?.string?.isEmpty == false)
    }
    #expect(try client.post("/events", body: []).status == 405)
  }

  @Test("A subscription over the wire: answer, news of a block, and goodbye when the node stops")
  func subscription() throws {
    let folder = try NodeFolder()
    let node = try folder.serve()
    let greeting =
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    let body = #"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#
    // Masked with zeros, which is allowed and readable.
    var frame = [UInt8]([0x81, 0x80 | UInt8(body.utf8.count), 0, 0, 0, 0])
    frame += Array(body.utf8)
    let told = try read(
      node.port, Array(greeting.utf8) + frame, begun: { try grow(node, by: 1) },
      until: { $0.contains("eth_subscription") })
    #expect(told.contains("101 Switching Protocols") && told.contains(#"{"jsonrpc":"2.0","id":1,"#))
    #expect(told.contains(#""result":{"number":"0x1","#))
    let metrics = try HTTPClient(url: "http://127.0.0.1:\(node.port)").get("/metrics")
    #expect(String(decoding: metrics.body, as: UTF8.self).contains("freehold_http_websockets "))
    node.stop()
  }

  /// At least so many blocks more: timers may be due besides.
  private func grow(_ node: RunningNode, by blocks: Height) throws {
    let height = node.chain.head.height + blocks
    for _ in 0..<10_000 where node.chain.head.height < height {
      node.chain.askForBlock()
      usleep(2_000)
    }
    try #require(node.chain.head.height >= height)
  }

  private func read(
    _ port: UInt16, _ text: String, begun: () throws -> Void = {}, until done: (String) -> Bool
  ) throws -> String {
    try read(port, Array(text.utf8), begun: begun, until: done)
  }

  /// Sends bytes, does something once an answer has begun, and reads until enough has come.
  private func read(
    _ port: UInt16, _ bytes: [UInt8], begun: () throws -> Void = {}, until done: (String) -> Bool
  ) throws -> String {
    let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(handle >= 0)
    defer { close(handle) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(connected == 0)
    var patience = timeval(tv_sec: 15, tv_usec: 0)
    setsockopt(
      handle, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    try #require(send(handle, bytes, bytes.count, 0) == bytes.count)
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    var hasBegun = false
    while !done(String(decoding: all, as: UTF8.self)) {
      let count = recv(handle, &buffer, buffer.count, 0)
      try #require(count > 0, "nothing more came after \(String(decoding: all, as: UTF8.self))")
      all += buffer.prefix(count)
      if !hasBegun {
        hasBegun = true
        try begun()
      }
    }
    return String(decoding: all, as: UTF8.self)
  }
}
