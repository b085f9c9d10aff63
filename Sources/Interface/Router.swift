internal import Cryptography
internal import Economy
public import Engine
internal import Primitives

/// What the transport sends back.
public struct RoutedResponse: Sendable {
  public let status: Int
  public let contentType: String
  public let body: [UInt8]
  /// Besides the content type and what the transport adds.
  public let headers: [(name: String, value: String)]

  public init(
    status: Int, contentType: String, body: [UInt8],
    headers: [(name: String, value: String)] = []
  ) {
    self.status = status
    self.contentType = contentType
    self.body = body
    self.headers = headers
  }
}

/// Everything that the node answers, bytes in and bytes out, from any thread. The transport adds
/// cross-origin headers, answers preflights and drops the body of an answer to HEAD.
public struct Router: Sendable {
  public let rpc: JSONRPC
  let rest: REST
  private let documents: [Document]
  private let proofs: ProofRoutes?

  /// Bytes that stay as they are while the node runs.
  private struct Document: Sendable {
    let path: String
    let contentType: String
    let body: [UInt8]
    let tag: String

    init(path: String, contentType: String, body: [UInt8]) {
      self.path = path
      self.contentType = contentType
      self.body = body
      tag = "\"\(Hex.text(SHA256.hash(body).bytes.prefix(16)).dropFirst(2))\""
    }
  }

  private static let json = "application/json"
  private static let text = "text/plain; charset=utf-8"

  public init(_ chain: Chain, _ configuration: Configuration) {
    rpc = JSONRPC(chain, configuration)
    rest = REST(chain, configuration)
    proofs = ProofRoutes(chain, configuration.log, configuration.archive)
    var documents = [
      Document(
        path: "/network", contentType: Self.json,
        body: NetworkDocument(chain, configuration).bytes),
      Document(
        path: OpenAPIDocument.path, contentType: Self.json,
        body: OpenAPIDocument.bytes(rest.routes, chain.genesis, configuration)),
    ]
    for kind in Problem.Kind.allCases {
      documents.append(
        Document(
          path: Problem.path(kind), contentType: Self.json, body: Problem.description(kind)))
    }
    for module in Registry.modules {
      documents.append(
        Document(
          path: ABIDocument.path(module), contentType: Self.json, body: ABIDocument.json(module)))
      documents.append(
        Document(
          path: SolidityInterface.path(module), contentType: Self.text,
          body: Array(SolidityInterface.text(module).utf8)))
    }
    for asset in FirstPage.assets {
      documents.append(
        Document(
          path: asset.path, contentType: asset.contentType, body: Array(asset.text.utf8)))
    }
    self.documents = documents
  }

  /// Every path that answers, besides those under `/v1/`, `/tiles/` and `/proof/`.
  public var paths: [String] { ["/"] + documents.map(\.path) + ["/healthz", "/readyz"] }

  /// Answers a request without headers.
  /// - Parameters:
  ///   - method: in capitals, such as `POST`.
  ///   - path: decoded, with or without a query.
  ///   - allowance: what the client may still ask for; nil where it is not limited.
  public func respond(
    method: String, path: String, body: [UInt8], allowance: ClientAllowance? = nil
  ) -> RoutedResponse {
    let parts = path.prefix { $0 != "#" }.split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return respond(
      to: RoutedRequest(
        method: method, path: parts.first.map(String.init) ?? "",
        query: parts.count == 2 ? String(parts[1]) : nil, body: body, allowance: allowance))
  }

  /// Answers a request.
  public func respond(to request: RoutedRequest) -> RoutedResponse {
    let path = request.path
    if path == "/", request.method == "POST" { return answer(request.body, request.allowance) }
    if request.isReading, let answer = histories(request) { return answer }
    if let answer = rest.answer(request) { return answer }
    if request.isReading, let answer = proofs?.answer(path) {
      return answer.response ?? refusal(answer.status, answer.detail, path)
    }
    guard request.isReading else {
      let known = rest.methods(at: path)
      let methods = known.isEmpty && paths.contains(path) ? ["GET", "HEAD"] : known
      return methods.isEmpty ? notFound(path) : Problem.method(path, methods).response(path)
    }
    switch path {
    case "/": return page()
    case "/healthz": return Readiness.alive
    case "/readyz": return readiness()
    default: break
    }
    guard let document = documents.first(where: { $0.path == path }) else {
      return notFound(path)
    }
    let isKnown =
      request.header("If-None-Match").map { Negotiation.matches($0, document.tag) } ?? false
    return RoutedResponse(
      status: isKnown ? 304 : 200, contentType: document.contentType,
      body: isKnown ? [] : document.body, headers: Self.plainHeaders + [("ETag", document.tag)])
  }

  /// An account's history out of the index, and what explorers ask for.
  private func histories(_ request: RoutedRequest) -> RoutedResponse? {
    let values = request.queryItems ?? []
    let asked = AskedValues(
      query: { name in values.first { $0.name == name }?.value }, header: request.header)
    switch HistoryDoor(rpc: rpc).answer(request.path, asked) {
    case nil: return nil
    case .success(let answer): return answer
    case .failure(let refusal): return self.refusal(refusal.status, refusal.detail, request.path)
    }
  }

  private static let plainHeaders = [
    (name: "X-Content-Type-Options", value: "nosniff"),
    (name: "Cache-Control", value: "no-cache"),
  ]

  private func answer(_ body: [UInt8], _ allowance: ClientAllowance?) -> RoutedResponse {
    let reply = rpc.reply(to: body, allowance)
    guard let bytes = reply.bytes else {
      return RoutedResponse(status: 204, contentType: Self.json, body: [])
    }
    return RoutedResponse(
      status: reply.wait == nil ? 200 : 429, contentType: Self.json, body: bytes,
      headers: reply.wait.map { [("Retry-After", String($0))] } ?? [])
  }

  private func page() -> RoutedResponse {
    RoutedResponse(
      status: 200, contentType: "text/html; charset=utf-8",
      body: Array(FirstPage.html(rpc.chain, rpc.configuration).utf8),
      headers: Self.plainHeaders + [
        ("Content-Security-Policy", FirstPage.contentSecurityPolicy),
        ("Referrer-Policy", "no-referrer"),
      ])
  }

  /// A chain that exists has been replayed. One that takes no transactions is not ready, though it
  /// still answers reads.
  private func readiness() -> RoutedResponse {
    Readiness.response(
      reason: rpc.chain.readOnly.map { "read-only: \($0)" }, height: rpc.chain.head.height)
  }

  private func notFound(_ path: String) -> RoutedResponse {
    let paths = paths + (proofs?.paths ?? []) + HistoryDoor.paths
    return Problem(
      .noSuchRoute,
      "Nothing is at \(path.prefix(128)). JSON-RPC is POST /; paths lists what else answers."
    ) { writer in
      writer.name("paths")
      writer.beginArray()
      for path in paths { writer.string(path) }
      writer.endArray()
    }.response(path)
  }

  /// What the log or a proof answers instead of bytes.
  private func refusal(_ status: Int, _ detail: String, _ path: String) -> RoutedResponse {
    switch status {
    case 400: Problem(.badArgument, detail).response(path)
    case 404: Problem(.notFound, detail).response(path)
    case 503: Problem(.notReady, detail, headers: Problem.retry).response(path)
    default: Problem(.internalFault, detail).response(path)
    }
  }
}
