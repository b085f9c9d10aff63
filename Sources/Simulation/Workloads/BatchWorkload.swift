internal import Economy
internal import Primitives

/// Members who pay several others at once, now and then more than they have. The model: all of it
/// happens or none, and none of it shows but nonce and fee.
struct BatchWorkload: Workload {
  private var faults: [String] = []

  static var module: UInt8 { Batch.number }
  var share: Int { 25 }

  mutating func step(_ world: inout World) {
    let payer = world.member()
    let payees = (0...world.generator.below(3)).map { _ in world.member() }
    let wei = world.state.genesis.network.weiPerUnit
    var paid: UInt128 = 0
    var value: UInt128 = 0
    var calls: [ABITree] = []
    for payee in payees {
      let isValue = world.generator.chance(oneIn: 3)
      let units = world.part(of: world.spendable(payer) / 8)
      if payee != payer { paid += units }
      if isValue { value += units * wei }
      calls.append(
        .list([
          .account(isValue ? payee : SystemAddress.module(Token.number)),
          ABITree(isValue ? units * wei : 0),
          .bytes(
            isValue
              ? [] : Surface.data(Token.number, "transfer", [.account(payee), ABITree(units)])
          ),
        ]))
    }
    if world.generator.chance(oneIn: 4) {
      calls.append(
        .list([
          .account(SystemAddress.module(Token.number)), ABITree(0),
          .bytes(Surface.data(Token.number, "burn", [ABITree(world.spendable(payer) + (1 << 90))])),
        ]))
    }
    let everybody = payees + [payer]
    let before = everybody.map { world.balance($0) }
    let reply = world.send(Batch.number, "execute", [.list(calls)], by: payer, value: value)
    let after = everybody.map { world.balance($0) }
    guard reply.isSuccess || reply.rejection != nil else { return }
    let fee = world.fee(of: Surface.call(Batch.number, "execute", [.list(calls)]))
    let left = before[payees.count] - fee - (reply.isSuccess ? paid : 0)
    if after[payees.count] != left {
      faults.append("a batch left \(after[payees.count]) to its signer, not \(left)")
    }
    guard !reply.isSuccess else { return }
    for (place, payee) in payees.enumerated() where payee != payer {
      if after[place] != before[place] {
        faults.append("a refused batch changed \(Hex.text(payee.bytes))")
      }
    }
  }

  func check(_ world: borrowing World) -> [String] { faults }
}
