internal import Economy
internal import Engine
internal import Primitives

extension Method {
  /// Blocks and transactions in their consensus encoding.
  static let raw: [Method] = [
    Method("debug_getRawTransaction", [.required("hash")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      guard let place = try rpc.blocks.transaction(try arguments.digest(0)) else {
        return writer.hex([])
      }
      writer.hex(place.block.transactions[place.index].bytes)
    },
    Method("debug_getRawHeader", [.required("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      writer.hex(try rpc.existing(try arguments.block(0)).header.rlp)
    },
    Method("debug_getRawBlock", [.required("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      writer.hex(try rpc.existing(try arguments.block(0)).rlp)
    },
    Method("debug_getRawReceipts", [.required("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let block = try rpc.existing(try arguments.block(0))
      writer.beginArray()
      for index in block.receipts.indices { writer.hex(block.rawReceipt(index)) }
      writer.endArray()
    },
  ]
}

extension JSONRPC {
  fileprivate func existing(_ reference: BlockReference) throws(RPCFailure) -> Block {
    guard let block = try block(reference) else {
      throw RPCFailure(
        RPCFailure.refused, "block not found: the newest block is \(blocks.head.height)")
    }
    return block
  }
}

extension Block {
  /// Header, transactions (typed ones as byte strings) and no uncles.
  var rlp: [UInt8] {
    var body = RLPWriter()
    body.append(raw: header.rlp)
    var list = RLPWriter()
    for transaction in transactions {
      let bytes = transaction.bytes
      if (bytes.first ?? 0) >= 0xc0 { list.append(raw: bytes) } else { list.append(bytes: bytes) }
    }
    body.append(list: list)
    body.append(list: RLPWriter())
    var writer = RLPWriter()
    writer.append(list: body)
    return writer.bytes
  }

  /// A receipt as EIP-2718 encodes it. The receipts root here is over another form
  /// (docs/architecture.md).
  func rawReceipt(_ index: Int) -> [UInt8] {
    let receipt = receipts[index]
    var body = RLPWriter()
    body.append(integer: receipt.isSuccess ? 1 : 0)
    body.append(integer: UInt128(receipt.cumulativeGasUsed))
    body.append(bytes: bloom(of: receipt))
    var logs = RLPWriter()
    for place in receipt.events {
      let log = log(place)
      var topics = RLPWriter()
      for topic in log.topics { topics.append(bytes: topic.bytes) }
      var entry = RLPWriter()
      entry.append(address: log.address)
      entry.append(list: topics)
      entry.append(bytes: log.data)
      logs.append(list: entry)
    }
    body.append(list: logs)
    var writer = RLPWriter()
    writer.append(list: body)
    let type = transactions[index].type
    return type == 0 ? writer.bytes : [type] + writer.bytes
  }
}
