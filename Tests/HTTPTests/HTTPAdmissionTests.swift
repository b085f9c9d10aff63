import Glibc
import Testing

@testable import HTTP

/// What turns requests away before they cost anything, and who may connect at all.
@Suite struct HTTPAdmissionTests {
  /// A request that is turned away on its headers never reaches the handler, and the connection
  /// goes on.
  @Test func requestsAreTurnedAwayOnTheirHeaders() throws {
    let seen = Counter()
    let heads = Shelf<HTTPRequestHead>()
    var configuration = HTTPConfiguration()
    configuration.admit = { head in
      heads.put(head)
      guard head.header("X-Cost") == "much" else { return nil }
      return HTTPResponse(status: 429, headers: [HTTPHeader("Retry-After", "7")])
    }
    try serving(configuration) { request in
      seen.add()
      return .now(echo(request))
    } _: { server in
      var raw = try RawConnection(server.port)
      try raw.send(
        "POST /a?b=1 HTTP/1.1\r\nHost: x\r\nX-Cost: much\r\nContent-Length: 3\r\n\r\nabc")
      let refused = try raw.reply()
      #expect(refused.status == 429)
      #expect(refused.header("Retry-After") == "7")
      #expect(seen.value == 0)
      try raw.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
      #expect(try raw.reply().body == Array("abc".utf8))
      try raw.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
      #expect(try raw.reply().status == 200)
      let all = heads.takeAll()
      #expect(all.map(\.bodyBytes) == [3, 3, nil])
      #expect(all[0].target == "/a?b=1" && all[0].method == .post)
      #expect(all[0].client == ClientAddress("127.0.0.1"))
      #expect(server.answers.contains { $0.status == 429 && $0.count == 1 })
    }
  }

  @Test func connectionsAreCountedByClient() throws {
    try serving { server in
      let held = try (0..<3).map { _ in try HeldConnection(server.port) }
      #expect(eventually { server.clients(largest: 5).largest.first?.1 == 3 })
      #expect(server.clients(largest: 5).all == 1)
      #expect(server.clients(largest: 0).largest.isEmpty)
      withExtendedLifetime(held) {}
    }
  }

  @Test func aSocketOfTheFileSystemIsForItsUserAlone() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(base)/freehold-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { rmdir(folder) }
    var configuration = HTTPConfiguration()
    configuration.unixSocket = "\(folder)/door"
    try serving(configuration) { server in
      var status = stat()
      #expect(lstat("\(folder)/door", &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600 && status.st_mode & S_IFMT == S_IFSOCK)
      let client = HTTPClient(unixSocket: "\(folder)/door")
      let reply = try client.post("/x", body: Array("abc".utf8))
      #expect(reply.body == Array("abc".utf8))
      #expect(reply.header("X-Remote") == "local")
      // A name that a dead process left is taken over; a file is not.
      let second = HTTPServer(configuration: configuration) { _ in HTTPResponse() }
      try second.start()
      second.stop()
    }
    #expect(throws: HTTPClientFailure.self) {
      try HTTPClient(unixSocket: "\(folder)/door").get("/")
    }
    let file = fopen("\(folder)/door", "w")
    fclose(file)
    defer { unlink("\(folder)/door") }
    let server = HTTPServer(configuration: configuration) { _ in HTTPResponse() }
    #expect(throws: HTTPServerFailure.self) { try server.start() }
    configuration.unixSocket = String(repeating: "x", count: 108)
    let long = HTTPServer(configuration: configuration) { _ in HTTPResponse() }
    #expect(throws: HTTPServerFailure.self) { try long.start() }
  }
}
