internal import Engine
internal import Primitives

/// One method on one path: the single source of its routing and of its place in the OpenAPI
/// document.
struct Route: Sendable {
  struct Parameter: Sendable {
    enum Place: String, Sendable {
      case path, query, header
    }

    let name: String
    let place: Place
    let isRequired: Bool
    let schema: Schema
    let help: String
    /// A value that works on a new development network; nil where there is none.
    let example: String?

    init(
      _ name: String, _ place: Place, isRequired: Bool? = nil, _ schema: Schema, _ help: String,
      example: String? = nil
    ) {
      self.name = name
      self.place = place
      self.isRequired = isRequired ?? (place == .path)
      self.schema = schema
      self.help = help
      self.example = example
    }
  }

  /// A body that a request carries.
  struct Body: Sendable {
    let contentType: String
    let schema: Schema
    /// A body that works, as JSON; nil where there is none.
    let example: JSONValue?
    /// False where a missing body gets an answer all the same.
    var isRequired = true
  }

  /// One way to answer.
  struct Answer: Sendable {
    let status: Int
    let help: String
    let contentType: String?
    let schema: Schema?
    /// Headers by name, with a line about each.
    let headers: [(name: String, help: String)]

    init(
      _ status: Int, _ help: String, _ schema: Schema? = nil,
      contentType: String? = "application/json", headers: [(name: String, help: String)] = []
    ) {
      self.status = status
      self.help = help
      self.schema = schema
      self.contentType = contentType
      self.headers = headers
    }
  }

  typealias Handler = @Sendable (REST, RESTCall) throws(Problem) -> RESTAnswer

  let method: String
  /// Such as `/v1/blocks/{block}`.
  let template: String
  /// A name for programs, each once.
  let operation: String
  let tag: String
  /// One line.
  let summary: String
  let parameters: [Parameter]
  let body: Body?
  let answers: [Answer]
  /// Nil where another part of the node answers and the route is only described.
  let handler: Handler?

  init(
    _ method: String, _ template: String, operation: String, tag: String, _ summary: String,
    parameters: [Parameter] = [], body: Body? = nil, answers: [Answer], handler: Handler? = nil
  ) {
    self.method = method
    self.template = template
    self.operation = operation
    self.tag = tag
    self.summary = summary
    self.parameters = parameters
    self.body = body
    self.answers = answers
    self.handler = handler
  }

  /// The path's segments.
  var segments: [Substring] { template.split(separator: "/", omittingEmptySubsequences: false) }

  /// The values of the template's variables; nil where the path is another's.
  func match(_ path: [Substring]) -> [String: String]? {
    let segments = segments
    guard segments.count == path.count else { return nil }
    var values: [String: String] = [:]
    for (segment, given) in zip(segments, path) {
      if segment.first == "{" {
        guard !given.isEmpty else { return nil }
        values[String(segment.dropFirst().dropLast())] = String(given)
      } else if segment != given {
        return nil
      }
    }
    return values
  }
}

/// A request that has found its route.
struct RESTCall: Sendable {
  let request: RoutedRequest
  /// By the names of the template's variables.
  let variables: [String: String]
  /// What stood in the query, every name once and known to the route.
  let query: [String: String]

  /// The value of a variable of the template.
  func variable(_ name: String) -> String { variables[name] ?? "" }

  /// The object in the body.
  func object() throws(Problem) -> JSONValue {
    let document: JSONValue
    do throws(JSONFailure) {
      document = try JSONParser.parse(request.body, maximumDepth: Limits.jsonDepth)
    } catch {
      throw Problem(.malformedJSON, "\(error)")
    }
    guard document.members != nil else {
      throw Problem(.malformedJSON, "An object is wanted, not \(document.kind).")
    }
    return document
  }
}

/// What a route answers.
struct RESTAnswer: Sendable {
  /// What a client may compare a kept answer by.
  enum Validator: Sendable {
    /// The answer follows from the state at this block.
    case head(Block)
    /// The answer never changes; what it is of.
    case fixed(Digest)
    case none
  }

  var status = 200
  var body: [UInt8]
  var validator = Validator.none
  var headers: [(name: String, value: String)] = []

  init(
    status: Int = 200, _ writer: JSONWriter, _ validator: Validator = .none,
    headers: [(name: String, value: String)] = []
  ) {
    self.status = status
    body = writer.bytes
    self.validator = validator
    self.headers = headers
  }

  init(status: Int, bytes: [UInt8], headers: [(name: String, value: String)]) {
    self.status = status
    body = bytes
    self.headers = headers
  }
}
