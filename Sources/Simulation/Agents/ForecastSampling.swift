internal import Economy
internal import EconomyFile
internal import Ledger
internal import Primitives

/// What is read off the ledger: the figures of the report are the ledger's.
extension Forecast {
  mutating func sample() {
    let sums = categories.sums(world.state)
    let rewards = world.state.stakingRewards()
    let burns = world.state.burnFacts()
    let pools = world.state.genesis.plans.pools.pools.map { pool in
      sample(pool.name)
    }
    let ceiling = rewards.ceiling.units
    let (persons, accounts) = holdings()
    samples.append(
      ForecastSample(
        day: day, time: world.state.ledger.time, height: world.state.ledger.height,
        categories: sums, positions: rewards.positions, principal: rewards.principal.units,
        circulating: categories.circulating(sums), coverage: coverage, ceiling: ceiling,
        budget: rewards.budget.units,
        promisedRate: yearly(ceiling, of: rewards.principal.units),
        paidRate: yearly(min(ceiling, rewards.budget.units), of: rewards.principal.units),
        pools: pools, supply: burns.supply.units, yearCap: burns.yearCap.units,
        yearBurned: burns.yearBurned.units, burnedUnderLimits: burns.burned.units,
        matched: burns.matched.units, overflowed: burns.overflowed.units,
        burned: sums[categories.burned], flows: flows, networkFees: world.networkFees,
        gini: Concentration.gini(persons), topPersons: Concentration.top(10, of: persons),
        topAccounts: Concentration.top(10, of: accounts), kinds: kinds()))
  }

  private func sample(_ pool: String) -> ForecastSample.Pool {
    guard let facts = try? world.state.poolFacts(pool) else {
      preconditionFailure("a pool of the economy file is unknown to the engine")
    }
    return ForecastSample.Pool(
      balance: facts.balance.units, budget: facts.budget.units,
      scheduled: facts.scheduled.units, topUps: facts.topUps.units, spent: facts.spent.units,
      demanded: facts.demanded.units, runway: facts.runway)
  }

  /// A day's sum as a yearly rate in basis points, rounded down.
  private func yearly(_ units: UInt128, of principal: UInt128) -> UInt64 {
    guard principal > 0 else { return 0 }
    return UInt64(
      truncatingIfNeeded: multiplyDivide(units, 3_650_000, by: principal, .down) ?? 0)
  }

  /// What each person and each account holds, staked or not; the market is nobody.
  private func holdings() -> (persons: [UInt128], accounts: [UInt128]) {
    var persons = Array(repeating: UInt128(0), count: agents.count)
    var accounts: [UInt128] = []
    for place in agents.indices where agents[place].kind != .market {
      let wealth = wealth(place)
      persons[agents[place].person] += wealth
      accounts.append(wealth)
    }
    let people = agents.indices.filter { agents[$0].person == $0 && agents[$0].kind != .market }
    return (people.map { persons[$0] }, accounts)
  }

  private func kinds() -> [ForecastSample.Kind] {
    AgentKind.allCases.map { kind in
      var (wealth, earned): (UInt128, UInt128) = (0, 0)
      for place in agents.indices where agents[place].kind == kind {
        wealth += self.wealth(place)
        earned += agents[place].earned
      }
      return ForecastSample.Kind(wealth: wealth, earned: earned)
    }
  }

  /// What is looked at every day: when something begins to give way.
  mutating func observeDay() {
    let rewards = world.state.stakingRewards()
    if rewards.principal > .zero { watch.see(coverage: coverage, day: day) }
    for place in agents.indices where !agents[place].positions.isEmpty {
      agents[place].stakedDays += agents[place].positions.reduce(UInt128(0)) { $0 + $1.principal }
    }
    let burns = world.state.burnFacts()
    if burns.overflowed > .zero, watch.burnsHeldBack == nil { watch.burnsHeldBack = day }
    if burns.supply <= burns.floor, watch.floorReached == nil { watch.floorReached = day }
    for (place, pool) in world.state.genesis.plans.pools.pools.enumerated()
    where watch.poolEmpty[place] == nil {
      let held = world.balance(SystemAddress.account(pool.name))
      // A thousandth of what its schedule gives in all.
      if held <= pool.schedule.total.units / 1_000 { watch.poolEmpty[place] = day }
    }
    if flows.asked > 0, watch.paymentsMissed == nil,
      flows.settled / 99 * 100 < flows.asked / 100 * 100, day > 1
    {
      watch.paymentsMissed = day
    }
  }

  // The end

  mutating func report() -> ForecastReport {
    let kinds = AgentKind.allCases.map { kind -> ForecastReport.Kind in
      let own = agents.filter { $0.kind == kind }
      let days = own.reduce(UInt128(0)) { $0 + $1.stakedDays }
      let earned = own.reduce(UInt128(0)) { $0 + $1.earned }
      // Staked unit-days into a yearly rate in basis points.
      let rate = days == 0 ? 0 : multiplyDivide(earned, 3_650_000, by: days, .down) ?? 0
      return ForecastReport.Kind(
        name: kind.name, agents: own.count,
        startWealth: own.reduce(UInt128(0)) { $0 + $1.startWealth },
        endWealth: agents.indices.filter { agents[$0].kind == kind }
          .reduce(UInt128(0)) { $0 + wealth($1) },
        earned: earned, rate: UInt64(truncatingIfNeeded: rate))
    }
    let least = rates.map(\.minimum.units).min() ?? 0
    let sybils = agents.count { $0.kind == .sybil }
    return ForecastReport(
      title: document.title, economy: document.economyID, symbol: document.token.symbol,
      decimals: document.token.decimals, identity: world.state.genesis.identity,
      totalSupply: document.token.totalSupply.units,
      supplyFloor: document.burns.supplyFloor.units, origin: origin,
      start: LogicalTime(start), settings: settings, days: day,
      categories: categories.names, wallets: categories.wallets,
      pools: document.pools.map(\.id), stakingPool: document.staking.pool,
      samples: samples, kinds: kinds, flows: flows, watch: watch,
      bestSplit: best(for: least), bestWhole: best(for: least * UInt128(max(1, sybils))),
      succeeded: world.counts.succeeded, refused: world.counts.refused,
      impossible: world.counts.impossible, free: world.counts.free, blocks: world.counts.blocks,
      refusals: refusals(), stateRoot: world.stateRoot(), balances: world.balancesDigest(),
      faults: faults)
  }

  /// The highest rate that the table promises for a principal.
  private func best(for units: UInt128) -> UInt64 {
    UInt64(rates.filter { $0.minimum.units <= units }.map(\.promised.value).max() ?? 0)
  }

  private func refusals() -> [(name: String, count: Int)] {
    world.refusals.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { key, count in
      let rejection = Rejection(
        module: UInt8(truncatingIfNeeded: key >> 8), code: UInt8(truncatingIfNeeded: key), .zero,
        .zero, .zero)
      return (Surface.name(rejection), count)
    }
  }
}
