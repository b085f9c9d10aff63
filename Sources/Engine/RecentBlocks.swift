internal import Primitives

/// Where a transaction stands.
public struct TransactionPlace: Sendable {
  public let block: Block
  public let index: Int
}

/// The newest blocks with their receipts and logs, in memory and bounded in bytes; readable the
/// moment a receipt is (decisions 27). What falls out is history, which the journal keeps.
struct RecentBlocks: ~Copyable {
  /// In order of height; nil where a block was let go, so that its memory is free at once.
  private var blocks: [Block?] = []
  private var start = 0
  private var footprint = 0
  private let limit: Int
  private var heights: [Digest: Height] = [:]
  private var places: [TransactionKey: (height: Height, index: UInt32)] = [:]

  init(limit: Int) { self.limit = limit }

  /// The oldest height that is still here.
  var first: Height { start < blocks.count ? blocks[start]?.height ?? 0 : 0 }

  /// The newest block.
  var head: Block? { blocks.last ?? nil }

  func block(_ height: Height) -> Block? {
    guard start < blocks.count, height >= first, height - first < UInt64(blocks.count - start)
    else { return nil }
    return blocks[start + Int(height - first)]
  }

  func block(_ hash: Digest) -> Block? { heights[hash].flatMap { block($0) } }

  func transaction(_ hash: Digest) -> TransactionPlace? {
    guard let place = places[TransactionKey(hash)], let block = block(place.height) else {
      return nil
    }
    return TransactionPlace(block: block, index: Int(place.index))
  }

  mutating func append(_ block: Block) {
    blocks.append(block)
    footprint += block.footprint
    heights[block.hash] = block.height
    for (index, transaction) in block.transactions.enumerated() {
      places[TransactionKey(transaction.hash)] = (block.height, UInt32(truncatingIfNeeded: index))
    }
    while footprint > limit && blocks.count - start > 1 { dropOldest() }
  }

  private mutating func dropOldest() {
    guard let oldest = blocks[start] else { return }
    blocks[start] = nil
    footprint -= oldest.footprint
    heights[oldest.hash] = nil
    for transaction in oldest.transactions { places[TransactionKey(transaction.hash)] = nil }
    start += 1
    if start > 1_024 {
      blocks.removeFirst(start)
      start = 0
    }
  }
}

/// A transaction's hash as a key. Keccak-256 is even already: eight of its bytes, mixed with this
/// process's seed, spread the keys as well as all thirty-two and cost a third.
private struct TransactionKey: Hashable {
  private let digest: Digest

  init(_ digest: Digest) { self.digest = digest }

  func hash(into hasher: inout Hasher) { hasher.combine(digest.w3) }
}
