public import Primitives

extension EconomyDocument {
  /// What leaves the supply, and the limits on it (economics F9).
  public struct Burns: Sendable, Equatable {
    /// Burns never take the supply below it.
    public let supplyFloor: Amount
    /// The most burned in a year, as a share of the supply at its start.
    public let annualCap: BasisPoints
    /// Where goes what may not be burned.
    public let overflowAccount: String
    public let match: BurnMatch?
    public let milestone: MilestoneBurns?
    /// What the documents aim at each year; reported, never enforced.
    public let targetAnnualReduction: [BasisPoints]
  }

  /// Burns from a reserve that match organic ones.
  public struct BurnMatch: Sendable, Equatable {
    public let account: String
    public let share: BasisPoints
    public let yearCaps: [Amount]
  }

  /// Burns that wait in escrow for milestones (B08).
  public struct MilestoneBurns: Sendable, Equatable {
    /// The escrow's account name.
    public let escrow: String
    /// The sum of all items in base units.
    public let total: Amount
    /// Whether the yearly cap leaves them out.
    public let exemptFromAnnualCap: Bool
    /// One burn a milestone.
    public let items: [MilestoneBurn]
  }

  /// What one milestone burns.
  public struct MilestoneBurn: Sendable, Equatable {
    /// The milestone's id.
    public let id: String
    /// Base units.
    public let amount: Amount
    /// The calendar year in which it is expected; the event decides.
    public let expectedYear: UInt64
  }
}

extension EconomyDocument.Burns {
  init(_ fields: Fields) {
    fields.prose("ref", "decision", "annualCapBase")
    supplyFloor = fields.amount("supplyFloor")
    annualCap = fields.bps("annualCapBps")
    overflowAccount = fields.text("overflowAccount")
    targetAnnualReduction =
      fields.optional("targetAnnualReductionBps")?.list().map { $0.bps() } ?? []
    _ = fields.optional("targetIsPromise")?.flag()
    match = fields.optional("match").map { EconomyDocument.BurnMatch($0.fields) }
    milestone = fields.optional("milestone").map { EconomyDocument.MilestoneBurns($0.fields) }
    for name in ["qualityControl", "failedProposal"] {
      let reference = fields.optional(name)?.fields
      reference?.prose("ref")
      reference?.finish()
    }
    let cleanup = fields.optional("ecosystemCleanup")?.fields
    cleanup?.prose("kind", "source")
    _ = cleanup?.choice("class", EconomyDocument.GovernanceClass.self)
    cleanup?.finish()
    fields.finish()
  }
}

extension EconomyDocument.BurnMatch {
  private enum Unused: String, CaseIterable { case rollsOver }

  init(_ fields: Fields) {
    account = fields.text("account")
    share = fields.bps("matchBps", upTo: 100_000)
    yearCaps = fields.list("yearCapTokens", isEmpty: false).map { $0.tokens() }
    _ = fields.choice("unused", Unused.self)
    fields.finish()
  }
}

extension EconomyDocument.MilestoneBurns {
  init(_ fields: Fields) {
    escrow = fields.text("escrow")
    total = fields.amount("total")
    exemptFromAnnualCap = fields.flag("exemptFromAnnualCap")
    var funded = Amount.zero
    let funding = fields.list("funding")
    let sound = fields.reading.isSound {
      for node in funding {
        let source = node.fields
        _ = source.text("from")
        funded = funded.adding(source.amountHere()) ?? funded
        source.finish()
      }
    }
    items = fields.list("items", isEmpty: false).map { EconomyDocument.MilestoneBurn($0.fields) }
    fields.finish()
    let decimals = fields.reading.decimals ?? 0
    if sound, funded != total {
      fields.required("funding")?.fail(
        "the sources sum to \(TokenAmount.text(funded.units, decimals: decimals)) tokens",
        repair: "make them the total, \(TokenAmount.text(total.units, decimals: decimals))")
    }
  }
}

extension EconomyDocument.MilestoneBurn {
  init(_ fields: Fields) {
    id = fields.text("id")
    amount = fields.amountHere()
    expectedYear = fields.whole("expectedYear", in: 2_000...9_999)
    fields.finish()
  }
}
