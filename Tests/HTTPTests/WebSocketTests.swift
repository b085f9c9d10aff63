import Glibc
import Testing

@testable import HTTP

@Suite struct WebSocketTests {
  private func serving(
    _ talk: Talk, _ configuration: HTTPConfiguration = HTTPConfiguration(),
    _ body: (HTTPServer) throws -> Void
  ) throws {
    try HTTPTests.serving(configuration) {
      $0.wantsWebSocket ? .webSocket(talk.handler) : .now(echo($0))
    } _: {
      try body($0)
    }
  }

  @Test func echoesMessagesOfAnySizeBesideOrdinaryRequests() throws {
    let talk = Talk()
    try serving(talk) { server in
      let client = try RawWebSocket(server.port)
      for size in [0, 1, 125, 126, 65_535, 65_536, 1 << 20] {
        let text = String(repeating: "é", count: size / 2) + (size % 2 == 0 ? "" : "x")
        try client.send(text: text)
        let frame = try client.next()
        #expect(frame?.opcode == 1 && frame?.isFinal == true && frame?.text == text)
      }
      try client.send(RawWebSocket.frame(2, [0, 255, 7]))
      #expect(try client.next()?.text == "3")
      #expect(talk.heard.last == .binary([0, 255, 7]))
      #expect(try server.client().get("/").status == 200)
      #expect(server.webSocketCount == 1 && server.connectionCount >= 1)
      #expect(eventually { server.requestCount == 0 })
      #expect(server.answers.contains { $0 == (101, 1) })
    }
    #expect(talk.closings == 1)
  }

  @Test func takesWhatCameBeforeTheHandshakeWasAnswered() throws {
    try serving(Talk()) { server in
      let early = RawWebSocket.frame(1, Array("one".utf8)) + RawWebSocket.frame(1, [])
      let client = try RawWebSocket(server.port, early: early + [0x81])
      #expect(try client.next()?.text == "one")
      #expect(try client.next()?.text == "")
      try client.send(Array(RawWebSocket.frame(1, Array("rest".utf8)).dropFirst()))
      #expect(try client.next()?.text == "rest")
    }
  }

