internal import Economy
internal import Engine
internal import Ledger
internal import Primitives

extension Method {
  /// What a transaction did, as explorers ask for it.
  static let traces: [Method] = [
    Method("debug_traceTransaction", [.required("hash"), .optional("config")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let hash = try arguments.digest(0)
      let request = try arguments.optional(1, TraceRequest.init) ?? TraceRequest()
      guard let place = try rpc.blocks.transaction(hash) else {
        throw RPCFailure(RPCFailure.refused, "transaction not found")
      }
      writer.trace(place.block, place.index, request)
    },
    Method("debug_traceBlockByNumber", [.required("block"), .optional("config")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let reference = try arguments.block(0)
      let request = try arguments.optional(1, TraceRequest.init) ?? TraceRequest()
      guard let block = try rpc.block(reference) else {
        throw RPCFailure(
          RPCFailure.refused, "block not found: the newest block is \(rpc.blocks.head.height)")
      }
      writer.traces(block, request)
    },
    Method("debug_traceBlockByHash", [.required("hash"), .optional("config")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let hash = try arguments.digest(0)
      let request = try arguments.optional(1, TraceRequest.init) ?? TraceRequest()
      guard let block = try rpc.blocks.block(hash) else {
        throw RPCFailure(RPCFailure.refused, "block \(Hex.text(hash.bytes)) not found")
      }
      writer.traces(block, request)
    },
  ]
}

/// How a trace is wanted.
struct TraceRequest: Sendable {
  enum Form: Sendable {
    /// The steps of a machine; here there is none, so there are no steps.
    case steps
    /// The tree of calls: one top call, for modules do not call each other as contracts do.
    case calls(withLogs: Bool)
  }

  var form = Form.steps

  /// Geth's default, the steps.
  init() {}

  init(_ object: JSONValue) throws(ShapeFailure) {
    guard case .object = object else {
      throw ShapeFailure("a trace configuration object is wanted, not \(object.kind)")
    }
    guard let tracer = object["tracer"], !tracer.isNull else { return }
    switch try Shape.text(tracer) {
    case "": return
    case "callTracer":
      let withLogs = object["tracerConfig"]?["withLog"] == .bool(true)
      form = .calls(withLogs: withLogs)
    case let name:
      throw ShapeFailure(
        "tracer \"\(name.prefix(32))\" is not known: use \"callTracer\", or none for the steps")
    }
  }
}

/// What an operation that was refused answered.
struct TracedRefusal {
  /// The declaration's name and help; nil where nobody declares it.
  let reason: String?
  /// The revert data.
  let output: [UInt8]

  init?(_ receipt: Receipt) {
    guard let rejection = receipt.rejection else { return nil }
    let declaration = Registry.rejection(rejection)
    reason = declaration.map { "\($0.name): \($0.help)" }
    output = declaration?.revertData(rejection) ?? []
  }
}

extension JSONWriter {
  /// One trace for each transaction of a block, in the block's order.
  fileprivate mutating func traces(_ block: Block, _ request: TraceRequest) {
    beginArray()
    for (index, transaction) in block.transactions.enumerated() {
      beginObject()
      member("txHash", digest: transaction.hash)
      name("result")
      trace(block, index, request)
      endObject()
    }
    endArray()
  }

  fileprivate mutating func trace(_ block: Block, _ index: Int, _ request: TraceRequest) {
    switch request.form {
    case .steps: steps(block.receipts[index])
    case .calls(let withLogs): call(block, index, withLogs: withLogs)
    }
  }

  private mutating func steps(_ receipt: Receipt) {
    beginObject()
    member("gas", number: receipt.gasUsed)
    member("failed", flag: !receipt.isSuccess)
    member("returnValue", bytes: TracedRefusal(receipt)?.output ?? [])
    name("structLogs")
    beginArray()
    endArray()
    endObject()
  }

  /// The top call. What a successful operation returned is no part of a block, so it has no output.
  private mutating func call(_ block: Block, _ index: Int, withLogs: Bool) {
    let transaction = block.transactions[index]
    let receipt = block.receipts[index]
    beginObject()
    member("type", text: "CALL")
    member("from", address: transaction.sender)
    member("to", address: transaction.to)
    switch transaction {
    case .system:
      member("value", quantity: 0 as UInt64)
      member("gas", quantity: 0 as UInt64)
      member("gasUsed", quantity: receipt.gasUsed)
      member("input", bytes: [])
    case .signed(let signed):
      member("value", quantity: signed.decoded.value)
      member("gas", quantity: signed.decoded.gasLimit)
      member("gasUsed", quantity: receipt.gasUsed)
      member("input", bytes: signed.decoded.bytes[signed.decoded.data])
    }
    if let refusal = TracedRefusal(receipt) {
      member("output", bytes: refusal.output)
      member("error", text: "execution reverted")
      if let reason = refusal.reason { member("revertReason", text: reason) }
    }
    if withLogs { logs(block, receipt) }
    endObject()
  }

  private mutating func logs(_ block: Block, _ receipt: Receipt) {
    name("logs")
    beginArray()
    for place in receipt.events {
      let log = block.log(place)
      beginObject()
      member("address", address: log.address)
      name("topics")
      beginArray()
      for topic in log.topics { hex(topic.bytes) }
      endArray()
      member("data", bytes: log.data)
      member("index", quantity: UInt(place))
      // Behind how many inner calls it came: there are none.
      member("position", quantity: 0 as UInt64)
      endObject()
    }
    endArray()
  }
}
