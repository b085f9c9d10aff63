public import Primitives

extension Pools {
  /// A pool's books as anyone may read them.
  public struct Facts: ABIRecord {
    /// The wallet's name.
    public let name: String
    /// The wallet.
    public let account: Address
    /// How it pays, by the economy file's word.
    public let kind: String
    /// What the wallet holds.
    public let balance: Amount
    /// What it may still pay in this epoch.
    public let budget: Amount
    /// What the schedule has opened with this epoch, since genesis.
    public let scheduled: Amount
    /// The whole schedule.
    public let total: Amount
    /// What came in beside the schedule, since genesis.
    public let topUps: Amount
    /// What went out, since genesis.
    public let spent: Amount
    /// What went out in this epoch.
    public let epochSpent: Amount
    /// The first epoch that opens a part.
    public let startEpoch: UInt64
    /// Over how many epochs an unspent part opens again; 0 where all of it rolls over.
    public let dripEpochs: UInt64
    /// How many epochs the balance lasts at the pace of the present span of 30 epochs and the one
    /// before; the largest number where nothing was paid in them.
    public let runway: UInt64
    /// What would have been paid without a budget, since genesis; 0 where nobody counts it.
    public let demanded: Amount
    /// The paid share of that, at most 10,000.
    public let coverage: BasisPoints
    /// What was not paid of it; it is not owed.
    public let shortfall: Amount

    /// The tuple's fields in the ABI.
    public static let fields = [
      ABIField("name", String.self),
      ABIField("account", Address.self),
      ABIField("kind", String.self),
      ABIField("balance", Amount.self),
      ABIField("budget", Amount.self),
      ABIField("scheduled", Amount.self),
      ABIField("total", Amount.self),
      ABIField("topUps", Amount.self),
      ABIField("spent", Amount.self),
      ABIField("epochSpent", Amount.self),
      ABIField("startEpoch", UInt64.self),
      ABIField("dripEpochs", UInt64.self),
      ABIField("runway", UInt64.self),
      ABIField("demanded", Amount.self),
      ABIField("coverage", BasisPoints.self),
      ABIField("shortfall", Amount.self),
    ]

    init(
      name: String, account: Address, kind: String, balance: Amount, budget: Amount,
      scheduled: Amount, total: Amount, topUps: Amount, spent: Amount, epochSpent: Amount,
      startEpoch: UInt64, dripEpochs: UInt64, runway: UInt64, coverage: Coverage
    ) {
      self.name = name
      self.account = account
      self.kind = kind
      self.balance = balance
      self.budget = budget
      self.scheduled = scheduled
      self.total = total
      self.topUps = topUps
      self.spent = spent
      self.epochSpent = epochSpent
      self.startEpoch = startEpoch
      self.dripEpochs = dripEpochs
      self.runway = runway
      demanded = coverage.ceiling
      self.coverage = coverage.share
      shortfall = coverage.shortfall
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      name = try .decode(&reader)
      account = try .decode(&reader)
      kind = try .decode(&reader)
      balance = try .decode(&reader)
      budget = try .decode(&reader)
      scheduled = try .decode(&reader)
      total = try .decode(&reader)
      topUps = try .decode(&reader)
      spent = try .decode(&reader)
      epochSpent = try .decode(&reader)
      startEpoch = try .decode(&reader)
      dripEpochs = try .decode(&reader)
      runway = try .decode(&reader)
      demanded = try .decode(&reader)
      coverage = try .decode(&reader)
      shortfall = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      name.encode(into: &writer)
      account.encode(into: &writer)
      kind.encode(into: &writer)
      balance.encode(into: &writer)
      budget.encode(into: &writer)
      scheduled.encode(into: &writer)
      total.encode(into: &writer)
      topUps.encode(into: &writer)
      spent.encode(into: &writer)
      epochSpent.encode(into: &writer)
      startEpoch.encode(into: &writer)
      dripEpochs.encode(into: &writer)
      runway.encode(into: &writer)
      demanded.encode(into: &writer)
      coverage.encode(into: &writer)
      shortfall.encode(into: &writer)
    }
  }

  /// The limits on burns and what they have let through, as anyone may read them.
  public struct BurnFacts: ABIRecord {
    /// The supply now.
    public let supply: Amount
    /// The supply below which nothing burns but what holders burn of their own.
    public let floor: Amount
    /// The most that burns in this protocol year.
    public let yearCap: Amount
    /// Burned in this protocol year, matched burns included.
    public let yearBurned: Amount
    /// Burned in this epoch, to be matched when it closes.
    public let epochBurned: Amount
    /// Burned under the limits since genesis.
    public let burned: Amount
    /// Sent to the overflow account instead, since genesis.
    public let overflowed: Amount
    /// Burned by the reserve beside organic burns, since genesis.
    public let matched: Amount
    /// What the reserve may still burn at the end of this epoch.
    public let matchable: Amount

