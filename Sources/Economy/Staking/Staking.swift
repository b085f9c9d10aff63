internal import Ledger
public import Primitives

/// Positions that earn from a funded pool, as ERC-721 receipts (S01 to S10, Y14, Y15).
///
/// **Purpose.** A member locks units for a time and earns a share of what the staking pool has been
/// given. A rate is a ceiling and never a debt: the pool's schedule is the budget of each epoch,
/// the payment is the smaller of the two, shared by weight (principal × rate), and what is not paid
/// is not owed. How much of the promise is paid (`coverage`) and what is missing (`shortfall`) are
/// public.
///
/// **Life cycle.** `stake` makes a position and its receipt; the rate follows from the file's
/// table: tiers × locks with graded bonuses, or one row a lock. Rewards accrue by the second.
/// `claim` pays them to the beneficiary, where the row says so after burning its share; `compound`
/// adds them to the principal. When the lock ends a timer re-prices the position to the bottom of
/// the table; from then on `unstake` returns the principal. `exitEarly` returns it before, less a
/// penalty that falls with the remaining time; pending rewards are forfeited to the pool, the fee
/// share is paid. Rewards that accrued under a row which burns a share are burned by it when the
/// lock ends, so that waiting does not avoid the burn.
///
/// **Who may do what.** The owner of a receipt does everything with its position; the beneficiary
/// may claim; an approved account or operator may transfer the receipt as ERC-721 has it. With the
/// receipt go the pending rewards and the votes; beneficiary and approval fall back to the new
/// owner, and the weight follows the new owner's scores. The delegate votes with all the weight of
/// the account that chose it. The quality attester sets bonus scores, which count for all positions
/// of an account.
///
/// **Invariants.** The principal account holds the sum of all principals. The weights of all
/// positions sum to the accumulator's. What lies payable, with what has flowed and was not moved
/// yet, covers every pending reward. No epoch spends more than its budget.
///
/// **Worked example** (4 decimals). Alice stakes 1,000.0000 for 30 days as the only staker: bronze,
/// 8%, weight 10,000,000 × 8,000,000. After a day of 24,000,000 / 365 budgeted she is due floor(8 ×
/// 10^13 × 86,400 / (10^8 × 31,536,000)) = 2,191 units, 0.2191 tokens: the ceiling binds. Were the
/// promises of all stakers ten times the budget, she would get a tenth of it.
public enum Staking {
  /// The module's number.
  public static let number: UInt8 = 7

  /// The kind of the timer at the end of a lock.
  static let lockEndTimer: UInt16 = 1

  /// What the economy file decides for this module before the first block.
  public struct Plan: Sendable, Equatable {
    /// The two forms of a rate table.
    public enum Rates: Sendable, Equatable {
      case tiers([Tier], locks: [StakingLock])
      case periods([Period])
    }

    /// A step of the principal and the range of yearly rates that the lock sweeps.
    public struct Tier: Sendable, Equatable {
      /// As the economy file names it.
      public let name: String
      /// The least principal, in base units.
      public let minimum: Amount
      /// At the bottom of the range, and after the lock.
      public let lowest: BasisPoints
      /// At the top of the range.
      public let highest: BasisPoints

      public init(name: String, minimum: Amount, lowest: BasisPoints, highest: BasisPoints) {
        self.name = name
        self.minimum = minimum
        self.lowest = lowest
        self.highest = highest
      }
    }

    /// A row of a table of locks with its benefits.
    public struct Period: Sendable, Equatable {
      public let duration: Seconds
      public let minimum: Amount
      public let rate: BasisPoints
      public let rewardBurn: BasisPoints
      public let benefits: Benefits

      public init(
        duration: Seconds, minimum: Amount, rate: BasisPoints, rewardBurn: BasisPoints,
        benefits: Benefits
      ) {
        self.duration = duration
        self.minimum = minimum
        self.rate = rate
        self.rewardBurn = rewardBurn
        self.benefits = benefits
      }
    }

