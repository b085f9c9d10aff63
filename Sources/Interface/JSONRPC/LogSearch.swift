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
    guard block.logCount > start, filter.mayMatch(block.header.bloom.bytes) else { return nil }
    work += block.logCount - start
    for index in block.receipts.indices {
      let events = block.receipts[index].events
      guard events.upperBound > start else { continue }
      for place in max(start, events.lowerBound)..<events.upperBound {
        let log = block.log(place)
        guard filter.matches(log) else { continue }
        guard body(log, index, place) else { return place }
        found += 1
      }
    }
    return nil
  }
}
