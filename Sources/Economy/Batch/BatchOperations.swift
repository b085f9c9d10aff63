internal import Ledger
internal import Primitives

extension Batch {
  /// Everything that can be asked of the module.
  public enum Operation: Sendable {
    case execute(Execute)
  }

  /// Runs calls in order, all or none.
  public struct Execute: Sendable {
    /// Understood beforehand; empty where there are too many.
    public let calls: [NestedCall]
    /// How many there were.
    public let count: Int

    /// - Parameter calls: as they came; more than may be are not even looked at.
    public init(_ calls: [Call]) {
      count = calls.count
      self.calls =
        calls.count <= Limits.batchCalls
        ? calls.map { NestedCall(to: $0.target, value: $0.value, data: $0.callData) } : []
    }
  }
}

extension EconomyState {
  mutating func apply(
    _ operation: Batch.Operation, of call: TransactionCall, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    switch operation {
    case .execute(let operation): try apply(operation, of: call, by: sender)
    }
  }

  /// The calls' own writes are taken back by the kernel where a later call is refused.
  mutating func apply(
    _ operation: Batch.Execute, of call: TransactionCall, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    guard operation.count > 0 else { throw Batch.rejection(.empty) }
    guard operation.count <= Limits.batchCalls else {
      throw Batch.rejection(
        .tooManyCalls, Word(UInt128(operation.count)), Word(UInt128(Limits.batchCalls)))
    }
    let needed = BatchRules.sum(operation.calls.map(\.value)) ?? .max
    guard needed == UInt256(call.value) else {
      throw Batch.rejection(.valueMismatch, Word(call.value), Word(needed))
    }
    var results: [[UInt8]] = []
    var size = 0
    for (place, nested) in operation.calls.enumerated() {
      do throws(Rejection) {
        results.append(try run(nested, of: call, by: sender))
      } catch {
        throw error.within(place: place)
      }
      size += results[place].count
      guard size <= Limits.batchAnswerBytes else {
        throw Batch.rejection(.answerTooLarge, Word(UInt128(Limits.batchAnswerBytes)))
      }
    }

    // Accepted from here.
    ledger.events.begin(module: Batch.number, code: Batch.Event.executed.rawValue)
    ledger.events.topic(Word(ledger.accounts[sender].address))
    ledger.events.data(Word(UInt128(operation.count)))
    return .bytes(ABIWriter.encode(results))
  }
}
