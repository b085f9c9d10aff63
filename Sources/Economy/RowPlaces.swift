internal import Ledger
public import Primitives

/// Where a row stands: what `EconomyState.prove` asks for.
public struct RowPlace: Equatable, Sendable {
  /// The table's number.
  public let table: UInt8
  /// The row's place in it.
  public let row: Int
}

extension EconomyState {
  /// Where an account's row stands; nil where the address was never touched.
  public borrowing func place(ofAccount address: Address) -> RowPlace? {
    ledger.accounts.find(address).map { place(ofAccountRow: $0.row) }
  }

  /// Where the account row of that number stands.
  public borrowing func place(ofAccountRow row: UInt32) -> RowPlace {
    RowPlace(table: LedgerTable.accounts.rawValue, row: Int(row))
  }

  /// Where a grant's row stands; nil where there is no such grant.
  public borrowing func place(ofGrant id: UInt64) -> RowPlace? {
    grantPlace(id).map { RowPlace(table: Vesting.State.grantTable, row: $0) }
  }

  /// Where a staking position's row stands; nil where there is no such position.
  public borrowing func place(ofPosition number: UInt64) -> RowPlace? {
    staking.positions.find(number).map { RowPlace(table: Staking.State.positionTable, row: $0) }
  }
}
