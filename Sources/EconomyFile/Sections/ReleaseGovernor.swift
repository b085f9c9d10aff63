public import Primitives

extension EconomyDocument {
  /// The ceiling on everything released, and the throttle (economics F24 and F25).
  public struct ReleaseGovernor: Sendable, Equatable {
    /// The most released by the end of each year, cumulative.
    public let cumulativeCeiling: [Amount]
    /// What discretionary wallets plan for each year.
    public let discretionaryPlan: [Amount]
    /// Patterns of accounts under the plan, and of those whose contracts come first.
    public let appliesTo: [String]
    public let contractualFirst: [String]
    public let throttle: Throttle
  }

  /// How releases shrink while prices swing.
  public struct Throttle: Sendable, Equatable {
    public let windowEpochs: UInt64
    /// Up to here everything is released; from `high` on, only `floor` of it.
    public let low: BasisPoints
    public let high: BasisPoints
    public let floor: BasisPoints
    public let appliesTo: [String]
  }

  /// A goal of the roadmap; some burn, some unlock foundation tokens.
  public struct Milestone: Sendable, Equatable {
    public let id: String
    /// The month in which it is expected.
    public let month: UInt64
    public let burn: Amount?
    /// What it unlocks of the foundation's wallets, cumulative, or nil.
    public let foundationUnlock: Amount?
  }
}

extension EconomyDocument.ReleaseGovernor {
  /// Nil where the section says that there is none.
  init?(_ fields: Fields) {
    fields.prose("ref", "decision", "reason", "split2030plus")
    guard fields.flag("enabled") else {
      fields.finish()
      return nil
    }
    cumulativeCeiling = fields.list("cumulativeCeilingTokens", isEmpty: false).map { $0.tokens() }
    discretionaryPlan = fields.list("discretionaryPlanTokens", isEmpty: false).map { $0.tokens() }
    let table = fields.optional("sourceTableBps")
    var shares: UInt64 = 0
    for node in table?.list() ?? [] { shares += UInt64(node.bps().value) }
    if let table, shares != 10_000 {
      table.fail("the shares sum to \(grouped(shares)) bps", repair: "make them 10,000")
    }
    appliesTo = fields.texts("appliesTo")
    contractualFirst = fields.texts("contractualFirst")
    throttle = EconomyDocument.Throttle(fields.required("volatility"))
    fields.finish()
  }
}

extension EconomyDocument.Throttle {
  init(_ node: Node?) {
    let fields = node?.fields
    fields?.prose("measure", "deferred")
    windowEpochs = fields?.whole("windowEpochs", in: 1...3_650) ?? 1
    low = fields?.bps("lowBps", upTo: 100_000) ?? BasisPoints(0)
    high = fields?.bps("highBps", upTo: 100_000) ?? BasisPoints(1)
    floor = fields?.bps("floorBps") ?? .whole
    appliesTo = fields?.texts("appliesTo") ?? []
    fields?.finish()
    if let node, node.value.members != nil, low >= high {
      node.fail(
        "lowBps \(low.value) is not below highBps \(high.value)", repair: "raise highBps")
    }
  }
}

extension EconomyDocument.Milestone {
  init(_ fields: Fields) {
    fields.prose("expected")
    id = fields.text("id")
    let name = fields.node.value["month"] != nil ? "month" : "expectedMonth"
    month = fields.whole(name, in: 0...1_200)
    burn = fields.optional("burn")?.amount()
    foundationUnlock = fields.optional("foundationUnlockTokens")?.tokens()
    fields.finish()
  }
}
