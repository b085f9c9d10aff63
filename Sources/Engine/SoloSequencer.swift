internal import Economy
internal import Primitives
public import Storage
internal import Synchronization

/// What the engine tells the node besides blocks.
public enum EngineNotice: Sendable, Equatable {
  /// The clock stands behind the head: block time holds until it has caught up (decisions 31).
  case clockBehind(seconds: UInt64)
  /// No transactions are taken until there is room again.
  case readOnly(String)
  case writable
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
  private let stopping = Mutex(false)
  private let worker: Mutex<Worker?> = Mutex(nil)

  public init(chain: Chain) { self.chain = chain }

  /// Starts the engine's thread, which owns the machine until `stop`.
  public func start<D: Disk, C: Clock>(
    _ machine: consuming sending Machine<D>, clock: C,
    notify: @escaping @Sendable (EngineNotice) -> Void
  ) {
    let box = MachineBox(machine)
    let thread = Worker("engine") { [self] in
      guard var machine = box.take() else { return }
      var loop = Loop(clock: clock, notify: notify)
      while !stopping.withLock({ $0 }) {
        guard loop.step(&machine, chain) else { return }
      }
      while chain.hasWork, loop.makeBlock(&machine, chain) {}
      do throws(StorageFailure) {
        try machine.close()
      } catch {
        notify(.failed(error.description))
      }
    }
    worker.withLock { $0 = thread }
  }

  /// Drains what waits, writes the clean-stop watermark and joins the thread.
  public func stop() {
    stopping.withLock { $0 = true }
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
private struct Loop<C: Clock> {
  let clock: C
  let notify: @Sendable (EngineNotice) -> Void
  private var lastClose: UInt64 = 0
  private var isBehind = false

  init(clock: C, notify: @escaping @Sendable (EngineNotice) -> Void) {
    self.clock = clock
    self.notify = notify
  }

  /// Waits for work or a timer and makes a block; false where the disk failed.
  mutating func step<D: Disk>(_ machine: inout Machine<D>, _ chain: Chain) -> Bool {
    if !chain.hasWork {
      if isTimerDue(chain) { return makeBlock(&machine, chain) }
      chain.work.wait(nanoseconds: 200_000_000)
      return true
    }
    let since = Monotonic.nanoseconds() - lastClose
    if since < Linger.nanoseconds, chain.waitingCount < Limits.blockTransactions {
      chain.work.sleep(nanoseconds: Linger.nanoseconds - since)
    }
    return makeBlock(&machine, chain)
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

  mutating func makeBlock<D: Disk>(_ machine: inout Machine<D>, _ chain: Chain) -> Bool {
    let batch = machine.prepare()
    do throws(StorageFailure) {
      try machine.reserve(batch)
    } catch {
      guard error.kind == .full else {
        notify(.failed(error.description))
        return false
      }
      if chain.readOnly == nil { notify(.readOnly(error.description)) }
      chain.becomeReadOnly("no space")
      chain.work.sleep(nanoseconds: 1_000_000_000)
      return true
    }
    if chain.readOnly != nil {
      chain.becomeWritable()
      notify(.writable)
    }
    let time = blockTime(chain)
    do throws(StorageFailure) {
      try machine.makeBlock(batch, time: time)
    } catch {
      notify(.failed(error.description))
      return false
    }
    lastClose = Monotonic.nanoseconds()
    return true
  }
}

/// How long a busy sequencer lets work gather (decisions 18).
private enum Linger {
  static let nanoseconds: UInt64 = 5_000_000
}
