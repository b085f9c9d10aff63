import Cryptography
import Economy
import Engine
import Primitives
import Synchronization
import Testing

@testable import Interface

/// Counts how often somebody was woken.
final class Alarm: Sendable {
  private let count = Atomic(0)
  var rung: Int { count.load(ordering: .relaxed) }
  func ring() { count.add(1, ordering: .relaxed) }
}

@Suite struct SessionTests {
  /// A client on a socket, without the socket.
  private struct Client {
    let network: TestNetwork
    let broadcast: Broadcast
    let session: RPCSession
    let alarm = Alarm()

    init(_ network: TestNetwork, lag: UInt64 = 1_024) {
      self.network = network
      var rpc = network.rpc
      rpc.budget.subscriptionLag = lag
      broadcast = Broadcast(rpc, heartbeat: 0)
      session = broadcast.session()
    }

    func next() throws -> JSONValue? {
      let alarm = alarm
      switch session.next({ alarm.ring() }) {
      case .message(let bytes): return try JSONParser.parse(bytes)
      case .nothing: return nil
      case .overrun(let reason):
        Issue.record("\(reason)")
        return nil
      }
    }

    func result(_ method: String, _ parameters: String = "[]") throws -> JSONValue {
      let body = #"{"jsonrpc":"2.0","id":7,"method":"\#(method)","params":\#(parameters)}"#
      session.receive(Array(body.utf8))
      let answer = try #require(try next())
      #expect(answer["id"] == .number("7"))
      return try #require(answer["result"] ?? answer["error"])
    }

    func transfer(_ nonce: UInt64, _ units: UInt128 = 9) throws -> String {
      let data = TokenCalls.transfer(network.keys[3].address, units)
      return try network.send(
        Draft(nonce: nonce, to: TokenCalls.token, data: data).sign(network.keys[0]))
    }
  }

