internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives
internal import Synchronization

/// Blocks and events as server-sent events (the HTML standard's text/event-stream): for one
/// follower, from its own place on.
public final class EventStream: Sendable {
  private struct State {
    var place: EventPlace
    var listener: UInt64?
    var hasBegun = false
    var lastSpoken: UInt64
  }

  /// Bytes after which a piece is given away.
  private static let pieceBytes = 32 << 10

  private let broadcast: Broadcast
  private let filter: EventFilter
  private let coder: TextCoder
  private let heartbeat: UInt64
  private let now: @Sendable () -> UInt64
  private let state: Mutex<State>

  /// - Parameters:
  ///   - place: where to go on; nil for what comes after this moment.
  ///   - heartbeat: seconds of silence after which a comment is sent.
  ///   - now: seconds of a clock that never goes back.
  init(
    _ broadcast: Broadcast, _ filter: EventFilter, from place: EventPlace?, heartbeat: UInt64,
    now: @escaping @Sendable () -> UInt64
  ) {
    self.broadcast = broadcast
    self.filter = filter
    self.heartbeat = heartbeat
    self.now = now
    let token = broadcast.rpc.chain.genesis.token
    coder = TextCoder(Vocabulary(symbol: token.symbol, decimals: Int(token.decimals)))
    let next = EventPlace(height: broadcast.rpc.chain.head.height + 1)
    // An id from beyond the head is another network's.
    let isKnown = place.map { $0.height < next.height } ?? false
    state = Mutex(State(place: isKnown ? place ?? next : next, lastSpoken: now()))
  }

  deinit {
    if let listener = state.withLock({ $0.listener }) { broadcast.remove(listener) }
  }

  /// The next bytes; empty where there is nothing yet.
  /// - Parameter wake: has `next` called again; remembered from the first call.
  public func next(_ wake: @escaping @Sendable () -> Void) -> [UInt8] {
    state.withLock { state in
      if state.listener == nil { state.listener = broadcast.add(wake) }
      var text: [UInt8] = []
      if !state.hasBegun {
        state.hasBegun = true
        text += Array("retry: 2000\n\n".utf8)
      }
      while text.count < Self.pieceBytes {
        // Memory is the only bound: whoever falls behind it is told what was missed.
        switch broadcast.rpc.chain.next(
          LogPlace(height: state.place.height), patience: Height.max)
        {
        case .block(let block): tell(block, &state.place, &text)
        case .lost: skip(&state.place, &text)
        case .upToDate:
          let time = now()
          if text.isEmpty, time - state.lastSpoken >= heartbeat {
            text = Array(": heartbeat\n\n".utf8)
          }
          if !text.isEmpty { state.lastSpoken = time }
          return text
        }
      }
      state.lastSpoken = now()
      return text
    }
  }

  /// Goes on with the oldest block in memory.
  private func skip(_ place: inout EventPlace, _ text: inout [UInt8]) {
    let first = broadcast.rpc.chain.firstHeight
    // It may have fallen out between the two looks.
    guard first > place.height else { return }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("from", number: place.height)
    writer.member("to", number: first - 1)
    writer.member("reason", text: "these blocks are no longer in memory")
    writer.endObject()
    place = EventPlace(height: first)
    message("gap", nil, writer.bytes, &text)
  }

  private func tell(_ block: Block, _ place: inout EventPlace, _ text: inout [UInt8]) {
    if place.step == 0 {
      place.step = 1
      if filter.tellsBlocks {
        message(EventFilter.block, "\(block.height)", summary(block), &text)
      }
    }
    for index in block.receipt(holding: place.step - 1)..<block.receipts.count {
      let events = block.receipts[index].events
      let start = max(place.step - 1, events.lowerBound)
      guard start < events.upperBound else { continue }
      for number in start..<events.upperBound {
        guard text.count < Self.pieceBytes else { return }
        place.step = number + 2
        let log = block.log(number)
        guard filter.matches(log) else { continue }
        message("event", "\(block.height).\(number)", event(log, block, index, number), &text)
      }
    }
    place = EventPlace(height: block.height + 1)
  }

  private func message(_ name: String, _ id: String?, _ data: [UInt8], _ text: inout [UInt8]) {
    text += Array("event: \(name)\n".utf8)
    if let id { text += Array("id: \(id)\n".utf8) }
    // The writer escapes control characters, so that JSON is one line.
    text += Array("data: ".utf8) + data + Array("\n\n".utf8)
  }

  private func summary(_ block: Block) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("height", number: block.height)
    writer.member("hash", digest: block.hash)
    writer.member("time", text: UTCTime.text(block.header.timestamp))
    writer.member("transactions", number: block.transactions.count)
    writer.member("events", number: block.logCount)
    writer.member("gasUsed", number: block.header.gasUsed)
    writer.member("stateRoot", digest: block.header.stateRoot)
    writer.endObject()
    return writer.bytes
  }

  private func event(_ log: Log, _ block: Block, _ transaction: Int, _ number: Int) -> [UInt8] {
    var writer = JSONWriter(capacity: 600)
    writer.beginObject()
    writer.member("height", number: block.height)
    writer.member("index", number: number)
    writer.member("time", text: UTCTime.text(block.header.timestamp))
    writer.member("transaction", digest: block.transactions[transaction].hash)
    writer.member("from", address: block.transactions[transaction].sender)
    if let words = EventText(address: log.address, topics: log.topics, data: log.data) {
      writer.member("module", text: words.module.name)
      writer.member("event", text: words.event.name)
      writer.name("values")
      writer.beginObject()
      for (value, field) in zip(words.values, words.fields) {
        writer.name(field.name)
        coder.write(value, as: field, to: &writer)
      }
      writer.endObject()
    }
    writer.endObject()
    return writer.bytes
  }
}

extension Broadcast {
  /// A stream for one follower.
  /// - Parameters:
  ///   - module: a module's name; nil for any, as with the others.
  ///   - account: an address that one of an event's values must be.
  ///   - event: an event's name, or `block` for blocks alone.
  ///   - lastID: the id of the last message it has seen, to go on from memory.
  public func events(
    module: String?, account: String?, event: String?, after lastID: String?
  ) throws(EventFilterFailure) -> EventStream {
    let filter = try EventFilter(module: module, account: account, event: event)
    var place: EventPlace?
    if let lastID {
      guard let known = EventPlace(after: lastID) else {
        throw EventFilterFailure(
          "the last event's id is \"\(lastID.prefix(32))\": send it as it came, such as 12 or 12.0")
      }
      place = known
    }
    return EventStream(
      self, filter, from: place, heartbeat: heartbeat, now: { Filters.monotonicSeconds() })
  }
}
