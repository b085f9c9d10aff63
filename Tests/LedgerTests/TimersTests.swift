import Primitives
import Testing

@testable import Ledger

@Suite struct TimersTests {
  private struct Planned: Equatable {
    var due: UInt64
    var timerClass: UInt32
    var number: UInt64
  }

  private static let classes: [TimerClass] = [.epoch, .lockEnd, .streamDepletion, .other]

  /// Random scheduling, cancelling, taking and undo of each beside a sorted array (decisions 17).
  /// Many timers share a second.
  private func run(seed: UInt64, secret: HashSecret) -> (taken: [UInt64], faults: [String]) {
    var ledger = Fixtures.ledger(secret: secret)
    var choices = Choices(seed)
    var model: [Planned] = []
    var savepoints: [(mark: Int, model: [Planned])] = []
    var taken: [UInt64] = []
    var faults: [String] = []
    var now: UInt64 = 1
    func isBefore(_ left: Planned, _ right: Planned) -> Bool {
      (left.due, left.timerClass, left.number) < (right.due, right.timerClass, right.number)
    }
    for _ in 0..<4_000 {
      switch choices.below(16) {
      case 0..<7:
        let due = now + UInt64(choices.below(20))
        let kind = Self.classes[choices.below(4)]
        let number = ledger.schedule(
          at: LogicalTime(due), kind, module: 5, kind: 9, reference: due)
        model.append(Planned(due: due, timerClass: kind.rawValue, number: number))
      case 7, 8:
        let number = UInt64(choices.below(Int(ledger.value(of: .nextTimer)) + 2))
        let place = model.firstIndex { $0.number == number }
        if ledger.cancelTimer(number) != (place != nil) { faults.append("cancel \(number)") }
        if let place { model.remove(at: place) }
      case 9..<13:
        let expected = model.filter { $0.due <= now }.min(by: isBefore)
        let row = ledger.takeTimer(through: LogicalTime(now))
        if row?.number != expected?.number { faults.append("took \(row?.number ?? 0)") }
        if let row, row.due > now { faults.append("a timer ran before it was due") }
        if let row { taken.append(row.number) }
        model.removeAll { $0.number == row?.number }
      case 13:
        if savepoints.count < 4 { savepoints.append((ledger.scope.mark, model)) }
      case 14:
        guard let savepoint = savepoints.popLast() else { continue }
        ledger.undo(to: savepoint.mark)
        model = savepoint.model
      default:
        now += UInt64(choices.below(3))
        if choices.below(4) == 0 {
          ledger.scope.close()
          savepoints.removeAll()
        }
      }
      let next = model.min(by: isBefore)?.due
      if ledger.nextTimerDue()?.seconds != next { faults.append("next due is not \(next ?? 0)") }
      if !faults.isEmpty { break }
    }
    return (taken, faults)
  }

  @Test(arguments: [1, 2, 3, 4]) func agreeWithASortedArray(seed: UInt64) {
    let first = run(seed: seed, secret: Fixtures.secret)
    #expect(first.faults == [])
    #expect(first.taken.count > 300)
    let second = run(seed: seed, secret: HashSecret(seed, 99))
    #expect(second.taken == first.taken, "equal seeds, equal order, whatever the secret")
  }

  @Test func runInOrderOfTimeClassAndNumber() {
    var ledger = Fixtures.ledger()
    for due in [20, 10, 30] as [UInt64] {
      for kind in [TimerClass.other, .streamDepletion, .epoch, .lockEnd] {
        _ = ledger.schedule(at: LogicalTime(due), kind, module: 1, kind: 0, reference: 0)
      }
    }
    var order: [String] = []
    while let row = ledger.takeTimer(through: LogicalTime(25)) {
      order.append("\(row.due).\(row.timerClass)")
      #expect(ledger.time.seconds == row.due)
    }
    #expect(order == ["10.0", "10.1", "10.2", "10.3", "20.0", "20.1", "20.2", "20.3"])
    #expect(ledger.nextTimerDue() == LogicalTime(30))
  }

  /// A refused operation or a preview gives its timer's number back. The next timer with that
  /// number waits for its own due time, and runs once.
  @Test func numberGivenTwiceKeepsItsOwnTime() {
    var ledger = Fixtures.ledger()
    let mark = ledger.scope.mark
    let first = ledger.schedule(
      at: LogicalTime(100), .other, module: 1, kind: 0, reference: 1)
    ledger.undo(to: mark)
    let second = ledger.schedule(
      at: LogicalTime(500), .other, module: 1, kind: 0, reference: 2)
    #expect(first == second)
    #expect(ledger.nextTimerDue() == LogicalTime(500))
    let early = ledger.takeTimer(through: LogicalTime(499))
    #expect(early == nil)
    let due = ledger.takeTimer(through: LogicalTime(500))
    #expect(due?.reference == 2)
    let again = ledger.takeTimer(through: LogicalTime(9_999))
    #expect(again == nil)
  }

  /// A thousand timers of one second run in the order of their numbers, and the memory of undone
  /// ones is shed on the way.
  @Test func manyAtOneSecond() {
    var ledger = Fixtures.ledger()
    for _ in 0..<1_000 {
      let mark = ledger.scope.mark
      for _ in 0..<3 {
        _ = ledger.schedule(at: LogicalTime(7), .epoch, module: 1, kind: 0, reference: 0)
      }
      ledger.undo(to: mark)
      _ = ledger.schedule(at: LogicalTime(7), .other, module: 1, kind: 0, reference: 0)
    }
    var numbers: [UInt64] = []
    while let row = ledger.takeTimer(through: LogicalTime(7)) { numbers.append(row.number) }
    #expect(numbers == Array(1...1_000))
  }

  @Test func timeNeverFalls() {
    var ledger = Fixtures.ledger()
    ledger.set(.time, 100)
    _ = ledger.schedule(at: LogicalTime(40), .other, module: 1, kind: 0, reference: 0)
    let row = ledger.takeTimer(through: LogicalTime(100))
    #expect(row?.due == 40)
    #expect(ledger.time == LogicalTime(100))
  }
}
