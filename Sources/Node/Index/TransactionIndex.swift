internal import Economy
package import Engine
internal import Glibc
package import Interface
internal import Primitives
package import Storage
internal import Synchronization

/// The index of a node at work: transactions by account, transfers, earnings, and every block that
/// memory has let go, in an SQLite file beside the journal.
///
/// A thread of its own follows the chain's head and commits many blocks at once; nobody's
/// acknowledgement waits for it. Where memory no longer has a block it is made again from the
/// journal. A file that is missing, damaged, of another version or of another chain is made anew.
package final class TransactionIndex: Sendable {
  /// Transactions and blocks of one commit, at most.
  private static let batch = (transactions: 8_192, blocks: 512)
  /// Between two looks at an idle chain, in nanoseconds.
  private static let pace: UInt64 = 20_000_000
  /// Before the next attempt after a failure, in nanoseconds.
  private static let retry: UInt64 = 1_000_000_000
  /// Before the file is made anew once more, in nanoseconds.
  private static let patience: UInt64 = 10_000_000_000
  /// Bytes of free space that are left to the journal: four segments.
  static let reservedBytes: UInt64 = 256 << 20

  /// What the thread and those who ask tell each other.
  private final class Shared: Sendable {
    private let content = Mutex(State())

    func withLock<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
      content.withLock { body(&$0) }
    }
  }

  private struct State {
    /// Why nothing is written at present.
    var trouble: String?
    var rebuilds: UInt64 = 0
    /// Something was found that cannot be right.
    var isDoubted: String?
    /// Why the file was made anew the last time.
    var lastDamage: String?
  }

  /// What may be asked.
  let archive: IndexArchive
  /// The same, for whoever is to know no more of it.
  package var blocks: any BlockArchive { archive }
  let chain: Chain
  private let disk: RealDisk
  private let path: String
  private let notify: @Sendable (String) -> Void
  private let state: Shared
  /// Free bytes below which nothing is written.
  let reserve = Mutex(TransactionIndex.reservedBytes)
  private let isStopping = Atomic(false)
  private let news = Signal()
  private let worker = Mutex<Worker?>(nil)

  /// - Parameter notify: told what was made anew and what stands in the way, once each.
  package init(_ chain: Chain, disk: RealDisk, notify: @escaping @Sendable (String) -> Void) {
    self.chain = chain
    self.disk = disk
    self.notify = notify
    path = Self.path(disk)
    let state = Shared()
    self.state = state
    archive = IndexArchive(ReaderPool(path, chainID: chain.genesis.chainID)) { text in
      state.withLock { $0.isDoubted = text }
    }
  }

  static func path(_ disk: RealDisk) -> String { "\(disk.folder)/\(IndexSchema.file)" }

  /// Starts the thread; once.
  package func start() {
    let thread = Worker("index") { [self] in
      // Blocks go first; but it must keep up with them.
      Worker.yieldToOthers(niceness: 5)
      run()
    }
    worker.withLock { $0 = thread }
  }

  /// Ends the thread after what it is writing, and closes the file.
  func stop() {
    isStopping.store(true, ordering: .relaxed)
    news.raise()
    let thread = worker.withLock { worker in
      defer { worker = nil }
      return worker
    }
    thread?.join()
    archive.readers.close()
  }

  /// How many blocks the chain is ahead.
  package var lag: UInt64 {
    let head = chain.head.height
    let standing = archive.standing
    return standing.last.map { head > $0 ? head - $0 : 0 } ?? head + 1 - min(head, standing.first)
  }

  /// What `GET /metrics` tells of it.
  func tell(_ text: inout MetricsText) {
    let standing = archive.standing
    let (trouble, rebuilds) = state.withLock { ($0.trouble, $0.rebuilds) }
    text.gauge("freehold_index_height", "Height of the newest indexed block.", standing.last ?? 0)
    text.gauge("freehold_index_lag_blocks", "Blocks that are not indexed yet.", lag)
    text.gauge("freehold_index_bytes", "Bytes of the index's file and its log.", byteCount)
    text.gauge(
      "freehold_index_stopped", "1 where nothing can be written to the index.",
      trouble == nil ? 0 : 1)
    text.counter(
      "freehold_index_rebuilds_total", "How often the index was made anew since the start.",
      rebuilds)
  }

  // The thread

  private func run() {
    var writer: IndexWriter?
    while !isStopping.load(ordering: .relaxed) {
      do throws(SQLiteFailure) {
        if let doubt = state.withLock({ $0.isDoubted.take() }) {
          throw SQLiteFailure(.damaged, doubt)
        }
        let current: IndexWriter
        if let writer { current = writer } else { current = try open() }
        writer = current
        let isBehind = try advance(current)
        state.withLock { $0.trouble = nil }
        if !isBehind { news.wait(nanoseconds: Self.pace) }
      } catch {
        if error.kind == .damaged {
          writer = nil
          discard(error.text)
          // What is made anew and found damaged again would be so without end.
          if state.withLock({ $0.rebuilds > 1 }) { news.wait(nanoseconds: Self.patience) }
        } else {
          // The file is opened again: what an error left half done is not guessed at.
          writer = nil
          tell(error)
          news.wait(nanoseconds: Self.retry)
        }
      }
    }
  }

  private func tell(_ failure: SQLiteFailure) {
    let text =
      failure.kind == .full
      ? "nothing is indexed until there is room, the node goes on: \(failure.text)"
      : "nothing is indexed, tried again every second, the node goes on: \(failure.text)"
    let isNew = state.withLock { state in
      defer { state.trouble = text }
      return state.trouble != text
    }
    if isNew { notify(text) }
  }

  /// Removes the file, which is then made anew.
  private func discard(_ why: String) {
    let isNew = state.withLock { state in
      state.rebuilds += 1
      defer { state.lastDamage = why }
      return state.lastDamage != why
    }
    if isNew { notify("it is made anew from the chain: \(why)") }
    archive.clear()
    Self.remove(disk)
  }

  /// Removes the index's files; the folder stays.
  static func remove(_ disk: RealDisk) {
    for ending in ["", "-wal", "-shm", "-journal"] { unlink(path(disk) + ending) }
  }

  private func open() throws(SQLiteFailure) -> IndexWriter {
    do throws(StorageFailure) {
      try disk.makeFolder(IndexSchema.folder)
    } catch {
      throw SQLiteFailure(error.kind == .full ? .full : .other, error.description)
    }
    let writer = try IndexWriter(path, chain.genesis)
    if let head = writer.head { try check(head) }
    publish(writer)
    archive.readers.open()
    return writer
  }

  /// The newest block of the file must be the chain's of that height: its header holds all before.
  private func check(_ head: (height: Height, hash: Digest)) throws(SQLiteFailure) {
    guard head.height <= chain.head.height else {
      throw SQLiteFailure(
        .damaged, "it has block \(head.height) and the chain ends at \(chain.head.height)")
    }
    var known = chain.block(head.height)?.hash
    if known == nil {
      do throws(ReplayFailure) {
        known = try BlockReplay(chain.genesis, disk: disk).hash(of: head.height)
      } catch {
        throw SQLiteFailure(.other, error.text)
      }
    }
    guard known == head.hash else {
      throw SQLiteFailure(
        .damaged,
        known == nil
          ? "the journal has block \(head.height) no more, where the index ends"
          : "its block \(head.height) is another one than the chain's")
    }
  }

  private func publish(_ writer: IndexWriter) {
    archive.holds(ArchiveStanding(first: writer.first, last: writer.head?.height))
  }

  /// Writes a batch; true where there is more.
  private func advance(_ writer: IndexWriter) throws(SQLiteFailure) -> Bool {
    let head = chain.head.height
    guard writer.next <= head else { return false }
    try keepRoom()
    guard chain.block(writer.next) != nil else {
      try replay(writer, through: head)
      return true
    }
    try writer.batch { () throws(SQLiteFailure) in
      var size = BatchSize(Self.batch)
      while writer.next <= head, size.hasRoom, let block = chain.block(writer.next) {
        try writer.append(block)
        size.count(block)
      }
    }
    publish(writer)
    return true
  }

  private func keepRoom() throws(SQLiteFailure) {
    let least = reserve.withLock { $0 }
    guard let free = try? disk.freeBytes(), free < least else { return }
    throw SQLiteFailure(
      .full, "fewer than \(least >> 20) MiB are free on this volume, which are the journal's")
  }

  /// Makes the blocks again that memory no longer has, until it has the next.
  private func replay(_ writer: IndexWriter, through end: Height) throws(SQLiteFailure) {
    let work = IndexReplay(writer, disk: disk, genesis: chain.genesis)
    try work.run(through: end, batch: Self.batch) { [self] () throws(SQLiteFailure) in
      publish(writer)
      guard !isStopping.load(ordering: .relaxed), chain.block(writer.next) == nil else {
        return false
      }
      try keepRoom()
      return true
    }
  }

  /// How often the file was made anew.
  var rebuilds: UInt64 { state.withLock { $0.rebuilds } }

  /// Why nothing is written at present; nil where something is.
  var trouble: String? { state.withLock { $0.trouble } }

  /// Bytes of the file and its log.
  var byteCount: UInt64 { Self.byteCount(disk) }

  static func byteCount(_ disk: RealDisk) -> UInt64 {
    ["", "-wal"].reduce(0) { sum, ending in
      var status = stat()
      return stat(path(disk) + ending, &status) == 0 ? sum + UInt64(clamping: status.st_size) : sum
    }
  }
}

/// How much a commit has taken in.
struct BatchSize {
  private let limit: (transactions: Int, blocks: Int)
  private var transactions = 0
  private var blocks = 0

  init(_ limit: (transactions: Int, blocks: Int)) { self.limit = limit }

  var hasRoom: Bool { transactions < limit.transactions && blocks < limit.blocks }

  mutating func count(_ block: Block) {
    // A genesis with a million grants is one transaction with a million logs.
    transactions += max(block.transactions.count, block.logCount / 2)
    blocks += 1
  }
}

extension IndexWriter {
  /// Commits what `body` writes, or nothing of it.
  func batch(_ body: () throws(SQLiteFailure) -> Void) throws(SQLiteFailure) {
    try begin()
    do throws(SQLiteFailure) {
      try body()
      try commit()
    } catch {
      try rollBack()
      throw error
    }
  }
}
