internal import Ledger
public import Primitives

extension EconomyState {
  /// A pool's books.
  public borrowing func poolFacts(_ name: String) throws(Rejection) -> Pools.Facts {
    let pool = try guardPool(name)
    let plan = genesis.plans.pools.pools[pool.row]
    let epoch = ledger.value(of: .epoch)
    let row = pools.pools[pool.row].rolled(to: epoch)
    let account = pools.account(pool)
    let balance = ledger.accounts[account].balance
    let dripEpochs: UInt64
    switch plan.unspent {
    case .rollsOver: dripEpochs = 0
    case .drip(let epochs): dripEpochs = epochs
    }
    let isLater = epoch >= PoolsPace.span
    return Pools.Facts(
      name: plan.name, account: ledger.accounts[account].address, kind: plan.kind.rawValue,
      balance: balance, budget: poolBudget(pool),
      scheduled: plan.schedule.cumulative(at: EpochNumber(epoch + 1)),
      total: plan.schedule.total, topUps: row.topUps, spent: row.spent,
      epochSpent: row.epochSpent, startEpoch: plan.schedule.start.value, dripEpochs: dripEpochs,
      runway: PoolsRules.runway(
        balance: balance, spent: row.previousSpent + row.spanSpent,
        over: epoch % PoolsPace.span + 1 + (isLater ? PoolsPace.span : 0)) ?? .max,
      coverage: Coverage(paid: row.spent, ceiling: row.demanded))
  }

  /// Every pool's name in file order.
  public borrowing func poolNames() -> [String] { genesis.plans.pools.pools.map(\.name) }

  /// What a pool's schedule has opened when an epoch opens: `cum(epoch)` (F2).
  public borrowing func poolSchedule(
    _ name: String, _ epoch: UInt64
  ) throws(Rejection) -> Amount {
    let pool = try guardPool(name)
    return genesis.plans.pools.pools[pool.row].schedule.cumulative(at: EpochNumber(epoch))
  }

  /// The limits on burns and what they have let through.
  public borrowing func burnFacts() -> Pools.BurnFacts {
    let row = pools.burns[0]
    let plan = genesis.plans.pools.burns
    let next = EpochNumber(ledger.value(of: .epoch) + 1)
    let matchable =
      plan.match.map { $0.schedule.cumulative(at: next).excess(over: row.matched) } ?? .zero
    return Pools.BurnFacts(
      supply: totalSupply(), floor: plan.supplyFloor, yearCap: burnLimit().yearCap,
      yearBurned: row.yearBurned, epochBurned: row.organic, burned: row.burned,
      overflowed: row.overflowed, matched: row.matched, matchable: matchable)
  }

  /// Every fee category's name in file order.
  public borrowing func feeCategoryNames() -> [String] {
    genesis.plans.pools.fees.categories.map(\.name)
  }

  /// How a category's payments are divided in the present epoch.
  public borrowing func waterfall(_ name: String) throws(Rejection) -> Pools.WaterfallFacts {
    let category = try guardCategory(name)
    let fees = genesis.plans.pools.fees
    let (fee, burn, net) =
      switch pools.categories[category.row].terms {
      case .service(let terms): (terms.platform, terms.burn, terms.net)
      case .category(let terms): (terms.fee, terms.burnOfFee, terms.net)
      }
    return Pools.WaterfallFacts(
      fee: fee, burn: burn, burnOf: fees.burnOf.rawValue, minimumGross: fees.minimumGross,
      shares: zip(fees.categories[category.row].net, net.shares).map { plan, share in
        Pools.ShareFacts(
          name: plan.name, account: SystemAddress.account(plan.account),
          share: BasisPoints(UInt32(clamping: share.weight)))
      })
  }

  /// How a payment would be taken apart now; nothing moves, and the limits on burns are not asked.
  public borrowing func quote(
    _ name: String, _ gross: Amount, _ discount: BasisPoints
  ) throws(Rejection) -> Pools.QuoteFacts {
    let category = try guardCategory(name)
    let settlement = quote(gross, category, discount: discount)
    let parts = pools.categories[category.row].terms.net.parts(of: settlement.net)
    return Pools.QuoteFacts(
      providerSide: settlement.providerSide, burn: settlement.burn, net: settlement.net,
      parts: parts.map(\.amount))
  }
}
