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

  /// A tier of principal with its range of rates (S01 to S05).
  public struct Tier: Sendable, Equatable {
    /// The id in the file.
    public let id: String
    /// The least principal, in base units.
    public let minimumPrincipal: Amount
    /// The yearly ceiling at the shortest lock.
    public let lowestRate: BasisPoints
    /// The yearly ceiling at the longest lock.
    public let highestRate: BasisPoints
  }

  /// A lock and how far it sweeps a tier's range (D03).
  public struct Lock: Sendable, Equatable {
    /// How long the principal is locked.
    public let duration: Seconds
    /// How far into the tier's range.
    public let range: BasisPoints
  }

  /// One row of a table of terms (Y15).
  public struct Period: Sendable, Equatable {
    /// How long the principal is locked.
    public let duration: Seconds
    /// The yearly ceiling.
    public let rate: BasisPoints
    /// The least principal, in base units.
    public let minimumPrincipal: Amount
    /// The share of rewards that is burned at claim (Y14).
    public let rewardBurn: BasisPoints
    /// 10,000 is one vote for one.
    public let voteMultiplier: BasisPoints
    public let feeDiscount: BasisPoints
    public let benefits: [Benefit]
  }

  /// What a row gives besides its rate.
  public enum Benefit: String, Sendable, CaseIterable {
    case computePriority, feeDiscount, voteMultiplier, specialService
  }

  /// How activity raises a position's weight (S06).
  public struct Bonuses: Sendable, Equatable {
    /// Whether there are bonuses, and how they add up.
    public let mode: Mode
    /// What an eligible position gets at least.
    public let floor: BasisPoints
    public let aggregateCap: BasisPoints
    public let items: [Bonus]

    /// No bonuses, or shares of the rate that add up (D04).
    public enum Mode: String, Sendable, CaseIterable { case none, relativeAdditive }
  }

  /// One bonus.
  public struct Bonus: Sendable, Equatable {
    /// The id in the file.
    public let id: String
    /// What a full score adds, relative to the rate.
    public let highest: BasisPoints
  }

  /// The rules of adding rewards to principal (D06).
  public struct Compound: Sendable, Equatable {
    /// Whether it takes an operation of its own.
    public let explicit: Bool
    /// The least reward that compounds, in base units.
    public let minimumPending: Amount
    /// Whether the lock begins anew.
    public let relocks: Bool
    /// Whether the grown principal may reach a higher tier.
    public let tierReevaluated: Bool
  }

  /// The price of leaving before the lock ends (D07).
  public struct EarlyExit: Sendable, Equatable {
    /// The penalty's share of principal at the first second.
    public let maximumPenalty: BasisPoints
    /// Whether rewards that were not claimed are lost.
    public let forfeitsPending: Bool
    /// The part of the penalty that is burned; the rest goes to `remainderTo`.
    public let burnShare: BasisPoints
    public let remainderTo: String
  }

  /// What stakers earn besides the base rate (Y16).
  public struct Dynamic: Sendable, Equatable {
    /// The account that gathers the stakers' part of fees.
    public let feeShareAccount: String
    /// An epoch pays out one part in so many.
    public let feeShareSmoothingEpochs: UInt64
    /// Whether a ceiling applies to it.
    public let feeShareIsCapped: Bool
    /// The account that pays voters on assets.
    public let assetVotingAccount: String
    /// The pool that pays other contributions.
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
