internal import Primitives

extension Checks {
  /// Rate tables rise, and weights fit their width.
  func staking() {
    let staking = document.staking
    var highest: UInt32 = 0
    let least: Amount?
    switch staking.rates {
    case .tiers(let tiers, let locks):
      rise(tiers, locks)
      highest = tiers.map(\.highestRate.value).max() ?? 0
      least = tiers.first?.minimumPrincipal
    case .periods(let rows):
      rise(rows)
      highest = rows.map(\.rate.value).max() ?? 0
      least = rows.first?.minimumPrincipal
    }
    if let least, least != staking.minimumPrincipal {
      fail(
        "/staking/minPrincipal",
        "\(tokens(staking.minimumPrincipal.units)) tokens are not the first row's "
          + tokens(least.units), repair: "write \"\(tokens(least.units))\"")
    }
    // Weight times a day must fit 128 bits, or the accumulator of economics F4 could overflow.
    let rate = UInt128(highest) * (10_000 + UInt128(staking.bonuses.aggregateCap.value)) * 86_400
    if document.token.totalSupply.units.multipliedReportingOverflow(by: rate).overflow {
      fail(
        "/staking", "supply times the highest rate times a day needs more than 128 bits",
        repair: "lower the rates, the bonus cap or the token's decimals")
    }
    honoured(staking)
    let bonuses = staking.bonuses
    for (place, bonus) in bonuses.items.enumerated() {
      if bonus.highest < bonuses.floor {
        fail(
          "/staking/bonuses/items/\(place)/maxBps",
          "\(bonus.highest.value) bps are below the floor of \(bonuses.floor.value)",
          repair: "write at least \(bonuses.floor.value)")
      }
      if bonuses.items[..<place].contains(where: { $0.id == bonus.id }) {
        fail(
          "/staking/bonuses/items/\(place)/id", "\"\(bonus.id)\" stands twice",
          repair: "rename one")
      }
    }
  }

  /// What the format can say and the staking module does not do is refused, not passed over.
  private func honoured(_ staking: EconomyDocument.Staking) {
    if !staking.compound.explicit {
      fail(
        "/staking/compound/explicit", "rewards join the principal only when somebody asks for it",
        repair: "write true")
    }
    if staking.dynamic?.feeShareIsCapped == true {
      fail(
        "/staking/dynamic/feeShare/capped", "the stakers' part of fees has no ceiling",
        repair: "write false")
    }
    let most = 8
    if staking.bonuses.items.count > most {
      fail(
        "/staking/bonuses/items",
        "\(staking.bonuses.items.count) bonuses stand where a staker's row holds \(most)",
        repair: "keep at most \(most)")
    }
  }

  private func rise(_ tiers: [EconomyDocument.Tier], _ locks: [EconomyDocument.Lock]) {
    func places(_ key: String) -> [String] {
      tiers.indices.map { "/staking/tiers/\($0)/\(key)" }
    }
    rising(
      tiers.map(\.minimumPrincipal.units), at: places("minPrincipal"), "the principal",
      shown: tokens)
    rising(tiers.map { UInt128($0.lowestRate.value) }, at: places("aprMinBps"), "the rate")
    rising(tiers.map { UInt128($0.highestRate.value) }, at: places("aprMaxBps"), "the rate")
    for (place, tier) in tiers.enumerated() {
      if tier.lowestRate > tier.highestRate {
        fail(
          "/staking/tiers/\(place)/aprMinBps",
          "the lowest rate \(tier.lowestRate.value) is above the highest, "
            + "\(tier.highestRate.value)", repair: "exchange or correct them")
      }
      if tiers[..<place].contains(where: { $0.id == tier.id }) {
        fail("/staking/tiers/\(place)/id", "\"\(tier.id)\" stands twice", repair: "rename one")
      }
    }
    rising(
      locks.map { UInt128($0.duration.count / 86_400) },
      at: locks.indices.map { "/staking/locks/\($0)/days" }, "the lock")
    rising(
      locks.map { UInt128($0.range.value) },
      at: locks.indices.map { "/staking/locks/\($0)/rangeBps" }, "the range")
  }

  private func rise(_ rows: [EconomyDocument.Period]) {
    func places(_ key: String) -> [String] {
      rows.indices.map { "/staking/periods/\($0)/\(key)" }
    }
    rising(rows.map { UInt128($0.duration.count / 86_400) }, at: places("days"), "the lock")
    rising(rows.map { UInt128($0.rate.value) }, at: places("aprBps"), "the rate")
    rising(
      rows.map(\.minimumPrincipal.units), at: places("minPrincipal"), "the principal",
      shown: tokens)
    let burning = rows.indices.filter { rows[$0].rewardBurn.value > 0 }
    rising(
      burning.map { UInt128(rows[$0].rewardBurn.value) },
      at: burning.map { "/staking/periods/\($0)/rewardBurnBps" }, "the burn of rewards")
  }

  func fees() {
    switch document.fees.form {
    case .service(let service):
      if service.platform.value > 1_000 {
        fail(
          "/fees/serviceSplit/platformBps",
          "the platform takes \(grouped(service.platform.value)) bps, the provider side keeps less "
            + "than 9,000", repair: "write at most 1000")
      }
      for (place, pool) in document.pools.enumerated() {
        if let category = pool.feeCategory, !service.categories.contains(category) {
          fail(
            "/pools/\(place)/feeCategory", "no fee category is called \"\(category)\"",
            repair: Spelling.repair(category, among: service.categories))
        }
      }
    case .categories(let fees):
      for (place, category) in fees.categories.enumerated()
      where fees.categories[..<place].contains(where: { $0.id == category.id }) {
        fail(
          "/fees/categories/\(place)/id", "\"\(category.id)\" stands twice", repair: "rename one")
      }
    }
  }

