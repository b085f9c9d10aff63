public import Primitives

/// The order of timers that fall due in one second (economics F0).
public enum TimerClass: UInt32, Sendable, Comparable {
  case epoch = 0
  case lockEnd = 1
  case streamDepletion = 2
  case other = 3

  public static func < (left: TimerClass, right: TimerClass) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// Something that must happen at a time.
public struct TimerRow: NumberedRow {
  /// The timer's number, in order of scheduling.
  public let number: UInt64
  /// When it is due, in seconds since 1970.
  public let due: UInt64
  /// What the owning module knows it by.
  public let reference: UInt64
  public let timerClass: UInt32
  /// The module that runs it; 0 is the ledger's own hold expiry.
  public let module: UInt16
  /// What the module shall do.
  public let kind: UInt16

  public static var wordCount: Int { 4 }
  public static var vacant: TimerRow {
    TimerRow(number: 0, due: 0, reference: 0, timerClass: 0, module: 0, kind: 0)
  }
  public var isVacant: Bool { number == 0 }

  public func encode(into writer: inout RowWriter) {
    writer.append(number)
    writer.append(due)
    writer.append(reference)
    writer.append(timerClass, UInt32(module) | UInt32(kind) << 16)
  }

  public init(from reader: inout RowReader) {
    number = reader.next()
    due = reader.next()
    reference = reader.next()
    let (timerClass, owner) = reader.pair()
    self.timerClass = timerClass
    module = UInt16(truncatingIfNeeded: owner)
    kind = UInt16(truncatingIfNeeded: owner >> 16)
  }

  init(
    number: UInt64, due: UInt64, reference: UInt64, timerClass: UInt32, module: UInt16,
    kind: UInt16
  ) {
    self.number = number
    self.due = due
    self.reference = reference
    self.timerClass = timerClass
    self.module = module
    self.kind = kind
  }
}

/// All timers, with a heap in (due time, class, number) order derived from the rows.
///
/// The heap may hold entries whose timer is gone or appears twice; whoever reads the front drops
/// them, so undo and cancel never search the heap. An entry counts only where it says the same as
/// the row: a number whose scheduling was undone is given again, perhaps with another due time.
public struct Timers: ~Copyable {
  private struct Entry {
    var due: UInt64
    var timerClass: UInt32
    var number: UInt64

    func isBefore(_ other: Entry) -> Bool {
      (due, timerClass, number) < (other.due, other.timerClass, other.number)
    }
  }

  /// The timers that have not run.
  public private(set) var rows: NumberedTable<TimerRow>
  private var heap: [Entry] = []

  init(id: UInt8, secret: HashSecret) { rows = NumberedTable(id: id, secret: secret) }

  mutating func schedule(_ row: TimerRow, _ scope: inout Scope) {
    _ = rows.insert(row, &scope)
    push(row)
  }

  /// Removes a timer; false where it has run or was cancelled before.
  mutating func cancel(_ number: UInt64, _ scope: inout Scope) -> Bool {
    guard let row = rows.find(number) else { return false }
    rows.vacate(row, &scope)
    return true
  }

  /// When the next timer is due.
  public mutating func nextDue() -> LogicalTime? {
    while let front = heap.first {
      if isLive(front) { return LogicalTime(front.due) }
      popFront()
    }
    return nil
  }

  /// Takes the first timer due at or before `time`.
  mutating func takeDue(through time: LogicalTime, _ scope: inout Scope) -> TimerRow? {
    guard let due = nextDue(), due <= time, let front = heap.first,
      let place = rows.find(front.number)
    else { return nil }
    let row = rows[place]
    popFront()
    rows.vacate(place, &scope)
    return row
  }

  mutating func undoLast() {
    let undone = rows.undoLast()
    if let restored = undone.restored, !restored.isVacant { push(restored) }
  }

  private func isLive(_ entry: Entry) -> Bool {
    guard let row = rows.find(entry.number) else { return false }
    return rows[row].due == entry.due && rows[row].timerClass == entry.timerClass
  }

  /// Drops what is gone or stands twice, so that previews and refusals, which schedule and undo,
  /// never fill the memory. A sorted array is a heap.
  private mutating func compact() {
    heap.sort { $0.isBefore($1) }
    var kept: [Entry] = []
    for entry in heap where kept.last?.number != entry.number && isLive(entry) {
      kept.append(entry)
    }
    heap = kept
  }

  private mutating func push(_ row: TimerRow) {
    if heap.count > 2 * rows.table.liveCount + 64 { compact() }
    heap.append(Entry(due: row.due, timerClass: row.timerClass, number: row.number))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func popFront() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(heap[parent]) else { break }
      heap.swapAt(child, parent)
      parent = child
    }
  }

  mutating func visit(_ visitor: inout some TableVisitor) { rows.visit(&visitor) }

  /// Derives index and heap from loaded rows.
  mutating func rebuild(next: UInt64) throws(ImageFailure) {
    try rows.rebuild(next: next)
    heap = []
    heap.reserveCapacity(rows.table.liveCount)
    for place in 0..<rows.table.count where !rows[place].isVacant {
      let row = rows[place]
      try ImageFailure.unless(
        TimerClass(rawValue: row.timerClass) != nil, "timer \(row.number) has no known class")
      heap.append(Entry(due: row.due, timerClass: row.timerClass, number: row.number))
    }
    // A sorted array is a heap.
    heap.sort { $0.isBefore($1) }
  }
}
