internal import Ledger
internal import Primitives

extension Compliance {
  /// Whether a module is paused, and for how long it has been closed in all. Row 0 stands for the
  /// emergency level.
  struct SwitchRow: LedgerRow {
    /// When the present closing began, in seconds since 1970; read only where `isClosed`.
    var since: UInt64
    /// How long earlier closings lasted together, in seconds.
    var ended: UInt64
    /// The emergency level, in row 0 alone.
    var level: UInt32
    /// Bit 0: paused by its own switch; bit 1: closed, by it or by an emergency.
    var flags: UInt32

    var isPaused: Bool { flags & 1 != 0 }
    var isClosed: Bool { flags & 2 != 0 }

    static var wordCount: Int { 3 }
    static var vacant: SwitchRow { SwitchRow(since: 0, ended: 0, level: 0, flags: 0) }
    /// Switches are never freed.
    var isVacant: Bool { false }

    func encode(into writer: inout RowWriter) {
      writer.append(since)
      writer.append(ended)
      writer.append(level, flags)
    }

    init(from reader: inout RowReader) {
      since = reader.next()
      ended = reader.next()
      (level, flags) = reader.pair()
    }

    init(since: UInt64, ended: UInt64, level: UInt32, flags: UInt32) {
      self.since = since
      self.ended = ended
      self.level = level
      self.flags = flags
    }

    /// Sets the module's own pause under a level, and keeps the time.
    mutating func set(isPaused: Bool, level: UInt8, now: LogicalTime) {
      let closed = ComplianceRules.isClosed(isPaused: isPaused, level: level)
      if closed && !isClosed { since = now.seconds }
      if !closed && isClosed {
        ended =
          ComplianceRules.closedTime(Seconds(ended), since: LogicalTime(since), now: now).count
        since = 0
      }
      flags = (isPaused ? 1 : 0) | (closed ? 2 : 0)
    }
  }

  /// That an account is blocked, and what waits for it.
  struct ListingRow: LedgerRow {
    /// What quarantine keeps for the account, in base units.
    var quarantined: Amount
    /// The digest of the reason's text; zero for none.
    let reason: Digest
    let since: UInt64
    /// The account's row plus one; 0 where the place is free.
    let account: UInt32

    static var wordCount: Int { 8 }
    static var vacant: ListingRow {
      ListingRow(account: 0, since: 0, reason: .zero, quarantined: .zero)
    }
    var isVacant: Bool { account == 0 }

    func encode(into writer: inout RowWriter) {
      writer.append(quarantined)
      writer.append(reason)
      writer.append(since)
      writer.append(account, 0)
    }

    init(from reader: inout RowReader) {
      quarantined = reader.amount()
      reason = reader.digest()
      since = reader.next()
      account = reader.pair().low
    }

    init(account: UInt32, since: UInt64, reason: Digest, quarantined: Amount) {
      self.account = account
      self.since = since
      self.reason = reason
      self.quarantined = quarantined
    }
  }

  /// Switches and listings; frozen amounts stand in the ledger's accounts.
  public struct State: ~Copyable {
    static let switchTable: UInt8 = 24
    static let listingTable: UInt8 = 25

    /// One row a module by its number; row 0 is the emergency level.
    private(set) var switches = Table<SwitchRow>(id: switchTable)
    private(set) var listings = Table<ListingRow>(id: listingTable)
    /// The account of `quarantineName`; derived when a state opens.
    private(set) var quarantine = AccountIndex.burned
    /// By module number and the call's place in its declaration; number 0 has none.
    private(set) var policies: [[CompliancePolicy]] = []
    private var index = KeyIndex()
    private let secret: HashSecret

    init(secret: HashSecret) { self.secret = secret }

    mutating func derive(quarantine: AccountIndex, policies: [[CompliancePolicy]]) {
      self.quarantine = quarantine
      self.policies = policies
    }

    mutating func open(_ scope: inout Scope) {
      for _ in policies { _ = switches.append(.vacant, &scope) }
    }

    var level: UInt8 { UInt8(truncatingIfNeeded: switches[0].level) }

    func listing(_ account: AccountIndex) -> Int? {
      if listings.liveCount == 0 { return nil }
      return index.find(secret.hash(pair: account.row, 0)) {
        listings[$0].account == account.row + 1
      }
    }

