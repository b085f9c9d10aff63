internal import Ledger
internal import Primitives

/// What later modules ask of pools.
extension EconomyState {
  /// The pool with that wallet name.
  borrowing func poolIndex(_ name: String) -> Pools.Index? {
    genesis.plans.pools.pools.firstIndex { $0.name == name }.map { Pools.Index(row: $0) }
  }

  /// The pool's wallet.
  borrowing func poolAccount(_ pool: Pools.Index) -> AccountIndex { pools.account(pool) }

  /// What the pool may still pay in the present epoch n. Where the unspent rolls over: `cum(n+1) +
  /// topUps - spent`; where it drips: the epoch's emission and a part of what stood open when it
  /// began, less what was paid since. Never more than it holds.
  borrowing func poolBudget(_ pool: Pools.Index) -> Amount {
    let plan = genesis.plans.pools.pools[pool.row]
    let epoch = EpochNumber(ledger.value(of: .epoch))
    let row = pools.pools[pool.row].rolled(to: epoch.value)
    let budget: Amount
    switch plan.unspent {
    case .rollsOver:
      budget = PoolsRules.budget(
        plan.schedule, unspent: plan.unspent, from: epoch, until: epoch.next,
        PoolProgress(topUps: row.topUps, spent: row.spent))
    case .drip:
      let opened = PoolProgress(topUps: row.topUps, spent: row.spent - row.epochSpent)
      budget = PoolsRules.budget(
        plan.schedule, unspent: plan.unspent, from: epoch, until: epoch.next, opened
      ).excess(over: row.epochSpent)
    }
    return min(budget, ledger.accounts[pools.account(pool)].balance)
  }

  /// What the pool may still pay for the epochs from `first` until `end` opens, where a module
  /// settles a span that has passed.
  borrowing func poolBudget(
    _ pool: Pools.Index, from first: EpochNumber, until end: EpochNumber
  ) -> Amount {
    let plan = genesis.plans.pools.pools[pool.row]
    let row = pools.pools[pool.row]
    let budget = PoolsRules.budget(
      plan.schedule, unspent: plan.unspent, from: first, until: end,
      PoolProgress(topUps: row.topUps, spent: row.spent))
    return min(budget, ledger.accounts[pools.account(pool)].balance)
  }

  /// Pays from the pool's wallet and counts it as spent. The caller has kept to the budget.
  mutating func spendPool(_ pool: Pools.Index, _ amount: Amount, to receiver: AccountIndex) {
    let epoch = ledger.value(of: .epoch)
    pools.modify(pool, &ledger.scope) { row in
      row = row.rolled(to: epoch)
      row.spent += amount
      row.epochSpent += amount
      row.spanSpent += amount
    }
    pay(amount, from: pools.account(pool), to: receiver)
  }

  /// Moves value into the pool's wallet and counts it as a top-up. The caller has checked the
  /// payer's balance.
  mutating func topUpPool(_ pool: Pools.Index, _ amount: Amount, from payer: AccountIndex) {
    pools.modify(pool, &ledger.scope) { $0.topUps += amount }
    ledger.post(.token, amount, from: payer, to: pools.account(pool))
  }

  /// Counts what would have been paid without a budget, so that coverage can be shown (D05).
  mutating func notePoolDemand(_ pool: Pools.Index, _ ceiling: Amount) {
    guard ceiling > .zero else { return }
    pools.modify(pool, &ledger.scope) { row in
      row.demanded = row.demanded.adding(ceiling) ?? .max
    }
  }

  /// Revenue moves on to the pools that live on it, one part in so many when an epoch opens, so
  /// that nobody gains by staking just before a large payment (GS03).
  mutating func smoothRevenue() {
    for (place, plan) in genesis.plans.pools.pools.enumerated() {
      guard let revenue = plan.revenue else { continue }
      let account = ledger.account(SystemAddress.account(revenue.account))
      let amount = PoolsRules.smoothed(
        ledger.accounts[account].balance,
        over: UInt64(truncatingIfNeeded: value(revenue.epochs)))
      guard amount > .zero else { continue }
      let pool = Pools.Index(row: place)
      topUpPool(pool, amount, from: account)
      emitToppedUp(pool, amount, by: account)
    }
  }

  mutating func emitToppedUp(_ pool: Pools.Index, _ amount: Amount, by payer: AccountIndex) {
    ledger.events.begin(module: Pools.number, code: Pools.Event.toppedUp.rawValue)
    ledger.events.topic(Word(Access.id(genesis.plans.pools.pools[pool.row].name)))
    ledger.events.topic(Word(ledger.accounts[payer].address))
    ledger.events.data(Word(amount.units))
  }
}
