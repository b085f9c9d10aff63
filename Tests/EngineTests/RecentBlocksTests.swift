import Economy
import Ledger
import Primitives
import Simulation
import Testing

@testable import Engine

@Suite struct RecentBlocksTests {
  private static func blocks(_ count: Int) throws -> [Block] {
    let disk = SimulatedDisk()
    let chain = Fixture.chain()
    var machine = try Fixture.machine(disk, chain)
    var blocks = [chain.head]
    for number in 0..<count {
      let transaction = try Fixture.authentic(
        Fixture.transfer(0, nonce: UInt64(number), to: 1, 1))
      blocks.append(try machine.close([transaction], at: Fixture.start + UInt64(number)))
    }
    return blocks
  }

  @Test func staysWithinItsBytesAndForgetsWhole() throws {
    let blocks = try Self.blocks(30)
    let each = try #require(blocks.last).footprint
    var recent = RecentBlocks(limit: 5 * each, secret: HashSecret(3, 5))
    for (place, block) in blocks.enumerated() {
      recent.append(block)
      #expect(recent.head?.hash == block.hash)
      #expect(recent.first <= block.height)
      let kept = Int(block.height - recent.first) + 1
      #expect(place < 5 || kept == 5)
    }
    for block in blocks {
      let isKept = block.height > 25
      #expect((recent.block(block.height) != nil) == isKept)
      #expect((recent.block(block.hash) != nil) == isKept)
      for transaction in block.transactions {
        #expect((recent.transaction(transaction.hash) != nil) == isKept)
      }
    }
    #expect(recent.block(31) == nil)
    #expect(recent.block(.max) == nil)
  }

  /// The newest block stays, however large it is; those that fell out are freed at once.
  @Test func freesWhatFellOut() throws {
    var blocks = try Self.blocks(3)
    weak let oldest = blocks[1]
    var recent = RecentBlocks(limit: 0, secret: HashSecret(3, 5))
    for block in blocks { recent.append(block) }
    #expect(recent.first == 3)
    #expect(recent.head?.height == 3)
    blocks = []
    #expect(oldest == nil)
  }

  /// Compaction does not lose the places.
  @Test func findsBlocksAfterManyHaveGone() throws {
    let block = try #require(try Self.blocks(1).last)
    var recent = RecentBlocks(limit: 3 * block.footprint, secret: HashSecret(3, 5))
    for height in 0..<3_000 as Range<Height> {
      let header = block.header
      let next = BlockHeader(
        parentHash: header.parentHash, stateRoot: header.stateRoot,
        transactionsRoot: header.transactionsRoot, receiptsRoot: header.receiptsRoot,
        bloom: header.bloom, number: height, gasLimit: header.gasLimit, gasUsed: header.gasUsed,
        timestamp: header.timestamp, extraData: [], baseFee: header.baseFee)
      recent.append(
        Block(header: next, hash: next.hash, transactions: [], receipts: [], events: .init()))
      #expect(recent.block(height)?.height == height)
      #expect(recent.block(next.hash)?.height == height)
    }
    #expect(recent.first > 2_980)
    #expect(recent.block(recent.first)?.height == recent.first)
    #expect(recent.block(recent.first - 1) == nil)
  }
}
