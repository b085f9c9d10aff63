internal import Economy
internal import Ledger
internal import Primitives

/// What agents decide. Amounts are whole units, shares are rounded down.
extension Forecast {
  /// More positions than this an agent does not open.
  private static var mostPositions: Int { 12 }

  private func share(_ units: UInt128, _ assumption: Assumption) -> UInt128 {
    units / 10_000 * UInt128(settings.assumptions[assumption])
      + units % 10_000 * UInt128(settings.assumptions[assumption]) / 10_000
  }

  /// What an agent may spend and still pay for three operations.
  private mutating func spendable(_ place: Int) -> UInt128 {
    guard let account = account(place) else { return 0 }
    let (held, reserve) = (world.spendable(account), 3 * world.fee)
    return held > reserve ? held - reserve : 0
  }

  private mutating func account(_ place: Int) -> AccountIndex? {
    if let account = agents[place].account { return account }
    agents[place].account = world.find(agents[place].address)
    return agents[place].account
  }

  private mutating func send(_ call: DecodedCall, by place: Int) -> AgentWorld.Reply? {
    account(place).map { world.send(call, by: $0) }
  }

  /// A member's own day, and when the next one is.
  mutating func decide(_ place: Int) {
    let kind = agents[place].kind
    switch kind {
    case .holder: buy(place)
    case .seller: sell(place, .sales)
    case .contributor: sell(place, .contributorSales)
    case .insider:
      release(place)
      sell(place, .insiderSales)
    case .staker, .compounder, .sybil:
      harvest(place)
      buy(place)
      stake(place)
    case .whale:
      harvest(place)
      if coverage < 5_000 { sell(place, .whaleSales) } else { buy(place, times: 10) }
      stake(place)
    case .claimer:
      let before = spendable(place)
      harvest(place)
      let now = spendable(place)
      if now > before { transfer(now - before, from: place, to: market, counts: true) }
      if agents[place].stream.chance(oneIn: 4) {
        buy(place)
        stake(place)
      }
    case .customer, .market: break
    }
    let cadence = Int(settings.assumptions[kind == .claimer ? .claimDays : .decisionDays])
    let jitter = kind == .insider ? 100 : 75 + agents[place].stream.below(51)
    agents[place].nextDay = day + max(1, cadence * jitter / 100)
  }

  // The market

  private mutating func buy(_ place: Int, times: UInt128 = 1) {
    let units = share(spendable(market), .purchases) * times
    transfer(min(units, spendable(market)), from: market, to: place, counts: true)
  }

  private mutating func sell(_ place: Int, _ part: Assumption) {
    transfer(share(spendable(place), part), from: place, to: market, counts: true)
  }

  private mutating func transfer(_ units: UInt128, from: Int, to: Int, counts: Bool) {
    guard units > world.fee, from != to else { return }
    let reply = send(AgentCall.transfer(units, to: agents[to].address), by: from)
    guard reply?.isSuccess == true, counts else { return }
    if to == market { flows.sold += units } else { flows.bought += units }
  }

  /// A payment to any other member: up to a thousandth of what is there.
  mutating func pay(_ place: Int) {
    guard let account = account(place) else { return }
    let held = world.spendable(account)
    guard held > 8 * world.fee else { return }
    let draw = agents[place].stream.next()
    let units = ((held >> 10) * UInt128(draw & 0xffff)) >> 16
    // Thirty-two bits of the draw as a place below the market's.
    let other = Int(truncatingIfNeeded: ((draw >> 32) * UInt64(market)) >> 32)
    guard units > 0, other != place else { return }
    _ = world.send(AgentCall.transfer(units, to: agents[other].address), by: account)
  }

  // Staking

  private mutating func harvest(_ place: Int) {
    let isPatient = agents[place].kind == .compounder || agents[place].kind == .whale
    var kept: [Agent.Position] = []
    for position in agents[place].positions {
      if let left = harvest(position, of: place, isPatient: isPatient) { kept.append(left) }
    }
    agents[place].positions = kept
  }

