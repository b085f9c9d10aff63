import Cryptography
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct JSONRPCTests {
  private func answer(_ network: TestNetwork, _ body: String) throws -> String? {
    network.rpc.answer(Array(body.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("An id comes back as it was sent", arguments: ["1", "0", "-7", "1e3", #""a\"b""#, "null"])
  func echo(id: String) throws {
    let network = try TestNetwork()
    let body = #"{"jsonrpc":"2.0","id":\#(id),"method":"eth_chainId","params":[]}"#
    #expect(
      try answer(network, body) == #"{"jsonrpc":"2.0","id":\#(id),"result":"0x5d431"}"#)
  }

  @Test("Parameters may be missing, null or an empty list", arguments: ["", #","params":null"#])
  func noParameters(members: String) throws {
    let network = try TestNetwork()
    let body = #"{"jsonrpc":"2.0","id":1,"method":"net_version"\#(members)}"#
    #expect(try answer(network, body) == #"{"jsonrpc":"2.0","id":1,"result":"382001"}"#)
  }

  @Test("Notifications are run and not answered")
  func notifications() throws {
    let network = try TestNetwork()
    #expect(try answer(network, #"{"jsonrpc":"2.0","method":"eth_chainId"}"#) == nil)
    #expect(try answer(network, #"[{"jsonrpc":"2.0","method":"eth_chainId"}]"#) == nil)
    let raw = Hex.text(
      Draft(nonce: 0, to: network.keys[3].address, value: TestNetwork.weiPerUnit)
        .sign(network.keys[0]))
    let body = #"{"jsonrpc":"2.0","method":"eth_sendRawTransaction","params":["\#(raw)"]}"#
    #expect(try answer(network, body) == nil)
    #expect(network.chain.waitingSize.count == 1)
  }

  @Test(
    "What is no request gets JSON-RPC's own codes",
    arguments: [
      ("", "-32700"), ("{", "-32700"), ("nonsense", "-32700"), ("{}{}", "-32700"),
      ("[]", "-32600"), ("1", "-32600"), ("{}", "-32600"), ("null", "-32600"),
      (#"{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}"#, "-32600"),
      (#"{"jsonrpc":"2.0","id":1}"#, "-32600"),
      (#"{"jsonrpc":"2.0","id":1,"method":7}"#, "-32600"),
      (#"{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}"#, "-32600"),
      (#"{"jsonrpc":"2.0","id":1,"method":"eth_noSuch"}"#, "-32601"),
      (#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{"a":1}}"#, "-32602"),
      (#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[1]}"#, "-32602"),
      (#"{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":[]}"#, "-32602"),
    ])
  func refusals(body: String, code: String) throws {
    let network = try TestNetwork()
    let reply = try #require(try answer(network, body))
    let value = try JSONParser.parse(Array(reply.utf8))
    #expect(value["jsonrpc"] == .string("2.0"))
    #expect(value["error"]?["code"] == .number(code), "\(reply)")
    #expect(value["error"]?["message"]?.string?.isEmpty == false)
  }

  @Test("JSON nested deeper than the limit is a parse error")
  func depth() throws {
    let network = try TestNetwork()
    let nested = String(repeating: "[", count: 100_000)
    let reply = try #require(try answer(network, nested))
    #expect(reply.contains("-32700"))
  }

  @Test("A bad parameter is named with its place")
  func naming() throws {
    let network = try TestNetwork()
    let missing = try network.failure("eth_getBalance")
    #expect(missing.message == "missing value for required argument 0: address")
    let bad = try network.failure("eth_getBalance", #"["12"]"#)
    #expect(bad.message == "invalid argument 0: address: hex string without 0x prefix")
    let block = try network.failure(
      "eth_getBalance", #"["0x0000000000000000000000000000000000000001","soon"]"#)
    #expect(block.message.hasPrefix("invalid argument 1: block: write earliest, latest"))
  }

  @Test("A batch keeps order, mixes outcomes and leaves notifications out")
  func batch() throws {
    let network = try TestNetwork()
    let body = """
      [{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},
       {"jsonrpc":"2.0","method":"eth_chainId"}, 5,
       {"jsonrpc":"2.0","id":2,"method":"none"}]
      """
    let reply = try JSONParser.parse(Array(try #require(try answer(network, body)).utf8))
    let elements = try #require(reply.elements)
    #expect(elements.count == 3)
    #expect(elements[0]["id"] == .string("a") && elements[0]["result"] != nil)
    #expect(elements[1]["id"] == .null && elements[1]["error"]?["code"] == .number("-32600"))
    #expect(elements[2]["id"] == .number("2") && elements[2]["error"]?["code"] == .number("-32601"))
  }

  @Test("A batch above the limit is refused as a whole, one at the limit is answered")
  func batchLimit() throws {
    let network = try TestNetwork()
    let one = #"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#
    func body(_ count: Int) -> String {
      "[" + Array(repeating: one, count: count).joined(separator: ",") + "]"
    }
    let full = try #require(try answer(network, body(Limits.batchRequests)))
    #expect(try JSONParser.parse(Array(full.utf8)).elements?.count == Limits.batchRequests)
    let above = try #require(try answer(network, body(Limits.batchRequests + 1)))
    #expect(above.contains("batch too large: send at most \(Limits.batchRequests)"))
  }

  @Test("A batch whose answer grows too large is cut short, every request answered")
  func answerLimit() throws {
    let network = try TestNetwork()
    var rpc = network.rpc
    rpc.budget.answerBytes = 4_000
    let one = #"{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["0x0",true]}"#
    let body = "[" + Array(repeating: one, count: 20).joined(separator: ",") + "]"
    let answer = try JSONParser.parse(try #require(rpc.answer(Array(body.utf8))))
    let elements = try #require(answer.elements)
    #expect(elements.count == 20)
    let refused = elements.filter { $0["error"]?["code"] == .number("-32005") }
    #expect(refused.count > 10 && refused.count < 20)
    #expect(elements.last == refused.last)
  }

  @Test("Consecutive transactions of a batch are taken together, each with its own outcome")
  func submissions() throws {
    let network = try TestNetwork()
    func request(_ id: Int, _ raw: String) -> String {
      #"{"jsonrpc":"2.0","id":\#(id),"method":"eth_sendRawTransaction","params":["\#(raw)"]}"#
    }
    let sound = (0..<3).map { nonce in
      Hex.text(
        Draft(
          nonce: UInt64(nonce), to: network.keys[3].address, value: TestNetwork.weiPerUnit
        ).sign(network.keys[0]))
    }
    let body = [
      request(1, sound[0]), request(2, "0x01"), request(3, sound[1]), request(4, "zz"),
      request(5, sound[1]), #"{"jsonrpc":"2.0","id":6,"method":"eth_blockNumber"}"#,
      request(7, sound[2]),
    ].joined(separator: ",")
    let reply = try JSONParser.parse(Array(try #require(try answer(network, "[\(body)]")).utf8))
    let elements = try #require(reply.elements)
    #expect(elements.map { $0["id"]?.whole } == [1, 2, 3, 4, 5, 6, 7])
    #expect([0, 2, 6].allSatisfy { elements[$0]["result"]?.string?.utf8.count == 66 })
    #expect(elements[1]["error"]?["code"] == .number("-32000"))
    #expect(elements[3]["error"]?["code"] == .number("-32602"))
    #expect(elements[4]["error"]?["message"] == .string("already known"))
    #expect(elements[5]["result"] == .string("0x0"))
    #expect(network.makeBlock().transactions.count == 3)
  }

  @Test("The methods have distinct names, and the wanted ones are among them")
  func methods() {
    let names = JSONRPC.methods
    #expect(Set(names).count == names.count)
    let wanted = [
      "web3_clientVersion", "net_version", "eth_chainId", "eth_call", "eth_estimateGas",
      "eth_feeHistory", "eth_getLogs", "eth_sendRawTransaction", "eth_getTransactionReceipt",
    ]
    #expect(wanted.allSatisfy(names.contains))
  }
}
