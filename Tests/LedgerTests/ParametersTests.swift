import Primitives
import Testing

@testable import Ledger

/// Decisions 12: parameters are rows, and a change takes effect at the next epoch.
@Suite struct ParametersTests {
  private func row(_ number: UInt64) -> ParameterRow {
    ParameterRow(
      pointer: Digest(w0: number, w1: 1, w2: 2, w3: 3), value: 10, minimum: 1, maximum: 100,
      maximumStep: 5, cooldown: 60, proposalClass: 2)
  }

  @Test func changesWaitForTheEpoch() {
    var ledger = Fixtures.ledger()
    let indexes = (0..<3).map { ledger.declare(row($0)) }
    ledger.propose(indexes[2], 0, now: LogicalTime(9))
    ledger.propose(indexes[0], 12, now: LogicalTime(9))
    ledger.propose(indexes[0], 13, now: LogicalTime(10))
    #expect(ledger.parameters[indexes[0]].value == 10)
    #expect(ledger.parameters[indexes[0]].hasPending)
    ledger.scope.close()
    let changed = ledger.applyPending()
    #expect(changed == [indexes[0], indexes[2]], "in row order")
    #expect(indexes.map { ledger.parameters[$0].value } == [13, 10, 0])
    #expect(ledger.parameters[indexes[0]].changedAt == 10)
    let again = ledger.applyPending()
    #expect(again == [])
    ledger.undo(to: 0)
    #expect(ledger.parameters[indexes[0]].hasPending)
    #expect(ledger.parameters[indexes[2]].value == 10, "a pending zero is a change as well")
  }

  @Test func foundByPointerAndForgottenWithUndo() {
    var ledger = Fixtures.ledger()
    let mark = ledger.scope.mark
    let indexes = (0..<40).map { ledger.declare(row($0)) }
    for (number, index) in indexes.enumerated() {
      #expect(ledger.parameters.find(row(UInt64(number)).pointer) == index)
    }
    ledger.undo(to: mark)
    #expect(ledger.parameters.find(row(3).pointer) == nil)
    #expect(ledger.parameters.table.count == 0)
  }
}
