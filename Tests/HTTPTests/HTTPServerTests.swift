import Glibc
import Synchronization
import Testing

@testable import HTTP

@Suite struct HTTPServerTests {
  @Test func routesByMethodPathAndQuery() throws {
    try serving {
      switch ($0.method, $0.path) {
      case (.get, "/hello"): .now(.text("hello \($0.query("name") ?? "nobody")"))
      case (.post, "/"): .now(.json($0.body))
      default: .now(.text("no such page", status: 404))
      }
    } _: { server in
      let client = try server.client()
      let hello = try client.get("/hello?x=1&name=J%C3%BCrg+M%26M")
      #expect(hello.status == 200)
      #expect(String(decoding: hello.body, as: UTF8.self) == "hello Jürg M&M")
      #expect(hello.header("content-type") == "text/plain; charset=utf-8")
      #expect(try client.get("/hello").body == Array("hello nobody".utf8))
      let posted = try client.post("/", body: Array("{}".utf8))
      #expect(posted.body == Array("{}".utf8))
      #expect(posted.header("CONTENT-TYPE") == "application/json")
      #expect(try client.get("/nowhere").status == 404)
    }
  }

  @Test func handlerSeesHeadersWhateverTheirCase() throws {
    try serving {
      .now(.text(($0.header("x-ONE") ?? "-") + "|" + ($0.header("X-None") ?? "-")))
    } _: { server in
      let reply = try server.client().get("/", headers: [HTTPHeader("X-One", "1 2")])
      #expect(reply.body == Array("1 2|-".utf8))
    }
  }

  @Test func emptyAndBinaryBodiesComeBackWhole() throws {
    try serving { server in
      let client = try server.client()
      #expect(try client.post("/", body: []).body == [])
      let binary = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let reply = try client.post("/a%20b", body: binary)
      #expect(reply.body == binary)
      #expect(reply.header("X-Path") == "/a b")
      #expect(reply.header("X-Remote") == "127.0.0.1")
    }
  }

  @Test func keepsConnectionForPipelinedRequests() throws {
    try serving { server in
      var raw = try RawConnection(server.port)
      var text = ""
      for index in 0..<20 {
        text += "POST /\(index) HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
        text += String(index + 10)
      }
      try raw.send(text)
      for index in 0..<20 {
        let reply = try raw.reply()
        #expect(reply.header("X-Path") == "/\(index)")
        #expect(reply.body == Array(String(index + 10).utf8))
      }
      #expect(server.connectionCount == 1)
    }
  }

