internal import Ledger
public import Primitives

extension EconomyState {
  /// The facts of a grant.
  public borrowing func grant(_ id: UInt64) throws(Rejection) -> Vesting.Facts {
    let place = try known(id)
    let row = vesting.grants[place]
    let rule = grantTerms(place).rule
    let line = rule.line
    func address(_ row: UInt32) -> Address {
      row == 0 ? .zero : ledger.accounts[AccountIndex(row: row - 1)].address
    }
    return Vesting.Facts(
      wallet: ledger.accounts[AccountIndex(row: row.wallet)].address,
      beneficiary: address(row.beneficiary), grantor: address(row.grantor), total: row.total,
      released: row.released, kind: rule.kind,
      start: genesis.time + (line?.start ?? Seconds(0)), lock: line?.lock ?? Seconds(0),
      duration: line?.duration ?? Seconds(0), isRevocable: row.isRevocable,
      revokedAt: row.isRevoked ? genesis.time + Seconds(row.revokedAt) : LogicalTime(0))
  }

  /// How many grants there are; their ids are 1 to this.
  public borrowing func grantCount() -> UInt64 { UInt64(vesting.grants.count) }

  /// What has vested of a grant at a time, with the milestones reached now, in base units.
  public borrowing func vested(_ id: UInt64, at time: LogicalTime) throws(Rejection) -> Amount {
    let place = try known(id)
    return grantTerms(place).vested(at: time.since(genesis.time), unlocked: unlocked(place))
  }

  /// What `release` or `releaseTo` could pay now, under the grant's limits and the year's ceiling.
  public borrowing func releasable(_ id: UInt64) throws(Rejection) -> Amount {
    let place = try known(id)
    return min(openByRule(place), ceilingRoom(place))
  }

  /// The ids of an account's grants, newest first, behind a grant of it or, for 0, from the newest;
  /// at most `Limits.queryRows`.
  public borrowing func grants(of address: Address, after id: UInt64) -> [UInt64] {
    guard let account = ledger.accounts.find(address), let list = vesting.list(of: account) else {
      return []
    }
    var next = vesting.beneficiaries[list].newest
    if id != 0 {
      guard let place = grantPlace(id), vesting.grants[place].beneficiary == account.row + 1
      else { return [] }
      next = vesting.grants[place].older
    }
    var ids: [UInt64] = []
    while next != 0, ids.count < Limits.queryRows {
      ids.append(UInt64(next))
      next = vesting.grants[Int(next) - 1].older
    }
    return ids
  }

  /// The grant of a wallet of the economy file; 0 where the wallet opens otherwise.
  public borrowing func grant(ofWallet name: String) -> UInt64 {
    let place = genesis.plans.vesting.wallets.firstIndex { $0.name == name }
    return place.map { UInt64($0 + 1) } ?? 0
  }

  /// The milestones of the economy file in its order.
  public borrowing func milestones() -> [Vesting.MilestoneFacts] {
    let plan = genesis.plans.vesting
    var facts: [Vesting.MilestoneFacts] = []
    for (place, milestone) in plan.milestones.enumerated() {
      let row = vesting.milestones[place]
      facts.append(
        Vesting.MilestoneFacts(
          name: milestone.name, burn: milestone.burn,
          unlock: plan.gates?.steps[place] ?? .zero, achievedAt: LogicalTime(row.achievedAt),
          burned: row.burned))
    }
    return facts
  }

  /// What went out in a year counted from 0 at genesis, and the ceiling over it.
  public borrowing func releases(inYear year: UInt64) -> Vesting.YearFacts {
    let place = Int(min(year, UInt64(Vesting.countedYears - 1)))
    let row = vesting.years[place]
    return Vesting.YearFacts(
      governed: row.governed, free: row.free, governedSoFar: governed(throughYear: place),
      ceiling: ceiling(ofYear: place) ?? .max)
  }

  private borrowing func known(_ id: UInt64) throws(Rejection) -> Int {
    guard let place = grantPlace(id) else {
      throw Vesting.rejection(.unknownGrant, Word(UInt128(id)))
    }
    return place
  }

  // What operations read

  borrowing func grantPlace(_ id: UInt64) -> Int? {
    id >= 1 && id <= UInt64(vesting.grants.count) ? Int(id) - 1 : nil
  }

  /// Who is paid by a grant; nil where nobody is.
  borrowing func beneficiary(of id: UInt64) -> Address? {
    guard let place = grantPlace(id), vesting.grants[place].beneficiary != 0 else { return nil }
    return ledger.accounts[AccountIndex(row: vesting.grants[place].beneficiary - 1)].address
  }

  /// The time since genesis.
  borrowing func elapsed() -> Seconds { ledger.time.since(genesis.time) }

