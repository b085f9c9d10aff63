import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

@Suite struct TransactionMethodsTests {
  @Test("Types 0, 1 and 2 come back with the signature and fields that were sent")
  func types() throws {
    let network = try TestNetwork()
    let to = network.keys[3].address
    let key = Digest(Word(7))
    var hashes: [String] = []
    for type in 0...2 as ClosedRange<UInt8> {
      var draft = Draft(type: type, nonce: UInt64(type), to: to, value: TestNetwork.weiPerUnit)
      draft.tip = type == 2 ? 150_000_000_000 : 0
      if type > 0 { draft.accessList = [(to, [key]), (TokenCalls.token, [])] }
      hashes.append(try network.send(draft.sign(network.keys[0])))
    }
    for hash in hashes {
      let waiting = try network.result("eth_getTransactionByHash", #"["\#(hash)"]"#)
      for name in ["blockHash", "blockNumber", "blockTimestamp", "transactionIndex"] {
        #expect(waiting[name] == .null)
      }
      #expect(waiting["gasPrice"] == .string("0x2e90edd000"))
      #expect(try network.result("eth_getTransactionReceipt", #"["\#(hash)"]"#) == .null)
    }
    network.makeBlock()
    for (type, hash) in hashes.enumerated() {
      let mined = try network.result("eth_getTransactionByHash", #"["\#(hash)"]"#)
      #expect(mined["type"] == .string("0x\(type)") && mined["nonce"] == .string("0x\(type)"))
      #expect(mined["from"] == .string(network.keys[0].address.text))
      #expect(mined["to"] == .string(to.text))
      #expect(mined["value"] == .string("0x5af3107a4000") && mined["input"] == .string("0x"))
      #expect(mined["chainId"] == .string("0x5d431") && mined["blockNumber"] == .string("0x1"))
      #expect(mined["blockTimestamp"] == .string(Hex.quantity(UInt128(TestNetwork.start + 1))))
      #expect(mined["transactionIndex"] == .string("0x\(type)"))
      // The effective price: what was offered for 0 and 1, capped by the maximum for 2.
      #expect(mined["gasPrice"] == .string("0x2e90edd000"))
      let v: UInt128 = try #require(mined["v"]?.string.flatMap(Hex.quantity))
      if type == 0 {
        #expect(v == 764_037 || v == 764_038)
        #expect(mined["yParity"] == nil && mined["accessList"] == nil)
      } else {
        #expect(v <= 1 && mined["yParity"] == mined["v"])
        let list = try #require(mined["accessList"]?.elements)
        #expect(list.count == 2)
        #expect(list[0]["address"] == .string(to.text))
        #expect(list[0]["storageKeys"]?.elements == [.string(Hex.text(key.bytes))])
        #expect(list[1]["storageKeys"]?.elements == [])
      }
      #expect((mined["maxFeePerGas"] != nil) == (type == 2))
      for name in ["r", "s"] {
        #expect(mined[name]?.string.flatMap(Hex.wideQuantity) != nil)
      }
    }
  }

  @Test("A receipt has the permitted members and no others; its fee is gas times price")
  func receipt() throws {
    let network = try TestNetwork()
    let (sender, to) = (network.keys[0].address, network.keys[3].address)
    let hash = try network.send(
      Draft(nonce: 0, to: TokenCalls.token, data: TokenCalls.transfer(to, 25))
        .sign(network.keys[0]))
    network.makeBlock()
    let receipt = try network.result("eth_getTransactionReceipt", #"["\#(hash)"]"#)
    let names = try #require(receipt.members).map(\.name).sorted()
    #expect(
      names == [
        "blockHash", "blockNumber", "contractAddress", "cumulativeGasUsed", "effectiveGasPrice",
        "from", "gasUsed", "logs", "logsBloom", "status", "to", "transactionHash",
        "transactionIndex", "type",
      ])
    #expect(receipt["status"] == .string("0x1") && receipt["type"] == .string("0x2"))
    #expect(receipt["contractAddress"] == .null)
    #expect(receipt["gasUsed"] == .string(Hex.quantity(52_000)))
    let logs = try #require(receipt["logs"]?.elements)
    #expect(logs.count == 2)
    let log = try #require(logs.last)
    #expect(
      try #require(log.members).map(\.name).sorted() == [
        "address", "blockHash", "blockNumber", "blockTimestamp", "data", "logIndex", "removed",
        "topics", "transactionHash", "transactionIndex",
      ])
    #expect(log["address"] == .string(TokenCalls.token.text))
    #expect(
      log["topics"]?.elements == [
        .string("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"),
        .string(Hex.text(Word(sender).bytes)), .string(Hex.text(Word(to).bytes)),
      ])
    #expect(log["data"] == .string(Hex.text(Word(25).bytes)))
    let paid = network.chain.withState { $0.balance(of: sender) }
    let fee = 52_000 * TestNetwork.baseFee / TestNetwork.weiPerUnit
    #expect(paid.units == TestNetwork.grant - 25 - fee)
  }

  @Test("A refused operation has a receipt with status 0, only the fee's log, and its fee is taken")
  func refusedOperation() throws {
    let network = try TestNetwork()
    let hash = try network.send(
      Draft(nonce: 0, to: TokenCalls.token, data: TokenCalls.transfer(.zero, 25))
        .sign(network.keys[0]))
    network.makeBlock()
    let receipt = try network.result("eth_getTransactionReceipt", #"["\#(hash)"]"#)
    #expect(receipt["status"] == .string("0x0"))
    #expect(receipt["logs"]?.elements?.count == 1)
  }

  @Test("A contract creation is refused at the door and costs nothing")
  func contractCreation() throws {
    let network = try TestNetwork()
    let bytes = Draft(nonce: 0, to: nil, data: [1]).sign(network.keys[0])
    let refusal = try network.failure("eth_sendRawTransaction", #"["\#(Hex.text(bytes))"]"#)
    #expect(refusal.code == "-32000")
    #expect(refusal.message.contains("contract creation"))
  }

  @Test("The block's own transaction looks the same in block, receipt and logs")
  func system() throws {
    let network = try TestNetwork()
    let block = try network.result("eth_getBlockByNumber", #"["0x0",true]"#)
    let transaction = try #require(block["transactions"]?[0])
    let sender = JSONValue.string("0xfffffffffffffffffffffffffffffffffffffffe")
    #expect(transaction["from"] == sender && transaction["to"] == sender)
    #expect(transaction["type"] == .string("0x0") && transaction["nonce"] == .string("0x0"))
    #expect(transaction["r"] == .string("0x0") && transaction["s"] == .string("0x0"))
    #expect(transaction["v"] == .string(Hex.quantity(35 + 2 * UInt128(TestNetwork.chainID))))
    let hash = try #require(transaction["hash"]?.string)
    let receipt = try network.result("eth_getTransactionReceipt", #"["\#(hash)"]"#)
    #expect(receipt["from"] == sender && receipt["gasUsed"] == .string("0x0"))
    #expect(receipt["logs"]?.elements?.count == 4)
  }

  @Test("Refusals carry geth's words")
  func refusals() throws {
    let network = try TestNetwork()
    let to = network.keys[3].address
    func refusal(_ draft: Draft, key: Int = 0) throws -> String {
      let raw = Hex.text(draft.sign(network.keys[key]))
      let failure = try network.failure("eth_sendRawTransaction", #"["\#(raw)"]"#)
      #expect(failure.code == "-32000")
      return failure.message
    }
    let sound = Draft(nonce: 0, to: to, value: TestNetwork.weiPerUnit)
    try network.send(sound.sign(network.keys[0]))
    #expect(try refusal(sound) == "already known")
    var other = sound
    other.value *= 2
    #expect(try refusal(other) == "replacement transaction underpriced")
    #expect(try refusal(sound, key: 3).hasPrefix("insufficient funds for gas * price + value"))
    var wrongChain = sound
    wrongChain.chainID = 1
    #expect(try refusal(wrongChain).hasPrefix("invalid chain id for signer"))
    var cheap = sound
    (cheap.nonce, cheap.price) = (1, 1)
    #expect(try refusal(cheap).hasPrefix("max fee per gas less than block base fee"))
    network.makeBlock()
    #expect(try refusal(sound).hasPrefix("nonce too low"))
    var fraction = sound
    (fraction.nonce, fraction.value) = (1, 1)
    #expect(try refusal(fraction).contains("multiple of 100000000000000 wei"))
    let blob = try network.failure("eth_sendRawTransaction", #"["0x03c0"]"#)
    #expect(blob.message.hasPrefix("transaction type not supported"))
    #expect(try network.failure("eth_sendRawTransaction", #"["0x"]"#).code == "-32000")
  }

  @Test("A full account queue is a limit, not a fault of the transaction")
  func full() {
    #expect(RPCFailure.refused(.admission(.poolFull)).code == RPCFailure.limitExceeded)
    #expect(RequestOutcome.failure(.refused(.admission(.poolFull))).isBusy)
    #expect(!RequestOutcome.failure(.refused(.admission(.alreadyKnown))).isBusy)
  }
}