    /// What a score adds to a rate, relative to the rate.
    public struct Bonus: Sendable, Equatable {
      /// As the economy file names it.
      public let name: String
      /// At a full score.
      public let highest: BasisPoints

      public init(name: String, highest: BasisPoints) {
        self.name = name
        self.highest = highest
      }
    }

    /// Shares of fees on top of the rewards, by principal and without a ceiling.
    public struct FeeShare: Sendable, Equatable {
      public let account: String
      public let smoothingEpochs: UInt64

      /// What has flowed to the stakers and waits for their claims stands here.
      public var payableAccount: String { account + ".payable" }

      public init(account: String, smoothingEpochs: UInt64) {
        self.account = account
        self.smoothingEpochs = smoothingEpochs
      }
    }

    /// The pool that pays; empty where the economy has no staking.
    public var pool = ""
    public var payable = ""
    public var principal = ""
    /// The account whose units the pools move on to the pool bit by bit, or nil.
    public var revenue: String?
    public var rates = Rates.periods([])
    /// What an eligible position gets at least of each bonus.
    public var bonusFloor = BasisPoints(0)
    public var bonusCap = BasisPoints(0)
    /// At most eight count.
    public var bonuses: [Bonus] = []
    public var minimumCompound = Amount.zero
    /// True where compounding begins the lock anew.
    public var compoundRelocks = false
    /// True where compounding may raise the tier.
    public var compoundRaisesTier = false
    public var maximumPenalty = BasisPoints(0)
    public var penaltyBurn = BasisPoints(0)
    public var exitForfeits = true
    /// The pool that takes the rest of a penalty and what is forfeited.
    public var exitPool = ""
    /// True where burns of rewards count against the limits on burns.
    public var rewardBurnIsCapped = true
    public var feeShare: FeeShare?

    public init() {}
  }

  /// What a position brings besides rewards.
  public struct Benefits: Sendable, Hashable {
    /// Taken off the fees that its owner pays.
    public var feeDiscount: BasisPoints
    /// 10,000 is one vote for one.
    public var voteMultiplier: BasisPoints
    public var computePriority: Bool
    public var specialService: Bool

    /// What every account has.
    public static let none = Benefits(
      feeDiscount: BasisPoints(0), voteMultiplier: .whole, computePriority: false,
      specialService: false)

    public init(
      feeDiscount: BasisPoints, voteMultiplier: BasisPoints, computePriority: Bool,
      specialService: Bool
    ) {
      self.feeDiscount = feeDiscount
      self.voteMultiplier = voteMultiplier
      self.computePriority = computePriority
      self.specialService = specialService
    }
  }

  /// Why the module refuses, in the order in which its guards run.
  public enum Code: UInt8, CaseIterable, Sendable {
    case nonexistentPosition = 1
    case notPositionOwner = 2
    case incorrectOwner = 3
    case invalidReceiver = 4
    case insufficientApproval = 5
    case invalidApprover = 6
    case invalidOperator = 7
    case invalidOwner = 8
    case unknownBonus = 9
    case scoreOutOfRange = 10
    case unknownLock = 11
    case belowMinimum = 12
    case tooManyPositions = 13
    case lockNotEnded = 14
    case lockEnded = 15
    case pendingBelowMinimum = 16
    case noRevenueAccount = 17
    case insufficientBalance = 18
  }

  /// The module's events; the first three are ERC-721's.
  public enum Event: UInt8, CaseIterable, Sendable {
    case transfer = 1
    case approval = 2
    case approvalForAll = 3
    case staked = 4
    case claimed = 5
    case compounded = 6
    case unstaked = 7
    case exitedEarly = 8
    case repriced = 9
    case bonusScoreSet = 10
    case bonusScoreCleared = 11
    case beneficiarySet = 12
    case delegateChanged = 13
    case revenueDeposited = 14
    case feeShareDeposited = 15
    case epochOpened = 16
  }

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero, _ third: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second, third)
  }
}
