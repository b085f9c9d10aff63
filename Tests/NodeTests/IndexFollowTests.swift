import Economy
import Engine
import Interface
import Primitives
import Synchronization
import Testing

@testable import Node

/// The index beside a random life of all modules.
@Suite struct IndexFollowTests {
  @Test("Every block that memory let go is answered whole, by height, by hash and by transaction")
  func blocks() throws {
    let life = try IndexLife()
    let index = try life.follow()
    try life.play()
    try life.wait(index)
    #expect(life.chain.firstHeight == life.chain.head.height)
    for block in life.blocks {
      let found = try #require(try index.archive.block(at: block.height))
      #expect(found.hash == block.hash && found.outcome == block.outcome)
      #expect(found.transactions.map(\.bytes) == block.transactions.map(\.bytes))
      #expect(try index.archive.block(block.hash)?.height == block.height)
      for (place, transaction) in block.transactions.enumerated() {
        let answer = try #require(try index.archive.transaction(transaction.hash))
        #expect(answer.index == place && answer.block.hash == block.hash)
      }
    }
    #expect(try index.archive.block(at: life.chain.head.height + 1) == nil)
    #expect(try index.archive.transaction(.zero) == nil)
    #expect(try index.archive.block(Digest.zero) == nil)
    index.stop()
  }

  @Test("What is made again from the journal is what was followed, byte for byte")
  func rebuild() throws {
    let life = try IndexLife(memory: 1 << 30)
    let followed = try life.follow()
    try life.play()
    try life.wait(followed)
    followed.stop()
    let before = try IndexLife.contents(life.disk)
    TransactionIndex.remove(life.disk)
    let rebuilt = try IndexRebuild.run(life.disk, life.chain.genesis) { _ in }
    #expect(rebuilt.height == life.chain.head.height)
    #expect(try IndexLife.contents(life.disk) == before)
  }

  @Test("A late index reads from the journal what memory no longer has, then follows")
  func late() throws {
    let life = try IndexLife()
    try life.play(to: 40)
    let index = try life.follow()
    try life.play(to: 60)
    try life.wait(index)
    for block in life.blocks {
      #expect(try index.archive.block(at: block.height)?.hash == block.hash)
    }
    index.stop()
  }

  @Test("Heights by log filter leave no matching block out", arguments: [1, 7, 1_000])
  func logs(_ limit: Int) throws {
    let life = try IndexLife()
    try life.play()
    let index = try life.follow()
    let logs = life.blocks.flatMap { block in
      (0..<block.logCount).map { (block.height, block.log($0)) }
    }
    let end = life.chain.head.height
    for (place, sample) in logs.enumerated() where place % 97 == 0 {
      let log = sample.1
      let filters = [
        ArchiveLogFilter(addresses: [log.address], topics: []),
        ArchiveLogFilter(addresses: [], topics: [[log.topics[0]]]),
        ArchiveLogFilter(
          addresses: [log.address], topics: [[], log.topics.dropFirst().prefix(1) + []]),
        ArchiveLogFilter(addresses: [], topics: log.topics.map { [$0] }),
      ]
      for filter in filters {
        let wanted = Set(logs.filter { matches(filter, $0.1) }.map(\.0))
        var found: [Height] = []
        var next: Height = 0
        while next <= end {
          let page = try index.archive.heights(filter, in: next...end, limit: limit)
          #expect(page == page.sorted() && page.count <= limit)
          found += page
          guard page.count == limit, let last = page.last else { break }
          next = last + 1
        }
        #expect(Set(found).count == found.count && wanted.isSubset(of: found))
      }
    }
    index.stop()
  }

  private func matches(_ filter: ArchiveLogFilter, _ log: Log) -> Bool {
    (filter.addresses.isEmpty || filter.addresses.contains(log.address))
      && filter.topics.count <= log.topics.count
      && zip(filter.topics, log.topics).allSatisfy { $0.isEmpty || $0.contains($1) }
  }

  @Test("The newest block of a time is found, in a second with many blocks too")
  func times() throws {
    let life = try IndexLife()
    try life.play(to: 50)
    let index = try life.follow()
    for block in life.blocks {
      let time = block.header.timestamp
      #expect(
        try index.archive.newestBlock(notAfter: time)
          == life.blocks.last { $0.header.timestamp <= time }?.height)
    }
    #expect(try index.archive.newestBlock(notAfter: life.blocks[0].header.timestamp - 1) == nil)
    index.stop()
  }
}
