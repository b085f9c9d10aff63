internal import Engine
internal import Primitives
internal import Synchronization

extension Method {
  /// Filters for clients that poll.
  static let filters: [Method] = [
    Method("eth_newFilter", [.required("filter")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let filter = try arguments.required(0, LogFilter.init)
      guard case .range = filter.blocks else {
        throw RPCFailure(
          RPCFailure.invalidParameters,
          "invalid argument 0: filter: blockHash names a block of the past: use eth_getLogs")
      }
      writer.quantity(try rpc.install(.logs(filter)))
    },
    Method("eth_newBlockFilter") { (rpc, _, writer) throws(RPCFailure) in
      writer.quantity(try rpc.install(.blocks))
    },
    Method("eth_newPendingTransactionFilter") { (rpc, _, writer) throws(RPCFailure) in
      writer.quantity(try rpc.install(.arrivals))
    },
    Method("eth_getFilterChanges", [.required("filterIdentifier")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let filter = try rpc.filter(try arguments.required(0, Shape.quantity))
      try rpc.changes(filter, &writer)
    },
    Method("eth_getFilterLogs", [.required("filterIdentifier")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let filter = try rpc.filter(try arguments.required(0, Shape.quantity))
      guard case .logs(let logs) = filter.kind else {
        throw RPCFailure(
          RPCFailure.refused,
          "filter not found: this one is not for logs, use"
            + " eth_getFilterChanges")
      }
      try rpc.logs(logs, &writer)
    },
    Method("eth_uninstallFilter", [.required("filterIdentifier")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let number = try arguments.required(0, Shape.quantity)
      writer.bool(number.narrow.map { rpc.filters.remove($0) } ?? false)
    },
  ]
}

extension JSONRPC {
  fileprivate func install(_ kind: FilterKind) throws(RPCFailure) -> UInt128 {
    let reading = InstalledFilter.Reading(
      place: LogPlace(height: blocks.head.height + 1), arrival: chain.arrivalCount)
    guard let number = filters.install(kind, reading) else {
      throw RPCFailure(
        RPCFailure.limitExceeded,
        "too many filters: uninstall those that are not needed; an unused one is forgotten after"
          + " \(RPCLimits.filterLifetime) s")
    }
    return number
  }

  fileprivate func filter(_ number: UInt256) throws(RPCFailure) -> InstalledFilter {
    guard let filter = number.narrow.flatMap({ filters.find($0) }) else {
      throw RPCFailure(
        RPCFailure.refused,
        "filter not found: install it again; one that is not asked for is forgotten after"
          + " \(RPCLimits.filterLifetime) s")
    }
    return filter
  }

  /// Writes what is new since the last poll, as much as one answer may hold: the next poll goes on
  /// from there.
  fileprivate func changes(
    _ filter: InstalledFilter, _ writer: inout JSONWriter
  ) throws(RPCFailure) {
    try filter.reading.withLock { (reading) throws(RPCFailure) in
      if case .arrivals = filter.kind {
        writer.beginArray()
        let (hashes, start) = chain.arrivals(from: reading.arrival, limit: Limits.queryLogs)
        for hash in hashes { writer.hex(hash.bytes) }
        reading.arrival = start + UInt64(hashes.count)
        return writer.endArray()
      }
      try skipForgotten(&reading.place)
      writer.beginArray()
      switch filter.kind {
      case .logs(let filter): newLogs(filter, &reading.place, &writer)
      case .blocks, .arrivals: newBlocks(&reading.place, &writer)
      }
      writer.endArray()
    }
  }

  /// A filter that waited longer than memory holds is told once what it missed.
  private func skipForgotten(_ place: inout LogPlace) throws(RPCFailure) {
    let (missed, first) = (place.height, chain.firstHeight)
    guard missed < first else { return }
    place = LogPlace(height: first)
    throw RPCFailure(
      RPCFailure.prunedHistory,
      "pruned history unavailable: blocks \(missed) to \(first - 1) are no longer in memory; the"
        + " filter goes on from block \(first), poll more often")
  }

  private func newBlocks(_ place: inout LogPlace, _ writer: inout JSONWriter) {
    for _ in 0..<Limits.queryLogs {
      guard let block = chain.block(place.height) else { return }
      writer.hex(block.hash.bytes)
      place = place.nextBlock
    }
  }

  private func newLogs(
    _ filter: LogFilter, _ place: inout LogPlace, _ writer: inout JSONWriter
  ) {
    var search = LogSearch(filter: filter, maximumWork: budget.filterWork)
    var count = 0
    while search.work <= search.maximumWork, let block = chain.block(place.height) {
      guard filter.covers(block.height) else {
        place = place.nextBlock
        continue
      }
      let end = search.read(block, from: place.log) { log, index, place in
        guard count < Limits.queryLogs else { return false }
        count += 1
        writer.log(log, block, index, place)
        return true
      }
      if let end {
        place.log = end
        return
      }
      place = place.nextBlock
    }
  }
}

extension LogFilter {
  /// True where a block that is made after the filter lies in its range; a tag bounds nothing.
  func covers(_ height: Height) -> Bool {
    guard case .range(let from, let to) = blocks else { return false }
    if case .number(let first) = from, height < first { return false }
    if case .number(let last) = to, height > last { return false }
    return to != .earliest
  }
}
