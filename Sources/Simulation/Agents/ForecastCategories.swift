internal import Economy
internal import EconomyFile
internal import Ledger
internal import Primitives

/// Where units stand: every account of the ledger belongs to one category, so that the categories
/// sum to the whole supply.
struct ForecastCategories {
  /// Names for people, in the order of the samples.
  let names: [String]
  private let places: [Address: Int]
  private let members: Int
  private let funds: Int
  private let market: Int
  let staked: Int
  let waiting: Int
  let burned: Int
  /// Categories that are no part of what circulates: wallets of the file that are not released.
  let wallets: Range<Int>

  init(_ document: EconomyDocument) {
    var names = document.allocations.map(\.label)
    var places: [Address: Int] = [:]
    for (row, allocation) in document.allocations.enumerated() {
      for wallet in allocation.children.flatMap(\.wallets) {
        places[SystemAddress.account(wallet.account)] = row
      }
    }
    wallets = 0..<names.count
    func add(_ name: String) -> Int {
      names.append(name)
      return names.count - 1
    }
    staked = add("Staked")
    waiting = add("Rewards to claim")
    funds = add("Funds and fees")
    market = add("Market")
    members = add("Members, liquid")
    burned = add("Burned")
    let staking = document.genesis().plans.staking
    places[SystemAddress.account(staking.principal)] = staked
    places[SystemAddress.account(staking.payable)] = waiting
    if let share = staking.feeShare {
      places[SystemAddress.account(share.payableAccount)] = waiting
    }
    places[Agent.address("market")] = market
    places[.zero] = burned
    self.names = names
    self.places = places
  }

  /// What stands in each category now.
  func sums(_ state: borrowing EconomyState) -> [UInt128] {
    var sums = Array(repeating: UInt128(0), count: names.count)
    for row in 0..<state.ledger.accounts.count {
      let account = state.ledger.accounts[AccountIndex(row: UInt32(truncatingIfNeeded: row))]
      let place = places[account.address] ?? (account.flags.contains(.system) ? funds : members)
      sums[place] += account.balance.units
    }
    return sums
  }

  /// What members and the market hold, staked or not, and their rewards to claim.
  func circulating(_ sums: [UInt128]) -> UInt128 {
    sums[staked] + sums[waiting] + sums[market] + sums[members]
  }
}
