/// What every call costs, from the economy file (decision N01); fixed at genesis.
public struct GasTable: Sendable {
  /// By module number, then by the call's place in its declaration.
  private let gas: [[UInt64]]

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
  }

  /// Gas that a call uses when it runs to its end, a multiple of 1,000.
  public func needed(_ call: DecodedCall) -> UInt64 {
    let module = Int(call.module)
    let place = Int(call.place)
    guard module < gas.count, place < gas[module].count else { return Kernel.intrinsicGas }
    return gas[module][place]
  }
}
