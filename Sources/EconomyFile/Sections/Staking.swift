public import Primitives

extension EconomyDocument {
  /// Staking: rates are ceilings, the pool's schedule is the budget (economics F4 to F7).
  public struct Staking: Sendable, Equatable {
    public let pool: String
    public let payable: String
    public let principalAccount: String
    public let revenueAccount: String?
    /// Revenue moves to the pool by one part in so many each epoch.
    public let revenueSmoothingEpochs: UInt64
    public let minimumPrincipal: Amount
    public let rates: Rates
    public let bonuses: Bonuses
    public let compound: Compound
    public let earlyExit: EarlyExit
    /// Shares of fees and other rewards on top of the base rate, or nil.
    public let dynamic: Dynamic?
    /// Whether burns of rewards count against the limits on burns; nil where none are burned.
    public let rewardBurnIsCapped: Bool?
  }

  /// The two forms of a rate table.
  public enum Rates: Sendable, Equatable {
    /// A tier by principal gives a range, the lock a point in it.
    case tiers([Tier], locks: [Lock])
    /// A row for each lock.
    case periods([Period])
  }

  public struct Tier: Sendable, Equatable {
    public let id: String
    public let minimumPrincipal: Amount
    public let lowestRate: BasisPoints
    public let highestRate: BasisPoints
  }

  public struct Lock: Sendable, Equatable {
    public let duration: Seconds
    /// How far into the tier's range.
    public let range: BasisPoints
  }

  public struct Period: Sendable, Equatable {
    public let duration: Seconds
    public let rate: BasisPoints
    public let minimumPrincipal: Amount
    public let rewardBurn: BasisPoints
    /// 10,000 is one vote for one.
    public let voteMultiplier: BasisPoints
    public let feeDiscount: BasisPoints
    public let benefits: [Benefit]
  }

  public enum Benefit: String, Sendable, CaseIterable {
    case computePriority, feeDiscount, voteMultiplier, specialService
  }

  public struct Bonuses: Sendable, Equatable {
    public let mode: Mode
    /// What an eligible position gets at least.
    public let floor: BasisPoints
    public let aggregateCap: BasisPoints
    public let items: [Bonus]

    public enum Mode: String, Sendable, CaseIterable { case none, relativeAdditive }
  }

  public struct Bonus: Sendable, Equatable {
    public let id: String
    public let highest: BasisPoints
  }

  public struct Compound: Sendable, Equatable {
    public let explicit: Bool
    public let minimumPending: Amount
    public let relocks: Bool
    public let tierReevaluated: Bool
  }

  public struct EarlyExit: Sendable, Equatable {
    public let maximumPenalty: BasisPoints
    public let forfeitsPending: Bool
    /// The part of the penalty that is burned; the rest goes to `remainderTo`.
    public let burnShare: BasisPoints
    public let remainderTo: String
  }

  public struct Dynamic: Sendable, Equatable {
    public let feeShareAccount: String
    public let feeShareSmoothingEpochs: UInt64
    public let feeShareIsCapped: Bool
    public let assetVotingAccount: String
    public let contributionPool: String
  }
}

extension EconomyDocument.Staking {
  init(_ fields: Fields) {
    fields.prose("ref", "decision", "receipt", "aprMeaning", "aprFormula", "afterLock")
    pool = fields.text("pool")
    payable = fields.text("payable")
    principalAccount = fields.text("principalAccount")
    revenueAccount = fields.optional("revenueAccount")?.text()
    revenueSmoothingEpochs = fields.whole("revenueSmoothingEpochs", in: 1...3_650)
    minimumPrincipal = fields.amount("minPrincipal")
    let tiers = fields.optional("tiers")
    let locks = fields.optional("locks")
    let periods = fields.optional("periods")
    if (tiers != nil) == (periods != nil) || (tiers != nil) != (locks != nil) {
      fields.node.fail(
        "rates stand in one of two forms", repair: "write \"tiers\" with \"locks\", or \"periods\"")
    }
    if let periods {
      rates = .periods(periods.list(isEmpty: false).map { EconomyDocument.Period($0.fields) })
      _ = fields.optional("benefitsCumulative")?.flag()
    } else {
      rates = .tiers(
        tiers?.list(isEmpty: false).map { EconomyDocument.Tier($0.fields) } ?? [],
        locks: locks?.list(isEmpty: false).map { EconomyDocument.Lock($0.fields) } ?? [])
    }
    bonuses = EconomyDocument.Bonuses(fields.required("bonuses"))
    compound = EconomyDocument.Compound(fields.required("compound"))
    earlyExit = EconomyDocument.EarlyExit(fields.required("earlyExit"))
    dynamic = fields.optional("dynamic").map { EconomyDocument.Dynamic($0.fields) }
    if let burn = fields.optional("rewardBurn")?.fields {
      burn.prose("when", "rounding")
      rewardBurnIsCapped = burn.flag("subjectToBurnCaps")
      burn.finish()
    } else {
      rewardBurnIsCapped = nil
    }
    fields.finish()
  }
}

