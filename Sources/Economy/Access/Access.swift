internal import Cryptography
public import Primitives

/// Who may do what besides owning tokens (T05): roles with admins, for a time or for good, handed
/// over in two steps.
///
/// **Purpose.** Every power over the economy is a role that stands in the economy file. Whoever
/// holds none can only use what is their own.
///
/// **Life cycle.** Genesis makes the roles and their holders; no operation makes a role, and none
/// changes which role administers which, so an ability that is absent at genesis can never be
/// added. The holders of a role's admin role grant and revoke it, for good or until a time; a
/// holder may renounce it. A role that administers itself (`default.admin`) is never granted or
/// revoked: a holder offers its own place to a successor, who accepts it after the delay, so that a
/// stolen key leaves time to act and a wrong address loses nothing.
///
/// **Invariants.** A member is listed once in a role. Of a role that administers itself there is
/// always a holder. Expiry is judged by block time, so a lapsed membership is no membership
/// although its row still stands.
///
/// **Worked example.** `default.admin` grants `pauser` to Alice until 1 March. On 1 March at
/// 00:00:00 `hasRole` is already false. The admin offers its place to Bob; two days later Bob
/// accepts, and from then on Bob alone grants.
///
/// Events and the first selectors are those of OpenZeppelin's AccessControl, so that its tools read
/// them.
public enum Access {
  /// The module's number.
  public static let number: UInt8 = 2

  /// What the economy file decides (decision N02).
  public struct Plan: Sendable {
    /// A role and who holds it at genesis.
    public struct Role: Sendable {
      public let name: String
      /// The role whose holders grant and revoke this one.
      public let admin: String
      public let holders: [Address]

      public init(name: String, admin: String, holders: [Address]) {
        self.name = name
        self.admin = admin
        self.holders = holders
      }
    }

    /// In the order of the economy file.
    public var roles: [Role]
    /// How long a handover waits before it can be accepted.
    public var handoverDelay: Seconds

    public init(roles: [Role] = [], handoverDelay: Seconds = Seconds(0)) {
      self.roles = roles
      self.handoverDelay = handoverDelay
    }
  }

  /// The roles that modules ask for, by the names of the economy file.
  public enum Role: String, Sendable, CaseIterable {
    case admin = "default.admin"
    case pauser = "pauser"
    case emergency = "pauser.emergency"
    case compliance = "compliance"
    case parameters = "parameters.setter"
    case executor = "governance.executor"
    case quality = "attester.quality"
    case usage = "attester.usage"
    case milestone = "attester.milestone"

    /// The role's id in the ABI.
    public var id: Digest { Access.id(rawValue) }
  }

  /// A role's id: the keccak-256 of its name.
  public static func id(_ name: String) -> Digest { Keccak256.hash(Array(name.utf8)) }

  /// Why the module refuses, in the order in which its guards run.
  public enum Code: UInt8, CaseIterable, Sendable {
    case unknownRole = 1
    case unauthorized = 2
    case badConfirmation = 3
    case handoverOnly = 4
    case invalidMember = 5
    case expiryPassed = 6
    case alreadyMember = 7
    case notMember = 8
    case lastHolder = 9
    case noHandover = 10
    case handoverNotReady = 11
  }

  /// What the module announces: one event an operation.
  public enum Event: UInt8, CaseIterable, Sendable {
    case granted = 1
    case revoked = 2
    case handoverOffered = 3
    case handoverWithdrawn = 4
  }

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second)
  }
}
