public import Primitives

/// One thing that a forecast takes for granted: a whole number with a name, a unit and bounds.
public enum Assumption: Int, CaseIterable, Sendable {
  case stakers, compounders, claimers, sellers, customers, contributors, sybils
  case whaleWealth, sybilWealth, marketStock
  case decisionDays, claimDays, stakeShare, requiredLow, requiredHigh, earlyExits, scored
  case purchases, sales, contributorSales, insiderSales, whaleSales
  case volume, volumeGrowth, volumeCap, platformFees
  case votedSpending, poolDemand, payments

  /// What is said about an assumption wherever it is shown.
  public struct Fact: Sendable {
    /// As assumption files and reports name it.
    public let name: String
    /// The value where nobody says another.
    public let standard: UInt64
    /// What a file may say.
    public let bounds: ClosedRange<UInt64>
    /// What the number counts.
    public let unit: String
    /// What the number means, in one sentence.
    public let meaning: String

    init(
      _ name: String, _ standard: UInt64, _ bounds: ClosedRange<UInt64>, _ unit: String,
      _ meaning: String
    ) {
      self.name = name
      self.standard = standard
      self.bounds = bounds
      self.unit = unit
      self.meaning = meaning
    }
  }

  /// Name, standard, unit and meaning.
  public var fact: Fact { Self.facts[rawValue] }

  /// In the order of the cases.
  private static let facts = population + behaviour + flows

  private static let share: ClosedRange<UInt64> = 0...10_000
  private static let ofAgents = "bps of agents"

  private static let population = [
    Fact(
      "stakers", 2_500, share, ofAgents,
      "Members who stake for a lock of their choice, claim, and stake again while it pays."),
    Fact(
      "compounders", 1_000, share, ofAgents,
      "Members who stake for the best paid lock and compound."),
    Fact(
      "claimers", 1_000, share, ofAgents,
      "Members who stake, claim often, and sell what they claimed."),
    Fact("sellers", 1_500, share, ofAgents, "Holders who sell their first holdings bit by bit."),
    Fact(
      "customers", 1_500, share, ofAgents,
      "Members who buy services every day; what they lack they buy on the market."),
    Fact(
      "contributors", 1_000, share, ofAgents,
      "Providers of services and work: nine tenths of payments, rewards of pools, grants."),
    Fact(
      "sybils", 500, share, ofAgents,
      "Accounts of one person who pretends to be many; each stakes the least that counts."),
    Fact(
      "whaleWealth", 1_000, share, "bps of the liquid start", "What the one whale starts with."),
    Fact(
      "sybilWealth", 200, share, "bps of the liquid start", "What all sybil accounts start with."),
    Fact(
      "marketStock", 1_000, share, "bps of the liquid start",
      "What stands on the market at the start; the rest is the members'."),
  ]

  private static let behaviour = [
    Fact(
      "decisionDays", 30, 1...365, "days", "How often a member decides, give or take a quarter."),
    Fact("claimDays", 7, 1...365, "days", "How often a claimer claims."),
    Fact(
      "stakeShare", 7_000, share, "bps of what is liquid", "What a staker locks at a decision."),
    Fact(
      "requiredLow", 100, share, "bps a year", "The least yearly rate that some member asks for."),
    Fact(
      "requiredHigh", 900, share, "bps a year",
      "The least rate of the most demanding; members lie evenly between the two."),
    Fact(
      "earlyExits", 20, share, "bps a decision", "How often a staker leaves before the lock ends."),
    Fact(
      "scored", 3_000, share, "bps of members",
      "Who is eligible for each bonus, with an evenly drawn score."),
    Fact(
      "purchases", 20, share, "bps of the market's stock",
      "What a member buys at a decision with money from outside; a whale buys ten times that."),
    Fact("sales", 500, share, "bps of what is liquid", "What a seller sells at a decision."),
    Fact(
      "contributorSales", 5_000, share, "bps of what is liquid",
      "What a contributor sells at a decision."),
    Fact(
      "insiderSales", 5_000, share, "bps of what is liquid",
      "What the holder of a vesting wallet sells at a decision, after the release."),
    Fact(
      "whaleSales", 1_000, share, "bps of what is liquid",
      "What the whale sells at a decision while less than half of the promise is paid."),
  ]

