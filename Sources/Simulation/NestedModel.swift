internal import Economy
internal import Primitives

/// Batches and multicalls once more: the whole model is copied before, and put back where it must.
extension TokenModel {
  mutating func run(_ batch: Batch.Execute, value: UInt128, by sender: Address) -> Bool {
    guard (1...256).contains(batch.count), sum(batch.calls) == value else { return false }
    let before = self
    for nested in batch.calls {
      guard carry(nested, by: sender) else {
        self = before
        return false
      }
    }
    return true
  }

  mutating func run(_ one: Multicall.Aggregate, value: UInt128, by sender: Address) -> Bool {
    let carrier = SystemAddress.multicall3
    let before = self
    guard one.count <= 256, sum(one.calls) == value,
      move(value / weiPerUnit, from: sender, to: carrier)
    else { return false }
    for (place, nested) in one.calls.enumerated() {
      let saved = self
      if carry(nested, by: carrier) { continue }
      self = saved
      guard one.mayFail[place] else {
        self = before
        return false
      }
    }
    // It held nothing before, for nobody can send it anything.
    move(balance(carrier), from: carrier, to: sender)
    return true
  }

  private func sum(_ calls: [NestedCall]) -> UInt128? {
    var sum: UInt128 = 0
    for nested in calls {
      guard let value = nested.value.narrow else { return nil }
      let (next, overflow) = sum.addingReportingOverflow(value)
      if overflow { return nil }
      sum = next
    }
    return sum
  }

  private mutating func carry(_ nested: NestedCall, by sender: Address) -> Bool {
    guard let value = nested.value.narrow else { return false }
    // The workload carries queries of the token that always answer.
    guard case .operation(let call) = nested.content else { return value == 0 }
    guard value % weiPerUnit == 0 else { return false }
    switch call.operation {
    case .value: return transfer(value / weiPerUnit, from: sender, to: nested.to)
    case .token(let operation): return value == 0 && perform(operation, by: sender)
    default: return false
    }
  }
}
