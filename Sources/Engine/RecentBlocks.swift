internal import Ledger
internal import Primitives

/// Where a transaction stands.
public struct TransactionPlace: Sendable {
  public let block: Block
  /// Its index in the block.
  public let index: Int

  package init(block: Block, index: Int) {
    self.block = block
    self.index = index
  }
}

/// The newest blocks with their receipts and logs, in memory and bounded in bytes; readable the
/// moment a receipt is (decisions 27). What falls out is history, which the journal keeps.
struct RecentBlocks: ~Copyable {
  /// In order of height; nil where a block was let go, so that its memory is free at once.
  private var blocks: [Block?] = []
  /// What was read back from before `blocks`, newest first.
  private var older: [Block] = []
  private var start = 0
  private var footprint = 0
  private let limit: Int
  private var heights: [Digest: Height] = [:]
  private var places: TransactionPlaces

  init(limit: Int, secret: HashSecret) {
    self.limit = limit
    places = TransactionPlaces(secret: secret)
  }

  /// The oldest height that is still here.
  var first: Height { older.last?.height ?? firstOwn }

  private var firstOwn: Height { start < blocks.count ? blocks[start]?.height ?? 0 : 0 }

  /// Bytes that may still be added before the oldest block has to go.
  var room: Int { max(0, limit - footprint) }

  /// The newest block.
  var head: Block? { blocks.last ?? nil }

  func block(_ height: Height) -> Block? {
    let own = firstOwn
    guard start < blocks.count, height >= first, height < own || height - own < ownCount
    else { return nil }
    return height < own ? older[Int(own - height) - 1] : blocks[start + Int(height - own)]
  }

  private var ownCount: UInt64 { UInt64(blocks.count - start) }

  func block(_ hash: Digest) -> Block? { heights[hash].flatMap { block($0) } }

  func transaction(_ hash: Digest) -> TransactionPlace? {
    let place = places.find(hash) { height, index in
      block(height)?.transactions[index].hash == hash
    }
    guard let place, let block = block(place.height) else { return nil }
    return TransactionPlace(block: block, index: place.index)
  }

  mutating func append(_ block: Block) {
    blocks.append(block)
    note(block)
    places.append(block)
    while footprint > limit && (blocks.count - start > 1 || !older.isEmpty) { dropOldest() }
  }

  /// Adds the block before the oldest; false where it is not that, or where there is no room: what
  /// is newer stays.
  mutating func prepend(_ block: Block) -> Bool {
    guard start < blocks.count, first > 0, block.height == first - 1, block.footprint <= room
    else { return false }
    older.append(block)
    note(block)
    places.prepend(block)
    return true
  }

  private mutating func note(_ block: Block) {
    footprint += block.footprint
    heights[block.hash] = block.height
  }

  private mutating func dropOldest() {
    guard let oldest = older.popLast() ?? blocks[start] else { return }
    footprint -= oldest.footprint
    heights[oldest.hash] = nil
    places.removeFirst(oldest)
    guard start < blocks.count, blocks[start] === oldest else { return }
    blocks[start] = nil
    start += 1
    if start > 1_024 {
      blocks.removeFirst(start)
      start = 0
    }
  }
}
