internal import Primitives

extension Checks {
  /// Burns against the supply, the reserve and the milestones.
  func burns() {
    let burns = document.burns
    if reading.supply != nil, burns.supplyFloor > document.token.totalSupply {
      fail(
        "/burns/supplyFloor", "the floor is above the supply", repair: "write less than the supply")
    }
    if let burnMatch = burns.match,
      let wallet = document.wallets.first(where: { $0.account == burnMatch.account })
    {
      match(
        burnMatch.yearCaps, wallet.amount, at: "/burns/match/yearCapTokens", "the years",
        "the wallet holds")
    }
    let escrowed = document.wallets.filter { $0.release == .milestoneBurn }
    guard let milestone = burns.milestone else {
      if let wallet = escrowed.first {
        fail(
          "/burns", "nothing says when \"\(wallet.account)\" burns", repair: "add \"milestone\"")
      }
      return
    }
    match(
      milestone.items.map(\.amount), milestone.total, at: "/burns/milestone/items", "the burns",
      "the total is")
    match(
      escrowed.map(\.amount), milestone.total, at: "/burns/milestone/total", "the escrowed wallets",
      "the total is")
    for (place, item) in milestone.items.enumerated() {
      let pointer = "/burns/milestone/items/\(place)"
      if milestone.items[..<place].contains(where: { $0.id == item.id }) {
        fail(pointer + "/id", "\"\(item.id)\" stands twice", repair: "rename one")
      } else if let goal = document.milestones.first(where: { $0.id == item.id }) {
        if goal.burn != item.amount {
          fail(
            pointer + "/tokens",
            "\(tokens(item.amount.units)) tokens are not the milestone's "
              + tokens(goal.burn?.units ?? 0), repair: "make them equal to /milestones")
        }
      } else {
        fail(
          pointer + "/id", "no milestone is called \"\(item.id)\"",
          repair: Spelling.repair(item.id, among: document.milestones.map(\.id)))
      }
    }
    for (place, goal) in document.milestones.enumerated()
    where goal.burn != nil && !milestone.items.contains(where: { $0.id == goal.id }) {
      fail(
        "/milestones/\(place)/burn", "/burns/milestone/items has no \"\(goal.id)\"",
        repair: "add it there, or write null")
    }
  }

  /// Grants come out of wallets that hold enough.
  func grants() {
    var left: [(account: String, amount: Amount)] = []
    for wallet in document.wallets {
      if let place = left.firstIndex(where: { $0.account == wallet.account }) {
        left[place].amount = left[place].amount.adding(wallet.amount) ?? .max
      } else {
        left.append((wallet.account, wallet.amount))
      }
    }
    for (place, grant) in document.grants.enumerated() {
      let pointer = "/grants/\(place)"
      guard !grant.from.isEmpty else { continue }
      guard let wallet = left.firstIndex(where: { $0.account == grant.from }) else {
        fail(
          pointer + "/from", "no wallet is called \"\(grant.from)\"",
          repair: Spelling.nearest(to: grant.from, among: left.map(\.account))
            .map { "did you mean \"\($0)\"?" } ?? "name a wallet of /allocations")
        continue
      }
      guard let rest = left[wallet].amount.subtracting(grant.amount) else {
        fail(
          pointer, "\"\(grant.from)\" has only \(tokens(left[wallet].amount.units)) tokens left",
          repair: "grant less, or from another wallet")
        continue
      }
      left[wallet].amount = rest
    }
  }

