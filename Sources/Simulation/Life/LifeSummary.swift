public import Primitives

/// What a life came to; amounts in base units.
public struct LifeSummary: Sendable {
  /// The staking pool at the end of thirty days.
  public struct Month: Sendable {
    /// Counted from 1.
    public let day: Int
    /// Open positions.
    public let positions: UInt128
    /// What they hold together.
    public let principal: UInt128
    /// The part of the promised rates that the epoch's budget covers, in basis points.
    public let coverage: UInt128
    /// What the epoch misses to the promised rates; nobody is owed it.
    public let shortfall: UInt128
    /// What the pool has paid out since genesis.
    public let spent: UInt128
    /// What schedule and top-ups had given it by then.
    public let funded: UInt128
    /// Epochs that the pool lasts at its present pace.
    public let runway: UInt128
    /// What is not burned.
    public let supply: UInt128
  }

  /// Days asked for.
  public let days: Int
  /// Of the token.
  public let decimals: Int
  /// Operations that were sent.
  public let asked: Int
  /// Those that took effect.
  public let succeeded: Int
  /// Those that a guard refused, for a fee.
  public let refused: Int
  /// Transactions that could not be part of a block.
  public let impossible: Int
  /// How often each rejection was met, the most frequent first.
  public let refusals: [(name: String, count: Int)]
  /// One after every thirty days.
  public let months: [Month]
  /// The whole supply, which all balances must sum to.
  public let supply: UInt128
  /// What of it was burned.
  public let burned: UInt128
  /// Rewards that members received or compounded.
  public let paid: UInt128
  /// Rewards that burned on the way.
  public let rewardBurned: UInt128
  /// Rewards that early leavers left behind.
  public let forfeited: UInt128
  /// Everything that left the account where claims are paid.
  public let outflow: UInt128
  /// What the pool's schedule had opened by the end.
  public let scheduled: UInt128
  /// What came to the pool beside its schedule.
  public let topUps: UInt128
  /// What the pool paid out.
  public let spent: UInt128
  /// After the last block.
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
