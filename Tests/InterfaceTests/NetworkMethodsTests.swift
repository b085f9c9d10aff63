import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct NetworkMethodsTests {
  @Test("The constant answers")
  func constants() throws {
    let network = try TestNetwork()
    #expect(try network.result("web3_clientVersion") == .string("Freehold/0.1.0/test"))
    #expect(
      try network.result("web3_sha3", #"["0x"]"#)
        == .string("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"))
    #expect(try network.result("net_listening") == .bool(true))
    #expect(try network.result("eth_syncing") == .bool(false))
    #expect(try network.result("eth_gasPrice") == .string("0x174876e800"))
    #expect(try network.result("eth_maxPriorityFeePerGas") == .string("0x0"))
    #expect(
      try network.result("eth_accounts")[0]
        == .string("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"))
  }

  @Test("Capabilities tell back to which block what can be asked")
  func capabilities() throws {
    let network = try TestNetwork()
    network.makeBlock()
    let all = try network.result("eth_capabilities")
    #expect(all["head"]?["number"] == .string("0x1"))
    #expect(all["head"]?["hash"] == .string(Hex.text(network.chain.head.hash.bytes)))
    #expect(all["state"]?["oldestBlock"] == .string("0x1"))
    for name in ["tx", "logs", "receipts", "blocks"] {
      #expect(all[name]?["oldestBlock"] == .string("0x0"))
      #expect(all[name]?["disabled"] == .bool(false))
    }
    #expect(all["stateproofs"]?["disabled"] == .bool(true))
  }

  @Test("The configuration names one set of rules, by a hash that others compute the same way")
  func configuration() throws {
    let network = try TestNetwork()
    let current = try network.result("eth_config")["current"]
    #expect(current?["activationTime"] == .number("\(TestNetwork.start)"))
    #expect(current?["chainId"] == .string("0x5d431"))
    #expect(
      current?["systemContracts"]?["token"] == .string(TokenCalls.token.text))
    #expect(
      current?["forkId"] == .string(Hex.text(ForkIdentity.bytes(network.chain.genesisHash))))
    // Ethereum's own, as EIP-2124 gives it for the rules of its first blocks.
    let mainnet = try #require(
      Hex.bytes("0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3")
        .flatMap { Digest($0) })
    #expect(Hex.text(ForkIdentity.bytes(mainnet)) == "0xfc64ec04")
  }

  @Test("An access list is empty, with the gas and what makes the call revert")
  func accessList() throws {
    let network = try TestNetwork()
    let sender = network.keys[0].address.text
    func list(_ units: UInt128) throws -> JSONValue {
      let data = Hex.text(TokenCalls.transfer(network.keys[3].address, units))
      return try network.result(
        "eth_createAccessList",
        #"[{"from":"\#(sender)","to":"\#(TokenCalls.token.text)","data":"\#(data)"}]"#)
    }
    #expect(try list(5).text == #"{"accessList":[],"gasUsed":"0xcb20"}"#)
    let refused = try list(TestNetwork.grant * 2)
    #expect(refused["error"]?.string?.hasPrefix("execution reverted: ERC20Insuff") == true)
    #expect(refused["accessList"] == .array([]) && refused["gasUsed"] == .string("0xcb20"))
  }

  @Test("Slots are zero, whatever they are called; the request's form is checked")
  func storage() throws {
    let network = try TestNetwork()
    let token = TokenCalls.token.text
    let zero = JSONValue.string("0x" + String(repeating: "0", count: 64))
    let values = try network.result("eth_getStorageValues", #"[{"\#(token)":["0x0","0x01"]}]"#)
    #expect(values[token] == .array([zero, zero]))
    for bad in ["{}", "[]", #"{"0x1":[]}"#, #"{"\#(token)":"0x0"}"#, #"{"\#(token)":["1"]}"#] {
      #expect(try network.failure("eth_getStorageValues", "[\(bad)]").code == "-32602", "\(bad)")
    }
    let many = Array(repeating: #""0x0""#, count: 1_025).joined(separator: ",")
    let failure = try network.failure("eth_getStorageValues", #"[{"\#(token)":[\#(many)]}]"#)
    #expect(failure.message.hasSuffix("too many slots (max 1024)"))
    let proof = try network.failure("eth_getProof", #"["\#(token)",[],"latest"]"#)
    #expect(proof.code == "-32004" && proof.message.contains("/proof/balance/\(token)"))
  }
}
