internal import Economy
internal import Primitives

extension EconomyDocument {
  /// What the vesting module needs before the first block.
  func vestingPlan() -> Economy.Vesting.Plan {
    var wallets: [Economy.Vesting.Plan.Wallet] = []
    var gated: [Amount] = []
    for wallet in self.wallets {
      guard let rule = rule(wallet.release) else { continue }
      var isGated = false
      if case .milestoneCapped = rule {
        isGated = true
        gated.append(wallet.amount)
      }
      let name = access.beneficiaries.first { $0.wallet == wallet.account }?.name
      wallets.append(
        Economy.Vesting.Plan.Wallet(
          name: wallet.account, rule: rule,
          beneficiary: name.flatMap { access.address(of: $0) },
          isByVote: wallet.release.isByVote, isGated: isGated,
          isGoverned: isGoverned(wallet.account)))
    }
    var unlocked = Amount.zero
    let unlocks = milestones.map { milestone in
      unlocked = milestone.foundationUnlock ?? unlocked
      return unlocked
    }
    return Economy.Vesting.Plan(
      wallets: wallets,
      milestones: milestones.map { .init(name: $0.id, burn: $0.burn ?? .zero) },
      gates: MilestoneGates(cumulativeUnlocks: unlocks, walletTotals: gated),
      escrow: burns.milestone?.escrow, ceilings: vestingCeilings())
  }

  /// How a wallet opens under this module; nil where another module pays it out. Spans and sums
  /// without a rule were refused when the file was read.
  private func rule(_ release: Release) -> ReleaseRule? {
    switch release {
    case .linear(let linear):
      let terms = LinearTerms(
        startMonth: linear.startMonth, lockMonths: linear.lockMonths,
        durationMonths: linear.durationMonths)
      return switch linear.mode {
      case .lockThenLinear: terms.map { .lockThenLinear($0) }
      case .insideLinear: terms.map { .insideLinear($0) }
      }
    case .governance(_, let share?, _): return .yearlyShare(share)
    case .governance(_, nil, let yearCaps): return .yearlySums(yearCaps)
    case .milestoneCapped(let capped):
      let line = LinearTerms(
        startMonth: capped.startMonth, lockMonths: 0, durationMonths: capped.durationMonths)
      guard let line, let plan = schedule(capped.plan, .zero) else { return nil }
      return .milestoneCapped(line: line, plan: plan)
    case .governancePlan(let plan): return schedule(plan.plan, .zero).map { .plan($0) }
    case .immediate(_, let maximumPerDay): return .immediate(maximumPerDay: maximumPerDay)
    case .pool, .burnMatch, .claim, .milestoneBurn: return nil
    }
  }

  private func schedule(_ emission: Emission, _ total: Amount) -> EmissionSchedule? {
    let start = EpochNumber(emission.startEpoch)
    switch emission {
    case .yearAmounts(_, let years, _): return .years(years, from: start)
    case .phases(_, let phases, _):
      return EmissionSchedule(
        start: start, steps: phases.map { EmissionSchedule.Step($0.amount, epochs: $0.epochs) })
    case .onDemand: return .onDemand(total, from: start)
    }
  }

  // The ceiling (economics F24)

  /// By year: the governor's ceiling less what contractual wallets and governed pools reach by the
  /// year's end. The governed wallets and milestones of this module share the rest. A later year
  /// that leaves less holds the earlier ones down: what is out cannot be called back.
  private func vestingCeilings() -> [Amount] {
    guard let governor = releaseGovernor else { return [] }
    var ceilings = governor.cumulativeCeiling.enumerated().map { year, ceiling in
      let end = Seconds(UInt64(year + 1) * Seconds.year.count)
      var rest = ceiling
      for wallet in wallets {
        let isContractual = Self.covers(governor.contractualFirst, wallet.account)
        let isGoverned = Self.covers(governor.appliesTo, wallet.account)
        if isContractual || isGoverned && wallet.release.isPool {
          rest = rest.subtracting(opened(wallet, at: end)) ?? .zero
        }
      }
      return rest
    }
    for year in ceilings.indices.dropLast().reversed() {
      ceilings[year] = min(ceilings[year], ceilings[year + 1])
    }
    return ceilings
  }

  private func opened(_ wallet: Wallet, at elapsed: Seconds) -> Amount {
    if case .pool(let id) = wallet.release {
      guard let pool = pool(id), let schedule = schedule(pool.emission, wallet.amount) else {
        return wallet.amount
      }
      return schedule.cumulative(at: EpochNumber(containing: elapsed))
    }
    guard let rule = rule(wallet.release) else { return wallet.amount }
    return VestingGrant(total: wallet.amount, rule: rule).vested(at: elapsed)
  }

  private func isGoverned(_ account: String) -> Bool {
    releaseGovernor.map { Self.covers($0.appliesTo, account) } ?? false
  }

  /// Whether a name is one of the patterns; `x.*` stands for every name that starts with `x.`.
  private static func covers(_ patterns: [String], _ name: String) -> Bool {
    patterns.contains { pattern in
      pattern.utf8.last == 0x2a
        ? name.utf8.starts(with: pattern.utf8.dropLast()) : pattern == name
    }
  }
}

extension EconomyDocument.Release {
  fileprivate var isPool: Bool {
    if case .pool = self { true } else { false }
  }

  fileprivate var isByVote: Bool {
    switch self {
    case .governance, .governancePlan: true
    default: false
    }
  }
}
