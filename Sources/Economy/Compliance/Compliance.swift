internal import Primitives

/// Pause, emergency levels, block list, freezes and quarantine (T04, T07; decisions 15).
///
/// **Purpose.** A fault or an order of a court can be answered at once, without taking from anybody
/// what is theirs. The module guards entries, never exits: while a module is paused nothing new
/// begins in it, and whoever is inside may still leave and collect. Only emergency level 2 holds
/// exits and claims too. Entitlements that grow with time go on growing throughout; a deadline by
/// which somebody had to act is put off by the length of the pause (`closedTime`).
///
/// **Who may do what.** `pauser` pauses and unpauses one module. `pauser.emergency` sets the level:
/// 1 pauses every module, 2 holds exits as well. `compliance` blocks accounts and holds back
/// amounts. An ability that the economy file's token section denies does not exist.
///
/// **Life cycle of a listing.** From its own place in the block on, a blocked account begins
/// nothing; for every operation ordered after it the listing holds. What others would pay to it
/// goes to `compliance.quarantine`, under the account's name, so that no payer is trapped by a
/// blocked receiver. Unblocking pays out all that waited. A frozen amount is the part of a balance
/// that cannot be spent; it may exceed the balance, and then holds back what arrives.
///
/// What each operation does in each circumstance is one row of a table: `CompliancePolicy`,
/// declared with the operation; `docs/compliance-matrix.md` is the table in print.
///
/// **Invariants.** The quarantine account holds exactly what the listings say. Only blocked
/// accounts have a listing.
///
/// **Worked example.** Carol is blocked. Alice sends her 5.0000: the transfer succeeds, Alice is
/// quit of 5.0000, Carol's balance stays, `quarantinedOf(carol)` is 5.0000. Carol's own transfer is
/// rejected with `AccountBlocked(carol)`. Carol is unblocked: 5.0000 move to her in that operation.
public enum Compliance {
  /// The module's number.
  public static let number: UInt8 = 3
  /// The account that keeps what blocked accounts would have received.
  public static let quarantineName = "compliance.quarantine"
  /// The highest emergency level.
  public static let highestLevel: UInt8 = 2

  /// Which abilities the economy file gives (`/token`).
  public struct Plan: Sendable {
    /// Whether modules can be paused and emergency levels set.
    public var pausable: Bool
    /// Whether accounts can be blocked and amounts frozen.
    public var blockList: Bool

    public init(pausable: Bool = true, blockList: Bool = true) {
      self.pausable = pausable
      self.blockList = blockList
    }
  }

  /// Why the module refuses, in the order in which its guards run; the first three are the
  /// kernel's, for operations of every module.
  public enum Code: UInt8, CaseIterable, Sendable {
    case emergencyStop = 1
    case enforcedPause = 2
    case accountBlocked = 3
    case abilityAbsent = 4
    case unknownModule = 5
    case expectedPause = 6
    case invalidLevel = 7
    case levelUnchanged = 8
    case invalidAccount = 9
    case alreadyBlocked = 10
    case notBlocked = 11
    case zeroAmount = 12
    case freezeTooLarge = 13
    case insufficientFrozen = 14
  }

  /// What the module announces: one event an operation, and what quarantine keeps.
  public enum Event: UInt8, CaseIterable, Sendable {
    case paused = 1
    case unpaused = 2
    case levelSet = 3
    case blocked = 4
    case unblocked = 5
    case frozen = 6
    case unfrozen = 7
    case quarantined = 8
  }

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero, _ third: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second, third)
  }
}
