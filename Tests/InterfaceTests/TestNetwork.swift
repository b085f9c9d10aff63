import Cryptography
import Economy
import Ledger
import Primitives
import Testing

@testable import Engine
@testable import Interface

/// A small network in memory: four keys, three of them funded, blocks made when a test asks.
final class TestNetwork {
  static let chainID: UInt64 = 382_001
  static let baseFee: UInt128 = 100_000_000_000
  static let weiPerUnit: UInt128 = 100_000_000_000_000
  /// 1,000,000 tokens of four decimals.
  static let grant: UInt128 = 10_000_000_000
  static let start: UInt64 = 1_700_000_000

  let chain: Chain
  let router: Router
  let keys: [PrivateKey]
  private var executor = Executor()
  private var time = TestNetwork.start

  var rpc: JSONRPC { router.rpc }

  init(memory: Int = 1 << 28, tokenName: String = "Digital Twin Asset") throws {
    let phrase = "test test test test test test test test test test test junk"
    let root = try #require(Mnemonic.seed(phrase).flatMap { HDKey(seed: $0) })
    keys = (0..<4).compactMap { root.account($0) }
    let development = DevelopmentAccounts(
      mnemonic: phrase,
      accounts: keys.map {
        DevelopmentAccounts.Account(address: $0.address, privateKey: $0.exportSecret())
      })
    let supply = Amount(10_000_000_000_000)
    let genesis = Genesis(
      economy: "dta", chainID: Self.chainID, time: LogicalTime(Self.start),
      token: Genesis.TokenFacts(name: tokenName, symbol: "DTA", decimals: 4, supply: supply),
      network: Genesis.NetworkRules(
        decimals: 4, blockGasLimit: 30_000_000, baseFee: Self.baseFee,
        gas: [("token.transfer", 52), ("token.burn", 60)], defaultGas: 55,
        feeAccount: "pool.fees"),
      liquidWeights: false,
      wallets: [Genesis.Wallet(name: "treasury.business", units: supply)],
      flowAccounts: ["pool.rewards"],
      grants: keys.prefix(3).map {
        Genesis.Grant(from: "treasury.business", to: $0.address, units: Amount(Self.grant))
      },
      parameters: [], identity: SHA256.hash(Array("a test network".utf8)))
    chain = Chain(genesis: genesis, secret: HashSecret(1, 2), memory: memory)
    router = Router(
      chain,
      Configuration(
        version: "0.1.0", clientVersion: "Freehold/0.1.0/test", development: development))
  }

  /// Makes a block of what waits, so many seconds after the last.
  @discardableResult func makeBlock(after seconds: UInt64 = 1) -> Block {
    let batch = chain.prepare()
    time += seconds
    let parent = chain.head
    let executed = chain.withState { state in
      executor.execute(
        batch, on: &state, parent: parent, time: LogicalTime(time), roots: .compute)
    }
    chain.publish(executed.block, dropped: executed.dropped)
    return executed.block
  }

  // Requests

  /// The whole answer to one request.
  func answer(_ method: String, _ parameters: String = "[]") throws -> JSONValue {
    let body = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(parameters)}"#
    return try JSONParser.parse(try #require(rpc.answer(Array(body.utf8))))
  }

  /// The result of a request that must have one.
  func result(_ method: String, _ parameters: String = "[]") throws -> JSONValue {
    let answer = try answer(method, parameters)
    return try #require(answer["result"], "\(method)\(parameters): \(answer.text)")
  }

  /// Code, message and data of a request that must fail.
  func failure(
    _ method: String, _ parameters: String = "[]"
  ) throws -> (code: String, message: String, data: String?) {
    let answer = try answer(method, parameters)
    let error = try #require(answer["error"], "\(method)\(parameters): \(answer.text)")
    #expect(answer["result"] == nil)
    guard case .number(let code) = error["code"] else {
      Issue.record("no code in \(error.text)")
      return ("", "", nil)
    }
    return (code, try #require(error["message"]?.string), error["data"]?.string)
  }

  /// Sends a transaction and returns its hash as text.
  @discardableResult func send(_ transaction: [UInt8]) throws -> String {
    let result = try result("eth_sendRawTransaction", #"["\#(Hex.text(transaction))"]"#)
    return try #require(result.string)
  }
}

/// A transaction to be signed in a test.
struct Draft {
  var type: UInt8 = 2
  var nonce: UInt64
  var to: Address?
  var value: UInt128 = 0
  var data: [UInt8] = []
  var gas: UInt64 = 100_000
  var price: UInt128 = 2 * TestNetwork.baseFee
  var tip: UInt128 = 0
  var accessList: [(address: Address, keys: [Digest])] = []
  var chainID = TestNetwork.chainID

  /// The RLP items before the signature.
  private func signed() -> RLPWriter {
    var writer = RLPWriter()
    if type > 0 { writer.append(integer: UInt128(chainID)) }
    writer.append(integer: UInt128(nonce))
    if type == 2 { writer.append(integer: tip) }
    writer.append(integer: price)
    writer.append(integer: UInt128(gas))
    writer.append(address: to)
    writer.append(integer: value)
    writer.append(bytes: data)
    guard type > 0 else { return writer }
    writer.list { list in
      for entry in accessList {
        list.list { item in
          item.append(address: entry.address)
          item.list { keys in
            for key in entry.keys { keys.append(digest: key) }
          }
        }
      }
    }
    return writer
  }

  func sign(_ key: PrivateKey) -> [UInt8] {
    let fields = signed()
    var body = fields
    if type == 0 {
      body.append(integer: UInt128(chainID))
      body.append(integer: 0)
      body.append(integer: 0)
    }
    var message = RLPWriter()
    message.append(list: body)
    let prefix = type == 0 ? [] : [type]
    let signature = Secp256k1.sign(Keccak256.hash(prefix + message.bytes), key)
    var full = fields
    full.append(
      integer: type == 0
        ? 35 + 2 * UInt128(chainID) + UInt128(signature.parity) : UInt128(signature.parity))
    full.append(word: signature.r)
    full.append(word: signature.s)
    var writer = RLPWriter()
    writer.append(list: full)
    return prefix + writer.bytes
  }
}

/// Call data of the token.
enum TokenCalls {
  static let token = SystemAddress.module(Token.number)

  static func transfer(_ to: Address, _ units: UInt128) -> [UInt8] {
    [0xa9, 0x05, 0x9c, 0xbb] + Word(to).bytes + Word(units).bytes
  }

  static func balanceOf(_ account: Address) -> [UInt8] {
    [0x70, 0xa0, 0x82, 0x31] + Word(account).bytes
  }
}

extension Address {
  /// Small hex, as answers write it.
  var text: String { Hex.text(bytes) }
}
