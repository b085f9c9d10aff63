internal import Economy
internal import Ledger
package import Primitives
package import Storage
internal import Synchronization

/// When checkpoints are made and what is kept.
public struct CheckpointPolicy: Sendable {
  /// 64 MiB of journal: a restart replays at most about so much, in about a second.
  public static let defaultInterval: UInt64 = 64 << 20

  /// A checkpoint is due when so many bytes of records have been added to the journal since the
  /// last; at least 1.
  public var interval: UInt64
  /// How many are kept; at least 1.
  public var kept: Int
  /// Whether journal segments below the oldest kept checkpoint are removed (decisions 24: off).
  public var prunesJournal: Bool
  /// Whether the thread that writes rests as long as it works while blocks are made.
  public var isPaced: Bool

  public init(
    interval: UInt64 = defaultInterval, kept: Int = 3, prunesJournal: Bool = false,
    isPaced: Bool = true
  ) {
    self.interval = max(1, interval)
    self.kept = max(1, kept)
    self.prunesJournal = prunesJournal
    self.isPaced = isPaced
  }

  /// Whether one is due while the chain goes on.
  func isDue(_ gathered: UInt64) -> Bool { gathered >= interval }

  /// Whether one is worth a clean stop: then a restart has less than an eighth to replay.
  func isDueAtStop(_ gathered: UInt64) -> Bool { gathered > interval / 8 }
}

/// The state after a durable block, ready to be written by any thread; later blocks copy the pages
/// that they touch.
package struct CheckpointOrder: Sendable {
  let block: Block
  let image: StateImage

  /// Writes it as a node's own thread does, at the lowest priority; for measurements.
  package func writeBeside<D: Disk>(
    _ disk: D, identity: Digest,
    then: @escaping @Sendable (Result<CheckpointManifest, StorageFailure>) -> Void
  ) -> @Sendable () -> Void {
    let worker = Worker("checkpoint") {
      Worker.yieldToOthers()
      let nobody = Signal()
      var cycle = DutyCycle { nobody.sleep(nanoseconds: $0) }
      then(
        Result { () throws(StorageFailure) in
          try CheckpointFile.write(block, image, identity: identity, disk: disk) { cycle.rest() }
        })
    }
    return { worker.join() }
  }

  /// Durable when it returns.
  package func write<D: Disk>(
    to disk: D, identity: Digest
  ) throws(StorageFailure) -> CheckpointManifest {
    try CheckpointFile.write(block, image, identity: identity, disk: disk)
  }
}

/// Half of the time for the chain: after each piece of work a pause as long as the work took, so
/// that writing a checkpoint never takes more than half of a processor from the blocks.
struct DutyCycle {
  /// No pause is longer, in nanoseconds, whatever held the work up.
  static let longest: UInt64 = 1_000_000_000

  private let pause: (UInt64) -> Void
  private var since = Monotonic.nanoseconds()

  /// - Parameter pause: lets so many nanoseconds pass, or fewer where there is a reason to hurry.
  init(pause: @escaping (UInt64) -> Void) { self.pause = pause }

  /// Ends a piece of work.
  mutating func rest() {
    pause(min(Monotonic.nanoseconds() - since, Self.longest))
    since = Monotonic.nanoseconds()
  }
}

/// Whether nothing has happened on a chain for a while.
final class Stillness: Sendable {
  /// So long, in nanoseconds: a busy chain makes many blocks meanwhile, or a large one of what then
  /// still waits.
  static let span: UInt64 = 100_000_000

  private let chain: Chain
  private let seen: Mutex<(blocks: UInt64, since: UInt64)>

  init(_ chain: Chain) {
    self.chain = chain
    seen = Mutex((chain.meter.blocks.value, Monotonic.nanoseconds()))
  }

  func holds() -> Bool {
    let (blocks, now) = (chain.meter.blocks.value, Monotonic.nanoseconds())
    let since = seen.withLock { seen in
      if seen.blocks != blocks { seen = (blocks, now) }
      return seen.since
    }
    return now - since >= Self.span && chain.waitingCount == 0
  }
}

