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
}
