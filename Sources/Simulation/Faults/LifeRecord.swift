internal import Cryptography
package import Economy
public import EconomyFile
package import Engine
internal import Ledger
package import Primitives

/// Random life of every module as signed blocks: what a chain under faults is fed with, and what
/// its state has to be after each of them.
public struct LifeRecord: Sendable {
  package struct Block: Sendable {
    package let time: LogicalTime
    package let transactions: [AuthenticTransaction]
    /// After the block, without the hashes of blocks, which a life does not have.
    package let stateRoot: Digest
  }

  package let genesis: Genesis
  package let blocks: [Block]

  var transactionCount: Int { blocks.reduce(0) { $0 + $1.transactions.count } }

  /// - Parameters:
  ///   - text: the economy file.
  ///   - blocks: how many.
  ///   - seed: the choice of life.
  /// - Throws: `EconomyFileFailure` where the file is unsound.
  public init(text: String, blocks: Int, seed: UInt64) throws(EconomyFileFailure) {
    var keys: [Address: PrivateKey] = [:]
    func account(_ name: String) -> Address {
      guard let key = PrivateKey(Keccak256.hash(Array("freehold.\(name)".utf8)).bytes) else {
        return .zero
      }
      keys[key.address] = key
      return key.address
    }
    let members = (0..<24).map { account("signer.\($0)") }
    let document = try EconomyFile.load(text: text)
    let overlay = JSONValue.object([Offices.overlay(document) { account("office.\($0)") }]).text
    let settled = try EconomyFile.load(text: text, overlays: [overlay])
    genesis = Life.fund(settled, members)
    var world = World(
      genesis: genesis, members: members, keys: keys, seed: seed, secret: HashSecret(seed, ~seed))
    world.record = []
    Self.live(&world, blocks: blocks)
    let (chainID, price) = (genesis.chainID, genesis.network.baseFee)
    let authenticator = Authenticator(chainID: chainID)
    self.blocks = (world.record ?? []).prefix(blocks).map { block in
      Block(
        time: block.time,
        transactions: block.calls.compactMap { call in
          guard let key = keys[call.sender] else { return nil }
          let bytes = Self.signed(call, by: key, chainID: chainID, price: price)
          do throws(TransactionRefusal) {
            return try authenticator.authenticate(ReceivedTransaction(bytes))
          } catch {
            // The root of this block will differ, and the run that plays it says so.
            return nil
          }
        }, stateRoot: block.stateRoot)
    }
  }

  /// Hours go by between blocks, so that days turn, locks end and grants vest.
  private static func live(_ world: inout World, blocks: Int) {
    var workloads = Workloads.all(world.state.genesis)
    for place in workloads.indices { workloads[place].setUp(&world) }
    let shares = workloads.reduce(0) { $0 + $1.share }
    func report(_ world: inout World) {
      for news in world.takeNews() {
        for place in workloads.indices { workloads[place].observe(news, &world) }
      }
    }
    var time: UInt64 = 0
    while (world.record?.count ?? 0) <= blocks {
      time += UInt64(1 + world.generator.below(world.generator.chance(oneIn: 8) ? 86_400 : 5_000))
      while world.advance(to: time) { report(&world) }
      for _ in 0..<1 + world.generator.below(5) {
        var choice = world.generator.below(shares)
        for place in workloads.indices {
          if choice < workloads[place].share {
            workloads[place].step(&world)
            break
          }
          choice -= workloads[place].share
        }
        report(&world)
      }
    }
  }

  /// A transaction of type 2, as wallets sign it.
  private static func signed(
    _ call: LifeBlock.Call, by key: PrivateKey, chainID: UInt64, price: UInt128
  ) -> [UInt8] {
    func fields() -> RLPWriter {
      var fields = RLPWriter()
      fields.append(integer: UInt128(chainID))
      fields.append(integer: UInt128(call.nonce))
      fields.append(integer: UInt128(0))
      fields.append(integer: price)
      fields.append(integer: UInt128(World.gasLimit))
      fields.append(address: SystemAddress.module(call.module))
      fields.append(integer: call.value)
      fields.append(bytes: call.data)
      fields.list { _ in }
      return fields
    }
    func encoded(_ body: RLPWriter) -> [UInt8] {
      var writer = RLPWriter()
      writer.append(list: body)
      return [2] + writer.bytes
    }
    let signature = Secp256k1.sign(Keccak256.hash(encoded(fields())), key)
    var whole = fields()
    whole.append(integer: UInt128(signature.parity))
    whole.append(word: signature.r)
    whole.append(word: signature.s)
    return encoded(whole)
  }
}
