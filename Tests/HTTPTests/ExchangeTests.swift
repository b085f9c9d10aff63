import Glibc
import Testing

@testable import HTTP

/// Answers that come later, streams, and stopping while both wait.
@Suite struct ExchangeTests {
  @Test func answersLaterFromAnotherThread() throws {
    let waiting = Shelf<(HTTPResponder, [UInt8])>()
    let finished = Counter()
    try serving { request in
      request.method == .get
        ? .now(.text("at once")) : .later { waiting.put(($0, request.body)) }
    } _: { server in
      let port = server.port
      let failures = Counter()
      onThreads(17) { thread in
        if thread == 16 {
          while finished.value < 16 {
            for (responder, body) in waiting.takeAll() {
              if !responder.respond(.json(body)) { failures.add() }
              // Only the first answer counts.
              if responder.respond(.text("again")) { failures.add() }
            }
            usleep(200)
          }
          return
        }
        do {
          var raw = try RawConnection(port)
          for index in 0..<100 {
            let body = "\(thread):\(index)"
            try raw.send(
              "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
            if try raw.reply().body != Array(body.utf8) { failures.add() }
          }
        } catch {
          failures.add()
        }
        finished.add()
      }
      #expect(failures.value == 0)
      #expect(eventually { server.requestCount == 0 })
    }
  }

  @Test func answersLaterOnTheSpotAndByDropping() throws {
    try serving { request in
      request.path == "/drop" ? .later { _ in } : .later { $0.respond(.text("here")) }
    } _: { server in
      var raw = try RawConnection(server.port)
      for _ in 0..<50 {
        try raw.send("GET /here HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try raw.reply().body == Array("here".utf8))
      }
      try raw.send("GET /drop HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try raw.reply().status == 500)
    }
  }

  @Test func sleepersCostNoThreadAndTimeOut() throws {
    var configuration = HTTPConfiguration()
    configuration.threads = 1
    configuration.answerTimeout = .milliseconds(600)
    let kept = Shelf<HTTPResponder>()
    try serving(configuration) { request in
      request.path == "/wait" ? .later { kept.put($0) } : .now(.text("quick"))
    } _: { server in
      var raw = try RawConnection(server.port)
      try raw.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(eventually { kept.count == 1 })
      #expect(try server.client().get("/").body == Array("quick".utf8))
      #expect(try raw.reply().status == 504)
      #expect(kept.takeAll().allSatisfy { !$0.respond(.text("too late")) })
      // The connection is as good as before.
      try raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try raw.reply().status == 200)
    }
  }

  @Test func clientThatLeavesWhileWaitingHarmsNobody() throws {
    let kept = Shelf<HTTPResponder>()
    try serving { request in
      request.path == "/wait" ? .later { kept.put($0) } : .now(.text("quick"))
    } _: { server in
      for _ in 0..<20 {
        var raw = try RawConnection(server.port)
        try raw.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
      }
      #expect(eventually { kept.count == 20 })
      for responder in kept.takeAll() {
        responder.respond(.text(String(repeating: "x", count: 300_000)))
      }
      #expect(eventually { server.requestCount == 0 && server.connectionCount == 0 })
      #expect(try server.client().get("/").status == 200)
    }
  }

  @Test func stopAnswersWhatStillWaits() throws {
    for _ in 0..<10 {
      var configuration = HTTPConfiguration()
      configuration.drainTimeout = .milliseconds(100)
      let kept = Shelf<HTTPResponder>()
      let server = HTTPServer(
        configuration: configuration, answering: { _ in .later { kept.put($0) } })
      try server.start()
      var one = try RawConnection(server.port)
      var two = try RawConnection(server.port)
      var three = try RawConnection(server.port)
      try one.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      try two.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      try three.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(eventually { kept.count == 3 })
      // Answering and stopping race: each connection still gets exactly one answer.
      let responders = kept.takeAll()
      onThreads(2) { thread in
        if thread == 0 {
          server.stop()
        } else {
          usleep(99_000)
          for responder in responders.prefix(2) { responder.respond(.text("in time")) }
        }
      }
      for text in [try one.rest(), try two.rest(), try three.rest()] {
        #expect(text.components("HTTP/1.1") == 1, "\(text)")
        #expect(text.hasPrefix("HTTP/1.1 503") || text.hasPrefix("HTTP/1.1 200"))
        #expect(text.contains("Connection: close"))
      }
      #expect(responders.allSatisfy { !$0.respond(.text("after the end")) })
    }
  }

  @Test func stopWaitsForAnswersUnderWay() throws {
    let kept = Shelf<HTTPResponder>()
    try serving { _ in
      .later { kept.put($0) }
    } _: { server in
      var raw = try RawConnection(server.port)
      try raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(eventually { kept.count == 1 })
      onThreads(2) { thread in
        if thread == 0 {
          server.stop()
        } else {
          usleep(200_000)
          kept.takeAll().first?.respond(.text("finished"))
        }
      }
      #expect(try raw.rest().hasSuffix("finished"))
    }
  }

  @Test func streamsPieceByPiece() throws {
    // A large piece is cut, an empty one waits, and waking before the sleep is not lost.
    let pieces = Shelf<HTTPPiece>()
    let wakers = Shelf<HTTPWaker>()
    let stream = HTTPStream { waker in
      if wakers.count == 0 { wakers.put(waker) }
      return pieces.takeFirst() ?? .wait
    }
    try serving { _ in
      .now(HTTPResponse(headers: [HTTPHeader("Content-Type", "text/event-stream")], stream: stream))
    } _: { server in
      var raw = try RawConnection(server.port)
      try raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(eventually { wakers.count == 1 })
      let waker = try #require(wakers.takeAll().first)
      wakers.put(waker)
      let big = [UInt8](repeating: 98, count: 100_000)
      for index in 0..<200 {
        pieces.put(.bytes(index == 100 ? big : Array("data: \(index)\n\n".utf8)))
        waker.wake()
        if index % 50 == 0 { usleep(20_000) }
      }
      pieces.put(.bytes([]))
      pieces.put(.end)
      waker.wake()
      let expected = (0..<200).flatMap { $0 == 100 ? big : Array("data: \($0)\n\n".utf8) }
      // The empty piece puts the stream to sleep once more.
      while server.requestCount > 0 {
        waker.wake()
        usleep(1000)
        if pieces.count == 0 { break }
      }
      let reply = try raw.reply()
      #expect(reply.header("Transfer-Encoding") == "chunked")
      let isWhole = reply.body == expected
      #expect(isWhole, "\(reply.body.count) bytes")
      #expect(eventually { waker.isClosed })
      waker.wake()
      // Closed for that request; the connection goes on.
      pieces.put(.bytes([1]))
      pieces.put(.end)
      try raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try raw.reply().body == [1])
    }
  }

  @Test func streamMayBeALateAnswerAndEndsWithTheServer() throws {
    let server = HTTPServer(
      configuration: HTTPConfiguration(),
      answering: { _ in
        .later { responder in
          let first = Shelf<HTTPPiece>()
          first.put(.bytes(Array("hello".utf8)))
          responder.respond(HTTPResponse(stream: HTTPStream { _ in first.takeFirst() ?? .wait }))
        }
      })
    try server.start()
    var raw = try RawConnection(server.port)
    try raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    while try raw.socket.line(maximum: 1000) != [] {}
    #expect(try raw.socket.line(maximum: 10) == Array("5".utf8))
    #expect(try raw.socket.line(maximum: 10) == Array("hello".utf8))
    let start = monotonicMilliseconds()
    server.stop()
    #expect(monotonicMilliseconds() - start < 2000)
    #expect(try raw.rest() == "0\r\n\r\n")
  }

  @Test func streamWhoseClientLeavesIsGivenUp() throws {
    let wakers = Shelf<HTTPWaker>()
    try serving { _ in
      .now(
        HTTPResponse(
          stream: HTTPStream { waker in
            if wakers.count == 0 { wakers.put(waker) }
            return .bytes([UInt8](repeating: 1, count: 50_000))
          }))
    } _: { server in
      do {
        var raw = try RawConnection(server.port)
        try raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try raw.socket.line(maximum: 100).count > 0)
      }
      #expect(eventually { server.requestCount == 0 })
      #expect(wakers.takeAll().allSatisfy { $0.isClosed })
    }
  }
}
