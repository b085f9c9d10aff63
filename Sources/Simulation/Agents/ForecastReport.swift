public import Primitives

/// What a forecast came to; amounts in base units.
public struct ForecastReport: Sendable {
  /// Where a run began that did not begin at genesis.
  public struct Origin: Sendable {
    /// The block whose state was copied.
    public let height: Height
    public let time: LogicalTime
    /// The state's root, as the block's header says.
    public let stateRoot: Digest
    public let blockHash: Digest
  }

  /// What moved since the start of the run.
  public struct Flows: Sendable {
    /// Rewards of staking that members received or compounded.
    public internal(set) var earned: UInt128 = 0
    /// Principal that early leavers lost.
    public internal(set) var penalties: UInt128 = 0
    /// Paid out of vesting wallets, and spent by votes.
    public internal(set) var released: UInt128 = 0
    public internal(set) var voted: UInt128 = 0
    /// Sold to the market, and bought from it.
    public internal(set) var sold: UInt128 = 0
    public internal(set) var bought: UInt128 = 0
    /// Payments for services that customers wanted to make, and made; of these the platform's own.
    public internal(set) var asked: UInt128 = 0
    public internal(set) var settled: UInt128 = 0
    public internal(set) var platformFees: UInt128 = 0
    /// How often a member did not stake because too little is paid.
    public internal(set) var refrained = 0
  }

  /// Days on which something was first seen; nil where it never was.
  public struct Watch: Sendable {
    public internal(set) var belowFull: Int?
    public internal(set) var belowHalf: Int?
    public internal(set) var daysBelowFull = 0
    public internal(set) var daysBelowHalf = 0
    /// In basis points, with its day.
    public internal(set) var lowestCoverage: UInt64 = 10_000
    public internal(set) var lowestDay = 0
    /// A limit on burns sent something elsewhere.
    public internal(set) var burnsHeldBack: Int?
    public internal(set) var floorReached: Int?
    /// In the order of the pools: a thousandth is left.
    public internal(set) var poolEmpty: [Int?]
    /// More than a hundredth of the payments could not be made.
    public internal(set) var paymentsMissed: Int?

    init(pools: Int) { poolEmpty = Array(repeating: nil, count: pools) }

    mutating func see(coverage: UInt64, day: Int) {
      if coverage < 10_000 {
        belowFull = belowFull ?? day
        daysBelowFull += 1
      }
      if coverage < 5_000 {
        belowHalf = belowHalf ?? day
        daysBelowHalf += 1
      }
      if coverage < lowestCoverage {
        lowestCoverage = coverage
        lowestDay = day
      }
    }
  }

  /// What became of the members of one kind.
  public struct Kind: Sendable {
    public let name: String
    public let agents: Int
    public let startWealth: UInt128
    public let endWealth: UInt128
    public let earned: UInt128
    /// What staking really brought them a year, in basis points of what they had staked.
    public let rate: UInt64
  }

  /// The economy: its title, short name and token.
  public let title: String
  public let economy: String
  public let symbol: String
  public let decimals: Int
  /// The network's identity: SHA-256 over the canonical economy, its start and the limits.
  public let identity: Digest
  public let totalSupply: UInt128
  public let supplyFloor: UInt128
  /// Nil for a run from genesis.
  public let origin: Origin?
  /// The run's first second.
  public let start: LogicalTime
  public let settings: ForecastSettings
  /// Days lived: fewer than asked where something broke.
  public let days: Int
  /// Names of the samples' categories; those of `wallets` are not released.
  public let categories: [String]
  public let wallets: Range<Int>
  /// Names of the samples' pools, and the one that pays for staking.
  public let pools: [String]
  public let stakingPool: String
  /// The first is the start, the last is the end.
  public let samples: [ForecastSample]
  public let kinds: [Kind]
  public let flows: Flows
  public let watch: Watch
  /// The best promised rate for the least stake of every sybil account, and for the sum of them in
  /// one stake, in basis points.
  public let bestSplit: UInt64
  public let bestWhole: UInt64
  /// Operations: that took effect, that a guard refused, that could be no part of a block; how many
  /// of them were acts of offices without a fee; and blocks.
  public let succeeded: Int
  public let refused: Int
  public let impossible: Int
  public let free: Int
  public let blocks: Int
  /// The most frequent first.
  public let refusals: [(name: String, count: Int)]
  /// After the last block.
  public let stateRoot: Digest
  /// SHA-256 over all balances by address.
  public let balances: Digest
  /// Invariants that broke; empty in a sound build.
  public let faults: [String]

  /// Operations in all.
  public var operations: Int { succeeded + refused + impossible }
}