extension EconomyDocument.Tier {
  init(_ fields: Fields) {
    fields.prose("source")
    id = fields.text("id")
    minimumPrincipal = fields.amount("minPrincipal")
    lowestRate = fields.bps("aprMinBps", upTo: 100_000)
    highestRate = fields.bps("aprMaxBps", upTo: 100_000)
    fields.finish()
  }
}

extension EconomyDocument.Lock {
  init(_ fields: Fields) {
    duration = fields.days("days", in: 1...3_650)
    range = fields.bps("rangeBps")
    fields.finish()
  }
}

extension EconomyDocument.Period {
  init(_ fields: Fields) {
    duration = fields.days("days", in: 1...3_650)
    rate = fields.bps("aprBps", upTo: 100_000)
    minimumPrincipal = fields.amount("minPrincipal")
    rewardBurn = fields.bps("rewardBurnBps")
    voteMultiplier = fields.bps("voteMultBps", upTo: 100_000)
    feeDiscount = fields.bps("feeDiscountBps")
    benefits = fields.list("benefits").compactMap { $0.choice(EconomyDocument.Benefit.self) }
    fields.finish()
  }
}

extension EconomyDocument.Bonuses {
  init(_ node: Node?) {
    let fields = node?.fields
    fields?.prose("formula")
    mode = fields?.choice("mode", Mode.self) ?? .none
    floor = fields?.optional("floorBps")?.bps() ?? BasisPoints(0)
    aggregateCap = fields?.bps("aggregateCapBps", upTo: 100_000) ?? BasisPoints(0)
    items = fields?.list("items").map { EconomyDocument.Bonus($0.fields) } ?? []
    fields?.finish()
    if mode == .relativeAdditive, node?.value["floorBps"] == nil {
      node?.fail("the key \"floorBps\" is missing", repair: "add it")
    }
  }
}

extension EconomyDocument.Bonus {
  init(_ fields: Fields) {
    id = fields.text("id")
    highest = fields.bps("maxBps")
    fields.finish()
  }
}

extension EconomyDocument.Compound {
  init(_ node: Node?) {
    let fields = node?.fields
    explicit = fields?.flag("explicit") ?? true
    minimumPending = fields?.amount("minPending") ?? .zero
    relocks = fields?.flag("relocks") ?? false
    tierReevaluated = fields?.flag("tierReevaluated") ?? false
    fields?.finish()
  }
}

extension EconomyDocument.EarlyExit {
  private enum Curve: String, CaseIterable { case linearRemaining }
  private enum Rounding: String, CaseIterable { case up }

  init(_ node: Node?) {
    let fields = node?.fields
    maximumPenalty = fields?.bps("maxPenaltyBps") ?? BasisPoints(0)
    _ = fields?.choice("curve", Curve.self)
    _ = fields?.choice("rounding", Rounding.self)
    forfeitsPending = fields?.flag("forfeitPending") ?? true
    burnShare = fields?.bps("burnShareBps") ?? BasisPoints(0)
    remainderTo = fields?.text("remainderTo") ?? ""
    fields?.finish()
  }
}

extension EconomyDocument.Dynamic {
  init(_ fields: Fields) {
    let share = fields.required("feeShare")?.fields
    share?.prose("weight")
    feeShareAccount = share?.text("account") ?? ""
    feeShareSmoothingEpochs = share?.whole("smoothingEpochs", in: 1...3_650) ?? 1
    feeShareIsCapped = share?.flag("capped") ?? false
    share?.finish()
    let voting = fields.required("rwaVoting")?.fields
    voting?.prose("weight")
    assetVotingAccount = voting?.text("account") ?? ""
    voting?.finish()
    let contribution = fields.required("contribution")?.fields
    contributionPool = contribution?.text("pool") ?? ""
    contribution?.finish()
    fields.finish()
  }
}
