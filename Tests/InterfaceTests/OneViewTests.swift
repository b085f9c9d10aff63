import Cryptography
import Economy
import Engine
import Ledger
import Primitives
import Testing

@testable import Interface

/// Whichever method is asked, a transaction is the same transaction.
@Suite struct OneViewTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
      return mixed ^ mixed >> 31
    }
  }

  /// Blocks of random transactions of all types: sound, refused and not understood.
  private func network(_ generator: inout Generator) throws -> TestNetwork {
    let network = try TestNetwork()
    var nonces: [UInt64] = [0, 0, 0]
    for _ in 0..<8 {
      for _ in 0..<Int.random(in: 0...12, using: &generator) {
        let sender = Int.random(in: 0..<3, using: &generator)
        let to = network.keys[Int.random(in: 0..<4, using: &generator)].address
        var draft = Draft(
          type: UInt8.random(in: 0...2, using: &generator), nonce: nonces[sender],
          to: TokenCalls.token)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: (draft.to, draft.value) = (to, TestNetwork.weiPerUnit * 7)
        case 1: draft.data = TokenCalls.transfer(to, 3)
        case 2: draft.data = TokenCalls.transfer(to, TestNetwork.grant * 9)
        case 3: draft.data = [0x09, 0x5e, 0xa7, 0xb3] + Word(to).bytes + Word(5).bytes
        case 4: draft.data = [1, 2, 3, 4]
        default: draft.gas = 21_000
        }
        try network.send(draft.sign(network.keys[sender]))
        nonces[sender] += 1
      }
      network.makeBlock(after: Bool.random(using: &generator) ? 1 : 90_000)
    }
    return network
  }

  @Test(
    "Block, receipts, traces and logs agree in count, hash, from and to, block for block",
    arguments: [1, 2, 3, 4] as [UInt64])
  func agreement(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let network = try network(&generator)
    var all: [JSONValue] = []
    var refused = 0
    for height in 0...network.chain.head.height {
      let number = Hex.quantity(UInt256(UInt128(height)))
      let block = try network.result("eth_getBlockByNumber", #"["\#(number)",true]"#)
      let transactions = try #require(block["transactions"]?.elements)
      let receipts = try #require(
        try network.result("eth_getBlockReceipts", #"["\#(number)"]"#).elements)
      let byNumber = try network.result(
        "debug_traceBlockByNumber",
        #"["\#(number)",{"tracer":"callTracer","tracerConfig":{"withLog":true}}]"#)
      let traces = try #require(byNumber.elements)
      let hash = try #require(block["hash"]?.string)
      #expect(
        try network.result(
          "debug_traceBlockByHash",
          #"["\#(hash)",{"tracer":"callTracer","tracerConfig":{"withLog":true}}]"#) == byNumber)
      #expect(transactions.count == receipts.count && receipts.count == traces.count)
      var logs: [JSONValue] = []
      for (index, transaction) in transactions.enumerated() {
        let (receipt, trace) = (receipts[index], traces[index])
        let hash = try #require(transaction["hash"]?.string)
        #expect(receipt["transactionHash"]?.string == hash && trace["txHash"]?.string == hash)
        #expect(try network.result("eth_getTransactionReceipt", #"["\#(hash)"]"#) == receipt)
        #expect(try network.result("eth_getTransactionByHash", #"["\#(hash)"]"#) == transaction)
        let call = try #require(trace["result"])
        for member in ["from", "to"] {
          #expect(transaction[member] == receipt[member] && receipt[member] == call[member])
        }
        #expect(call["value"] == transaction["value"] && call["input"] == transaction["input"])
        #expect(call["gasUsed"] == receipt["gasUsed"])
        let isRefused = receipt["status"] == .string("0x0")
        refused += isRefused ? 1 : 0
        #expect((call["error"] != nil) == isRefused && (call["output"] != nil) == isRefused)
        #expect(call["calls"] == nil)
        let own = try #require(receipt["logs"]?.elements)
        #expect(call["logs"]?.elements?.map { $0["topics"] } == own.map { $0["topics"] })
        try checkBloom(receipt, own)
        logs += own
      }
      try checkBloom(block, logs)
      #expect(
        try network.result(
          "eth_getLogs", #"[{"fromBlock":"\#(number)","toBlock":"\#(number)"}]"#)
          == .array(logs))
      #expect(try network.result("eth_getLogs", #"[{"blockHash":"\#(hash)"}]"#) == .array(logs))
      all += logs
    }
    #expect(try network.result("eth_getLogs", #"[{"fromBlock":"0x0"}]"#) == .array(all))
    #expect(refused > 0 && all.count > 20)
  }

  /// The filter holds exactly the bits of these logs' addresses and topics.
  private func checkBloom(_ holder: JSONValue, _ logs: [JSONValue]) throws {
    var filter = [UInt8](repeating: 0, count: 256)
    for log in logs {
      let texts = [log["address"]] + (log["topics"]?.elements ?? [])
      for text in texts {
        let bytes = try #require(text?.string.flatMap { Hex.bytes($0) })
        let digest = Keccak256.hash(bytes).bytes
        for pair in 0..<3 {
          let bit = (Int(digest[2 * pair]) << 8 | Int(digest[2 * pair + 1])) & 2_047
          filter[255 - bit / 8] |= 1 << UInt8(bit % 8)
        }
      }
    }
    #expect(holder["logsBloom"] == .string(Hex.text(filter)))
  }

  @Test("The block's own transaction comes from the reserved sender wherever it is asked for")
  func system() throws {
    let network = try TestNetwork()
    let reserved = JSONValue.string("0xfffffffffffffffffffffffffffffffffffffffe")
    let block = try network.result("eth_getBlockByNumber", #"["0x0",true]"#)
    let transaction = try #require(block["transactions"]?[0])
    let hash = try #require(transaction["hash"]?.string)
    let receipt = try network.result("eth_getTransactionReceipt", #"["\#(hash)"]"#)
    let trace = try network.result(
      "debug_traceTransaction", #"["\#(hash)",{"tracer":"callTracer"}]"#)
    for view in [transaction, receipt, trace] {
      #expect(view["from"] == reserved && view["to"] == reserved)
    }
    #expect(trace["gasUsed"] == .string("0x0") && trace["error"] == nil)
    #expect(receipt["logs"]?.elements?.count == 4)
    #expect(
      try network.result("eth_getLogs", #"[{"fromBlock":"0x0"}]"#) == receipt["logs"])
    let answer = try network.result("debug_getRawTransaction", #"["\#(hash)"]"#)
    let raw = try #require(answer.string.flatMap { Hex.bytes($0) })
    #expect(Hex.text(Keccak256.hash(raw).bytes) == hash)
  }
}
