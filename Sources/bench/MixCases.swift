import Cryptography
import Economy
import Engine
import Primitives

/// Signed transactions made beforehand, through `Chain.submit` and the sequencer, until all are
/// committed: many transfers under one signature (W4), or such among which some are worth nothing
/// (W6).
final class SignedMixCase: BenchCase {
  enum Mix {
    /// So many transfers in each transaction.
    case batch(Int)
    /// One transfer each; of twenty one has a wrong signature, one a nonce that is used up and one
    /// more value than anybody has.
    case hostile
  }

  let name: String
  let unit: String
  let note: String
  private let chain: SequencedChain
  private let form: TransactionForm
  private let valueForm: TransactionForm
  private var feed: Feed
  private let mix: Mix
  private let count: Int
  private var batches: [[ReceivedTransaction]] = []
  /// How many of them must be refused, and committed.
  private var refused = 0
  private var committed = 0

  init(_ population: Population, _ mix: Mix, folder: String, plan: Plan) throws {
    switch mix {
    case .batch(let size):
      name = "engine.batch.\(size)"
      unit = "transfers/s"
      note = "durable, signed, \(size) transfers a transaction, 10k accounts"
      count = (plan.isQuick ? 200_000 : 600_000) / size
    case .hostile:
      name = "engine.hostile"
      unit = "transactions/s"
      note = "durable, signed, 15% of them worth nothing, 10k accounts"
      count = plan.isQuick ? 20_000 : 80_000
    }
    self.mix = mix
    chain = try SequencedChain(population.genesis, folder: folder)
    form = TransactionForm(population.genesis)
    valueForm = TransactionForm(population.genesis, .value)
    feed = Feed(population, senders: population.keys.count)
  }

  func stop() { chain.stop() }

  func prepare() throws {
    let keys = feed.population.keys
    let form = form
    let made: [ReceivedTransaction]
    switch mix {
    case .batch(let size):
      let intents = (0..<count).map { _ in feed.inTurn(size) }
      made = Parallel.map(count) {
        ReceivedTransaction(form.signed(batch: intents[$0], keys[intents[$0][0].sender]))
      }
      (refused, committed) = (0, count)
    case .hostile:
      // What is worth nothing uses up no nonce, so it is made of an earlier transfer.
      var intents: [TransferIntent] = []
      for place in 0..<count {
        intents.append(Self.isHostile(place) ? intents[place - 1] : feed.inTurn())
      }
      let all = intents
      let value = valueForm
      made = Parallel.map(count) { Self.hostile($0, all[$0], keys, form, value) }
      refused = (0..<count).count { Self.isHostile($0) }
      committed = count - refused
    }
    batches = SequencedChain.batches(made)
  }

  private static func isHostile(_ place: Int) -> Bool { [5, 11, 17].contains(place % 20) }

  private static func hostile(
    _ place: Int, _ intent: TransferIntent, _ keys: [PrivateKey], _ form: TransactionForm,
    _ value: TransactionForm
  ) -> ReceivedTransaction {
    let key = keys[intent.sender]
    switch place % 20 {
    case 5: return ReceivedTransaction(form.unsigned(intent))
    case 17:
      let more = TransferIntent(
        sender: intent.sender, nonce: intent.nonce + 1, to: intent.to, units: 1 << 60)
      return ReceivedTransaction(value.signed(more, key))
    default: return ReceivedTransaction(form.signed(intent, key))
    }
  }

  func measure() throws -> Sample {
    let run = chain.commit(batches)
    guard run.committed == committed, run.refusals.count == refused else {
      throw BenchFailure(
        "\(name): \(run.committed) of \(committed) were committed, "
          + "\(run.refusals.count) of \(refused) refused")
    }
    batches = []
    let done = if case .batch(let size) = mix { count * size } else { count }
    return Sample(value: Double(done) / run.seconds, count: done)
  }
}

extension Suites {
  /// W4 and W6: many transfers under one signature, and a crowd among which some are hostile.
  func mix(_ place: String, _ runner: inout Runner) throws {
    let population = try Population(genesis, accounts: 10_000, keyed: 10_000)
    let plain = try SignedEngineCase(population, label: "10k", folder: place + "/plain", plan: plan)
    let mixes = [
      try SignedMixCase(population, .batch(10), folder: place + "/b10", plan: plan),
      try SignedMixCase(population, .batch(100), folder: place + "/b100", plan: plan),
      try SignedMixCase(population, .hostile, folder: place + "/hostile", plan: plan),
    ]
    try runner.run(
      Suite(
        name: "mix", cases: [plain] + mixes,
        comparisons: [
          Suite.Comparison(
            name: "W4: transfers, 10 a signature / one", subject: "engine.batch.10",
            anchor: "engine.signed.10k", goal: ""),
          Suite.Comparison(
            name: "W4: transfers, 100 a signature / one", subject: "engine.batch.100",
            anchor: "engine.signed.10k", goal: ""),
          Suite.Comparison(
            name: "W6: 15% hostile / none", subject: "engine.hostile",
            anchor: "engine.signed.10k", goal: "0.5"),
        ]))
    plain.stop()
    for one in mixes { one.stop() }
  }
}
