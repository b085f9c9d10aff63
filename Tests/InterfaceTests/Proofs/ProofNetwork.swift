import Cryptography
import Economy
import EconomyFile
import Foundation
import Ledger
import Primitives
import Storage
import Testing

@testable import Engine
@testable import Interface

/// The DTA economy on a development network, with a stake, and a log over its blocks in memory.
final class ProofNetwork {
  static let start: UInt64 = 1_800_000_000

  let chain: Chain
  let signer: NoteSigner
  let member: PrivateKey
  /// The hashes of what was sent: a stake, two transfers.
  private(set) var sent: [Digest] = []
  private var executor = Executor()
  private var time = ProofNetwork.start

  init() throws {
    let folder = URL(filePath: #filePath).appending(path: "../../../../economies").standardized
    func text(_ name: String) throws -> String {
      try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
    let document = try EconomyFile.load(
      text: try text("dta.json"), overlays: [try text("dev.json")])
    chain = Chain(
      genesis: document.genesis(at: LogicalTime(Self.start)), secret: HashSecret(1, 2))
    let phrase = "test test test test test test test test test test test junk"
    member = try #require(
      Mnemonic.seed(phrase).flatMap { HDKey(seed: $0) }.flatMap { $0.account(0) })
    signer = try #require(
      NoteSigner(
        name: BlockLog<RealDisk>.origin(chain), seed: [UInt8](repeating: 5, count: 32)))
    let stake = try #require(Registry.module(Staking.number)?.calls.first { $0.name == "stake" })
    var selector: [UInt8] = []
    stake.selector.appendBigEndian(to: &selector)
    try send(
      SystemAddress.module(Staking.number),
      selector + Word(UInt128(1_000_000_000)).bytes + Word(UInt128(90 * 86_400)).bytes)
    makeBlock()
    for nonce in 0..<2 {
      try send(
        TokenCalls.token, TokenCalls.transfer(Address(high: 7, middle: 7, low: UInt32(nonce)), 125))
    }
    makeBlock()
    for _ in 0..<3 { makeBlock() }
  }

  private func send(_ to: Address, _ data: [UInt8]) throws {
    let raw = Draft(
      nonce: UInt64(sent.count), to: to, data: data, gas: 1_000_000,
      chainID: chain.genesis.chainID
    ).sign(member)
    sent.append(try chain.submit([ReceivedTransaction(raw)])[0].get())
  }

  func makeBlock() {
    let batch = chain.prepare()
    time += 1
    let parent = chain.head
    let executed = chain.withState { state in
      executor.execute(
        batch, on: &state, parent: parent, time: LogicalTime(time), roots: .compute)
    }
    chain.publish(executed.block, dropped: executed.dropped)
  }

  /// The log over all blocks, made from scratch.
  func inclusion(of height: Height) throws(TileFailure) -> LogInclusion {
    var tree = HashTree()
    for height in 0...chain.head.height {
      guard let block = chain.block(height) else { throw .behind("no block \(height)") }
      tree.append(SHA256.leaf(block.header.rlp))
    }
    let checkpoint = LogCheckpoint(
      origin: signer.key.name, size: UInt64(tree.count), root: tree.root())
    guard let note = signer.sign(checkpoint.text) else { throw .behind("no note") }
    return LogInclusion(path: tree.path(Int(height)), checkpoint: note, key: signer.key)
  }

  var maker: ProofMaker {
    ProofMaker(chain) { [self] (height) throws(TileFailure) in try inclusion(of: height) }
  }

  /// One subject of each kind.
  var subjects: [ProofSubject] {
    [.balance(member.address), .receipt(sent[1]), .grant(3), .position(1)]
  }
}

extension ProofNetwork: @unchecked Sendable {}
