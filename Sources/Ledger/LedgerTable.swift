/// The numbers of the ledger's own tables in the state root; modules take those from 16 on.
public enum LedgerTable: UInt8, CaseIterable, Sendable {
  case accounts, assets, holdings, holds, timers, counters, parameters, contents, weights
  case checkpoints

  /// The first number that a module's table may have.
  public static let firstOfModules: UInt8 = 16
}
