internal import Economy
internal import Engine
internal import Interface
internal import Primitives
internal import Synchronization

/// The index as the interface asks it: over connections of its own, from any thread, whether a node
/// follows the chain with it or nobody does.
final class IndexArchive: BlockArchive {
  let readers: ReaderPool
  private let blocks = BlockCache()
  private let held = Mutex(ArchiveStanding(first: 0, last: nil))
  /// Told of what cannot be right, once each.
  private let doubt: @Sendable (String) -> Void

  init(_ readers: ReaderPool, doubt: @escaping @Sendable (String) -> Void) {
    self.readers = readers
    self.doubt = doubt
  }

  var standing: ArchiveStanding { held.withLock { $0 } }

  /// Says what may be asked for from now on.
  func holds(_ standing: ArchiveStanding) { held.withLock { $0 = standing } }

  /// Forgets everything: the file is made anew.
  func clear() {
    holds(ArchiveStanding(first: 0, last: nil))
    readers.close()
    blocks.removeAll()
  }

  /// Asks over a reader that nobody else uses meanwhile.
  private func ask<Answer>(
    _ body: (IndexReader) throws(SQLiteFailure) -> Answer
  ) throws(ArchiveFailure) -> Answer {
    do throws(SQLiteFailure) {
      guard let answer = try readers.with(body) else {
        throw SQLiteFailure(.other, "the index is being opened or made anew")
      }
      return answer
    } catch {
      switch error.kind {
      case .damaged:
        doubt(error.text)
        throw ArchiveFailure(.damaged, "the index is made anew, ask again later: \(error.text)")
      case .interrupted:
        throw ArchiveFailure(
          .tooMuch, "query reads too much: ask for fewer blocks or rows at once")
      case .full, .other: throw ArchiveFailure(.unavailable, "ask again soon: \(error.text)")
      }
    }
  }

  func block(at height: Height) throws(ArchiveFailure) -> Block? {
    guard standing.holds(height) else { return nil }
    if let known = blocks.block(height) { return known }
    let block = try ask { (reader) throws(SQLiteFailure) in try reader.block(at: height) }
    if let block { blocks.keep(block) }
    return block
  }

  func block(_ hash: Digest) throws(ArchiveFailure) -> Block? {
    let height = try ask { (reader) throws(SQLiteFailure) in try reader.height(of: hash) }
    guard let height, let block = try block(at: height), block.hash == hash else { return nil }
    return block
  }

  func transaction(_ hash: Digest) throws(ArchiveFailure) -> TransactionPlace? {
    let places = try ask { (reader) throws(SQLiteFailure) in try reader.places(hash) }
    for place in places {
      guard let block = try block(at: place.height), block.transactions.count > place.index,
        block.transactions[Int(place.index)].hash == hash
      else { continue }
      return TransactionPlace(block: block, index: Int(place.index))
    }
    return nil
  }

  func heights(
    _ filter: ArchiveLogFilter, in range: ClosedRange<Height>, limit: Int
  ) throws(ArchiveFailure) -> [Height] {
    try ask { (reader) throws(SQLiteFailure) in
      try reader.heights(filter, in: range, limit: limit)
    }
  }

  func balance(of account: Address, at height: Height) throws(ArchiveFailure) -> Amount {
    try ask { (reader) throws(SQLiteFailure) in try reader.balance(of: account, at: height) }
  }

  func transactions(
    of account: Address, _ page: ArchivePage
  ) throws(ArchiveFailure) -> [AccountTransaction] {
    try ask { (reader) throws(SQLiteFailure) in
      guard let id = try reader.account(account) else { return [] }
      return try reader.transactions(of: id, page)
    }
  }

  func transfers(
    of account: Address?, _ page: ArchivePage
  ) throws(ArchiveFailure) -> [AccountTransfer] {
    try ask { (reader) throws(SQLiteFailure) in
      guard let account else { return try reader.transfers(of: nil, page) }
      guard let id = try reader.account(account) else { return [] }
      return try reader.transfers(of: id, page)
    }
  }

  func earnings(
    of account: Address, _ page: ArchivePage, _ filter: EarningFilter
  ) throws(ArchiveFailure) -> [AccountEarning] {
    try ask { (reader) throws(SQLiteFailure) in
      guard let id = try reader.account(account) else { return [] }
      return try reader.earnings(of: id, page, filter)
    }
  }

  func newestBlock(notAfter seconds: UInt64) throws(ArchiveFailure) -> Height? {
    try ask { (reader) throws(SQLiteFailure) in
      try reader.newestBlock(notAfter: seconds)
    }
  }
}

/// Connections that read, each lent to one thread at a time: as many as ask at once, a few of which
/// are kept.
final class ReaderPool: Sendable {
  private static let kept = 4

  /// A reader on its way between threads.
  private struct Lent: @unchecked Sendable {
    // Unchecked: whoever has taken it out of the pool is the only one to use it.
    let reader: IndexReader
    /// Raised when the file is made anew: older readers still see the one that was removed.
    let generation: UInt64
  }

  private struct Shelf {
    var isOpen = false
    var generation: UInt64 = 0
    var free: [Lent] = []
  }

  private let path: String
  private let chainID: UInt64
  private let shelf = Mutex(Shelf())

  init(_ path: String, chainID: UInt64) {
    self.path = path
    self.chainID = chainID
  }

  func open() { shelf.withLock { $0.isOpen = true } }

  /// Lets go of every reader; those that are lent go when they come back.
  func close() {
    let old = shelf.withLock { shelf in
      defer {
        shelf.free = []
        shelf.isOpen = false
        shelf.generation += 1
      }
      return shelf.free
    }
    _ = consume old
  }

  /// Runs a question; nil where there is no file to ask.
  func with<Answer>(
    _ body: (IndexReader) throws(SQLiteFailure) -> Answer
  ) throws(SQLiteFailure) -> Answer? {
    let (known, isOpen, generation) = shelf.withLock { shelf in
      (shelf.free.popLast(), shelf.isOpen, shelf.generation)
    }
    guard isOpen else { return nil }
    let lent: Lent
    if let known {
      lent = known
    } else {
      lent = Lent(reader: try IndexReader(path, chainID: chainID), generation: generation)
    }
    lent.reader.begin()
    // After a failure the connection is not used again.
    let answer = try body(lent.reader)
    shelf.withLock { shelf in
      guard shelf.isOpen, shelf.generation == lent.generation, shelf.free.count < Self.kept else {
        return
      }
      shelf.free.append(lent)
    }
    return answer
  }
}

/// Old blocks that were asked for lately, so that a page of one block's receipts reads it once.
final class BlockCache: Sendable {
  /// Bytes at most, but always the newest.
  private static let limit = 32 << 20

  private struct Shelf {
    var blocks: [Block] = []
    var bytes = 0
  }

  private let shelf = Mutex(Shelf())

  func block(_ height: Height) -> Block? {
    shelf.withLock { $0.blocks.first { $0.height == height } }
  }

  func keep(_ block: Block) {
    shelf.withLock { shelf in
      guard !shelf.blocks.contains(where: { $0.height == block.height }) else { return }
      shelf.blocks.append(block)
      shelf.bytes += block.footprint
      while shelf.blocks.count > 1, shelf.bytes > Self.limit || shelf.blocks.count > 256 {
        shelf.bytes -= shelf.blocks.removeFirst().footprint
      }
    }
  }

  func removeAll() { shelf.withLock { $0 = Shelf() } }
}
