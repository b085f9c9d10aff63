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

  init(_ population: Population, label: String, plan: Plan) {
    name = "execute.\(label)"
    note = "EconomyState.execute of token.transfer, \(label) accounts"
    machine = StateHolder(population.genesis)
    feed = Feed(population, senders: population.addresses.count)
    count = plan.isQuick ? 500_000 : 2_000_000
  }

  func prepare() throws {
    calls = machine.calls(&feed, count)
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

/// A state with its open block.
private final class StateHolder {
  private var state: EconomyState
  private var height: Height = 0
  private let rules: Genesis.NetworkRules

  init(_ genesis: Genesis) {
    state = EconomyState(genesis: genesis, secret: HashSecret(3, 5))
    rules = genesis.network
  }

  func calls(_ feed: inout Feed, _ count: Int) -> [TransactionCall] {
    (0..<count).map { _ in
      let intent = feed.random()
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
      if !state.execute(call).isSuccess { failed += 1 }
    }
    guard failed == 0 else {
      throw BenchFailure("\(failed) transfers failed: the workload is wrong")
    }
  }

  func root() { _ = state.stateRoot() }
}
