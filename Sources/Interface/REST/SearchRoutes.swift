internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

/// `/v1/search`: from whatever a person has at hand to the page that is about it.
enum SearchRoutes {
  static let kinds = ["account", "block", "module", "operation", "transaction"]
  private static let most = 20

  static let all: [Route] = [
    Route(
      "GET", "/v1/search", operation: "search", tag: "chain",
      "Finds an account, block, transaction, module, operation or named account.",
      parameters: [
        Route.Parameter(
          "q", .query, isRequired: true, .text(1...100),
          "An address, a hash, a block's number, or a part of a name.", example: "staking"),
        RouteTable.noneMatch,
      ],
      answers: RouteTable.read(.named("SearchResults"), "What was found, the surest first.")
    ) { (rest, call) throws(Problem) in
      try answer(rest, call)
    }
  ]

  private struct Hit {
    let kind: String
    let title: String
    let path: String
  }

  private static func answer(_ rest: REST, _ call: RESTCall) throws(Problem) -> RESTAnswer {
    let given = call.query["q"] ?? ""
    let wanted = trimmed(given)
    guard !wanted.isEmpty, given.unicodeScalars.count <= 100 else {
      throw Problem(
        TextFailure(
          parameter: "q", problem: "there is nothing to search for, or too much",
          expected: "an address, a hash, a number or a name", example: "staking"))
    }
    let head = rest.chain.head
    let exact = try exact(wanted, rest)
    let hits = exact.isEmpty ? named(wanted.lowercased(), rest) : exact
    var writer = JSONWriter(capacity: 1_024)
    writer.beginObject()
    writer.name("items")
    writer.beginArray()
    for hit in hits.prefix(most) {
      writer.beginObject()
      writer.member("kind", text: hit.kind)
      writer.member("title", text: hit.title)
      writer.member("path", text: hit.path)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return RESTAnswer(writer, .head(head))
  }

  /// What the text is in so many words: a number, a hash or an address.
  private static func exact(_ wanted: String, _ rest: REST) throws(Problem) -> [Hit] {
    if let height = Height(wanted), let block = try rest.kept(height) {
      return [hit(block)]
    }
    guard let bytes = Hex.bytes(wanted) ?? Hex.bytes("0x" + wanted) else { return [] }
    if let address = Address(bytes) {
      let name = rest.coder.vocabulary.name(address)
      return [
        Hit(
          kind: "account", title: name ?? address.checksummed,
          path: "/v1/accounts/\(address.checksummed)")
      ]
    }
    guard let digest = Digest(bytes) else { return [] }
    let isWaiting = rest.chain.waiting(digest) != nil
    let (block, place) = try rest.look { (blocks) throws(RPCFailure) in
      (try blocks.block(digest), try blocks.transaction(digest, isWaiting: isWaiting))
    }
    if let block { return [hit(block)] }
    let isKnown = isWaiting || place != nil
    let text = Hex.text(digest.bytes)
    return isKnown
      ? [Hit(kind: "transaction", title: text, path: "/v1/transactions/\(text)")] : []
  }

  private static func hit(_ block: Block) -> Hit {
    Hit(kind: "block", title: "Block \(block.height)", path: "/v1/blocks/\(block.height)")
  }

  /// Names that hold the text, those that begin with it first.
  private static func named(_ wanted: String, _ rest: REST) -> [Hit] {
    var hits: [Hit] = []
    for module in Registry.modules where module.name.contains(wanted) {
      hits.append(
        Hit(
          kind: "module", title: "\(module.name): \(module.help)",
          path: ABIDocument.path(module)))
    }
    let modules = Registry.modules.map(\.name)
    for name in rest.coder.vocabulary.names
    where name.name.lowercased().contains(wanted) && !modules.contains(name.name) {
      hits.append(
        Hit(
          kind: "account", title: name.name, path: "/v1/accounts/\(name.address.checksummed)"))
    }
    for module in Registry.modules {
      for (name, call) in ModuleRoutes.named(module.calls, \.name, \.parameters.count)
      where name.lowercased().contains(wanted) {
        hits.append(
          Hit(
            kind: "operation", title: "\(module.name).\(name): \(call.help)",
            path: "/v1/\(module.name)/\(name)"))
      }
    }
    func rank(_ hit: Hit) -> Int { hit.title.lowercased().hasPrefix(wanted) ? 0 : 1 }
    return hits.filter { rank($0) == 0 } + hits.filter { rank($0) == 1 }
  }

  private static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
