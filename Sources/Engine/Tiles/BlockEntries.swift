internal import Cryptography
internal import Economy
internal import Ledger
internal import Primitives
internal import Storage

/// One entry of the block log: the header's RLP bytes; its index is the block's height.
struct BlockEntry {
  let header: BlockHeader
  let bytes: [UInt8]

  init(_ header: BlockHeader) {
    self.header = header
    bytes = header.rlp
  }

  /// The block's hash.
  var hash: Digest { Keccak256.hash(bytes) }
}

/// The headers of a chain by height: from memory where the block is recent, from the journal where
/// it is not, block 0 from genesis.
struct BlockEntries<D: Disk>: Sendable {
  let chain: Chain
  private let reader: JournalReader<D>

  init(_ chain: Chain, _ disk: D) {
    self.chain = chain
    reader = JournalReader(
      disk, Recovery.settings(chain, segmentBytes: JournalSettings.productionSegmentBytes))
  }

  /// Every entry of the heights, which are committed, in order.
  func each(
    _ heights: Range<UInt64>, _ body: (BlockEntry) throws(TileFailure) -> Void
  ) throws(TileFailure) {
    var next = heights.lowerBound
    while next < heights.upperBound {
      if let block = chain.block(next) {
        try body(BlockEntry(block.header))
        next += 1
      } else if next == 0 {
        try body(BlockEntry(genesis))
        next += 1
      } else {
        let end = min(heights.upperBound, max(chain.firstHeight, next + 1))
        try scan(next..<end, body)
        next = end
      }
    }
  }

  private var genesis: BlockHeader {
    Chain(genesis: chain.genesis, secret: HashSecret(0, 0)).head.header
  }

  private func scan(
    _ heights: Range<UInt64>, _ body: (BlockEntry) throws(TileFailure) -> Void
  ) throws(TileFailure) {
    do {
      try reader.scan(from: heights.lowerBound, through: heights.upperBound - 1) { record in
        try body(BlockEntry(try BlockRecord(record).header))
      }
    } catch let failure as TileFailure {
      throw failure
    } catch {
      switch ReplayFailure(error) {
      case .storage(let failure): throw .storage(failure)
      case let other: throw .behind(other.text)
      }
    }
  }
}
