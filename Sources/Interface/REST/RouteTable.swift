internal import Cryptography
internal import Economy
internal import Primitives

/// Every route of the node: those of the modules from their declarations, those about blocks,
/// transactions and accounts, and those that other parts of the node answer.
enum RouteTable {
  static func all(_ genesis: Genesis, _ configuration: Configuration) -> [Route] {
    let account =
      configuration.development?.accounts.first?.address ?? Token.declaration.address
    return BlockRoutes.all + TransactionRoutes.all + SupplyRoutes.all
      + AccountRoutes.all(account.checksummed)
      + SearchRoutes.all + ModuleRoutes.all(account.checksummed) + DescribedRoutes.all
      + HistoryRoutes.all(account.checksummed)
  }

  /// What any route may answer besides its own.
  static func problems(_ kinds: [Problem.Kind]) -> [Route.Answer] {
    var answers: [Route.Answer] = []
    for kind in kinds where !answers.contains(where: { $0.status == kind.status }) {
      let waits = [429, 503].contains(kind.status)
      answers.append(
        Route.Answer(
          kind.status, kind.title + ".",
          // What the transport refuses before it looks for the route has the bare form.
          waits ? .either([.named("Problem"), .named("TransportProblem")]) : .named("Problem"),
          contentType: Problem.contentType,
          headers: waits ? [("Retry-After", "Seconds to wait.")] : []))
    }
    return answers
  }

  /// Answers of a GET whose answer is of the head.
  static func read(
    _ schema: Schema, _ help: String = "The answer at the newest block.",
    _ kinds: [Problem.Kind] = [], headers: [(name: String, help: String)] = []
  ) -> [Route.Answer] {
    let tag = [(name: "ETag", help: "Names this answer; send it back as If-None-Match.")]
    return [
      Route.Answer(200, help, schema, headers: tag + headers),
      Route.Answer(304, "What the client has is still right.", nil, contentType: nil, headers: tag),
    ] + problems([.badArgument] + kinds + [.notAcceptable, .poolFull, .notReady])
  }

  static let noneMatch = Route.Parameter(
    "If-None-Match", .header, .text, "ETags of answers that the client has.")
}
