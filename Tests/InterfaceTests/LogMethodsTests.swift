import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct LogMethodsTests {
  private static let transfer =
    "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
  private static let approval =
    "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"

  /// Blocks 1 to 3: a transfer, an approval, an empty block.
  private func network() throws -> TestNetwork {
    let network = try TestNetwork()
    let to = network.keys[3].address
    try network.send(
      Draft(nonce: 0, to: TokenCalls.token, data: TokenCalls.transfer(to, 9)).sign(network.keys[0]))
    network.makeBlock()
    let approve = [0x09, 0x5e, 0xa7, 0xb3] + Word(to).bytes + Word(5).bytes
    try network.send(
      Draft(nonce: 0, to: TokenCalls.token, data: approve).sign(network.keys[1]))
    network.makeBlock()
    network.makeBlock()
    return network
  }

  private func logs(_ network: TestNetwork, _ filter: String) throws -> [JSONValue] {
    try #require(try network.result("eth_getLogs", "[{\(filter)}]").elements)
  }

  @Test("Topics match by position, with alternatives and wildcards")
  func topics() throws {
    let network = try network()
    let all = #""fromBlock":"0x0","toBlock":"latest""#
    let sender = Hex.text(Word(network.keys[0].address).bytes)
    let receiver = Hex.text(Word(network.keys[3].address).bytes)
    let other = "0x" + String(repeating: "7", count: 64)
    func count(_ topics: String) throws -> Int {
      try logs(network, #"\#(all),"topics":\#(topics)"#).count
    }
    // 4 at genesis, fee and transfer, fee and approval.
    #expect(try logs(network, all).count == 8)
    #expect(try count("null") == 8)
    #expect(try count("[]") == 8)
    #expect(try count("[null]") == 8)
    #expect(try count("[[]]") == 8)
    #expect(try count(#"["\#(Self.transfer)"]"#) == 7)
    #expect(try count(#"["\#(Self.approval)"]"#) == 1)
    #expect(try count(#"[["\#(Self.transfer)","\#(Self.approval)"]]"#) == 8)
    #expect(try count(#"[null,"\#(sender)"]"#) == 2)
    #expect(try count(#"[null,null,"\#(receiver)"]"#) == 2)
    #expect(try count(#"["\#(Self.transfer)","\#(sender)",["\#(other)","\#(receiver)"]]"#) == 1)
    #expect(try count(#"["\#(other)"]"#) == 0)
    // Nothing here has a fourth topic.
    #expect(try count("[null,null,null,null]") == 0)
  }

  @Test("Addresses match singly and as a list; a range, a tag or a hash names the blocks")
  func blocks() throws {
    let network = try network()
    let token = TokenCalls.token.text
    let person = network.keys[0].address.text
    #expect(
      try logs(network, #""fromBlock":"0x1","toBlock":"0x1","address":"\#(token)""#).count == 2)
    #expect(
      try logs(network, #""fromBlock":"0x1","toBlock":"0x2","address":["\#(person)","\#(token)"]"#)
        .count == 4)
    #expect(try logs(network, #""fromBlock":"0x0","address":"\#(person)""#).isEmpty)
    #expect(try logs(network, #""fromBlock":"earliest","toBlock":"0x0""#).count == 4)
    #expect(try logs(network, "").isEmpty)
    let hash = Hex.text(try #require(network.chain.block(2)).hash.bytes)
    let found = try logs(network, #""blockHash":"\#(hash)""#)
    #expect(found.count == 2)
    #expect(found.allSatisfy { $0["blockNumber"] == .string("0x2") })
  }

  @Test("What cannot be answered says why and how to repair it")
  func refusals() throws {
    let network = try network()
    let hash = "0x" + String(repeating: "1", count: 64)
    func failure(_ filter: String) throws -> (code: String, message: String, data: String?) {
      try network.failure("eth_getLogs", "[{\(filter)}]")
    }
    #expect(try failure(#""blockHash":"\#(hash)","fromBlock":"0x1""#).code == "-32602")
    #expect(try failure(#""blockHash":"\#(hash)""#).message.hasPrefix("unknown block"))
    #expect(
      try failure(#""fromBlock":"0x2","toBlock":"0x1""#).message
        .hasPrefix("invalid block range params"))
    #expect(
      try failure(#""fromBlock":"0x2","toBlock":"0x9""#).message
        .hasPrefix("block range extends beyond current head block"))
    #expect(try failure(#""topics":[null,null,null,null,null]"#).code == "-32602")
    #expect(try failure(#""address":"0x12""#).message.contains("address: an address has 20 bytes"))
    #expect(try failure(#""topics":["0x12"]"#).message.contains("topics: 32 bytes are wanted"))
    #expect(try failure(#""fromBlock":"\#(hash)""#).code == "-32602")
    let many = Array(repeating: #""\#(network.keys[0].address.text)""#, count: 1_001)
    #expect(
      try failure(#""address":[\#(many.joined(separator: ","))]"#).message
        .contains("at most 1000 alternatives"))
  }

  @Test("A search that would read too much is refused with the block that it came to")
  func work() throws {
    let network = try network()
    var rpc = network.rpc
    rpc.budget.filterWork = 10
    let body = #"{"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x0"}]}"#
    let answer = try #require(rpc.answer(Array(body.utf8)))
    let error = try JSONParser.parse(answer)["error"]
    // 5 at genesis, 3 in each of the next two.
    #expect(error?["code"] == .number("-32005"))
    #expect(error?["message"]?.string?.hasSuffix("it came to block 2") == true)
    rpc.budget.filterWork = 12
    let enough = try JSONParser.parse(try #require(rpc.answer(Array(body.utf8))))
    #expect(enough["result"]?.elements?.count == 8)
  }

  @Test("More logs than the limit are refused with the block at which to end")
  func tooMany() throws {
    let network = try TestNetwork()
    var nonces: [UInt64] = [0, 0, 0]
    // Each transaction posts its fee and its value: two logs.
    while network.chain.head.height < 53 {
      for (place, key) in network.keys.prefix(3).enumerated() {
        for _ in 0..<32 {
          let draft = Draft(
            nonce: nonces[place], to: network.keys[3].address, value: TestNetwork.weiPerUnit)
          try network.send(draft.sign(key))
          nonces[place] += 1
        }
      }
      network.makeBlock()
    }
    let failure = try network.failure("eth_getLogs", #"[{"fromBlock":"0x0"}]"#)
    #expect(failure.code == "-32005")
    #expect(failure.message.contains("end the range before block 53"))
    #expect(try logs(network, #""fromBlock":"0x0","toBlock":"0x34""#).count == 4 + 52 * 192)
  }
}
