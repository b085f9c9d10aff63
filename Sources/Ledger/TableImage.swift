internal import Primitives

/// A table as it stood between two blocks. It shares the table's pages, so that taking it costs a
/// reference a page; later writes copy the pages that they touch, and it stays as it was.
///
/// It holds rows and nothing derived: indexes, heaps and the hash tree are made anew from the rows
/// when a state is loaded. The tree above all: to compute it is to check the rows against the state
/// root of a block header, which is what makes a loaded state trustworthy.
public struct TableImage: Sendable {
  /// The table's number in the state root.
  public let table: UInt8
  /// Words of 64 bits in a row's canonical form.
  public let wordCount: Int
  /// Places in use or freed.
  public let count: Int
  private let rowsOfPage: Int
  private let encode: @Sendable (Int) -> [UInt8]

  /// The most places of a table: a reference to a row is 32 bits, as its place plus one, and two
  /// values are kept.
  public static let mostRows = Int(UInt32.max) - 2

  init<Row: LedgerRow>(table: UInt8, pages: [ContiguousArray<Row>], count: Int) {
    self.table = table
    self.count = count
    wordCount = Row.wordCount
    rowsOfPage = Table<Row>.pageRows
    encode = { page in
      var writer = RowWriter()
      writer.reserve(pages[page].count * Row.wordCount)
      for row in pages[page] { row.encode(into: &writer) }
      return writer.bytes
    }
  }

  /// How many pages `bytes(ofPage:)` answers for.
  public var pageCount: Int { (count + rowsOfPage - 1) / rowsOfPage }

  /// The length of all rows' canonical bytes.
  public var byteCount: Int { count * wordCount * 8 }

  /// The canonical little-endian bytes of a page's rows, `Table.pageRows` of them but for the last
  /// page; `page` must be below `pageCount`.
  public func bytes(ofPage page: Int) -> [UInt8] { encode(page) }
}

/// Why an image makes no state: what is wrong and where.
public struct ImageFailure: Error, Sendable, Equatable {
  /// One clause without a full stop.
  public let text: String

  public init(_ text: String) { self.text = text }

  /// Throws where something does not hold.
  public static func unless(
    _ holds: Bool, _ text: @autoclosure () -> String
  ) throws(ImageFailure) {
    if !holds { throw ImageFailure(text()) }
  }
}
