public import Ledger
public import Primitives

extension Token {
  /// How much a spender may still move of an owner's balance.
  public struct AllowanceRow: LedgerRow {
    /// Base units; the largest 256-bit number means without limit.
    public var amount: UInt256
    public let owner: UInt32
    public let spender: UInt32

    public static var wordCount: Int { 5 }
    public static var vacant: AllowanceRow {
      AllowanceRow(owner: 0, spender: 0, amount: .zero)
    }
    public var isVacant: Bool { amount == .zero }

    public func encode(into writer: inout RowWriter) {
      writer.append(owner, spender)
      writer.append(amount.low)
      writer.append(amount.high)
    }

    public init(from reader: inout RowReader) {
      (owner, spender) = reader.pair()
      let low = reader.number()
      amount = UInt256(high: reader.number(), low: low)
    }

    init(owner: UInt32, spender: UInt32, amount: UInt256) {
      self.owner = owner
      self.spender = spender
      self.amount = amount
    }
  }

  /// The token's allowances; balances stand in the ledger.
  public struct State: ~Copyable {
    /// The table's number in the state root.
    static let allowanceTable: UInt8 = 16

    private(set) var allowances: Table<AllowanceRow>
    private var index = KeyIndex()
    private let secret: HashSecret

    init(secret: HashSecret) {
      allowances = Table(id: Self.allowanceTable)
      self.secret = secret
    }

    private func hash(_ owner: UInt32, _ spender: UInt32) -> UInt32 {
      secret.hash(pair: owner, spender)
    }

    private func find(_ owner: AccountIndex, _ spender: AccountIndex) -> Int? {
      index.find(hash(owner.row, spender.row)) {
        allowances[$0].owner == owner.row && allowances[$0].spender == spender.row
      }
    }

    /// What `spender` may still move of `owner`'s balance, in base units.
    public func allowance(_ owner: AccountIndex, _ spender: AccountIndex) -> UInt256 {
      find(owner, spender).map { allowances[$0].amount } ?? .zero
    }

    mutating func setAllowance(
      _ owner: AccountIndex, _ spender: AccountIndex, _ amount: UInt256, _ scope: inout Scope
    ) {
      if let row = find(owner, spender) {
        if amount == .zero {
          allowances.vacate(row, &scope)
          index.remove(hash(owner.row, spender.row), row: row)
        } else {
          allowances.modify(row, &scope) { $0.amount = amount }
        }
      } else if amount != .zero {
        let row = allowances.insert(
          AllowanceRow(owner: owner.row, spender: spender.row, amount: amount), &scope)
        index.insert(hash(owner.row, spender.row), row: row)
      }
    }

    mutating func undoLast() {
      let undone = allowances.undoLast()
      let restored = undone.restored ?? .vacant
      if !undone.discarded.isVacant && restored.isVacant {
        index.remove(
          hash(undone.discarded.owner, undone.discarded.spender), row: undone.row)
      } else if undone.discarded.isVacant && !restored.isVacant {
        index.insert(hash(restored.owner, restored.spender), row: undone.row)
      }
    }

    mutating func visit(_ visitor: inout some TableVisitor) { visitor.visit(&allowances) }

    func images() -> [TableImage] { [allowances.image()] }

    /// Derives the index from loaded rows, whose references it checks.
    mutating func rebuild(accountCount: Int) throws(ImageFailure) {
      let secret = secret
      index = try KeyIndex(
        of: allowances, hash: { secret.hash(pair: $0.owner, $0.spender) },
        isSame: { $0.owner == $1.owner && $0.spender == $1.spender })
      if let broken = invariants(accountCount: accountCount).first { throw ImageFailure(broken) }
    }

    /// What must hold between operations; empty where it does.
    func invariants(accountCount: Int) -> [String] {
      var broken: [String] = []
      allowances.visit { row, allowance in
        if Int(allowance.owner) >= accountCount || Int(allowance.spender) >= accountCount {
          broken.append("allowance row \(row) names an account that does not exist")
        }
      }
      return broken
    }
  }
}

extension EconomyState {
  /// The module's part of loading a state.
  mutating func rebuildToken() throws(ImageFailure) {
    try token.rebuild(accountCount: ledger.accounts.count)
  }
}