  private static let flows = [
    Fact(
      "volume", 35, 0...1_000_000, "millionths of the supply a day",
      "Payments for services at the start."),
    Fact("volumeGrowth", 300, share, "bps a month", "By how much they grow every thirty days."),
    Fact(
      "volumeCap", 333, 0...1_000_000, "millionths of the supply a day",
      "Where growth of payments ends."),
    Fact(
      "platformFees", 200, share, "bps of payments",
      "What of it is the platform's alone, such as registrations."),
    Fact(
      "votedSpending", 500, share, "bps of what is open, every 30 days",
      "What votes spend of wallets that they may spend; emergency reserves stay."),
    Fact(
      "poolDemand", 5_000, share, "bps of what is open",
      "What work earns of the pools besides staking: a day's part daily where budgets drip, "
        + "otherwise every 30 days; a sixtieth of it where all is open from the start."),
    Fact("payments", 1, 0...100, "a day", "Payments of each member to another."),
  ]
}

/// The whole set of them.
public struct Assumptions: Sendable, Equatable {
  private var values = Assumption.allCases.map(\.fact.standard)
  /// Payments for services a day at the start in base units, where they are said so and not as a
  /// share of the supply.
  public var volumeADay: Amount?

  public init() {}

  /// The value of one.
  public subscript(_ assumption: Assumption) -> UInt64 {
    get { values[assumption.rawValue] }
    set { values[assumption.rawValue] = newValue }
  }

  /// Reads a file: an object with some of the names, and `volumeADay` as text in tokens.
  /// - Throws: `AssumptionFailure` with the first thing that is wrong, and its repair.
  public init(text: String, decimals: Int) throws(AssumptionFailure) {
    let root: JSONValue
    do throws(JSONFailure) {
      root = try JSONParser.parse(Array(text.utf8), comments: true)
    } catch {
      throw AssumptionFailure("the assumptions are no JSON: \(error): correct the text there")
    }
    guard let members = root.members else {
      throw AssumptionFailure("the assumptions are no object: write { \"stakers\": 2500 }")
    }
    for member in members {
      if member.name == "volumeADay" {
        guard let tokens = member.value.string,
          let amount = DecimalText.parse(tokens, decimals: decimals)
        else {
          throw AssumptionFailure(
            "volumeADay is no amount: write tokens as text, such as \"35000\", with at most "
              + "\(decimals) places")
        }
        volumeADay = amount
        continue
      }
      guard let assumption = Assumption.allCases.first(where: { $0.fact.name == member.name })
      else {
        let names = Assumption.allCases.map(\.fact.name).joined(separator: ", ")
        throw AssumptionFailure("nobody assumes \"\(member.name)\": use \(names), volumeADay")
      }
      try set(assumption, member.value)
    }
    try checkSums()
  }

  private mutating func set(
    _ assumption: Assumption, _ value: JSONValue
  ) throws(AssumptionFailure) {
    let fact = assumption.fact
    guard let number = value.whole.flatMap({ UInt64(exactly: $0) }), fact.bounds.contains(number)
    else {
      throw AssumptionFailure(
        "\(fact.name) is \(value.text): write a whole number from \(fact.bounds.lowerBound) to "
          + "\(fact.bounds.upperBound) (\(fact.unit))")
    }
    self[assumption] = number
  }

  /// Shares of one whole must leave some of it.
  private func checkSums() throws(AssumptionFailure) {
    func check(_ parts: [Assumption]) throws(AssumptionFailure) {
      guard parts.reduce(0, { $0 + self[$1] }) <= 10_000 else {
        let names = parts.map(\.fact.name).joined(separator: ", ")
        throw AssumptionFailure("\(names) are more than 10000 together: lower one of them")
      }
    }
    try check([.stakers, .compounders, .claimers, .sellers, .customers, .contributors, .sybils])
    try check([.whaleWealth, .sybilWealth, .marketStock])
    guard self[.requiredLow] <= self[.requiredHigh] else {
      throw AssumptionFailure("requiredLow is above requiredHigh: exchange them")
    }
  }
}

/// Why assumptions cannot be used: the cause and the repair.
public struct AssumptionFailure: Error, Sendable {
  /// In one sentence.
  public let text: String

  init(_ text: String) { self.text = text }
}
