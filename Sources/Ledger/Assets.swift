public import Primitives

/// An asset's number; 0 is the economy's token.
public struct AssetID: Hashable, Sendable, BitwiseCopyable {
  public let number: UInt32

  public init(_ number: UInt32) { self.number = number }

  /// The economy's token, whose balances stand in the account rows.
  public static let token = AssetID(0)
}

/// An asset besides the token: its supply, fixed when it was created.
public struct AssetRow: LedgerRow {
  public let number: UInt32
  /// The module that created it and answers for it.
  public let module: UInt32
  public let supply: Amount

  public static var wordCount: Int { 3 }
  public static var vacant: AssetRow { AssetRow(number: 0, module: 0, supply: .zero) }
  public var isVacant: Bool { number == 0 }

  public func encode(into writer: inout RowWriter) {
    writer.append(number, module)
    writer.append(supply)
  }

  public init(from reader: inout RowReader) {
    (number, module) = reader.pair()
    supply = reader.amount()
  }

  init(number: UInt32, module: UInt32, supply: Amount) {
    self.number = number
    self.module = module
    self.supply = supply
  }
}

/// What one account holds of one asset.
public struct HoldingRow: LedgerRow {
  public internal(set) var balance: Amount
  public let asset: UInt32
  public let account: UInt32

  public static var wordCount: Int { 3 }
  public static var vacant: HoldingRow { HoldingRow(asset: 0, account: 0, balance: .zero) }
  public var isVacant: Bool { asset == 0 }

  public func encode(into writer: inout RowWriter) {
    writer.append(asset, account)
    writer.append(balance)
  }

  public init(from reader: inout RowReader) {
    (asset, account) = reader.pair()
    balance = reader.amount()
  }

  init(asset: UInt32, account: UInt32, balance: Amount) {
    self.asset = asset
    self.account = account
    self.balance = balance
  }
}

/// All assets but the token, and who holds them.
public struct Assets: ~Copyable {
  /// One row an asset.
  public private(set) var assets: Table<AssetRow>
  /// Who holds how much of which asset.
  public private(set) var holdings: Table<HoldingRow>
  /// How far the sum of all holdings stands from the sum of all supplies; always zero outside a
  /// posting.
  private(set) var imbalance: UInt128 = 0
  private var index = KeyIndex()
  private let secret: HashSecret

  init(assetsID: UInt8, holdingsID: UInt8, secret: HashSecret) {
    assets = Table(id: assetsID)
    holdings = Table(id: holdingsID)
    self.secret = secret
  }

  private func hash(_ asset: UInt32, _ account: UInt32) -> UInt32 {
    secret.hash(pair: asset, account)
  }

  private func find(_ asset: UInt32, _ account: UInt32) -> Int? {
    index.find(hash(asset, account)) {
      holdings[$0].asset == asset && holdings[$0].account == account
    }
  }

  /// What an account holds of an asset other than the token.
  public func balance(_ asset: AssetID, _ account: AccountIndex) -> Amount {
    find(asset.number, account.row).map { holdings[$0].balance } ?? .zero
  }

  mutating func create(_ row: AssetRow, holder: AccountIndex, _ scope: inout Scope) {
    _ = assets.append(row, &scope)
    imbalance = imbalance &- row.supply.units
    if row.supply != .zero { add(row.supply, AssetID(row.number), holder, &scope) }
  }

  mutating func add(
    _ amount: Amount, _ asset: AssetID, _ account: AccountIndex, _ scope: inout Scope
  ) {
    if let row = find(asset.number, account.row) {
      holdings.modify(row, &scope) { $0.balance += amount }
    } else {
      let row = holdings.insert(
        HoldingRow(asset: asset.number, account: account.row, balance: amount), &scope)
      index.insert(hash(asset.number, account.row), row: row)
    }
    imbalance = imbalance &+ amount.units
  }

  /// Takes `amount`, which the account must hold.
  mutating func take(
    _ amount: Amount, _ asset: AssetID, _ account: AccountIndex, _ scope: inout Scope
  ) {
    guard let row = find(asset.number, account.row) else {
      preconditionFailure("a posting takes \(amount.units) units from an account that holds none")
    }
    if holdings[row].balance == amount {
      holdings.vacate(row, &scope)
      index.remove(hash(asset.number, account.row), row: row)
    } else {
      holdings.modify(row, &scope) { $0.balance -= amount }
    }
    imbalance = imbalance &- amount.units
  }

  mutating func undoAsset() {
    let undone = assets.undoLast()
    imbalance = imbalance &+ undone.discarded.supply.units
  }

  mutating func undoHolding() {
    let undone = holdings.undoLast()
    let restored = undone.restored ?? .vacant
    imbalance = imbalance &+ (restored.balance.units &- undone.discarded.balance.units)
    if !undone.discarded.isVacant && restored.isVacant {
      index.remove(hash(undone.discarded.asset, undone.discarded.account), row: undone.row)
    } else if undone.discarded.isVacant && !restored.isVacant {
      index.insert(hash(restored.asset, restored.account), row: undone.row)
    }
  }

  mutating func visit(_ visitor: inout some TableVisitor) {
    visitor.visit(&assets)
    visitor.visit(&holdings)
  }

  /// Derives index and imbalance from loaded rows, whose references it checks.
  mutating func rebuild(accountCount: Int) throws(ImageFailure) {
    let secret = secret
    index = try KeyIndex(
      of: holdings, hash: { secret.hash(pair: $0.asset, $0.account) },
      isSame: { $0.asset == $1.asset && $0.account == $1.account })
    imbalance = 0
    for row in 0..<assets.count {
      // Numbers are given in order and never again.
      try ImageFailure.unless(
        Int(assets[row].number) == row + 1, "asset row \(row) has number \(assets[row].number)")
      imbalance = imbalance &- assets[row].supply.units
    }
    for row in 0..<holdings.count where !holdings[row].isVacant {
      let holding = holdings[row]
      try ImageFailure.unless(
        Int(holding.asset) <= assets.count && Int(holding.account) < accountCount,
        "holding row \(row) names an asset or account that does not exist")
      imbalance = imbalance &+ holding.balance.units
    }
  }
}