  /// The yearly plan of discretionary releases, and the ceiling over everything.
  func yearPlan() {
    guard let governor = document.releaseGovernor else { return }
    let plan = governor.discretionaryPlan
    let ceiling = governor.cumulativeCeiling
    if plan.count != ceiling.count {
      fail(
        "/releaseGovernor/discretionaryPlanTokens",
        "\(plan.count) years are planned and \(ceiling.count) have a ceiling",
        repair: "state both for the same years")
      return
    }
    rising(
      ceiling.map(\.units),
      at: ceiling.indices.map { "/releaseGovernor/cumulativeCeilingTokens/\($0)" }, "the ceiling",
      shown: tokens)
    if let last = ceiling.last, last != document.token.totalSupply {
      fail(
        "/releaseGovernor/cumulativeCeilingTokens/\(ceiling.count - 1)",
        "the last ceiling is \(tokens(last.units)) tokens",
        repair: "write the supply, \"\(tokens(document.token.totalSupply.units))\"")
    }
    var released = Amount.zero
    for year in plan.indices {
      let parts = planned(in: year, governor.appliesTo)
      match(
        parts, plan[year],
        at: "/releaseGovernor/discretionaryPlanTokens/\(year)", "wallets, pools and milestones",
        "the plan of this year is")
      released = sum([released] + parts) ?? .max
      let contractual = sum(
        document.wallets.filter { covers(governor.contractualFirst, $0.account) }.map {
          opened($0, atEndOf: year)
        })
      let total = contractual.flatMap { released.adding($0) } ?? .max
      if total > ceiling[year] {
        fail(
          "/releaseGovernor/cumulativeCeilingTokens/\(year)",
          "\(tokens(total.units)) tokens are released by then, the ceiling is "
            + tokens(ceiling[year].units), repair: "plan less, or lift the ceiling")
      }
    }
    let foundation = document.wallets.filter {
      if case .milestoneCapped = $0.release { true } else { false }
    }
    let unlocks = document.milestones.enumerated().filter { $0.element.foundationUnlock != nil }
    rising(
      unlocks.map { $0.element.foundationUnlock?.units ?? 0 },
      at: unlocks.map { "/milestones/\($0.offset)/foundationUnlockTokens" }, "the unlocked sum",
      shown: tokens)
    if let last = unlocks.last, let unlocked = last.element.foundationUnlock {
      match(
        foundation.map(\.amount), unlocked,
        at: "/milestones/\(last.offset)/foundationUnlockTokens", "the foundation's wallets",
        "the last milestone unlocks")
    }
  }

  /// What the accounts of `patterns` plan to release in a year counted from 0.
  private func planned(in year: Int, _ patterns: [String]) -> [Amount] {
    var parts: [Amount] = []
    for wallet in document.wallets where covers(patterns, wallet.account) {
      let years: [Amount]
      switch wallet.release {
      case .milestoneCapped(let capped): years = capped.plan.years
      case .governancePlan(let plan): years = plan.plan.years
      case .pool(let id): years = document.pool(id)?.emission.years ?? []
      default: years = []
      }
      if years.indices.contains(year) { parts.append(years[year]) }
    }
    for goal in document.milestones where Int(goal.month) / 12 == year {
      parts.append(goal.burn ?? .zero)
    }
    return parts
  }

  /// What a contractual wallet has opened by the end of a year counted from 0.
  private func opened(_ wallet: EconomyDocument.Wallet, atEndOf year: Int) -> Amount {
    let month = UInt64(year + 1) * 12
    switch wallet.release {
    case .linear(let linear):
      let locked = linear.startMonth + linear.lockMonths
      if month <= locked { return .zero }
      let elapsed = month - (linear.mode == .lockThenLinear ? locked : linear.startMonth)
      return Checks.part(wallet.amount, min(elapsed, linear.durationMonths), linear.durationMonths)
    case .immediate: return wallet.amount
    case .pool(let id):
      guard let emission = document.pool(id)?.emission else { return .zero }
      var epochs = UInt64(year + 1) * 365
      epochs = epochs > emission.startEpoch ? epochs - emission.startEpoch : 0
      var steps = emission.years.map { EconomyDocument.Phase(amount: $0, epochs: 365) }
      if case .phases(_, let phases, _) = emission { steps = phases }
      var total = Amount.zero
      for step in steps {
        total += Checks.part(step.amount, min(epochs, step.epochs), step.epochs)
        epochs -= min(epochs, step.epochs)
      }
      return total
    default: return .zero
    }
  }

  /// amount × part / whole, rounded down, without passing 128 bits on the way; part <= whole.
  private static func part(_ amount: Amount, _ part: UInt64, _ whole: UInt64) -> Amount {
    let (quotient, rest) = amount.units.quotientAndRemainder(dividingBy: UInt128(whole))
    return Amount(quotient * UInt128(part) + rest * UInt128(part) / UInt128(whole))
  }

  /// Whether a name is one of the patterns; `x.*` stands for every name that starts with `x.`.
  private func covers(_ patterns: [String], _ name: String) -> Bool {
    patterns.contains { pattern in
      pattern.utf8.last == 0x2a
        ? name.utf8.starts(with: pattern.utf8.dropLast()) : pattern == name
    }
  }
}
