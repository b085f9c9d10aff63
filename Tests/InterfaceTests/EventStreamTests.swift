import Cryptography
import Economy
import Engine
import Primitives
import Synchronization
import Testing

@testable import Interface

@Suite struct EventStreamTests {
  /// A message as a follower's parser gives it out.
  private struct Message {
    var event = ""
    var id: String?
    var data: JSONValue = .null
  }

  private func messages(_ bytes: [UInt8]) throws -> [Message] {
    let text = String(decoding: bytes, as: UTF8.self)
    var all: [Message] = []
    for part in text.split(separator: "\n\n") where part.hasPrefix("event: ") {
      var message = Message()
      for line in part.split(separator: "\n") {
        let halves = line.split(separator: ": ", maxSplits: 1)
        switch halves[0] {
        case "event": message.event = String(halves[1])
        case "id": message.id = String(halves[1])
        case "data": message.data = try JSONParser.parse(Array(halves[1].utf8))
        default: Issue.record("\(line)")
        }
      }
      all.append(message)
    }
    return all
  }

  /// Reads until there is nothing more.
  private func drain(_ stream: EventStream) throws -> [Message] {
    var all: [UInt8] = []
    while true {
      let bytes = stream.next {}
      if bytes.isEmpty { return try messages(all) }
      all += bytes
    }
  }

  private func network(_ blocks: UInt64) throws -> TestNetwork {
    let network = try TestNetwork()
    for nonce in 0..<blocks {
      let data = TokenCalls.transfer(network.keys[3].address, 12_500)
      try network.send(
        Draft(nonce: nonce, to: TokenCalls.token, data: data).sign(network.keys[0]))
      network.makeBlock()
    }
    return network
  }

  private func stream(
    _ network: TestNetwork, module: String? = nil, account: String? = nil, event: String? = nil,
    after id: String? = nil
  ) throws -> EventStream {
    try Broadcast(network.rpc).events(module: module, account: account, event: event, after: id)
  }

  @Test("A follower hears of what comes, blocks before their events, in words and units")
  func following() throws {
    let network = try network(1)
    let stream = try stream(network)
    #expect(String(decoding: stream.next {}, as: UTF8.self) == "retry: 2000\n\n")
    #expect(try drain(stream).isEmpty)
    let data = TokenCalls.transfer(network.keys[3].address, 12_500)
    let hash = try network.send(
      Draft(nonce: 1, to: TokenCalls.token, data: data).sign(network.keys[0]))
    network.makeBlock()
    let told = try drain(stream)
    #expect(told.map(\.event) == ["block", "event", "event"])
    #expect(told.map(\.id) == ["2", "2.0", "2.1"])
    #expect(told[0].data["height"] == .number("2") && told[0].data["events"] == .number("2"))
    #expect(told[0].data["hash"] == .string(Hex.text(network.chain.head.hash.bytes)))
    let event = told[2].data
    #expect(event["module"] == .string("token") && event["event"] == .string("Transfer"))
    #expect(event["transaction"] == .string(hash) && event["index"] == .number("1"))
    #expect(event["values"]?["to"] == .string(network.keys[3].address.checksummed))
    #expect(event["values"]?["value"]?["amount"] == .string("1.25"))
  }

  @Test("The last id goes on exactly behind that message, whatever it was")
  func resuming() throws {
    let network = try network(4)
    let all = try drain(try stream(network, after: "0"))
    #expect(all.count == 4 + 4 * 3 && all[4].id == "1")
    for (place, message) in all.enumerated() {
      let rest = try drain(try stream(network, after: message.id))
      #expect(rest.map(\.id) == all.dropFirst(place + 1).map(\.id))
    }
    // Beyond the head is another network's.
    #expect(try drain(try stream(network, after: "999")).isEmpty)
    for bad in ["", "x", "1.", ".1", "1.2.3", "-1", "1.99999999999", "18446744073709551616"] {
      #expect(throws: EventFilterFailure.self) { try stream(network, after: bad) }
    }
  }

