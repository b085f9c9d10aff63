internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

/// The REST interface: everything under `/v1`, each route from the table of routes, which is made
/// of the modules' declarations.
struct REST: Sendable {
  let chain: Chain
  let configuration: Configuration
  let sentences: Sentences
  let keys = IdempotencyKeys()
  /// Every route, those described only included.
  let routes: [Route]
  private let fixed: [String: [Route]]
  private let variable: [Route]
  /// The same for equal software and network, part of every ETag.
  private let edition: String

  var coder: TextCoder { sentences.coder }

  init(_ chain: Chain, _ configuration: Configuration) {
    self.chain = chain
    self.configuration = configuration
    sentences = Sentences(chain.genesis, configuration.development)
    routes = RouteTable.all(chain.genesis, configuration)
    let answered = routes.filter { $0.handler != nil }
    fixed = Dictionary(grouping: answered.filter { !$0.template.contains("{") }, by: \.template)
    variable = answered.filter { $0.template.contains("{") }
    edition = String(
      Hex.text(SHA256.hash(Array(configuration.version.utf8)).bytes.prefix(3)).dropFirst(2))
  }

  /// Nil where no route has the path.
  func answer(_ request: RoutedRequest) -> RoutedResponse? {
    let found = find(request.path)
    guard !found.isEmpty else {
      guard request.path == "/v1" || request.path.hasPrefix("/v1/") else { return nil }
      return Problem(.noSuchRoute, "Nothing is at \(request.path.prefix(128)).")
        .response(request.path)
    }
    do throws(Problem) {
      return try answer(request, found)
    } catch {
      return error.response(request.path)
    }
  }

  /// The methods of a path, those that other parts of the node answer included; empty where no
  /// route has it.
  func methods(at path: String) -> [String] {
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    var methods: [String] = []
    for route in routes where !methods.contains(route.method) {
      if route.match(segments) == nil { continue }
      methods += route.method == "GET" ? ["GET", "HEAD"] : [route.method]
    }
    return methods.sorted()
  }

  private func find(_ path: String) -> [(route: Route, variables: [String: String])] {
    if let routes = fixed[path] { return routes.map { ($0, [:]) } }
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    return variable.compactMap { route in route.match(segments).map { (route, $0) } }
  }

  private func answer(
    _ request: RoutedRequest, _ found: [(route: Route, variables: [String: String])]
  ) throws(Problem) -> RoutedResponse {
    let method = request.method == "HEAD" ? "GET" : request.method
    guard let (route, variables) = found.first(where: { $0.route.method == method }),
      let handler = route.handler
    else {
      throw Problem.method(request.path, methods(at: request.path))
    }
    guard Negotiation.accepts(request.header("Accept"), "application/json") else {
      throw Problem(.notAcceptable, "This path answers application/json.")
    }
    if let body = route.body,
      !Negotiation.isType(request.header("Content-Type"), body.contentType)
    {
      throw Problem(.unsupportedMediaType, "The body is to be \(body.contentType).")
    }
    let call = RESTCall(
      request: request, variables: variables, query: try query(of: request, route))
    return response(try handler(self, call), request)
  }

  /// The query's values: every name once, and known.
  private func query(
    of request: RoutedRequest, _ route: Route
  ) throws(Problem) -> [String: String] {
    guard let items = request.queryItems else {
      throw Problem(.badArgument, "The query is badly encoded: percent-encode it as UTF-8.")
    }
    let known = route.parameters.filter { $0.place == .query }.map(\.name)
    var values: [String: String] = [:]
    for (name, value) in items {
      guard known.contains(name) else {
        throw Problem(
          TextFailure(
            parameter: Prose.plain(name), problem: "there is no such parameter",
            expected: known.isEmpty ? "no parameters" : known.joined(separator: ", "),
            example: known.first ?? "nothing"))
      }
      guard values.updateValue(value, forKey: name) == nil else {
        throw Problem(.badArgument, "\(name) stands twice in the query.")
      }
    }
    return values
  }

  private func response(_ answer: RESTAnswer, _ request: RoutedRequest) -> RoutedResponse {
    var headers = answer.headers + [("X-Content-Type-Options", "nosniff")]
    guard let tag = tag(answer.validator) else {
      headers.append(("Cache-Control", "no-store"))
      return RoutedResponse(
        status: answer.status, contentType: "application/json", body: answer.body,
        headers: headers)
    }
    headers += [("ETag", tag), ("Cache-Control", "no-cache")]
    let isKnown =
      request.isReading
      && (request.header("If-None-Match").map { Negotiation.matches($0, tag) } ?? false)
    return RoutedResponse(
      status: isKnown ? 304 : answer.status, contentType: "application/json",
      body: isKnown ? [] : answer.body, headers: headers)
  }

  /// Strong, since equal blocks give equal bytes.
  private func tag(_ validator: RESTAnswer.Validator) -> String? {
    switch validator {
    case .head(let block):
      "\"\(edition)-\(block.height)-\(Hex.text(block.hash.bytes.prefix(8)).dropFirst(2))\""
    case .fixed(let digest): "\"\(edition)-\(Hex.text(digest.bytes.prefix(16)).dropFirst(2))\""
    case .none: nil
    }
  }

