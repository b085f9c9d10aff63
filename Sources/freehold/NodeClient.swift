import Arguments
import Cryptography
import HTTP
import Interface
import Primitives

/// Why a running node gave no result.
enum ClientFailure: Error {
  /// Nobody answers, or not in time.
  case unreachable(String)
  /// The URL or another argument cannot be used.
  case usage(String)
  /// It was tried and failed, as where what came back is none of Freehold's answers.
  case malformed(String)
  /// The node has no such thing.
  case absent(String)
  /// The node answers no request of this size.
  case limited(String)
  /// The node refused the request; `data` is that of a custom error.
  case refused(message: String, data: [UInt8]?)

  /// What is wrong and how to repair it.
  var text: String {
    switch self {
    case .unreachable(let text), .usage(let text), .malformed(let text), .absent(let text),
      .limited(let text):
      text
    case .refused(let message, _): message
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .unreachable: .unreachable
    case .usage: .usage
    case .malformed, .limited: .failed
    case .absent: .notFound
    case .refused: .rejected
    }
  }
}

/// What GET /network says of a network, as far as commands need it.
struct NetworkFacts {
  /// An account whose key is public.
  struct DevelopmentAccount {
    let address: Address
    let key: [UInt8]
  }

  let chainID: UInt64
  let symbol: String
  let decimals: Int
  /// Empty but on a development network.
  let development: [DevelopmentAccount]
  let vocabulary: Vocabulary

  /// One base unit in wei.
  var weiPerUnit: UInt128 {
    var wei: UInt128 = 1
    for _ in decimals..<18 { wei *= 10 }
    return wei
  }

  /// `own` are the names that the person has given: they go before those of the network, which is
  /// another's word.
  init(_ document: JSONValue, own: [Vocabulary.Name]) throws(ClientFailure) {
    guard let chainID = document["chainId"]?.whole.flatMap({ UInt64(exactly: $0) }),
      let symbol = document.at("/token/symbol")?.string,
      let decimals = document.at("/token/decimals")?.whole, decimals <= 18
    else { throw .malformed("GET /network is not that of a Freehold node: check --node") }
    self.chainID = chainID
    self.symbol = symbol
    self.decimals = Int(decimals)
    development = (document.at("/development/accounts")?.elements ?? []).compactMap { account in
      guard let address = account["address"]?.string.flatMap({ Address(text: $0) }),
        let key = account["privateKey"]?.string.flatMap({ Hex.bytes($0) })
      else { return nil }
      return DevelopmentAccount(address: address, key: key)
    }
    var names = own
    for account in document["accounts"]?.elements ?? [] {
      guard let name = account["name"]?.string,
        let address = account["address"]?.string.flatMap({ Address(text: $0) })
      else { continue }
      names.append(Vocabulary.Name(name, address))
    }
    for (place, account) in development.enumerated() {
      names.append(Vocabulary.Name("dev.\(place)", account.address))
    }
    let roles = (document["roles"]?.elements ?? []).compactMap { $0["name"]?.string }
    vocabulary = Vocabulary(symbol: symbol, decimals: Int(decimals), names: names, roles: roles)
  }
}

/// A running node, asked over its one port.
struct NodeClient {
  static let option = Option(
    "node", .text, "URL", help: "The node to speak to.", defaultValue: "http://127.0.0.1:8545",
    environment: .top)

  static let authority = Option(
    "ca", .path, "FILE",
    help: "Who issued the certificate of an https node (PEM); the system's list if none.",
    environment: .top)

  private let http: HTTPClient

  /// The node that a command line names.
  init(_ match: Match) throws(ClientFailure) {
    try self.init(match.text("node") ?? "", authorities: match.text("ca"))
  }

  init(_ url: String, authorities: String? = nil) throws(ClientFailure) {
    do throws(HTTPClientFailure) {
      http = try HTTPClient(url: url, authorities: authorities)
    } catch {
      throw .usage(error.description)
    }
  }

  /// What the node says of its network, and the person's own names.
  func network(_ own: [Vocabulary.Name] = []) throws(ClientFailure) -> NetworkFacts {
    let reply: HTTPReply
    do throws(HTTPClientFailure) {
      reply = try http.get("/network")
    } catch {
      throw .unreachable(error.description)
    }
    guard reply.status == 200 else {
      throw .malformed("GET /network answered \(reply.status): is a Freehold node there?")
    }
    return try NetworkFacts(try Self.document(reply.body), own: own)
  }

