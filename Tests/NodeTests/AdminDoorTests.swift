import Engine
import Glibc
import HTTP
import Primitives
import Storage
import Synchronization
import Testing

@testable import Node

@Suite struct AdminDoorTests {
  private final class Stops: Sendable { let count = Mutex(0) }

  /// A node with its door open.
  private static func open(
    _ body: (NodeFolder, RunningNode, HTTPClient, EventLog, Stops) throws -> Void
  ) throws {
    let folder = try NodeFolder()
    let node = try folder.serve()
    let log = EventLog(.json, least: .error, descriptor: -1)
    let stops = Stops()
    let path = folder.path("data/admin.sock")
    let door = try AdminDoor(node, log: log, path: path) { stops.count.withLock { $0 += 1 } }
    try body(folder, node, HTTPClient(unixSocket: path), log, stops)
    door.stop()
    #expect(access(path, F_OK) != 0)
    node.stop()
    log.stop()
  }

  private static func json(_ reply: HTTPReply) throws -> JSONValue {
    #expect(reply.status == 200, "\(String(decoding: reply.body, as: UTF8.self))")
    return try JSONParser.parse(reply.body)
  }

  @Test("An operator sees how the node stands")
  func status() throws {
    try Self.open { folder, node, client, _, _ in
      try NodeFolder.make(2, node)
      let status = try Self.json(try client.get("/status"))
      #expect(status["height"]?.whole == 2 && status["ready"] == .bool(true))
      #expect(status["transport"] == .string("loopback"))
      #expect(status["port"]?.whole == UInt128(node.port))
      #expect(status["process"]?.whole == UInt128(getpid()))
      let connections = try Self.json(try client.get("/connections"))
      #expect(connections["open"]?.whole == 0 && connections["most"]?.whole == 1_024)
      let pool = try Self.json(try client.get("/pool"))
      #expect(pool["transactions"]?.whole == 0 && pool["largest"]?.elements == [])
      // The door is no part of the node's data.
      var doctor = Doctor(folder.data, now: { SystemClock().now() }, progress: { _ in })
      #expect(doctor.examine(deep: false).isSound)
    }
  }

  @Test("Draining and resuming, a checkpoint, the log's level, and the end of the process")
  func acts() throws {
    try Self.open { _, node, client, log, stops in
      try NodeFolder.make(1, node)
      #expect(try Self.json(try client.post("/drain", body: []))["ready"] == .bool(false))
      #expect(node.chain.readOnly?.contains("operator") == true)
      #expect(try Self.json(try client.post("/resume", body: []))["ready"] == .bool(true))
      #expect(node.chain.readOnly == nil)
      #expect(!log.takes(.debug))
      let level = try Self.json(try client.post("/log-level?level=debug", body: []))
      #expect(level["level"] == .string("debug") && log.takes(.debug))
      #expect(try client.post("/log-level?level=loud", body: []).status == 400)
      #expect(try client.post("/log-level", body: []).status == 400)
      #expect(try Self.json(try client.post("/checkpoint", body: []))["height"]?.whole == 1)
      // Started without a certificate.
      #expect(try client.post("/certificate", body: []).status == 400)
      let nobody = String(repeating: "0", count: 40)
      let dropped = try Self.json(try client.post("/pool/drop?account=0x\(nobody)", body: []))
      #expect(dropped["dropped"]?.whole == 0)
      #expect(try client.post("/pool/drop?account=me", body: []).status == 400)
      #expect(stops.count.withLock { $0 } == 0)
      _ = try Self.json(try client.post("/stop", body: []))
      #expect(stops.count.withLock { $0 } == 1)
    }
  }

  @Test("Rates are shown and changed, each by itself")
  func limits() throws {
    try Self.open { _, node, client, _, _ in
      let before = try Self.json(try client.get("/limits"))
      #expect(before["requests"]?.whole == 200 && before["loopback"] == .bool(false))
      let after = try Self.json(
        try client.post("/limits?requests=5&account=3&accountBurst=4&loopback=true", body: []))
      #expect(after["requests"]?.whole == 5 && after["requestsBurst"]?.whole == 50)
      #expect(after["submissions"]?.whole == 100 && after["submissionsBurst"]?.whole == 1_000)
      #expect(node.limits.rates.limitsLoopback)
      #expect(node.chain.accountAllowance == Allowance(perSecond: 3, burst: 4))
      for bad in ["requests=-1", "requests=x", "account=9999999999999", "loopback=maybe"] {
        #expect(try client.post("/limits?\(bad)", body: []).status == 400, "\(bad)")
      }
      #expect(try Self.json(try client.get("/limits")) == after)
    }
  }

  @Test("incident 23: no verb of an operator answers on the public port, and no verb by GET")
  func verbsStayInside() throws {
    try Self.open { _, node, client, _, stops in
      let outside = try HTTPClient(url: "http://127.0.0.1:\(node.port)")
      for path in [
        "/status", "/connections", "/pool", "/pool/drop", "/limits", "/log-level", "/checkpoint",
        "/certificate", "/drain", "/resume", "/stop", "/admin", "/admin/status", "/admin.sock",
      ] {
        #expect(try outside.get(path).status == 404, "\(path)")
        #expect(try outside.post(path, body: []).status == 404, "\(path)")
      }
      for path in ["/drain", "/stop", "/checkpoint", "/pool/drop", "/nowhere"] {
        #expect(try client.get(path).status == 404, "\(path)")
      }
      #expect(node.chain.readOnly == nil && stops.count.withLock { $0 } == 0)
    }
  }
}
