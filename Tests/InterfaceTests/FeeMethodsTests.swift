import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct FeeMethodsTests {
  @Test("The history has one more base fee than blocks and a full matrix of rewards")
  func history() throws {
    let network = try TestNetwork()
    let receiver = network.keys[3].address
    for (nonce, tip) in [(0, 0), (1, 300_000_000_000), (2, 100_000_000_000)] as [(UInt64, UInt128)]
    {
      try network.send(
        Draft(
          nonce: nonce, to: receiver, value: TestNetwork.weiPerUnit,
          price: 10 * TestNetwork.baseFee, tip: tip
        ).sign(network.keys[0]))
    }
    network.makeBlock()
    network.makeBlock()
    let history = try network.result("eth_feeHistory", #"["0x2","latest",[0,50,100]]"#)
    #expect(history["oldestBlock"] == .string("0x1"))
    #expect(
      history["baseFeePerGas"]?.elements == Array(repeating: .string("0x174876e800"), count: 3))
    #expect(history["gasUsedRatio"]?.elements == [.number("0.002100000"), .number("0.000000000")])
    #expect(
      history["reward"]?[0]?.elements
        == [.string("0x0"), .string("0x174876e800"), .string("0x45d964b800")])
    #expect(history["reward"]?[1]?.elements == Array(repeating: .string("0x0"), count: 3))
    // A count as a plain number, and more blocks than there are.
    let all = try network.result("eth_feeHistory", #"[9999,"latest"]"#)
    #expect(all["oldestBlock"] == .string("0x0") && all["reward"]?.elements == [])
    #expect(all["gasUsedRatio"]?.elements?.count == 3)
    let beyond = try network.failure("eth_feeHistory", #"["0x1","0x9",[]]"#)
    #expect(beyond.message.hasPrefix("request beyond head block"))
    for bad in ["[50,10]", "[-1]", "[101]", #"["1"]"#, "{}", "[1e999]"] {
      #expect(try network.failure("eth_feeHistory", #"["0x1","latest",\#(bad)]"#).code == "-32602")
    }
  }

  @Test("A ratio never leaves 0 to 1")
  func ratios() {
    #expect(FeeHistory.ratio(0, 30) == "0.000000000")
    #expect(FeeHistory.ratio(1, 3) == "0.333333333")
    #expect(FeeHistory.ratio(30, 30) == "1")
    #expect(FeeHistory.ratio(31, 30) == "1")
    #expect(FeeHistory.ratio(0, 0) == "0")
    #expect(FeeHistory.ratio(.max - 1, .max) == "0.999999999")
  }
}