  @Test("Module, account and event choose; blocks come when nothing or they are asked for")
  func filters() throws {
    let network = try network(2)
    func count(_ module: String?, _ account: String?, _ event: String?) throws -> Int {
      try drain(try stream(network, module: module, account: account, event: event, after: "0"))
        .count
    }
    let receiver = network.keys[3].address.checksummed
    #expect(try count(nil, nil, nil) == 10)
    #expect(try count(nil, nil, "block") == 2)
    #expect(try count("token", nil, nil) == 8)
    #expect(try count(nil, nil, "Transfer") == 8)
    #expect(try count("token", nil, "Approval") == 0)
    #expect(try count("staking", nil, nil) == 0)
    #expect(try count(nil, receiver, nil) == 2)
    #expect(try count("token", receiver.lowercased(), "Transfer") == 2)
    for (module, account, event) in [
      ("tokens", nil, nil), (nil, "0x12", nil), (nil, nil, "Transfers"),
      ("staking", nil, "RoleGranted"), (nil, receiver.uppercased(), nil),
    ] as [(String?, String?, String?)] {
      #expect(throws: EventFilterFailure.self) { try count(module, account, event) }
    }
  }

  @Test("A follower that memory has left behind is told the gap and goes on")
  func gap() throws {
    let network = try TestNetwork(memory: 20_000)
    let stream = try stream(network)
    for nonce in 0..<40 as Range<UInt64> {
      try network.send(
        Draft(nonce: nonce, to: network.keys[3].address, value: TestNetwork.weiPerUnit)
          .sign(network.keys[0]))
      network.makeBlock()
    }
    let first = network.chain.firstHeight
    let told = try drain(stream)
    #expect(told[0].event == "gap" && told[0].id == nil)
    #expect(told[0].data["from"] == .number("1"))
    #expect(told[0].data["to"] == .number("\(first - 1)"))
    #expect(told[1].id == "\(first)" && told.last?.id == "40.1")
  }

  @Test("Pieces are bounded, and a block that fills many is told whole")
  func pieces() throws {
    let network = try TestNetwork()
    for place in 0..<3 {
      for nonce in 0..<64 as Range<UInt64> {
        try network.send(
          Draft(nonce: nonce, to: network.keys[3].address, value: TestNetwork.weiPerUnit)
            .sign(network.keys[place]))
      }
    }
    network.makeBlock()
    let stream = try stream(network, after: "0.99")
    var all: [UInt8] = []
    var count = 0
    while true {
      let bytes = stream.next {}
      if bytes.isEmpty { break }
      #expect(bytes.count < 36 << 10)
      all += bytes
      count += 1
    }
    let told = try messages(all)
    #expect(count > 3 && told.count == 1 + 384)
    #expect(told.last?.id == "1.383")
  }

  @Test("Silence is broken by a comment after the time of a heartbeat")
  func heartbeat() throws {
    final class Time: Sendable {
      let seconds = Atomic<UInt64>(0)
    }
    let time = Time()
    let network = try TestNetwork()
    let stream = EventStream(
      Broadcast(network.rpc), try EventFilter(module: nil, account: nil, event: nil), from: nil,
      heartbeat: 15, now: { time.seconds.load(ordering: .relaxed) })
    _ = stream.next {}
    time.seconds.store(14, ordering: .relaxed)
    #expect(stream.next {}.isEmpty)
    time.seconds.store(15, ordering: .relaxed)
    #expect(stream.next {} == Array(": heartbeat\n\n".utf8))
    #expect(stream.next {}.isEmpty)
  }

  @Test("Random ids, filters and values never end the process", arguments: [1, 2] as [UInt64])
  func noise(seed: UInt64) throws {
    let network = try network(2)
    var state = seed
    func number(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(truncatingIfNeeded: state >> 33) % bound
    }
    let pieces = ["", "0", "1", ".", "1.1", "é", "\u{0}", "block", "Transfer", "token", "0x", "-"]
    func text() -> String? {
      number(3) == 0 ? nil : (0..<number(4)).map { _ in pieces[number(pieces.count)] }.joined()
    }
    for _ in 0..<400 {
      let stream = try? stream(
        network, module: text(), account: text(), event: text(), after: text())
      _ = try stream.map(drain)
    }
  }
}