    /// The tuple's fields in the ABI.
    public static let fields = [
      ABIField("supply", Amount.self),
      ABIField("floor", Amount.self),
      ABIField("yearCap", Amount.self),
      ABIField("yearBurned", Amount.self),
      ABIField("epochBurned", Amount.self),
      ABIField("burned", Amount.self),
      ABIField("overflowed", Amount.self),
      ABIField("matched", Amount.self),
      ABIField("matchable", Amount.self),
    ]

    init(
      supply: Amount, floor: Amount, yearCap: Amount, yearBurned: Amount, epochBurned: Amount,
      burned: Amount, overflowed: Amount, matched: Amount, matchable: Amount
    ) {
      self.supply = supply
      self.floor = floor
      self.yearCap = yearCap
      self.yearBurned = yearBurned
      self.epochBurned = epochBurned
      self.burned = burned
      self.overflowed = overflowed
      self.matched = matched
      self.matchable = matchable
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      supply = try .decode(&reader)
      floor = try .decode(&reader)
      yearCap = try .decode(&reader)
      yearBurned = try .decode(&reader)
      epochBurned = try .decode(&reader)
      burned = try .decode(&reader)
      overflowed = try .decode(&reader)
      matched = try .decode(&reader)
      matchable = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      supply.encode(into: &writer)
      floor.encode(into: &writer)
      yearCap.encode(into: &writer)
      yearBurned.encode(into: &writer)
      epochBurned.encode(into: &writer)
      burned.encode(into: &writer)
      overflowed.encode(into: &writer)
      matched.encode(into: &writer)
      matchable.encode(into: &writer)
    }
  }

  /// A part of a net fee as anyone may read it.
  public struct ShareFacts: ABIRecord {
    /// The share's name.
    public let name: String
    /// Who takes it.
    public let account: Address
    /// Its part of the net fee; the last takes the rest.
    public let share: BasisPoints

    /// The tuple's fields in the ABI.
    public static let fields = [
      ABIField("name", String.self),
      ABIField("account", Address.self),
      ABIField("share", BasisPoints.self),
    ]

    init(
      name: String, account: Address, share: BasisPoints
    ) {
      self.name = name
      self.account = account
      self.share = share
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      name = try .decode(&reader)
      account = try .decode(&reader)
      share = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      name.encode(into: &writer)
      account.encode(into: &writer)
      share.encode(into: &writer)
    }
  }

  /// How a category's payments are divided, as anyone may read it.
  public struct WaterfallFacts: ABIRecord {
    /// The fee's share of the gross.
    public let fee: BasisPoints
    /// The burn's share of what `burnOf` names; it comes out of the fee.
    public let burn: BasisPoints
    /// "gross" or "fee".
    public let burnOf: String
    /// The least payment.
    public let minimumGross: Amount
    /// The split of what is left of the fee, in its order.
    public let shares: [ShareFacts]

    /// The tuple's fields in the ABI.
    public static let fields = [
      ABIField("fee", BasisPoints.self),
      ABIField("burn", BasisPoints.self),
      ABIField("burnOf", String.self),
      ABIField("minimumGross", Amount.self),
      ABIField("shares", [ShareFacts].self),
    ]

    init(
      fee: BasisPoints, burn: BasisPoints, burnOf: String, minimumGross: Amount,
      shares: [ShareFacts]
    ) {
      self.fee = fee
      self.burn = burn
      self.burnOf = burnOf
      self.minimumGross = minimumGross
      self.shares = shares
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      fee = try .decode(&reader)
      burn = try .decode(&reader)
      burnOf = try .decode(&reader)
      minimumGross = try .decode(&reader)
      shares = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      fee.encode(into: &writer)
      burn.encode(into: &writer)
      burnOf.encode(into: &writer)
      minimumGross.encode(into: &writer)
      shares.encode(into: &writer)
    }
  }

  /// A payment taken apart, as anyone may read it; the parts make up the gross to the unit.
  public struct QuoteFacts: ABIRecord {
    /// What the provider's side receives.
    public let providerSide: Amount
    /// What burns before the fee is split.
    public let burn: Amount
    /// What of the fee is split.
    public let net: Amount
    /// The parts of the net fee in the order of the waterfall's shares.
    public let parts: [Amount]

    /// The tuple's fields in the ABI.
    public static let fields = [
      ABIField("providerSide", Amount.self),
      ABIField("burn", Amount.self),
      ABIField("net", Amount.self),
      ABIField("parts", [Amount].self),
    ]

    init(
      providerSide: Amount, burn: Amount, net: Amount, parts: [Amount]
    ) {
      self.providerSide = providerSide
      self.burn = burn
      self.net = net
      self.parts = parts
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      providerSide = try .decode(&reader)
      burn = try .decode(&reader)
      net = try .decode(&reader)
      parts = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      providerSide.encode(into: &writer)
      burn.encode(into: &writer)
      net.encode(into: &writer)
      parts.encode(into: &writer)
    }
  }
}
