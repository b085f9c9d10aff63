public import Primitives

/// The answers of the module's queries.
extension Staking {
  /// Everything about a position at one second.
  public struct PositionFacts: ABIRecord {
    public let position: ReceiptID
    /// Who owns the receipt.
    public let owner: Address
    /// Who votes with the owner's weight.
    public let delegate: Address
    /// Who receives the rewards.
    public let beneficiary: Address
    /// Locked by the position.
    public let principal: Amount
    /// The tier's name; empty where rates go by lock alone.
    public let tier: String
    public let lock: Seconds
    public let openedAt: LogicalTime
    public let lockEnd: LogicalTime
    public let isLocked: Bool
    /// The yearly rate before the bonus: a ceiling.
    public let apr: BasisPoints
    public let bonus: BasisPoints
    /// `apr × (10,000 + bonus)`, in parts of 10^8 a year.
    public let rho: UInt64
    /// `principal × rho`.
    public let weight: UInt128
    /// Earned of the pool and not claimed, before the row's burn.
    public let pending: Amount
    /// What whole units leave of the pending, in units × 10^24.
    public let fraction: UInt128
    /// Earned of the fee share and not claimed.
    public let pendingFees: Amount

    /// In the ABI's order.
    public static let fields = [
      ABIField("position", ReceiptID.self), ABIField("owner", Address.self),
      ABIField("delegate", Address.self), ABIField("beneficiary", Address.self),
      ABIField("principal", Amount.self), ABIField("tier", String.self),
      ABIField("lock", Seconds.self), ABIField("openedAt", LogicalTime.self),
      ABIField("lockEnd", LogicalTime.self), ABIField("isLocked", Bool.self),
      ABIField("apr", BasisPoints.self), ABIField("bonus", BasisPoints.self),
      ABIField("rho", UInt64.self), ABIField("weight", UInt128.self),
      ABIField("pending", Amount.self), ABIField("fraction", UInt128.self),
      ABIField("pendingFees", Amount.self),
    ]

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      position = try .decode(&reader)
      owner = try .decode(&reader)
      delegate = try .decode(&reader)
      beneficiary = try .decode(&reader)
      principal = try .decode(&reader)
      tier = try .decode(&reader)
      lock = try .decode(&reader)
      openedAt = try .decode(&reader)
      lockEnd = try .decode(&reader)
      isLocked = try .decode(&reader)
      apr = try .decode(&reader)
      bonus = try .decode(&reader)
      rho = try .decode(&reader)
      weight = try .decode(&reader)
      pending = try .decode(&reader)
      fraction = try .decode(&reader)
      pendingFees = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      position.encode(into: &writer)
      owner.encode(into: &writer)
      delegate.encode(into: &writer)
      beneficiary.encode(into: &writer)
      principal.encode(into: &writer)
      tier.encode(into: &writer)
      lock.encode(into: &writer)
      openedAt.encode(into: &writer)
      lockEnd.encode(into: &writer)
      isLocked.encode(into: &writer)
      apr.encode(into: &writer)
      bonus.encode(into: &writer)
      rho.encode(into: &writer)
      weight.encode(into: &writer)
      pending.encode(into: &writer)
      fraction.encode(into: &writer)
      pendingFees.encode(into: &writer)
    }

