internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

extension Method {
  static let submissionName = "eth_sendRawTransaction"

  /// Transactions and what became of them.
  static let transactions: [Method] = [
    Method(submissionName, [.required("transaction")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let received = ReceivedTransaction(try arguments.bytes(0))
      for result in rpc.chain.submit([received]) {
        switch result {
        case .success(let hash): return writer.hex(hash.bytes)
        case .failure(let refusal): throw .refused(refusal)
        }
      }
      throw RPCFailure(RPCFailure.refused, "the transaction was not looked at: send it again")
    },
    Method("eth_getTransactionByHash", [.required("hash")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      if try !writer.transaction(try arguments.digest(0), rpc) { writer.null() }
    },
    Method("eth_getTransactionByBlockHashAndIndex", [.required("hash"), .required("index")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let index = try arguments.required(1, Shape.quantity64)
      guard let block = try rpc.blocks.block(try arguments.digest(0)),
        index < block.transactions.count
      else { return writer.null() }
      writer.transaction(block, Int(index), chainID: rpc.chain.genesis.chainID)
    },
    Method("eth_getTransactionByBlockNumberAndIndex", [.required("block"), .required("index")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let index = try arguments.required(1, Shape.quantity64)
      guard let block = try rpc.block(try arguments.block(0)), index < block.transactions.count
      else { return writer.null() }
      writer.transaction(block, Int(index), chainID: rpc.chain.genesis.chainID)
    },
    Method("eth_getTransactionReceipt", [.required("hash")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      guard let place = try rpc.blocks.transaction(try arguments.digest(0)) else {
        return writer.null()
      }
      writer.receipt(place.block, place.index)
    },
  ]
}

/// Where a transaction stands in a block, and what it really pays.
struct TransactionPosition {
  let block: Block
  let index: Int

  init(_ block: Block, _ index: Int) {
    self.block = block
    self.index = index
  }

  var effectivePrice: UInt128 { block.receipts[index].effectivePrice }
}

extension JSONWriter {
  /// The transaction with that hash, in a block or waiting; false, and nothing written, where there
  /// is none.
  mutating func transaction(_ hash: Digest, _ rpc: JSONRPC) throws(RPCFailure) -> Bool {
    let chainID = rpc.chain.genesis.chainID
    // The pool first: what leaves it meanwhile is found in a block.
    let waiting = rpc.chain.waiting(hash)
    if let place = try rpc.blocks.transaction(hash, isWaiting: waiting != nil) {
      transaction(place.block, place.index, chainID: chainID)
    } else if let waiting {
      transaction(.signed(waiting), at: nil, chainID: chainID)
    } else {
      return false
    }
    return true
  }

  mutating func transaction(_ block: Block, _ index: Int, chainID: UInt64) {
    transaction(
      block.transactions[index], at: TransactionPosition(block, index), chainID: chainID)
  }

  /// A transaction object; without a position its block members are null.
  mutating func transaction(
    _ transaction: BlockTransaction, at position: TransactionPosition?, chainID: UInt64
  ) {
    beginObject()
    if let position {
      member("blockHash", digest: position.block.hash)
      member("blockNumber", quantity: position.block.height)
      member("blockTimestamp", quantity: position.block.header.timestamp)
      member("transactionIndex", quantity: UInt(position.index))
    } else {
      for name in ["blockHash", "blockNumber", "blockTimestamp", "transactionIndex"] {
        nullMember(name)
      }
    }
    member("hash", digest: transaction.hash)
    member("from", address: transaction.sender)
    member("to", address: transaction.to)
    switch transaction {
    case .system(let system): self.system(system, chainID: chainID)
    case .signed(let signed):
      fields(
        signed.decoded, price: position?.effectivePrice ?? signed.decoded.maximumPrice,
        chainID: chainID)
    }
    endObject()
  }

  /// What nobody signed looks like an EIP-155 transaction with a zero signature (decisions 22).
  private mutating func system(_ transaction: SystemTransaction, chainID: UInt64) {
    member("type", text: "0x0")
    member("nonce", quantity: transaction.height)
    member("gas", quantity: 0 as UInt64)
    member("gasPrice", quantity: 0 as UInt64)
    member("value", quantity: 0 as UInt64)
    member("input", bytes: [])
    member("chainId", quantity: chainID)
    member("v", quantity: 35 + 2 * UInt128(chainID))
    member("r", quantity: 0 as UInt64)
    member("s", quantity: 0 as UInt64)
  }

  private mutating func fields(
    _ decoded: DecodedTransaction, price: UInt128, chainID: UInt64
  ) {
    member("type", quantity: decoded.type)
    member("nonce", quantity: decoded.nonce)
    member("gas", quantity: decoded.gasLimit)
    member("gasPrice", quantity: price)
    if decoded.type == 2 {
      member("maxFeePerGas", quantity: decoded.maximumPrice)
      member("maxPriorityFeePerGas", quantity: decoded.tip)
    }
    member("value", quantity: decoded.value)
    member("input", bytes: decoded.bytes[decoded.data])
    member("chainId", quantity: chainID)
    let parity = decoded.signature.parity
    if decoded.type == 0 {
      member("v", quantity: 35 + 2 * UInt128(chainID) + UInt128(parity))
    } else {
      name("accessList")
      accessList(decoded)
      member("v", quantity: parity)
      member("yParity", quantity: parity)
    }
    member("r", quantity: UInt256(decoded.signature.r))
    member("s", quantity: UInt256(decoded.signature.s))
  }

  /// The list was checked when the transaction was decoded; what does not read ends it.
  private mutating func accessList(_ decoded: DecodedTransaction) {
    beginArray()
    var reader = RLPReader(decoded.bytes, decoded.accessList)
    if var entries = try? reader.list() {
      while let (address, keys) = try? AccessListEntry.read(&entries) {
        beginObject()
        member("address", address: address)
        name("storageKeys")
        beginArray()
        for key in keys { hex(key.bytes) }
        endArray()
        endObject()
      }
    }
    endArray()
  }

  /// A receipt object: exactly the members that the specification knows, for it forbids others.
  mutating func receipt(_ block: Block, _ index: Int) {
    let transaction = block.transactions[index]
    let receipt = block.receipts[index]
    beginObject()
    member("transactionHash", digest: transaction.hash)
    member("transactionIndex", quantity: UInt(index))
    member("blockHash", digest: block.hash)
    member("blockNumber", quantity: block.height)
    member("from", address: transaction.sender)
    member("to", address: transaction.to)
    member("cumulativeGasUsed", quantity: receipt.cumulativeGasUsed)
    member("gasUsed", quantity: receipt.gasUsed)
    nullMember("contractAddress")
    name("logs")
    beginArray()
    for place in receipt.events { log(block.log(place), block, index, place) }
    endArray()
    member("logsBloom", bytes: block.bloom(of: receipt))
    member("type", quantity: transaction.type)
    member("status", text: receipt.isSuccess ? "0x1" : "0x0")
    member("effectiveGasPrice", quantity: receipt.effectivePrice)
    endObject()
  }

  /// A log object.
  /// - Parameter place: its index in the block.
  mutating func log(_ log: Log, _ block: Block, _ transaction: Int, _ place: Int) {
    beginObject()
    member("address", address: log.address)
    name("topics")
    beginArray()
    for topic in log.topics { hex(topic.bytes) }
    endArray()
    member("data", bytes: log.data)
    member("blockHash", digest: block.hash)
    member("blockNumber", quantity: block.height)
    member("blockTimestamp", quantity: block.header.timestamp)
    member("transactionHash", digest: block.transactions[transaction].hash)
    member("transactionIndex", quantity: UInt(transaction))
    member("logIndex", quantity: UInt(place))
    member("removed", flag: false)
    endObject()
  }
}

extension BlockTransaction {
  /// The transaction's type; the block's own is of type 0.
  var type: UInt8 {
    switch self {
    case .system: 0
    case .signed(let transaction): transaction.decoded.type
    }
  }
}

/// One address of an EIP-2930 access list with its storage keys.
private enum AccessListEntry {
  static func read(
    _ entries: inout RLPReader
  ) throws(RLPFailure) -> (address: Address, keys: [Digest]) {
    var entry = try entries.list()
    let address = try entry.address()
    var keys = try entry.list()
    var digests: [Digest] = []
    while !keys.isAtEnd { digests.append(try keys.digest()) }
    return (address, digests)
  }
}
