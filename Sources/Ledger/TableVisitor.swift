public import Primitives

/// Something that is done to every table, whatever its rows; whoever owns tables lets visitors see
/// them in table order.
public protocol TableVisitor {
  mutating func visit<Row: LedgerRow>(_ table: inout Table<Row>)
}

/// Collects the roots of all tables, brought up to date.
public struct RootCollector: TableVisitor {
  /// In the order of the visits.
  public private(set) var roots: [TableRoot] = []

  public init() {}

  public mutating func visit<Row: LedgerRow>(_ table: inout Table<Row>) {
    roots.append(TableRoot(table: table.id, count: table.count, root: table.root()))
  }
}

/// Finds a row for a proof; the roots must be up to date.
public struct RowFinder: TableVisitor {
  private let table: UInt8
  private let row: Int
  /// The row's canonical bytes and its siblings in its table; nil where there is no such row.
  public private(set) var found: (bytes: [UInt8], path: [Digest])?

  public init(row: Int, of table: UInt8) {
    self.row = row
    self.table = table
  }

  public mutating func visit<Row: LedgerRow>(_ table: inout Table<Row>) {
    guard table.id == self.table, row >= 0, row < table.count else { return }
    found = (table.bytes(row), table.path(row))
  }
}

/// Lists the tables: each one's number and its rows' length in words.
public struct TableList: TableVisitor {
  /// In the order of the visits.
  public private(set) var tables: [(table: UInt8, wordCount: Int, count: Int)] = []

  public init() {}

  public mutating func visit<Row: LedgerRow>(_ table: inout Table<Row>) {
    tables.append((table.id, Row.wordCount, table.count))
  }
}

/// Adds rows to one table from their canonical bytes.
public struct RowLoader: TableVisitor {
  private let table: UInt8
  private let rows: [UInt8]
  /// Why the rows were refused; nil where they were not.
  public private(set) var failure: ImageFailure?

  public init(_ rows: [UInt8], into table: UInt8) {
    self.rows = rows
    self.table = table
  }

  public mutating func visit<Row: LedgerRow>(_ table: inout Table<Row>) {
    guard table.id == self.table else { return }
    do throws(ImageFailure) { try table.load(rows) } catch { failure = error }
  }
}
