import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct BlockMethodsTests {
  /// A network whose block 1 holds two transfers, the second refused.
  private func network() throws -> TestNetwork {
    let network = try TestNetwork()
    let to = network.keys[3].address
    try network.send(
      Draft(nonce: 0, to: TokenCalls.token, data: TokenCalls.transfer(to, 9)).sign(network.keys[0]))
    try network.send(
      Draft(nonce: 1, to: TokenCalls.token, data: TokenCalls.transfer(.zero, 9))
        .sign(network.keys[0]))
    network.makeBlock()
    return network
  }

  @Test("A block has every member that the specification requires, in its form")
  func members() throws {
    let network = try network()
    let block = try network.result("eth_getBlockByNumber", #"["latest",false]"#)
    let digests = [
      "hash", "parentHash", "sha3Uncles", "stateRoot", "transactionsRoot", "receiptsRoot",
      "mixHash",
    ]
    for name in digests {
      #expect(block[name]?.string.flatMap(Hex.bytes)?.count == 32, "\(name)")
    }
    for name in ["number", "gasLimit", "gasUsed", "timestamp", "size", "baseFeePerGas"] {
      let quantity: UInt128? = block[name]?.string.flatMap(Hex.quantity)
      #expect(quantity != nil, "\(name)")
    }
    #expect(block["logsBloom"]?.string?.utf8.count == 514)
    #expect(block["nonce"] == .string("0x0000000000000000"))
    #expect(block["miner"] == .string("0x" + String(repeating: "0", count: 40)))
    #expect(block["extraData"] == .string("0x"))
    #expect(block["uncles"]?.elements == [])
    #expect(block["number"] == .string("0x1"))
    #expect(block["gasUsed"] == .string(Hex.quantity(104_000)))
    #expect(block["timestamp"] == .string(Hex.quantity(UInt128(TestNetwork.start + 1))))
    #expect(block["transactions"]?.elements?.count == 2)
    #expect(
      block["hash"] == .string(Hex.text(network.chain.head.header.hash.bytes)))
  }

  @Test("The size is that of the block's RLP")
  func size() throws {
    let network = try network()
    let block = network.chain.head
    var items = RLPWriter()
    for transaction in block.transactions { items.append(bytes: transaction.bytes) }
    var body = RLPWriter()
    body.append(encoded: block.header.rlp)
    body.append(list: items)
    body.list { _ in }
    var whole = RLPWriter()
    whole.append(list: body)
    #expect(block.encodedSize == whole.bytes.count)
  }

  @Test("By number, by tag and by hash it is the same block; full transactions match the hashes")
  func lookups() throws {
    let network = try network()
    let latest = try network.result("eth_getBlockByNumber", #"["latest",true]"#)
    for tag in ["0x1", "pending", "safe", "finalized"] {
      #expect(try network.result("eth_getBlockByNumber", #"["\#(tag)",true]"#) == latest)
    }
    let hash = try #require(latest["hash"]?.string)
    #expect(try network.result("eth_getBlockByHash", #"["\#(hash)",true]"#) == latest)
    let hashes = try network.result("eth_getBlockByHash", #"["\#(hash)",false]"#)
    #expect(
      hashes["transactions"]?.elements
        == latest["transactions"]?.elements?.compactMap { $0["hash"] })
    #expect(
      try network.result("eth_getBlockTransactionCountByNumber", #"["0x1"]"#) == .string("0x2"))
    #expect(
      try network.result("eth_getBlockTransactionCountByHash", #"["\#(hash)"]"#) == .string("0x2"))
    #expect(try network.result("eth_getUncleCountByBlockNumber", #"["0x1"]"#) == .string("0x0"))
    #expect(try network.result("eth_getUncleCountByBlockHash", #"["\#(hash)"]"#) == .string("0x0"))
  }

  @Test("What does not exist is null; what left memory says so")
  func absence() throws {
    let network = try TestNetwork(memory: 1_500)
    let none = "0x" + String(repeating: "1", count: 64)
    for (method, parameters) in [
      ("eth_getBlockByNumber", #"["0x77",false]"#), ("eth_getBlockByHash", #"["\#(none)",false]"#),
      ("eth_getBlockReceipts", #"["0x77"]"#), ("eth_getTransactionByHash", #"["\#(none)"]"#),
      ("eth_getTransactionReceipt", #"["\#(none)"]"#),
      ("eth_getBlockTransactionCountByNumber", #"["0x77"]"#),
      ("eth_getUncleCountByBlockHash", #"["\#(none)"]"#),
      ("eth_getTransactionByBlockHashAndIndex", #"["\#(none)","0x0"]"#),
      ("eth_getTransactionByBlockNumberAndIndex", #"["0x0","0x77"]"#),
    ] {
      #expect(try network.result(method, parameters) == .null, "\(method)")
    }
    for _ in 0..<5 { network.makeBlock() }
    let failure = try network.failure("eth_getBlockByNumber", #"["0x0",false]"#)
    #expect(failure.code == "4444")
    #expect(failure.message.hasPrefix("pruned history unavailable: block 0"))
    let earliest = try network.result("eth_getBlockByNumber", #"["earliest",false]"#)
    #expect(
      earliest["number"] == .string(Hex.quantity(UInt128(network.chain.firstHeight))))
    #expect(try network.failure("eth_getLogs", #"[{"fromBlock":"0x0"}]"#).code == "4444")
    // The network's document still knows the genesis hash.
    let fresh = try TestNetwork()
    #expect(NetworkDocument.genesisHash(network.chain) == fresh.chain.head.hash)
  }

  @Test("Block, receipts, single receipts, transactions and logs tell one story")
  func oneView() throws {
    let network = try network()
    for height in ["0x0", "0x1"] {
      let block = try network.result("eth_getBlockByNumber", #"["\#(height)",true]"#)
      let receipts = try #require(
        try network.result("eth_getBlockReceipts", #"["\#(height)"]"#).elements)
      let transactions = try #require(block["transactions"]?.elements)
      #expect(transactions.count == receipts.count)
      var logs: [JSONValue] = []
      for (place, (transaction, receipt)) in zip(transactions, receipts).enumerated() {
        let hash = try #require(transaction["hash"]?.string)
        #expect(receipt["transactionHash"] == .string(hash))
        #expect(receipt["from"] == transaction["from"] && receipt["to"] == transaction["to"])
        #expect(try network.result("eth_getTransactionReceipt", #"["\#(hash)"]"#) == receipt)
        #expect(try network.result("eth_getTransactionByHash", #"["\#(hash)"]"#) == transaction)
        let index = Hex.quantity(UInt128(place))
        #expect(
          try network.result(
            "eth_getTransactionByBlockNumberAndIndex", #"["\#(height)","\#(index)"]"#)
            == transaction)
        logs += try #require(receipt["logs"]?.elements)
      }
      let filter = #"[{"fromBlock":"\#(height)","toBlock":"\#(height)"}]"#
      #expect(try network.result("eth_getLogs", filter).elements == logs)
      #expect(logs.enumerated().allSatisfy { $1["logIndex"]?.string == Hex.quantity(UInt128($0)) })
    }
  }

  @Test("The union of the receipts' filters is the header's")
  func blooms() throws {
    let network = try network()
    for height in 0...1 as ClosedRange<Height> {
      let block = try #require(network.chain.block(height))
      var union = [UInt8](repeating: 0, count: 256)
      for receipt in block.receipts {
        for (place, byte) in block.bloom(of: receipt).enumerated() { union[place] |= byte }
      }
      #expect(union == block.header.bloom.bytes)
    }
  }
}
