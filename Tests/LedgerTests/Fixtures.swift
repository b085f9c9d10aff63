import Primitives

@testable import Ledger

/// SplitMix64: the same numbers in every run.
struct Choices {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  /// A number below `bound`.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

enum Fixtures {
  static let supply: UInt128 = 1_000_000
  static let secret = HashSecret(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210)

  static func address(_ number: Int) -> Address {
    Address(high: 0xa11c_e000_0000_0000, middle: 7, low: UInt32(number + 1))
  }

  /// A ledger whose whole supply stands in the burned account, with `members` empty accounts.
  static func ledger(
    members: Int = 0, liquidWeights: Bool = false, secret: HashSecret = secret
  ) -> LedgerState {
    var ledger = LedgerState(
      rules: LedgerRules(supply: Amount(supply), liquidWeights: liquidWeights), issuer: .zero,
      secret: secret)
    for member in 0..<members { _ = ledger.account(address(member)) }
    ledger.scope.close()
    return ledger
  }

  /// The account of a member made by `ledger(members:)`.
  static func member(_ number: Int) -> AccountIndex { AccountIndex(row: UInt32(number + 1)) }
}

extension LedgerState {
  /// Takes back everything since a mark, as the economy does where an operation is refused.
  mutating func undo(to mark: Int) {
    while let table = scope.popLast(above: mark) { _ = undoLast(of: table) }
  }

  mutating func stateRoot() -> Digest { TableRoot.stateRoot(roots()) }

  /// The roots of all tables, brought up to date, in table order.
  mutating func roots() -> [TableRoot] {
    var collector = RootCollector()
    visit(&collector)
    return collector.roots
  }

  /// A row's bytes and siblings; call `roots()` first.
  mutating func row(_ row: Int, of table: LedgerTable) -> (bytes: [UInt8], path: [Digest])? {
    var finder = RowFinder(row: row, of: table.rawValue)
    visit(&finder)
    return finder.found
  }

  /// Every table's root as kept up to date, and as computed from nothing.
  mutating func rootsAgree() -> Bool {
    let fromScratch = [
      accounts.table.rootFromScratch(), assets.assets.rootFromScratch(),
      assets.holdings.rootFromScratch(), holds.table.rootFromScratch(),
      timers.rows.table.rootFromScratch(), counters.rootFromScratch(),
      parameters.table.rootFromScratch(), contents.table.rootFromScratch(),
      weights.rows.table.rootFromScratch(), weights.checkpoints.rootFromScratch(),
    ]
    return roots().map(\.root) == fromScratch
  }
}
