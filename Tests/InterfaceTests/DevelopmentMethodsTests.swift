import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct DevelopmentMethodsTests {
  @Test("eth_sendTransaction signs for a development account and fills in what is missing")
  func send() throws {
    let network = try TestNetwork()
    let (sender, to) = (network.keys[0].address.text, network.keys[3].address)
    let data = Hex.text(TokenCalls.transfer(to, 25))
    for nonce in 0..<3 {
      let hash = try network.result(
        "eth_sendTransaction",
        #"[{"from":"\#(sender)","to":"\#(TokenCalls.token.text)","data":"\#(data)"}]"#)
      let sent = try network.result("eth_getTransactionByHash", #"[\#(hash.text)]"#)
      #expect(sent["nonce"] == .string("0x\(nonce)") && sent["from"] == .string(sender))
      #expect(sent["gas"] == .string(Hex.quantity(52_000)) && sent["type"] == .string("0x2"))
    }
    network.makeBlock()
    #expect(network.chain.withState { $0.balance(of: to) } == Amount(75))
  }

  @Test("eth_sendTransaction refuses strangers, mixed prices, creations and what would revert")
  func refusals() throws {
    let network = try TestNetwork()
    let (sender, token) = (network.keys[0].address.text, TokenCalls.token.text)
    let stranger = Address(high: 1, middle: 1, low: 1).text
    let unknown = try network.failure(
      "eth_sendTransaction", #"[{"from":"\#(stranger)","to":"\#(token)"}]"#)
    #expect(unknown.message.hasPrefix("unknown account"))
    let creation = try network.failure("eth_sendTransaction", #"[{"from":"\#(sender)"}]"#)
    #expect(creation.message.hasPrefix("contract creation not supported"))
    let mixed = try network.failure(
      "eth_sendTransaction",
      #"[{"from":"\#(sender)","to":"\#(token)","gasPrice":"0x1","maxFeePerGas":"0x1"}]"#)
    #expect(mixed.code == "-32602")
    let data = Hex.text(TokenCalls.transfer(.zero, 25))
    let reverted = try network.failure(
      "eth_sendTransaction", #"[{"from":"\#(sender)","to":"\#(token)","data":"\#(data)"}]"#)
    #expect(reverted.code == "3" && reverted.data != nil)
    let cheap = try network.failure(
      "eth_sendTransaction",
      #"[{"from":"\#(sender)","to":"\#(network.keys[1].address.text)","gasPrice":"0x1"}]"#)
    #expect(cheap.message.hasPrefix("max fee per gas less than block base fee"))
  }

  @Test("incident 23: dev_advance is refused where there is no development clock")
  func advanceElsewhere() throws {
    let network = try TestNetwork()
    let failure = try network.failure("dev_advance", #"["0x1"]"#)
    #expect(failure.code == "-32000")
    #expect(failure.message.contains("this network is none"))
  }

  @Test("dev_advance hands seconds to the clock and answers its time or its refusal")
  func advance() throws {
    let network = try TestNetwork()
    let rpc = JSONRPC(
      network.chain,
      Configuration(version: "0", clientVersion: "0") { seconds in
        seconds.count > 10
          ? .failure(AdvanceRefusal("too far")) : .success(LogicalTime(TestNetwork.start))
      })
    func answer(_ parameter: String) throws -> JSONValue {
      let body =
        #"{"jsonrpc":"2.0","id":1,"method":"dev_advance","params":[\#(parameter)]}"#
      return try JSONParser.parse(try #require(rpc.answer(Array(body.utf8))))
    }
    #expect(try answer(#""0xa""#)["result"] == .string(Hex.quantity(UInt128(TestNetwork.start))))
    #expect(try answer(#""0xb""#).at("/error/message") == .string("too far"))
    #expect(try answer("10").at("/error/code") == .number("-32602"))
  }
}
