public import Primitives

extension EconomyDocument {
  /// A part of the supply with a common purpose.
  public struct Allocation: Sendable, Equatable {
    public let id: String
    public let label: String
    /// Share of the supply.
    public let share: BasisPoints
    public let amount: Amount
    public let children: [Child]

    /// A part of an allocation; its wallets hold the units.
    public struct Child: Sendable, Equatable {
      public let id: String
      /// Share of the supply.
      public let share: BasisPoints
      public let amount: Amount
      public let wallets: [Wallet]
    }
  }

  /// A genesis wallet: a named account, what it holds before grants, and how it opens.
  public struct Wallet: Sendable, Equatable {
    public let account: String
    public let amount: Amount
    public let release: Release
  }

  /// How a wallet opens.
  public enum Release: Sendable, Equatable {
    /// Paid out by the pool of this id.
    case pool(String)
    /// Vesting over time (economics F3).
    case linear(Linear)
    /// Spent by votes of `body`, at most this share of the balance a year, or these sums by year.
    case governance(
      EconomyDocument.GovernanceClass, maximumShareAYear: BasisPoints?, yearCaps: [Amount])
    /// Burned to match organic burns by the rule `/burns/match`.
    case burnMatch
    /// Claimed by holders under the rule at this pointer.
    case claim(String)
    /// The least of a linear cap, a yearly plan and what milestones have unlocked.
    case milestoneCapped(MilestoneCapped)
    /// Burned when milestones are reached.
    case milestoneBurn
    /// Spent by votes within a yearly plan.
    case governancePlan(GovernancePlan)
    /// Open from genesis, deployed at most by this share a day.
    case immediate(throttled: Bool, maximumShareADay: BasisPoints)
  }

  /// Linear vesting; months of 2,628,000 s counted from genesis.
  public struct Linear: Sendable, Equatable {
    public let mode: CliffMode
    public let startMonth: UInt64
    public let lockMonths: UInt64
    public let durationMonths: UInt64
  }

  /// How a lock and a linear release meet (economics F3).
  public enum CliffMode: String, Sendable, CaseIterable {
    /// Nothing while locked, then evenly over the duration.
    case lockThenLinear
    /// Nothing while locked, then at once what the even line has reached.
    case insideLinear
  }

  /// Released by the least of a line, a yearly plan and the milestones reached (B03).
  public struct MilestoneCapped: Sendable, Equatable {
    /// Months after genesis.
    public let startMonth: UInt64
    /// Months of 2,628,000 s.
    public let durationMonths: UInt64
    /// What each year releases at most.
    public let plan: Emission
    /// Whether the release governor's ceiling counts.
    public let governed: Bool
  }

  /// Released by votes, within a yearly plan.
  public struct GovernancePlan: Sendable, Equatable {
    /// What each year releases at most.
    public let plan: Emission
    /// The class of proposals that decides.
    public let body: EconomyDocument.GovernanceClass
    /// Whether the release governor's yearly ceiling applies (B03).
    public let governed: Bool
    /// Whether volatility defers it (B23).
    public let throttled: Bool
    /// Whether the foundation's signers must agree besides the vote.
    public let dualControl: Bool
  }
}

extension EconomyDocument.Allocation {
  init(_ fields: Fields) {
    fields.prose("ref", "decision")
    id = fields.text("id")
    label = fields.text("label")
    share = fields.bps("bps")
    amount = fields.amountHere()
    children = fields.list("children", isEmpty: false).map { Child($0.fields) }
    fields.finish()
  }
}

extension EconomyDocument.Allocation.Child {
  init(_ fields: Fields) {
    fields.prose("ref", "decision")
    id = fields.text("id")
    share = fields.bps("bps")
    amount = fields.amountHere()
    wallets = fields.list("wallets", isEmpty: false).map { EconomyDocument.Wallet($0.fields) }
    fields.finish()
  }
}

extension EconomyDocument.Wallet {
  init(_ fields: Fields) {
    fields.prose("ref", "decision")
    account = fields.text("account")
    amount = fields.amountHere()
    release = fields.required("release").map { EconomyDocument.Release($0.fields) } ?? .burnMatch
    fields.finish()
  }
}

extension EconomyDocument.Release {
  private enum Kind: String, CaseIterable {
    case pool, linear, governance, burnMatch, claim, milestoneCapped, milestoneBurn, governancePlan
    case immediate
  }

  init(_ fields: Fields) {
    guard let kind = fields.choice("kind", Kind.self) else {
      // Without a kind nobody knows which other keys belong here.
      if fields.node.value["kind"] == nil, fields.node.value.members != nil {
        let all = Kind.allCases.map(\.rawValue).joined(separator: ", ")
        fields.node.fail("the key \"kind\" is missing", repair: "add it: one of \(all)")
      }
      self = .burnMatch
      return
    }
    switch kind {
    case .pool: self = .pool(fields.text("pool"))
    case .linear: self = .linear(EconomyDocument.Linear(fields))
    case .governance:
      self = .governance(
        fields.choice("class", EconomyDocument.GovernanceClass.self) ?? .economic,
        maximumShareAYear: fields.optional("maxBpsOfBalancePerYear")?.bps(),
        yearCaps: fields.optional("scheduleCapYearTokens")?.list().map { $0.tokens() } ?? [])
    case .burnMatch:
      _ = fields.text("ref")
      self = .burnMatch
    case .claim: self = .claim(fields.text("ref"))
    case .milestoneCapped: self = .milestoneCapped(EconomyDocument.MilestoneCapped(fields))
    case .milestoneBurn: self = .milestoneBurn
    case .governancePlan: self = .governancePlan(EconomyDocument.GovernancePlan(fields))
    case .immediate:
      self = .immediate(
        throttled: fields.flag("throttled"), maximumShareADay: fields.bps("maxDeployBpsPerDay"))
    }
    fields.finish()
  }
}

extension EconomyDocument.Linear {
  init(_ fields: Fields) {
    mode = fields.choice("cliffMode", EconomyDocument.CliffMode.self) ?? .lockThenLinear
    startMonth = fields.whole("startMonth", in: 0...1_200)
    lockMonths = fields.whole("lockMonths", in: 0...1_200)
    durationMonths = fields.whole("durationMonths", in: 1...1_200)
  }
}

extension EconomyDocument.MilestoneCapped {
  init(_ fields: Fields) {
    let cap = fields.required("linearCap")?.fields
    startMonth = cap?.whole("startMonth", in: 0...1_200) ?? 0
    durationMonths = cap?.whole("durationMonths", in: 1...1_200) ?? 1
    cap?.finish()
    plan = EconomyDocument.Emission(fields.required("plan"))
    _ = fields.text("gates")
    governed = fields.flag("governor")
  }
}

extension EconomyDocument.GovernancePlan {
  init(_ fields: Fields) {
    plan = EconomyDocument.Emission(fields.required("plan"))
    body = fields.choice("class", EconomyDocument.GovernanceClass.self) ?? .economic
    governed = fields.flag("governor")
    throttled = fields.flag("throttled")
    dualControl = fields.optional("dualControl")?.text() != nil
  }
}
