import Cryptography
import Dispatch
import Economy
import Primitives
import Simulation
import Storage
import Testing

@testable import Engine

/// What many senders at once, other networks and other machines cannot change.
@Suite struct ChainTests {
  /// Flexcoin and Poloniex, 2014: withdrawals sent at once overdrew. Here one balance is offered to
  /// thousands of receivers from several threads, under the same nonces.
  @Test("incident 12: of many double spends at once exactly one commits")
  func doubleSpendsAtOnce() throws {
    #if DEBUG
      let count = 1_000
    #else
      let count = 10_000
    #endif
    let disk = SimulatedDisk()
    let chain = Fixture.chain()
    var machine = try Fixture.machine(disk, chain, segmentBytes: 1 << 20)
    let before = chain.withState { $0.balance(of: Fixture.members[0].address) }.units
    // All but what the fee takes, each time to somebody else: any two together overdraw.
    let units = before - 1_000_000
    let spends = (0..<count).map { number in
      var draft = Draft(nonce: 0, gas: 40_000, to: Fixture.token)
      let receiver = Address(high: 7, middle: 7, low: UInt32(number))
      draft.data = Fixture.transferData(receiver, units)
      return ReceivedTransaction(draft.signed(by: Fixture.members[0]))
    }
    let slots = Slots<Int>(count: 8)
    DispatchQueue.concurrentPerform(iterations: 8) { place in
      var taken = 0
      for number in stride(from: place, to: count, by: 8) {
        for case .success in chain.submit([spends[number]]) { taken += 1 }
      }
      slots.set(place, taken)
    }
    #expect(slots.values.reduce(0, +) == 1, "the pool takes one")
    var paid = 0
    for round in 0..<3 as Range<UInt64> {
      let block = try machine.close(at: Fixture.start + round)
      paid += block.transactions.count { if case .signed = $0 { true } else { false } }
      _ = chain.submit(Array(spends.prefix(50)))
    }
    #expect(paid == 1)
    let received = (0..<count).count {
      chain.withState { [address = Address(high: 7, middle: 7, low: UInt32($0))] state in
        state.balance(of: address).units > 0
      }
    }
    #expect(received == 1)
    // What never passed the pool, a proposal of somebody else's for one, is judged when it runs.
    let forced = try spends.prefix(40).map { try Fixture.authentic($0.bytes) }
    let block = try machine.close(forced, at: Fixture.start + 9)
    #expect(!block.transactions.contains { if case .signed = $0 { true } else { false } })
  }

  /// Ethereum Classic 2016, Wintermute 2022: what was signed for one network ran on another.
  @Test("incident 19: what is signed for another chain is refused, of every type")
  func otherChains() {
    let chain = Fixture.chain()
    for type in 0...2 as ClosedRange<UInt8> {
      for other in [1, Fixture.chainID - 1, Fixture.chainID + 1] {
        let bytes = Draft(type: type, chainID: other).signed(by: Fixture.members[0])
        // A legacy draft states the network of the test in its v, so it is rewritten by its type.
        guard type != 0 else { continue }
        guard
          case .failure(.transaction(.wrongChain(Fixture.chainID, other))) =
            chain.submit([ReceivedTransaction(bytes)])[0]
        else {
          Issue.record("type \(type) of chain \(other) is taken")
          continue
        }
      }
    }
    // The same signed fields with this network's id put in: another sender, who has nothing.
    let stolen = Draft(type: 2, chainID: 1).signed(by: Fixture.members[0])
    let patched = Draft(type: 2).signed(by: Fixture.members[0])
    #expect(stolen != patched)
    let transaction = try? Fixture.authentic(Array(stolen))
    #expect(transaction == nil)
  }

  /// Bitcoin 2013, Geth 2020: limits of the local store decided what was valid. Segments, memory,
  /// hash secret and crashes of this machine leave no trace in a block.
  @Test("incident 31: no local limit enters a block")
  func localLimitsAreNoRules() throws {
    var workload = Workload(seed: 31)
    let batches = try (0..<12).map { try workload.next(1 + $0 % 5) }
    var headers: [[Digest]] = []
    for (segment, memory) in [(8_192, 1 << 30), (16_384, 1), (1 << 20, 1 << 16)] {
      let chain = Fixture.chain(secret: UInt64(segment), memory: memory)
      var machine = try Fixture.machine(
        SimulatedDisk(), chain, segmentBytes: UInt64(segment))
      headers.append(
        try batches.enumerated().map {
          try machine.close($0.element, at: Fixture.start + UInt64($0.offset)).hash
        })
    }
    #expect(headers[0] == headers[1] && headers[1] == headers[2])
  }
}
