internal import Economy
internal import Engine
internal import Primitives

extension Method {
  /// Blocks and what stands in them.
  static let blocks: [Method] = [
    Method("eth_getBlockByNumber", [.required("block"), .optional("fullTransactions")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let isFull = try arguments.flag(1)
      guard let block = try rpc.block(try arguments.block(0)) else { return writer.null() }
      writer.block(block, fullTransactions: isFull, chainID: rpc.chain.genesis.chainID)
    },
    Method("eth_getBlockByHash", [.required("hash"), .optional("fullTransactions")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let isFull = try arguments.flag(1)
      guard let block = try rpc.blocks.block(try arguments.digest(0)) else { return writer.null() }
      writer.block(block, fullTransactions: isFull, chainID: rpc.chain.genesis.chainID)
    },
    Method("eth_getBlockTransactionCountByNumber", [.required("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      guard let block = try rpc.block(try arguments.block(0)) else { return writer.null() }
      writer.quantity(UInt(block.transactions.count))
    },
    Method("eth_getBlockTransactionCountByHash", [.required("hash")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      guard let block = try rpc.blocks.block(try arguments.digest(0)) else { return writer.null() }
      writer.quantity(UInt(block.transactions.count))
    },
    Method("eth_getUncleCountByBlockNumber", [.required("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      guard try rpc.block(try arguments.block(0)) != nil else { return writer.null() }
      writer.quantity(0 as UInt)
    },
    Method("eth_getUncleCountByBlockHash", [.required("hash")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      guard try rpc.blocks.block(try arguments.digest(0)) != nil else { return writer.null() }
      writer.quantity(0 as UInt)
    },
    Method("eth_getBlockReceipts", [.required("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      guard let block = try rpc.block(try arguments.block(0)) else { return writer.null() }
      writer.beginArray()
      for place in block.receipts.indices { writer.receipt(block, place) }
      writer.endArray()
    },
  ]
}

extension JSONWriter {
  /// A block object. The three roots are binary SHA-256 Merkle roots (decisions 22).
  mutating func block(_ block: Block, fullTransactions: Bool, chainID: UInt64) {
    beginObject()
    header(of: block)
    member("size", quantity: UInt(block.encodedSize))
    name("transactions")
    beginArray()
    for (place, transaction) in block.transactions.enumerated() {
      if fullTransactions {
        self.transaction(transaction, at: TransactionPosition(block, place), chainID: chainID)
      } else {
        hex(transaction.hash.bytes)
      }
    }
    endArray()
    name("uncles")
    beginArray()
    endArray()
    endObject()
  }

  /// The members of a block's header.
  mutating func header(of block: Block) {
    let header = block.header
    member("number", quantity: header.number)
    member("hash", digest: block.hash)
    member("parentHash", digest: header.parentHash)
    member("sha3Uncles", digest: BlockHeader.noUncles)
    member("miner", address: .zero)
    member("stateRoot", digest: header.stateRoot)
    member("transactionsRoot", digest: header.transactionsRoot)
    member("receiptsRoot", digest: header.receiptsRoot)
    member("logsBloom", bytes: header.bloom.bytes)
    member("difficulty", quantity: 0 as UInt64)
    member("gasLimit", quantity: header.gasLimit)
    member("gasUsed", quantity: header.gasUsed)
    member("timestamp", quantity: header.timestamp)
    member("extraData", bytes: header.extraData)
    member("mixHash", digest: .zero)
    member("nonce", bytes: repeatElement(0, count: 8))
    member("baseFeePerGas", quantity: header.baseFee)
  }
}

extension Block {
  /// Bytes of the block's RLP: header, transactions (typed ones as byte strings), no uncles.
  var encodedSize: Int {
    let body = transactions.reduce(0) { size, transaction in
      let bytes = transaction.bytes
      let isList = (bytes.first ?? 0) >= 0xc0
      return size + (isList ? bytes.count : Self.framed(bytes.count))
    }
    return Self.framed(header.rlp.count + Self.framed(body) + 1)
  }

  /// A payload of so many bytes with its RLP length in front.
  private static func framed(_ count: Int) -> Int {
    if count < 56 { return count + 1 }
    return count + 1 + (Int.bitWidth - count.leadingZeroBitCount + 7) / 8
  }
}
