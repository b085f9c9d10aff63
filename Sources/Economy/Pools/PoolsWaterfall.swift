internal import Ledger
internal import Primitives

/// The fee waterfall (F1, F8, F10, R01).
extension EconomyState {
  /// The fee category with that name.
  borrowing func feeCategory(_ name: String) -> Pools.Category? {
    genesis.plans.pools.fees.categories.firstIndex { $0.name == name }
      .map { Pools.Category(row: $0) }
  }

  /// The least gross of a payment.
  borrowing func minimumGross() -> Amount { genesis.plans.pools.fees.minimumGross }

  /// How a payment would be taken apart; nothing moves.
  /// - Parameter discount: the payer's discount on the fee, where categories have one (F10).
  borrowing func quote(
    _ gross: Amount, _ category: Pools.Category, discount: BasisPoints = BasisPoints(0)
  ) -> FeeSettlement {
    pools.categories[category.row].terms.settle(gross, discount: discount)
  }

  /// Takes the fee of a payment from its payer: the burn, then the net split. The provider's side
  /// stays with the payer, for the caller to divide and `pay`.
  mutating func takeServiceFee(
    _ gross: Amount, _ category: Pools.Category, discount: BasisPoints = BasisPoints(0),
    from payer: AccountIndex
  ) -> FeeSettlement {
    let settlement = quote(gross, category, discount: discount)
    _ = burnCapped(settlement.burn, from: payer)
    splitNet(settlement.net, category, from: payer)
    return settlement
  }

  /// Settles a whole payment: the fee as above, the provider's side to the provider.
  mutating func settleService(
    _ gross: Amount, _ category: Pools.Category, discount: BasisPoints = BasisPoints(0),
    from payer: AccountIndex, to provider: AccountIndex
  ) -> FeeSettlement {
    let settlement = takeServiceFee(gross, category, discount: discount, from: payer)
    pay(settlement.providerSide, from: payer, to: provider)
    return settlement
  }

  /// Splits a fee that is the platform's alone, such as a registration: no provider, no burn of its
  /// own. The caller has checked the payer's balance.
  mutating func depositPlatformRevenue(_ amount: Amount, from payer: AccountIndex) {
    let category = Pools.Category(row: genesis.plans.pools.fees.platformCategory)
    guard category.row < pools.categories.count else { return }
    splitNet(amount, category, from: payer)
  }

  /// Splits what the network's fee account has taken since the last block, as platform revenue. At
  /// the beginning of a block, before anything else moves.
  mutating func splitNetworkFees() {
    let fees = ledger.accounts[feeAccount].balance
    guard fees > .zero, !pools.categories.isEmpty else { return }
    depositPlatformRevenue(fees, from: feeAccount)
    ledger.events.begin(module: Pools.number, code: Pools.Event.networkFeesSplit.rawValue)
    ledger.events.data(Word(fees.units))
  }

  private mutating func splitNet(
    _ net: Amount, _ category: Pools.Category, from payer: AccountIndex
  ) {
    let settling = pools.categories[category.row]
    for (part, account) in zip(settling.terms.net.parts(of: net), settling.accounts)
    where part.amount > .zero {
      if account == .burned {
        _ = burnCapped(part.amount, from: payer)
      } else {
        ledger.post(.token, part.amount, from: payer, to: account)
      }
    }
  }

  /// Derives the epoch's terms from the plan and the parameters in force.
  mutating func refreshTerms() {
    let plan = genesis.plans.pools
    pools.annualCap = BasisPoints(UInt32(clamping: value(plan.burns.annualCap)))
    if let match = plan.burns.match {
      pools.matchRate = BasisPoints(UInt32(clamping: value(match.rate)))
    }
    for (place, category) in plan.fees.categories.enumerated() {
      // Limits on parameters and the checks of the economy file exclude terms that do not close.
      guard let terms = terms(category, plan.fees.burnOf) else { continue }
      let accounts = category.net.map { ledger.account(SystemAddress.account($0.account)) }
      let settling = Pools.Settling(terms: terms, accounts: accounts)
      if place < pools.categories.count {
        pools.categories[place] = settling
      } else {
        pools.categories.append(settling)
      }
    }
  }

  private borrowing func terms(
    _ category: Pools.FeeCategory, _ base: Pools.BurnBase
  ) -> Pools.Terms? {
    let shares = category.net.map {
      NestedSplit<FeePayee>.Share(FeePayee(share: $0.name), value($0.share))
    }
    guard let net = NestedSplit(shares) else { return nil }
    let fee = BasisPoints(UInt32(clamping: value(category.fee)))
    let burn = BasisPoints(UInt32(clamping: value(category.burn)))
    switch base {
    case .gross:
      return ServiceTerms(platform: fee, burn: burn, net: net).map { .service($0) }
    case .fee:
      return CategoryTerms(fee: fee, burnOfFee: burn, net: net).map { .category($0) }
    }
  }
}

extension FeePayee {
  /// The payee of a share by its name in the economy file; a name of a file's own counts as a
  /// development fund. The share's account decides where the part goes.
  init(share name: String) {
    switch name {
    case "tokenBurn": self = .tokenBurn
    case "ecosystemGrowth": self = .ecosystemGrowth
    case "platformDevelopment": self = .platformDevelopment
    case "stakingRewards": self = .stakingRewards
    case "stakers": self = .stakers
    case "rwaVoters": self = .rwaVoters
    case "community": self = .community
    default: self = .developmentFund
    }
  }
}
