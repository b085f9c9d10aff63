internal import Ledger
public import Primitives

extension EconomyState {
  /// True where nothing may begin in the module: its own pause, or an emergency.
  public borrowing func isPaused(module: UInt8) throws(Rejection) -> Bool {
    compliance.switches[try place(of: module)].isClosed
  }

  /// How long the module was closed since genesis.
  public borrowing func pausedTime(module: UInt8) throws(Rejection) -> Seconds {
    _ = try place(of: module)
    return closedTime(module)
  }

  private borrowing func place(of module: UInt8) throws(Rejection) -> Int {
    guard module >= 1, Int(module) < compliance.switches.count else {
      throw Compliance.rejection(.unknownModule, Word(UInt128(module)))
    }
    return Int(module)
  }

  /// 0, 1 or 2.
  public borrowing func emergencyLevel() -> UInt8 { compliance.level }

  /// True where the address is on the block list.
  public borrowing func isBlocked(address: Address) -> Bool { listing(address) != nil }

  /// When the address was blocked; 0 where it is not.
  public borrowing func blockedSince(_ address: Address) -> LogicalTime {
    LogicalTime(listing(address)?.since ?? 0)
  }

  /// The digest of the reason; zero where none was given or the address is not blocked.
  public borrowing func blockReason(_ address: Address) -> Digest {
    listing(address)?.reason ?? .zero
  }

  /// What waits in quarantine for the address, in base units.
  public borrowing func quarantined(of address: Address) -> Amount {
    listing(address)?.quarantined ?? .zero
  }

  /// What is held back of the address's balance, in base units; it may exceed the balance.
  public borrowing func frozen(of address: Address) -> Amount {
    ledger.accounts.find(address).map { ledger.accounts[$0].frozen } ?? .zero
  }

  /// Blocked addresses in row order from a row on; at most `Limits.queryRows`.
  public borrowing func blockedAccounts(from start: UInt64) -> [Address] {
    var found: [Address] = []
    let first = Int(min(start, UInt64(compliance.listings.count)))
    for row in first..<compliance.listings.count where found.count < Limits.queryRows {
      let listing = compliance.listings[row]
      if !listing.isVacant {
        found.append(ledger.accounts[AccountIndex(row: listing.account - 1)].address)
      }
    }
    return found
  }

  private borrowing func listing(_ address: Address) -> Compliance.ListingRow? {
    guard let account = ledger.accounts.find(address) else { return nil }
    return compliance.listing(account).map { compliance.listings[$0] }
  }
}
