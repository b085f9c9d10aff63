import Cryptography
import Primitives
import Testing

@testable import Ledger

@Suite struct ContentsTests {
  private func text(_ number: Int) -> [UInt8] { Array("text \(number)".utf8) }

  @Test func keepsBytesWhileReferred() {
    var ledger = Fixtures.ledger()
    let digest = ledger.retain(text(1))
    #expect(digest == SHA256.hash(text(1)))
    #expect(ledger.retain(text(1)) == digest)
    ledger.release(digest)
    #expect(ledger.contents[digest] == text(1))
    ledger.release(digest)
    #expect(ledger.contents[digest] == nil)
    ledger.release(digest)
    #expect(ledger.contents.table.liveCount == 0)
  }

  /// A place that was freed and taken again gives its old bytes back when both are undone.
  @Test func undoRestoresTheBytesOfAReusedPlace() {
    var ledger = Fixtures.ledger()
    let old = ledger.retain(text(1))
    ledger.scope.close()
    ledger.release(old)
    let new = ledger.retain(text(2))
    #expect(ledger.contents.table.count == 1, "the place is taken again")
    #expect(ledger.contents[old] == nil && ledger.contents[new] == text(2))
    ledger.undo(to: 0)
    #expect(ledger.contents[old] == text(1) && ledger.contents[new] == nil)
  }

  /// Decisions 11: random life with nested savepoints beside a dictionary.
  @Test(arguments: [1, 2]) func agreeWithADictionary(seed: UInt64) {
    var ledger = Fixtures.ledger()
    var choices = Choices(seed)
    var model: [Int: Int] = [:]
    var savepoints: [(mark: Int, model: [Int: Int])] = []
    var faults = 0
    let digests = (0..<12).map { SHA256.hash(text($0)) }
    for _ in 0..<4_000 {
      let number = choices.below(12)
      switch choices.below(10) {
      case 0..<4:
        _ = ledger.retain(text(number))
        model[number, default: 0] += 1
      case 4..<8:
        ledger.release(digests[number])
        if let references = model[number] {
          model[number] = references == 1 ? nil : references - 1
        }
      case 8:
        if choices.below(4) == 0 {
          ledger.scope.close()
          savepoints.removeAll()
        } else if savepoints.count < 4 {
          savepoints.append((ledger.scope.mark, model))
        }
      default:
        guard let savepoint = savepoints.popLast() else { continue }
        ledger.undo(to: savepoint.mark)
        model = savepoint.model
      }
      for number in 0..<12 {
        let expected = model[number] == nil ? nil : text(number)
        if ledger.contents[digests[number]] != expected { faults += 1 }
      }
      if ledger.contents.table.liveCount != model.count { faults += 1 }
    }
    #expect(faults == 0)
    let agree = ledger.rootsAgree()
    #expect(agree)
  }
}
