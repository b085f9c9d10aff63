internal import Ledger
internal import Primitives

extension Pools {
  /// What a pool has received and paid. All sums are cumulative unless they name a span.
  struct PoolRow: LedgerRow {
    /// Everything that came in after genesis.
    var topUps: Amount
    /// Everything that went out.
    var spent: Amount
    /// Everything that was asked of it, paid or not.
    var demanded: Amount
    /// Paid in `epoch`.
    var epochSpent: Amount
    /// Paid in the span of 30 epochs that holds `epoch`, and in the one before.
    var spanSpent: Amount
    var previousSpent: Amount
    /// The last epoch in which it paid.
    var epoch: UInt64
    /// The wallet.
    let account: UInt32

    static var wordCount: Int { 14 }
    static var vacant: PoolRow { PoolRow(account: 0) }
    /// Pools are never freed.
    var isVacant: Bool { false }

    init(account: UInt32) {
      self.account = account
      (topUps, spent, demanded) = (.zero, .zero, .zero)
      (epochSpent, spanSpent, previousSpent) = (.zero, .zero, .zero)
      epoch = 0
    }

    func encode(into writer: inout RowWriter) {
      writer.append(topUps)
      writer.append(spent)
      writer.append(demanded)
      writer.append(epochSpent)
      writer.append(spanSpent)
      writer.append(previousSpent)
      writer.append(epoch)
      writer.append(account, 0)
    }

    init(from reader: inout RowReader) {
      topUps = reader.amount()
      spent = reader.amount()
      demanded = reader.amount()
      epochSpent = reader.amount()
      spanSpent = reader.amount()
      previousSpent = reader.amount()
      epoch = reader.next()
      account = reader.pair().low
    }

    /// The row as it counts in `epoch`: sums of spans that have passed are empty.
    func rolled(to epoch: UInt64) -> PoolRow {
      guard epoch != self.epoch else { return self }
      var row = self
      let (span, last) = (epoch / PoolsPace.span, self.epoch / PoolsPace.span)
      if span != last {
        row.previousSpent = span == last + 1 ? spanSpent : .zero
        row.spanSpent = .zero
      }
      row.epochSpent = .zero
      row.epoch = epoch
      return row
    }
  }

  /// What was burned under the limits; the table has this one row.
  struct BurnRow: LedgerRow {
    /// The supply when the protocol year began.
    var yearSupply: Amount
    /// Burned in the year, matched burns included.
    var yearBurned: Amount
    /// Burned in the epoch without matching.
    var organic: Amount
    /// Burned by the reserve beside organic burns, since genesis.
    var matched: Amount
    /// Burned since genesis, matched burns included.
    var burned: Amount
    /// What went to the overflow account since genesis.
    var overflowed: Amount

    static var wordCount: Int { 12 }
    static var vacant: BurnRow { BurnRow(supply: .zero) }
    var isVacant: Bool { false }

    init(supply: Amount) {
      yearSupply = supply
      (yearBurned, organic, matched) = (.zero, .zero, .zero)
      (burned, overflowed) = (.zero, .zero)
    }

    func encode(into writer: inout RowWriter) {
      writer.append(yearSupply)
      writer.append(yearBurned)
      writer.append(organic)
      writer.append(matched)
      writer.append(burned)
      writer.append(overflowed)
    }

    init(from reader: inout RowReader) {
      yearSupply = reader.amount()
      yearBurned = reader.amount()
      organic = reader.amount()
      matched = reader.amount()
      burned = reader.amount()
      overflowed = reader.amount()
    }
  }

  /// How a category's payments are divided.
  enum Terms {
    case service(ServiceTerms)
    case category(CategoryTerms)

    var net: NestedSplit<FeePayee> {
      switch self {
      case .service(let terms): terms.net
      case .category(let terms): terms.net
      }
    }

    func settle(_ gross: Amount, discount: BasisPoints) -> FeeSettlement {
      switch self {
      case .service(let terms): terms.settle(gross)
      case .category(let terms): terms.settle(gross, discount: discount)
      }
    }
  }

  /// A category as the present epoch settles it: derived from the plan and the parameters.
  struct Settling {
    let terms: Terms
    /// The accounts of the net split, in its order.
    let accounts: [AccountIndex]
  }

  /// Pools and burns, and what is derived from the plan for them.
  public struct State: ~Copyable {
    static let poolTable: UInt8 = 32
    static let burnTable: UInt8 = 33

