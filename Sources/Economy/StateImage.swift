internal import Cryptography
public import Ledger
internal import Primitives

/// A whole state as it stood between two blocks: every table's rows, and the texts and documents
/// that the content table vouches for. Taking it costs a reference a page and a content, and the
/// chain goes on at once: whoever writes the image down reads pages that nobody changes any more.
public struct StateImage: Sendable {
  /// Every table in ascending order.
  public let tables: [TableImage]
  /// By row of the content table; empty where a place is free.
  public let contents: [[UInt8]]

  init(tables: [TableImage], contents: [[UInt8]]) {
    self.tables = tables
    self.contents = contents
  }

  /// The rows of all tables, for progress.
  public var rowCount: Int { tables.reduce(0) { $0 + $1.count } }

  /// The pages of all tables, for progress.
  public var pageCount: Int { tables.reduce(0) { $0 + $1.pageCount } }

  /// The bytes of all rows and contents.
  public var byteCount: Int {
    tables.reduce(0) { $0 + $1.byteCount } + contents.reduce(0) { $0 + $1.count }
  }
}

extension EconomyState {
  /// The state as it stands, between blocks only: inside one it would hold half an operation.
  public borrowing func image() -> StateImage {
    StateImage(tables: tableImages(), contents: ledger.contents.image())
  }
}
