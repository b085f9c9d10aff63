public import Cryptography
public import Primitives
public import Storage
internal import Synchronization

/// Keeps the block log of a node at work: a thread follows the chain's head, writes tiles behind
/// the commits and signs a checkpoint at most once a second, and at the end.
///
/// No acknowledgement ever waits for it. A block that has left memory is read from the journal.
public final class BlockLog<D: Disk>: Sendable {
  /// Between two checkpoints, in nanoseconds.
  private static var pace: UInt64 { 1_000_000_000 }
  /// Between two checkpoints that a proof asked for, in nanoseconds.
  private static var hurry: UInt64 { 50_000_000 }
  /// Blocks taken in before the lock is let go once.
  private static var run: UInt64 { 256 }

  private enum Standing {
    case starting
    case working(TileLog<D>)
    /// Nothing more is signed.
    case refused(TileFailure)
  }

  /// Who signs.
  public let key: NoteKey
  private let chain: Chain
  private let disk: D
  private let signer: NoteSigner
  private let notify: @Sendable (String) -> Void
  private let standing = Mutex(Standing.starting)
  private let lastPublished = Mutex<UInt64>(0)
  private let isStopping = Mutex(false)
  private let news = Signal()
  private let worker = Mutex<Worker?>(nil)

  /// - Parameter notify: told what was mended and what stands in the way, once each.
  public init(
    _ chain: Chain, disk: D, signer: NoteSigner, notify: @escaping @Sendable (String) -> Void
  ) {
    self.chain = chain
    self.disk = disk
    self.signer = signer
    self.notify = notify
    key = signer.key
  }

  /// The name of a chain's log, which its key must bear.
  public static func origin(_ chain: Chain) -> String { TileLog<D>.origin(chain) }

  /// Starts the thread; once.
  public func start() {
    let thread = Worker("block log") { [self] in
      var trouble: String?
      while !isStopping.withLock({ $0 }) {
        step(&trouble)
        news.wait(nanoseconds: Self.pace)
      }
      step(&trouble)
    }
    worker.withLock { $0 = thread }
  }

  /// Takes in what the chain has, publishes it and joins the thread. The sequencer must have
  /// stopped.
  public func stop() {
    isStopping.withLock { $0 = true }
    news.raise()
    let thread = worker.withLock { worker in
      defer { worker = nil }
      return worker
    }
    thread?.join()
  }

  /// Brings the log up to the head and publishes it, on the caller's thread: for a folder that
  /// nobody serves.
  public func update() throws(TileFailure) {
    if let failure = open() { throw failure }
    while try advance() {}
    try publish()
  }

  /// One round: opens the log where it is not open, follows the head, publishes.
  private func step(_ trouble: inout String?) {
    do throws(TileFailure) {
      try update()
      trouble = nil
    } catch {
      // A full disk is tried again every second and told once.
      if trouble != error.text { notify(error.text) }
      trouble = error.text
    }
  }

  /// Why there is no open log.
  private func open() -> TileFailure? {
    switch standing.withLock({ $0 }) {
    case .working: return nil
    case .refused(let failure): return failure
    case .starting: break
    }
    do throws(TileFailure) {
      let log = try TileLog(chain, disk: disk, signer: signer) { notify($0) }
      standing.withLock { $0 = .working(log) }
      return nil
    } catch {
      if case .contradiction = error { standing.withLock { $0 = .refused(error) } }
      return error
    }
  }

  /// Takes in a run of blocks; true where there are more.
  private func advance() throws(TileFailure) -> Bool {
    try change { (log) throws(TileFailure) in
      let size = chain.head.height + 1
      let next = min(size, log.edge.size + Self.run)
      try log.catchUp(to: next)
      return next < size
    }
  }

  private func publish() throws(TileFailure) {
    try change { (log) throws(TileFailure) in try log.publish() }
    lastPublished.withLock { $0 = Monotonic.nanoseconds() }
  }

  private func change<Result: Sendable>(
    _ body: (inout TileLog<D>) throws(TileFailure) -> Result
  ) throws(TileFailure) -> Result {
    try standing.withLock { (standing) throws(TileFailure) in
      switch standing {
      case .starting: throw .behind("the block log is being opened: ask again in a second")
      case .refused(let failure): throw failure
      case .working(var log):
        // The place is emptied, so that the log's arrays have one owner while they grow.
        standing = .starting
        defer { standing = .working(log) }
        return try body(&log)
      }
    }
  }

  // Reading

  /// That a block is in the log. Where the published checkpoint does not cover it yet, one that
  /// does is signed at once, though not oftener than every 50 ms; then `.behind` asks for patience.
  public func inclusion(of height: Height) throws(TileFailure) -> LogInclusion {
    try change { (log) throws(TileFailure) in
      let size = log.published?.checkpoint.size ?? 0
      if height >= size, height < log.edge.size + Self.run {
        let now = Monotonic.nanoseconds()
        let isEarly = lastPublished.withLock { last in
          guard now &- last >= Self.hurry else { return true }
          last = now
          return false
        }
        if !isEarly {
          try log.catchUp(to: height + 1)
          try log.publish()
        }
      }
      return try log.inclusion(of: height)
    }
  }

  /// A file of the log by its path under the prefix: `checkpoint` or a tile's; nil where it is not
  /// there or is no such path.
  public func file(_ path: String) -> [UInt8]? {
    guard path == TileLayout.checkpoint || TileName(path: path) != nil else { return nil }
    return (try? TileFiles(disk).read(path)) ?? nil
  }
}
