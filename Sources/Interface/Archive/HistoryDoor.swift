internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

/// What was asked beside the path: values of the query and headers by name.
struct AskedValues {
  let query: (String) -> String?
  let header: (String) -> String?
}

/// `GET /v1/accounts/{account}/transactions`, `transfers` and `earnings`: an account's history out
/// of the index, as JSON or as CSV, page by page; and `GET /api` beside them.
struct HistoryDoor: Sendable {
  /// Rows of a page where nothing is said.
  private static let standard = 25
  private static let prefix = "/v1/accounts/"

  let rpc: JSONRPC

  /// Why there is no page.
  struct Refusal: Error {
    let status: Int
    let detail: String
  }

  /// What `problem` names of these routes.
  static let paths =
    HistoryKind.allCases.map { "\(prefix){account}/\($0.rawValue)" } + [EtherscanAPI.path]

  /// Nil where the path is another's.
  func answer(
    _ path: String, _ asked: AskedValues
  ) -> Result<RoutedResponse, Refusal>? {
    if path == EtherscanAPI.path {
      return .success(
        Self.response(
          "application/json", EtherscanAPI(rpc: rpc).answer(EtherscanQuery(asked.query))))
    }
    guard path.hasPrefix(Self.prefix) else { return nil }
    let parts = path.dropFirst(Self.prefix.count)
      .split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = HistoryKind(rawValue: String(parts[1])) else { return nil }
    return Result { () throws(Refusal) in try page(kind, String(parts[0]), path, asked) }
  }

  private static func response(
    _ type: String, _ body: [UInt8], _ headers: [(name: String, value: String)] = []
  ) -> RoutedResponse {
    RoutedResponse(
      status: 200, contentType: type, body: body,
      headers: headers + [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")])
  }

  private func page(
    _ kind: HistoryKind, _ account: String, _ path: String, _ asked: AskedValues
  ) throws(Refusal) -> RoutedResponse {
    guard let archive = rpc.configuration.archive else {
      throw Refusal(
        status: 404, detail: "This node keeps no index: it was started with --no-index.")
    }
    let form = HistoryForm(rpc.chain.genesis)
    guard let address = form.address(account) else {
      throw Refusal(
        status: 400,
        detail: "The account is an address, its checksum right where it has capitals, or a name of "
          + "GET /network.")
    }
    let list = try list(kind, address, asked)
    let limit = try number("limit", 1...UInt64(HistoryList.most), asked) ?? UInt64(Self.standard)
    let start = try cursor(asked)
    let through = archive.standing.last
    let rows: [HistoryRow]
    do throws(ArchiveFailure) {
      rows = try list.page(archive, form, limit: Int(limit), after: start)
    } catch {
      throw Refusal(
        status: error.kind == .tooMuch ? 400 : 503,
        detail: error.kind == .tooMuch
          ? error.text : "transaction indexing is in progress: \(error.text)")
    }
    let last = rows.count == Int(limit) ? rows.last?.place : nil
    let next = last.map { "\($0.height).\($0.index)" }
    let link = next.map { [("Link", "<\(path)?\(query($0, asked))>; rel=\"next\"")] } ?? []
    guard isCSV(asked) else {
      var writer = JSONWriter(capacity: 8_192)
      writer.beginObject()
      writer.name("items")
      writer.beginArray()
      for row in rows { form.write(row, kind, to: &writer) }
      writer.endArray()
      writer.name("next")
      if let next { writer.string(next) } else { writer.null() }
      writer.member("indexedThrough", number: through ?? 0)
      writer.endObject()
      return Self.response("application/json", writer.bytes, link)
    }
    var text = form.csvHeader(kind)
    for row in rows { text += form.csv(row) }
    return Self.response("text/csv; charset=utf-8; header=present", Array(text.utf8), link)
  }

  private func isCSV(_ asked: AskedValues) -> Bool {
    if let format = asked.query("format") { return format == "csv" }
    let accept = (asked.header("Accept") ?? "").lowercased()
    return accept.contains("text/csv") && !accept.contains("application/json")
  }

  /// The query of the next page: everything that was asked for, from a place on.
  private func query(_ cursor: String, _ asked: AskedValues) -> String {
    var query = "cursor=\(cursor)"
    for name in ["limit", "order", "from", "to", "format", "rule", "pool", "kind"] {
      if let value = asked.query(name) { query += "&\(name)=\(Self.encoded(value))" }
    }
    return query
  }

  private static func encoded(_ text: String) -> String {
    String(
      decoding: text.utf8.flatMap { byte -> [UInt8] in
        let isPlain =
          (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
          || (0x61...0x7a).contains(byte) || [0x2d, 0x2e, 0x5f, 0x7e].contains(byte)
        return isPlain ? [byte] : Array("%".utf8) + Hex.text([byte]).utf8.dropFirst(2)
      }, as: UTF8.self)
  }

  // Reading what was asked

  private func list(
    _ kind: HistoryKind, _ account: Address, _ asked: AskedValues
  ) throws(Refusal) -> HistoryList {
    var list = HistoryList(kind, of: account)
    list.newestFirst =
      try choice("order", ["newest", "oldest"], asked).map { $0 == "newest" } ?? true
    _ = try choice("format", ["json", "csv"], asked)
    list.from = try time("from", asked)
    list.to = try time("to", asked)
    list.filter.rule = try name("rule", asked)
    list.filter.pool = try name("pool", asked)
    if let kind = try choice("kind", ["income", "returned", "all"], asked) {
      list.filter.kind = EarningReason.Kind(rawValue: kind)
    }
    return list
  }

  private func number(
    _ name: String, _ bounds: ClosedRange<UInt64>, _ asked: AskedValues
  ) throws(Refusal) -> UInt64? {
    guard let text = asked.query(name) else { return nil }
    guard let number = UInt64(text), bounds.contains(number) else {
      throw Refusal(
        status: 400, detail: "\(name): \(bounds.lowerBound) to \(bounds.upperBound) is wanted.")
    }
    return number
  }

  private func cursor(_ asked: AskedValues) throws(Refusal) -> ChainPlace? {
    guard let text = asked.query("cursor") else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let height = Height(parts[0]), let index = UInt32(parts[1]),
      index < 1 << 24
    else {
      throw Refusal(
        status: 400, detail: "cursor: what next said on the page before is wanted.")
    }
    return ChainPlace(height: height, index: index)
  }

  /// What an event or an account of the economy may be called.
  private func name(_ name: String, _ asked: AskedValues) throws(Refusal) -> String? {
    guard let text = asked.query(name) else { return nil }
    guard (1...64).contains(text.unicodeScalars.count) else {
      throw Refusal(status: 400, detail: "\(name): 1 to 64 characters are wanted.")
    }
    return text
  }

  private func choice(
    _ name: String, _ known: [String], _ asked: AskedValues
  ) throws(Refusal) -> String? {
    guard let text = asked.query(name) else { return nil }
    guard known.contains(text) else {
      throw Refusal(
        status: 400, detail: "\(name): one of \(known.joined(separator: ", ")) is wanted.")
    }
    return text
  }

  private func time(_ name: String, _ asked: AskedValues) throws(Refusal) -> UInt64? {
    guard let text = asked.query(name) else { return nil }
    guard let seconds = TimeText.instant(text) else {
      throw Refusal(
        status: 400,
        detail: "\(name): a date, RFC 3339, or seconds since 1970 is wanted, as in 2026-01-31.")
    }
    return seconds
  }
}
