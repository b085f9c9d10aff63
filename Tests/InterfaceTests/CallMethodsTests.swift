import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct CallMethodsTests {
  private func call(_ data: [UInt8], from: Address? = nil, extra: String = "") -> String {
    let sender = from.map { #","from":"\#($0.text)""# } ?? ""
    return #"[{"to":"\#(TokenCalls.token.text)","data":"\#(Hex.text(data))"\#(sender)\#(extra)}]"#
  }

  @Test("Queries answer as ERC-20 does")
  func queries() throws {
    let network = try TestNetwork()
    let data = TokenCalls.balanceOf(network.keys[0].address)
    #expect(
      try network.result("eth_call", call(data))
        == .string(Hex.text(Word(TestNetwork.grant).bytes)))
    #expect(
      try network.result("eth_call", call([0x31, 0x3c, 0xe5, 0x67]))
        == .string(Hex.text(Word(4).bytes)))
    let symbol = Word(32).bytes + Word(3).bytes + Array("DTA".utf8) + Array(repeating: 0, count: 29)
    #expect(
      try network.result("eth_call", call([0x95, 0xd8, 0x9b, 0x41])) == .string(Hex.text(symbol)))
  }

  @Test("An operation is tried and leaves nothing behind")
  func preview() throws {
    let network = try TestNetwork()
    let (sender, receiver) = (network.keys[0].address, network.keys[3].address)
    let root = network.chain.withState { $0.stateRoot() }
    let parameters = call(TokenCalls.transfer(receiver, 7), from: sender)
    #expect(try network.result("eth_call", parameters) == .string(Hex.text(Word(1).bytes)))
    #expect(try network.result("eth_estimateGas", parameters) == .string("0xcb20"))
    #expect(network.chain.withState { $0.stateRoot() } == root)
    #expect(network.chain.withState { $0.balance(of: receiver) } == .zero)
    let plain = #"[{"from":"\#(sender.text)","to":"\#(receiver.text)","value":"0x5af3107a4000"}]"#
    #expect(try network.result("eth_estimateGas", plain) == .string("0x5208"))
    #expect(try network.result("eth_call", plain) == .string("0x"))
  }

  @Test("A refusal is a revert with ERC-6093 data and the declaration's words")
  func reverts() throws {
    let network = try TestNetwork()
    let (poor, receiver) = (network.keys[3].address, network.keys[0].address)
    let parameters = call(TokenCalls.transfer(receiver, 7), from: poor)
    let data = [0xe4, 0x50, 0xd3, 0x8c] + Word(poor).bytes + Word(0).bytes + Word(7).bytes
    for method in ["eth_call", "eth_estimateGas"] {
      let failure = try network.failure(method, parameters)
      #expect(failure.code == "3")
      #expect(failure.data == Hex.text(data))
      #expect(failure.message.hasPrefix("execution reverted: ERC20InsufficientBalance: The owner"))
    }
    let zero = try network.failure("eth_call", call(TokenCalls.transfer(.zero, 0), from: poor))
    #expect(zero.data == Hex.text([0xec, 0x44, 0x2f, 0x05] + Word.zero.bytes))
  }

  @Test("What the token does not know, or knows otherwise, reverts")
  func malformed() throws {
    let network = try TestNetwork()
    let unknown = try network.failure("eth_call", call([1, 2, 3, 4]))
    #expect(unknown.message.contains("UnknownOperation"))
    let short = try network.failure("eth_call", call([0x70, 0xa0, 0x82, 0x31, 0]))
    #expect(short.message.contains("MalformedArguments"))
    #expect(short.data?.hasSuffix("70a08231") == true)
    let paid = try network.failure(
      "eth_call", call([0x31, 0x3c, 0xe5, 0x67], extra: #","value":"0x1""#))
    #expect(paid.message.contains("ValueNotAccepted"))
    let creation = try network.failure("eth_estimateGas", #"[{"data":"0x60006000"}]"#)
    #expect(creation.message.contains("ContractCreationNotSupported"))
    let fraction = try network.failure(
      "eth_estimateGas", #"[{"to":"\#(network.keys[0].address.text)","value":"0x1"}]"#)
    #expect(fraction.message.contains("multiple of 100000000000000 wei"))
    let gas = try network.failure(
      "eth_call",
      call(
        TokenCalls.transfer(network.keys[1].address, 1), from: network.keys[0].address,
        extra: #","gas":"0x5208""#))
    #expect(gas.message.contains("OutOfGas"))
    let both = try network.failure("eth_call", call([1], extra: #","input":"0x02""#))
    #expect(both.code == "-32602")
  }
}
