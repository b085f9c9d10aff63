internal import Economy
internal import Engine
internal import Ledger
internal import Primitives

extension Method {
  /// What an account holds and is.
  static let state: [Method] = [
    Method("eth_getBalance", [.required("address"), .optional("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let balance = try rpc.balance(
        of: try arguments.address(0), at: try arguments.block(1))
      let weiPerUnit = rpc.chain.genesis.network.weiPerUnit
      // Fits: a supply of 128 bits times at most 10^18.
      writer.quantity(UInt256(balance.units) * weiPerUnit)
    },
    Method("eth_getTransactionCount", [.required("address"), .optional("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let address = try arguments.address(0)
      let block = try arguments.block(1)
      try rpc.requireHead(block)
      writer.quantity(rpc.chain.nonce(address, pending: block == .pending))
    },
    Method("eth_getCode", [.required("address"), .optional("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let address = try arguments.address(0)
      try rpc.requireHead(try arguments.block(1))
      writer.hex(Registry.module(at: address) == nil ? [] : ModuleCode.bytes)
    },
    Method("eth_getStorageAt", [.required("address"), .required("slot"), .optional("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      _ = try arguments.address(0)
      try arguments.required(1, Shape.slot)
      try rpc.requireHead(try arguments.block(2))
      writer.hex(Word.zero.bytes)
    },
  ]
}

/// What stands at a module's address where others have bytecode: contracts and wallets take an
/// address without code for a person. It begins with EVM's invalid instruction.
enum ModuleCode {
  static let bytes: [UInt8] = [0xfe] + Array("FREEH".utf8)
}

extension JSONRPC {
  /// Refuses a state that is not the head's: only that is kept.
  func requireHead(_ reference: BlockReference) throws(RPCFailure) {
    let head = chain.head
    switch reference {
    case .head, .pending: return
    case .earliest:
      if blocks.first == head.height { return }
    case .number(let height):
      if height == head.height { return }
      if height > head.height {
        throw RPCFailure(
          RPCFailure.refused, "block not found: the newest block is \(head.height)")
      }
    case .hash(let hash):
      if hash == head.hash { return }
      guard try blocks.block(hash) != nil else {
        throw RPCFailure(RPCFailure.refused, "block not found: no block has this hash")
      }
    }
    throw RPCFailure(
      RPCFailure.refused, "state of past blocks is not kept: ask for latest")
  }
}
