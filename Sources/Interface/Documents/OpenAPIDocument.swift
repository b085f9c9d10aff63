internal import Economy
public import Engine
internal import Primitives

/// `GET /openapi.json`: OpenAPI 3.1 of every route, from the table that routes them.
public enum OpenAPIDocument {
  static let path = "/openapi.json"

  /// The document of a network.
  public static func bytes(_ chain: Chain, _ configuration: Configuration) -> [UInt8] {
    bytes(RouteTable.all(chain.genesis, configuration), chain.genesis, configuration)
  }

  static func bytes(
    _ routes: [Route], _ genesis: Genesis, _ configuration: Configuration
  ) -> [UInt8] {
    var writer = JSONWriter(capacity: 262_144)
    writer.value(document(routes, genesis, configuration))
    return writer.bytes
  }

  private static func document(
    _ routes: [Route], _ genesis: Genesis, _ configuration: Configuration
  ) -> JSONValue {
    var templates: [String] = []
    for route in routes where !templates.contains(route.template) {
      templates.append(route.template)
    }
    let paths = templates.map { template in
      JSONMember(
        template,
        .object(
          routes.filter { $0.template == template }.map {
            JSONMember($0.method.lowercased(), operation($0))
          }))
    }
    return object([
      ("openapi", .string("3.1.0")),
      ("info", info(genesis, configuration)),
      ("servers", .array([object([("url", .string("/"))])])),
      ("tags", .array(tags.map { tag($0.name, $0.help) })),
      ("paths", .object(paths)),
      (
        "components",
        object([("schemas", object(OpenAPISchemas.all.map { ($0.name, $0.schema.json) }))])
      ),
    ])
  }

  private static func info(_ genesis: Genesis, _ configuration: Configuration) -> JSONValue {
    object([
      ("title", .string("\(genesis.token.name) on Freehold")),
      ("version", .string(configuration.version)),
      (
        "description",
        .string(
          "Amounts are texts with their symbol and their base units; times are RFC 3339 in UTC;"
            + " basis points are hundredths of a percent; numbers past 32 bits are texts."
            + " A POST to an operation answers with a draft that any wallet signs: the node signs"
            + " nothing. Every error is a problem document (RFC 9457) with a code and a repair.")
      ),
    ])
  }

  private static let tags =
    [
      ("chain", "Blocks and transactions."), ("accounts", "Accounts."),
      ("documents", "Documents."), ("ethereum", "Ethereum's JSON-RPC."),
      ("operation", "For operators."), ("proofs", "The block log and proofs."),
    ].map { (name: $0.0, help: $0.1) } + Registry.modules.map { (name: $0.name, help: $0.help) }

  private static func tag(_ name: String, _ help: String) -> JSONValue {
    object([("name", .string(name)), ("description", .string(help))])
  }

  private static func operation(_ route: Route) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("operationId", .string(route.operation)),
      ("tags", .array([.string(route.tag)])),
      ("summary", .string(route.summary)),
    ]
    if !route.parameters.isEmpty {
      members.append(("parameters", .array(route.parameters.map(parameter))))
    }
    if let body = route.body {
      var content = [("schema", body.schema.json)]
      if let example = body.example { content.append(("example", example)) }
      members.append(
        (
          "requestBody",
          object([
            ("required", .bool(body.isRequired)),
            ("content", object([(body.contentType, object(content))])),
          ])
        ))
    }
    members.append(("responses", responses(route.answers)))
    return object(members)
  }

  private static func parameter(_ parameter: Route.Parameter) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(parameter.name)), ("in", .string(parameter.place.rawValue)),
      ("required", .bool(parameter.isRequired)), ("description", .string(parameter.help)),
      ("schema", parameter.schema.json),
    ]
    if let example = parameter.example { members.append(("example", .string(example))) }
    return object(members)
  }

  /// One object a status; where a status has two media types, both.
  private static func responses(_ answers: [Route.Answer]) -> JSONValue {
    var statuses: [Int] = []
    for answer in answers where !statuses.contains(answer.status) { statuses.append(answer.status) }
    return object(
      statuses.sorted().map { status in
        let forms = answers.filter { $0.status == status }
        var members: [(String, JSONValue)] = [("description", .string(forms[0].help))]
        let headers = forms.flatMap(\.headers)
        if !headers.isEmpty {
          members.append(
            (
              "headers",
              object(
                headers.map {
                  (
                    $0.name,
                    object([
                      ("description", .string($0.help)), ("schema", Schema.text.json),
                    ])
                  )
                })
            ))
        }
        let content = forms.compactMap { form in
          form.contentType.map { ($0, object(form.schema.map { [("schema", $0.json)] } ?? [])) }
        }
        if !content.isEmpty { members.append(("content", object(content))) }
        return (String(status), object(members))
      })
  }

  private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(members.map { JSONMember($0.0, $0.1) })
  }
}