    init(
      position: ReceiptID, owner: Address, delegate: Address, beneficiary: Address,
      principal: Amount, tier: String, lock: Seconds, openedAt: LogicalTime, lockEnd: LogicalTime,
      isLocked: Bool, apr: BasisPoints, bonus: BasisPoints, rho: UInt64, weight: UInt128,
      pending: Amount, fraction: UInt128, pendingFees: Amount
    ) {
      self.position = position
      self.owner = owner
      self.delegate = delegate
      self.beneficiary = beneficiary
      self.principal = principal
      self.tier = tier
      self.lock = lock
      self.openedAt = openedAt
      self.lockEnd = lockEnd
      self.isLocked = isLocked
      self.apr = apr
      self.bonus = bonus
      self.rho = rho
      self.weight = weight
      self.pending = pending
      self.fraction = fraction
      self.pendingFees = pendingFees
    }
  }

  /// An account's score in a bonus.
  public struct ScoreFacts: ABIRecord {
    public let isEligible: Bool
    public let score: BasisPoints

    /// In the ABI's order.
    public static let fields = [
      ABIField("isEligible", Bool.self), ABIField("score", BasisPoints.self),
    ]

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      isEligible = try .decode(&reader)
      score = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      isEligible.encode(into: &writer)
      score.encode(into: &writer)
    }

    init(
      isEligible: Bool, score: BasisPoints
    ) {
      self.isEligible = isEligible
      self.score = score
    }
  }

  /// A bonus and what it adds to a rate, relative to the rate.
  public struct BonusFacts: ABIRecord {
    public let name: String
    /// What being eligible alone adds.
    public let lowest: BasisPoints
    public let highest: BasisPoints

    /// In the ABI's order.
    public static let fields = [
      ABIField("name", String.self), ABIField("lowest", BasisPoints.self),
      ABIField("highest", BasisPoints.self),
    ]

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      name = try .decode(&reader)
      lowest = try .decode(&reader)
      highest = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      name.encode(into: &writer)
      lowest.encode(into: &writer)
      highest.encode(into: &writer)
    }

    init(
      name: String, lowest: BasisPoints, highest: BasisPoints
    ) {
      self.name = name
      self.lowest = lowest
      self.highest = highest
    }
  }

  /// The state of the rewards at one second.
  public struct RewardFacts: ABIRecord {
    public let epoch: UInt64
    public let epochStart: LogicalTime
    public let totalWeight: UInt128
    /// Cumulative reward of one unit of weight, in units × 10^24.
    public let index: UInt128
    /// What may flow in this epoch.
    public let budget: Amount
    /// What has flowed in this epoch.
    public let spent: Amount
    /// What this epoch would pay at the promised rates and the present weight.
    public let ceiling: Amount
    /// The part of the ceiling that the budget covers.
    public let coverage: BasisPoints
    /// The part of the ceiling that nobody is owed.
    public let shortfall: Amount
    public let pool: Amount
    public let payable: Amount
    /// What waits to move to the pool, epoch by epoch.
    public let revenue: Amount
    public let positions: UInt64
    public let principal: Amount

    /// In the ABI's order.
    public static let fields = [
      ABIField("epoch", UInt64.self), ABIField("epochStart", LogicalTime.self),
      ABIField("totalWeight", UInt128.self), ABIField("index", UInt128.self),
      ABIField("budget", Amount.self), ABIField("spent", Amount.self),
      ABIField("ceiling", Amount.self), ABIField("coverage", BasisPoints.self),
      ABIField("shortfall", Amount.self), ABIField("pool", Amount.self),
      ABIField("payable", Amount.self), ABIField("revenue", Amount.self),
      ABIField("positions", UInt64.self), ABIField("principal", Amount.self),
    ]

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      epoch = try .decode(&reader)
      epochStart = try .decode(&reader)
      totalWeight = try .decode(&reader)
      index = try .decode(&reader)
      budget = try .decode(&reader)
      spent = try .decode(&reader)
      ceiling = try .decode(&reader)
      coverage = try .decode(&reader)
      shortfall = try .decode(&reader)
      pool = try .decode(&reader)
      payable = try .decode(&reader)
      revenue = try .decode(&reader)
      positions = try .decode(&reader)
      principal = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      epoch.encode(into: &writer)
      epochStart.encode(into: &writer)
      totalWeight.encode(into: &writer)
      index.encode(into: &writer)
      budget.encode(into: &writer)
      spent.encode(into: &writer)
      ceiling.encode(into: &writer)
      coverage.encode(into: &writer)
      shortfall.encode(into: &writer)
      pool.encode(into: &writer)
      payable.encode(into: &writer)
      revenue.encode(into: &writer)
      positions.encode(into: &writer)
      principal.encode(into: &writer)
    }

    init(
      epoch: UInt64, epochStart: LogicalTime, totalWeight: UInt128, index: UInt128, budget: Amount,
      spent: Amount, ceiling: Amount, coverage: BasisPoints, shortfall: Amount, pool: Amount,
      payable: Amount, revenue: Amount, positions: UInt64, principal: Amount
    ) {
      self.epoch = epoch
      self.epochStart = epochStart
      self.totalWeight = totalWeight
      self.index = index
      self.budget = budget
      self.spent = spent
      self.ceiling = ceiling
      self.coverage = coverage
      self.shortfall = shortfall
      self.pool = pool
      self.payable = payable
      self.revenue = revenue
      self.positions = positions
      self.principal = principal
    }
  }

  /// The state of the fee share at one second.
  public struct FeeShareFacts: ABIRecord {
    public let totalWeight: UInt128
    public let index: UInt128
    public let budget: Amount
    /// What has not flowed yet.
    public let waiting: Amount
    /// What has flowed and was not claimed.
    public let payable: Amount

    /// In the ABI's order.
    public static let fields = [
      ABIField("totalWeight", UInt128.self), ABIField("index", UInt128.self),
      ABIField("budget", Amount.self), ABIField("waiting", Amount.self),
      ABIField("payable", Amount.self),
    ]

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      totalWeight = try .decode(&reader)
      index = try .decode(&reader)
      budget = try .decode(&reader)
      waiting = try .decode(&reader)
      payable = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      totalWeight.encode(into: &writer)
      index.encode(into: &writer)
      budget.encode(into: &writer)
      waiting.encode(into: &writer)
      payable.encode(into: &writer)
    }

    init(
      totalWeight: UInt128, index: UInt128, budget: Amount, waiting: Amount, payable: Amount
    ) {
      self.totalWeight = totalWeight
      self.index = index
      self.budget = budget
      self.waiting = waiting
      self.payable = payable
    }
  }

  /// A row of the rate table.
  public struct RateFacts: ABIRecord {
    /// The tier's name; empty where rates go by lock alone.
    public let tier: String
    public let minimum: Amount
    public let lock: Seconds
    /// The yearly rate without bonuses: a ceiling.
    public let promised: BasisPoints
    /// What this epoch's budget pays of it. Division: down.
    public let paid: BasisPoints
    /// The share of a reward that burns when it is claimed.
    public let rewardBurn: BasisPoints

    /// In the ABI's order.
    public static let fields = [
      ABIField("tier", String.self), ABIField("minimum", Amount.self),
      ABIField("lock", Seconds.self), ABIField("promised", BasisPoints.self),
      ABIField("paid", BasisPoints.self), ABIField("rewardBurn", BasisPoints.self),
    ]

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      tier = try .decode(&reader)
      minimum = try .decode(&reader)
      lock = try .decode(&reader)
      promised = try .decode(&reader)
      paid = try .decode(&reader)
      rewardBurn = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      tier.encode(into: &writer)
      minimum.encode(into: &writer)
      lock.encode(into: &writer)
      promised.encode(into: &writer)
      paid.encode(into: &writer)
      rewardBurn.encode(into: &writer)
    }

    init(
      tier: String, minimum: Amount, lock: Seconds, promised: BasisPoints, paid: BasisPoints,
      rewardBurn: BasisPoints
    ) {
      self.tier = tier
      self.minimum = minimum
      self.lock = lock
      self.promised = promised
      self.paid = paid
      self.rewardBurn = rewardBurn
    }
  }
}

extension Staking.Benefits: ABIRecord {
  /// In the ABI's order.
  public static let fields = [
    ABIField("feeDiscount", BasisPoints.self), ABIField("voteMultiplier", BasisPoints.self),
    ABIField("computePriority", Bool.self), ABIField("specialService", Bool.self),
  ]

  public init(fields reader: inout ABIReader) throws(ABIFailure) {
    feeDiscount = try .decode(&reader)
    voteMultiplier = try .decode(&reader)
    computePriority = try .decode(&reader)
    specialService = try .decode(&reader)
  }

  public func encodeFields(into writer: inout ABIWriter) {
    feeDiscount.encode(into: &writer)
    voteMultiplier.encode(into: &writer)
    computePriority.encode(into: &writer)
    specialService.encode(into: &writer)
  }
}
