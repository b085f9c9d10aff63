internal import Engine
internal import Primitives

extension Method {
  /// Logs by filter.
  static let logs: [Method] = [
    Method("eth_getLogs", [.required("filter")]) { (rpc, arguments, writer) throws(RPCFailure) in
      let filter = try arguments.required(0, LogFilter.init)
      try rpc.logs(filter, &writer)
    }
  ]
}

/// What `eth_getLogs` is asked for.
struct LogFilter: Sendable {
  enum Blocks: Sendable, Equatable {
    case range(from: BlockReference, to: BlockReference)
    case one(Digest)
  }

  /// A value that a log may have, with its bits in the blocks' filters.
  struct Alternative<Value: Hashable & Sendable>: Sendable {
    let value: Value
    let bits: BloomBits
  }

  let blocks: Blocks
  /// Empty: any.
  let addresses: [Alternative<Address>]
  /// By position; empty: any.
  let topics: [[Alternative<Word>]]

  init(_ object: JSONValue) throws(ShapeFailure) {
    guard case .object = object else {
      throw ShapeFailure("a filter object is wanted, not \(object.kind)")
    }
    let from = Self.given(object["fromBlock"])
    let to = Self.given(object["toBlock"])
    if let hash = Self.given(object["blockHash"]) {
      guard from == nil, to == nil else {
        throw ShapeFailure(
          "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other")
      }
      blocks = .one(try Self.member("blockHash", hash, Shape.digest))
    } else {
      blocks = .range(
        from: try from.map { (value) throws(ShapeFailure) in
          try Self.member("fromBlock", value, Shape.block)
        } ?? .head,
        to: try to.map { (value) throws(ShapeFailure) in
          try Self.member("toBlock", value, Shape.block)
        } ?? .head)
    }
    addresses = try Self.alternatives("address", object["address"], Shape.address) {
      BloomBits($0)
    }
    topics = try Self.topics(Self.given(object["topics"]))
  }

  /// How many comparisons a block costs before its logs are read.
  var width: Int { topics.reduce(1 + addresses.count) { $0 + $1.count } }

  /// False where a block with this filter of 256 bytes has no log that matches.
  func mayMatch(_ bloom: [UInt8]) -> Bool {
    Self.mayMatch(addresses, bloom) && topics.allSatisfy { Self.mayMatch($0, bloom) }
  }

  /// The filter without its bits.
  var values: ArchiveLogFilter {
    ArchiveLogFilter(
      addresses: addresses.map(\.value), topics: topics.map { $0.map(\.value) })
  }

  func matches(_ log: Log) -> Bool {
    guard addresses.isEmpty || addresses.contains(where: { $0.value == log.address }),
      topics.count <= log.topics.count
    else { return false }
    return zip(topics, log.topics).allSatisfy { alternatives, topic in
      alternatives.isEmpty || alternatives.contains { $0.value == topic }
    }
  }

  private static func mayMatch<Value>(
    _ alternatives: [Alternative<Value>], _ bloom: [UInt8]
  ) -> Bool {
    alternatives.isEmpty || alternatives.contains { $0.bits.isSubset(of: bloom) }
  }

  // Reading

  private static func given(_ value: JSONValue?) -> JSONValue? {
    guard let value, !value.isNull else { return nil }
    return value
  }

  private static func member<Value>(
    _ name: String, _ value: JSONValue, _ read: (JSONValue) throws(ShapeFailure) -> Value
  ) throws(ShapeFailure) -> Value {
    do throws(ShapeFailure) {
      return try read(value)
    } catch {
      throw ShapeFailure("\(name): \(error.text)")
    }
  }

