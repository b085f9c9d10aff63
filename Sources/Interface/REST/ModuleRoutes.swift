internal import Economy
internal import Engine
internal import Primitives

/// The routes of the modules: a GET for every declared query, and for every declared operation a
/// POST that answers with a draft to be signed.
enum ModuleRoutes {
  static func all(_ sender: String) -> [Route] {
    Registry.modules.flatMap { module in
      named(module.queries, \.name, \.parameters.count).map { query(module, $0.name, $0.item) }
        + named(module.calls, \.name, \.parameters.count).map {
          draft(module, $0.name, $0.item, sender)
        }
    }
  }

  /// Each declared name once; further forms of a name with the count of their arguments behind it.
  static func named<Item>(
    _ items: [Item], _ name: (Item) -> String, _ count: (Item) -> Int
  ) -> [(name: String, item: Item)] {
    var rows: [(name: String, item: Item)] = []
    for item in items {
      let plain = name(item)
      let isTaken = rows.contains { $0.name == plain }
      rows.append((isTaken ? "\(plain)-\(count(item))" : plain, item))
    }
    return rows
  }

  // Queries

  private static func query(
    _ module: ModuleDeclaration, _ name: String, _ query: QueryDeclaration
  ) -> Route {
    let fields = query.parameters.map(\.field)
    let examples = TextCoder.words(ofExample: query.example) ?? []
    let parameters = fields.enumerated().map { place, field in
      Route.Parameter(
        field.name, .query, isRequired: true, .query(field), Wanted(field).form + ".",
        example: place < examples.count ? examples[place] : nil)
    }
    let answer = Schema.object(
      query.returns.map { ($0.name, .answer($0.field)) } + [(asOf, .named("AsOf"))])
    return Route(
      "GET", "/v1/\(module.name)/\(name)", operation: "\(module.name).\(name)", tag: module.name,
      query.help, parameters: parameters + [RouteTable.noneMatch],
      answers: RouteTable.read(answer, "The answer at the newest block.", [.rejected])
    ) { (rest, call) throws(Problem) in
      try answerQuery(rest, call, module, query)
    }
  }

  /// The member of a query's answer that says of which block it is.
  static let asOf = "asOf"

  private static func answerQuery(
    _ rest: REST, _ call: RESTCall, _ module: ModuleDeclaration, _ query: QueryDeclaration
  ) throws(Problem) -> RESTAnswer {
    let data: [UInt8]
    do throws(TextFailure) {
      var texts: [String] = []
      for parameter in query.parameters {
        guard let text = call.query[parameter.name] else {
          throw rest.coder.failure(parameter.field, "nothing is given")
        }
        texts.append(text)
      }
      data = try rest.coder.callData(selector: query.selector, texts, for: query.parameters)
    } catch {
      throw Problem(error)
    }
    let (bytes, block) = try rest.atHead { (state) throws(Problem) in
      do throws(QueryFailure) {
        return try query.answer(state, data, 4)
      } catch {
        switch error {
        case .rejected(let rejection): throw Problem(rejection, rest.coder)
        case .malformed(let failure): throw Problem(.badArgument, "\(failure)")
        }
      }
    }
    guard let values = try? ABITree.decode(bytes, as: query.returns.map(\.type)) else {
      throw Problem(.internalFault, "The answer of \(query.signature) does not decode.")
    }
    var writer = JSONWriter(capacity: 512)
    writer.beginObject()
    for (value, result) in zip(values, query.returns) {
      writer.name(result.name)
      rest.coder.write(value, as: result.field, to: &writer)
    }
    writer.name(asOf)
    writer.asOf(block)
    writer.endObject()
    return RESTAnswer(writer, .head(block))
  }

  // Drafts

  private static func draft(
    _ module: ModuleDeclaration, _ name: String, _ call: CallDeclaration, _ sender: String
  ) -> Route {
    let fields = call.parameters.map(\.field)
    let examples = TextCoder.words(ofExample: call.example) ?? []
    let arguments = zip(fields, examples).map { field, text in
      JSONMember(field.name, example(text, field))
    }
    let schema = Schema.object(
      [("arguments", .object(fields.map { ($0.name, .argument($0)) }))],
      optional: [
        (
          "from",
          Schema.named("AccountArgument").described(
            "Who will sign: the draft then has a nonce and a preview.")
        )
      ])
    return Route(
      "POST", "/v1/\(module.name)/\(name)", operation: "\(module.name).\(name).draft",
      tag: module.name, call.help,
      body: Route.Body(
        contentType: "application/json", schema: schema,
        example: .object([
          JSONMember("from", .string(sender)), JSONMember("arguments", .object(arguments)),
        ])),
      answers: [
        Route.Answer(
          200, "A transaction to be signed, in words and in the wallet's form.", draftSchema(call))
      ]
        + RouteTable.problems(
          [.malformedJSON, .notAcceptable, .unsupportedMediaType, .poolFull, .notReady])
        + HTTPAnswers.bodies
    ) { (rest, request) throws(Problem) in
      try Draft(rest, try request.object(), module, call).answer()
    }
  }

  /// The argument of an example as JSON, as people would write it there.
  private static func example(_ text: String, _ field: ABIField) -> JSONValue {
    switch field.type {
    case .bool: .bool(text == "true" || text == "yes")
    case .array(let type):
      .array(
        (ListText.items(text) ?? []).map {
          example(ListText.unquoted($0) ?? $0, field.element(type))
        })
    default: .string(text)
    }
  }

  private static func draftSchema(_ call: CallDeclaration) -> Schema {
    let returns = Schema.object(call.returns.map { ($0.name, .answer($0.field)) })
    let preview = Schema.object(
      [("accepted", .flag)],
      optional: [
        ("returns", returns), ("rejection", .named("Rejection")), ("reason", .text),
        ("repair", .text),
      ])
    return .object([
      ("sentence", .text), ("module", .text), ("operation", .text), ("signature", .text),
      ("arguments", .object(call.parameters.map { ($0.name, .answer($0.field)) })),
      ("transaction", .named("Draft")), ("fee", .named("Amount")), ("preview", preview.orNull),
      (asOf, .named("AsOf")),
    ])
  }
}

extension JSONWriter {
  /// Of which block an answer is.
  mutating func asOf(_ block: Block) {
    beginObject()
    member("block", number: block.height)
    member("hash", digest: block.hash)
    member("time", text: UTCTime.text(block.header.timestamp))
    endObject()
  }
}
