internal import Economy
internal import Primitives

/// Why a request has no answer: problem details (RFC 9457) with a code of ours and the repair.
struct Problem: Error, Sendable {
  /// The kinds of problem; the raw value is the `code`, and `/problems/CODE` describes it.
  enum Kind: String, CaseIterable, Sendable {
    case noSuchRoute = "no-such-route"
    case notFound = "not-found"
    case notKept = "not-kept"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case unsupportedMediaType = "unsupported-media-type"
    case malformedJSON = "malformed-json"
    case badArgument = "bad-argument"
    case badCursor = "bad-cursor"
    case rejected = "rejected"
    case transactionRefused = "transaction-refused"
    case keyReused = "idempotency-key-reused"
    case underWay = "request-under-way"
    case poolFull = "pool-full"
    case tooFast = "too-fast"
    case readOnly = "read-only"
    case notReady = "not-ready"
    case internalFault = "internal"

    var status: Int {
      switch self {
      case .noSuchRoute, .notFound, .notKept: 404
      case .methodNotAllowed: 405
      case .notAcceptable: 406
      case .unsupportedMediaType: 415
      case .malformedJSON, .badArgument, .badCursor: 400
      case .rejected, .transactionRefused, .keyReused: 422
      case .underWay: 409
      case .poolFull, .tooFast: 429
      case .readOnly, .notReady: 503
      case .internalFault: 500
      }
    }

    var title: String {
      switch self {
      case .noSuchRoute: "Nothing is at this path"
      case .notFound: "There is no such thing"
      case .notKept: "No longer in memory"
      case .methodNotAllowed: "The path does not take this method"
      case .notAcceptable: "The answer has another media type"
      case .unsupportedMediaType: "The body has another media type"
      case .malformedJSON: "The body is no JSON"
      case .badArgument: "An argument cannot be read"
      case .badCursor: "The cursor is none of this list"
      case .rejected: "The economy's rules refuse this"
      case .transactionRefused: "The transaction is not accepted"
      case .keyReused: "The Idempotency-Key stood on another request"
      case .underWay: "The same request is being answered"
      case .poolFull: "The node has no room for transactions at present"
      case .tooFast: "More requests than this node takes from one sender"
      case .readOnly: "The node takes no transactions"
      case .notReady: "The node is not ready"
      case .internalFault: "The node has made a mistake"
      }
    }

    /// What to do about it, unless a problem knows better.
    var repair: String {
      switch self {
      case .noSuchRoute: "GET /openapi.json lists every path."
      case .notFound: "Check the name, number, hash or address."
      case .notKept: "Ask for a newer one; old history is in the journal and in the index."
      case .methodNotAllowed: "Use one of the methods in Allow."
      case .notAcceptable: "Send Accept: application/json, or no Accept at all."
      case .unsupportedMediaType: "Send Content-Type: application/json."
      case .malformedJSON: "Send one JSON object, with every name once."
      case .badArgument: "Write the argument in the form that expected names."
      case .badCursor: "Begin without a cursor, and pass on what next says."
      case .rejected: "Do what the rejection's help says."
      case .transactionRefused: "Do what detail says, sign again and send."
      case .keyReused: "Take a new key for each new request."
      case .underWay: "Wait, then ask for the transaction by its hash."
      case .poolFull, .tooFast: "Send it again after Retry-After."
      case .readOnly: "Send it again later, or to another node."
      case .notReady: "Ask again after Retry-After."
      case .internalFault: "Tell the node's operator what was sent."
      }
    }
  }

  let kind: Kind
  /// What is wrong with this request.
  let detail: String
  private let repair: String?
  let headers: [(name: String, value: String)]
  /// Further members, written by whoever found the problem.
  private let members: (@Sendable (inout JSONWriter) -> Void)?

  init(
    _ kind: Kind, _ detail: String, repair: String? = nil,
    headers: [(name: String, value: String)] = [],
    members: (@Sendable (inout JSONWriter) -> Void)? = nil
  ) {
    self.kind = kind
    self.detail = detail
    self.repair = repair
    self.headers = headers
    self.members = members
  }

  /// An argument that is no value of its parameter.
  init(_ failure: TextFailure) {
    self.init(.badArgument, failure.description) { writer in
      writer.member("parameter", text: failure.parameter)
      writer.member("expected", text: failure.expected)
      writer.member("example", text: failure.example)
    }
  }

  /// That a path takes other methods.
  static func method(_ path: String, _ allowed: [String]) -> Problem {
    let list = allowed.joined(separator: ", ")
    return Problem(
      .methodNotAllowed, "\(path.prefix(128)) takes \(list).", headers: [("Allow", list)])
  }

  /// What a guard of the economy refuses.
  init(_ rejection: Rejection, _ coder: TextCoder) {
    let text = RejectionView(rejection, coder)
    self.init(
      .rejected, text.words, repair: text.help,
      members: { writer in
        writer.name("rejection")
        text.write(to: &writer)
      })
  }

  /// The document.
  /// - Parameter instance: the path that was asked for.
  func response(_ instance: String) -> RoutedResponse {
    var writer = JSONWriter(capacity: 512)
    writer.beginObject()
    writer.member("type", text: Self.path(kind))
    writer.member("title", text: kind.title)
    writer.member("status", number: kind.status)
    writer.member("detail", text: detail)
    writer.member("instance", text: String(instance.prefix(256)))
    writer.member("code", text: kind.rawValue)
    writer.member("repair", text: repair ?? kind.repair)
    members?(&writer)
    writer.endObject()
    return RoutedResponse(
      status: kind.status, contentType: Self.contentType, body: writer.bytes,
      headers: headers + [("Cache-Control", "no-store")])
  }

  static let contentType = "application/problem+json"
  static let prefix = "/problems/"

  /// Where the kind is described.
  static func path(_ kind: Kind) -> String { prefix + kind.rawValue }

  /// The document that describes a kind.
  static func description(_ kind: Kind) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("code", text: kind.rawValue)
    writer.member("title", text: kind.title)
    writer.member("status", number: kind.status)
    writer.member("repair", text: kind.repair)
    writer.endObject()
    return writer.bytes
  }

  /// That a client should wait before it asks again.
  static let retry = [(name: "Retry-After", value: "1")]
}

/// A rejection by name, help and arguments.
struct RejectionView: Sendable {
  private let rejection: Rejection
  private let declaration: RejectionDeclaration?
  private let values: [ABITree]
  private let coder: TextCoder

  init(_ rejection: Rejection, _ coder: TextCoder) {
    self.rejection = rejection
    self.coder = coder
    declaration = Registry.rejection(rejection)
    let words = [rejection.first, rejection.second, rejection.third]
    let parameters = declaration?.parameters ?? []
    values = zip(parameters, words).compactMap { parameter, word in
      (try? ABITree.decode(word.bytes, as: [parameter.type]))?.first
    }
  }

  /// What is wrong and how to repair it.
  var help: String { declaration?.help ?? "The rules refuse it." }

  var words: String {
    guard let declaration else { return "rejected" }
    let facts = coder.words(values, as: declaration.parameters.map(\.field))
    return declaration.name + (facts.isEmpty ? "" : " (\(facts))")
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", text: declaration?.name ?? "Unknown")
    writer.member(
      "module", text: Registry.module(rejection.module)?.name ?? "kernel")
    writer.member("code", number: rejection.code)
    writer.member("help", text: help)
    if rejection.place > 0 { writer.member("batchCall", number: rejection.place - 1) }
    writer.name("arguments")
    coder.write(values, as: declaration?.parameters.map(\.field) ?? [], to: &writer)
    writer.endObject()
  }
}
