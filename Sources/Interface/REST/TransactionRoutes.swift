internal import Cryptography
internal import Engine
internal import Primitives

/// `/v1/transactions`: sending what somebody signed, and what became of it.
enum TransactionRoutes {
  private static let list = "/v1/transactions"
  private static let one = "/v1/transactions/{hash}"

  private static let key = Route.Parameter(
    "Idempotency-Key", .header, .text(1...IdempotencyKeys.keyBytes),
    "The same key with the same body gets the same answer; with another body it is refused.",
    example: "8e03978e-40d5-43e8-bc93-6894a57f9324")

  static let all: [Route] = [
    Route(
      "GET", list, operation: "transactions", tag: "chain",
      "The newest committed transactions, newest first.",
      parameters: Page.parameters + [RouteTable.noneMatch],
      answers: RouteTable.read(
        Page.schema(.named("TransactionSummary")),
        headers: [("Link", "The next page, as rel=next.")])
    ) { (rest, call) throws(Problem) in
      try transactions(rest, call)
    },
    Route(
      "POST", list, operation: "sendTransaction", tag: "chain",
      "Sends a signed transaction. 202 means accepted: a receipt alone means committed.",
      parameters: [key],
      body: Route.Body(
        contentType: "application/json",
        schema: .object([("transaction", .text(pattern: "^0x([0-9a-fA-F]{2})+$"))]),
        example: nil),
      answers: [
        Route.Answer(
          202, "The node has it in memory.", .named("Sent"),
          headers: [("Location", "Where to ask what becomes of it.")])
      ]
        + RouteTable.problems(
          [
            .malformedJSON, .notAcceptable, .underWay, .unsupportedMediaType, .transactionRefused,
            .poolFull, .readOnly,
          ]) + HTTPAnswers.bodies
    ) { (rest, call) throws(Problem) in
      try send(rest, call)
    },
    Route(
      "GET", one, operation: "transaction", tag: "chain",
      "A transaction: what it asks for, whether it is committed, and what happened.",
      parameters: [
        Route.Parameter(
          "hash", .path, .text(pattern: "^0x[0-9a-fA-F]{64}$"), "The transaction's hash."),
        RouteTable.noneMatch,
      ],
      answers: RouteTable.read(
        .named("Transaction"), "The transaction; once committed it never changes.", [.notFound])
    ) { (rest, call) throws(Problem) in
      try transaction(rest, call)
    },
  ]

  private static func transactions(_ rest: REST, _ call: RESTCall) throws(Problem) -> RESTAnswer {
    let limit = try rest.limit(call)
    let head = rest.chain.head
    let start = try rest.cursor(call, list, count: 2)
    var block = try rest.kept(start?.numbers[0] ?? head.height)
    // How many of the block's transactions are still ahead.
    var ahead = min(
      Int(clamping: start?.numbers[1] ?? .max), block?.transactions.count ?? 0)
    var writer = JSONWriter(capacity: 8_192)
    writer.beginObject()
    writer.name("items")
    writer.beginArray()
    let view = TransactionView(rest)
    var count = 0
    while count < limit, let present = block {
      if ahead == 0 {
        block = present.height == 0 ? nil : try rest.kept(present.height - 1)
        ahead = block?.transactions.count ?? 0
        continue
      }
      ahead -= 1
      view.writeSummary(TransactionPosition(present, ahead), to: &writer)
      count += 1
    }
    writer.endArray()
    let lowest = try rest.look { (blocks) throws(RPCFailure) in blocks.first }
    let isLast = block == nil || (ahead == 0 && block?.height == lowest)
    let next = isLast ? nil : block.map { Cursor([$0.height, UInt64(ahead)]) }
    let headers = Page.next(next, call, list, &writer)
    writer.endObject()
    return RESTAnswer(writer, .head(head), headers: headers)
  }

