internal import Ledger
public import Primitives

extension EconomyState {
  /// A parameter's value, bounds and what waits.
  public borrowing func parameter(_ pointer: String) throws(Rejection) -> Parameters.Facts {
    let parameter = try guardPointer(pointer)
    return Parameters.Facts(
      pointer: pointer, row: ledger.parameters[parameter], now: ledger.time)
  }

  /// How many parameters there are; fixed at genesis.
  public borrowing func parameterCount() -> UInt32 {
    UInt32(truncatingIfNeeded: ledger.parameters.table.count)
  }

  /// The pointer of the parameter with that number, which rejections name; empty past the last.
  public borrowing func parameterPointer(_ number: UInt32) -> String {
    guard Int(number) < ledger.parameters.table.count else { return "" }
    let digest = ledger.parameters.table[Int(number)].pointer
    return String(decoding: ledger.contents[digest] ?? [], as: UTF8.self)
  }

  /// Every limit with its members' present values, in the order that rejections count.
  public borrowing func parameterLimits() -> [Parameters.LimitFacts] {
    genesis.plans.parameters.limits.map { limit in
      Parameters.LimitFacts(
        name: limit.name, pointers: limit.members.map(\.pointer),
        values: limit.members.map { value($0) })
    }
  }
}
