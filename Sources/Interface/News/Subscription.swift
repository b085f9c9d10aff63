internal import Engine
internal import Primitives

/// What a client on a socket asked to be told of.
enum SubscriptionKind: Sendable {
  case heads
  case logs(LogFilter)
  /// Accepted transactions: their hashes, or all of them.
  case arrivals(isFull: Bool)
  /// This node never serves while it synchronizes: it says so once.
  case syncing

  init(_ name: String, _ options: JSONValue?) throws(ShapeFailure) {
    switch name {
    case "newHeads": self = .heads
    case "logs":
      let filter = try LogFilter(options ?? .object([]))
      guard case .range = filter.blocks else {
        throw ShapeFailure("blockHash names a block of the past: use eth_getLogs")
      }
      self = .logs(filter)
    case "newPendingTransactions":
      self = .arrivals(isFull: try options.map(Shape.flag) ?? false)
    case "syncing": self = .syncing
    default:
      throw ShapeFailure(
        "\"\(name.prefix(32))\" is not known: newHeads, logs, newPendingTransactions or syncing")
    }
  }

  var heedsArrivals: Bool {
    if case .arrivals = self { true } else { false }
  }
}

/// A subscription with how far it has been told.
struct Subscription: Sendable {
  /// What came of a look for news.
  enum Finding {
    /// One result, as JSON.
    case news([UInt8])
    case nothing
    case lost
  }

  let number: UInt128
  let kind: SubscriptionKind
  var place: LogPlace
  var arrival: UInt64
  private var hasSpoken = false

  /// Told of what comes after this moment.
  init(_ number: UInt128, _ kind: SubscriptionKind, _ rpc: JSONRPC) {
    self.number = number
    self.kind = kind
    place = LogPlace(height: rpc.chain.head.height + 1)
    arrival = rpc.chain.arrivalCount
  }

  /// The next thing to tell; the place moves behind it.
  mutating func next(_ rpc: JSONRPC) -> Finding {
    switch kind {
    case .heads: return nextHead(rpc)
    case .logs(let filter): return nextLog(filter, rpc)
    case .arrivals(let isFull): return nextArrival(rpc, isFull)
    case .syncing:
      if hasSpoken { return .nothing }
      hasSpoken = true
      return .news(Array("false".utf8))
    }
  }

  private mutating func nextHead(_ rpc: JSONRPC) -> Finding {
    switch rpc.chain.next(place, patience: rpc.budget.subscriptionLag) {
    case .upToDate: return .nothing
    case .lost: return .lost
    case .block(let block):
      place = place.nextBlock
      var writer = JSONWriter(capacity: 1_600)
      writer.beginObject()
      writer.header(of: block)
      writer.endObject()
      return .news(writer.bytes)
    }
  }

  private mutating func nextLog(_ filter: LogFilter, _ rpc: JSONRPC) -> Finding {
    var search = LogSearch(filter: filter, maximumWork: .max)
    while true {
      switch rpc.chain.next(place, patience: rpc.budget.subscriptionLag) {
      case .upToDate: return .nothing
      case .lost: return .lost
      case .block(let block):
        guard filter.covers(block.height) else {
          place = place.nextBlock
          continue
        }
        var found: [UInt8]?
        let end = search.read(block, from: place.log) { log, index, place in
          guard found == nil else { return false }
          var writer = JSONWriter(capacity: 700)
          writer.log(log, block, index, place)
          found = writer.bytes
          return true
        }
        place = end.map { LogPlace(height: block.height, log: $0) } ?? place.nextBlock
        if let found { return .news(found) }
      }
    }
  }

  private mutating func nextArrival(_ rpc: JSONRPC, _ isFull: Bool) -> Finding {
    while true {
      let (hashes, start) = rpc.chain.arrivals(from: arrival, limit: 1)
      guard let hash = hashes.first else { return .nothing }
      guard start == arrival else { return .lost }
      arrival += 1
      var writer = JSONWriter(capacity: 80)
      guard isFull else {
        writer.hex(hash.bytes)
        return .news(writer.bytes)
      }
      // What is neither in the pool nor in a block was dropped meanwhile.
      if (try? writer.transaction(hash, rpc)) == true { return .news(writer.bytes) }
    }
  }
}