  private static func transaction(_ rest: REST, _ call: RESTCall) throws(Problem) -> RESTAnswer {
    guard let hash = Hex.bytes(call.variable("hash")).flatMap({ Digest($0) }) else {
      throw Problem(.badArgument, "A transaction's hash is 0x and 64 hex digits.")
    }
    var writer = JSONWriter(capacity: 2_048)
    let view = TransactionView(rest)
    // The pool first: what leaves it meanwhile is found in a block.
    let waiting = rest.chain.waiting(hash)
    let place = try rest.look { (blocks) throws(RPCFailure) in
      try blocks.transaction(hash, isWaiting: waiting != nil)
    }
    if let place {
      view.write(
        place.block.transactions[place.index], TransactionPosition(place.block, place.index),
        to: &writer)
      return RESTAnswer(writer, .fixed(place.block.hash))
    }
    guard let waiting else {
      throw Problem(
        .notFound, "No transaction with this hash waits or is committed.",
        repair: "Send the transaction again: that is safe.")
    }
    view.write(.signed(waiting), nil, to: &writer)
    return RESTAnswer(writer)
  }

  // Sending

  private static func send(_ rest: REST, _ call: RESTCall) throws(Problem) -> RESTAnswer {
    guard let key = call.request.header("Idempotency-Key") else {
      return try submit(rest, call)
    }
    guard (1...IdempotencyKeys.keyBytes).contains(key.utf8.count),
      key.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f })
    else {
      throw Problem(
        .badArgument,
        "Idempotency-Key has 1 to \(IdempotencyKeys.keyBytes) visible ASCII characters.")
    }
    let body = SHA256.hash(call.request.body)
    switch rest.keys.claim(key, body) {
    case .repeated(let answer):
      return RESTAnswer(
        status: answer.status, bytes: answer.body,
        headers: answer.headers + [("Idempotency-Replayed", "true")])
    case .otherBody:
      throw Problem(.keyReused, "Idempotency-Key \(Prose.plain(key)) came with another body.")
    case .underWay:
      throw Problem(.underWay, "The request with this Idempotency-Key is not answered yet.")
    case .run: break
    }
    do throws(Problem) {
      let answer = try submit(rest, call)
      rest.keys.keep(key, body, answer)
      return answer
    } catch {
      // A refusal is not kept: what was refused may be accepted later.
      rest.keys.release(key, body)
      throw error
    }
  }

  private static func submit(_ rest: REST, _ call: RESTCall) throws(Problem) -> RESTAnswer {
    let object = try call.object()
    let members = object.members ?? []
    guard members.allSatisfy({ $0.name == "transaction" }),
      let text = object["transaction"]?.string, let bytes = Hex.bytes(text), !bytes.isEmpty
    else {
      throw Problem(
        TextFailure(
          parameter: "transaction", problem: "no signed transaction is given",
          expected: "0x and the signed bytes in hex, as the one member",
          example: #"{"transaction": "0x02f8…"}"#))
    }
    // What recovering a signature costs by JSON-RPC, it costs here.
    let work = RequestCost.work(Method.submissionName)
    if let seconds = call.request.allowance?.wait(work: work, submissions: 1) {
      throw Problem(
        .tooFast, "This client sends more than this node takes from one.",
        headers: [("Retry-After", String(seconds))])
    }
    let hash = Keccak256.hash(bytes)
    guard let result = rest.chain.submit([ReceivedTransaction(bytes)]).first else {
      throw Problem(.internalFault, "The transaction was not looked at.")
    }
    if case .failure(let refusal) = result {
      // Sent again, it is the same transaction: that is no fault.
      let isKnown = rest.chain.waiting(hash) != nil || rest.chain.transaction(hash) != nil
      guard isKnown else { throw Problem(refusal) }
    }
    let path = "\(list)/\(Hex.text(hash.bytes))"
    var writer = JSONWriter(capacity: 256)
    writer.beginObject()
    writer.member("hash", digest: hash)
    writer.member("status", text: "accepted")
    writer.name("links")
    writer.beginObject()
    writer.member("self", text: path)
    writer.endObject()
    writer.endObject()
    return RESTAnswer(status: 202, writer, headers: [("Location", path)])
  }
}

extension Problem {
  /// A transaction that is not taken.
  fileprivate init(_ refusal: SubmissionRefusal) {
    switch refusal {
    case .admission(.poolFull), .admission(.accountFull):
      self.init(.poolFull, refusal.text, headers: Self.retry)
    case .admission(.accountRate(let nanoseconds)):
      let seconds = String(nanoseconds / 1_000_000_000 + 1)
      self.init(.tooFast, refusal.text, headers: [("Retry-After", seconds)])
    case .admission(.readOnly):
      self.init(.readOnly, refusal.text, headers: Self.retry)
    default: self.init(.transactionRefused, refusal.text)
    }
  }
}
