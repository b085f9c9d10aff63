import Primitives
import Testing

@testable import Ledger

/// A row of two numbers; a value of zero is a freed place.
private struct Pair: LedgerRow {
  var value: UInt64
  var other: UInt32

  static var wordCount: Int { 2 }
  static var vacant: Pair { Pair(value: 0, other: 0) }
  var isVacant: Bool { value == 0 }
  func encode(into writer: inout RowWriter) {
    writer.append(value)
    writer.append(other, 0)
  }
  init(from reader: inout RowReader) {
    value = reader.next()
    other = reader.pair().low
  }
  init(value: UInt64, other: UInt32) {
    self.value = value
    self.other = other
  }
}

/// A table beside the most naive form of it: an array, and whole copies as savepoints.
private struct TableRun: ~Copyable {
  var table = Table<Pair>(id: 3)
  var scope = Scope()
  var model: [UInt64] = []
  var savepoints: [(mark: Int, model: [UInt64])] = []
  var choices: Choices
  var faults: [String] = []
  var undone = 0

  init(seed: UInt64) { choices = Choices(seed) }

  mutating func value() -> UInt64 { choices.next() | 1 }

  mutating func live() -> Int? {
    guard !model.isEmpty else { return nil }
    for _ in 0..<8 {
      let row = choices.below(model.count)
      if model[row] != 0 { return row }
    }
    return nil
  }

  mutating func append() {
    let value = value()
    let place = table.append(Pair(value: value, other: 1), &scope)
    if place != model.count { faults.append("append went to \(place), not \(model.count)") }
    model.append(value)
  }

  mutating func insert() {
    let value = value()
    let lowest = model.firstIndex(of: 0) ?? model.count
    let place = table.insert(Pair(value: value, other: 2), &scope)
    if place != lowest { faults.append("insert went to \(place), not \(lowest)") }
    guard place == lowest else { return }
    if lowest == model.count { model.append(value) } else { model[lowest] = value }
  }

  mutating func undoToLastSavepoint() {
    guard let savepoint = savepoints.popLast() else { return }
    while let id = scope.popLast(above: savepoint.mark) {
      if id != 3 { faults.append("the scope names table \(id)") }
      let undone = table.undoLast()
      self.undone += 1
      if let restored = undone.restored, restored.value != table[undone.row].value {
        faults.append("undo restored another image than it says")
      }
    }
    model = savepoint.model
    compareRows()
  }

  mutating func step() {
    switch choices.below(40) {
    case 0..<5 where model.count < 2_300: append()
    case 0..<11: insert()
    case 11..<20:
      guard let row = live() else { return }
      let value = value()
      table.modify(row, &scope) { $0.value = value }
      model[row] = value
    case 20..<28:
      guard let row = live() else { return }
      table.vacate(row, &scope)
      model[row] = 0
    case 28..<34:
      if savepoints.count < 6 { savepoints.append((scope.mark, model)) }
    case 34..<37: if choices.below(8) == 0 { undoToLastSavepoint() }
    case 37: if choices.below(40) == 0 { compareRoots() }
    default:
      if choices.below(20) == 0 {
        scope.close()
        savepoints.removeAll()
      }
    }
    if table.count != model.count { faults.append("count \(table.count), not \(model.count)") }
  }

  mutating func compareRows() {
    var live = 0
    if table.count != model.count { faults.append("count \(table.count), not \(model.count)") }
    for row in 0..<min(table.count, model.count) {
      if table[row].value != model[row] { faults.append("row \(row) differs") }
      if model[row] != 0 { live += 1 }
    }
    if table.liveCount != live { faults.append("\(table.liveCount) rows in use, not \(live)") }
  }

  mutating func compareRoots() {
    if table.root() != table.rootFromScratch() { faults.append("the roots differ") }
    if table.isDirty { faults.append("dirty rows are left after root()") }
  }
}

@Suite struct TableTests {
  /// 50,000 random steps with nested savepoints taken back at random; roots are also taken inside
  /// open scopes.
  @Test func agreesWithAnArray() {
    var run = TableRun(seed: 1)
    for step in 0..<50_000 {
      run.step()
      if step % 2_500 == 0 { run.compareRows() }
      if !run.faults.isEmpty { break }
    }
    run.compareRows()
    run.compareRoots()
    let faults = run.faults
    #expect(faults == [])
    let (count, undone) = (run.table.count, run.undone)
    #expect(count > Table<AccountRow>.pageRows, "the run crosses pages")
    #expect(undone > 5_000)
  }

  @Test func takesFreedPlacesLowestFirst() {
    var table = Table<Pair>(id: 1)
    var scope = Scope()
    for value in 1...10 { _ = table.append(Pair(value: UInt64(value), other: 0), &scope) }
    for row in [7, 2, 9, 4] { table.vacate(row, &scope) }
    var places: [Int] = []
    for _ in 0..<6 { places.append(table.insert(Pair(value: 5, other: 0), &scope)) }
    #expect(places == [2, 4, 7, 9, 10, 11])
  }

  /// The row numbers of equal histories are equal although one of them was previewed all the time.
  @Test func undoneWorkLeavesNoTrace() {
    var plain = Table<Pair>(id: 1)
    var scope = Scope()
    var busy = Table<Pair>(id: 1)
    var busyScope = Scope()
    var choices = Choices(5)
    for step in 0..<400 {
      for _ in 0..<choices.below(4) {
        let mark = busyScope.mark
        if busy.liveCount > 2 { busy.vacate(firstLive(busy), &busyScope) }
        _ = busy.insert(Pair(value: 99, other: 0), &busyScope)
        _ = busy.append(Pair(value: 98, other: 0), &busyScope)
        while busyScope.popLast(above: mark) != nil { _ = busy.undoLast() }
      }
      let row = Pair(value: UInt64(step + 1), other: 0)
      let places = (plain.insert(row, &scope), busy.insert(row, &busyScope))
      #expect(places.0 == places.1)
      if step % 3 == 0 {
        let row = choices.below(plain.count)
        if !plain[row].isVacant {
          plain.vacate(row, &scope)
          busy.vacate(row, &busyScope)
        }
      }
      scope.close()
      busyScope.close()
    }
    let roots = (plain.root(), busy.root())
    #expect(roots.0 == roots.1)
  }

  private func firstLive(_ table: borrowing Table<Pair>) -> Int {
    (0..<table.count).first { !table[$0].isVacant } ?? 0
  }

  /// The root of a state that was taken back is the root before, also where it was computed
  /// between.
  @Test func rootFollowsUndo() {
    var table = Table<Pair>(id: 1)
    var scope = Scope()
    for value in 1...5 { _ = table.append(Pair(value: UInt64(value), other: 0), &scope) }
    scope.close()
    let before = table.root()
    table.modify(2, &scope) { $0.value = 77 }
    table.vacate(4, &scope)
    _ = table.append(Pair(value: 6, other: 0), &scope)
    let between = table.root()
    while scope.popLast(above: 0) != nil { _ = table.undoLast() }
    let after = table.root()
    #expect(between != before)
    #expect(after == before)
  }

  @Test func heapOfVacanciesAnswersInOrderAndSheds() {
    var heap = VacancyHeap()
    var choices = Choices(9)
    let places = (0..<500).map { _ in choices.below(300) }
    for place in places { heap.insert(place) }
    #expect(heap.count == 500)
    #expect(heap.sortedPlaces == Array(Set(places)).sorted())
    var popped: [Int] = []
    while let place = heap.popLowest() { popped.append(place) }
    #expect(popped == places.sorted())
  }
}
