internal import Economy
internal import EconomyFile
internal import Ledger
internal import Primitives

/// What offices do, and what modules that are still to come will: milestones, votes, rewards for
/// work, bonus scores, the growth of payments. None of it pays a fee.
extension Forecast {
  private func share(_ units: UInt128, _ assumption: Assumption) -> UInt128 {
    multiplyDivide(units, UInt128(settings.assumptions[assumption]), by: 10_000, .down) ?? 0
  }

  private mutating func contributor() -> Int {
    contributors[stream.below(contributors.count)]
  }

  /// At the start: some members are eligible for bonuses.
  mutating func setScores() {
    let bonuses = world.state.bonuses().count
    let attester = world.holder(of: .quality)
    for place in agents.indices where agents[place].kind != .market {
      for bonus in 0..<bonuses {
        let draw = UInt64(agents[place].stream.below(10_000))
        let score = agents[place].stream.below(10_001)
        guard draw < settings.assumptions[.scored] else { continue }
        world.act(
          AgentCall.score(
            agents[place].address, bonus: UInt8(truncatingIfNeeded: bonus), UInt32(score)),
          by: attester)
      }
    }
  }

  /// Every thirty days.
  mutating func actMonthly() {
    if day > 0 { growVolume() }
    spendByVotes()
    for place in world.state.genesis.plans.pools.pools.indices
    where pays(place) && !drips(place) { reward(place) }
  }

  /// Every day.
  mutating func actDaily() {
    reachMilestones()
    for place in world.state.genesis.plans.pools.pools.indices
    where pays(place) && drips(place) { reward(place) }
  }

  private mutating func growVolume() {
    let cap = document.token.totalSupply.units * UInt128(settings.assumptions[.volumeCap])
    guard volume < cap / 1_000_000 else { return }
    volume = min(cap / 1_000_000, volume + share(volume, .volumeGrowth))
  }

  private mutating func reachMilestones() {
    let elapsed = world.now - world.state.genesis.time.seconds
    while let next = milestonesLeft.first, next.month * Seconds.month.count <= elapsed {
      milestonesLeft.removeFirst()
      world.act(AgentCall.achieve(next.id), by: world.holder(of: .milestone))
    }
  }

  /// A part of what votes may spend goes to those who work; emergency reserves are left alone.
  private mutating func spendByVotes() {
    let executor = world.holder(of: .executor)
    for (row, wallet) in world.state.genesis.plans.vesting.wallets.enumerated()
    where wallet.isByVote && !isEmergency(wallet.name) {
      let grant = UInt64(row + 1)
      let open = (try? world.state.releasable(grant))?.units ?? 0
      let units = share(open, .votedSpending)
      guard units > 0 else { continue }
      let to = agents[contributor()].address
      if world.act(AgentCall.spend(grant, units, to: to), by: executor).isSuccess {
        flows.voted += units
      }
    }
  }

  private func isEmergency(_ wallet: String) -> Bool {
    guard
      case .governance(let body, _, _)? = document.wallets.first(where: {
        $0.account == wallet
      })?.release
    else { return false }
    return body.rawValue == "emergency"
  }

  // Pools besides staking

  private func pays(_ place: Int) -> Bool {
    world.state.genesis.plans.pools.pools[place].kind != .rateCeilingAccumulator
  }

  private func drips(_ place: Int) -> Bool {
    switch world.state.genesis.plans.pools.pools[place].unspent {
    case .drip: true
    case .rollsOver: false
    }
  }

  private mutating func reward(_ place: Int) {
    let pool = world.state.genesis.plans.pools.pools[place]
    guard let facts = try? world.state.poolFacts(pool.name) else { return }
    var units = share(facts.budget.units, .poolDemand)
    if document.pools[place].emission.isOnDemand { units /= 60 }
    guard units > 0 else { return }
    if pool.kind == .governanceGrant {
      let to = agents[contributor()].address
      world.act(
        AgentCall.grant(units, pool: pool.name, to: to), by: world.holder(of: .executor))
      return
    }
    // In some parts, so that rewards are not one person's luck.
    let parts: UInt128 = drips(place) ? 1 : 8
    for _ in 0..<parts {
      world.reward(units / parts, pool: pool.name, to: agents[contributor()].address)
    }
  }
}

extension EconomyDocument.Emission {
  /// All of it is open from the start.
  fileprivate var isOnDemand: Bool {
    if case .onDemand = self { true } else { false }
  }
}
