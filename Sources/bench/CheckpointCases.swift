import Economy
import Engine
import Ledger
import Primitives
import Simulation
import Storage
import Synchronization

/// Blocks that open new accounts, so that a network has many without a genesis that lists them.
enum Settlement {
  /// Funds accounts that nobody has met before, one transfer each.
  static func open(_ accounts: Int, on engine: DurableChain, from population: Population) throws {
    let form = TransactionForm(population.genesis)
    var generator = Generator(seed: 0xacc0)
    var nonces = [UInt64](repeating: 0, count: population.addresses.count)
    var made = 0
    while made < accounts {
      let count = min(accounts - made, DurableChain.blockTransactions)
      let intents = (made..<made + count).map { index in
        let sender = index % nonces.count
        defer { nonces[sender] += 1 }
        return TransferIntent(
          sender: sender, nonce: nonces[sender],
          to: Address(
            high: generator.next(), middle: generator.next(),
            low: UInt32(truncatingIfNeeded: generator.next())), units: 1)
      }
      let authenticator = engine.chain.authenticator
      let batch = Parallel.map(count) { index in
        try? authenticator.trust(
          form.unsigned(intents[index]), sender: population.addresses[intents[index].sender])
      }
      try engine.makeBlock(batch.compactMap { $0 })
      made += count
    }
  }
}

/// From nothing to a node that may answer, over a checkpoint of the head.
final class CheckpointStartCase: BenchCase {
  let name: String
  let unit = "s"
  let note: String
  private let population: Population
  private let disk: RealDisk
  private let height: Height
  /// Bytes of the checkpoint, before compression and after.
  let bytes: (raw: UInt64, stored: UInt64)
  /// Seconds that writing it took.
  let writing: Double

  init(_ population: Population, accounts: Int, label: String, folder: String) throws {
    name = "checkpoint.start.\(label)"
    self.population = population
    let engine = try DurableChain(population.genesis, folder: folder)
    disk = engine.disk
    try Settlement.open(
      accounts - population.addresses.count, on: engine, from: population)
    height = engine.chain.head.height
    let begin = now()
    guard let manifest = try engine.machine?.writeCheckpoint() else {
      throw BenchFailure("no checkpoint was written")
    }
    writing = now() - begin
    bytes = (manifest.rawBytes, manifest.storedBytes)
    try engine.close()
    note =
      "start of a node from a checkpoint of the head, \(label) accounts, "
      + "\(Decimal.grouped(Double(bytes.stored) / 1e6)) MB of "
      + "\(Decimal.grouped(Double(bytes.raw) / 1e6))"
  }

  func measure() throws -> Sample {
    let start = now()
    let chain = Chain(genesis: population.genesis, secret: HashSecret(1, 2))
    let machine = try Recovery.open(chain, disk: disk) { _ in }
    let end = now()
    guard machine.recovered.startedFrom == height, chain.head.height == height else {
      throw BenchFailure(
        "it started from height \(machine.recovered.startedFrom), not \(height): "
          + machine.recovered.faults.map(\.text).joined(separator: "; "))
    }
    try machine.close()
    return Sample(value: end - start, count: Int(height))
  }
}

/// A fixed figure that a preparation gave.
final class FixedCase: BenchCase {
  let name: String
  let unit: String
  let note: String
  private let value: Double

  init(_ name: String, _ unit: String, _ value: Double, note: String) {
    self.name = name
    self.unit = unit
    self.note = note
    self.value = value
  }

  func measure() throws -> Sample { Sample(value: value, count: 1) }
}

/// Durable blocks while checkpoints are written beside them without a pause, or while none is.
final class CheckpointLoadCase: BenchCase {
  let name: String
  let unit = "transfers/s"
  let note: String
  private let engine: DurableChain
  private let population: Population
  private let form: TransactionForm
  private let feed: SharedFeed
  private let isWriting: Bool
  private let blockCount: Int
  private var blocks: [[AuthenticTransaction]] = []

  /// The members' nonces go on from case to case over one chain.
  final class SharedFeed {
    var feed: Feed
    init(_ feed: Feed) { self.feed = feed }
  }

  init(
    _ engine: DurableChain, _ population: Population, _ feed: SharedFeed, isWriting: Bool,
    label: String, plan: Plan
  ) {
    name = "checkpoint.\(isWriting ? "beside" : "none").\(label)"
    note =
      "durable, senders known, \(label) accounts, "
      + (isWriting ? "one checkpoint after the other beside it" : "no checkpoint")
    self.engine = engine
    self.population = population
    self.feed = feed
    self.isWriting = isWriting
    form = TransactionForm(population.genesis)
    blockCount = plan.isQuick ? 24 : 80
  }

  func prepare() throws {
    let authenticator = engine.chain.authenticator
    blocks = try (0..<blockCount).map { _ in
      let intents = (0..<DurableChain.blockTransactions).map { _ in feed.feed.random() }
      let form = form
      let population = population
      let batch = Parallel.map(intents.count) { index in
        try? authenticator.trust(
          form.unsigned(intents[index]), sender: population.addresses[intents[index].sender])
      }.compactMap { $0 }
      guard batch.count == intents.count else { throw BenchFailure("a transfer does not decode") }
      return batch
    }
  }

  func measure() throws -> Sample {
    let disk = engine.disk
    let identity = population.genesis.identity
    let isBusy = Mutex(false)
    let written = Mutex(0)
    let count = blocks.count * DurableChain.blockTransactions
    var joins: [@Sendable () -> Void] = []
    let start = now()
    for block in blocks {
      if isWriting, !isBusy.withLock({ $0 }), let order = engine.machine?.order() {
        isBusy.withLock { $0 = true }
        joins.append(
          order.writeBeside(disk, identity: identity) { result in
            if case .success(let manifest) = result {
              try? disk.remove(Checkpoints.file(manifest.height))
              written.withLock { $0 += 1 }
            }
            isBusy.withLock { $0 = false }
          })
      }
      try engine.makeBlock(block)
    }
    let taken = now() - start
    for join in joins { join() }
    blocks = []
    guard !isWriting || written.withLock({ $0 }) == joins.count && !joins.isEmpty else {
      throw BenchFailure("a checkpoint beside the blocks failed")
    }
    return Sample(value: Double(count) / taken, count: count)
  }
}
