import Glibc
import Testing

@testable import HTTP

/// TLS, by this server and this client together.
@Suite struct HTTPCertificateTests {
  private static func certificate(_ text: String, _ key: String) throws -> HTTPCertificate {
    try HTTPCertificate(certificate: Array(text.utf8), key: Array(key.utf8))
  }

  private static func first() throws -> HTTPCertificate {
    try certificate(TestCertificates.first, TestCertificates.firstKey)
  }

  /// The authority's certificate in a file, as a client is given it.
  private static func withAuthority<Result>(_ body: (String) throws -> Result) throws -> Result {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(base)/freehold-ca-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    #expect(write(file, TestCertificates.authority, TestCertificates.authority.utf8.count) > 0)
    close(file)
    return try body(path)
  }

  @Test func requestsGoOverTLS() throws {
    var configuration = HTTPConfiguration()
    configuration.certificate = try Self.first()
    let large = [UInt8](repeating: 7, count: 300_000)
    try serving(configuration) { server in
      try Self.withAuthority { authority in
        for host in ["localhost", "127.0.0.1"] {
          let client = try HTTPClient(
            url: "https://\(host):\(server.port)", authorities: authority, timeout: .seconds(20))
          #expect(try client.get("/x").header("X-Path") == "/x")
          #expect(try client.post("/y", body: large).body == large)
        }
      }
    }
  }

  @Test func webSocketsGoOverTLS() throws {
    var configuration = HTTPConfiguration()
    configuration.certificate = try Self.first()
    let talk = Talk()
    try serving(configuration) {
      $0.wantsWebSocket ? .webSocket(talk.handler) : .now(echo($0))
    } _: { server in
      try Self.withAuthority { authority in
        let client = try RawWebSocket(
          .tls(host: "localhost", port: server.port, authorities: authority))
        for size in [1, 100, 70_000, 500_000] {
          let text = String(repeating: "x", count: size)
          try client.send(text: text)
          #expect(try client.next()?.text == text)
        }
        try client.send(RawWebSocket.frame(8, [0x03, 0xe8]))
        #expect(try client.farewell()?.code == 1000)
        #expect(eventually { talk.closings == 1 && server.connectionCount == 0 })
        // One that is open when the server stops.
        let open = try RawWebSocket(
          .tls(host: "localhost", port: server.port, authorities: authority))
        try open.send(text: "still here")
        #expect(try open.next()?.text == "still here")
      }
    }
    #expect(talk.closings == 2)
  }

  /// The client believes nobody but the authority that it was given, for the right name and time.
  @Test func otherCertificatesAreNotBelieved() throws {
    func failure(_ server: HTTPServer, _ authority: String?) throws -> HTTPClientFailure? {
      let client = try HTTPClient(
        url: "https://127.0.0.1:\(server.port)", authorities: authority, timeout: .seconds(20))
      do throws(HTTPClientFailure) {
        _ = try client.get("/")
        return nil
      } catch {
        return error
      }
    }
    try Self.withAuthority { authority in
      var configuration = HTTPConfiguration()
      configuration.certificate = try Self.first()
      try serving(configuration) { server in
        #expect(try failure(server, authority) == nil)
        for other in [nil, "/nowhere/ca.pem"] {
          guard case .insecure? = try failure(server, other) else {
            Issue.record("an unknown authority is not believed")
            continue
          }
        }
        #expect(throws: (any Error).self) { try server.client().get("/") }
      }
      for (text, key, word) in [
        (TestCertificates.foreign, TestCertificates.foreignKey, "name"),
        (TestCertificates.expired, TestCertificates.expiredKey, "expired"),
      ] {
        configuration.certificate = try Self.certificate(text, key)
        try serving(configuration) { server in
          let told = try failure(server, authority)?.description ?? "nothing"
          #expect(told.contains(word), "\(told)")
        }
      }
      // No TLS at the other end.
      try serving { server in
        guard case .insecure? = try failure(server, authority) else {
          Issue.record("plain HTTP is not taken for TLS")
          return
        }
      }
    }
  }

  /// Another certificate is shown to new connections, and open ones stay.
  @Test func aCertificateIsRenewedWhileTheServerRuns() throws {
    var configuration = HTTPConfiguration()
    configuration.certificate = try Self.certificate(
      TestCertificates.foreign, TestCertificates.foreignKey)
    try serving(configuration) { server in
      try Self.withAuthority { authority in
        let client = try HTTPClient(
          url: "https://127.0.0.1:\(server.port)", authorities: authority, timeout: .seconds(20))
        #expect(throws: HTTPClientFailure.self) { try client.get("/") }
        server.renew(
          try Self.certificate(TestCertificates.second, TestCertificates.secondKey))
        #expect(try client.get("/").status == 200)
      }
    }
  }

  @Test func whatIsNoCertificateIsRefused() throws {
    for (text, key) in [
      ("", ""), ("x", "y"), (TestCertificates.first, ""), (TestCertificates.first, "x"),
      (TestCertificates.first, TestCertificates.secondKey), ("", TestCertificates.firstKey),
      (TestCertificates.firstKey, TestCertificates.first),
    ] {
      #expect(throws: HTTPCertificateFailure.self) { try Self.certificate(text, key) }
    }
    var generator = SeededGenerator(state: 5)
    let bytes = Array(TestCertificates.first.utf8)
    for _ in 0..<500 {
      var bent = bytes
      for _ in 0...Int.random(in: 0..<4, using: &generator) {
        bent[Int.random(in: 0..<bent.count, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? HTTPCertificate(
        certificate: bent, key: Array(TestCertificates.firstKey.utf8))
    }
  }

  @Test func aPublicAddressNeedsACertificate() throws {
    var configuration = HTTPConfiguration(address: "0.0.0.0", port: 0)
    let plain = HTTPServer(configuration: configuration) { _ in HTTPResponse() }
    #expect(throws: HTTPServerFailure.publicAddress("0.0.0.0")) { try plain.start() }
    configuration.certificate = try Self.first()
    let secure = HTTPServer(configuration: configuration) { _ in HTTPResponse() }
    try secure.start()
    secure.stop()
  }

  /// A client that connects and says nothing of TLS is closed like one without headers.
  @Test func aSilentHandshakeIsClosed() throws {
    var configuration = HTTPConfiguration()
    configuration.certificate = try Self.first()
    configuration.headerTimeout = .milliseconds(300)
    try serving(configuration) { server in
      var raw = try RawConnection(server.port)
      #expect(eventually { server.connectionCount == 1 })
      let began = monotonicMilliseconds()
      #expect(try raw.rest() == "")
      #expect(monotonicMilliseconds() - began < 5_000)
    }
  }
}
