import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct StateMethodsTests {
  @Test("A balance is units times wei per unit; transfers and fees are seen in it")
  func balance() throws {
    let network = try TestNetwork()
    let (sender, receiver) = (network.keys[0].address, network.keys[3].address)
    #expect(
      try network.result("eth_getBalance", #"["\#(sender.text)","latest"]"#)
        == .string(Hex.quantity(TestNetwork.grant * TestNetwork.weiPerUnit)))
    #expect(try network.result("eth_getBalance", #"["\#(receiver.text)"]"#) == .string("0x0"))
    try network.send(
      Draft(nonce: 0, to: receiver, value: 5 * TestNetwork.weiPerUnit).sign(network.keys[0]))
    #expect(
      try network.result("eth_getTransactionCount", #"["\#(sender.text)","latest"]"#)
        == .string("0x0"))
    #expect(
      try network.result("eth_getTransactionCount", #"["\#(sender.text)","pending"]"#)
        == .string("0x1"))
    network.makeBlock()
    #expect(
      try network.result("eth_getTransactionCount", #"["\#(sender.text)"]"#) == .string("0x1"))
    #expect(
      try network.result("eth_getBalance", #"["\#(receiver.text)","0x1"]"#)
        == .string(Hex.quantity(5 * TestNetwork.weiPerUnit)))
    let spent = 5 * TestNetwork.weiPerUnit + 21_000 * TestNetwork.baseFee
    #expect(
      try network.result("eth_getBalance", #"["\#(sender.text)"]"#)
        == .string(Hex.quantity(TestNetwork.grant * TestNetwork.weiPerUnit - spent)))
  }

  @Test("Only the head's state is answered; the head's own number and hash are fine")
  func head() throws {
    let network = try TestNetwork()
    let genesis = network.chain.head.hash
    network.makeBlock()
    let address = network.keys[0].address.text
    let head = Hex.text(network.chain.head.hash.bytes)
    for block in [
      #""0x1""#, #""safe""#, #""finalized""#, #""\#(head)""#,
      #"{"blockHash":"\#(head)"}"#, #"{"blockNumber":"0x1"}"#, "null",
    ] {
      _ = try network.result("eth_getBalance", #"["\#(address)",\#(block)]"#)
    }
    for block in [#""0x0""#, #""earliest""#, #""\#(Hex.text(genesis.bytes))""#] {
      let failure = try network.failure("eth_getBalance", #"["\#(address)",\#(block)]"#)
      #expect(failure.code == "-32000")
      #expect(failure.message == "state of past blocks is not kept: ask for latest")
    }
    let future = try network.failure("eth_getBalance", #"["\#(address)","0x2"]"#)
    #expect(future.message == "block not found: the newest block is 1")
  }

  @Test("Modules have code, everybody else has none; storage is empty")
  func code() throws {
    let network = try TestNetwork()
    #expect(
      try network.result("eth_getCode", #"["\#(TokenCalls.token.text)","latest"]"#)
        == .string("0xfe4652454548"))
    let person = network.keys[0].address.text
    #expect(try network.result("eth_getCode", #"["\#(person)","latest"]"#) == .string("0x"))
    #expect(
      try network.result("eth_getStorageAt", #"["\#(person)","0x0","latest"]"#)
        == .string("0x" + String(repeating: "0", count: 64)))
    let long = "0x" + String(repeating: "0", count: 65)
    #expect(
      try network.failure("eth_getStorageAt", #"["\#(person)","\#(long)","latest"]"#).message
        .contains("storage key too long"))
  }
}
