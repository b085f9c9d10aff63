internal import Economy
internal import Primitives

/// The components of the OpenAPI document.
enum OpenAPISchemas {
  static let all: [(name: String, schema: Schema)] =
    values + chain + accounts + problems + others

  private static let digest = Schema.text(pattern: "^0x[0-9a-f]{64}$", "A digest of 32 bytes.")
  private static let quantity = Schema.text(pattern: "^0x(0|[1-9a-f][0-9a-f]*)$")
  private static let links = Schema([
    ("type", .string("object")), ("additionalProperties", Schema.text.json),
    ("description", .string("Paths of what belongs to it.")),
  ])

  private static let values: [(name: String, schema: Schema)] = [
    (
      "Amount",
      Schema.object([
        ("amount", .text(pattern: #"^[0-9]+(\.[0-9]+)?$"#, "In whole tokens, exact.")),
        ("symbol", .text),
        ("units", .text(pattern: "^[0-9]+$", "The same in base units.")),
      ]).described("An amount of the economy's token.")
    ),
    (
      "AmountArgument",
      Schema([
        ("type", .string("object")),
        (
          "properties",
          .object([
            JSONMember("amount", Schema.text(pattern: #"^[0-9]{1,20}(\.[0-9]{1,18})?$"#).json),
            JSONMember("symbol", Schema.text.json),
            JSONMember("units", Schema.text(pattern: "^[0-9]{1,30}$").json),
          ])
        ), ("additionalProperties", .bool(false)),
        (
          "anyOf",
          .array(
            ["amount", "units"].map {
              .object([JSONMember("required", .array([.string($0)]))])
            })
        ), ("description", .string("An amount, in whole tokens, base units, or both alike.")),
      ])
    ),
    (
      "Address",
      .text(pattern: "^0x[0-9a-fA-F]{40}$", "An address with its checksum (EIP-55).")
    ),
    (
      "AccountArgument",
      .text(
        pattern: "^(0x[0-9a-f]{40}|0x[0-9a-fA-F]{40}|[a-z][a-zA-Z0-9.]{0,40})$",
        "An address, its checksum right where it has capitals, or a name of GET /network.")
    ),
    ("Digest", digest),
    ("Bytes", .text(pattern: "^0x([0-9a-f]{2})*$", "Bytes in hex.")),
    ("Role", .text(pattern: "^([a-zA-Z0-9.]+|0x[0-9a-f]{64})$", "A role's name, or its id.")),
    ("Number", .text(pattern: "^[0-9]+$", "A whole number, as text because it may pass 2^53.")),
    (
      "Time",
      .text(
        pattern: "^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z|never|[0-9]+)$",
        "RFC 3339 in UTC; 0 where there is none, never where there is no end.")
    ),
    (
      "AsOf",
      Schema.object([("block", .whole), ("hash", .named("Digest")), ("time", .named("Time"))])
        .described("The block after which this is so.")
    ),
  ]

  private static let summary: [(String, Schema)] = [
    ("hash", .named("Digest")),
    ("status", .one(of: ["accepted", "committed"])),
    ("sentence", .text), ("from", .named("Address")), ("to", Schema.named("Address").orNull),
    ("success", Schema.flag.orNull), ("block", Schema.named("AsOf").orNull),
    ("index", Schema.whole.orNull),
  ]

  private static let event = Schema.object([
    ("index", .whole), ("address", .named("Address")), ("module", .text), ("name", .text),
    ("sentence", .text), ("arguments", .openObject),
  ])

  private static let receipt = Schema.object([
    ("success", .flag), ("gasUsed", .whole), ("effectiveGasPrice", .named("Number")),
    ("fee", .named("Amount")), ("rejection", Schema.named("Rejection").orNull),
    ("eventCount", .whole), ("events", .list(.named("Event"))),
  ])

  private static let request: [(String, Schema)] = [
    ("kind", .one(of: ["signed", "system"])), ("type", .whole(atMost: 2)), ("nonce", .whole),
    ("value", .named("Amount")), ("gasLimit", .whole), ("maxFeePerGas", .named("Number")),
    ("input", .named("Bytes")),
    (
      "operation",
      Schema.object([
        ("module", .text), ("name", .text), ("arguments", .openObject),
      ]).orNull
    ),
  ]

  private static let chain: [(name: String, schema: Schema)] = [
    (
      "Block",
      .object([
        ("number", .whole), ("hash", .named("Digest")), ("parentHash", .named("Digest")),
        ("time", .named("Time")), ("transactionCount", .whole), ("eventCount", .whole),
        ("gasUsed", .whole), ("gasLimit", .whole), ("baseFeePerGas", .named("Number")),
        ("stateRoot", .named("Digest")), ("transactionsRoot", .named("Digest")),
        ("receiptsRoot", .named("Digest")), ("size", .whole), ("links", links),
      ])
    ),
    ("TransactionSummary", .object(summary)),
    ("Event", event),
    (
      "Transaction",
      .object(summary + request + [("receipt", receipt.orNull), ("links", links)])
    ),
    (
      "Sent",
      .object([("hash", .named("Digest")), ("status", .one(of: ["accepted"])), ("links", links)])
    ),
    (
      "Draft",
      Schema.object(
        [
          ("type", .one(of: ["0x2"])), ("chainId", quantity), ("to", .named("Address")),
          ("value", quantity), ("data", .named("Bytes")), ("gas", quantity),
          ("maxFeePerGas", quantity), ("maxPriorityFeePerGas", quantity),
        ], optional: [("from", .named("Address")), ("nonce", quantity)]
      ).described("As eth_sendTransaction of a wallet takes it; from and nonce where asked with.")
    ),
    (
      "SearchResults",
      .object([
        (
          "items",
          .list(
            .object([("kind", .one(of: SearchRoutes.kinds)), ("title", .text), ("path", .text)]))
        )
      ])
    ),
  ]

  private static let accounts: [(name: String, schema: Schema)] = [
    (
      "Account",
      .object([
        ("address", .named("Address")), ("name", Schema.text.orNull),
        ("kind", .one(of: AccountRoutes.kinds)), ("balance", .named("Amount")),
        ("spendable", .named("Amount")), ("frozen", .named("Amount")),
        ("quarantined", .named("Amount")), ("nonce", .whole),
        ("blockedSince", Schema.named("Time").orNull), ("votes", .named("Amount")),
        ("delegate", .named("Address")),
        ("roles", .list(.object([("role", .named("Role")), ("until", .named("Time"))]))),
        ("grantCount", .whole),
        (
          "grants",
          .list(
            .object([
              ("grant", .whole), ("facts", record(Vesting.Facts.self)),
              ("releasable", .named("Amount")),
            ]))
        ),
        ("positions", .list(record(Staking.PositionFacts.self))),
        ("benefits", record(Staking.Benefits.self).orNull), ("links", links),
        ("asOf", .named("AsOf")),
      ])
    )
  ]

  private static func record<Value: ABIValue>(_ type: Value.Type) -> Schema {
    .answer(ABIField("", type))
  }

  private static let problemMembers: [(String, Schema)] = [
    ("type", .text), ("title", .text), ("status", .whole(atMost: 599, atLeast: 400)),
    ("detail", .text),
  ]

  private static let problems: [(name: String, schema: Schema)] = [
    (
      "Problem",
      Schema.object(
        problemMembers + [
          ("instance", .text), ("code", .one(of: Problem.Kind.allCases.map(\.rawValue))),
          ("repair", .text),
        ],
        optional: [
          ("parameter", .text), ("expected", .text), ("example", .text), ("paths", .list(.text)),
          ("rejection", .named("Rejection")),
        ]
      ).described("Problem details (RFC 9457).")
    ),
    ("TransportProblem", .object(problemMembers)),
    (
      "ProblemKind",
      .object([("code", .text), ("title", .text), ("status", .whole), ("repair", .text)])
    ),
    (
      "Rejection",
      Schema.object(
        [
          ("name", .text), ("module", .text), ("code", .whole(atMost: 255)), ("help", .text),
          ("arguments", .openObject),
        ], optional: [("batchCall", .whole)]
      ).described("What a rule of the economy refuses, by name.")
    ),
  ]

  private static let identifier = Schema.either([
    .text, Schema([("type", .string("number"))]), Schema([("type", .string("null"))]),
  ])

  private static let others: [(name: String, schema: Schema)] = [
    (
      "JSONRPCRequest",
      .object(
        [("jsonrpc", .one(of: ["2.0"])), ("method", .one(of: JSONRPC.methods))],
        optional: [("id", identifier), ("params", .any)], isClosed: false)
    ),
    (
      "JSONRPCAnswer",
      .object(
        [("jsonrpc", .one(of: ["2.0"])), ("id", identifier)],
        optional: [("result", .any), ("error", .openObject)])
    ),
    (
      "Readiness",
      .object([("status", .text)], optional: [("height", .whole), ("reason", .text)])
    ),
    (
      "Network",
      Schema([
        ("type", .string("object")),
        (
          "required",
          .array(
            [
              "name", "version", "economy", "chainId", "genesisHash", "genesisTime", "sequencer",
              "token", "modules", "accounts", "roles", "limits",
            ].map { .string($0) })
        ),
      ])
    ),
  ]
}
