public import Primitives

/// An account's place in the ledger; stable for ever, since accounts are never freed.
public struct AccountIndex: Hashable, Comparable, Sendable, BitwiseCopyable {
  public let row: UInt32

  public init(row: UInt32) { self.row = row }

  /// The burned account, `sink.burned`, at the zero address: the first row.
  public static let burned = AccountIndex(row: 0)

  public static func < (left: AccountIndex, right: AccountIndex) -> Bool { left.row < right.row }
}

/// What an account is, besides an address with a balance.
public struct AccountFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A pool, escrow, wallet or module of the economy: nobody holds its key, and value enters and
  /// leaves it only through a module.
  public static let system = AccountFlags(rawValue: 1)
}

/// One account: 64 bytes, eight words in canonical form.
public struct AccountRow: LedgerRow {
  /// The economy's token, in base units.
  public internal(set) var balance: Amount
  /// The part of the balance that compliance holds back, in base units.
  public internal(set) var frozen: Amount
  /// The number of transactions that this account has sent.
  public internal(set) var nonce: UInt64
  public let address: Address
  public internal(set) var flags: AccountFlags

  init(address: Address, flags: AccountFlags) {
    self.address = address
    self.flags = flags
    nonce = 0
    balance = .zero
    frozen = .zero
  }

  public static var wordCount: Int { 8 }
  public static var vacant: AccountRow { AccountRow(address: .zero, flags: []) }
  /// Accounts are never freed.
  public var isVacant: Bool { false }

  /// What the account may send: the balance without the frozen part.
  public var spendable: Amount { balance.subtracting(frozen) ?? .zero }

  public func encode(into writer: inout RowWriter) {
    writer.append(address, flags.rawValue)
    writer.append(nonce)
    writer.append(balance)
    writer.append(frozen)
  }

  public init(from reader: inout RowReader) {
    let (address, flags) = reader.address()
    self.address = address
    self.flags = AccountFlags(rawValue: flags)
    nonce = reader.next()
    balance = reader.amount()
    frozen = reader.amount()
  }
}

/// All accounts with their index by address and the running sum of their balances.
public struct Accounts: ~Copyable {
  /// One row an account, in order of first touch.
  public private(set) var table: Table<AccountRow>
  /// The sum of all balances, kept by the one place that writes rows; conservation compares it with
  /// the supply, so a write past `post` cannot hide.
  public private(set) var total: UInt128 = 0
  private var index = KeyIndex()
  private let secret: HashSecret
  /// Kept from one call of `foresee` to the next for its memory.
  private var foreseen: [UInt32] = []
  /// Nobody asks for it: without it the reads of `foresee` would be left out as useless.
  private var glanced: UInt64 = 0

  init(id: UInt8, secret: HashSecret) {
    table = Table(id: id)
    self.secret = secret
  }

  /// How many accounts were ever touched.
  public var count: Int { table.count }

  /// The account's row.
  public subscript(_ account: AccountIndex) -> AccountRow {
    _read { yield table[Int(account.row)] }
  }

  /// The account at an address, if it was ever touched.
  public func find(_ address: Address) -> AccountIndex? {
    let row = index.find(secret.hash(address)) { table[$0].address == address }
    return row.map { AccountIndex(row: UInt32(truncatingIfNeeded: $0)) }
  }

  /// Reads what `find` and a posting will read of these addresses, so that the processor waits for
  /// the memory of all of them at once and not for one after the other. Changes nothing that
  /// counts.
  mutating func foresee(_ addresses: [Address]) {
    foreseen.removeAll(keepingCapacity: true)
    for address in addresses {
      if let row = index.likely(secret.hash(address)) {
        foreseen.append(UInt32(truncatingIfNeeded: row))
      }
    }
    for row in foreseen { glanced &+= table[Int(row)].nonce }
  }

  /// The account at an address, made where there is none.
  mutating func open(
    _ address: Address, flags: AccountFlags = [], _ scope: inout Scope
  ) -> AccountIndex {
    if let known = find(address) { return known }
    let row = table.append(AccountRow(address: address, flags: flags), &scope)
    index.insert(secret.hash(address), row: row)
    return AccountIndex(row: UInt32(truncatingIfNeeded: row))
  }

  mutating func modify(
    _ account: AccountIndex, _ scope: inout Scope, _ body: (inout AccountRow) -> Void
  ) {
    let change = table.modify(Int(account.row), &scope) { row in
      let before = row.balance.units
      body(&row)
      return row.balance.units &- before
    }
    // Wrapping: a debit is the two's complement of its amount.
    total = total &+ change
  }

  mutating func undoLast() {
    let undone = table.undoLast()
    let restored = undone.restored?.balance.units ?? 0
    total = total &+ (restored &- undone.discarded.balance.units)
    if undone.restored == nil {
      index.remove(secret.hash(undone.discarded.address), row: undone.row)
    }
  }

  mutating func visit(_ visitor: inout some TableVisitor) { visitor.visit(&table) }

  /// Derives index and total from loaded rows.
  mutating func rebuild() throws(ImageFailure) {
    let secret = secret
    index = try KeyIndex(
      of: table, hash: { secret.hash($0.address) }, isSame: { $0.address == $1.address })
    try ImageFailure.unless(
      count > 0 && self[.burned].address == .zero, "the burned account is not the first")
    var sum = Amount.zero
    for row in 0..<table.count {
      guard let next = sum.adding(table[row].balance) else {
        throw ImageFailure("the accounts hold more than 128 bits of units")
      }
      sum = next
    }
    total = sum.units
  }
}
