internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

extension Method {
  /// Which network and which node this is.
  static let network: [Method] = [
    Method("web3_clientVersion") { (rpc, _, writer) throws(RPCFailure) in
      writer.string(rpc.configuration.clientVersion)
    },
    Method("web3_sha3", [.required("data")]) { (_, arguments, writer) throws(RPCFailure) in
      writer.hex(Keccak256.hash(try arguments.bytes(0)).bytes)
    },
    Method("net_version") { (rpc, _, writer) throws(RPCFailure) in
      writer.string(String(rpc.chain.genesis.chainID))
    },
    Method("net_listening") { (_, _, writer) throws(RPCFailure) in writer.bool(true) },
    Method("eth_chainId") { (rpc, _, writer) throws(RPCFailure) in
      writer.quantity(rpc.chain.genesis.chainID)
    },
    Method("eth_syncing") { (_, _, writer) throws(RPCFailure) in writer.bool(false) },
    Method("eth_blockNumber") { (rpc, _, writer) throws(RPCFailure) in
      writer.quantity(rpc.blocks.head.height)
    },
    Method("eth_capabilities") { (rpc, _, writer) throws(RPCFailure) in
      writer.capabilities(rpc.blocks)
    },
    Method("eth_config") { (rpc, _, writer) throws(RPCFailure) in
      writer.beginObject()
      writer.name("current")
      writer.forkConfiguration(rpc.chain)
      writer.nullMember("next")
      writer.nullMember("last")
      writer.endObject()
    },
  ]
}

extension JSONWriter {
  /// What can be asked back to which block. State is the head's alone; memory is bounded in bytes,
  /// so that no number of blocks is promised.
  fileprivate mutating func capabilities(_ blocks: BlockLookup) {
    let head = blocks.head
    beginObject()
    name("head")
    beginObject()
    member("number", quantity: head.height)
    member("hash", digest: head.hash)
    endObject()
    for name in ["state", "tx", "logs", "receipts", "blocks"] {
      self.name(name)
      beginObject()
      member("disabled", flag: false)
      member("oldestBlock", quantity: name == "state" ? head.height : blocks.first)
      endObject()
    }
    name("stateproofs")
    beginObject()
    member("disabled", flag: true)
    endObject()
    endObject()
  }

  /// EIP-7910: one set of rules since genesis, no blobs, no precompiled contracts; the modules
  /// stand where others have system contracts.
  fileprivate mutating func forkConfiguration(_ chain: Chain) {
    beginObject()
    member("activationTime", number: chain.genesis.time.seconds)
    name("blobSchedule")
    beginObject()
    for name in ["baseFeeUpdateFraction", "max", "target"] { member(name, number: 0) }
    endObject()
    member("chainId", quantity: chain.genesis.chainID)
    member("forkId", bytes: ForkIdentity.bytes(chain.genesisHash))
    name("precompiles")
    beginObject()
    endObject()
    name("systemContracts")
    beginObject()
    for module in Registry.modules { member(module.name, address: module.address) }
    endObject()
    endObject()
  }
}

/// EIP-6122's hash of a chain's rules: CRC-32 (IEEE 802.3) over the genesis hash, no fork since.
enum ForkIdentity {
  static func bytes(_ genesis: Digest) -> [UInt8] {
    var value = UInt32.max
    for byte in genesis.bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }
    var bytes: [UInt8] = []
    (~value).appendBigEndian(to: &bytes)
    return bytes
  }
}
