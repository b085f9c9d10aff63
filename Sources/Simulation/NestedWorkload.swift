internal import Economy
internal import Primitives

/// Batches and multicalls of the token's calls: with parts that fail, value, queries, calls inside
/// calls, and the same call twice (incidents 1 and 2).
extension TokenWorkload {
  mutating func carrying(
    _ sender: Address, _ model: TokenModel
  ) -> (to: Address, value: UInt128, call: DecodedCall) {
    let isBatch = generator.chance(oneIn: 2)
    let payer = isBatch ? sender : SystemAddress.multicall3
    var calls: [Multicall.Call3Value] = []
    for _ in 0..<generator.below(6) {
      if let last = calls.last, generator.chance(oneIn: 8) {
        calls.append(last)
      } else {
        calls.append(carried(by: payer, for: sender, model))
      }
    }
    var value: UInt128 = 0
    for call in calls { value = value &+ (call.value.narrow ?? 0) }
    if isBatch {
      let batch = calls.map {
        Batch.Call(target: $0.target, value: $0.value, callData: $0.callData)
      }
      return (
        SystemAddress.module(Batch.number), value,
        DecodedCall(
          module: Batch.number, place: 0, operation: .batch(.execute(Batch.Execute(batch))))
      )
    }
    let isPayable = value > 0 || generator.chance(oneIn: 4)
    return (
      SystemAddress.multicall3, value,
      DecodedCall(
        module: Multicall.number, place: isPayable ? 5 : UInt8(generator.below(5)),
        operation: .multicall(.aggregate(Multicall.Aggregate(.results, calls))))
    )
  }

  private mutating func carried(
    by payer: Address, for sender: Address, _ model: TokenModel
  ) -> Multicall.Call3Value {
    let token = SystemAddress.module(Token.number)
    let small = UInt128(generator.below(50))
    var target = token
    var value: UInt128 = 0
    var data: [UInt8]
    switch generator.below(12) {
    case 0, 1, 2:
      target = receiver(sender)
      if SystemAddress.moduleNumber(target) == nil { value = small * rules.weiPerUnit }
      data = []
    case 3: data = Surface.data(1, "approve", [.account(spender()), ABITree(small)])
    case 4: data = Surface.data(1, "burn", [ABITree(small)])
    case 5:
      let owner = member()
      let most = min(model.allowance(owner, payer).low, model.balance(owner))
      let units = min(most, small)
      data = Surface.data(
        1, "transferFrom", [.account(owner), .account(receiver(sender)), ABITree(units)])
    case 6: data = [0x18, 0x16, 0x0d, 0xdd]
    case 7:
      target = SystemAddress.module(Batch.number)
      data = Surface.data(Batch.number, "execute", [.list([])])
    case 8: data = [1, 2, 3, 4]
    case 9:
      value = generator.chance(oneIn: 2) ? rules.weiPerUnit : 1
      data = Surface.data(1, "approve", [.account(member()), ABITree(small)])
    default:
      let units = generator.chance(oneIn: 12) ? model.balance(payer) : small
      data = Surface.data(1, "transfer", [.account(receiver(sender)), ABITree(units)])
    }
    return Multicall.Call3Value(
      target: target, allowFailure: generator.chance(oneIn: 2), value: UInt256(value),
      callData: data)
  }
}
