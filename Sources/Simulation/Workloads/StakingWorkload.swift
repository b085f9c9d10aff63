internal import Economy
internal import Primitives

/// Members who stake, claim, compound, leave early and late, pass receipts on and name others for
/// them; an attester who moves scores; revenue that arrives. Beside it stands `StakingModel`.
struct StakingWorkload: Workload {
  private var model = StakingModel()
  /// Open receipts, for picking one, and whose each is.
  private var receipts: [UInt128] = []
  private var places: [UInt128: Int] = [:]
  private var owners: [UInt128: Address] = [:]
  private var locks: [UInt128] = []
  private var minima: [UInt128] = []
  /// True where each lock has a minimum of its own.
  private var minimaByLock = false
  private var bonuses = 0
  private var attester = Address.zero
  private var ratesChanged = false
  private var faults: [String] = []

  private var payable = Address.zero

  /// Rewards that members received or compounded, that burned, that went back to the pool, and
  /// everything that left the account where claims are paid, whatever for.
  private(set) var paid: UInt128 = 0
  private(set) var burned: UInt128 = 0
  private(set) var forfeited: UInt128 = 0
  private(set) var outflow: UInt128 = 0

  static var module: UInt8 { Staking.number }
  var share: Int { 500 }

  mutating func setUp(_ world: inout World) {
    attester = world.holder(of: .quality)
    let plan = world.state.genesis.plans.staking
    bonuses = plan.bonuses.count
    payable = SystemAddress.account(plan.payable)
    switch plan.rates {
    case .tiers(let tiers, let locks):
      self.locks = locks.map { UInt128($0.duration.count) }
      minima = tiers.map(\.minimum.units)
    case .periods(let periods):
      locks = periods.map { UInt128($0.duration.count) }
      minima = periods.map(\.minimum.units)
      minimaByLock = true
    }
    model.open(budget: world.ask(Staking.number, "rewards")?.number("budget") ?? 0)
  }

  // Acts

  mutating func step(_ world: inout World) {
    guard !locks.isEmpty else { return }
    let choice = world.generator.below(100)
    if choice < 28 || receipts.isEmpty { return stake(&world) }
    let receipt = receipts[world.generator.below(receipts.count)]
    let owner = world.generator.chance(oneIn: 60) ? world.member() : owners[receipt] ?? .zero
    let id = ABITree(receipt)
    switch choice {
    case ..<56: world.send(Staking.number, "claim", id, by: owner)
    case ..<66: world.send(Staking.number, "compound", id, by: owner)
    case ..<67: world.send(Staking.number, "exitEarly", id, by: owner)
    case ..<86: world.send(Staking.number, "unstake", id, by: owner)
    case ..<90: passOn(id, of: owner, &world)
    case ..<92:
      world.send(Staking.number, "setBeneficiary", id, .account(world.member()), by: owner)
    case ..<93: world.send(Staking.number, "setDelegate", .account(world.member()), by: owner)
    case ..<98 where bonuses > 0: score(owner, &world)
    default: deposit(&world)
    }
  }

  private func stake(_ world: inout World) {
    let member = world.generator.chance(oneIn: 3) ? world.wealthy() : world.member()
    // What stays pays for claims.
    let most = world.spendable(member) / 50 * 49
    // As a rule a row that the member can afford; now and then too little for any.
    let affordable = world.generator.chance(oneIn: 20) ? minima : minima.filter { $0 <= most }
    guard !affordable.isEmpty else { return }
    let row = world.generator.below(affordable.count)
    let lock =
      minimaByLock ? min(row, locks.count - 1) : world.generator.below(locks.count)
    let over = world.generator.amount(upTo: affordable[row])
    let units =
      world.generator.chance(oneIn: 5)
      ? max(most / 3, affordable[row]) : min(most, affordable[row] + over)
    world.send(Staking.number, "stake", ABITree(units), ABITree(locks[lock]), by: member)
  }

  /// A receipt given away, by its owner or by whom the owner allows, in each of ERC-721's ways.
  private func passOn(_ id: ABITree, of owner: Address, _ world: inout World) {
    let to = ABITree.account(world.member())
    let from = ABITree.account(owner)
    switch world.generator.below(5) {
    case 0: world.send(Staking.number, "safeTransferFrom", from, to, id, by: owner)
    case 1: world.send(Staking.number, "safeTransferFrom", from, to, id, .bytes([7]), by: owner)
    case 2:
      let other = world.member()
      world.send(Staking.number, "approve", .account(other), id, by: owner)
      world.send(Staking.number, "transferFrom", from, to, id, by: other)
    case 3:
      let other = world.member()
      for isAllowed in [true, false] {
        world.send(
          Staking.number, "setApprovalForAll", .account(other), .flag(isAllowed), by: owner)
        world.send(Staking.number, "transferFrom", from, to, id, by: other)
      }
    default: world.send(Staking.number, "transferFrom", from, to, id, by: owner)
    }
  }

  private func score(_ account: Address, _ world: inout World) {
    let bonus = ABITree(UInt128(world.generator.below(bonuses)))
    if world.generator.chance(oneIn: 4) {
      world.send(Staking.number, "clearBonusScore", .account(account), bonus, by: attester)
    } else {
      let score = ABITree(world.generator.amount(upTo: 10_000))
      world.send(Staking.number, "setBonusScore", .account(account), bonus, score, by: attester)
    }
  }

