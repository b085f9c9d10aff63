import Ledger
import Primitives
import Testing

@testable import Economy

/// Hostile images: whatever they say, the outcome is a refusal or a state whose root is another,
/// never a trap.
@Suite struct StateLoaderTests {
  /// A state with something in nearly every table.
  private func network(_ economy: String) throws -> DevelopmentNetwork {
    var network = try DevelopmentNetwork(economy)
    var history = History(seed: 5)
    for _ in 0..<40 {
      _ = network.state.beginBlock(
        height: network.state.ledger.height + 1,
        time: network.state.ledger.time + Seconds(history.pause()))
      for _ in 0..<8 { _ = network.state.execute(history.next(network.state)) }
    }
    return network
  }

  private func failure(_ image: PlainImage, _ genesis: Genesis) -> String? {
    do throws(ImageFailure) {
      _ = try image.load(genesis)
      return nil
    } catch { return error.text }
  }

  /// Every way to break the frame around the rows, and what is said about it.
  @Test func refusesAnotherFrame() throws {
    let network = try DevelopmentNetwork()
    let genesis = network.state.genesis
    let image = PlainImage(network.state.image())
    func expect(_ text: String, _ edit: (inout PlainImage) -> Void) {
      var edited = image
      edit(&edited)
      #expect(failure(edited, genesis) == text)
    }
    #expect(failure(image, genesis) == nil)
    expect("table 1 stands where table 0 is expected") { $0.tables.removeFirst() }
    expect("table 2 stands where table 1 is expected") { $0.tables.swapAt(1, 2) }
    expect("the image ends in the middle") {
      $0.tables.removeLast()
      $0.contents = []
    }
    expect("contents stand before the last table is complete") { $0.tables.removeLast() }
    expect("table 48 follows the last one") { $0.tables.append($0.tables[$0.tables.count - 1]) }
    expect("table 0 has rows of 9 words, not of 8") { $0.tables[0].wordCount = 9 }
    expect("table 0 cannot have -1 rows") { $0.tables[0].count = -1 }
    expect("table 0 cannot have 4294967294 rows") { $0.tables[0].count = 4_294_967_294 }
    expect("table 1 begins before the one before it is complete") { $0.tables[0].count += 1 }
    expect("table 0 has more rows than it announced") { $0.tables[0].count -= 1 }
    expect("table 0: 63 bytes are no whole rows of 64") {
      $0.tables[0].rows = Array($0.tables[0].rows.prefix(63))
    }
    let contents = image.contents.count
    expect("\(contents - 1) contents are here for \(contents) rows") { $0.contents.removeLast() }
    expect("there are more contents than the \(contents) rows of their table") {
      $0.contents.append([])
    }
    expect("content 0 is not what its row vouches for") { $0.contents[0][0] ^= 1 }
    expect("content 0 is not what its row vouches for") { $0.contents[0].append(0) }
    var loader = StateLoader(genesis: genesis, secret: Fixtures.secret)
    #expect(throws: ImageFailure("rows stand before the first table")) { try loader.append([]) }
    // What was refused once stays refused.
    #expect(throws: ImageFailure("rows stand before the first table")) {
      try loader.begin(table: 0, wordCount: 8, count: 1)
    }
  }

  /// Keys that stand twice, references that lead nowhere, sums that are wrong.
  @Test func refusesRowsThatDoNotFit() throws {
    let network = try network("dta")
    let genesis = network.state.genesis
    let image = PlainImage(network.state.image())
    try #require(failure(image, genesis) == nil)
    func expect(
      _ table: UInt8, _ text: String, _ location: SourceLocation = #_sourceLocation,
      _ edit: (inout PlainImage.Table) -> Void
    ) {
      var edited = image
      edit(&edited.tables[edited.place(table)])
      let found = failure(edited, genesis) ?? "nothing"
      #expect(found.contains(text), sourceLocation: location)
    }
    func set(_ word: UInt64, at place: Int, _ table: inout PlainImage.Table) {
      for byte in 0..<8 {
        table.rows[place * 8 + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(byte)))
      }
    }
    expect(0, "rows 1 and 2 have the same key") {
      $0.rows.replaceSubrange(128..<148, with: $0.rows[64..<84])
    }
    expect(0, "the burned account is not the first") { $0.rows[0] = 1 }
    expect(0, "the balances do not sum to the supply") { $0.rows[64 + 32] ^= 1 }
    expect(0, "more than 128 bits") { table in
      for byte in 32..<48 { (table.rows[byte], table.rows[64 + byte]) = (255, 255) }
    }
    expect(5, "there are 5 counters") {
      $0.rows.removeLast(8)
      $0.count -= 1
    }
    expect(5, "lies before genesis or past 63 bits") { set(.max, at: 1, &$0) }
    expect(5, "lies ahead of the time") { set(1 << 60, at: 2, &$0) }
    expect(5, "the next asset's number") { set(9, at: 5, &$0) }
    expect(5, "was never given") { set(1, at: 4, &$0) }
    expect(4, "has no known class") { set(77, at: 3, &$0) }
    expect(4, "has no owner") { set(99 << 32, at: 3, &$0) }
    expect(6, "is not the economy file's") { set(0, at: 15, &$0) }
    expect(20, "is not the economy file's") { $0.rows[0] ^= 1 }
    expect(21, "names a role that does not exist") { set(500, at: 1, &$0) }
    expect(21, "names an account that does not exist") { set(1 | 50_000 << 32, at: 1, &$0) }
    expect(24, "no known level") { set(3, at: 2, &$0) }
    expect(32, "is not the economy file's") { set(0, at: 13, &$0) }
    expect(36, "names an account that does not exist") { set(60_000, at: 15, &$0) }
    expect(36, "released more than its total") { set(.max, at: 3, &$0) }
    expect(37, "no list of") { set(99, at: 1, &$0) }
    expect(42, "outside its epoch") { set(0, at: 1, &$0) }
    expect(43, "not the sums of its positions") { set(1_000, at: 1, &$0) }
  }

  /// Goal: no byte of any row makes loading trap. Method: random bytes of random rows are changed,
  /// one to four at a time, in words that are small as a rule.
  @Test(arguments: ["dta", "btt"]) func everyMutationIsSeen(economy: String) throws {
    var network = try network(economy)
    let genesis = network.state.genesis
    let image = PlainImage(network.state.image())
    let root = network.state.stateRoot()
    var choices = History(seed: 11)
    var refused = 0
    let rounds = 250
    for _ in 0..<rounds {
      var edited = image
      let filled = edited.tables.indices.filter { !edited.tables[$0].rows.isEmpty }
      let table = filled[choices.below(filled.count)]
      for _ in 0..<1 + choices.below(4) {
        let byte = choices.below(edited.tables[table].rows.count)
        edited.tables[table].rows[byte] ^= UInt8(1 + choices.below(255))
      }
      if edited.tables[table].rows == image.tables[table].rows { continue }
      do throws(ImageFailure) {
        var loaded = try edited.load(genesis)
        let other = loaded.stateRoot()
        #expect(other != root)
      } catch { refused += 1 }
    }
    #expect(refused > rounds / 3 && refused < rounds)
  }
}
