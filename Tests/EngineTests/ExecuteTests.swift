import Cryptography
import Economy
import Ledger
import Primitives
import Simulation
import Testing

@testable import Engine

@Suite struct ExecuteTests {
  private static func balances(_ chain: Chain) -> [Amount] {
    chain.withState { state in Fixture.members.map { state.balance(of: $0.address) } }
  }

  /// Runs the same transactions in blocks of `size`, all at one time.
  private static func run(
    _ transactions: [AuthenticTransaction], size: Int, secret: UInt64 = 1
  ) throws -> Chain {
    let chain = Fixture.chain(secret: secret)
    var machine = try Fixture.machine(SimulatedDisk(), chain, segmentBytes: 1 << 18)
    for start in stride(from: 0, to: transactions.count, by: size) {
      let part = Array(transactions[start..<min(start + size, transactions.count)])
      try machine.close(part, at: Fixture.start + 100)
    }
    let last = try machine.close([], at: Fixture.start + 100)
    #expect(last.transactions.count == 1, "the fees of the last block are split in the next")
    return chain
  }

  /// Block, receipts, logs and bloom are one view of the same events.
  @Test func oneView() throws {
    let chain = Fixture.chain()
    var machine = try Fixture.machine(SimulatedDisk(), chain)
    var workload = Workload(seed: 8)
    var totals = (logs: 0, refused: 0, dropped: 0)
    var parent = chain.head
    for round in 0..<25 as Range<UInt64> {
      let batch = try workload.next(1 + Int(round) % 12)
      let block = try machine.close(batch, at: Fixture.start + round)
      #expect(block.header.parentHash == parent.hash)
      #expect(block.header.hash == block.hash)
      #expect(block.height == parent.height + 1)
      #expect(block.transactions.count == block.receipts.count)
      totals.dropped += batch.count - block.transactions.count
      var next = 0
      var gas: UInt64 = 0
      for (place, receipt) in block.receipts.enumerated() {
        #expect(receipt.events.lowerBound == next)
        next = receipt.events.upperBound
        gas += receipt.gasUsed
        #expect(receipt.cumulativeGasUsed == gas)
        #expect(receipt.isSuccess == (receipt.rejection == nil))
        if case .system = block.transactions[place] {
          #expect(place == 0 && receipt.gasUsed == 0 && receipt.isSuccess)
        } else {
          #expect(receipt.gasUsed % 1_000 == 0 && receipt.gasUsed >= 21_000)
        }
        if !receipt.isSuccess { totals.refused += 1 }
        // The fee is always taken, and always seen.
        #expect(receipt.events.count >= 1)
      }
      #expect(next == block.logCount)
      #expect(block.header.gasUsed == gas)
      var bloom = Bloom()
      for index in 0..<block.logCount {
        let log = block.log(index)
        bloom.insert(Bloom.Bits(log.address))
        for topic in log.topics { bloom.insert(Bloom.Bits(topic)) }
        #expect(log.data.count % 32 == 0)
      }
      #expect(bloom == block.header.bloom)
      totals.logs += block.logCount
      for (index, transaction) in block.transactions.enumerated() {
        let place = try #require(chain.transaction(transaction.hash))
        #expect(place.block.hash == block.hash)
        #expect(place.index == index)
      }
      parent = block
    }
    print("one view: \(totals)")
    #expect(totals.refused > 20 && totals.dropped > 5 && totals.logs > 150)
  }

  /// The order decides, not how it is cut into blocks; nor does the secret of the indexes. Only the
  /// split of the network's fees rounds once a block.
  @Test func batchingDoesNotDecide() throws {
    var workload = Workload(seed: 9, impossible: false)
    let transactions = try workload.next(120)
    let whole = try Self.run(transactions, size: 120)
    for size in [1, 7, 50] {
      let cut = try Self.run(transactions, size: size)
      #expect(Self.balances(cut) == Self.balances(whole))
      let (one, other) = (
        cut.withState { $0.totalSupply().units }, whole.withState { $0.totalSupply().units }
      )
      #expect(max(one, other) - min(one, other) <= UInt128(120 / size + 1))
      for member in Fixture.members {
        #expect(
          cut.nonce(member.address, pending: false) == whole.nonce(member.address, pending: false))
      }
    }
    let other = try Self.run(transactions, size: 120, secret: 99)
    #expect(other.head.header == whole.head.header)
    #expect(whole.withState { $0.invariants() } == [])
  }

  /// The genesis block shows the postings of the whole supply.
  @Test func genesisIsABlock() throws {
    let block = Fixture.chain().head
    #expect(block.height == 0)
    #expect(block.transactions.count == 1)
    #expect(block.transactions[0].sender == SystemAddress.sender)
    #expect(block.receipts[0].events == 0..<block.logCount)
    var minted: UInt128 = 0
    for index in 0..<block.logCount {
      let log = block.log(index)
      let amount = try #require(Word(log.data)?.number)
      if log.topics[1] == Word.zero { minted += amount }
    }
    #expect(Amount(minted) == Fixture.genesis.token.supply)
  }
}
