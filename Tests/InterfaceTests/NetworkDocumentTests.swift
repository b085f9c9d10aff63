import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct NetworkDocumentTests {
  @Test("Discovery names everything that a client needs")
  func members() throws {
    let network = try TestNetwork()
    let document = try JSONParser.parse(
      NetworkDocument(network.chain, network.rpc.configuration).bytes)
    #expect(document["name"] == .string("Freehold") && document["version"] == .string("0.1.0"))
    #expect(document["economy"] == .string("dta") && document["chainId"]?.whole == 382_001)
    #expect(document["genesisHash"] == .string(Hex.text(network.chain.head.hash.bytes)))
    #expect(document["genesisTime"]?.whole == UInt128(TestNetwork.start))
    #expect(document["sequencer"]?["kind"] == .string("solo"))
    #expect(document["sequencer"]?["acknowledgement"]?.string?.contains("committed") == true)
    let token = try #require(document["token"])
    #expect(token["symbol"] == .string("DTA") && token["decimals"]?.whole == 4)
    #expect(token["totalSupply"] == .string("10000000000000"))
    #expect(token["abi"] == .string("/abi/token.json"))
    let address = try #require(token["address"]?.string)
    #expect(Address(text: address) == TokenCalls.token)
    #expect(document["modules"]?.elements?.count == Registry.modules.count)
    #expect(document["modules"]?[0]?["number"]?.whole == 1)
    let accounts = try #require(document["accounts"]?.elements)
    #expect(
      accounts.map { $0["name"]?.string }
        == [
          "treasury.business", "pool.rewards", "pool.fees", "compliance.quarantine",
          "vesting.grants", "sink.burned",
        ])
    for account in accounts {
      let text = try #require(account["address"]?.string)
      #expect(Address(text: text) == SystemAddress.account(try #require(account["name"]?.string)))
    }
    #expect(document["roles"] == .array([]))
    #expect(document["limits"]?["batchRequests"]?.whole == UInt128(Limits.batchRequests))
    #expect(document["limits"]?["blockGas"]?.whole == 30_000_000)
  }

  @Test("incident 23: keys are shown on a development network and nowhere else")
  func development() throws {
    let network = try TestNetwork()
    let shown = try JSONParser.parse(
      NetworkDocument(network.chain, network.rpc.configuration).bytes)
    let first = try #require(shown["development"]?["accounts"]?[0])
    #expect(first["address"] == .string("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"))
    #expect(
      first["privateKey"]
        == .string("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"))
    #expect(shown["development"]?["mnemonic"]?.string?.hasSuffix("junk") == true)
    let plain = Configuration(version: "0.1.0", clientVersion: "x")
    let hidden = NetworkDocument(network.chain, plain).bytes
    #expect(try JSONParser.parse(hidden)["development"] == nil)
  }
}