    /// True where nothing stands against any operation of the module.
    func isQuiet(_ module: UInt8) -> Bool {
      listings.liveCount == 0 && !switches[Int(module)].isClosed
    }

    mutating func setPaused(
      _ module: UInt8, _ isPaused: Bool, now: LogicalTime, _ scope: inout Scope
    ) {
      let level = level
      switches.modify(Int(module), &scope) { $0.set(isPaused: isPaused, level: level, now: now) }
    }

    mutating func setLevel(_ level: UInt8, now: LogicalTime, _ scope: inout Scope) {
      switches.modify(0, &scope) { $0.level = UInt32(level) }
      for row in 0..<switches.count {
        switches.modify(row, &scope) { $0.set(isPaused: $0.isPaused, level: level, now: now) }
      }
    }

    mutating func list(
      _ account: AccountIndex, reason: Digest, since: LogicalTime, _ scope: inout Scope
    ) {
      let row = listings.insert(
        ListingRow(
          account: account.row + 1, since: since.seconds, reason: reason, quarantined: .zero),
        &scope)
      index.insert(secret.hash(pair: account.row, 0), row: row)
    }

    mutating func unlist(_ row: Int, _ scope: inout Scope) {
      index.remove(key(listings[row]), row: row)
      listings.vacate(row, &scope)
    }

    mutating func keep(_ amount: Amount, _ row: Int, _ scope: inout Scope) {
      listings.modify(row, &scope) { $0.quarantined += amount }
    }

    private func key(_ row: ListingRow) -> UInt32 { secret.hash(pair: row.account - 1, 0) }

    mutating func undoLast(of table: UInt8) {
      guard table == Self.listingTable else {
        _ = switches.undoLast()
        return
      }
      let undone = listings.undoLast()
      let restored = undone.restored ?? .vacant
      if !undone.discarded.isVacant && restored.isVacant {
        index.remove(key(undone.discarded), row: undone.row)
      } else if undone.discarded.isVacant && !restored.isVacant {
        index.insert(key(restored), row: undone.row)
      }
    }

    // Tables

    mutating func visit(_ visitor: inout some TableVisitor) {
      visitor.visit(&switches)
      visitor.visit(&listings)
    }

    func images() -> [TableImage] { [switches.image(), listings.image()] }

    /// Derives the index from loaded rows.
    mutating func rebuild() throws(ImageFailure) {
      let secret = secret
      index = try KeyIndex(
        of: listings, hash: { secret.hash(pair: $0.account - 1, 0) },
        isSame: { $0.account == $1.account })
    }
  }
}

extension EconomyState {
  /// The module's part of loading a state.
  mutating func rebuildCompliance() throws(ImageFailure) {
    deriveCompliance()
    try compliance.rebuild()
    try ImageFailure.unless(
      compliance.switches.count == compliance.policies.count,
      "there are \(compliance.switches.count) switches for \(compliance.policies.count) modules")
    let elapsed = ledger.time.since(genesis.time).count
    for row in 0..<compliance.switches.count {
      let state = compliance.switches[row]
      try ImageFailure.unless(
        state.ended <= elapsed && state.since <= ledger.time.seconds
          && state.level <= UInt32(Compliance.highestLevel),
        "switch row \(row) was closed longer than the network runs, or has no known level")
    }
    for place in 0..<compliance.listings.count where !compliance.listings[place].isVacant {
      try check(optional: compliance.listings[place].account, "listing row \(place)")
    }
  }

  borrowing func complianceInvariants() -> [String] {
    var broken: [String] = []
    var kept: UInt128 = 0
    compliance.listings.visit { row, listing in
      kept += listing.quarantined.units
      if Int(listing.account) > ledger.accounts.count {
        broken.append("listing row \(row) names an account that does not exist")
      }
    }
    let held = ledger.accounts[compliance.quarantine].balance.units
    if held != kept {
      broken.append("quarantine holds \(held) units and the listings say \(kept)")
    }
    for row in 0..<compliance.switches.count {
      let state = compliance.switches[row]
      if state.isClosed
        != ComplianceRules.isClosed(isPaused: state.isPaused, level: compliance.level)
      {
        broken.append("switch row \(row) is closed without a reason, or open with one")
      }
    }
    return broken
  }
}
