import Glibc
import Synchronization
import Testing

@testable import HTTP

@Suite struct HTTPClientTests {
  @Test func readsURLs() throws {
    for good in [
      "http://127.0.0.1:8545", "http://localhost/", "HTTP://[::1]:80/api",
      "http://node.example/a/b",
    ] {
      _ = try HTTPClient(url: good)
    }
    for bad in [
      "", "http://", "x:80", "http://x:0", "http://x:65536", "http://x:y", "http://x:",
      "http://a b", "http://[::1", "http://[::1]x", "http://x/?q", "http://u@x", "http://x\r\ny/",
    ] {
      #expect(throws: HTTPClientFailure.url(bad), "\(bad)") { try HTTPClient(url: bad) }
    }
  }

  @Test func namesHostAndPortWhenNobodyAnswers() throws {
    // A port that was just free.
    let port = try serving { $0.port }
    let client = try HTTPClient(url: "http://127.0.0.1:\(port)")
    do throws(HTTPClientFailure) {
      _ = try client.get("/")
      Issue.record("somebody answered")
    } catch {
      guard case .unreachable("127.0.0.1", port, _) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.description.contains("127.0.0.1 port \(port)"))
    }
  }

  @Test func basePathAndTargetsAreChecked() throws {
    try serving { server in
      let client = try HTTPClient(url: "http://localhost:\(server.port)/base")
      #expect(try client.get("/x").header("X-Path") == "/base/x")
      #expect(throws: HTTPClientFailure.url("/base/a b")) { try client.get("/a b") }
      #expect(throws: HTTPClientFailure.self) {
        try client.get("/", headers: [HTTPHeader("X", "a\r\nY: b")])
      }
    }
  }

  @Test func givesUpInTime() throws {
    let kept = Shelf<HTTPResponder>()
    var configuration = HTTPConfiguration()
    configuration.drainTimeout = .zero
    try serving(configuration) { _ in
      .later { kept.put($0) }
    } _: { server in
      let client = try HTTPClient(
        url: "http://127.0.0.1:\(server.port)", timeout: .milliseconds(300))
      let start = monotonicMilliseconds()
      #expect(throws: HTTPClientFailure.timedOut(host: "127.0.0.1", port: server.port)) {
        try client.get("/")
      }
      #expect(monotonicMilliseconds() - start < 2000)
    }
  }

  @Test func readsWhateverAServerMaySend() throws {
    let cases: [(sent: String, body: String?)] = [
      ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"),
      ("HTTP/1.0 200\r\n\r\nto the end", "to the end"),
      ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", ""),
      ("HTTP/1.1 200 OK\nTransfer-Encoding: Chunked\n\n2;x\nab\n1\nc\n0\nT: v\n\n", "abc"),
      ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", ""),
      ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", nil),
      ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", nil),
      ("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", nil),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", nil),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", nil),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", nil),
      ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1001), nil),
      ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", nil),
      ("HTTP/1.1 2000 OK\r\n\r\n", nil), ("SSH-2.0-x\r\n", nil), ("", nil), ("HTTP/1.1 20", nil),
      (String(repeating: "x", count: 100_000), nil),
      ("HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 300) + "\r\n", nil),
      (String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 20), nil),
    ]
    for (sent, body) in cases {
      let outcome = try answering(Array(sent.utf8))
      switch (outcome, body) {
      case (.success(let reply), .some(let body)):
        #expect(String(decoding: reply.body, as: UTF8.self) == body, "\(sent.prefix(60))")
      case (.failure, nil): break
      default: Issue.record("\(sent.prefix(80)): \(outcome)")
      }
    }
  }

  @Test func mutatedAnswersNeverTrap() throws {
    var generator = SeededGenerator(state: 0xc11e)
    let seeds = [
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "5\r\nhello\r\n3;a=b\r\nabc\r\n0\r\n\r\n",
    ].map { Array($0.utf8) }
    for _ in 0..<400 {
      var bytes = seeds[Int.random(in: 0..<2, using: &generator)]
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.insert([48, 10, 13, 32, 45, 58, 102][place % 7], at: place)
        default: if bytes.count > 1 { bytes.remove(at: place) }
        }
      }
      if case .success(let reply) = try answering(bytes) { #expect(reply.body.count <= 1000) }
    }
  }

  /// What the client makes of a server that sends exactly these bytes and closes.
  private func answering(_ bytes: [UInt8]) throws -> Result<HTTPReply, HTTPClientFailure> {
    let configuration = HTTPConfiguration()
    let (listener, port) = try ListeningAddress("127.0.0.1", port: 0).listen(configuration)
    defer { close(listener) }
    let outcome = Mutex<Result<HTTPReply, HTTPClientFailure>?>(nil)
    let client = try HTTPClient(
      url: "http://127.0.0.1:\(port)", timeout: .seconds(10), maximumBodyBytes: 1000)
    onThreads(2) { thread in
      if thread == 1 {
        let result: Result<HTTPReply, HTTPClientFailure>
        do throws(HTTPClientFailure) {
          result = .success(try client.get("/"))
        } catch {
          result = .failure(error)
        }
        outcome.withLock { $0 = result }
        return
      }
      var event = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard poll(&event, 1, 5000) > 0 else { return }
      let peer = accept(listener, nil, nil)
      var request = [UInt8](repeating: 0, count: 4096)
      _ = recv(peer, &request, request.count, 0)
      _ = bytes.withUnsafeBytes { send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      shutdown(peer, Int32(SHUT_WR))
      close(peer)
    }
    return try #require(outcome.withLock { $0 })
  }
}