  /// Takes what a position has earned, and the principal where the lock is over; what is left.
  private mutating func harvest(
    _ position: Agent.Position, of place: Int, isPatient: Bool
  ) -> Agent.Position? {
    let receipt = position.receipt
    if world.now >= position.lockEnd {
      return earn(AgentCall.unstake(receipt), by: place, takes: position.principal) == nil
        ? position : nil
    }
    if agents[place].kind == .staker,
      UInt64(agents[place].stream.below(10_000)) < settings.assumptions[.earlyExits]
    {
      guard let reply = send(AgentCall.exitEarly(receipt), by: place), reply.isSuccess else {
        return position
      }
      flows.penalties += position.principal - min(position.principal, reply.number)
      return nil
    }
    let pending = pending(receipt)
    guard pending > 4 * world.fee else { return position }
    guard isPatient else {
      _ = earn(AgentCall.claim(receipt), by: place, takes: 0)
      return position
    }
    guard pending >= world.state.genesis.plans.staking.minimumCompound.units else {
      return position
    }
    var grown = position
    if let principal = earn(AgentCall.compound(receipt), by: place, takes: 0) {
      agents[place].earned += principal - position.principal
      flows.earned += principal - position.principal
      grown.principal = principal
    }
    return grown
  }

  private func pending(_ receipt: UInt64) -> UInt128 {
    (try? world.state.pending(Staking.ReceiptID(receipt)))?.units ?? 0
  }

  /// Sends what pays out rewards, and counts what arrived beside the principal that it returns.
  private mutating func earn(
    _ call: DecodedCall, by place: Int, takes principal: UInt128
  ) -> UInt128? {
    guard let account = account(place) else { return nil }
    let before = world.spendable(account)
    let reply = world.send(call, by: account)
    guard reply.isSuccess else { return nil }
    // Nothing arrives where a blocked account's payments wait in quarantine.
    let (now, due) = (world.spendable(account) + reply.fee, before + principal)
    let arrived = now - min(now, due)
    agents[place].earned += arrived
    flows.earned += arrived
    return reply.number
  }

  private mutating func stake(_ place: Int) {
    guard agents[place].positions.count < Self.mostPositions,
      let least = rates.map(\.minimum.units).min()
    else { return }
    let kind = agents[place].kind
    var units = share(spendable(place), .stakeShare)
    if kind == .sybil {
      guard agents[place].positions.isEmpty else { return }
      units = min(spendable(place), least)
    }
    // For each lock the highest row that the principal reaches.
    let reached = rates.filter { $0.minimum.units <= units }
    var rows: [Staking.RateFacts] = []
    for row in reached {
      if let known = rows.firstIndex(where: { $0.lock == row.lock }) {
        rows[known] = row
      } else {
        rows.append(row)
      }
    }
    guard !rows.isEmpty else { return }
    var chosen = rows[agents[place].stream.below(rows.count)]
    if kind == .compounder || kind == .whale {
      for row in rows where row.paid > chosen.paid { chosen = row }
    }
    guard UInt64(chosen.paid.value) >= agents[place].required else {
      flows.refrained += 1
      return
    }
    guard let reply = send(AgentCall.stake(units, lock: chosen.lock), by: place), reply.isSuccess
    else { return }
    agents[place].positions.append(
      Agent.Position(
        receipt: UInt64(truncatingIfNeeded: reply.number),
        lockEnd: world.now + chosen.lock.count, principal: units))
  }

  // Vesting

  /// Anyone may release a grant: its holder pays no fee for what others would send.
  private mutating func release(_ place: Int) {
    let wallets = world.state.genesis.plans.vesting.wallets
    for (row, wallet) in wallets.enumerated() where wallet.beneficiary == agents[place].address {
      let grant = UInt64(row + 1)
      let open = (try? world.state.releasable(grant))?.units ?? 0
      guard open > 0 else { continue }
      let reply = world.act(AgentCall.release(grant), by: agents[place].address)
      if reply.isSuccess { flows.released += reply.number }
    }
  }

  // Services

  /// A customer's day: buys what it lacks, pays the platform's own fees and a provider.
  mutating func purchase(_ place: Int) {
    let mean = volume / UInt128(customers)
    var gross = mean * UInt128(50 + agents[place].stream.below(101)) / 100
    flows.asked += gross
    let held = spendable(place)
    if held < gross {
      transfer(
        min(gross - held + world.fee, spendable(market)), from: market, to: place, counts: true)
    }
    gross = min(gross, spendable(place))
    let fees = share(gross, .platformFees)
    var settled: UInt128 = 0
    if fees > 0, send(AgentCall.platformFee(fees), by: place)?.isSuccess == true {
      settled += fees
      flows.platformFees += fees
    }
    let names = world.state.genesis.plans.pools.fees.categories
    let provider = contributors[agents[place].stream.below(contributors.count)]
    if !names.isEmpty {
      let category = names[agents[place].stream.below(names.count)].name
      let price = gross - fees
      if world.settle(
        price, category: category, from: agents[place].address, to: agents[provider].address)
      {
        settled += price
      }
    }
    flows.settled += settled
  }
}
