internal import Economy
internal import Primitives

/// Members who top pools up, platform fees, grants by votes. The model checks that every pool's
/// books close: what it holds is what it began with and took in, less what it spent, and it never
/// spent more than schedule and top-ups.
struct PoolsWorkload: Workload {
  private var opening: [(name: String, units: UInt128)] = []
  private var executor = Address.zero

  static var module: UInt8 { Pools.number }
  var share: Int { 45 }

  mutating func setUp(_ world: inout World) {
    executor = world.holder(of: .executor)
    for pool in world.state.genesis.plans.pools.pools {
      opening.append((pool.name, world.balance(SystemAddress.account(pool.name))))
    }
  }

  mutating func step(_ world: inout World) {
    guard !opening.isEmpty else { return }
    let pool = opening[world.generator.below(opening.count)].name
    let member = world.wealthy()
    switch world.generator.below(8) {
    case 0:
      let units = world.spendable(member) / 5_000
      world.send(Pools.number, "topUp", .text(pool), ABITree(units), by: member)
    case 1:
      let budget = world.ask(Pools.number, "pool", .text(pool))?.number("budget") ?? 0
      let units = world.part(of: budget)
      world.send(
        Pools.number, "grant", .text(pool), .account(member), ABITree(units), by: executor)
    default:
      let units = world.spendable(member) / 20_000
      world.send(Pools.number, "payPlatformFee", ABITree(units), by: member)
    }
  }

  func check(_ world: borrowing World) -> [String] {
    var found: [String] = []
    for (name, units) in opening {
      guard let facts = world.ask(Pools.number, "pool", .text(name)),
        let balance = facts.number("balance"), let topUps = facts.number("topUps"),
        let spent = facts.number("spent"), let scheduled = facts.number("scheduled")
      else {
        found.append("\(name) has no books")
        continue
      }
      if balance + spent != units + topUps {
        found.append("\(name) holds \(balance): \(units) + \(topUps) came in, \(spent) went out")
      }
      if spent > scheduled + topUps {
        found.append("\(name) spent \(spent) of \(scheduled) + \(topUps)")
      }
    }
    return found
  }
}
