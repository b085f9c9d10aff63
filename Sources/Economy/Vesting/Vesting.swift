internal import Ledger
internal import Primitives

/// Grants that are released over time, by milestone, plan or vote.
public enum Vesting {
  /// The module's number.
  public static let number: UInt8 = 6

  /// What the economy file decides for this module before the first block.
  public struct Plan: Sendable {
    public init() {}
  }

  /// Everything that can be asked of this module.
  public enum Operation: Sendable {}

  /// What this module remembers; its tables have the numbers from 36 to 39.
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
    number: number, name: "vesting",
    help: "Grants that are released over time, by milestone, plan or vote.",
    calls: [], queries: [], events: [], rejections: [])
}

extension EconomyState {
  /// Puts the plan into the first state.
  mutating func openVesting() {}

  mutating func apply(
    _ operation: Vesting.Operation, by sender: AccountIndex
  ) throws(Rejection) -> Returned {}

  /// Runs one of the module's timers at its due time.
  mutating func runVesting(_ timer: TimerRow) {}

  /// What is broken between operations; empty in a sound state.
  borrowing func vestingInvariants() -> [String] { [] }
}
