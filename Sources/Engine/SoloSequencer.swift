internal import Economy
public import Primitives
public import Storage
internal import Synchronization

/// What the engine tells the node besides blocks.
public enum EngineNotice: Sendable, Equatable {
  /// The clock stands behind the head: block time holds until it has caught up (decisions 31).
  case clockBehind(seconds: UInt64)
  /// No transactions are taken until there is room again.
  case readOnly(String)
  case writable
  /// A checkpoint of that height is durable; bytes as compressed.
  case checkpointed(height: Height, bytes: UInt64)
  /// A checkpoint could not be written; the chain goes on and the next one is tried when it is due.
  case checkpointFailed(String)
  /// Blocks from before the start cannot be read back; the chain goes on without them.
  case historyFailed(String)
  /// The block log was mended, or cannot go on; the chain itself does.
  case log(String)
  /// The index was mended, made anew or cannot go on; the chain itself does.
  case index(String)
  /// The disk failed while a block was being made durable: the process must end at once.
  case failed(String)
}

/// The built-in sequencer of one node: it closes a block when work waits, linger and caps allowing,
/// and gives it height and time (decisions 18).
///
/// The linger is counted from the block before: an idle node commits a lone transaction at once, a
/// busy one lets at least 5 ms of work share a flush.
public final class SoloSequencer: Sendable {
  private let chain: Chain
  private let isStopping = Mutex(false)
  /// Raised once, by `stop`.
  private let halt = Signal()
  private let worker: Mutex<Worker?> = Mutex(nil)

  public init(chain: Chain) { self.chain = chain }

  /// Starts the engine's thread, which owns the machine until `stop`; once in a sequencer's life.
  /// - Parameters:
  ///   - checkpoints: when to write checkpoints; nil for never.
  ///   - notify: called on the engine's thread, or that of the checkpoints. At `.failed` the engine
  ///     still holds the state, so that nobody reads what the journal does not have: end the
  ///     process there, and touch neither chain nor sequencer.
  public func start<D: Disk, C: Clock>(
    _ machine: consuming sending Machine<D>, clock: C, checkpoints: CheckpointPolicy? = nil,
    notify: @escaping @Sendable (EngineNotice) -> Void
  ) {
    let box = MachineBox(machine)
    let thread = Worker("engine") { [self] in
      guard var machine = box.take() else { return }
      let segments = SegmentMaker<D>()
      let checkpointer = checkpoints.map { machine.checkpointer($0, notify: notify) }
      var loop = Loop(
        clock: clock, notify: notify, segments: segments, checkpointer: checkpointer, halt: halt)
      var isSound = true
      while isSound, !isStopping.withLock({ $0 }) { isSound = loop.step(&machine, chain) }
      if isSound { isSound = loop.drain(&machine, chain) }
      segments.stop()
      guard isSound else { return }
      let last = checkpointer.flatMap { machine.lastOrder(for: $0) }
      do throws(StorageFailure) {
        try machine.close()
      } catch {
        return notify(.failed(error.description))
      }
      // The journal first: whatever becomes of the checkpoint, the stop is a clean one.
      checkpointer?.stop(last)
    }
    worker.withLock { $0 = thread }
  }

  /// Makes blocks of what waits, writes the clean-stop watermark and joins the thread.
  public func stop() {
    isStopping.withLock { $0 = true }
    halt.raise()
    chain.work.raise()
    let thread = worker.withLock { worker in
      defer { worker = nil }
      return worker
    }
    thread?.join()
  }
}

/// Hands the machine over to the engine's thread.
private final class MachineBox<D: Disk>: Sendable {
  private let slot: Mutex<Machine<D>?>

  init(_ machine: consuming sending Machine<D>) { slot = Mutex(machine) }

  func take() -> sending Machine<D>? {
    slot.withLock { slot in
      let machine = slot.take()
      return machine
    }
  }
}

/// One round after another on the engine's thread.
private struct Loop<D: Disk, C: Clock> {
  /// How an attempt at a block ended.
  enum Attempt {
    case made, nothingToDo, full, failed
  }

  let clock: C
  let notify: @Sendable (EngineNotice) -> Void
  let segments: SegmentMaker<D>
  let checkpointer: Checkpointer<D>?
  let halt: Signal
  private var lastClose: UInt64 = 0
  private var isBehind = false
  private var isFull = false
  private var isDraining = false

  init(
    clock: C, notify: @escaping @Sendable (EngineNotice) -> Void, segments: SegmentMaker<D>,
    checkpointer: Checkpointer<D>?, halt: Signal
  ) {
    self.clock = clock
    self.notify = notify
    self.segments = segments
    self.checkpointer = checkpointer
    self.halt = halt
  }

