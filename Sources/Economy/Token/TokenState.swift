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

  /// How many permits of an owner have worked.
  public struct PermitNonceRow: LedgerRow {
    public var count: UInt64
    public let owner: UInt32

    public static var wordCount: Int { 2 }
    public static var vacant: PermitNonceRow { PermitNonceRow(owner: 0, count: 0) }
    public var isVacant: Bool { count == 0 }

    public func encode(into writer: inout RowWriter) {
      writer.append(owner, 0)
      writer.append(count)
    }

    public init(from reader: inout RowReader) {
      owner = reader.pair().low
      count = reader.next()
    }

    init(owner: UInt32, count: UInt64) {
      self.owner = owner
      self.count = count
    }
  }

  /// What became of an authorizer's nonce, for ever.
  public struct AuthorizationRow: LedgerRow {
    /// The two ends of a nonce.
    public enum State: UInt32, Sendable {
      case used = 1
      case canceled = 2
    }

    /// What the authorizer chose.
    public let nonce: Digest
    /// The authorizer's row among the accounts.
    public let authorizer: UInt32
    /// A `State`'s number; 0 in a freed place.
    public let state: UInt32

    public static var wordCount: Int { 5 }
    public static var vacant: AuthorizationRow {
      AuthorizationRow(authorizer: 0, state: 0, nonce: .zero)
    }
    public var isVacant: Bool { state == 0 }

    public func encode(into writer: inout RowWriter) {
      writer.append(authorizer, state)
      writer.append(nonce)
    }

    public init(from reader: inout RowReader) {
      (authorizer, state) = reader.pair()
      nonce = reader.digest()
    }

    init(authorizer: UInt32, state: UInt32, nonce: Digest) {
      self.authorizer = authorizer
      self.state = state
      self.nonce = nonce
    }
  }

  /// The token's allowances, permit nonces and settled nonces; balances stand in the ledger.
  public struct State: ~Copyable {
    /// The tables' numbers in the state root.
    static let allowanceTable: UInt8 = 16
    static let permitTable: UInt8 = 17
    static let authorizationTable: UInt8 = 18

    private(set) var allowances: Table<AllowanceRow>
    private(set) var permits: Table<PermitNonceRow>
    private(set) var authorizations: Table<AuthorizationRow>
    private var index = KeyIndex()
    private var permitIndex = KeyIndex()
    private var authorizationIndex = KeyIndex()
    private let secret: HashSecret

    init(secret: HashSecret) {
      allowances = Table(id: Self.allowanceTable)
      permits = Table(id: Self.permitTable)
      authorizations = Table(id: Self.authorizationTable)
      self.secret = secret
    }

    // Allowances

    private func hash(_ row: AllowanceRow) -> UInt32 { secret.hash(pair: row.owner, row.spender) }

    private func find(_ owner: AccountIndex, _ spender: AccountIndex) -> Int? {
      index.find(secret.hash(pair: owner.row, spender.row)) {
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
      let new = AllowanceRow(owner: owner.row, spender: spender.row, amount: amount)
      if let row = find(owner, spender) {
        if amount == .zero {
          allowances.vacate(row, &scope)
          index.remove(hash(new), row: row)
        } else {
          allowances.modify(row, &scope) { $0.amount = amount }
        }
      } else if amount != .zero {
        index.insert(hash(new), row: allowances.insert(new, &scope))
      }
    }

    // Permits

    private func hash(_ row: PermitNonceRow) -> UInt32 { secret.hash(pair: row.owner, row.owner) }

    private func findPermit(_ owner: AccountIndex) -> Int? {
      permitIndex.find(secret.hash(pair: owner.row, owner.row)) { permits[$0].owner == owner.row }
    }

    /// How many permits of an owner have worked.
    public func permitNonce(_ owner: AccountIndex) -> UInt64 {
      findPermit(owner).map { permits[$0].count } ?? 0
    }

    mutating func advancePermitNonce(_ owner: AccountIndex, _ scope: inout Scope) {
      if let row = findPermit(owner) {
        permits.modify(row, &scope) { $0.count += 1 }
      } else {
        let new = PermitNonceRow(owner: owner.row, count: 1)
        permitIndex.insert(hash(new), row: permits.insert(new, &scope))
      }
    }

    // Authorizations

    private func hash(_ row: AuthorizationRow) -> UInt32 {
      secret.hash(row.authorizer, row.nonce)
    }

    /// What became of an authorizer's nonce; nil where nothing did.
    public func authorization(
      _ authorizer: AccountIndex, _ nonce: Digest
    ) -> AuthorizationRow.State? {
      authorizationIndex.find(secret.hash(authorizer.row, nonce)) {
        authorizations[$0].authorizer == authorizer.row && authorizations[$0].nonce == nonce
      }.flatMap { AuthorizationRow.State(rawValue: authorizations[$0].state) }
    }

    /// The caller has checked that the nonce is fresh.
    mutating func settleAuthorization(
      _ authorizer: AccountIndex, _ nonce: Digest, _ state: AuthorizationRow.State,
      _ scope: inout Scope
    ) {
      let new = AuthorizationRow(
        authorizer: authorizer.row, state: state.rawValue, nonce: nonce)
      authorizationIndex.insert(hash(new), row: authorizations.insert(new, &scope))
    }

    // Tables

    mutating func undoLast(of table: UInt8) {
      switch table {
      case Self.permitTable:
        let undone = permits.undoLast()
        if undone.restored?.isVacant ?? true {
          permitIndex.remove(hash(undone.discarded), row: undone.row)
        }
      case Self.authorizationTable:
        // A nonce is settled once and stays: what is undone was inserted.
        let undone = authorizations.undoLast()
        authorizationIndex.remove(hash(undone.discarded), row: undone.row)
      default: undoAllowance()
      }
    }

    private mutating func undoAllowance() {
      let undone = allowances.undoLast()
      let restored = undone.restored ?? .vacant
      if !undone.discarded.isVacant && restored.isVacant {
        index.remove(hash(undone.discarded), row: undone.row)
      } else if undone.discarded.isVacant && !restored.isVacant {
        index.insert(hash(restored), row: undone.row)
      }
    }

    mutating func visit(_ visitor: inout some TableVisitor) {
      visitor.visit(&allowances)
      visitor.visit(&permits)
      visitor.visit(&authorizations)
    }

    func images() -> [TableImage] {
      [allowances.image(), permits.image(), authorizations.image()]
    }

    /// Derives the indexes from loaded rows, whose references it checks.
    mutating func rebuild(accountCount: Int) throws(ImageFailure) {
      let secret = secret
      index = try KeyIndex(
        of: allowances, hash: { secret.hash(pair: $0.owner, $0.spender) },
        isSame: { $0.owner == $1.owner && $0.spender == $1.spender })
      permitIndex = try KeyIndex(
        of: permits, hash: { secret.hash(pair: $0.owner, $0.owner) },
        isSame: { $0.owner == $1.owner })
      authorizationIndex = try KeyIndex(
        of: authorizations, hash: { secret.hash($0.authorizer, $0.nonce) },
        isSame: { $0.authorizer == $1.authorizer && $0.nonce == $1.nonce })
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
      permits.visit { row, permit in
        if Int(permit.owner) >= accountCount {
          broken.append("permit row \(row) names an account that does not exist")
        }
      }
      authorizations.visit { row, one in
        if Int(one.authorizer) >= accountCount {
          broken.append("authorization row \(row) names an account that does not exist")
        }
        if AuthorizationRow.State(rawValue: one.state) == nil {
          broken.append("authorization row \(row) is neither used nor canceled")
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
