internal import Economy
public import Engine
internal import Ledger
internal import Primitives

/// Ethereum's JSON-RPC over a chain: request bytes in, answer bytes out, from any thread.
public struct JSONRPC: Sendable {
  public let chain: Chain
  public let configuration: Configuration
  /// How often each method was asked for.
  public let calls = MethodCalls()
  var budget = RPCBudget()
  var filters = Filters()
  /// The conversation that a request is part of; nil for one that stands alone.
  var session: RPCSession?

  public init(_ chain: Chain, _ configuration: Configuration) {
    self.chain = chain
    self.configuration = configuration
  }

  /// The names of all methods, in order of their topics.
  public static var methods: [String] { Method.all.map(\.name) }

  /// Answers one request or a batch.
  /// - Returns: the answer, or nil where there were only notifications (HTTP 204).
  public func answer(_ body: [UInt8]) -> [UInt8]? { reply(to: body).bytes }

  /// An answer and what the transport should know of it.
  struct Reply {
    let bytes: [UInt8]?
    /// In how many seconds to try again, where the node or the client's allowance has no room at
    /// present (HTTP 429).
    var wait: UInt64?
  }

  func reply(to body: [UInt8], _ allowance: ClientAllowance? = nil) -> Reply {
    let document: JSONValue
    do throws(JSONFailure) {
      document = try JSONParser.parse(body, maximumDepth: Limits.jsonDepth)
    } catch {
      return single(nil, RPCFailure(RPCFailure.parseError, "parse error: \(error)"))
    }
    guard case .array(let elements) = document else {
      let request = Request(document)
      if let wait = allowance?.wait([request]) { return refuse(request, wait) }
      let outcome = run(request)
      if request.isNotification { return Reply(bytes: nil) }
      var writer = JSONWriter(capacity: 512)
      write(request.id, outcome, to: &writer)
      return Reply(bytes: writer.bytes, wait: outcome.isBusy ? 1 : nil)
    }
    guard !elements.isEmpty else {
      return single(nil, RPCFailure(RPCFailure.invalidRequest, "empty batch"))
    }
    guard elements.count <= Limits.batchRequests else {
      return single(
        nil,
        RPCFailure(
          RPCFailure.invalidRequest,
          "batch too large: send at most \(Limits.batchRequests) requests at once"))
    }
    let requests = elements.map { Request($0) }
    if let wait = allowance?.wait(requests) { return refuse(requests, wait) }
    return Reply(bytes: answer(batch: requests))
  }

  private func refuse(_ request: Request, _ wait: UInt64) -> Reply {
    var writer = JSONWriter(capacity: 256)
    write(request.id, .failure(.tooMuch(wait)), to: &writer)
    return Reply(bytes: writer.bytes, wait: wait)
  }

  /// None of a batch is run where it is more than the client may ask for.
  private func refuse(_ batch: [Request], _ wait: UInt64) -> Reply {
    var writer = JSONWriter(capacity: 128 * batch.count)
    writer.beginArray()
    for request in batch where !request.isNotification {
      write(request.id, .failure(.tooMuch(wait)), to: &writer)
    }
    writer.endArray()
    return Reply(bytes: writer.bytes, wait: wait)
  }

  // Batches

  private func answer(batch: [Request]) -> [UInt8]? {
    var writer = JSONWriter(capacity: 128 * batch.count)
    writer.beginArray()
    var count = 0
    var place = 0
    while place < batch.count {
      let submissions = batch[place...].prefix { $0.isSubmission }
      let outcomes = submissions.count > 1 ? submit(submissions) : [run(batch[place])]
      for outcome in outcomes {
        let request = batch[place]
        place += 1
        guard !request.isNotification else { continue }
        let isFull = writer.bytes.count > budget.answerBytes
        write(request.id, isFull ? .failure(Self.tooLarge) : outcome, to: &writer)
        count += 1
      }
      if writer.bytes.count > budget.answerBytes {
        count += refuseRest(batch[place...], &writer)
        break
      }
    }
    writer.endArray()
    return count == 0 ? nil : writer.bytes
  }

  private static let tooLarge = RPCFailure(
    RPCFailure.limitExceeded, "response too large: send smaller batches")