  /// Waits for work, a timer or room on the disk and makes a block; false where the disk failed.
  mutating func step(_ machine: inout Machine<D>, _ chain: Chain) -> Bool {
    if chain.isCheckpointWanted {
      chain.isCheckpointWanted = checkpointer.map { !machine.giveCheckpoint(to: $0) } ?? false
    }
    if isFull {
      // Nothing is admitted meanwhile, so nothing but time can tell that there is room again.
      halt.wait(nanoseconds: Pace.retry)
    } else if chain.hasWork {
      let since = Monotonic.nanoseconds() - lastClose
      if since < Pace.linger, chain.waitingCount < Limits.blockTransactions {
        chain.work.sleep(nanoseconds: Pace.linger - since)
      }
    } else if !isTimerDue(chain) {
      chain.work.wait(nanoseconds: Pace.timers)
      return true
    }
    return makeBlock(&machine, chain) != .failed
  }

  /// Makes blocks until nothing waits any more; false where the disk failed. Where it is full, what
  /// waits is lost with the pool: nobody was told that it is committed.
  mutating func drain(_ machine: inout Machine<D>, _ chain: Chain) -> Bool {
    isDraining = true
    chain.becomeReadOnly("it is stopping")
    while chain.hasWork {
      switch makeBlock(&machine, chain) {
      case .made, .nothingToDo: continue
      case .full: return true
      case .failed: return false
      }
    }
    return true
  }

  private func isTimerDue(_ chain: Chain) -> Bool {
    let now = clock.now()
    return chain.withState { state in state.nextDue().map { $0.seconds <= now } ?? false }
  }

  /// The clock's time, or the head's where the clock stands behind it.
  private mutating func blockTime(_ chain: Chain) -> LogicalTime {
    let head = chain.head.header.timestamp
    let now = clock.now()
    if now < head {
      if !isBehind { notify(.clockBehind(seconds: head - now)) }
      isBehind = true
      return LogicalTime(head)
    }
    isBehind = false
    return LogicalTime(now)
  }

  private mutating func makeBlock(_ machine: inout Machine<D>, _ chain: Chain) -> Attempt {
    let batch = machine.prepare()
    let isAsked = chain.takeBlockWish()
    let isNeeded = isAsked || !batch.isEmpty || isTimerDue(chain)
    guard isNeeded || isFull else { return .nothingToDo }
    do throws(StorageFailure) {
      try machine.reserve(batch)
    } catch {
      chain.requeue(batch)
      if isAsked { chain.askForBlock() }
      guard error.kind == .full else {
        notify(.failed(error.description))
        return .failed
      }
      if !isFull {
        isFull = true
        if !isDraining { chain.becomeReadOnly("no space") }
        notify(.readOnly(error.description))
      }
      return .full
    }
    if isFull {
      isFull = false
      if !isDraining { chain.becomeWritable() }
      notify(.writable)
    }
    guard isNeeded else { return .nothingToDo }
    do throws(StorageFailure) {
      try machine.makeBlock(batch, time: blockTime(chain)) { failure in
        chain.becomeReadOnly("the disk failed")
        notify(.failed(failure.description))
      }
    } catch {
      return .failed
    }
    if let preparer = machine.takePreparer() { segments.make(preparer) }
    if let checkpointer { machine.offerCheckpoint(to: checkpointer) }
    lastClose = Monotonic.nanoseconds()
    return .made
  }
}

/// Makes the journal's next segment on a thread of its own, so that a full one costs no pause.
private final class SegmentMaker<D: Disk>: Sendable {
  private struct Order {
    var preparer: SegmentPreparer<D>?
    var isOver = false
  }

  private final class Desk: Sendable {
    let order = Mutex(Order())
    let news = Signal()

    func serve() {
      while true {
        let (preparer, isOver) = order.withLock { order in
          defer { order.preparer = nil }
          return (order.preparer, order.isOver)
        }
        if isOver { return }
        if let preparer {
          // Where there is no room the engine meets that itself, and tells.
          try? preparer.prepare()
        } else {
          news.wait(nanoseconds: Pace.segments)
        }
      }
    }
  }

  private let desk: Desk
  private let worker: Worker

  init() {
    let desk = Desk()
    self.desk = desk
    worker = Worker("journal segments") { desk.serve() }
  }

  func make(_ preparer: SegmentPreparer<D>) {
    desk.order.withLock { $0.preparer = preparer }
    desk.news.raise()
  }

  /// Ends the thread, after the segment it may be working on; call once.
  func stop() {
    desk.order.withLock { $0.isOver = true }
    desk.news.raise()
    worker.join()
  }
}

/// How long the sequencer waits for what, in nanoseconds.
private enum Pace {
  /// How long a busy sequencer lets work gather (decisions 18).
  static let linger: UInt64 = 5_000_000
  /// Between two looks at the timers of an idle chain.
  static let timers: UInt64 = 200_000_000
  /// Between two attempts on a full disk.
  static let retry: UInt64 = 1_000_000_000
  /// The segments' thread is woken by `news`; this only bounds one wait.
  static let segments: UInt64 = 3_600_000_000_000
}
