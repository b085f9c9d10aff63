public import Primitives

/// The economy at the end of a day; amounts in base units.
public struct ForecastSample: Sendable {
  /// A pool's books.
  public struct Pool: Sendable {
    public let balance: UInt128
    /// What it may still pay in this epoch.
    public let budget: UInt128
    /// What its schedule has opened so far.
    public let scheduled: UInt128
    /// What came in beside the schedule so far.
    public let topUps: UInt128
    /// What it has paid so far.
    public let spent: UInt128
    /// What would have been paid without a budget so far; 0 where nobody counts it.
    public let demanded: UInt128
    /// Epochs that it lasts at the present pace; the largest number where nothing is paid.
    public let runway: UInt64
  }

  /// Members of one kind together.
  public struct Kind: Sendable {
    public let wealth: UInt128
    /// Rewards of staking so far.
    public let earned: UInt128
  }

  /// Days since the start of the run.
  public let day: Int
  public let time: LogicalTime
  public let height: Height
  /// In the order of the report's categories; they sum to the whole supply.
  public let categories: [UInt128]
  /// Open positions, and what they hold.
  public let positions: UInt64
  public let principal: UInt128
  /// What members and the market hold, staked or not.
  public let circulating: UInt128
  /// The part of the promised rates that this epoch's budget covers, in basis points.
  public let coverage: UInt64
  /// What this epoch would pay at the promised rates, and what its budget is.
  public let ceiling: UInt128
  public let budget: UInt128
  /// The average promised and paid yearly rate over all that is staked, in basis points.
  public let promisedRate: UInt64
  public let paidRate: UInt64
  /// In the order of the report's pools.
  public let pools: [Pool]
  /// What is not burned.
  public let supply: UInt128
  /// The most that burns in this protocol year, and what has.
  public let yearCap: UInt128
  public let yearBurned: UInt128
  /// Burned so far: under the limits, of it by the reserve; held back by the limits; and in all.
  public let burnedUnderLimits: UInt128
  public let matched: UInt128
  public let overflowed: UInt128
  public let burned: UInt128
  /// Since the start of the run.
  public let flows: ForecastReport.Flows
  public let networkFees: UInt128
  /// Of what persons hold: 0 is all alike, 10,000 is one person with everything.
  public let gini: UInt64
  /// The share of the ten richest persons, and of the ten richest accounts, in basis points.
  public let topPersons: UInt64
  public let topAccounts: UInt64
  /// In the order of `AgentKind.allCases`.
  public let kinds: [Kind]
}

/// How equally something is shared, in whole numbers.
enum Concentration {
  /// The Gini coefficient in basis points, rounded down; 0 where there is nothing.
  static func gini(_ holdings: [UInt128]) -> UInt64 {
    let sorted = holdings.sorted()
    let count = UInt128(sorted.count)
    // Scaled down to 76 bits, equally for all, so that sums over 2^17 ranks fit 128 bits.
    let shift = UInt128(max(0, 52 - (sorted.last ?? 0).leadingZeroBitCount))
    var sum: UInt128 = 0
    var weighted: UInt128 = 0
    for (rank, units) in sorted.enumerated() {
      let part = units >> shift
      sum += part
      weighted += UInt128(rank + 1) * part
    }
    guard sum > 0, count > 0 else { return 0 }
    // (2 Σ i x - (n + 1) Σ x) / (n Σ x)
    let upper = 2 * weighted - (count + 1) * sum
    return UInt64(truncatingIfNeeded: upper * 10_000 / (count * sum))
  }

  /// The share of the largest so many in basis points, rounded down.
  static func top(_ number: Int, of holdings: [UInt128]) -> UInt64 {
    let sum = holdings.reduce(0, +)
    guard sum > 0 else { return 0 }
    let most = holdings.sorted().suffix(number).reduce(0, +)
    return UInt64(truncatingIfNeeded: multiplyDivide(most, 10_000, by: sum, .down) ?? 0)
  }
}
