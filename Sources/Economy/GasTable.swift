/// What every call costs, from the economy file (decision N01); fixed at genesis.
public struct GasTable: Sendable {
  /// By module number, then by the call's place in its declaration.
  private let gas: [[UInt64]]
  /// What a carried query costs: as an operation without a line of its own.
  private let query: UInt64

  init(_ rules: Genesis.NetworkRules) {
    var table: [[UInt64]] = [[Kernel.intrinsicGas]]
    for module in Registry.modules {
      table.append(
        module.calls.map { call in
          let name = module.name + "." + call.name
          let named = rules.gas.first { $0.operation == name }?.thousands
          return max(Kernel.intrinsicGas, UInt64(named ?? rules.defaultGas) * 1_000)
        })
    }
    gas = table
    query = max(Kernel.intrinsicGas, UInt64(rules.defaultGas) * 1_000)
  }

  /// Gas that a call uses when it runs to its end, a multiple of 1,000: its own and that of the
  /// calls that it carries.
  public func needed(_ call: DecodedCall) -> UInt64 {
    switch call.operation {
    case .batch(.execute(let batch)): own(call) + carried(batch.calls)
    case .multicall(.aggregate(let one)): own(call) + carried(one.calls)
    default: own(call)
    }
  }

  private func carried(_ calls: [NestedCall]) -> UInt64 {
    calls.reduce(0) { sum, nested in
      switch nested.content {
      case .operation(let call): sum + own(call)
      case .query: sum + query
      }
    }
  }

  private func own(_ call: DecodedCall) -> UInt64 {
    let module = Int(call.module)
    let place = Int(call.place)
    guard module < gas.count, place < gas[module].count else { return Kernel.intrinsicGas }
    return gas[module][place]
  }
}
