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
    Method("eth_getStorageValues", [.required("requests"), .optional("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let requests = try arguments.required(0, StorageRequests.init)
      try rpc.requireHead(try arguments.block(1))
      writer.beginObject()
      for (address, count) in requests.slots {
        writer.name(address)
        writer.beginArray()
        for _ in 0..<count { writer.hex(Word.zero.bytes) }
        writer.endArray()
      }
      writer.endObject()
    },
    Method("eth_getProof", [.required("address"), .required("storageKeys"), .optional("block")]) {
      (_, arguments, _) throws(RPCFailure) in
      let address = try arguments.address(0)
      throw RPCFailure(
        RPCFailure.notSupported,
        "eth_getProof is not supported: the state root here is no Patricia trie, its proofs are"
          + " SHA-256 Merkle paths; ask GET /proof/balance/\(Hex.text(address.bytes))")
    },
  ]
}

/// Slots of several addresses; all of them are zero, since modules keep rows and no slots.
struct StorageRequests: Sendable {
  let slots: [(address: String, count: Int)]

  init(_ object: JSONValue) throws(ShapeFailure) {
    guard let members = object.members else {
      throw ShapeFailure("an object of addresses is wanted, not \(object.kind)")
    }
    guard !members.isEmpty else { throw ShapeFailure("empty request") }
    var slots: [(String, Int)] = []
    var total = 0
    for member in members {
      _ = try Shape.address(.string(member.name))
      guard let keys = member.value.elements else {
        throw ShapeFailure("a list of slots is wanted, not \(member.value.kind)")
      }
      for key in keys { try Shape.slot(key) }
      total += keys.count
      slots.append((member.name, keys.count))
    }
    guard total <= RPCLimits.storageSlots else {
      throw ShapeFailure("too many slots (max \(RPCLimits.storageSlots))")
    }
    self.slots = slots
  }
}

/// What stands at a module's address where others have bytecode: contracts and wallets take an
/// address without code for a person. It begins with EVM's invalid instruction.
enum ModuleCode {
  static let bytes: [UInt8] = [0xfe] + Array("FREEH".utf8)
}

extension JSONRPC {
  /// Refuses a state that is not the head's: only that is kept.
  func requireHead(_ reference: BlockReference) throws(RPCFailure) {
    let head = blocks.head
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