  /// The rest of a batch whose answer is too large already is not run.
  private func refuseRest(_ rest: ArraySlice<Request>, _ writer: inout JSONWriter) -> Int {
    var count = 0
    for request in rest where !request.isNotification {
      write(request.id, .failure(Self.tooLarge), to: &writer)
      count += 1
    }
    return count
  }

  /// Consecutive transactions are submitted at once, so that their signatures are recovered
  /// together.
  private func submit(_ requests: ArraySlice<Request>) -> [RequestOutcome] {
    var outcomes: [RequestOutcome?] = []
    var transactions: [ReceivedTransaction] = []
    for request in requests {
      calls.note(request)
      do throws(RPCFailure) {
        transactions.append(ReceivedTransaction(try request.submission()))
        outcomes.append(nil)
      } catch {
        outcomes.append(.failure(error))
      }
    }
    var results = chain.submit(transactions).makeIterator()
    return outcomes.map { outcome in
      if let outcome { return outcome }
      switch results.next() {
      case .success(let hash): return .success(Self.result(hash))
      case .failure(let refusal): return .failure(.refused(refusal))
      case nil: return .failure(RPCFailure(RPCFailure.refused, "the batch ended early"))
      }
    }
  }

  private static func result(_ hash: Digest) -> [UInt8] {
    var writer = JSONWriter(capacity: 70)
    writer.hex(hash.bytes)
    return writer.bytes
  }

  // One request

  private func run(_ request: Request) -> RequestOutcome {
    do throws(RPCFailure) {
      calls.note(request)
      let (method, arguments) = try request.prepared()
      var writer = JSONWriter(capacity: 256)
      try method.answer(self, arguments, &writer)
      return .success(writer.bytes)
    } catch {
      return .failure(error)
    }
  }

  private func single(_ id: JSONValue?, _ failure: RPCFailure) -> Reply {
    var writer = JSONWriter(capacity: 256)
    write(id, .failure(failure), to: &writer)
    return Reply(bytes: writer.bytes)
  }

  private func write(_ id: JSONValue?, _ outcome: RequestOutcome, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("jsonrpc")
    writer.string("2.0")
    writer.name("id")
    writer.value(id ?? .null)
    switch outcome {
    case .success(let result):
      writer.name("result")
      writer.raw(result)
    case .failure(let failure):
      writer.name("error")
      failure.write(to: &writer)
    }
    writer.endObject()
  }
}

/// What became of a request.
enum RequestOutcome {
  /// The result's JSON.
  case success([UInt8])
  case failure(RPCFailure)

  /// True where the node has no room for a transaction at present.
  var isBusy: Bool {
    if case .failure(let failure) = self { failure.isBusy } else { false }
  }
}

/// One element of a body, judged but not run.
struct Request {
  /// Null where the request has none that could be echoed.
  let id: JSONValue?
  /// True where nobody waits for an answer.
  let isNotification: Bool
  let method: String?
  private let parameters: JSONValue?

  init(_ value: JSONValue) {
    let id = value["id"]
    switch id {
    case .number, .string, .null: self.id = id
    default: self.id = nil
    }
    var method: String?
    if case .string("2.0") = value["jsonrpc"], case .string(let name) = value["method"],
      self.id != nil || id == nil
    {
      method = name
    }
    self.method = method
    parameters = value["params"]
    isNotification = method != nil && id == nil
  }

  var isSubmission: Bool { method == Method.submissionName }

  /// The method and its counted arguments.
  func prepared() throws(RPCFailure) -> (method: Method, arguments: Arguments) {
    guard let method else {
      throw RPCFailure(
        RPCFailure.invalidRequest,
        "invalid request: send {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":…,\"params\":[…]}")
    }
    guard let known = Method.named(method) else {
      throw RPCFailure(
        RPCFailure.methodNotFound, "the method \(method.prefix(64)) does not exist/is not available"
      )
    }
    return (known, try Arguments(known, parameters))
  }

  /// The bytes of a transaction to be submitted.
  func submission() throws(RPCFailure) -> [UInt8] {
    try prepared().arguments.bytes(0)
  }
}
