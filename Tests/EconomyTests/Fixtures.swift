import EconomyFile
import Foundation
import Ledger
import Primitives
import Testing

@testable import Economy

/// States and transactions for every test of the economy; what a test sets is what it is about.
enum Fixtures {
  static let secret = HashSecret(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210)

  static let alice = address(1)
  static let bob = address(2)
  static let carol = address(3)
  /// Holds nothing.
  static let dave = address(4)

  static let token = SystemAddress.module(Token.number)

  private static func address(_ number: UInt32) -> Address {
    Address(high: 0xa11c_e000_0000_0000, middle: 0x5eed, low: number)
  }

  /// Economies of the repository by name.
  static let documents: [String: EconomyDocument] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    var documents: [String: EconomyDocument] = [:]
    for name in ["dta", "btt"] {
      let path = root.appendingPathComponent("economies/\(name).json").path
      let bytes = FileManager.default.contents(atPath: path) ?? Data()
      documents[name] = try? EconomyFile.load(text: String(decoding: bytes, as: UTF8.self))
    }
    return documents
  }()

  static func document(_ name: String) throws -> EconomyDocument {
    try #require(documents[name], "economies/\(name).json loads")
  }

  /// Tokens that alice, bob and carol hold at the start.
  static let grants: [(to: Address, tokens: UInt128)] = [(alice, 1_000), (bob, 500), (carol, 10)]

  static func genesis(_ name: String = "dta") throws -> Genesis {
    let genesis = try document(name).genesis()
    let wallet = try #require(genesis.wallets.max { $0.units < $1.units })
    let unit = unit(genesis)
    return genesis.with(
      grants: grants.map {
        Genesis.Grant(from: wallet.name, to: $0.to, units: Amount($0.tokens * unit))
      })
  }

  /// Base units of one token.
  static func unit(_ genesis: Genesis) -> UInt128 {
    (0..<Int(genesis.token.decimals)).reduce(1) { product, _ in product * 10 }
  }

  /// A state in its first open block.
  static func state(_ name: String = "dta", secret: HashSecret = secret) throws -> EconomyState {
    var state = EconomyState(genesis: try genesis(name), secret: secret)
    _ = state.beginBlock(height: 1, time: state.genesis.time + Seconds(5))
    return state
  }

  /// Call data: a selector, then words of 32 bytes.
  static func data(_ selector: UInt32, _ words: Word...) -> [UInt8] {
    var bytes: [UInt8] = []
    selector.appendBigEndian(to: &bytes)
    for word in words { word.append(to: &bytes) }
    return bytes
  }

  static func transfer(_ to: Address, _ units: UInt128) -> [UInt8] {
    data(0xa905_9cbb, Word(to), Word(units))
  }

  static func approve(_ spender: Address, _ units: Word) -> [UInt8] {
    data(0x095e_a7b3, Word(spender), units)
  }

  static func transferFrom(_ from: Address, _ to: Address, _ units: UInt128) -> [UInt8] {
    data(0x23b8_72dd, Word(from), Word(to), Word(units))
  }

  static func burn(_ units: UInt128) -> [UInt8] { data(0x4296_6c68, Word(units)) }

  static func burnFrom(_ from: Address, _ units: UInt128) -> [UInt8] {
    data(0x79cc_6790, Word(from), Word(units))
  }
}

extension EconomyState {
  /// A transaction as `sender` would send it next, at the base price with room for any call.
  func call(
    _ sender: Address, to: Address? = Fixtures.token, _ data: [UInt8] = [], value: UInt128 = 0,
    gasLimit: UInt64 = 200_000, price: UInt128? = nil, tip: UInt128 = 0, nonce: UInt64? = nil
  ) -> TransactionCall {
    let next = ledger.accounts.find(sender).map { ledger.accounts[$0].nonce } ?? 0
    return TransactionCall(
      sender: sender, nonce: nonce ?? next, gasLimit: gasLimit,
      maximumPrice: price ?? genesis.network.baseFee, tip: tip, to: to ?? .zero, value: value,
      call: Registry.decode(to: to, data: data, range: 0..<data.count))
  }

  /// Runs that transaction.
  mutating func send(
    _ sender: Address, to: Address? = Fixtures.token, _ data: [UInt8] = [], value: UInt128 = 0,
    gasLimit: UInt64 = 200_000, price: UInt128? = nil, tip: UInt128 = 0
  ) -> Outcome {
    execute(
      call(sender, to: to, data, value: value, gasLimit: gasLimit, price: price, tip: tip))
  }

  /// An event of the open block as its topics and data.
  func event(_ place: Int) -> [Word] {
    let record = ledger.events.records[place]
    let start = Int(record.start)
    return Array(ledger.events.words[start..<start + Int(record.wordCount)])
  }
}
