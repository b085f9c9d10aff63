public import Primitives
internal import Synchronization

/// Lets one thread wait for what is new on a chain. What that is it reads from the chain itself:
/// a watch holds no queue, so that a slow watcher costs the engine nothing.
public final class ChainWatch: Sendable {
  fileprivate let signal = Signal()
  fileprivate let heedsArrivals = Atomic(false)
  private let watches: ChainWatches

  fileprivate init(_ watches: ChainWatches) { self.watches = watches }

  deinit { watches.remove(signal) }

  /// Returns when a block was published since the last call, or a transaction accepted where that
  /// is asked for, or `wake` called, or when the time is over.
  public func wait(nanoseconds: UInt64) { signal.wait(nanoseconds: nanoseconds) }

  /// Whether accepted transactions are news too.
  public func heedArrivals(_ heeds: Bool) { heedsArrivals.store(heeds, ordering: .relaxed) }

  /// Has `wait` return; from any thread.
  public func wake() { signal.raise() }
}

/// The watches of one chain.
final class ChainWatches: Sendable {
  private struct Weak {
    weak var watch: ChainWatch?
    let signal: Signal
  }

  private let all = Mutex<[Weak]>([])

  func add() -> ChainWatch {
    let watch = ChainWatch(self)
    all.withLock { $0.append(Weak(watch: watch, signal: watch.signal)) }
    return watch
  }

  fileprivate func remove(_ signal: Signal) {
    all.withLock { $0.removeAll { $0.signal === signal } }
  }

  func tellBlock() {
    all.withLock { for one in $0 { one.signal.raise() } }
  }

  func tellArrivals() {
    let heeding = all.withLock { $0.compactMap(\.watch) }
    for watch in heeding where watch.heedsArrivals.load(ordering: .relaxed) {
      watch.signal.raise()
    }
  }
}

/// The hashes of the transactions accepted last, in their order: a ring of fixed size.
struct Arrivals {
  static let capacity = 16_384

  private var ring: [Digest] = []
  private(set) var count: UInt64 = 0

  mutating func append(_ hash: Digest) {
    if ring.count < Self.capacity {
      ring.append(hash)
    } else {
      ring[Int(count % UInt64(Self.capacity))] = hash
    }
    count += 1
  }

  /// The oldest that is still here.
  var first: UInt64 { count - UInt64(ring.count) }

  /// At most so many from a place on.
  func read(from place: UInt64, limit: Int) -> [Digest] {
    let start = max(place, first)
    guard start < count else { return [] }
    return (start..<min(count, start + UInt64(limit))).map {
      ring[Int($0 % UInt64(Self.capacity))]
    }
  }
}

extension Chain {
  /// Something to wait on for new blocks and transactions.
  public func watch() -> ChainWatch { watches.add() }

  /// How many transactions have been accepted since the process began.
  public var arrivalCount: UInt64 { arrivals.withLock { $0.count } }

  /// Accepted transactions by their hashes, in order of arrival; memory holds the newest 16,384.
  /// - Returns: at most `limit` hashes, and the place of the first of them, which is above `place`
  ///   where older ones were forgotten.
  public func arrivals(
    from place: UInt64, limit: Int
  ) -> (hashes: [Digest], start: UInt64) {
    arrivals.withLock { ($0.read(from: place, limit: limit), max(place, $0.first)) }
  }

  /// What waits for a block, by account in ascending order; nil where more than `limit`
  /// transactions wait.
  public func waiting(limit: Int) -> [AccountQueue]? {
    pool.withLock { $0.count <= limit ? $0.contents() : nil }
  }

  /// What waits of one account.
  public func waiting(of account: Address) -> AccountQueue? {
    pool.withLock { $0.contents(of: account) }
  }

  /// How many transactions the next blocks can take, and how many stand behind a gap.
  public var waitingCounts: (ready: Int, gapped: Int) { pool.withLock { $0.counts() } }
}

/// An account's transactions in the pool, in nonce order.
public struct AccountQueue: Sendable {
  public let account: Address
  /// What the next blocks can take.
  public let ready: [AuthenticTransaction]
  /// What stands behind a gap in the nonces.
  public let gapped: [AuthenticTransaction]
}
