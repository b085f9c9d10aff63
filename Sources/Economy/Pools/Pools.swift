internal import Primitives

/// Reward pools, the fee waterfall and burns: where rewards come from, where fees go, what leaves
/// the supply (A02 to A05, X09, X10, X14, R01, B05).
///
/// **Purpose.** A pool is a wallet with a schedule. It never pays more than its schedule has opened
/// plus what came in beside it, so a promise is funded before it is made, and whatever is not paid
/// stays in the pool. Fees fall through one declared waterfall, to the last unit. Burns stop at the
/// floor of the supply and at a yearly cap.
///
/// **Life cycle.** Genesis funds the wallets. With every epoch a further part of each schedule
/// opens (F2); modules spend it, `topUp` and revenue add to it. When an epoch ends, the reserve
/// matches its organic burns (F9), a protocol year of 365 epochs rolls, revenue moves on to the
/// pools that live on it, one part in so many a day, and the terms of fees follow the parameters.
///
/// **Fees.** A payment has one category. In DTA a tenth of the gross is the platform's, a burn is
/// taken out of it, and the net is split 10, 20, 30, rest (F8). In BTT each category has its own
/// fee on the gross, burn on the fee, and split (F10). A fee that is the platform's alone, and the
/// network fees of a block, bear no burn of their own and go through the net split; in BTT, where
/// categories differ, through that of the first category whose net goes to funds alone and neither
/// to stakers nor to voters (`payfi`: community 40, development fund 60), since nobody's stake or
/// vote has earned a network fee. The network fees of a block are split when the next one opens.
///
/// **Invariants.** What a pool has spent is at most its schedule and its top-ups; it holds what it
/// may still owe. Capped burns never take the supply below the floor; only holders who burn their
/// own units do.
///
/// **Worked example.** A service of 100 DTA costs its payer 1,000,000 units: 900,000 go to the
/// provider, 50,000 burn. The net of 50,000 is split: 5,000 burn, 10,000 for growth, 15,000 for
/// development, and staking takes the rest, 20,000, of which a thirtieth moves to `pool.staking`
/// with each epoch. At the end of the epoch `reserve.burn` burns another 55,000.
public enum Pools {
  /// The module's number.
  public static let number: UInt8 = 5

  /// A pool's place in the economy file.
  struct Index: Hashable, Sendable {
    let row: Int
  }

  /// A fee category's place in the economy file.
  struct Category: Hashable, Sendable {
    let row: Int
  }

  /// How a pool pays.
  public enum Kind: String, Sendable, CaseIterable {
    case rateCeilingAccumulator, perEvent, demandProRata, weightProRata, governanceGrant
    case phaseWeightProRata
  }

  /// Why the module refuses, in the order in which its guards run. Whoever does not hold a role is
  /// refused by Access, after `notGrantPool`.
  public enum Code: UInt8, CaseIterable, Sendable {
    case unknownPool = 1
    case notGrantPool = 2
    case unknownCategory = 3
    case zeroAmount = 4
    case belowMinimum = 5
    case invalidReceiver = 6
    case budgetExceeded = 7
    case insufficientBalance = 8
  }

  /// The events, by their codes.
  public enum Event: UInt8, CaseIterable, Sendable {
    case toppedUp = 1
    case granted = 2
    case platformFeeSplit = 3
    case networkFeesSplit = 4
    case burnCapped = 5
    case burnMatched = 6
  }

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero, _ third: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second, third)
  }
}
