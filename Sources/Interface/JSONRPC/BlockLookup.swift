internal import Economy
internal import Engine
internal import Primitives

/// The one place where JSON-RPC finds blocks, and with them transactions, receipts and logs: memory
/// first, then the index. One block has one view, whichever gave it.
struct BlockLookup: Sendable {
  let chain: Chain
  /// Nil where the node keeps no index.
  let archive: (any BlockArchive)?

  /// The newest committed block.
  var head: Block { chain.head }

  /// The lowest height that is answered.
  var first: Height {
    guard let standing = archive?.standing, let last = standing.last,
      last + 1 >= chain.firstHeight
    else { return chain.firstHeight }
    return min(standing.first, chain.firstHeight)
  }

  /// The block at a height; nil where there is none or where nobody holds it (any more).
  func block(_ height: Height) throws(RPCFailure) -> Block? {
    if let block = chain.block(height) { return block }
    guard let archive, height <= chain.head.height else { return nil }
    guard height >= archive.standing.first else { return nil }
    if archive.standing.holds(height) {
      let block = try archived { (archive) throws(ArchiveFailure) in
        try archive.block(at: height)
      }
      if let block { return block }
    }
    try refuseWhileIndexing()
    // It may have left memory for the index just now.
    return try archived { (archive) throws(ArchiveFailure) in try archive.block(at: height) }
  }

  /// The block with that hash; nil where there is none.
  func block(_ hash: Digest) throws(RPCFailure) -> Block? {
    if let block = chain.block(hash) { return block }
    let block = try archived { (archive) throws(ArchiveFailure) in try archive.block(hash) }
    if block == nil { try refuseWhileIndexing() }
    return block
  }

  /// Where a committed transaction stands; nil where there is none.
  /// - Parameter isWaiting: true where the pool has it, so that no old block does.
  func transaction(
    _ hash: Digest, isWaiting: Bool = false
  ) throws(RPCFailure) -> TransactionPlace? {
    if let place = chain.transaction(hash) { return place }
    if isWaiting { return nil }
    let place = try archived { (archive) throws(ArchiveFailure) in
      try archive.transaction(hash)
    }
    if place == nil { try refuseWhileIndexing() }
    return place
  }

  /// The heights of a range with a log that may match: those that the index can name without
  /// reading the blocks, and the height from which on each block has to be read.
  func candidates(
    _ filter: LogFilter, _ range: ClosedRange<Height>, limit: Int
  ) throws(RPCFailure) -> (heights: [Height], next: Height) {
    let none = ([Height](), range.lowerBound)
    guard let archive, range.lowerBound < chain.firstHeight else { return none }
    let standing = archive.standing
    guard standing.holds(range.lowerBound), let newest = standing.last else { return none }
    let end = min(range.upperBound, newest)
    let values = filter.values
    let heights =
      try archived { (archive) throws(ArchiveFailure) in
        try archive.heights(values, in: range.lowerBound...end, limit: limit)
      } ?? []
    guard heights.count == limit, let last = heights.last else { return (heights, end + 1) }
    return (heights, last + 1)
  }

  /// What the index answers; nil where there is no index.
  func archived<Result>(
    _ body: (any BlockArchive) throws(ArchiveFailure) -> Result?
  ) throws(RPCFailure) -> Result? {
    guard let archive else { return nil }
    do throws(ArchiveFailure) {
      return try body(archive)
    } catch {
      throw .archive(error)
    }
  }

  /// Between what memory holds and what the index holds there may be blocks that nobody holds yet:
  /// to say that something is not there would be wrong then. Clients know geth's words and wait.
  private func refuseWhileIndexing() throws(RPCFailure) {
    guard let standing = archive?.standing else { return }
    let first = chain.firstHeight
    let next = standing.last.map { $0 + 1 } ?? standing.first
    guard next < first else { return }
    throw RPCFailure(
      RPCFailure.refused,
      "transaction indexing is in progress: height \(next) of \(first), ask again soon")
  }
}

extension JSONRPC {
  /// Where this node finds blocks.
  var blocks: BlockLookup { BlockLookup(chain: chain, archive: configuration.archive) }

  /// The block meant; nil where there is none, and a failure where nobody holds it (any more).
  func block(_ reference: BlockReference) throws(RPCFailure) -> Block? {
    switch reference {
    case .head, .pending: return blocks.head
    case .hash(let hash): return try blocks.block(hash)
    case .earliest: return try blocks.block(blocks.first)
    case .number(let height):
      if let block = try blocks.block(height) { return block }
      if height < blocks.first { throw .pruned(height, blocks) }
      return nil
    }
  }

  /// What an account holds, or held after a block of the past, which the index knows.
  func balance(of account: Address, at reference: BlockReference) throws(RPCFailure) -> Amount {
    let blocks = blocks
    if let archive = blocks.archive, let height = try past(reference) {
      guard archive.standing.holds(height) else {
        if height >= archive.standing.first {
          throw .archive(ArchiveFailure(.unavailable, "block \(height) is not indexed yet"))
        }
        throw .pruned(height, blocks)
      }
      let balance = try blocks.archived { (archive) throws(ArchiveFailure) in
        try archive.balance(of: account, at: height)
      }
      if let balance { return balance }
    }
    try requireHead(reference)
    return chain.withState { $0.balance(of: account) }
  }

  /// The height meant, where it is below the head.
  private func past(_ reference: BlockReference) throws(RPCFailure) -> Height? {
    let head = blocks.head.height
    let height: Height
    switch reference {
    case .head, .pending: return nil
    case .earliest: height = blocks.first
    case .number(let number): height = number
    case .hash(let hash):
      guard let block = try blocks.block(hash) else { return nil }
      height = block.height
    }
    return height < head ? height : nil
  }
}

extension RPCFailure {
  /// The index gives no answer.
  static func archive(_ failure: ArchiveFailure) -> RPCFailure {
    switch failure.kind {
    case .tooMuch: RPCFailure(limitExceeded, failure.text)
    // As geth while its own index is not there: clients wait for it.
    case .unavailable, .damaged:
      RPCFailure(refused, "transaction indexing is in progress: \(failure.text)")
    }
  }

  /// A block that was committed and that nobody holds: no longer, or not yet again.
  static func pruned(_ height: Height, _ blocks: BlockLookup) -> RPCFailure {
    guard blocks.archive != nil else { return pruned(height, blocks.chain) }
    return RPCFailure(
      prunedHistory,
      "pruned history unavailable: block \(height) was removed from the journal before the index"
        + " had it, ask for block \(blocks.first) or later")
  }
}
