import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct TraceMethodsTests {
  /// A block with a transfer and a refused one; their hashes.
  private func network() throws -> (TestNetwork, [String]) {
    let network = try TestNetwork()
    let to = network.keys[3].address
    let hashes = try [UInt128(9), TestNetwork.grant * 2].enumerated().map { nonce, units in
      try network.send(
        Draft(
          nonce: UInt64(nonce), to: TokenCalls.token, data: TokenCalls.transfer(to, units),
          gas: 80_000
        ).sign(network.keys[0]))
    }
    network.makeBlock()
    return (network, hashes)
  }

  @Test("The call tracer shows one top call, a refused one with error, reason and revert data")
  func calls() throws {
    let (network, hashes) = try network()
    func trace(_ hash: String) throws -> JSONValue {
      try network.result(
        "debug_traceTransaction",
        #"["\#(hash)",{"tracer":"callTracer","tracerConfig":{"onlyTopCall":true},"timeout":"5s"}]"#)
    }
    let good = try trace(hashes[0])
    #expect(good["type"] == .string("CALL") && good["gas"] == .string("0x13880"))
    #expect(good["gasUsed"] == .string("0xcb20") && good["value"] == .string("0x0"))
    #expect(good["to"] == .string(TokenCalls.token.text))
    #expect(good["error"] == nil && good["output"] == nil && good["logs"] == nil)
    let bad = try trace(hashes[1])
    #expect(bad["error"] == .string("execution reverted"))
    #expect(bad["revertReason"]?.string?.hasPrefix("ERC20InsufficientBalance: ") == true)
    // The selector and three words, as eth_call answers them.
    #expect(bad["output"]?.string?.hasPrefix("0xe450d38c") == true)
    #expect(bad["output"]?.string?.utf8.count == 2 + 2 * (4 + 96))
  }

  @Test("Without a tracer there are gas, failure and no steps, because no machine runs")
  func steps() throws {
    let (network, hashes) = try network()
    let good = try network.result("debug_traceTransaction", #"["\#(hashes[0])"]"#)
    #expect(good.text == #"{"gas":52000,"failed":false,"returnValue":"0x","structLogs":[]}"#)
    let bad = try network.result("debug_traceBlockByNumber", #"["latest",{}]"#)
    #expect(bad.elements?.count == 2)
    #expect(bad[1]?["result"]?["failed"] == .bool(true))
    #expect(bad[1]?["result"]?["returnValue"]?.string?.hasPrefix("0xe450d38c") == true)
  }

  @Test("What cannot be traced is named")
  func refusals() throws {
    let (network, hashes) = try network()
    let unknown = "0x" + String(repeating: "0", count: 63) + "1"
    #expect(
      try network.failure("debug_traceTransaction", #"["\#(unknown)"]"#).message
        == "transaction not found")
    #expect(
      try network.failure("debug_traceBlockByHash", #"["\#(unknown)"]"#).message
        == "block \(unknown) not found")
    #expect(try network.failure("debug_traceBlockByNumber", #"["0x99"]"#).code == "-32000")
    #expect(try network.failure("debug_traceBlockByNumber", #"["3"]"#).code == "-32602")
    for config in [#"{"tracer":"prestateTracer"}"#, "[]", #"{"tracer":7}"#] {
      let failure = try network.failure(
        "debug_traceTransaction", #"["\#(hashes[0])",\#(config)]"#)
      #expect(failure.code == "-32602")
    }
  }

  @Test("Raw blocks, headers and receipts are what their hashes and lengths say")
  func raw() throws {
    let (network, hashes) = try network()
    let block = network.chain.head
    func bytes(_ method: String, _ argument: String) throws -> [UInt8] {
      let text = try #require(try network.result(method, #"["\#(argument)"]"#).string)
      return try #require(Hex.bytes(text))
    }
    #expect(Keccak256.hash(try bytes("debug_getRawHeader", "latest")) == block.hash)
    let whole = try bytes("debug_getRawBlock", "latest")
    #expect(whole.count == block.encodedSize)
    var reader = RLPReader(whole)
    var outer = try reader.list()
    _ = try outer.list()
    var transactions = try outer.list()
    for hash in hashes {
      let range = try transactions.bytes()
      #expect(Hex.text(Keccak256.hash(Array(whole[range])).bytes) == hash)
      #expect(try bytes("debug_getRawTransaction", hash) == Array(whole[range]))
    }
    let unknown = "0x" + String(repeating: "2", count: 64)
    #expect(try bytes("debug_getRawTransaction", unknown).isEmpty)
    let receipts = try #require(
      try network.result("debug_getRawReceipts", #"["latest"]"#).elements)
    for (index, receipt) in receipts.enumerated() {
      let raw = try #require(receipt.string.flatMap { Hex.bytes($0) })
      #expect(raw.first == 2)
      var reader = RLPReader(Array(raw.dropFirst()))
      var fields = try reader.list()
      #expect(try fields.integer64() == (index == 0 ? 1 : 0))
      #expect(try fields.integer64() == block.receipts[index].cumulativeGasUsed)
      _ = try fields.bytes()
      var logs = try fields.list()
      var count = 0
      while !logs.isAtEnd {
        _ = try logs.list()
        count += 1
      }
      #expect(count == block.receipts[index].events.count)
      try fields.finish()
    }
  }
}
