internal import Ledger
internal import Primitives

/// Burns under the limits (F9, B05).
extension EconomyState {
  /// The limit as it stands now: the floor, the year's cap, what the year has burned.
  borrowing func burnLimit() -> BurnLimit {
    let row = pools.burns[0]
    let year = BurnLimit(
      supplyFloor: genesis.plans.pools.burns.supplyFloor, supplyAtYearStart: row.yearSupply,
      annualCap: pools.annualCap)
    return BurnLimit(
      supplyFloor: year.supplyFloor, yearCap: year.yearCap, yearBurned: row.yearBurned)
  }

  /// Burns what the floor and the year's cap allow; the rest goes to the overflow account. It
  /// counts as organic, so the reserve matches it.
  /// - Returns: what was burned. The caller has checked the payer's balance.
  mutating func burnCapped(_ amount: Amount, from payer: AccountIndex) -> Amount {
    guard amount > .zero else { return .zero }
    let decision = burnLimit().decide(amount, supply: totalSupply())
    pools.modifyBurns(&ledger.scope) { row in
      row.yearBurned += decision.burned
      row.organic += decision.burned
      row.burned += decision.burned
      row.overflowed += decision.overflow
    }
    if decision.burned > .zero {
      ledger.post(.token, decision.burned, from: payer, to: .burned)
    }
    if decision.overflow > .zero {
      ledger.post(.token, decision.overflow, from: payer, to: pools.overflow)
      ledger.events.begin(module: Pools.number, code: Pools.Event.burnCapped.rawValue)
      ledger.events.topic(Word(ledger.accounts[payer].address))
      ledger.events.data(Word(amount.units))
      ledger.events.data(Word(decision.burned.units))
      ledger.events.data(Word(decision.overflow.units))
    }
    return decision.burned
  }

  /// Closes an epoch: the reserve burns beside its organic burns, within the same limits; what they
  /// hold back stays in the reserve.
  mutating func matchBurns(closing epoch: EpochNumber) {
    let row = pools.burns[0]
    guard row.organic > .zero else { return }
    pools.modifyBurns(&ledger.scope) { $0.organic = .zero }
    guard let plan = genesis.plans.pools.burns.match else { return }
    let reserve = ledger.account(SystemAddress.account(plan.account))
    let match = BurnMatch(rate: pools.matchRate, schedule: plan.schedule)
    let wanted = min(
      match.amount(organic: row.organic, matched: row.matched, closing: epoch),
      ledger.accounts[reserve].balance)
    let burned = burnLimit().decide(wanted, supply: totalSupply()).burned
    guard burned > .zero else { return }
    pools.modifyBurns(&ledger.scope) { row in
      row.yearBurned += burned
      row.matched += burned
      row.burned += burned
    }
    ledger.post(.token, burned, from: reserve, to: .burned)
    ledger.events.begin(module: Pools.number, code: Pools.Event.burnMatched.rawValue)
    ledger.events.topic(Word(UInt128(epoch.value)))
    ledger.events.data(Word(row.organic.units))
    ledger.events.data(Word(burned.units))
  }

  /// Opens a protocol year: the cap counts from the supply as it is now.
  mutating func openBurnYear() {
    let supply = totalSupply()
    pools.modifyBurns(&ledger.scope) { row in
      row.yearSupply = supply
      row.yearBurned = .zero
    }
  }
}
