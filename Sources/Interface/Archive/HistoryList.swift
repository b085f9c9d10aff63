public import Primitives

/// One list of an account's history, page by page.
public struct HistoryList: Sendable {
  /// Rows of one page, at most.
  public static let most = 1_000

  /// Which list.
  public let kind: HistoryKind
  /// Whose.
  public let account: Address
  /// Of earnings: which ones.
  public var filter = EarningFilter()
  /// Seconds since 1970, both included; nil for no bound.
  public var from: UInt64?
  public var to: UInt64?
  /// The order of time.
  public var newestFirst = true

  public init(_ kind: HistoryKind, of account: Address) {
    self.kind = kind
    self.account = account
  }

  /// The rows behind a place.
  public func page(
    _ archive: any BlockArchive, _ form: HistoryForm, limit: Int, after: ChainPlace?
  ) throws(ArchiveFailure) -> [HistoryRow] {
    guard let heights = try heights(archive) else { return [] }
    var page = ArchivePage(limit: min(limit, Self.most), newestFirst: newestFirst, after: after)
    page.heights = heights
    let account = account
    switch kind {
    case .transactions:
      return try archive.transactions(of: account, page).map { form.row($0, of: account) }
    case .transfers:
      return try archive.transfers(of: account, page).map { form.row($0, of: account) }
    case .earnings:
      return try archive.earnings(of: account, page, filter).map { form.row($0) }
    }
  }

  /// The blocks within the bounds of time; nil where there is none.
  private func heights(
    _ archive: any BlockArchive
  ) throws(ArchiveFailure) -> ClosedRange<Height>? {
    var first: Height = 0
    var last = Height.max
    if let from, from > 0, let before = try archive.newestBlock(notAfter: from - 1) {
      first = before + 1
    }
    if let to {
      guard let newest = try archive.newestBlock(notAfter: to) else { return nil }
      last = newest
    }
    return first <= last ? first...last : nil
  }

  /// The whole list in pieces, for an export.
  public func all(
    _ archive: any BlockArchive, _ form: HistoryForm, _ take: ([HistoryRow]) -> Bool
  ) throws(ArchiveFailure) {
    var after: ChainPlace?
    while true {
      let rows = try page(archive, form, limit: Self.most, after: after)
      guard take(rows), rows.count == Self.most, let last = rows.last else { return }
      after = last.place
    }
  }
}
