import Economy
import Engine
import Glibc
import Interface
import Primitives
import Storage
import Synchronization
import Testing

@testable import Node

/// What an index does where its file, its disk or its chain is not as it should be.
@Suite struct IndexFaultTests {
  /// What an index told.
  private final class Ear: Sendable {
    private let heard = Mutex<[String]>([])
    var all: [String] { heard.withLock { $0 } }
    func hear(_ text: String) { heard.withLock { $0.append(text) } }
  }

  private func expectWhole(_ index: TransactionIndex, _ life: IndexLife) throws {
    for block in life.blocks {
      #expect(try index.archive.block(at: block.height)?.hash == block.hash)
    }
  }

  @Test("What was not committed is gone, and the index goes on from what was")
  func crash() throws {
    let life = try IndexLife(memory: 1 << 30)
    try life.play(to: 30)
    let path = TransactionIndex.path(life.disk)
    try life.disk.makeFolder(IndexSchema.folder)
    do {
      let writer = try IndexWriter(path, life.chain.genesis)
      try writer.batch { () throws(SQLiteFailure) in
        for block in life.blocks[...10] { try writer.append(block) }
      }
      // The process ends in the middle of a commit: nothing of it may be seen later.
      try writer.begin()
      for block in life.blocks[11...20] { try writer.append(block) }
    }
    let again = try IndexWriter(path, life.chain.genesis)
    #expect(again.head?.height == 10 && again.next == 11)
    let index = try life.follow()
    try expectWhole(index, life)
    index.stop()
    let followed = try IndexLife.contents(life.disk)
    _ = try IndexRebuild.run(life.disk, life.chain.genesis) { _ in }
    #expect(try IndexLife.contents(life.disk) == followed)
  }

