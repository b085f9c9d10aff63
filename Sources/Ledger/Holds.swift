public import Primitives

/// A hold's number; never used twice.
public struct HoldID: Hashable, Sendable, BitwiseCopyable {
  public let number: UInt64

  public init(_ number: UInt64) { self.number = number }
}

/// Value set aside in a module's escrow account until it is posted, released or expires: once.
public struct HoldRow: LedgerRow {
  public let number: UInt64
  /// What stands in escrow.
  public let amount: Amount
  /// What the owning module knows the hold by.
  public let reference: UInt64
  /// The expiry timer, or 0 where the hold waits without limit.
  public let timer: UInt64
  public let asset: UInt32
  public let payer: UInt32
  public let escrow: UInt32
  public let module: UInt32

  public static var wordCount: Int { 7 }
  public static var vacant: HoldRow {
    HoldRow(
      number: 0, amount: .zero, reference: 0, timer: 0, asset: 0, payer: 0, escrow: 0, module: 0)
  }
  public var isVacant: Bool { number == 0 }

  public func encode(into writer: inout RowWriter) {
    writer.append(number)
    writer.append(amount)
    writer.append(reference)
    writer.append(timer)
    writer.append(asset, payer)
    writer.append(escrow, module)
  }

  public init(from reader: inout RowReader) {
    number = reader.next()
    amount = reader.amount()
    reference = reader.next()
    timer = reader.next()
    (asset, payer) = reader.pair()
    (escrow, module) = reader.pair()
  }

  init(
    number: UInt64, amount: Amount, reference: UInt64, timer: UInt64, asset: UInt32,
    payer: UInt32, escrow: UInt32, module: UInt32
  ) {
    self.number = number
    self.amount = amount
    self.reference = reference
    self.timer = timer
    self.asset = asset
    self.payer = payer
    self.escrow = escrow
    self.module = module
  }
}

/// Rows that are known by a number of their own and found through an index.
public protocol NumberedRow: LedgerRow {
  /// The number; 0 only where the row is vacant.
  var number: UInt64 { get }
}

extension HoldRow: NumberedRow {}

/// A table whose rows are found by number.
public struct NumberedTable<Row: NumberedRow>: ~Copyable {
  /// The rows by place.
  public private(set) var table: Table<Row>
  private var index = KeyIndex()
  private let secret: HashSecret

  public init(id: UInt8, secret: HashSecret) {
    table = Table(id: id)
    self.secret = secret
  }

  /// The place of a row in use.
  public func find(_ number: UInt64) -> Int? {
    number == 0
      ? nil : index.find(secret.hash(number)) { table[$0].number == number }
  }

  /// The row at a place in use.
  public subscript(row: Int) -> Row {
    _read { yield table[row] }
  }

  /// Adds a row whose number is not in use; returns its place.
  public mutating func insert(_ row: Row, _ scope: inout Scope) -> Int {
    let place = table.insert(row, &scope)
    index.insert(secret.hash(row.number), row: place)
    return place
  }

  /// Changes a row in use; `body` must keep its number.
  public mutating func modify<Result>(
    _ row: Int, _ scope: inout Scope, _ body: (inout Row) -> Result
  ) -> Result {
    table.modify(row, &scope, body)
  }

  /// Frees a place in use.
  public mutating func vacate(_ row: Int, _ scope: inout Scope) {
    index.remove(secret.hash(table[row].number), row: row)
    table.vacate(row, &scope)
  }

  /// Takes back the newest change and mends the index.
  public mutating func undoLast() -> Table<Row>.Undone {
    let undone = table.undoLast()
    let before = undone.restored?.number ?? 0
    if undone.discarded.number != before {
      if undone.discarded.number != 0 {
        index.remove(secret.hash(undone.discarded.number), row: undone.row)
      }
      if before != 0 { index.insert(secret.hash(before), row: undone.row) }
    }
    return undone
  }

  /// Lets a visitor see the table.
  public mutating func visit(_ visitor: inout some TableVisitor) { visitor.visit(&table) }

  /// Derives the index from loaded rows, whose numbers must be below `next`.
  public mutating func rebuild(next: UInt64) throws(ImageFailure) {
    let secret = secret
    index = try KeyIndex(
      of: table, hash: { secret.hash($0.number) }, isSame: { $0.number == $1.number })
    for row in 0..<table.count {
      try ImageFailure.unless(
        table[row].number < next,
        "table \(table.id), row \(row): number \(table[row].number) was never given")
    }
  }
}
