import Economy
import Ledger
import Primitives
import Simulation
import Testing

@testable import Engine

@Suite struct TransactionPlacesTests {
  /// A block of so many transactions, each with a hash of its own.
  private static func block(_ height: Height, _ count: Int, _ serial: Int) -> Block {
    let header = BlockHeader(
      parentHash: .zero, stateRoot: .zero, transactionsRoot: .zero, receiptsRoot: .zero,
      bloom: Bloom(), number: height, gasLimit: 1, gasUsed: 0, timestamp: height, extraData: [],
      baseFee: 1)
    return Block(
      header: header, hash: header.hash,
      transactions: (0..<count).map { place in
        .system(SystemTransaction(height: height, chainID: UInt64(serial * 64 + place)))
      }, receipts: [], events: .init())
  }

  /// Beside a dictionary, through several doublings of the ring and around its end.
  @Test(arguments: [1, 2, 3] as [UInt64]) func agreesWithADictionary(seed: UInt64) {
    var generator = SeededGenerator(seed)
    var places = TransactionPlaces(secret: HashSecret(generator.next(), generator.next()))
    var blocks: [Block] = []
    var low: Height = 1_000_000
    var high = low
    var gone: [Digest] = []
    var most = 0
    for serial in 1...1_200 {
      switch generator.below(10) {
      case 0..<5:
        let block = Self.block(high, generator.below(40), serial)
        high += 1
        blocks.append(block)
        places.append(block)
      case 5..<7:
        low -= 1
        let block = Self.block(low, generator.below(40), serial)
        blocks.insert(block, at: 0)
        places.prepend(block)
      default:
        if blocks.isEmpty { continue }
        let block = blocks.removeFirst()
        low = block.height + 1
        places.removeFirst(block)
        gone += block.transactions.map(\.hash)
      }
      most = max(most, blocks.reduce(0) { $0 + $1.transactions.count })
      func find(_ hash: Digest) -> (height: Height, index: Int)? {
        places.find(hash) { height, index in
          blocks[Int(height - low)].transactions[index].hash == hash
        }
      }
      if blocks.isEmpty { continue }
      let block = blocks[generator.below(blocks.count)]
      for (place, transaction) in block.transactions.enumerated() {
        let found = find(transaction.hash)
        #expect(found?.height == block.height && found?.index == place)
      }
      if !gone.isEmpty { #expect(find(gone[generator.below(gone.count)]) == nil) }
    }
    #expect(most > 4_096)
  }
}