    private(set) var pools = Table<PoolRow>(id: poolTable)
    private(set) var burns = Table<BurnRow>(id: burnTable)
    /// What each pool held at genesis.
    var funded: [Amount] = []
    var categories: [Settling] = []
    /// The share of the supply that may burn in a year, as the present epoch counts it.
    var annualCap = BasisPoints.whole
    /// Matched units for each unit burned, as the present epoch counts them.
    var matchRate = BasisPoints(0)
    var overflow = AccountIndex.burned

    init(secret: HashSecret) {}

    mutating func addPool(_ account: AccountIndex, _ scope: inout Scope) {
      _ = pools.append(PoolRow(account: account.row), &scope)
    }

    mutating func addBurns(supply: Amount, _ scope: inout Scope) {
      _ = burns.append(BurnRow(supply: supply), &scope)
    }

    func account(_ pool: Index) -> AccountIndex {
      AccountIndex(row: pools[pool.row].account)
    }

    mutating func modify(
      _ pool: Index, _ scope: inout Scope, _ body: (inout PoolRow) -> Void
    ) {
      pools.modify(pool.row, &scope, body)
    }

    mutating func modifyBurns(_ scope: inout Scope, _ body: (inout BurnRow) -> Void) {
      burns.modify(0, &scope, body)
    }

    mutating func undoLast(of table: UInt8) {
      if table == Self.poolTable { _ = pools.undoLast() } else { _ = burns.undoLast() }
    }

    mutating func visit(_ visitor: inout some TableVisitor) {
      visitor.visit(&pools)
      visitor.visit(&burns)
    }

    func images() -> [TableImage] { [pools.image(), burns.image()] }
  }
}

/// How the pace of a pool's payments is measured for its runway.
enum PoolsPace {
  /// Epochs of a span.
  static let span: UInt64 = 30
}

extension EconomyState {
  /// The module's part of loading a state. The terms follow from the parameters in force, which
  /// change where an epoch turns and nowhere else.
  mutating func rebuildPools() throws(ImageFailure) {
    let plan = genesis.plans.pools
    try ImageFailure.unless(
      pools.pools.count == plan.pools.count && pools.burns.count == 1,
      "there are \(pools.pools.count) pools, and \(plan.pools.count) in the economy file")
    for (place, pool) in plan.pools.enumerated() {
      let row = pools.pools[place]
      let account = ledger.accounts.find(SystemAddress.account(pool.name))
      try ImageFailure.unless(
        account?.row == row.account && row.epochSpent <= row.spent
          && row.epoch <= ledger.value(of: .epoch),
        "pool row \(place) is not the economy file's \(pool.name), or its sums are wrong")
    }
    pools.funded = poolsAtGenesis()
    derivePools()
    try ImageFailure.unless(
      pools.categories.count == plan.fees.categories.count,
      "a fee category does not close with the parameters in force")
  }

  /// What the wallets of the pools held before the first block: their own units, less what the
  /// overlays granted.
  private borrowing func poolsAtGenesis() -> [Amount] {
    let names = genesis.plans.pools.pools.map(\.name)
    let addresses = names.map { SystemAddress.account($0) }
    var balances = Array(repeating: UInt128(0), count: names.count)
    for wallet in genesis.wallets {
      if let place = names.firstIndex(of: wallet.name) { balances[place] += wallet.units.units }
    }
    // There may be a million grants, as a rule from one wallet after the other.
    var from: (name: String, place: Int?) = ("", nil)
    for grant in genesis.grants {
      if grant.from != from.name { from = (grant.from, names.firstIndex(of: grant.from)) }
      if let place = from.place { balances[place] &-= grant.units.units }
      if let place = addresses.firstIndex(of: grant.to) { balances[place] &+= grant.units.units }
    }
    return balances.map { Amount($0) }
  }

  borrowing func poolsInvariants() -> [String] {
    var broken: [String] = []
    let next = EpochNumber(ledger.value(of: .epoch) + 1)
    for (place, plan) in genesis.plans.pools.pools.enumerated() {
      let row = pools.pools[place]
      let open = plan.schedule.cumulative(at: next) + row.topUps
      if row.spent > open {
        broken.append("\(plan.name) has spent \(row.spent.units) of \(open.units) open units")
      }
      let balance = ledger.accounts[AccountIndex(row: row.account)].balance
      if balance + row.spent < pools.funded[place] + row.topUps {
        broken.append("\(plan.name) holds \(balance.units) units, less than it may still owe")
      }
    }
    let row = pools.burns[0]
    let left = genesis.token.supply.excess(over: row.burned)
    if left < genesis.plans.pools.burns.supplyFloor {
      broken.append("capped burns of \(row.burned.units) units went below the supply's floor")
    }
    if row.burned > ledger.accounts[.burned].balance {
      broken.append("more was counted as burned than stands in the burned account")
    }
    return broken
  }
}