  /// What stands at a path: the body, and where the next page of it is.
  func page(_ path: String) throws(ClientFailure) -> (body: [UInt8], next: String?) {
    let reply: HTTPReply
    do throws(HTTPClientFailure) {
      reply = try http.get(path)
    } catch {
      throw .unreachable(error.description)
    }
    guard reply.status == 200 else {
      let document = try? Self.document(reply.body)
      let text = document?["detail"]?.string ?? "the node answered \(reply.status)"
      switch reply.status {
      case 404: throw .absent(text)
      case 400: throw .usage(text)
      default: throw .malformed(text)
      }
    }
    let link = reply.header("Link")
    let next = link.flatMap { link -> String? in
      guard link.hasPrefix("<"), let end = link.firstIndex(of: ">") else { return nil }
      return String(link[link.index(after: link.startIndex)..<end])
    }
    return (reply.body, next)
  }

  /// A proof's canonical bytes.
  func proof(_ subject: ProofSubject) throws(ClientFailure) -> [UInt8] {
    let reply: HTTPReply
    do throws(HTTPClientFailure) {
      reply = try http.get("/proof/\(subject.kind)/\(subject.text)")
    } catch {
      throw .unreachable(error.description)
    }
    if reply.status == 200 { return reply.body }
    let detail = try Self.document(reply.body)["detail"]?.string
    let text = detail ?? "GET /proof answered \(reply.status): is a Freehold node there?"
    throw reply.status == 404 ? .absent(text) : .malformed(text)
  }

  /// The result of a JSON-RPC method with one parameter for each writer.
  func ask(
    _ method: String, _ parameters: ((inout JSONWriter) -> Void)...
  ) throws(ClientFailure) -> JSONValue {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("jsonrpc")
    writer.string("2.0")
    writer.name("id")
    writer.number(1)
    writer.name("method")
    writer.string(method)
    writer.name("params")
    writer.beginArray()
    for parameter in parameters { parameter(&writer) }
    writer.endArray()
    writer.endObject()
    let reply: HTTPReply
    do throws(HTTPClientFailure) {
      reply = try http.post("/", body: writer.bytes)
    } catch .url {
      throw .usage("the node's URL cannot be used: give one such as http://127.0.0.1:8545")
    } catch {
      throw .unreachable(error.description)
    }
    let document = try Self.document(reply.body)
    if let result = document["result"] { return result }
    guard let error = document["error"] else {
      throw .malformed("\(method) answered HTTP \(reply.status) without result and error")
    }
    let message = error["message"]?.string ?? "the node refused \(method)"
    if case .number("-32005") = error["code"] { throw .limited(message) }
    throw .refused(message: message, data: error["data"]?.string.flatMap { Hex.bytes($0) })
  }

  /// A block as JSON-RPC takes it: a number in decimal or hex, or a tag.
  static func block(_ text: String) throws(ClientFailure) -> String {
    if ["latest", "earliest", "pending", "safe", "finalized"].contains(text) { return text }
    if let height = UInt256(decimal: text)?.narrow { return Hex.quantity(height) }
    if Hex.quantity(text) != nil { return text }
    throw .usage("'\(text)' is no block: give a number, latest or earliest")
  }

  /// The height of a block; that of the newest is `head`.
  func height(_ text: String, head: UInt128) throws(ClientFailure) -> UInt128 {
    let block = try Self.block(text)
    if let height: UInt128 = Hex.quantity(block) { return min(height, head) }
    guard block == "earliest" else { return head }
    let first = try ask("eth_getBlockByNumber", { $0.string(block) }, { $0.bool(false) })
    return first["number"]?.string.flatMap { Hex.quantity($0) } ?? 0
  }

  /// A result that is a quantity.
  func quantity(
    _ method: String, _ parameters: ((inout JSONWriter) -> Void)...
  ) throws(ClientFailure) -> UInt128 {
    let result =
      switch parameters.count {
      case 0: try ask(method)
      case 1: try ask(method, parameters[0])
      default: try ask(method, parameters[0], parameters[1])
      }
    guard let quantity: UInt128 = result.string.flatMap(Hex.quantity) else {
      throw .malformed("\(method) answered no quantity")
    }
    return quantity
  }

  /// The encoded answer of a query.
  func call(_ to: Address, _ data: [UInt8]) throws(ClientFailure) -> [UInt8] {
    let result = try ask("eth_call") { writer in
      writer.beginObject()
      writer.name("to")
      writer.hex(to.bytes)
      writer.name("data")
      writer.hex(data)
      writer.endObject()
    }
    guard let bytes = result.string.flatMap({ Hex.bytes($0) }) else {
      throw .malformed("eth_call answered no bytes")
    }
    return bytes
  }

  private static func document(_ body: [UInt8]) throws(ClientFailure) -> JSONValue {
    do throws(JSONFailure) {
      return try JSONParser.parse(body)
    } catch {
      throw .malformed("the answer is no JSON: \(error): is a Freehold node there?")
    }
  }
}