  private func deposit(_ world: inout World) {
    let member = world.wealthy()
    let units = ABITree(world.spendable(member) / 10_000)
    let isFeeShare = world.state.genesis.plans.staking.feeShare != nil
    world.send(
      Staking.number, isFeeShare ? "depositFeeShare" : "depositRevenue", units, by: member)
  }

  // What happened

  mutating func observe(_ news: News, _ world: inout World) {
    if news.isFrom(Parameters.number, "ParameterChanged") { ratesChanged = true }
    if news.module == 0, news.happening.address("from") == payable {
      let units = news.happening.number("value") ?? 0
      outflow += units
      if news.happening.address("to") == .zero { burned += units }
    }
    guard news.module == Staking.number else { return }
    model.advance(to: news.time)
    let event = news.happening
    let number = event.number("position") ?? event.number("tokenId") ?? 0
    switch news.name {
    case "Transfer": passOn(event, world)
    case "Staked": reweigh(number, world)
    case "Claimed":
      settle(number, event.number("paid"), event.number("burned"))
    case "Compounded":
      settle(number, event.number("added"), event.number("burned"))
      reweigh(number, world)
    case "ExitedEarly":
      let units = event.number("forfeited") ?? 0
      if let objection = model.objection(units, of: number) { faults.append(objection) }
      forfeited += units
      end(number)
    case "Unstaked": end(number)
    case "Repriced": reprice(number, world)
    case "BonusScoreSet", "BonusScoreCleared":
      let positions = event.address("account").flatMap {
        world.ask(Staking.number, "positionsOf", .account($0))?.first?.elements
      }
      for position in positions ?? [] { reweigh(position.number ?? 0, world) }
    case "StakingEpochOpened": turn(event, world)
    default: break
    }
  }

  private mutating func passOn(_ event: Happening, _ world: borrowing World) {
    let number = event.number("tokenId") ?? 0
    let to = event.address("to") ?? .zero
    if to == .zero { return }
    if owners.updateValue(to, forKey: number) == nil {
      places[number] = receipts.count
      receipts.append(number)
    } else {
      reweigh(number, world)
    }
  }

  /// The weight of F4, from the position's public facts.
  private mutating func reweigh(_ number: UInt128, _ world: borrowing World) {
    guard let facts = world.ask(Staking.number, "position", ABITree(number)),
      let principal = facts.number("principal"), let apr = facts.number("apr"),
      let bonus = facts.number("bonus")
    else { return }
    model.set(number, weight: principal * apr * (10_000 + bonus))
  }

  private mutating func settle(_ number: UInt128, _ paid: UInt128?, _ burned: UInt128?) {
    let units = (paid ?? 0) + (burned ?? 0)
    if let objection = model.objection(units, of: number) { faults.append(objection) }
    model.take(units, of: number)
    self.paid += paid ?? 0
  }

  private mutating func end(_ number: UInt128) {
    model.set(number, weight: 0)
    owners[number] = nil
    guard let place = places.removeValue(forKey: number), let last = receipts.popLast() else {
      return
    }
    if last != number {
      receipts[place] = last
      places[last] = place
    }
  }

  /// A lock has ended; its row may have burned a part of what was pending, a fifth at most.
  private mutating func reprice(_ number: UInt128, _ world: borrowing World) {
    let left = world.ask(Staking.number, "pending", ABITree(number))?.first?.number ?? 0
    let (pending, doubt) = model.pending(number)
    if left > pending + doubt || left + doubt < pending - pending / 5 {
      faults.append("position \(number) keeps \(left) of \(pending) at its lock's end")
    }
    model.leave(left, to: number)
    reweigh(number, world)
  }

  private mutating func turn(_ event: Happening, _ world: borrowing World) {
    let budget = event.number("budget") ?? 0
    model.open(budget: budget)
    let pool = world.ask(
      Pools.number, "pool", .text(world.state.genesis.plans.staking.pool))
    let may = (pool?.number("scheduled") ?? 0) + (pool?.number("topUps") ?? 0)
    let spent = pool?.number("spent") ?? 0
    if budget + spent > may { faults.append("an epoch may spend \(budget) of \(may - spent)") }
    guard ratesChanged else { return }
    ratesChanged = false
    for number in receipts { reweigh(number, world) }
  }

  func check(_ world: borrowing World) -> [String] {
    var found = faults
    guard let rewards = world.ask(Staking.number, "rewards") else { return found }
    if rewards.number("totalWeight") != model.weight {
      found.append("all positions weigh \(model.weight) together")
    }
    if rewards.number("positions") != UInt128(receipts.count) {
      found.append("\(receipts.count) receipts stand")
    }
    // Every unit that anybody received came out of schedule and top-ups.
    let pool = world.ask(Pools.number, "pool", .text(world.state.genesis.plans.staking.pool))
    let spent = pool?.number("spent") ?? 0
    if outflow > spent { found.append("\(outflow) units were paid of \(spent)") }
    if paid + burned + forfeited > outflow {
      found.append("\(paid) + \(burned) + \(forfeited) are more than the \(outflow) that left")
    }
    return found
  }
}
