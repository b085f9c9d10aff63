internal import Cryptography
internal import Economy
public import Engine
internal import Ledger
internal import Primitives

/// `GET /network`: the one document of discovery (decisions 29). Everything in it is fixed when the
/// node starts.
public struct NetworkDocument: Sendable {
  /// The document.
  public let bytes: [UInt8]

  public init(_ chain: Chain, _ configuration: Configuration) {
    let genesis = chain.genesis
    var writer = JSONWriter(capacity: 8_192)
    writer.beginObject()
    writer.member("name", text: "Freehold")
    writer.member("version", text: configuration.version)
    writer.member("economy", text: genesis.economy)
    writer.member("chainId", number: genesis.chainID)
    writer.member("genesisHash", digest: Self.genesisHash(chain))
    writer.member("genesisTime", number: genesis.time.seconds)
    writer.name("sequencer")
    writer.beginObject()
    writer.member("kind", text: "solo")
    writer.member("acknowledgement", text: Self.acknowledgement)
    writer.endObject()
    writer.member("transport", text: configuration.transport)
    if let log = configuration.log {
      writer.name("log")
      writer.beginObject()
      writer.member("origin", text: log.origin)
      writer.member("key", text: log.key)
      writer.member("prefix", text: String(ProofRoutes.tiles.dropLast()))
      writer.endObject()
    }
    Self.token(genesis, &writer)
    writer.name("modules")
    writer.beginArray()
    for module in Registry.modules { Self.module(module, &writer) }
    writer.endArray()
    writer.name("accounts")
    writer.beginArray()
    for name in genesis.accountNames {
      writer.beginObject()
      writer.member("name", text: name)
      writer.member("address", text: SystemAddress.account(name).checksummed)
      writer.endObject()
    }
    writer.endArray()
    writer.name("roles")
    writer.beginArray()
    for role in genesis.plans.access.roles {
      writer.beginObject()
      writer.member("name", text: role.name)
      writer.member("id", digest: Access.id(role.name))
      writer.endObject()
    }
    writer.endArray()
    Self.limits(genesis, &writer)
    if let development = configuration.development { Self.development(development, &writer) }
    writer.endObject()
    bytes = writer.bytes
  }

  /// What a client may conclude from an answer.
  static let acknowledgement =
    "A transaction hash means accepted: the node has it in memory and a crash may lose it. A"
    + " receipt means committed: the block is flushed to this node's journal and final. Sending the"
    + " same transaction again is safe."

  /// The hash of block 0, also when it has left memory: then it is made again from genesis.
  static func genesisHash(_ chain: Chain) -> Digest {
    if let genesis = chain.block(0) { return genesis.hash }
    return Chain(genesis: chain.genesis, secret: HashSecret(0, 0)).head.hash
  }

  private static func token(_ genesis: Genesis, _ writer: inout JSONWriter) {
    writer.name("token")
    writer.beginObject()
    writer.member("name", text: genesis.token.name)
    writer.member("symbol", text: genesis.token.symbol)
    writer.member("decimals", number: genesis.token.decimals)
    writer.member("totalSupply", text: String(genesis.token.supply.units))
    writer.member("address", text: Token.declaration.address.checksummed)
    writer.member("abi", text: ABIDocument.path(Token.declaration))
    writer.endObject()
  }

  private static func module(_ module: ModuleDeclaration, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", text: module.name)
    writer.member("number", number: module.number)
    writer.member("address", text: module.address.checksummed)
    writer.member("abi", text: ABIDocument.path(module))
    writer.member("help", text: module.help)
    writer.endObject()
  }

  private static func limits(_ genesis: Genesis, _ writer: inout JSONWriter) {
    let limits: [(name: String, value: Int)] = [
      ("transactionBytes", Limits.transactionBytes),
      ("requestBytes", Limits.requestBytes),
      ("jsonDepth", Limits.jsonDepth),
      ("batchRequests", Limits.batchRequests),
      ("queryLogs", Limits.queryLogs),
      ("waitingPerAccount", PoolLimits.perAccount),
      ("feeHistoryBlocks", RPCLimits.feeHistoryBlocks),
    ]
    writer.name("limits")
    writer.beginObject()
    for limit in limits { writer.member(limit.name, number: limit.value) }
    writer.member("blockGas", number: genesis.network.blockGasLimit)
    writer.endObject()
  }

  private static func development(
    _ development: DevelopmentAccounts, _ writer: inout JSONWriter
  ) {
    writer.name("development")
    writer.beginObject()
    writer.name("accounts")
    writer.beginArray()
    for account in development.accounts {
      writer.beginObject()
      writer.member("address", text: account.address.checksummed)
      writer.member("privateKey", bytes: account.privateKey)
      writer.endObject()
    }
    writer.endArray()
    writer.member("mnemonic", text: development.mnemonic)
    writer.endObject()
  }
}
