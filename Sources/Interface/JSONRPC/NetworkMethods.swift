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
      writer.quantity(rpc.chain.head.height)
    },
  ]
}