  /// Every class has its body, and every body its members.
  func governance() {
    let bodies = document.governance.bodies
    for (place, body) in bodies.enumerated() {
      if bodies[..<place].contains(where: { $0.id == body.id }) {
        fail("/governance/bodies/\(place)/id", "\"\(body.id)\" stands twice", repair: "rename one")
      }
    }
    if !bodies.isEmpty {
      for one in document.governance.multisig
      where !bodies.contains(where: { $0.classes.contains(one) }) {
        fail(
          "/governance/bodies", "no body signs for the class \(one.rawValue)",
          repair: "add the class to a body")
      }
    }
    let expected = bodies.isEmpty ? ["foundation"] : bodies.map(\.id)
    let present = document.access.bodies.map(\.id)
    for name in present where !expected.contains(name) {
      fail(
        "/access/bodies/\(JSONPointer.escape(name))", "governance knows no body \"\(name)\"",
        repair: Spelling.repair(name, among: expected))
    }
    for name in expected where !present.contains(name) && document.tree.at("/access/bodies") != nil
    {
      fail("/access/bodies", "\"\(name)\" has no members", repair: "name five")
    }
  }

  /// Accounts that rules refer to exist.
  func accounts() {
    let flow = document.tree.at("/accounts/flow")?.elements?.compactMap(\.string) ?? []
    let wallets = document.wallets
    let known = wallets.map(\.account) + flow
    for (place, found) in walletPlaces.enumerated() {
      let earlier = wallets[..<place].filter { $0.account == found.wallet.account }
      // An escrow for milestone burns may be funded by several parts of the supply.
      let isShared = (earlier + [found.wallet]).allSatisfy { $0.release == .milestoneBurn }
      if flow.contains(found.wallet.account) || (!earlier.isEmpty && !isShared) {
        fail(
          found.pointer + "/account", "\"\(found.wallet.account)\" stands twice",
          repair: "rename one or join them")
      }
    }
    for needed in ["sink.burned"]
    where document.tree.at("/accounts/flow") != nil && !flow.contains(needed) {
      fail("/accounts/flow", "the account \"\(needed)\" is missing", repair: "add it")
    }
    for (pointer, name) in references where !name.isEmpty && !known.contains(name) {
      fail(
        pointer, "no account is called \"\(name)\"",
        repair: Spelling.nearest(to: name, among: known).map { "did you mean \"\($0)\"?" }
          ?? "declare it in /accounts/flow")
    }
  }

  /// Every account that a typed section names, with its place.
  private var references: [(String, String)] {
    let staking = document.staking
    var all: [(String, String)] = [
      ("/network/feeAccount", document.network.feeAccount), ("/staking/pool", staking.pool),
      ("/staking/payable", staking.payable),
      ("/staking/principalAccount", staking.principalAccount),
      ("/staking/revenueAccount", staking.revenueAccount ?? ""),
      ("/staking/earlyExit/remainderTo", staking.earlyExit.remainderTo),
      ("/staking/dynamic/feeShare/account", staking.dynamic?.feeShareAccount ?? ""),
      ("/staking/dynamic/rwaVoting/account", staking.dynamic?.assetVotingAccount ?? ""),
      ("/staking/dynamic/contribution/pool", staking.dynamic?.contributionPool ?? ""),
      ("/burns/overflowAccount", document.burns.overflowAccount),
      ("/burns/match/account", document.burns.match?.account ?? ""),
      ("/burns/milestone/escrow", document.burns.milestone?.escrow ?? ""),
      ("/governance/deposit/restTo", document.governance.deposit.restTo),
      ("/governance/rewards/pool", document.governance.rewards?.pool ?? ""),
    ]
    for (place, pool) in document.pools.enumerated() {
      all.append(("/pools/\(place)/topUpFrom", pool.topUpFrom ?? ""))
    }
    switch document.fees.form {
    case .service(let service):
      for share in service.net {
        all.append(("/fees/netPlatformSplit/accounts/\(share.id)", share.account))
      }
    case .categories(let fees):
      all.append(("/fees/remainderTo", fees.remainderTo))
      for category in fees.categories {
        for share in category.net { all.append(("/fees/accounts/\(share.id)", share.account)) }
      }
    }
    return all
  }

  /// Whoever draws from a wallet is named, and only for wallets that someone draws from.
  func beneficiaries() {
    guard document.tree.at("/access/beneficiaries") != nil else { return }
    var drawn: [String] = []
    for wallet in document.wallets {
      switch wallet.release {
      case .linear, .milestoneCapped, .immediate: drawn.append(wallet.account)
      default: break
      }
    }
    let named = document.access.beneficiaries.map(\.wallet)
    for wallet in named where !drawn.contains(wallet) {
      fail(
        "/access/beneficiaries/\(JSONPointer.escape(wallet))",
        "\"\(wallet)\" is no wallet that someone draws from",
        repair: Spelling.nearest(to: wallet, among: drawn).map { "did you mean \"\($0)\"?" }
          ?? "remove it")
    }
    for wallet in drawn where !named.contains(wallet) {
      fail(
        "/access/beneficiaries", "the wallet \"\(wallet)\" has no beneficiary",
        repair: "add it with a name")
    }
  }
}
