internal import Economy
internal import Primitives

/// Routes that other parts of the node answer; here they are only described.
enum DescribedRoutes {
  static let all: [Route] = rpc + news + documents + modules + standing + proofs

  private static let rpc = [
    Route(
      "POST", "/", operation: "jsonRPC", tag: "ethereum",
      "Ethereum's JSON-RPC: one request or a batch.",
      body: Route.Body(
        contentType: "application/json",
        // Nonsense too is answered 200, with an error object.
        schema: .either([.named("JSONRPCRequest"), .list(.named("JSONRPCRequest")), .any]),
        example: .object([
          JSONMember("jsonrpc", .string("2.0")), JSONMember("id", .number("1")),
          JSONMember("method", .string("eth_blockNumber")), JSONMember("params", .array([])),
        ]), isRequired: false),
      answers: [
        Route.Answer(
          200, "An answer to each request that has an id, errors included.",
          .either([.named("JSONRPCAnswer"), .list(.named("JSONRPCAnswer"))])),
        Route.Answer(204, "There were only notifications.", nil, contentType: nil),
        Route.Answer(
          429, "The pool is full.", .named("JSONRPCAnswer"),
          headers: [("Retry-After", "Seconds to wait.")]),
        Route.Answer(
          503, "The node is not ready.",
          .either([.named("JSONRPCAnswer"), .list(.named("JSONRPCAnswer"))]),
          headers: [("Retry-After", "Seconds to wait.")]),
      ] + HTTPAnswers.bodies)
  ]

  private static let news = [
    Route(
      "GET", "/events", operation: "events", tag: "chain",
      "Blocks and events as they are committed, as server-sent events; it never ends.",
      parameters: [
        Route.Parameter(
          "module", .query, .one(of: Registry.modules.map(\.name)), "Events of this module alone."),
        Route.Parameter(
          "account", .query, .named("AccountArgument"), "Events that name this account."),
        Route.Parameter("event", .query, .text, "Events of this name."),
        Route.Parameter(
          "lastEventId", .query, .text, "Where to go on, as Last-Event-ID says it."),
        Route.Parameter("Last-Event-ID", .header, .text, "The id of the last event received."),
      ],
      answers: [
        Route.Answer(200, "A stream without end.", .text, contentType: "text/event-stream"),
        Route.Answer(
          400, "A filter that cannot be read.", .named("TransportProblem"),
          contentType: Problem.contentType),
      ] + RouteTable.problems([.notReady]))
  ]

  private static func document(
    _ path: String, _ operation: String, _ tag: String, _ summary: String, _ schema: Schema,
    _ contentType: String = "application/json"
  ) -> Route {
    Route(
      "GET", path, operation: operation, tag: tag, summary, parameters: [RouteTable.noneMatch],
      answers: [
        Route.Answer(
          200, summary, schema, contentType: contentType,
          headers: [("ETag", "Names this answer; send it back as If-None-Match.")]),
        Route.Answer(304, "What the client has is still right.", nil, contentType: nil),
      ] + RouteTable.problems([.notReady]))
  }

  private static let documents = [
    document(
      "/", "firstPage", "documents", "The first page, for people.", .text,
      "text/html; charset=utf-8"),
    document(
      "/network", "network", "documents",
      "Everything that a client needs to know of the network.", .named("Network")),
    document(
      "/openapi.json", "openAPI", "documents", "This document.", .openObject),
    Route(
      "GET", "/problems/{code}", operation: "problem", tag: "documents",
      "What a problem's code means.",
      parameters: [
        Route.Parameter(
          "code", .path, .one(of: Problem.Kind.allCases.map(\.rawValue)), "A problem's code.",
          example: Problem.Kind.badArgument.rawValue)
      ],
      answers: [
        Route.Answer(200, "The problem.", .named("ProblemKind"))
      ] + RouteTable.problems([.noSuchRoute, .notReady])),
  ]

  private static let modules = Registry.modules.flatMap { module in
    [
      document(
        ABIDocument.path(module), "\(module.name).abi", module.name,
        "The Solidity ABI of \(module.name).", .list(.openObject)),
      document(
        SolidityInterface.path(module), "\(module.name).solidity", module.name,
        "The Solidity interface of \(module.name).", .text, "text/plain; charset=utf-8"),
    ]
  }

  private static let standing = [
    Route(
      "GET", "/healthz", operation: "healthz", tag: "operation",
      "Whether the process answers at all.",
      answers: [Route.Answer(200, "It does.", .object([("status", .one(of: ["ok"]))]))]),
    Route(
      "GET", "/readyz", operation: "readyz", tag: "operation",
      "Whether work should be sent here.",
      answers: [
        Route.Answer(200, "It should.", .named("Readiness")),
        Route.Answer(
          503, "It should not, and why.", .named("Readiness"),
          headers: [("Retry-After", "Seconds to wait.")]),
      ]),
    Route(
      "GET", "/metrics", operation: "metrics", tag: "operation",
      "Metrics as Prometheus reads them; for this machine alone unless the node tells everyone.",
      answers: [
        Route.Answer(
          200, "Prometheus text 0.0.4.", .text,
          contentType: "text/plain; version=0.0.4; charset=utf-8"),
        Route.Answer(
          403, "Another machine asked.", .text, contentType: "text/plain; charset=utf-8"),
      ]),
  ]

  private static let tiles = "application/octet-stream"
  private static let checkpoint = "text/plain; charset=utf-8"

  private static let proofs = [
    Route(
      "GET", "/tiles/checkpoint", operation: "logCheckpoint", tag: "proofs",
      "The newest signed checkpoint of the block log (C2SP tlog-tiles).",
      answers: [
        Route.Answer(200, "The signed note.", .text, contentType: checkpoint)
      ] + RouteTable.problems([.notFound, .notReady])),
    Route(
      "GET", "/tiles/tile/{level}/{tile}", operation: "logTile", tag: "proofs",
      "A tile of hashes of the block log.",
      parameters: [
        Route.Parameter(
          "level", .path, .text(pattern: "^([0-9]|[1-5][0-9]|6[0-3]|entries)$"),
          "The tile's level, or `entries`.", example: "entries"),
        Route.Parameter(
          "tile", .path, .text(pattern: #"^[0-9]{3}(\.p/[0-9]{1,3})?$"#),
          "The tile's number in the form of tlog-tiles.", example: "000.p/1"),
      ],
      answers: [
        Route.Answer(200, "The tile's bytes.", .text, contentType: tiles)
      ] + RouteTable.problems([.notFound, .notReady])),
    Route(
      "GET", "/proof/{kind}/{subject}", operation: "proof", tag: "proofs",
      "A proof that anybody can check without a node.",
      parameters: [
        Route.Parameter(
          "kind", .path, .one(of: ProofSubject.kinds), "What the proof is about.",
          example: "balance"),
        Route.Parameter(
          "subject", .path, .text(1...66), "An address, a transaction's hash, or a number.",
          example: Hex.text(Address.zero.bytes)),
      ],
      answers: [
        Route.Answer(200, "The proof, in its one canonical form.", .openObject)
      ] + RouteTable.problems([.notFound, .notReady])),
  ]
}

/// What the transport answers by itself.
enum HTTPAnswers {
  /// To requests with bodies.
  static let bodies = [
    Route.Answer(
      413, "The body is too large.", .named("TransportProblem"),
      contentType: Problem.contentType)
  ]
}
