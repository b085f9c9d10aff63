internal import Primitives

/// The module's decisions, without state.
enum ComplianceRules {
  /// What stands against an operation.
  struct Circumstances {
    var level: UInt8 = 0
    var isPaused = false
    var isSenderBlocked = false
    var isReceiverBlocked = false
    var isCounterpartyBlocked = false

    func holds(_ circumstance: CompliancePolicy.Circumstance) -> Bool {
      switch circumstance {
      case .emergency: level >= 2
      case .paused: isClosed(isPaused: isPaused, level: level)
      case .sender: isSenderBlocked
      case .receiver: isReceiverBlocked
      case .counterparty: isCounterpartyBlocked
      }
    }
  }

  /// The first circumstance that forbids the operation; nil where it may run.
  static func refusal(
    _ policy: CompliancePolicy, _ circumstances: Circumstances
  ) -> CompliancePolicy.Circumstance? {
    CompliancePolicy.Circumstance.allCases.first {
      policy[$0] == .refuse && circumstances.holds($0)
    }
  }

  /// True where nothing may begin in a module: its own pause, or an emergency.
  static func isClosed(isPaused: Bool, level: UInt8) -> Bool { isPaused || level >= 1 }

  /// How long a module was closed in all: the ended periods and the present one.
  static func closedTime(_ ended: Seconds, since: LogicalTime?, now: LogicalTime) -> Seconds {
    guard let since else { return ended }
    return Seconds(ended.count + now.since(since).count)
  }
}