  @Test("All methods answer over the socket, batches too, in the order asked")
  func methods() throws {
    let client = Client(try TestNetwork())
    #expect(try client.result("eth_chainId") == .string("0x5d431"))
    let one = #"{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}"#
    client.session.receive(Array("[\(one),\(one)]".utf8))
    client.session.receive(Array("{".utf8))
    client.session.receive(Array(#"{"jsonrpc":"2.0","method":"eth_blockNumber"}"#.utf8))
    #expect(try client.next()?.elements?.count == 2)
    #expect(try client.next()?["error"]?["code"] == .number("-32700"))
    #expect(try client.next() == nil)
  }

  @Test("Heads and logs are told block for block, each once, until unsubscribed")
  func news() throws {
    let network = try TestNetwork()
    let client = Client(network)
    let heads = try #require(try client.result("eth_subscribe", #"["newHeads"]"#).string)
    let receiver = Hex.text(Word(network.keys[3].address).bytes)
    let logs = try #require(
      try client.result(
        "eth_subscribe",
        #"["logs",{"address":"\#(TokenCalls.token.text)","topics":[null,null,"\#(receiver)"]}]"#
      ).string)
    #expect(heads != logs)
    #expect(try client.next() == nil)
    let hash = try client.transfer(0)
    network.makeBlock()
    network.makeBlock()
    var told: [(String, JSONValue)] = []
    while let message = try client.next() {
      #expect(message["method"] == .string("eth_subscription") && message["id"] == nil)
      let parameters = try #require(message["params"])
      told.append(
        (try #require(parameters["subscription"]?.string), try #require(parameters["result"])))
    }
    let numbers = told.filter { $0.0 == heads }.map { $0.1["number"] }
    #expect(numbers == [.string("0x1"), .string("0x2")])
    let found = told.filter { $0.0 == logs }.map(\.1)
    #expect(found.map { $0["transactionHash"] } == [.string(hash)])
    #expect(
      found[0] == (try network.result("eth_getTransactionReceipt", #"["\#(hash)"]"#))["logs"]?[1])
    // A head is a block without its contents.
    let block = try network.result("eth_getBlockByNumber", #"["0x1",false]"#)
    let head = try #require(told.first { $0.0 == heads }?.1)
    for member in try #require(head.members) { #expect(block[member.name] == member.value) }
    #expect(head["transactions"] == nil && head["baseFeePerGas"] != nil)
    #expect(try client.result("eth_unsubscribe", #"["\#(heads)"]"#) == .bool(true))
    #expect(try client.result("eth_unsubscribe", #"["\#(heads)"]"#) == .bool(false))
    network.makeBlock()
    #expect(try client.next() == nil)
  }

  @Test("Accepted transactions are told by hash or whole")
  func arrivals() throws {
    let network = try TestNetwork()
    let client = Client(network)
    let hashes = try client.result("eth_subscribe", #"["newPendingTransactions"]"#)
    let whole = try client.result("eth_subscribe", #"["newPendingTransactions",true]"#)
    let hash = try client.transfer(0)
    let told = try [client.next(), client.next()].map { try #require($0?["params"]) }
    for message in told {
      let result = try #require(message["result"])
      if message["subscription"] == hashes {
        #expect(result == .string(hash))
      } else {
        #expect(message["subscription"] == whole && result["hash"] == .string(hash))
        #expect(result["blockHash"] == .null)
      }
    }
    #expect(told[0]["subscription"] != told[1]["subscription"])
    #expect(try client.next() == nil)
  }

  @Test("A node that serves says once that it does not synchronize")
  func syncing() throws {
    let client = Client(try TestNetwork())
    _ = try client.result("eth_subscribe", #"["syncing"]"#)
    #expect(try client.next()?["params"]?["result"] == .bool(false))
    #expect(try client.next() == nil)
  }

  @Test("What cannot be subscribed to is named; without a socket nothing can be")
  func refusals() throws {
    let network = try TestNetwork()
    let client = Client(network)
    let hash = "0x" + String(repeating: "1", count: 64)
    for parameters in [
      #"["newNews"]"#, "[]", "[7]", #"["logs",7]"#, #"["logs",{"blockHash":"\#(hash)"}]"#,
      #"["newPendingTransactions",7]"#,
    ] {
      #expect(
        try client.result("eth_subscribe", parameters)["code"] == .number("-32602"), "\(parameters)"
      )
    }
    for _ in 0..<RPCLimits.subscriptions {
      #expect(try client.result("eth_subscribe", #"["newHeads"]"#).string != nil)
    }
    #expect(
      try client.result("eth_subscribe", #"["newHeads"]"#)["code"] == .number("-32005"))
    let alone = try network.failure("eth_subscribe", #"["newHeads"]"#)
    #expect(alone.code == "-32601" && alone.message.hasPrefix("notifications not supported"))
  }

  @Test("Who subscribes is woken by the broadcast; who is gone is not")
  func waking() throws {
    let network = try TestNetwork()
    let client = Client(network)
    _ = try client.result("eth_blockNumber")
    _ = try client.next()
    #expect(client.broadcast.count == 0)
    _ = try client.result("eth_subscribe", #"["newPendingTransactions"]"#)
    _ = try client.next()
    #expect(client.broadcast.count == 1)
    network.makeBlock()
    client.broadcast.publish()
    #expect(client.alarm.rung == 1)
    client.session.end()
    #expect(client.broadcast.count == 0)
    client.broadcast.publish()
    #expect(client.alarm.rung == 1)
    #expect(try client.next() == nil)
  }

  @Test("A subscriber too many blocks behind is cut off, one at the limit is not")
  func overrun() throws {
    let network = try TestNetwork()
    let client = Client(network, lag: 5)
    _ = try client.result("eth_subscribe", #"["newHeads"]"#)
    for _ in 0..<5 { network.makeBlock() }
    for height in 1...5 {
      let result = try client.next()?["params"]?["result"]
      #expect(result?["number"] == .string("0x\(height)"))
    }
    for _ in 0..<6 { network.makeBlock() }
    guard case .overrun(let reason) = client.session.next({}) else {
      Issue.record("six blocks behind, and told of them")
      return
    }
    #expect(reason.hasPrefix("too slow") && reason.utf8.count <= 123)
  }
}