/// Writes checkpoints on a thread of its own, one at a time, and never stops the chain: what fails
/// is told and tried again when the next one is due. While blocks are made it rests as long as it
/// works.
final class Checkpointer<D: Disk>: Sendable {
  private struct Desk {
    var order: CheckpointOrder?
    var isBusy = false
    var isOver = false
  }

  private let disk: D
  private let identity: Digest
  private let isIdle: @Sendable () -> Bool
  private let notify: @Sendable (EngineNotice) -> Void
  private let desk = Mutex(Desk())
  private let news = Signal()
  /// Ends a rest; raised by `stop` alone.
  private let hurry = Signal()
  private let worker: Mutex<Worker?> = Mutex(nil)
  let policy: CheckpointPolicy

  init(
    _ disk: D, identity: Digest, policy: CheckpointPolicy,
    isIdle: @escaping @Sendable () -> Bool,
    notify: @escaping @Sendable (EngineNotice) -> Void
  ) {
    self.disk = disk
    self.identity = identity
    self.policy = policy
    self.isIdle = isIdle
    self.notify = notify
    let thread = Worker("checkpoints") { [self] in serve() }
    worker.withLock { $0 = thread }
  }

  /// True while one is being written.
  var isBusy: Bool { desk.withLock { $0.isBusy } }

  /// Takes an order where none is under way; the block must be durable.
  func take(_ order: CheckpointOrder) -> Bool {
    let isTaken = desk.withLock { desk in
      if desk.isBusy { return false }
      desk.order = order
      desk.isBusy = true
      return true
    }
    if isTaken { news.raise() }
    return isTaken
  }

  /// Finishes what is under way, then writes `last`, and ends the thread; call once.
  func stop(_ last: CheckpointOrder?) {
    desk.withLock { $0.isOver = true }
    news.raise()
    hurry.raise()
    let thread = worker.withLock { worker in
      defer { worker = nil }
      return worker
    }
    thread?.join()
    if let last { write(last) }
  }

  private func serve() {
    Worker.yieldToOthers()
    while true {
      let (order, isOver) = desk.withLock { desk in
        defer { desk.order = nil }
        return (desk.order, desk.isOver)
      }
      if let order {
        write(order)
        desk.withLock { $0.isBusy = false }
      } else if isOver {
        return
      } else {
        news.wait(nanoseconds: 3_600_000_000_000)
      }
    }
  }

  private func write(_ order: CheckpointOrder) {
    do throws(StorageFailure) {
      let manifest = try write(order, paced: policy.isPaced)
      try Checkpoints.prune(disk, keeping: policy.kept)
      if policy.prunesJournal { try pruneJournal() }
      notify(.checkpointed(height: manifest.height, bytes: manifest.storedBytes))
    } catch {
      // Made before a restart from an older one: the same block, so the same state.
      if error.kind == .exists { return }
      notify(.checkpointFailed(error.description))
    }
  }

  private func write(
    _ order: CheckpointOrder, paced: Bool
  ) throws(StorageFailure) -> CheckpointManifest {
    guard paced else { return try order.write(to: disk, identity: identity) }
    // Nobody waits for the processor on an idle chain, and everybody for a node that stops.
    var cycle = DutyCycle { [self] in
      if !isIdle(), !desk.withLock({ $0.isOver }) { hurry.wait(nanoseconds: $0) }
    }
    return try CheckpointFile.write(order.block, order.image, identity: identity, disk: disk) {
      cycle.rest()
    }
  }

  /// Removes the segments below the oldest kept checkpoint, once that has been read and is sound.
  private func pruneJournal() throws(StorageFailure) {
    guard let oldest = try Checkpoints.list(disk).first else { return }
    try CheckpointReader(disk, height: oldest, network: identity).check()
    try Journal.prune(disk, below: oldest)
  }
}