  @Test func putsFragmentsTogetherAndAnswersPingsBetweenThem() throws {
    let talk = Talk()
    try serving(talk) { server in
      let client = try RawWebSocket(server.port)
      // A letter of two bytes is split.
      try client.send(RawWebSocket.frame(1, [0x61, 0xc3], isFinal: false))
      try client.send(RawWebSocket.frame(9, Array("now?".utf8)))
      #expect(
        try client.next() == ReceivedFrame(opcode: 10, isFinal: true, payload: Array("now?".utf8)))
      try client.send(RawWebSocket.frame(0, [0xa9], isFinal: false))
      try client.send(RawWebSocket.frame(0, [0x62]))
      #expect(try client.next()?.text == "aéb")
      // A pong that nobody asked for is no matter.
      try client.send(RawWebSocket.frame(10, [1]))
      try client.send(text: "still")
      #expect(try client.next()?.text == "still")
    }
    #expect(talk.heard.count == 2)
  }

  @Test func sendsWhenWokenAndClosesWithTheCodeThatItIsTold() throws {
    let talk = Talk()
    try serving(talk) { server in
      let client = try RawWebSocket(server.port)
      #expect(eventually { server.webSocketCount == 1 })
      for number in 0..<200 { talk.say(.text(Array("\(number)".utf8))) }
      for number in 0..<200 { #expect(try client.next()?.text == "\(number)") }
      talk.say(.close(code: 1013, reason: "too slow"))
      let close = try client.next()
      #expect(close?.opcode == 8 && close?.code == 1013)
      #expect(close.map { String(decoding: $0.payload.dropFirst(2), as: UTF8.self) } == "too slow")
      try client.send(RawWebSocket.frame(8, [0x03, 0xf5]))
      #expect(try client.next() == nil)
      #expect(eventually { talk.closings == 1 && server.webSocketCount == 0 })
      #expect(eventually { server.connectionCount == 0 })
    }
  }

  @Test func answersAClosingClientWithItsCode() throws {
    let talk = Talk()
    try serving(talk) { server in
      for payload in [[], [0x03, 0xe8], [0x0f, 0xa0] + Array("bye".utf8)] as [[UInt8]] {
        let client = try RawWebSocket(server.port)
        try client.send(RawWebSocket.frame(8, payload))
        let close = try client.next()
        #expect(close?.opcode == 8)
        if payload.count >= 2 { #expect(close?.payload.prefix(2) == payload.prefix(2)) }
        #expect(try client.next() == nil)
      }
      #expect(eventually { talk.closings == 3 && server.connectionCount == 0 })
    }
  }

  @Test(
    "What came whole before the end is heard, also where both came in one piece",
    arguments: [RawWebSocket.frame(8, [0x03, 0xe8]), RawWebSocket.frame(3, [])])
  func hearsWhatCameBeforeTheEnd(_ end: [UInt8]) throws {
    let talk = Talk()
    try serving(talk) { server in
      let client = try RawWebSocket(server.port)
      let texts = ["one", "two"].map { RawWebSocket.frame(1, Array($0.utf8)) }
      try client.send(texts[0] + texts[1] + end)
      #expect(eventually { talk.closings == 1 })
      #expect(talk.heard == [.text(Array("one".utf8)), .text(Array("two".utf8))])
    }
  }

  @Test(
    "Frames against the rules are answered with the rules' code",
    arguments: [
      ("not masked", RawWebSocket.frame(1, [1], mask: nil), 1002),
      ("reserved opcode", RawWebSocket.frame(3, []), 1002),
      ("reserved control opcode", RawWebSocket.frame(11, []), 1002),
      ("reserved bit", RawWebSocket.frame(1, [], reserved: 4), 1002),
      // A frame that cannot be made out is closed without a code.
      ("fragmented ping", RawWebSocket.frame(9, [], isFinal: false), 0),
      ("long ping", RawWebSocket.frame(9, Array(repeating: 1, count: 126)), 0),
      ("nothing to continue", RawWebSocket.frame(0, [1]), 1002),
      (
        "a message inside a message",
        RawWebSocket.frame(1, [0x61], isFinal: false) + RawWebSocket.frame(1, [0x61]), 1002
      ),
      ("no UTF-8", RawWebSocket.frame(1, [0xc3, 0x28]), 1007),
      ("cut UTF-8", RawWebSocket.frame(1, [0xc3]), 1007),
      ("a surrogate", RawWebSocket.frame(1, [0xed, 0xa0, 0x80]), 1007),
      ("close with one byte", RawWebSocket.frame(8, [3]), 0),
      ("close with a code that nobody sends", RawWebSocket.frame(8, [0x03, 0xed]), 1002),
      ("oversize", RawWebSocket.frame(1, [0x61], claims: (1 << 20) + 1), 1009),
      ("oversize beyond reason", RawWebSocket.frame(2, [0], claims: Int.max), 1009),
      (
        "oversize in parts",
        RawWebSocket.frame(1, Array(repeating: 0x61, count: 1 << 20), isFinal: false)
          + RawWebSocket.frame(0, [0x61]), 1009
      ),
    ] as [(String, [UInt8], UInt16)])
  func rules(what: String, bytes: [UInt8], code: UInt16) throws {
    let talk = Talk()
    try serving(talk) { server in
      let client = try RawWebSocket(server.port)
      try client.send(bytes)
      let close = try client.farewell()
      #expect(close?.code == code, "\(what): \(String(describing: close?.code))")
      #expect(try client.next() == nil)
      #expect(eventually { talk.closings == 1 && server.connectionCount == 0 })
    }
    #expect(talk.heard.isEmpty)
  }

  @Test func refusesMessagesOfTooManyFragments() throws {
    try serving(Talk()) { server in
      let client = try RawWebSocket(server.port)
      var bytes = RawWebSocket.frame(1, [0x61], isFinal: false)
      for _ in 0..<1_100 { bytes += RawWebSocket.frame(0, [0x61], isFinal: false) }
      try client.send(bytes)
      #expect(try client.farewell()?.code == 1008)
    }
  }

  @Test func unfinishedMessagesShareOneBudgetWithBodies() throws {
    var configuration = HTTPConfiguration()
    configuration.maximumBodyBytes = 1 << 20
    configuration.maximumBufferedBytes = 2 << 20
    try HTTPTests.serving(configuration) { _ in
      .webSocket(Talk().handler)
    } _: { server in
      let first = try RawWebSocket(server.port)
      let second = try RawWebSocket(server.port)
      let size = 1 << 20
      try first.send(RawWebSocket.frame(2, [1], claims: size))
      try second.send(RawWebSocket.frame(2, [1], claims: size))
      usleep(100_000)
      let third = try RawWebSocket(server.port)
      try third.send(RawWebSocket.frame(2, [1], claims: size))
      #expect(try third.farewell()?.code == 1013)
      // Whoever was first goes on.
      let mask = [UInt8](arrayLiteral: 0x17, 0x9b, 0x3c, 0x5a)
      try first.send((0..<size - 1).map { mask[$0 & 3] })
      #expect(try first.next()?.text == "\(size)")
    }
  }

  @Test func handshakesThatAreWrongAreRefusedInWords() throws {
    try serving(Talk()) { server in
      let sound = RawWebSocket.handshake
      let cases = [
        (sound.replacing("Version: 13", with: "Version: 8"), 426),
        (sound.replacing("Sec-WebSocket-Version: 13\r\n", with: ""), 426),
        (sound.replacing("dGhlIHNhbXBsZSBub25jZQ==", with: "dGhlIHNhbXBsZQ=="), 400),
        (sound.replacing("Sec-WebSocket-Key", with: "X-Key"), 400),
        (sound.replacing("keep-alive, Upgrade", with: "keep-alive"), 400),
        (sound + "Content-Length: 1\r\n", 400),
      ]
      for (text, status) in cases {
        var raw = try RawConnection(server.port)
        try raw.send(text + "\r\n" + (text.contains("Length") ? "x" : ""))
        let reply = try raw.reply()
        #expect(reply.status == status, "\(text)")
        if status == 426 { #expect(reply.header("Sec-WebSocket-Version") == "13") }
      }
      // Not a GET: an ordinary request.
      var raw = try RawConnection(server.port)
      try raw.send(
        sound.replacing("GET", with: "POST") + "Content-Length: 2\r\n\r\nhi")
      #expect(try raw.reply().body == Array("hi".utf8))
      #expect(server.webSocketCount == 0)
    }
  }

  @Test func stopSaysGoodbyeToEveryClient() throws {
    let talk = Talk()
    let server = HTTPServer(answering: { _ in .webSocket(talk.handler) })
    try server.start()
    let first = try RawWebSocket(server.port)
    let second = try RawWebSocket(server.port)
    #expect(eventually { server.webSocketCount == 2 })
    let begun = monotonicMilliseconds()
    onThreads(1) { _ in server.stop() }
    #expect(try first.farewell()?.code == 1001)
    #expect(try second.farewell()?.code == 1001)
    #expect(monotonicMilliseconds() - begun < 9_000)
    #expect(talk.closings == 2)
  }

  @Test func connectionsCountTowardsTheCap() throws {
    var configuration = HTTPConfiguration()
    configuration.maximumConnections = 2
    try serving(Talk(), configuration) { server in
      let held = [try RawWebSocket(server.port), try RawWebSocket(server.port)]
      #expect(eventually { server.webSocketCount == 2 })
      var raw = try RawConnection(server.port)
      try raw.send(RawWebSocket.handshake + "\r\n")
      #expect(try raw.reply().status == 503)
      #expect(held.count == 2)
    }
  }

  @Test func silentClientsArePingedAndThoseThatAreGoneClosed() throws {
    let talk = Talk()
    var configuration = HTTPConfiguration()
    configuration.webSocketPing = .milliseconds(300)
    try serving(talk, configuration) { server in
      let client = try RawWebSocket(server.port)
      for _ in 0..<4 {
        let ping = try client.next()
        #expect(ping?.opcode == 9)
        try client.send(RawWebSocket.frame(10, ping?.payload ?? []))
      }
      // From here on no answer.
      while try client.next() != nil {}
      #expect(eventually { talk.closings == 1 && server.connectionCount == 0 })
    }
  }

  /// The socket takes each message at once, so no event ever says that there is room again.
  @Test func whatFillsTheQueueAndIsTakenAtOnceIsFollowedByTheRest() throws {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    defer { close(ends[1]) }
    var size: Int32 = 8 << 20
    for end in ends {
      setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    let talk = Talk(echoes: false)
    let socket = try #require(
      DetachedWebSocket(socket: ends[0], handler: talk.handler, messageBytes: 1 << 20))
    for _ in 0..<40 { talk.say(.text([UInt8](repeating: 0x61, count: 100_000))) }
    var bytes = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    // Its turn comes again only where the system would give it one.
    repeat {
      socket.run()
      while case let count = recv(ends[1], &buffer, buffer.count, 0), count > 0 { bytes += count }
    } while socket.wantsWrite
    #expect(talk.waiting == 0)
    #expect(bytes == 40 * 100_010)
  }

  @Test func aClientThatDoesNotReadCostsABoundedQueueAndIsClosed() throws {
    let talk = Talk(echoes: false)
    var configuration = HTTPConfiguration()
    configuration.webSocketStall = .seconds(1)
    try serving(talk, configuration) { server in
      let client = try RawWebSocket(server.port)
      #expect(eventually { server.webSocketCount == 1 })
      let piece = WebSocketPiece.text([UInt8](repeating: 0x61, count: 100_000))
      for _ in 0..<400 { talk.say(piece) }
      // What the system buffers, and one message: the rest was not even asked for.
      #expect(eventually { talk.waiting < 400 })
      usleep(300_000)
      #expect(talk.waiting > 200, "\(talk.waiting) of 400 not asked for")
      #expect(eventually { talk.closings == 1 && server.webSocketCount == 0 })
      #expect(talk.waiting > 200)
      withExtendedLifetime(client) {}
    }
  }

  @Test func aClientThatPingsAndDoesNotReadIsNotAnsweredWithoutEnd() throws {
    let talk = Talk(echoes: false)
    var configuration = HTTPConfiguration()
    configuration.webSocketStall = .milliseconds(500)
    try serving(talk, configuration) { server in
      let client = try RawWebSocket(server.port, seconds: 8)
      let pings = (0..<2_000).flatMap { _ in
        RawWebSocket.frame(9, [UInt8](repeating: 1, count: 125))
      }
      var taken = 0
      do throws(HTTPClientFailure) {
        while taken < 200, try client.raw.socket.write(pings) { taken += 1 }
      } catch {}
      #expect(taken < 200, "50 MB of pings were taken from a client that reads no pong")
      #expect(eventually { talk.closings == 1 })
    }
  }

  @Test(
    "Random frames, sound and broken, never end the server", arguments: [1, 2, 3] as [UInt64])
  func noise(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    let talks = Shelf<Talk>()
    try HTTPTests.serving { _ in
      let talk = Talk()
      talks.put(talk)
      return .webSocket(talk.handler)
    } _: { server in
      for _ in 0..<60 {
        let client = try RawWebSocket(server.port)
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...12, using: &generator) {
          let payload = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
          }
          switch Int.random(in: 0..<8, using: &generator) {
          case 0: bytes += payload
          case 1: bytes += RawWebSocket.frame(1, Array("sound".utf8))
          default:
            bytes += RawWebSocket.frame(
              UInt8.random(in: 0...15, using: &generator), payload,
              isFinal: Bool.random(using: &generator),
              mask: Int.random(in: 0..<6, using: &generator) == 0 ? nil : 7,
              claims: Int.random(in: 0..<9, using: &generator) == 0
                ? Int.random(in: 0..<1 << 40, using: &generator) : nil,
              reserved: Int.random(in: 0..<9, using: &generator) == 0 ? 2 : 0)
          }
        }
        try client.send(bytes)
        // Some leave at once, some in the midst of what is sent to them.
        if Bool.random(using: &generator) {
          shutdown(client.raw.socket.handle, Int32(SHUT_WR))
          while try client.next() != nil {}
        }
      }
      #expect(eventually { server.webSocketCount == 0 && server.connectionCount == 0 })
      #expect(talks.takeAll().map(\.closings) == Array(repeating: 1, count: 60))
      let last = try RawWebSocket(server.port)
      try last.send(text: "alive")
      #expect(try last.next()?.text == "alive")
    }
  }

  @Test func manyClientsAreServedByTheSameTwoThreads() throws {
    try HTTPTests.serving {
      _ in
      .webSocket(Talk().handler)
    } _: { server in
      let count = 300
      let done = Counter()
      onThreads(3) { _ in
        var held: [RawWebSocket] = []
        for _ in 0..<count / 3 {
          guard let client = try? RawWebSocket(server.port), client.exchange("x") == "x" else {
            return
          }
          held.append(client)
          done.add()
        }
        for client in held where client.exchange("again") != "again" { done.add(-1) }
      }
      #expect(done.value == count)
      #expect(eventually { server.webSocketCount == 0 })
    }
  }
}

extension RawWebSocket {
  /// What is said back to a text; nil where nothing is.
  fileprivate func exchange(_ text: String) -> String? {
    guard (try? send(text: text)) != nil else { return nil }
    return (try? next())?.text
  }
}