  // Reading

  /// What the state says, and the block after which it says so.
  func atHead<Result: Sendable>(
    _ body: (inout EconomyState) throws(Problem) -> Result
  ) throws(Problem) -> (Result, Block) {
    try chain.withState { (state) throws(Problem) in (try body(&state), chain.head) }
  }

  /// What blocks in memory or in the index say.
  func look<Result>(
    _ body: (BlockLookup) throws(RPCFailure) -> Result
  ) throws(Problem) -> Result {
    do throws(RPCFailure) {
      return try body(BlockLookup(chain: chain, archive: configuration.archive))
    } catch {
      throw error.code == RPCFailure.prunedHistory
        ? Problem(.notKept, error.message)
        : Problem(.notReady, error.message, headers: Problem.retry)
    }
  }

  /// The block at a height, wherever it is kept.
  func kept(_ height: Height) throws(Problem) -> Block? {
    try look { (blocks) throws(RPCFailure) in try blocks.block(height) }
  }

  /// The address that a text names: in hex, or by a name of the network.
  func address(_ text: String) throws(Problem) -> Address {
    let field = ABIField("address", .address, meaning: .account)
    do throws(TextFailure) {
      guard case .account(let address) = try coder.tree(text, as: field) else { return .zero }
      return address
    } catch {
      throw Problem(error)
    }
  }

  /// How many items a page has, from `limit`.
  func limit(_ call: RESTCall) throws(Problem) -> Int {
    guard let text = call.query["limit"] else { return Page.standard }
    guard let limit = UInt256(decimal: text)?.narrow, limit >= 1, limit <= Page.most else {
      throw Problem(
        TextFailure(
          parameter: "limit", problem: "'\(Prose.plain(text))' is no size of a page",
          expected: "1 to \(Page.most)", example: "\(Page.standard)"))
    }
    return Int(limit)
  }

  /// The numbers of `cursor`; nil where none is given.
  func cursor(
    _ call: RESTCall, _ list: String, count: Int
  ) throws(Problem) -> Cursor? {
    guard let text = call.query["cursor"] else { return nil }
    guard let cursor = Cursor(text, list, count: count) else {
      throw Problem(.badCursor, "The cursor is none of \(list).")
    }
    return cursor
  }
}

/// Pages of lists.
enum Page {
  static let standard = 25
  static let most: UInt128 = 100

  static let parameters = [
    Route.Parameter(
      "limit", .query, .text(pattern: "^([1-9][0-9]?|100)$"),
      "How many items at most, 1 to \(most); \(standard) where nothing is said.", example: "5"),
    Route.Parameter(
      "cursor", .query, .text(1...64),
      "Where to go on: what `next` said on the page before. Opaque."),
  ]

  /// An answer of a page of items.
  static func schema(_ item: Schema) -> Schema {
    .object([
      ("items", .list(item)),
      ("next", Schema.text.orNull.described("The cursor of the next page; null on the last.")),
    ])
  }

  /// Writes `next` and gives the header that says the same (RFC 8288).
  static func next(
    _ cursor: Cursor?, _ call: RESTCall, _ list: String, _ writer: inout JSONWriter
  ) -> [(name: String, value: String)] {
    guard let cursor else {
      writer.nullMember("next")
      return []
    }
    let text = cursor.text(list)
    writer.member("next", text: text)
    let limit = call.query["limit"].map { "&limit=\($0)" } ?? ""
    return [("Link", "<\(call.request.path)?cursor=\(text)\(limit)>; rel=\"next\"")]
  }
}

/// What a client can take and what it knows already (RFC 9110).
enum Negotiation {
  /// True where no media type is asked for, or one that fits.
  static func accepts(_ header: String?, _ type: String) -> Bool {
    guard let header, !header.allSatisfy({ $0 == " " }) else { return true }
    let major = type.prefix { $0 != "/" }
    return header.split(separator: ",").contains { item in
      let parts = item.split(separator: ";").map { trimmed($0).lowercased() }
      guard let range = parts.first else { return false }
      let isRefused = parts.dropFirst().contains {
        $0.hasPrefix("q=0") && $0.dropFirst(3).allSatisfy { $0 == "." || $0 == "0" }
      }
      return !isRefused && (range == "*/*" || range == "\(major)/*" || range == type)
    }
  }

  /// True where a content type is this, whatever its parameters.
  static func isType(_ header: String?, _ type: String) -> Bool {
    guard let header else { return false }
    return trimmed(header.prefix { $0 != ";" }).lowercased() == type
  }

  /// True where If-None-Match names the tag.
  static func matches(_ header: String, _ tag: String) -> Bool {
    header.split(separator: ",").contains { item in
      let item = trimmed(item)
      return item == "*" || item == tag || item == "W/" + tag
    }
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var text = Substring(text)
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }
}
