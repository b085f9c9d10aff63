public import Storage

/// One thing that goes wrong on a simulated disk, and when.
public struct Fault: Sendable, Equatable, CustomStringConvertible {
  /// Counted from 1, from the disk's making.
  public enum Moment: Sendable, Equatable {
    /// The n-th call that changes something.
    case change(Int)
    /// The n-th call of any kind.
    case call(Int)
    /// The n-th call of a kind.
    case operation(StorageFailure.Operation, Int)
    /// The n-th passing of a named point.
    case point(FaultPoint, Int)
  }

  /// What goes wrong.
  public enum Effect: Sendable, Equatable {
    /// No effect but the error of that number. Of a failing flush some sectors are durable, the
    /// others count as clean though the disk never gets them.
    case fail(Int32)
    /// A write puts its first half, then the error; any other call as `fail`.
    case short(Int32)
    /// A flush fails, nothing of it is durable, and readers see the old bytes again; any other call
    /// as `fail`.
    case drop(Int32)
    /// The process dies within the call: nothing, half or all of it happens, and no more.
    case die
    /// A read answers what was durable before the last flush, as after a lost write.
    case stale
    /// A read answers the bytes of another place in the file.
    case misdirected
    /// A read answers with one bit flipped.
    case flipped
    /// The call takes so many seconds.
    case delay(UInt64)
  }

  /// When.
  public let moment: Moment
  /// What.
  public let effect: Effect

  public init(_ moment: Moment, _ effect: Effect) {
    self.moment = moment
    self.effect = effect
  }

  public var description: String { "\(effect) at \(moment)" }

  /// Whether so many calls of any kind have passed its moment; false for other moments.
  func isBehind(_ calls: Int) -> Bool {
    if case .call(let number) = moment { calls >= number } else { false }
  }
}

/// Linux's error numbers that disks give.
public enum DiskError {
  /// No such file.
  public static let noEntry: Int32 = 2
  /// Interrupted: what a dead process would see.
  public static let interrupted: Int32 = 4
  /// The disk gave up.
  public static let inputOutput: Int32 = 5
  /// The name is taken.
  public static let exists: Int32 = 17
  /// The disk is full.
  public static let noSpace: Int32 = 28
}

/// How often what was called.
struct CallCounts: Sendable {
  var changes = 0
  var calls = 0
  var operations: [StorageFailure.Operation: Int] = [:]
  var points: [FaultPoint: Int] = [:]

  mutating func count(_ operation: StorageFailure.Operation, isChange: Bool) {
    calls += 1
    if isChange { changes += 1 }
    operations[operation, default: 0] += 1
  }

  /// Whether the call that was just counted is the fault's.
  func isMoment(
    of fault: Fault, _ operation: StorageFailure.Operation, isChange: Bool
  ) -> Bool {
    switch fault.moment {
    case .change(let number): isChange && changes == number
    case .call(let number): calls == number
    case .operation(let kind, let number): kind == operation && operations[kind] == number
    case .point: false
    }
  }
}