  /// Nothing, one value, or a list of them.
  private static func alternatives<Value>(
    _ name: String, _ given: JSONValue?, _ read: (JSONValue) throws(ShapeFailure) -> Value,
    _ bits: (Value) -> BloomBits
  ) throws(ShapeFailure) -> [Alternative<Value>] {
    guard let given = self.given(given) else { return [] }
    let values = given.elements ?? [given]
    guard values.count <= RPCLimits.filterAlternatives else {
      throw ShapeFailure("\(name): at most \(RPCLimits.filterAlternatives) alternatives")
    }
    var alternatives: [Alternative<Value>] = []
    for value in values {
      let read = try member(name, value, read)
      alternatives.append(Alternative(value: read, bits: bits(read)))
    }
    return alternatives
  }

  private static func topics(
    _ given: JSONValue?
  ) throws(ShapeFailure) -> [[Alternative<Word>]] {
    guard let given else { return [] }
    guard let positions = given.elements else {
      throw ShapeFailure("topics: a list is wanted, not \(given.kind)")
    }
    guard positions.count <= 4 else { throw ShapeFailure("topics: exceed max topics, 4") }
    var topics: [[Alternative<Word>]] = []
    for position in positions {
      // A null among alternatives stands for any topic, as in geth.
      let isAny = position.elements?.contains { $0.isNull } ?? false
      topics.append(
        isAny ? [] : try alternatives("topics", position, Shape.word) { BloomBits($0) })
    }
    return topics
  }
}

extension JSONRPC {
  /// Writes the logs that match, oldest first.
  func logs(_ filter: LogFilter, _ writer: inout JSONWriter) throws(RPCFailure) {
    var search = LogSearch(filter: filter, maximumWork: budget.filterWork)
    writer.beginArray()
    switch filter.blocks {
    case .one(let hash):
      guard let block = try blocks.block(hash) else {
        throw RPCFailure(RPCFailure.refused, "unknown block: no block has this hash")
      }
      try read(block, &search, &writer)
    case .range(let from, let to):
      let (first, last) = try range(from, to)
      var height = first
      while height <= last {
        let (heights, next) = try blocks.candidates(filter, height...last, limit: 1_000)
        for height in heights { try read(try committed(height), &search, &writer) }
        height = next
        if height > last { break }
        if heights.isEmpty {
          try read(try committed(height), &search, &writer)
          height += 1
        }
      }
    }
    writer.endArray()
  }

  private func committed(_ height: Height) throws(RPCFailure) -> Block {
    guard let block = try blocks.block(height) else { throw .pruned(height, blocks) }
    return block
  }

  private func read(
    _ block: Block, _ search: inout LogSearch, _ writer: inout JSONWriter
  ) throws(RPCFailure) {
    let room = Limits.queryLogs - search.found
    var count = 0
    let end = search.read(block) { log, index, place in
      guard count < room else { return false }
      count += 1
      writer.log(log, block, index, place)
      return true
    }
    guard end == nil else {
      throw RPCFailure(
        RPCFailure.limitExceeded,
        "query returned more than \(Limits.queryLogs) results: end the range before block"
          + " \(block.height), or name an address or topic")
    }
    guard search.work <= search.maximumWork else {
      throw RPCFailure(
        RPCFailure.limitExceeded,
        "query reads too much: ask for fewer blocks, it came to block \(block.height)")
    }
  }

  private func range(
    _ from: BlockReference, _ to: BlockReference
  ) throws(RPCFailure) -> (first: Height, last: Height) {
    let head = blocks.head.height
    let first = try height(from, head: head)
    let last = try height(to, head: head)
    guard first <= last else {
      throw RPCFailure(
        RPCFailure.invalidParameters, "invalid block range params: fromBlock is after toBlock")
    }
    guard last <= head else {
      throw RPCFailure(
        RPCFailure.invalidParameters,
        "block range extends beyond current head block: the newest block is \(head)")
    }
    return (first, last)
  }

  private func height(
    _ reference: BlockReference, head: Height
  ) throws(RPCFailure) -> Height {
    switch reference {
    case .head, .pending: return head
    case .earliest: return blocks.first
    case .number(let height): return height
    case .hash:
      throw RPCFailure(
        RPCFailure.invalidParameters,
        "invalid argument 0: filter: fromBlock and toBlock are numbers or tags, use blockHash")
    }
  }
}