  @Test func oldClientsAreClosedUnlessTheyAskToStay() throws {
    try serving { server in
      var plain = try RawConnection(server.port)
      try plain.send("GET / HTTP/1.0\r\n\r\n")
      #expect(try plain.rest().contains(" 200 OK\r\n"))
      var staying = try RawConnection(server.port)
      for _ in 0..<3 {
        try staying.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try staying.reply().status == 200)
      }
      var leaving = try RawConnection(server.port)
      try leaving.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(try leaving.rest().contains("200 OK"))
    }
  }

  @Test func headAnswersWithoutBody() throws {
    try serving { server in
      var raw = try RawConnection(server.port)
      try raw.send("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\nGET /y HTTP/1.1\r\nHost: x\r\n\r\n")
      try raw.send("GET /z HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let all = try raw.rest()
      #expect(all.components("HTTP/1.1 200 OK") == 3)
      #expect(all.contains("X-Method: HEAD"))
    }
    try serving { _ in
      .now(.text("twelve bytes"))
    } _: { server in
      var raw = try RawConnection(server.port)
      try raw.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let all = try raw.rest()
      #expect(all.contains("Content-Length: 12\r\n"))
      #expect(all.hasSuffix("\r\n\r\n"))
    }
  }

  @Test func optionsIsAnsweredForOtherOrigins() throws {
    var configuration = HTTPConfiguration()
    configuration.crossOrigin = HTTPCrossOrigin(exposeHeaders: ["Payment-Required", "X-Two"])
    try serving(configuration) { server in
      var raw = try RawConnection(server.port)
      try raw.send(
        "OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: http://dapp\r\n"
          + "Access-Control-Request-Method: POST\r\n\r\n")
      let preflight = try raw.reply()
      #expect(preflight.status == 204)
      #expect(preflight.header("Access-Control-Allow-Origin") == "*")
      #expect(preflight.header("Access-Control-Allow-Headers") == "content-type")
      #expect(preflight.header("Access-Control-Allow-Methods") == "GET, HEAD, POST, OPTIONS")
      let get = try server.client().get("/")
      #expect(get.header("Access-Control-Allow-Origin") == "*")
      #expect(get.header("Access-Control-Expose-Headers") == "Payment-Required, X-Two")
    }
    try serving { server in
      var raw = try RawConnection(server.port)
      try raw.send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
      let reply = try raw.reply()
      #expect(reply.status == 204)
      #expect(reply.header("Allow") == "GET, HEAD, POST, OPTIONS")
      #expect(reply.header("Access-Control-Allow-Origin") == nil)
    }
  }

  @Test func otherMethodsAre405() throws {
    try serving { server in
      var raw = try RawConnection(server.port)
      for method in ["BREW", "DELETE", "get", "CONNECT", "PRI"] {
        try raw.send("\(method) /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        let reply = try raw.reply()
        #expect(reply.status == 405, "\(method)")
        #expect(reply.header("Allow") == "GET, HEAD, POST, OPTIONS")
      }
    }
  }

  @Test func answersThatCannotBeSentBecome500() throws {
    try serving {
      switch $0.path {
      case "/split": .now(HTTPResponse(headers: [HTTPHeader("X", "a\r\nSet-Cookie: b")]))
      case "/nul": .now(HTTPResponse(headers: [HTTPHeader("X", "a\0b")]))
      default: .now(HTTPResponse(status: 7))
      }
    } _: { server in
      for path in ["/split", "/nul", "/status"] {
        let reply = try server.client().get(path)
        #expect(reply.status == 500, "\(path)")
        #expect(reply.header("Set-Cookie") == nil)
      }
    }
  }

  @Test func servesThousandRequestsOneByOneAndSixteenThreads() throws {
    let seen = Counter()
    try serving { request in
      seen.add()
      return .now(echo(request))
    } _: { server in
      let client = try server.client()
      for index in 0..<1000 {
        let body = Array("\(index)".utf8)
        #expect(try client.post("/", body: body).body == body)
      }
      let failures = Counter()
      let port = server.port
      onThreads(16) { thread in
        do {
          var raw = try RawConnection(port)
          for index in 0..<200 {
            let body = "\(thread)-\(index)"
            let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            try raw.send(head + body)
            if try raw.reply().body != Array(body.utf8) { failures.add() }
          }
        } catch {
          failures.add()
        }
      }
      #expect(failures.value == 0)
      #expect(seen.value == 1000 + 16 * 200)
      #expect(eventually { server.requestCount == 0 })
    }
  }

  @Test func listensOnLoopbackUnlessToldOtherwise() throws {
    func failure(_ change: (inout HTTPConfiguration) -> Void) -> HTTPServerFailure? {
      var configuration = HTTPConfiguration()
      change(&configuration)
      let server = HTTPServer(configuration: configuration) { _ in HTTPResponse() }
      do throws(HTTPServerFailure) {
        try server.start()
        server.stop()
        return nil
      } catch {
        return error
      }
    }
    #expect(failure { $0.address = "0.0.0.0" } == .publicAddress("0.0.0.0"))
    #expect(failure { $0.address = "::" } == .publicAddress("::"))
    #expect(failure { $0.address = "128.0.0.1" } == .publicAddress("128.0.0.1"))
    #expect(failure { $0.address = "example.org" } == .address("example.org"))
    #expect(failure { $0.address = "127.0.0.2" } == nil)
    #expect(failure { $0.address = "localhost" } == nil)
    let open = failure {
      $0.address = "0.0.0.0"
      $0.allowPublic = true
    }
    #expect(open == nil)
    let setting = failure { $0.maximumConnections = 0 }
    #expect(setting?.description.contains("maximumConnections") == true)
    #expect(HTTPServerFailure.publicAddress("0.0.0.0").description.contains("--insecure-public"))
  }

  @Test func secondServerOnThePortIsToldSo() throws {
    try serving { server in
      let second = HTTPServer(configuration: HTTPConfiguration(port: server.port)) { _ in
        HTTPResponse()
      }
      #expect(throws: HTTPServerFailure.portInUse(address: "127.0.0.1", port: server.port)) {
        try second.start()
      }
      #expect(throws: HTTPServerFailure.started) { try server.start() }
      second.stop()
      let reply = try server.client().get("/")
      #expect(reply.status == 200)
    }
  }

  @Test func portIsFreeAgainAfterStop() throws {
    let port = try serving { server in
      _ = try server.client().get("/")
      return server.port
    }
    try serving(HTTPConfiguration(port: port)) { server in
      #expect(server.port == port)
      let reply = try server.client().get("/")
      #expect(reply.status == 200)
      server.stop()
      server.stop()
      #expect(throws: HTTPClientFailure.self) { try server.client().get("/") }
    }
  }

  /// The library's threads wake for connections at the very moment of the stop.
  @Test func stopsWhileConnectionsArrive() throws {
    for _ in 0..<25 {
      let server = HTTPServer(answering: { .now(echo($0)) })
      try server.start()
      let port = server.port
      let isOver = Atomic(false)
      let met = Counter()
      onThreads(4) { thread in
        if thread == 0 {
          while met.value < 8 { usleep(100) }
          server.stop()
          isOver.store(true, ordering: .relaxed)
        } else {
          while !isOver.load(ordering: .relaxed) {
            _ = try? RawConnection(port)
            met.add()
          }
        }
      }
      #expect(server.connectionCount == 0)
      #expect(throws: HTTPClientFailure.self) { _ = try RawConnection(port) }
    }
  }
}

extension String {
  /// How often `part` occurs.
  func components(_ part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
