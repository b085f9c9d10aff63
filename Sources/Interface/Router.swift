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
  private let documents: [Document]
  private let proofs: ProofRoutes?

  /// Bytes that stay as they are while the node runs.
  private struct Document: Sendable {
    let path: String
    let contentType: String
    let body: [UInt8]
  }

  private static let json = "application/json"
  private static let text = "text/plain; charset=utf-8"

  public init(_ chain: Chain, _ configuration: Configuration) {
    rpc = JSONRPC(chain, configuration)
    proofs = ProofRoutes(chain, configuration.log)
    var documents = [
      Document(
        path: "/network", contentType: Self.json,
        body: NetworkDocument(chain, configuration).bytes)
    ]
    for module in Registry.modules {
      documents.append(
        Document(
          path: ABIDocument.path(module), contentType: Self.json, body: ABIDocument.json(module)))
      documents.append(
        Document(
          path: SolidityInterface.path(module), contentType: Self.text,
          body: Array(SolidityInterface.text(module).utf8)))
    }
    documents.append(
      Document(
        path: FirstPage.stylePath, contentType: "text/css; charset=utf-8",
        body: Array(FirstPage.style.utf8)))
    self.documents = documents
  }

  /// Every path that answers, besides those under `/tiles/` and `/proof/`.
  public var paths: [String] { ["/"] + documents.map(\.path) + ["/healthz", "/readyz"] }

  /// Answers a request.
  /// - Parameters:
  ///   - method: in capitals, such as `POST`.
  ///   - path: with or without a query, which nothing here takes.
  ///   - allowance: what the client may still ask for; nil where it is not limited.
  public func respond(
    method: String, path: String, body: [UInt8], allowance: ClientAllowance? = nil
  ) -> RoutedResponse {
    let path = String(path.prefix { $0 != "?" && $0 != "#" })
    if path == "/", method == "POST" { return answer(body, allowance) }
    if method == "GET" || method == "HEAD", let answer = proofs?.answer(path) {
      return answer.response ?? refusal(answer.status, answer.detail)
    }
    guard paths.contains(path) else { return notFound(path) }
    guard method == "GET" || method == "HEAD" else {
      let allowed = path == "/" ? "GET, HEAD, POST" : "GET, HEAD"
      return problem(
        405, "Method Not Allowed", "\(path) answers \(allowed) only.",
        headers: [("Allow", allowed)])
    }
    switch path {
    case "/": return page()
    case "/healthz":
      return RoutedResponse(
        status: 200, contentType: Self.json, body: Array(#"{"status":"ok"}"#.utf8))
    case "/readyz": return readiness()
    default: break
    }
    guard let document = documents.first(where: { $0.path == path }) else {
      return notFound(path)
    }
    return RoutedResponse(
      status: 200, contentType: document.contentType, body: document.body,
      headers: Self.plainHeaders)
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
    problem(
      404, "Not Found",
      "Nothing is at \(path.prefix(128)). JSON-RPC is POST /; paths lists what GET answers.")
  }

  /// What the log or a proof answers instead of bytes.
  private func refusal(_ status: Int, _ detail: String) -> RoutedResponse {
    switch status {
    case 404: problem(404, "Not Found", detail)
    case 503: problem(503, "Service Unavailable", detail, headers: [("Retry-After", "1")])
    default: problem(status, "Internal Server Error", detail)
    }
  }

  /// Problem details (RFC 9457), with the paths that exist.
  private func problem(
    _ status: Int, _ title: String, _ detail: String,
    headers: [(name: String, value: String)] = []
  ) -> RoutedResponse {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("type", text: "about:blank")
    writer.member("title", text: title)
    writer.member("status", number: status)
    writer.member("detail", text: detail)
    writer.name("paths")
    writer.beginArray()
    for path in paths + (proofs?.paths ?? []) { writer.string(path) }
    writer.endArray()
    writer.endObject()
    return RoutedResponse(
      status: status, contentType: "application/problem+json", body: writer.bytes,
      headers: headers)
  }
}
