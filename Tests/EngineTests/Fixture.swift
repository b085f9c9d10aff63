import Cryptography
import Economy
import EconomyFile
import Foundation
import Ledger
import Primitives
import Simulation
import Storage
import Testing

@testable import Engine

/// A small network: the DTA economy with eight funded members whose keys the tests hold.
enum Fixture {
  static let chainID: UInt64 = 382_001
  /// DTA's base price in wei per gas; a transfer of the token uses 35,000 gas, a plain one 21,000.
  static let price: UInt128 = 100_000_000_000
  static let unit: UInt128 = 100_000_000_000_000
  static let start: UInt64 = 1_800_000_000
  static let token = SystemAddress.module(Token.number)

  static let members: [PrivateKey] = (1...8).compactMap {
    PrivateKey([UInt8](repeating: 0, count: 31) + [UInt8($0)])
  }

  /// Somebody without funds.
  static let stranger: PrivateKey = {
    guard let key = PrivateKey([UInt8](repeating: 7, count: 32)) else { preconditionFailure() }
    return key
  }()

  static let genesis: Genesis = {
    let path = URL(filePath: #filePath).appending(path: "../../../economies/dta.json").standardized
    guard let text = try? String(contentsOf: path, encoding: .utf8),
      let document = try? EconomyFile.load(text: text)
    else { preconditionFailure("the repository's economy file loads") }
    return document.genesis(at: LogicalTime(start)).with(
      grants: members.map {
        Genesis.Grant(
          from: "treasury.business", to: $0.address, units: Amount(10_000_000_000))
      })
  }()

  /// A chain at genesis; `secret` changes the layout of its indexes and nothing else.
  static func chain(secret: UInt64 = 1, memory: Int = 1 << 30) -> Chain {
    Chain(genesis: genesis, secret: HashSecret(secret, ~secret), memory: memory)
  }

  /// Small, so that tests roll over segments; a block needs at least 4,096 bytes of room.
  static let segmentBytes: UInt64 = 16_384

  /// A chain at genesis with the machine over an empty journal.
  static func machine(
    _ disk: SimulatedDisk, _ chain: Chain, segmentBytes: UInt64 = segmentBytes
  ) throws -> Machine<SimulatedDisk> {
    try Recovery.create(chain, disk: disk, segmentBytes: segmentBytes)
    return try open(disk, chain, segmentBytes: segmentBytes)
  }

  static func open(
    _ disk: SimulatedDisk, _ chain: Chain, segmentBytes: UInt64 = segmentBytes
  ) throws -> Machine<SimulatedDisk> {
    try Recovery.open(chain, disk: disk, segmentBytes: segmentBytes) { _ in }
  }

  /// Call data of the token's `transfer`.
  static func transferData(_ to: Address, _ units: UInt128) -> [UInt8] {
    var data: [UInt8] = [0xa9, 0x05, 0x9c, 0xbb]
    Word(to).append(to: &data)
    Word(units).append(to: &data)
    return data
  }

  /// A transfer of the token between members, signed.
  static func transfer(
    _ from: Int, nonce: UInt64, to: Int, _ units: UInt128, price: UInt128 = Fixture.price
  ) -> [UInt8] {
    Draft(
      nonce: nonce, price: price, gas: 40_000, to: token,
      data: transferData(members[to].address, units)
    ).signed(by: members[from])
  }

  static func authentic(_ bytes: [UInt8]) throws -> AuthenticTransaction {
    try Authenticator(chainID: chainID).authenticate(ReceivedTransaction(bytes))
  }
}

/// A transaction before it is signed.
struct Draft {
  var type: UInt8 = 2
  var chainID = Fixture.chainID
  var nonce: UInt64 = 0
  var price = Fixture.price
  var tip: UInt128 = 0
  var gas: UInt64 = 21_000
  var to: Address? = Fixture.members[1].address
  var value: UInt128 = 0
  var data: [UInt8] = []
  var accessList: [(address: Address, keys: [Digest])] = []

  /// The fields up to the signature, as the standard orders them.
  private func fields() -> RLPWriter {
    var body = RLPWriter()
    if type != 0 { body.append(integer: UInt128(chainID)) }
    body.append(integer: UInt128(nonce))
    if type == 2 { body.append(integer: tip) }
    body.append(integer: price)
    body.append(integer: UInt128(gas))
    body.append(address: to)
    body.append(integer: value)
    body.append(bytes: data)
    guard type != 0 else { return body }
    body.list { list in
      for entry in accessList {
        list.list { pair in
          pair.append(bytes: entry.address.bytes)
          pair.list { keys in for key in entry.keys { keys.append(bytes: key.bytes) } }
        }
      }
    }
    return body
  }

  private func encoded(_ body: RLPWriter) -> [UInt8] {
    var writer = RLPWriter()
    writer.append(list: body)
    return (type == 0 ? [] : [type]) + writer.bytes
  }

  func signed(by key: PrivateKey) -> [UInt8] {
    var unsigned = fields()
    if type == 0 {
      unsigned.append(integer: UInt128(chainID))
      unsigned.append(integer: UInt128(0))
      unsigned.append(integer: UInt128(0))
    }
    let signature = Secp256k1.sign(Keccak256.hash(encoded(unsigned)), key)
    var whole = fields()
    let parity = UInt128(signature.parity)
    whole.append(integer: type == 0 ? 35 + 2 * UInt128(chainID) + parity : parity)
    whole.append(word: signature.r)
    whole.append(word: signature.s)
    return encoded(whole)
  }
}

extension Machine {
  /// Closes a block of what the pool gives, or of `batch`, as the sequencer does.
  @discardableResult
  mutating func close(
    _ batch: [AuthenticTransaction]? = nil, at time: UInt64
  ) throws(StorageFailure) -> Block {
    let batch = batch ?? prepare()
    try reserve(batch)
    let chain = chain
    try chain.withState { (state) throws(StorageFailure) in
      finalize(batch, on: &state, time: LogicalTime(time))
      if let executed = try commit() { publish(executed) }
    }
    return chain.head
  }
}
