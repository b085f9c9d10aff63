import Economy
import Ledger
import Primitives
import Simulation

/// Token transfers on the state alone: no signature, no log, no receipt, no root.
final class ExecutionCase: BenchCase {
  let name: String
  let unit = "transfers/s"
  let note: String
  private let machine: StateHolder
  private var feed: Feed
  private let count: Int
  private var calls: [TransactionCall] = []
  /// Nil where all accounts are as likely.
  private let weights: Zipf?

  init(_ population: Population, label: String, plan: Plan, isSkewed: Bool = false) {
    name = "execute.\(label)" + (isSkewed ? ".zipf" : "")
    note =
      "EconomyState.execute of token.transfer, \(label) accounts"
      + (isSkewed ? ", by Zipf's weights" : "")
    weights = isSkewed ? Zipf(below: population.addresses.count) : nil
    machine = StateHolder(population.genesis)
    feed = Feed(population, senders: population.addresses.count)
    count = plan.isQuick ? 500_000 : 2_000_000
  }

  func prepare() throws {
    calls = machine.calls(&feed, count, weights)
  }

  func measure() throws -> Sample {
    let taken = try seconds { () throws(BenchFailure) in
      try machine.run(calls)
    }
    calls = []
    return Sample(value: Double(count) / taken, count: count)
  }
}

/// The state root after one block of transfers: how much a block pays for it.
final class StateRootCase: BenchCase {
  let name: String
  let unit = "ms/block"
  let note: String
  private let machine: StateHolder
  private var feed: Feed
  private let blocks = 16

  init(_ population: Population, label: String) {
    name = "root.\(label)"
    note = "state root after \(DurableChain.blockTransactions) transfers, \(label) accounts"
    machine = StateHolder(population.genesis)
    feed = Feed(population, senders: population.addresses.count)
    machine.root()
  }

  func measure() throws -> Sample {
    var taken = 0.0
    for _ in 0..<blocks {
      try machine.run(machine.calls(&feed, DurableChain.blockTransactions))
      taken += seconds { machine.root() }
    }
    return Sample(value: taken / Double(blocks) * 1e3, count: blocks)
  }
}

/// The rows of a state as a checkpoint brings them.
struct RowImage {
  let genesis: Genesis
  let tables: [(table: UInt8, wordCount: Int, count: Int, pages: [[UInt8]])]
  let contents: [[UInt8]]
  let root: Digest

  init(_ population: Population) {
    genesis = population.genesis
    let machine = StateHolder(population.genesis)
    root = machine.root()
    let image = machine.image()
    tables = image.tables.map { table in
      let pages = (0..<table.pageCount).map { table.bytes(ofPage: $0) }
      return (table.table, table.wordCount, table.count, pages)
    }
    contents = image.contents
  }

  /// A state made of the rows.
  func load() throws -> EconomyState {
    var loader = StateLoader(genesis: genesis, secret: HashSecret(7, 9))
    for table in tables {
      try loader.begin(table: table.table, wordCount: table.wordCount, count: table.count)
      for page in table.pages { try loader.append(page) }
    }
    for content in contents { try loader.append(content: content) }
    return try loader.finish()
  }
}

/// A state made out of its rows: decoding and every index; where asked, the tree that proves it.
final class StateLoadCase: BenchCase {
  let name: String
  let unit = "ms"
  let note: String
  private let image: RowImage
  private let isProved: Bool

  init(_ image: RowImage, label: String, isProved: Bool) {
    self.image = image
    self.isProved = isProved
    name = (isProved ? "load.proved." : "load.rows.") + label
    note = "rows to a state" + (isProved ? " and its root" : "") + ", \(label) accounts"
  }

  func measure() throws -> Sample {
    let start = now()
    var state = try image.load()
    guard !isProved || state.stateRoot() == image.root else {
      throw BenchFailure("\(name): another root")
    }
    return Sample(value: (now() - start) * 1e3, count: 1)
  }
}

/// A state with its open block.
private final class StateHolder {
  private var state: EconomyState
  private var height: Height = 0
  private let rules: Genesis.NetworkRules

  init(_ genesis: Genesis) {
    state = EconomyState(genesis: genesis, secret: HashSecret(3, 5))
    rules = genesis.network
  }

  func calls(_ feed: inout Feed, _ count: Int, _ weights: Zipf? = nil) -> [TransactionCall] {
    (0..<count).map { _ in
      let intent = weights.map { feed.skewed($0) } ?? feed.random()
      return TransactionCall(
        sender: feed.population.addresses[intent.sender], nonce: intent.nonce, gasLimit: 40_000,
        maximumPrice: rules.baseFee, tip: 0, to: SystemAddress.module(Token.number), value: 0,
        call: DecodedCall(
          module: Token.number, place: 0,
          operation: .token(
            .transfer(Token.Transfer(to: intent.to, amount: Amount(UInt128(intent.units)))))))
    }
  }

  /// Runs calls in blocks of 8,189, which empties the event log as a node does.
  func run(_ calls: [TransactionCall]) throws(BenchFailure) {
    var failed = 0
    for (place, call) in calls.enumerated() {
      if place % DurableChain.blockTransactions == 0 {
        height += 1
        _ = state.beginBlock(height: height, time: state.genesis.time + Seconds(height))
      }
      if place % Self.foresight == 0 { foresee(calls[place...].prefix(Self.foresight)) }
      if !state.execute(call).isSuccess { failed += 1 }
    }
    guard failed == 0 else {
      throw BenchFailure("\(failed) transfers failed: the workload is wrong")
    }
  }

  private static let foresight = 64

  /// As the engine does before it executes.
  private func foresee(_ calls: ArraySlice<TransactionCall>) {
    var addresses: [Address] = []
    for call in calls {
      addresses.append(call.sender)
      if let payee = call.call.payee(to: call.to) { addresses.append(payee) }
    }
    state.foresee(addresses)
  }

  @discardableResult func root() -> Digest { state.stateRoot() }

  func image() -> StateImage { state.image() }
}
