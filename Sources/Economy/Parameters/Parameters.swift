internal import Ledger
internal import Primitives

/// Governable numbers inside hard bounds, in force from the next epoch.
public enum Parameters {
  /// The module's number.
  public static let number: UInt8 = 4

  /// What the economy file decides for this module before the first block.
  public struct Plan: Sendable {
    public init() {}
  }

  /// Everything that can be asked of this module.
  public enum Operation: Sendable {}

  /// What this module remembers; its tables have the numbers from 28 to 31.
  public struct State: ~Copyable {
    init(secret: HashSecret) {}

    /// Takes back the newest change of one of the module's tables.
    mutating func undoLast(of table: UInt8) {}

    /// The roots of the module's tables in table order.
    mutating func roots() -> [TableRoot] { [] }

    /// A row's canonical bytes and its siblings.
    mutating func row(_ row: Int, of table: UInt8) -> (bytes: [UInt8], path: [Digest])? { nil }
  }

  /// What outsiders rely on.
  public static let declaration = ModuleDeclaration(
    number: number, name: "parameters", help: "Governable numbers inside hard bounds, in force from the next epoch.",
    calls: [], queries: [], events: [], rejections: [])
}

extension EconomyState {
  /// Puts the plan into the first state.
  mutating func openParameters() {}

  mutating func apply(
    _ operation: Parameters.Operation, by sender: AccountIndex
  ) throws(Rejection) -> Returned {}

  /// Runs one of the module's timers at its due time.
  mutating func runParameters(_ timer: TimerRow) {}

  /// What is broken between operations; empty in a sound state.
  borrowing func parametersInvariants() -> [String] { [] }

  /// The module's part of turning an epoch; `Registry` says when.
  mutating func turnParametersEpoch() {}
}