  @Test("A failed commit is taken back whole, and the next one is right")
  func rollBack() throws {
    let life = try IndexLife(memory: 1 << 30)
    try life.play(to: 12)
    try life.disk.makeFolder(IndexSchema.folder)
    let writer = try IndexWriter(TransactionIndex.path(life.disk), life.chain.genesis)
    try writer.batch { () throws(SQLiteFailure) in
      for block in life.blocks[...5] { try writer.append(block) }
    }
    #expect(throws: SQLiteFailure.self) {
      try writer.batch { () throws(SQLiteFailure) in
        try writer.append(life.blocks[6])
        // Not the one that follows.
        try writer.append(life.blocks[9])
      }
    }
    #expect(writer.head?.height == 5)
    try writer.batch { () throws(SQLiteFailure) in
      for block in life.blocks[6...] { try writer.append(block) }
    }
    let index = try life.follow()
    for (height, account, balance) in life.balances {
      #expect(try index.archive.balance(of: account, at: height) == balance)
    }
    index.stop()
  }

  @Test(
    "A file that is damaged, cut, of another version or none at all is made anew and told",
    arguments: ["header", "middle", "cut", "version", "text", "network"])
  func damage(_ kind: String) throws {
    let life = try IndexLife()
    try life.play(to: 40)
    try life.follow().stop()
    let path = TransactionIndex.path(life.disk)
    switch kind {
    case "header": try NodeFolder.poke(path, at: 0, Array("no database".utf8))
    case "middle":
      // The root of the table that every start reads.
      try NodeFolder.poke(path, at: 4_096, [UInt8](repeating: 0xa5, count: 4_096))
    case "cut": truncate(path, 5_000)
    case "version": try SQLiteConnection(path, .write).run("PRAGMA user_version = 77")
    case "network":
      try SQLiteConnection(path, .write).run(
        "UPDATE about SET value = x'00' WHERE name = 'network'")
    default:
      truncate(path, 0)
      try NodeFolder.write(path, Array("these are notes of somebody\n".utf8))
    }
    let ear = Ear()
    let index = try life.follow { ear.hear($0) }
    try expectWhole(index, life)
    #expect(index.rebuilds == 1)
    #expect(ear.all.count == 1 && ear.all[0].contains("made anew"), "\(ear.all)")
    index.stop()
  }

  @Test("A block that is not what its header says is never answered: the index is made anew")
  func rot() throws {
    let life = try IndexLife()
    try life.play(to: 40)
    let ear = Ear()
    let index = try life.follow { ear.hear($0) }
    let path = TransactionIndex.path(life.disk)
    // Another transaction's bytes in the place of one: well formed, and wrong.
    try SQLiteConnection(path, .write).run(
      """
      UPDATE transactions SET bytes = (
        SELECT bytes FROM transactions WHERE bytes IS NOT NULL ORDER BY place DESC LIMIT 1)
      WHERE place = (SELECT min(place) FROM transactions WHERE bytes IS NOT NULL)
      """)
    var failure: ArchiveFailure?
    for block in life.blocks where failure == nil {
      do throws(ArchiveFailure) {
        let found = try index.archive.block(at: block.height)
        #expect(found?.transactions.map(\.hash) == block.transactions.map(\.hash))
      } catch {
        failure = error
      }
    }
    #expect(failure?.kind == .damaged)
    for _ in 0..<3_000 where index.rebuilds == 0 { usleep(10_000) }
    try life.wait(index)
    try expectWhole(index, life)
    #expect(ear.all.contains { $0.contains("made anew") })
    index.stop()
  }

  @Test("An index of another chain, or of a longer one, is made anew")
  func otherChain() throws {
    let life = try IndexLife()
    try life.play(to: 30)
    try life.follow().stop()
    let shorter = try IndexLife()
    try shorter.play(to: 20)
    try shorter.disk.makeFolder(IndexSchema.folder)
    try NodeFolder.copy(
      TransactionIndex.path(life.disk), to: TransactionIndex.path(shorter.disk))
    let ear = Ear()
    let index = try shorter.follow { ear.hear($0) }
    try expectWhole(index, shorter)
    #expect(ear.all.contains { $0.contains("chain ends at 20") }, "\(ear.all)")
    index.stop()
    // The same height, another block.
    try SQLiteConnection(TransactionIndex.path(shorter.disk), .write).run(
      "UPDATE blocks SET hash = zeroblob(32) WHERE height = 20")
    let again = try shorter.follow { ear.hear($0) }
    try expectWhole(again, shorter)
    #expect(ear.all.contains { $0.contains("another one than the chain's") }, "\(ear.all)")
    again.stop()
  }

  @Test("Without room nothing is indexed and that is told once; with room it goes on")
  func full() throws {
    let life = try IndexLife()
    try life.play(to: 20)
    let ear = Ear()
    let index = try life.follow { ear.hear($0) }
    index.reserve.withLock { $0 = .max }
    try life.play(to: 24)
    for _ in 0..<1_000 where index.trouble == nil { usleep(10_000) }
    #expect(index.trouble?.contains("nothing is indexed until there is room") == true)
    #expect(index.lag > 0)
    // The chain goes on, and what was indexed is answered.
    try life.play(to: 26)
    #expect(try index.archive.block(at: 20)?.hash == life.blocks[20].hash)
    #expect(ear.all.count == 1)
    index.reserve.withLock { $0 = 0 }
    try life.wait(index)
    #expect(index.trouble == nil && index.lag == 0)
    try expectWhole(index, life)
    index.stop()
  }

  @Test("Where the journal's beginning was removed the index begins at the checkpoint")
  func pruned() throws {
    let life = try IndexLife()
    try life.play(to: 40)
    try life.checkpoint()
    try life.play(to: 60)
    let segments = try life.disk.list("journal").filter { $0.hasSuffix(".seg") }
    for name in segments {
      let first = Height(name.prefix { $0 != "." }) ?? 0
      let next = segments.compactMap { Height($0.prefix { $0 != "." }) }.filter { $0 > first }.min()
      if let next, next <= 41 { try life.disk.remove("journal/\(name)") }
    }
    let begins = try #require(
      try life.disk.list("journal").compactMap { Height($0.prefix { $0 != "." }) }.min())
    try #require(begins > 1, "the segments are small enough that one could be removed")
    let ear = Ear()
    let index = try life.follow { ear.hear($0) }
    #expect(ear.all.isEmpty, "\(ear.all)")
    #expect(index.archive.standing.first == 41)
    #expect(try index.archive.block(at: 40) == nil)
    for block in life.blocks[41...] {
      #expect(try index.archive.block(at: block.height)?.hash == block.hash)
    }
    for (height, account, balance) in life.balances where height > 40 {
      #expect(try index.archive.balance(of: account, at: height) == balance)
    }
    index.stop()
  }

  @Test("Hostile bytes in every column end in an answer or a refusal, never in a crash")
  func hostile() throws {
    let life = try IndexLife()
    try life.play(to: 25)
    try life.follow().stop()
    let path = TransactionIndex.path(life.disk)
    let whole = try life.disk.readWhole(IndexSchema.file)
    var seed: UInt64 = 11
    func next(_ bound: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((seed >> 33) % UInt64(bound))
    }
    for _ in 0..<150 {
      var bytes = whole
      for _ in 0..<1 + next(40) { bytes[100 + next(bytes.count - 100)] = UInt8(next(256)) }
      try NodeFolder.write(path, bytes)
      guard let reader = try? IndexReader(path, chainID: life.chain.genesis.chainID) else {
        continue
      }
      reader.begin()
      for height in [Height(0), 7, 24] {
        if let block = try? reader.block(at: height) {
          #expect(block.outcome == life.blocks[Int(height)].outcome)
        }
      }
      for account in Int64(1)...12 {
        _ = try? reader.transactions(of: account, ArchivePage(limit: 50))
        _ = try? reader.transfers(of: account, ArchivePage(limit: 50))
        _ = try? reader.earnings(of: account, ArchivePage(limit: 50), EarningFilter(kind: nil))
      }
      _ = try? reader.newestBlock(notAfter: 2_000_000_000)
    }
  }
}