  /// The year's place among the counted ones.
  borrowing func presentYear() -> Int {
    Int(min(elapsed().count / Seconds.year.count, UInt64(Vesting.countedYears - 1)))
  }

  private borrowing func wallet(_ grant: Int) -> Vesting.Plan.Wallet? {
    let place = Int(vesting.grants[grant].plan) - 1
    return place >= 0 ? genesis.plans.vesting.wallets[place] : nil
  }

  borrowing func isGoverned(_ grant: Int) -> Bool { wallet(grant)?.isGoverned ?? false }

  /// The grant as the rules know it.
  borrowing func grantTerms(_ grant: Int) -> VestingGrant {
    let row = vesting.grants[grant]
    let revocation =
      row.isRevoked
      ? VestingGrant.Revocation(time: Seconds(row.revokedAt), kept: row.kept) : nil
    let rule = wallet(grant)?.rule ?? Vesting.rule(row)
    return VestingGrant(total: row.total, rule: rule, revocation: revocation)
  }

  /// What milestones have unlocked for the gated wallets together; without limit for other grants.
  borrowing func unlocked(_ grant: Int) -> Amount {
    wallet(grant)?.isGated == true ? unlockedByMilestones() : .max
  }

  /// What the gated wallets have released together.
  borrowing func gatedReleases() -> Amount {
    var sum = Amount.zero
    for (place, wallet) in genesis.plans.vesting.wallets.enumerated() where wallet.isGated {
      sum += vesting.grants[place].released
    }
    return sum
  }

  borrowing func unlockedByMilestones() -> Amount {
    genesis.plans.vesting.gates?.unlocked(vesting.reached) ?? .zero
  }

  borrowing func burnedByMilestones() -> Amount {
    var sum = Amount.zero
    for row in 0..<vesting.milestones.count { sum += vesting.milestones[row].burned }
    return sum
  }

  borrowing func presentWindow(_ grant: Int) -> UInt64 {
    grantTerms(grant).rule.window(at: elapsed())
  }

  /// What the grant's own rule and the milestones let out now.
  borrowing func openByRule(_ grant: Int) -> Amount {
    let row = vesting.grants[grant]
    let isSame = row.window == presentWindow(grant)
    let unlocked = unlocked(grant)
    let open = grantTerms(grant).releasable(
      at: elapsed(),
      ReleaseProgress(
        released: row.released, releasedInWindow: isSame ? row.releasedInWindow : .zero,
        yearStartBalance: isSame ? row.windowStart : row.total - row.released,
        unlocked: unlocked))
    return unlocked == .max ? open : min(open, unlocked.excess(over: gatedReleases()))
  }

  /// The ceiling over the governed releases until a year's end; nil where there is none.
  borrowing func ceiling(ofYear year: Int) -> Amount? {
    let ceilings = genesis.plans.vesting.ceilings
    return ceilings.isEmpty ? nil : ceilings[min(year, ceilings.count - 1)]
  }

  private borrowing func governed(throughYear year: Int) -> Amount {
    var sum = Amount.zero
    for row in 0...year { sum += vesting.years[row].governed }
    return sum
  }

  /// What the year's ceiling still lets out of the grant.
  borrowing func ceilingRoom(_ grant: Int) -> Amount {
    let year = presentYear()
    guard isGoverned(grant), let ceiling = ceiling(ofYear: year) else { return .max }
    return ceiling.excess(over: governed(throughYear: year))
  }
}

extension Vesting {
  /// The line of a grant made after genesis; its spans were checked when it was made.
  fileprivate static func rule(_ row: GrantRow) -> ReleaseRule {
    guard
      let terms = LinearTerms(
        start: Seconds(row.start), lock: Seconds(row.lock), duration: Seconds(row.duration))
    else { preconditionFailure("a grant's line was not checked when it was made") }
    return .lockThenLinear(terms)
  }
}

extension ReleaseRule {
  /// The day or year that limits count in; 0 for rules that count neither.
  fileprivate func window(at elapsed: Seconds) -> UInt64 {
    switch self {
    case .yearlyShare: elapsed.count / Seconds.year.count
    case .immediate: elapsed.count / Seconds.day.count
    case .lockThenLinear, .insideLinear, .milestoneCapped, .plan: 0
    }
  }

  /// The line that the rule follows, where it follows one.
  fileprivate var line: LinearTerms? {
    switch self {
    case .lockThenLinear(let terms), .insideLinear(let terms), .milestoneCapped(let terms, _): terms
    case .plan, .yearlyShare, .immediate: nil
    }
  }

  /// The rule's number in the ABI.
  fileprivate var kind: UInt8 {
    switch self {
    case .lockThenLinear: 1
    case .insideLinear: 2
    case .milestoneCapped: 3
    case .plan: 4
    case .yearlyShare: 5
    case .immediate: 6
    }
  }
}
