internal import Ledger
internal import Primitives

extension Multicall {
  /// Everything that can be asked of the module.
  public enum Operation: Sendable {
    case aggregate(Aggregate)
  }

  /// Runs calls in order, each alone.
  public struct Aggregate: Sendable {
    /// What is returned, besides the calls' own answers.
    public enum Form: Sendable {
      /// The block's number and the data of all, which must all succeed.
      case data
      /// A result for each.
      case results
      /// The block's number and hash, then a result for each.
      case blockAndResults
    }

    /// What is returned.
    public let form: Form
    /// Understood beforehand; empty where there are too many.
    public let calls: [NestedCall]
    /// Whether each may fail without the rest.
    public let mayFail: [Bool]
    /// How many there were.
    public let count: Int

    /// - Parameter calls: as they came; more than may be are not even looked at.
    public init(_ form: Form, _ calls: [Call3Value]) {
      self.form = form
      count = calls.count
      guard count <= Limits.batchCalls else {
        self.calls = []
        mayFail = []
        return
      }
      self.calls = calls.map { NestedCall(to: $0.target, value: $0.value, data: $0.callData) }
      mayFail = calls.map(\.allowFailure)
    }
  }
}

extension EconomyState {
  mutating func apply(
    _ operation: Multicall.Operation, of call: TransactionCall, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    switch operation {
    case .aggregate(let operation): try apply(operation, of: call, by: sender)
    }
  }

  /// The calls' own writes are taken back by the kernel where one that must not fail does.
  mutating func apply(
    _ operation: Multicall.Aggregate, of call: TransactionCall, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    guard operation.count <= Limits.batchCalls else {
      throw Multicall.rejection(
        .tooManyCalls, Word(UInt128(operation.count)), Word(UInt128(Limits.batchCalls)))
    }
    let needed = BatchRules.sum(operation.calls.map(\.value))
    guard needed == UInt256(call.value) else { throw Multicall.rejection(.valueMismatch) }
    let carrier = ledger.account(SystemAddress.multicall3, flags: .system)
    let before = ledger.balance(.token, carrier)
    try advance(call.value, from: sender, to: carrier)
    let results = try results(of: operation, call, carrier)

    // Accepted from here.
    giveBack(above: before, from: carrier, to: sender)
    let failed = results.count { !$0.success }
    ledger.events.begin(module: Multicall.number, code: Multicall.Event.aggregated.rawValue)
    ledger.events.topic(Word(ledger.accounts[sender].address))
    ledger.events.data(Word(UInt128(operation.count)))
    ledger.events.data(Word(UInt128(failed)))
    return .bytes(Multicall.encode(results, operation.form, height: ledger.height))
  }

  private mutating func results(
    of operation: Multicall.Aggregate, _ call: TransactionCall, _ carrier: AccountIndex
  ) throws(Rejection) -> [Multicall.Result] {
    var results: [Multicall.Result] = []
    var size = 0
    for (place, nested) in operation.calls.enumerated() {
      let result: Multicall.Result
      do throws(Rejection) {
        result = Multicall.Result(
          success: true, returnData: try run(nested, of: call, by: carrier))
      } catch {
        guard operation.mayFail[place] else {
          throw Multicall.rejection(.callFailed, Word(UInt128(place)))
        }
        result = Multicall.Result(success: false, returnData: Registry.revertData(error))
      }
      size += result.returnData.count
      guard size <= Limits.batchAnswerBytes else {
        throw Multicall.rejection(.answerTooLarge, Word(UInt128(Limits.batchAnswerBytes)))
      }
      results.append(result)
    }
    return results
  }
}
