internal import Engine
internal import Primitives

/// A place among the logs of all blocks: what stands before it has been read.
struct LogPlace: Sendable, Equatable {
  var height: Height
  /// The log's index in its block; 0 is the block's beginning.
  var log = 0

  /// The beginning of the next block.
  var nextBlock: LogPlace { LogPlace(height: height + 1) }
}

/// A search through blocks, bounded in what it reads and in what it finds.
struct LogSearch {
  let filter: LogFilter
  let maximumWork: Int
  private(set) var found = 0
  private(set) var work = 0

  init(filter: LogFilter, maximumWork: Int) {
    self.filter = filter
    self.maximumWork = maximumWork
  }

  /// Calls `body` with the block's logs that match, from an index on, until one is refused.
  /// - Parameter body: takes the log, its transaction's index and its own; false ends the search.
  /// - Returns: the index of the refused log, or nil where the block was read to its end.
  mutating func read(
    _ block: Block, from start: Int = 0, _ body: (Log, Int, Int) -> Bool
  ) -> Int? {
    work += filter.width
    guard block.logCount > start else { return nil }
    if start == 0, !filter.mayMatch(block.header.bloom.bytes) { return nil }
    work += block.logCount - start
    for index in block.receipt(holding: start)..<block.receipts.count {
      let events = block.receipts[index].events
      for place in max(start, events.lowerBound)..<max(start, events.upperBound) {
        let log = block.log(place)
        guard filter.matches(log) else { continue }
        guard body(log, index, place) else { return place }
        found += 1
      }
    }
    return nil
  }
}

extension Block {
  /// The first receipt with a log at an index or behind it; the count of receipts where none is.
  func receipt(holding log: Int) -> Int {
    var range = receipts.startIndex..<receipts.endIndex
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if receipts[middle].events.upperBound > log {
        range = range.lowerBound..<middle
      } else {
        range = middle + 1..<range.upperBound
      }
    }
    return range.lowerBound
  }
}
