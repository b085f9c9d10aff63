internal import Economy
internal import Primitives

/// Life of the token: members pay each other, approve and burn. The model replays every posting of
/// every module into balances of its own.
extension TokenWorkload: Workload {
  static var module: UInt8 { Token.number }
  var share: Int { 300 }

  mutating func setUp(_ world: inout World) {
    // The log of the first state holds the postings of genesis, which begin the books.
    for holding in Self.opening(world.state.genesis) {
      books[holding.account, default: 0] += holding.units
    }
    supply = world.state.genesis.token.supply.units
  }

  /// What genesis leaves where.
  private static func opening(_ genesis: Genesis) -> [(account: Address, units: UInt128)] {
    var holdings: [(Address, UInt128)] = []
    for wallet in genesis.wallets {
      holdings.append((SystemAddress.account(wallet.name), wallet.units.units))
    }
    for grant in genesis.grants {
      for place in holdings.indices where holdings[place].0 == SystemAddress.account(grant.from) {
        let taken = min(holdings[place].1, grant.units.units)
        holdings[place].1 -= taken
        if taken == grant.units.units { break }
      }
      holdings.append((grant.to, grant.units.units))
    }
    return holdings
  }

  mutating func step(_ world: inout World) {
    let sender = world.member()
    let most = world.spendable(sender)
    let units = ABITree(world.part(of: most))
    switch world.generator.below(24) {
    case 20...: signedStep(sender, &world)
    case 0:
      let spender = world.member()
      world.send(
        Token.number, "approve", .account(spender), ABITree(most / 4), by: sender)
    case 1:
      let owner = world.member()
      let to = world.member()
      world.send(
        Token.number, "transferFrom", .account(owner), .account(to), ABITree(1), by: sender)
    case 2: world.send(Token.number, "burn", ABITree(most / 100_000), by: sender)
    case 3:
      let pool = world.state.genesis.plans.staking.pool
      world.send(
        Token.number, "transfer", .account(SystemAddress.account(pool)), ABITree(1), by: sender)
    case 4:
      let owner = world.member()
      world.send(Token.number, "approve", .account(sender), ABITree(3), by: owner)
      world.send(Token.number, "burnFrom", .account(owner), ABITree(1), by: sender)
    default:
      let to = world.member()
      world.send(Token.number, "transfer", .account(to), units, by: sender)
    }
  }

  mutating func observe(_ news: News, _ world: inout World) {
    guard news.module == 0, let from = news.happening.address("from"),
      let to = news.happening.address("to"), let units = news.happening.number("value")
    else { return }
    let held = books[from] ?? 0
    if held < units { faults.append("\(Hex.text(from.bytes)) paid what it did not have") }
    books[from] = held - min(held, units)
    books[to, default: 0] += units
  }

  func check(_ world: borrowing World) -> [String] {
    var found = faults
    var sum: UInt128 = 0
    for (account, units) in books {
      sum += units
      let held = world.balance(account)
      if held != units {
        found.append("\(Hex.text(account.bytes)) holds \(held), its postings say \(units)")
      }
    }
    if sum != supply { found.append("all balances sum to \(sum), the supply is \(supply)") }
    return found.sorted()
  }
}
