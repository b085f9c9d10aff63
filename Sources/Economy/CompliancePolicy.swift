/// What pause, emergency and block list do to one operation: its row of the compliance matrix
/// (decisions 15, T04, T07).
public struct CompliancePolicy: Hashable, Sendable, BitwiseCopyable {
  /// What a circumstance does.
  public enum Effect: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// The operation runs as ever.
    case allow
    /// It is rejected.
    case refuse
    /// It runs, and what the blocked account would receive waits in quarantine.
    case divert
  }

  /// What may stand against an operation, in the order in which the kernel looks.
  public enum Circumstance: UInt8, CaseIterable, Sendable {
    /// The emergency level is 2.
    case emergency
    /// The operation's module is paused, or the emergency level is 1.
    case paused
    /// Whoever sends it is blocked.
    case sender
    /// Whoever it pays is blocked.
    case receiver
    /// Somebody else whom it names is blocked: an owner, a spender, a new beneficiary.
    case counterparty
  }

  /// Under emergency level 2: allow or refuse.
  public let emergency: Effect
  /// While the module is paused: allow or refuse.
  public let paused: Effect
  /// For a blocked sender.
  public let sender: Effect
  /// For a blocked receiver.
  public let receiver: Effect
  /// For a blocked counterparty: allow or refuse.
  public let counterparty: Effect

  /// What brings value in, moves it on or makes a promise: it can be paused, and nobody blocked
  /// takes part. A blocked receiver never traps the payer.
  public static let entry = CompliancePolicy(
    emergency: .refuse, paused: .refuse, sender: .refuse, receiver: .divert, counterparty: .refuse)
  /// What takes one's own out again: open but for emergency level 2; what is paid to a blocked
  /// account waits in quarantine, so that its other party is never held.
  public static let exit = CompliancePolicy(
    emergency: .refuse, paused: .allow, sender: .divert, receiver: .divert, counterparty: .allow)
  /// What collects the earned: as `exit`.
  public static let claim = exit
  /// What a role does: it works while all else stands still, because it is what ends the
  /// standstill, and blocking a holder is no way to take the role away.
  public static let office = CompliancePolicy(
    emergency: .allow, paused: .allow, sender: .allow, receiver: .divert, counterparty: .allow)

  /// The same policy with other effects of a blocked account.
  public func with(
    sender: Effect? = nil, receiver: Effect? = nil, counterparty: Effect? = nil
  ) -> CompliancePolicy {
    CompliancePolicy(
      emergency: emergency, paused: paused, sender: sender ?? self.sender,
      receiver: receiver ?? self.receiver, counterparty: counterparty ?? self.counterparty)
  }

  /// The effect of a circumstance.
  public subscript(_ circumstance: Circumstance) -> Effect {
    switch circumstance {
    case .emergency: emergency
    case .paused: paused
    case .sender: sender
    case .receiver: receiver
    case .counterparty: counterparty
    }
  }
}
