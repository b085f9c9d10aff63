internal import Engine
internal import Primitives

/// `/v1/blocks`: the blocks, newest first, from memory and from the index.
enum BlockRoutes {
  private static let list = "/v1/blocks"
  private static let one = "/v1/blocks/{block}"
  private static let contents = "/v1/blocks/{block}/transactions"

  private static let block = Route.Parameter(
    "block", .path, .text(pattern: "^(latest|0|[1-9][0-9]{0,18}|0x[0-9a-fA-F]{64})$"),
    "A block's number, its hash, or `latest`.", example: "latest")

  static let all: [Route] = [
    Route(
      "GET", list, operation: "blocks", tag: "chain", "The newest blocks, newest first.",
      parameters: Page.parameters + [RouteTable.noneMatch],
      answers: RouteTable.read(
        Page.schema(.named("Block")), headers: [("Link", "The next page, as rel=next.")])
    ) { (rest, call) throws(Problem) in
      try blocks(rest, call)
    },
    Route(
      "GET", one, operation: "block", tag: "chain", "One block, by number or hash.",
      parameters: [block, RouteTable.noneMatch],
      answers: RouteTable.read(.named("Block"), "The block; it never changes.", [.notFound])
    ) { (rest, call) throws(Problem) in
      let block = try rest.block(call.variable("block"))
      var writer = JSONWriter(capacity: 512)
      writer.block(block)
      return RESTAnswer(writer, .fixed(block.hash))
    },
    Route(
      "GET", contents, operation: "blockTransactions", tag: "chain",
      "A block's transactions in order, the block's own first.",
      parameters: [block] + Page.parameters + [RouteTable.noneMatch],
      answers: RouteTable.read(
        Page.schema(.named("TransactionSummary")), "A page of them; they never change.",
        [.notFound], headers: [("Link", "The next page, as rel=next.")])
    ) { (rest, call) throws(Problem) in
      try transactions(rest, call)
    },
  ]

  private static func blocks(_ rest: REST, _ call: RESTCall) throws(Problem) -> RESTAnswer {
    let limit = try rest.limit(call)
    let head = rest.chain.head
    let start = try rest.cursor(call, list, count: 1)?.numbers[0] ?? head.height
    var writer = JSONWriter(capacity: 4_096)
    writer.beginObject()
    writer.name("items")
    writer.beginArray()
    var height: Height? = start
    var count = 0
    while count < limit, let place = height, let block = try rest.kept(place) {
      writer.block(block)
      count += 1
      height = place == 0 ? nil : place - 1
    }
    writer.endArray()
    let lowest = try rest.look { (blocks) throws(RPCFailure) in blocks.first }
    let next = height.flatMap { $0 < lowest ? nil : Cursor([$0]) }
    let headers = Page.next(next, call, list, &writer)
    writer.endObject()
    return RESTAnswer(writer, .head(head), headers: headers)
  }

  private static func transactions(
    _ rest: REST, _ call: RESTCall
  ) throws(Problem) -> RESTAnswer {
    let limit = try rest.limit(call)
    let block = try rest.block(call.variable("block"))
    let name = "transactions of block \(block.height)"
    let start = try rest.cursor(call, name, count: 1)?.numbers[0] ?? 0
    let end = min(start + UInt64(limit), UInt64(block.transactions.count))
    var writer = JSONWriter(capacity: 8_192)
    writer.beginObject()
    writer.name("items")
    writer.beginArray()
    let view = TransactionView(rest)
    for place in start..<max(start, end) {
      view.writeSummary(TransactionPosition(block, Int(place)), to: &writer)
    }
    writer.endArray()
    let next = end < block.transactions.count ? Cursor([end]) : nil
    let headers = Page.next(next, call, name, &writer)
    writer.endObject()
    return RESTAnswer(writer, .fixed(block.hash), headers: headers)
  }
}

extension REST {
  /// The block that a path names.
  func block(_ text: String) throws(Problem) -> Block {
    if text == "latest" { return chain.head }
    if text.hasPrefix("0x") {
      guard let digest = Hex.bytes(text).flatMap({ Digest($0) }) else {
        throw Problem(.badArgument, "A block's hash is 0x and 64 hex digits.")
      }
      let block = try look { (blocks) throws(RPCFailure) in try blocks.block(digest) }
      if let block { return block }
      throw Problem(.notFound, "No block has the hash \(text).")
    }
    guard let height = Height(text), String(height) == text else {
      throw Problem(
        TextFailure(
          parameter: "block", problem: "'\(Prose.plain(text))' is no block",
          expected: "a number, a hash or latest", example: "latest"))
    }
    let block = try look { (blocks) throws(RPCFailure) in
      let block = try blocks.block(height)
      if block == nil, height < blocks.first { throw .pruned(height, blocks) }
      return block
    }
    if let block { return block }
    throw Problem(.notFound, "The newest block is \(chain.head.height).")
  }
}

extension JSONWriter {
  /// A block without its transactions.
  mutating func block(_ block: Block) {
    let header = block.header
    beginObject()
    member("number", number: block.height)
    member("hash", digest: block.hash)
    member("parentHash", digest: header.parentHash)
    member("time", text: UTCTime.text(header.timestamp))
    member("transactionCount", number: block.transactions.count)
    member("eventCount", number: block.logCount)
    member("gasUsed", number: header.gasUsed)
    member("gasLimit", number: header.gasLimit)
    member("baseFeePerGas", text: String(header.baseFee))
    member("stateRoot", digest: header.stateRoot)
    member("transactionsRoot", digest: header.transactionsRoot)
    member("receiptsRoot", digest: header.receiptsRoot)
    member("size", number: block.encodedSize)
    name("links")
    beginObject()
    member("self", text: "/v1/blocks/\(block.height)")
    member("transactions", text: "/v1/blocks/\(block.height)/transactions")
    endObject()
    endObject()
  }
}
