import Economy
import Engine
import Glibc
import Ledger
import Primitives
import Storage

/// One client, an idle node: from handing in a signed transfer until its receipt is there, in
/// process.
final class LatencyCase: BenchCase {
  let name = "latency.signed"
  let unit = "us"
  let note = "signed, one client, idle node, until the receipt (median a round)"
  private let engine: DurableChain
  private let sequencer: SoloSequencer
  private let form: TransactionForm
  private var feed: Feed
  private let count: Int

  init(_ population: Population, folder: String, plan: Plan) throws {
    engine = try DurableChain(population.genesis, folder: folder)
    form = TransactionForm(population.genesis)
    feed = Feed(population, senders: population.keys.count)
    count = plan.isQuick ? 50 : 200
    sequencer = SoloSequencer(chain: engine.chain)
    guard let machine = engine.machine.take() else { throw BenchFailure("no machine") }
    sequencer.start(machine, clock: SystemClock()) { notice in
      if case .failed(let text) = notice { complain("engine: \(text)\n") }
    }
  }

  func stop() { sequencer.stop() }

  func measure() throws -> Sample {
    let chain = engine.chain
    var latencies: [Double] = []
    for _ in 0..<count {
      let intent = feed.inTurn()
      let bytes = form.signed(intent, feed.population.keys[intent.sender])
      // Longer than the linger of a busy sequencer: the node is idle.
      usleep(8_000)
      let start = now()
      guard case .success(let hash) = chain.submit([ReceivedTransaction(bytes)])[0] else {
        throw BenchFailure("a signed transfer was refused")
      }
      while chain.transaction(hash) == nil { sched_yield() }
      latencies.append((now() - start) * 1e6)
    }
    return Sample(value: Order.median(latencies), count: count, latencies: latencies)
  }
}
