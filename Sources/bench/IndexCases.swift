import Economy
import Engine
import Node
import Primitives
import Storage

/// The index made from a journal of transfers: each block executed again and written.
final class IndexCase: BenchCase {
  let name: String
  let unit = "transfers/s"
  let note: String
  private let disk: RealDisk
  private let genesis: Genesis
  private let count: Int
  private let height: Height

  init(_ population: Population, label: String, folder: String, plan: Plan) throws {
    name = "index.rebuild.\(label)"
    genesis = population.genesis
    let engine = try DurableChain(population.genesis, folder: folder)
    disk = engine.disk
    let form = TransactionForm(population.genesis)
    var feed = Feed(population, senders: population.addresses.count)
    let blocks = plan.isQuick ? 12 : 48
    for _ in 0..<blocks {
      let intents = (0..<DurableChain.blockTransactions).map { _ in feed.random() }
      let authenticator = engine.chain.authenticator
      let made = Parallel.map(intents.count) { index in
        try? authenticator.trust(
          form.unsigned(intents[index]), sender: population.addresses[intents[index].sender])
      }
      try engine.makeBlock(made.compactMap { $0 })
    }
    height = engine.chain.head.height
    count = blocks * DurableChain.blockTransactions
    try engine.close()
    note =
      "index of \(Decimal.grouped(Double(count))) transfers, \(label) accounts, from the journal"
  }

  func measure() throws -> Sample {
    let start = now()
    let made = try IndexRebuild.make(disk, genesis) { _ in }
    let taken = now() - start
    guard made.height == height else { throw BenchFailure("the index ends at \(made.height)") }
    return Sample(value: Double(count) / taken, count: count)
  }

  /// Bytes of the index for each transfer, without those of genesis.
  func bytesEach() throws -> Double {
    let whole = try IndexRebuild.make(disk, genesis) { _ in }.bytes
    let empty = try IndexRebuild.make(disk, genesis, through: 0) { _ in }.bytes
    return Double(whole - min(whole, empty)) / Double(count)
  }
}
