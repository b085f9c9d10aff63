public import Storage
internal import Synchronization

/// A disk in memory that goes wrong where it is told to: see `Fault`, and `DiskPlanes` for what a
/// power cut leaves. Every call is counted.
public final class SimulatedDisk: Disk {
  struct State: Sendable {
    var planes = DiskPlanes()
    var handles: [Int32: Int] = [:]
    var locks: [Int: Int32] = [:]
    var nextHandle: Int32 = 3
    var counts = CallCounts()
    var trace: [StorageFailure.Operation] = []
    var faults: [Fault] = []
    var isDead = false
    var failingFlushes = 0
    var capture: Capture?
  }

  let state: Mutex<State>
  /// Moved by `.delay`.
  let clock: SimulatedClock?

  /// - Parameters:
  ///   - faults: what goes wrong, and when.
  ///   - clock: what a delay moves.
  public init(_ faults: [Fault] = [], clock: SimulatedClock? = nil) {
    var new = State()
    new.faults = faults
    state = Mutex(new)
    self.clock = clock
  }

  init(_ planes: DiskPlanes) {
    var new = State()
    new.planes = planes
    state = Mutex(new)
    clock = nil
  }

  private init(_ old: State) {
    state = Mutex(old)
    clock = nil
  }

  // What it is told

  /// Strikes the `call`-th changing call from now, counted from 1.
  public func strike(_ call: Int, _ effect: Fault.Effect) {
    state.withLock { $0.faults = [Fault(.change($0.counts.changes + call), effect)] }
  }

  /// Adds what will go wrong.
  public func plan(_ fault: Fault) { state.withLock { $0.faults.append(fault) } }

  /// Nothing goes wrong any more.
  public func heal() { state.withLock { $0.faults = [] } }

  /// Lets so many flushes fail from now on.
  public func failFlushes(_ count: Int) { state.withLock { $0.failingFlushes = count } }

  /// Bytes that all files together may have.
  public func limit(to bytes: Int) { state.withLock { $0.planes.capacity = bytes } }

  /// Puts durable bytes, past all faults and counts.
  public func put(_ name: String, _ bytes: [UInt8]) {
    state.withLock { $0.planes.put(name, bytes) }
  }

  /// Takes a file away, past all faults and counts.
  public func delete(_ name: String) { state.withLock { $0.planes.delete(name) } }

  /// Flips bits of what is durable and seen.
  public func damage(_ name: String, at offset: Int, _ bits: UInt8 = 1) {
    guard var bytes = state.withLock({ $0.planes.contents(name) }), offset < bytes.count else {
      return
    }
    bytes[offset] ^= bits
    put(name, bytes)
  }

  // What it tells

  /// Calls that change something, so far.
  public var calls: Int { state.withLock { $0.counts.changes } }
  /// Calls of any kind, so far.
  public var allCalls: Int { state.withLock { $0.counts.calls } }
  /// Calls of a kind, so far.
  public func count(of operation: StorageFailure.Operation) -> Int {
    state.withLock { $0.counts.operations[operation] ?? 0 }
  }

  /// What is planned to go wrong, struck or not.
  var faults: [Fault] { state.withLock { $0.faults } }
  /// How often each named point was passed.
  public var points: [FaultPoint: Int] { state.withLock { $0.counts.points } }
  /// The kinds of the changing calls, in order.
  public var trace: [StorageFailure.Operation] { state.withLock { $0.trace } }
  public var openFiles: Int { state.withLock { $0.handles.count } }
  public var names: [String] { state.withLock { $0.planes.names.files.keys.sorted() } }
  /// Bytes of all files.
  public var used: Int { state.withLock { $0.planes.used } }
  /// The process that used it has died.
  public var isDead: Bool { state.withLock { $0.isDead } }

  /// What is visible of a file; empty where there is none.
  public func contents(_ name: String) -> [UInt8] {
    state.withLock { $0.planes.contents(name) ?? [] }
  }

  /// All that is visible, for "nothing was changed".
  public var image: [String: [UInt8]] {
    state.withLock { state in
      state.planes.names.files.mapValues { state.planes.files[$0]?.cached ?? [] }
    }
  }

  // What becomes of it

  /// A copy that shares nothing.
  public func copy() -> SimulatedDisk { SimulatedDisk(state.withLock { $0 }) }

  /// The process is gone and the machine goes on: what was visible stays visible.
  public func kill() -> SimulatedDisk {
    var copy = state.withLock { $0 }
    copy.handles = [:]
    copy.locks = [:]
    copy.faults = []
    copy.isDead = false
    copy.capture = nil
    return SimulatedDisk(copy)
  }

  /// The power is cut: any subset of what was not made durable survives, by the generator's choice.
  public func crash<Choice: RandomNumberGenerator>(_ choice: inout Choice) -> SimulatedDisk {
    SimulatedDisk(state.withLock { $0.planes }.crashed(&choice))
  }

  /// Begins to keep what a crash would find at each moment that differs from the one before.
  public func capture() { state.withLock { $0.capture = Capture() } }

  /// Says what the outside was told by now: it goes into the moments captured from here on.
  public func note(_ acknowledged: UInt64) {
    state.withLock { $0.capture?.acknowledged = acknowledged }
  }

  /// The moments captured so far, one more for the present; the capture is over.
  public func takeCapture() -> [CrashPoint] {
    state.withLock { state in
      Self.take(&state, "at the end", torn: nil)
      defer { state.capture = nil }
      return state.capture?.points ?? []
    }
  }

  static func take(_ state: inout State, _ what: @autoclosure () -> String, torn: Int?) {
    guard var capture = state.capture else { return }
    state.capture = nil
    if capture.isNew || torn != nil { capture.add(state.planes, what(), torn: torn) }
    state.capture = capture
  }
}

/// A moment at which the power may be cut.
public struct CrashPoint: Sendable {
  /// Counted from 0 within its capture.
  public let number: Int
  /// What was about to happen, or how far a write had come.
  public let what: String
  /// What the outside had been told by then.
  public let acknowledged: UInt64
  let planes: DiskPlanes

  /// What the cut leaves.
  public func crash<Choice: RandomNumberGenerator>(_ choice: inout Choice) -> SimulatedDisk {
    SimulatedDisk(planes.crashed(&choice))
  }
}

/// The moments of one run.
struct Capture: Sendable {
  var points: [CrashPoint] = []
  var acknowledged: UInt64 = 0 {
    didSet { isNew = isNew || acknowledged != oldValue }
  }
  /// Something has changed since the last moment that was kept.
  var isNew = true

  mutating func add(_ planes: DiskPlanes, _ what: String, torn: Int?) {
    points.append(
      CrashPoint(number: points.count, what: what, acknowledged: acknowledged, planes: planes))
    isNew = torn != nil
  }

  /// Where to cut a write: at every sector up to 4 KiB, at eight places otherwise.
  static func cuts(of count: Int, at offset: Int) -> [Int] {
    let sector = DiskPlanes.sector
    if count > 4_096 { return (1..<8).map { count * $0 / 8 } }
    var cuts: [Int] = []
    var next = (offset / sector + 1) * sector - offset
    while next < count {
      cuts.append(next)
      next += sector
    }
    return cuts
  }
}
