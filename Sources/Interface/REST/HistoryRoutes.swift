internal import Primitives

/// What `HistoryDoor` answers, described: an account's history out of the index, as JSON or as CSV,
/// page by page, and the explorers' door.
enum HistoryRoutes {
  static let csv = "text/csv"

  static func all(_ example: String) -> [Route] {
    [explorer]
      + HistoryKind.allCases.map { kind in
        Route(
          "GET", "/v1/accounts/{account}/\(kind.rawValue)", operation: operation(kind),
          tag: "accounts", summary(kind),
          parameters: parameters(kind, example),
          answers: [
            Route.Answer(
              200, "A page of them, as JSON or CSV (RFC 4180).",
              .object([
                ("items", .list(schema(kind))),
                (
                  "next",
                  Schema.text.orNull.described("The cursor of the next page; null on the last.")
                ),
                ("indexedThrough", Schema.whole.described("The newest block that is counted.")),
              ]), headers: [("Link", "The next page, as rel=next.")]),
            Route.Answer(
              200, "The same as CSV: amounts as plain decimals of whole tokens.", .text,
              contentType: csv),
          ]
            + RouteTable.problems([
              .badArgument, .badCursor, .notKept, .notAcceptable, .poolFull, .notReady,
            ])
        )
      }
  }

  private static let explorer = Route(
    "GET", EtherscanAPI.path, operation: "explorer", tag: "ethereum",
    "What portfolio and tax programs ask explorers.",
    parameters: [
      Route.Parameter(
        "module", .query, .text, "account, transaction, logs, stats or block.",
        example: "account"),
      Route.Parameter(
        "action", .query, .text,
        "balance, balancemulti, tokenbalance, txlist, tokentx, gettxreceiptstatus, getstatus, "
          + "getLogs, tokensupply, ethsupply or getblocknobytime.", example: "txlist"),
    ],
    answers: [
      Route.Answer(
        200, "Always this envelope; status 0 says that there is no result.",
        .object([
          ("status", .one(of: ["0", "1"])), ("message", .text), ("result", .any),
        ]))
    ] + RouteTable.problems([.notReady]))

  private static func operation(_ kind: HistoryKind) -> String {
    switch kind {
    case .transactions: "accountTransactions"
    case .transfers: "accountTransfers"
    case .earnings: "accountEarnings"
    }
  }

  private static func summary(_ kind: HistoryKind) -> String {
    switch kind {
    case .transactions: "Transactions that an account sent, received or was named in by an event."
    case .transfers:
      "Movements of the token to and from an account, each with the balance after it."
    case .earnings: "What came to an account out of the economy's pools and wallets, and why."
    }
  }

  private static func parameters(_ kind: HistoryKind, _ example: String) -> [Route.Parameter] {
    let time = Schema.text(
      pattern: "^([0-9]{1,10}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?)$")
    var parameters = [
      Route.Parameter(
        "account", .path, .named("AccountArgument"), "An address, or a name of GET /network.",
        example: example),
      Route.Parameter(
        "limit", .query, .text(pattern: "^([1-9][0-9]{0,2}|1000)$"),
        "How many items at most, 1 to \(HistoryList.most); \(Page.standard) where nothing is said.",
        example: "5"),
      Route.Parameter(
        "cursor", .query, .text(1...64),
        "Where to go on: what `next` said on the page before. Opaque."),
      Route.Parameter(
        "order", .query, .one(of: ["newest", "oldest"]), "Which come first; the newest by itself."),
      Route.Parameter(
        "from", .query, time, "The earliest time of a block: a date, RFC 3339, or seconds."),
      Route.Parameter("to", .query, time, "The latest time of a block, itself included."),
      Route.Parameter(
        "format", .query, .one(of: ["json", "csv"]),
        "The form, where the Accept header does not say it."),
    ]
    if kind == .earnings {
      parameters += [
        Route.Parameter(
          "rule", .query, .text(1...64), "Only what this event explains, such as staking.Claimed."),
        Route.Parameter(
          "pool", .query, .text(1...64), "Only what came out of this pool or wallet."),
        Route.Parameter(
          "kind", .query, .one(of: ["income", "returned", "all"]),
          "Units that are new to the account (by itself), its own that came back, or both."),
      ]
    }
    return parameters
  }

  /// A row, from the list's columns.
  private static func schema(_ kind: HistoryKind) -> Schema {
    .object(
      HistoryForm.columns(kind).map { name in
        let schema: Schema =
          switch name {
          case "time": .named("Time")
          case "block", "index", "log", "gasUsed", "nonce": .whole
          case "transaction": .named("Digest")
          case "from": .named("Address")
          case "to": kind == .transfers ? .named("Address") : Schema.named("Address").orNull
          case "success": .flag
          case "value", "fee", "amount", "balance": .named("Amount")
          case "direction": .one(of: ["in", "out", "self", "named"])
          case "kind": .one(of: EarningReason.Kind.allCases.map(\.rawValue))
          case "refusal", "counterparty": Schema.text.orNull
          default: .text
          }
        return (name, schema)
      })
  }
}
