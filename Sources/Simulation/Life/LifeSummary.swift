public import Primitives

/// What a life came to; amounts in base units.
public struct LifeSummary: Sendable {
  /// The staking pool at the end of thirty days.
  public struct Month: Sendable {
    public let day: Int
    public let positions: UInt128
    public let principal: UInt128
    /// The part of the promised rates that the epoch's budget covers, in basis points.
    public let coverage: UInt128
    public let shortfall: UInt128
    /// What the pool has paid out, and what schedule and top-ups had given it, since genesis.
    public let spent: UInt128
    public let funded: UInt128
    /// Epochs that the pool lasts at its present pace.
    public let runway: UInt128
    public let supply: UInt128
  }

  /// How many days were lived.
  public let days: Int
  /// The token's decimals, for showing amounts.
  public let decimals: Int
  /// Operations that agents asked for.
  public let asked: Int
  /// Operations that took effect.
  public let succeeded: Int
  /// Operations that a guard refused.
  public let refused: Int
  /// Transactions that could not be part of a block.
  public let impossible: Int
  /// How often each rejection was met, the most frequent first.
  public let refusals: [(name: String, count: Int)]
  public let months: [Month]
  public let supply: UInt128
  public let burned: UInt128
  /// Rewards that members received or compounded.
  public let paid: UInt128
  /// Rewards that burned on the way.
  public let rewardBurned: UInt128
  /// Rewards that early leavers left behind.
  public let forfeited: UInt128
  /// Everything that left the account where claims are paid.
  public let outflow: UInt128
  public let scheduled: UInt128
  public let topUps: UInt128
  public let spent: UInt128
  public let stateRoot: Digest
  /// SHA-256 over the state root of every day.
  public let dailyRoots: Digest
  /// Where engine and models disagree, and invariants that broke; empty in a sound build.
  public let faults: [String]

  /// True where every reward came out of schedule and top-ups.
  public var isFunded: Bool {
    outflow <= spent && spent <= scheduled + topUps
  }
}
