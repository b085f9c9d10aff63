import Cryptography
import Dispatch
import Economy
import Engine
import Glibc
import Ledger
import Primitives
import Storage
import Synchronization

extension Block {
  /// Transactions that somebody sent: a block may open with one of its own.
  var signedCount: Int {
    transactions.count { if case .signed = $0 { true } else { false } }
  }
}

/// A chain with a journal of its own on the disk.
final class DurableChain {
  static let blockTransactions = 8_189

  let chain: Chain
  let disk: RealDisk
  var machine: Machine<RealDisk>?
  /// Makes the next journal segment meanwhile, as a node does.
  private let segments = DispatchQueue(label: "journal segments")

  init(_ genesis: Genesis, folder: String) throws {
    chain = Chain(genesis: genesis, secret: HashSecret(0x9e37_79b9, 0x7f4a_7c15), memory: 128 << 20)
    disk = RealDisk(folder: folder)
    try disk.makeFolder("")
    try Recovery.create(chain, disk: disk)
    machine = try Recovery.open(chain, disk: disk) { _ in }
  }

  /// The block's time: one second a block, so that a run depends on no clock.
  var nextTime: LogicalTime { LogicalTime(chain.head.header.timestamp + 1) }

  func makeBlock(_ batch: [AuthenticTransaction]) throws {
    let time = nextTime
    try machine?.makeBlock(batch, time: time)
    if let preparer = machine?.takePreparer() {
      segments.async { try? preparer.prepare() }
    }
    guard chain.head.signedCount == batch.count else {
      throw BenchFailure("a block left out transactions: the workload is wrong")
    }
  }

  func close() throws {
    segments.sync {}
    if let machine = machine.take() { try machine.close() }
  }
}

/// Transactions whose senders are known, in blocks of 8,189, each counted after its flush.
final class UnsignedEngineCase: BenchCase {
  let name: String
  let unit = "transfers/s"
  let note: String
  private let engine: DurableChain
  private let form: TransactionForm
  private var feed: Feed
  private var blocks: [[AuthenticTransaction]] = []
  private var blockCount = 8
  private let plan: Plan

  init(_ population: Population, label: String, folder: String, plan: Plan) throws {
    name = "engine.unsigned.\(label)"
    note = "durable, senders known, \(label) accounts, blocks of \(DurableChain.blockTransactions)"
    engine = try DurableChain(population.genesis, folder: folder)
    form = TransactionForm(population.genesis)
    feed = Feed(population, senders: population.addresses.count)
    self.plan = plan
  }

  func prepare() throws {
    let population = feed.population
    let authenticator = engine.chain.authenticator
    blocks = try (0..<blockCount).map { _ in
      let intents = (0..<DurableChain.blockTransactions).map { _ in feed.random() }
      let form = form
      let made = Parallel.map(intents.count) { index in
        try? authenticator.trust(
          form.unsigned(intents[index]), sender: population.addresses[intents[index].sender])
      }
      let batch = made.compactMap { $0 }
      guard batch.count == intents.count else { throw BenchFailure("a transfer does not decode") }
      return batch
    }
  }

  func measure() throws -> Sample {
    var latencies: [Double] = []
    let count = blockCount * DurableChain.blockTransactions
    let start = now()
    for block in blocks {
      let begin = now()
      try engine.makeBlock(block)
      latencies.append((now() - begin) * 1e6)
    }
    let taken = now() - start
    blocks = []
    // At most a million prepared transactions stand in memory.
    blockCount = max(4, min(120, Int(Double(blockCount) * plan.seconds / taken)))
    return Sample(value: Double(count) / taken, count: count, latencies: latencies)
  }
}

/// A chain whose sequencer makes blocks of what is submitted.
final class SequencedChain {
  private let engine: DurableChain
  private let sequencer: SoloSequencer

  /// What became of everything that was submitted.
  struct Run {
    let seconds: Double
    let committed: Int
    let refusals: [SubmissionRefusal]
  }

  init(_ genesis: Genesis, folder: String) throws {
    engine = try DurableChain(genesis, folder: folder)
    sequencer = SoloSequencer(chain: engine.chain)
    guard let machine = engine.machine.take() else { throw BenchFailure("no machine") }
    sequencer.start(machine, clock: SystemClock()) { notice in
      if case .failed(let text) = notice { complain("engine: \(text)\n") }
    }
  }

  /// Submits all batches and waits until everything taken is committed.
  func commit(_ batches: [[ReceivedTransaction]]) -> Run {
    let chain = engine.chain
    let before = chain.head.height
    let refusals = Mutex<[SubmissionRefusal]>([])
    let start = now()
    // Two senders, so that recovery goes on while the other one waits for a block.
    DispatchQueue.concurrentPerform(iterations: 2) { place in
      for batch in stride(from: place, to: batches.count, by: 2) {
        for case .failure(let refusal) in chain.submit(batches[batch]) {
          refusals.withLock { $0.append(refusal) }
        }
      }
    }
    while chain.waitingSize.count > 0 { usleep(100) }
    let taken = now() - start
    let committed = (before + 1...chain.head.height).reduce(0) {
      $0 + (chain.block($1)?.signedCount ?? 0)
    }
    return Run(seconds: taken, committed: committed, refusals: refusals.withLock { $0 })
  }

  /// What is submitted at once.
  static func batches(_ all: [ReceivedTransaction]) -> [[ReceivedTransaction]] {
    stride(from: 0, to: all.count, by: 1_000).map { Array(all[$0..<min(all.count, $0 + 1_000)]) }
  }

  func stop() { sequencer.stop() }
}

/// Transactions signed beforehand, through `Chain.submit` and the sequencer, until all are
/// committed.
final class SignedEngineCase: BenchCase {
  let name: String
  let unit = "transfers/s"
  let note: String
  private let chain: SequencedChain
  private let form: TransactionForm
  private var feed: Feed
  private let count: Int
  private var batches: [[ReceivedTransaction]] = []

  init(_ population: Population, label: String, folder: String, plan: Plan) throws {
    name = "engine.signed.\(label)"
    note = "durable, signed, \(label) accounts, submitted in batches of 1,000"
    chain = try SequencedChain(population.genesis, folder: folder)
    form = TransactionForm(population.genesis)
    feed = Feed(population, senders: population.keys.count)
    count = plan.isQuick ? 20_000 : 80_000
  }

  func stop() { chain.stop() }

  func prepare() throws {
    let intents = (0..<count).map { _ in feed.inTurn() }
    let keys = feed.population.keys
    let form = form
    batches = SequencedChain.batches(
      Parallel.map(count) {
        ReceivedTransaction(form.signed(intents[$0], keys[intents[$0].sender]))
      })
  }

  func measure() throws -> Sample {
    let run = chain.commit(batches)
    for refusal in run.refusals { complain("bench: refused: \(refusal.text)\n") }
    guard run.committed == count else {
      throw BenchFailure("\(run.committed) of \(count) signed transfers were committed")
    }
    batches = []
    return Sample(value: Double(count) / run.seconds, count: count)
  }
}
