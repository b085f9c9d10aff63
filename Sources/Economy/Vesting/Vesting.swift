internal import Cryptography
public import Primitives

/// What is promised over time: grants that open by schedule, milestone, plan or vote (A06, A09,
/// A10, X02 to X08, X11 to X13; economics F3, F23, F24).
///
/// **Purpose.** Every wallet of the economy file that is not paid out by a pool, a claim or a burn
/// is a grant here, and any holder may make further ones out of what is its own. A grant says what
/// has vested at any time; nobody can hasten it, and nobody can take back what has vested.
///
/// **Life cycle.** Genesis makes one grant for each wallet, over what overlays left in it. A grant
/// with a beneficiary is paid to it by `release`, which anyone may send; a grant by votes is spent
/// by `releaseTo`, within its plan or its yearly share. `createGrant` moves the giver's units to
/// `vesting.grants` and opens them on a line after a lock. A grant that was declared revocable can
/// be ended by its giver: what has vested stays with the beneficiary, the rest goes back. A
/// milestone is achieved once: it unlocks its part of the foundation's wallets and burns its part
/// of the escrow. What is unlocked is a limit over the gated wallets together, because their plans
/// sum to it year by year and not each in the same proportion; who asks first is paid first.
///
/// **Who may do what.** Anyone releases; the beneficiary passes its grant on; the giver revokes;
/// `governance.executor` spends what votes have decided; `attester.milestone` achieves milestones.
///
/// **The ceiling.** Where the economy file has a release governor, everything released until the
/// end of a year stays below that year's ceiling. Contractual wallets and pools come first: what
/// their schedules reach by the year's end is set aside, and the governed wallets of this module
/// share the rest. What the ceiling holds back is released later, never cancelled. A milestone's
/// burn counts, but is never held back (F23).
///
/// **Time.** Vesting goes on while the module is paused or the beneficiary is blocked (decisions
/// 15); what a blocked beneficiary is paid waits in quarantine.
///
/// **Invariants.** Released is at most vested, vested at most the total; the gated wallets together
/// released at most what milestones have unlocked. A wallet holds at least what
/// its grants have not released. The governed releases of all years so far are below the ceiling.
///
/// **Worked example** (4 decimals). A grant of 100.0000 with a lock of 30 days and a duration of
/// 300: after 29 days nothing has vested, after 90 days 100 x 60/300 = 20.0000. The giver revokes
/// at that instant: 80.0000 return, and `release` still pays the beneficiary 20.0000.
public enum Vesting {
  /// The module's number.
  public static let number: UInt8 = 6
  /// The account that holds the units of grants made after genesis.
  public static let grantsName = "vesting.grants"
  /// Years whose releases are counted apart; the last one takes all later ones too.
  static let countedYears = 64

  /// What the economy file decides.
  public struct Plan: Sendable {
    /// A wallet that opens by a rule of this module.
    public struct Wallet: Sendable {
      public let name: String
      public let rule: ReleaseRule
      /// Who is paid; nil where votes spend the wallet, or where no overlay has bound the name.
      public let beneficiary: Address?
      public let isByVote: Bool
      /// Whether milestones unlock the wallet, together with the others that they unlock.
      public let isGated: Bool
      /// Whether the yearly ceiling counts.
      public let isGoverned: Bool

      public init(
        name: String, rule: ReleaseRule, beneficiary: Address?, isByVote: Bool,
        isGated: Bool = false, isGoverned: Bool = false
      ) {
        self.name = name
        self.rule = rule
        self.beneficiary = beneficiary
        self.isByVote = isByVote
        self.isGated = isGated
        self.isGoverned = isGoverned
      }
    }

    /// A goal, reached once.
    public struct Milestone: Sendable {
      public let name: String
      /// What it burns out of the escrow.
      public let burn: Amount

      public init(name: String, burn: Amount) {
        self.name = name
        self.burn = burn
      }
    }

    /// In file order; a wallet's grant has its place plus one as id.
    public var wallets: [Wallet]
    /// In file order; `gates` counts them in the same order.
    public var milestones: [Milestone]
    /// What the milestones unlock; nil where they unlock nothing.
    public var gates: MilestoneGates?
    /// The account whose units milestones burn.
    public var escrow: String?
    /// By year: the most that the governed wallets and the milestones' burns may have released by
    /// its end, all years together. Empty where there is no ceiling.
    public var ceilings: [Amount]

    public init(
      wallets: [Wallet] = [], milestones: [Milestone] = [], gates: MilestoneGates? = nil,
      escrow: String? = nil, ceilings: [Amount] = []
    ) {
      self.wallets = wallets
      self.milestones = milestones
      self.gates = gates
      self.escrow = escrow
      self.ceilings = ceilings
    }
  }

  /// A milestone's id in events and rejections: the keccak-256 of its name.
  public static func id(_ milestone: String) -> Digest { Keccak256.hash(Array(milestone.utf8)) }

  /// Why the module refuses, in the order in which its guards run.
  public enum Code: UInt8, CaseIterable, Sendable {
    case unknownGrant = 1
    case noBeneficiary = 2
    case nothingReleasable = 3
    case notByVote = 4
    case zeroAmount = 5
    case invalidReceiver = 6
    case limitExceeded = 7
    case ceilingReached = 8
    case invalidTerms = 9
    case insufficientBalance = 10
    case notGrantor = 11
    case notRevocable = 12
    case alreadyRevoked = 13
    case nothingToRevoke = 14
    case notBeneficiary = 15
    case sameBeneficiary = 16
    case unknownMilestone = 17
    case alreadyAchieved = 18
  }

  /// What the module announces: one event an operation.
  public enum Event: UInt8, CaseIterable, Sendable {
    case created = 1
    case released = 2
    case revoked = 3
    case beneficiaryChanged = 4
    case milestoneAchieved = 5
  }

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero, _ third: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second, third)
  }
}
