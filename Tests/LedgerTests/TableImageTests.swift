import Primitives
import Testing

@testable import Ledger

/// A row of a number and a half word; a value of zero is a freed place.
private struct Half: LedgerRow {
  var value: UInt64
  var half: UInt32

  static var wordCount: Int { 2 }
  static var vacant: Half { Half(value: 0, half: 0) }
  var isVacant: Bool { value == 0 }
  func encode(into writer: inout RowWriter) {
    writer.append(value)
    writer.append(half, 0)
  }
  init(from reader: inout RowReader) {
    value = reader.next()
    half = reader.pair().low
  }
  init(value: UInt64, half: UInt32) {
    self.value = value
    self.half = half
  }
}

extension TableImage {
  /// All rows' bytes.
  fileprivate var bytes: [UInt8] { (0..<pageCount).flatMap { bytes(ofPage: $0) } }
}

@Suite struct TableImageTests {
  private func table(_ rows: Int, _ scope: inout Scope) -> Table<Half> {
    var table = Table<Half>(id: 9)
    for row in 0..<rows { _ = table.append(Half(value: UInt64(row + 1), half: 7), &scope) }
    return table
  }

  /// Goal: an image keeps what it saw while the table goes on (decisions 8). Method: writes of
  /// every kind after it, undone and kept, in pages that it shares.
  @Test func keepsWhatItSaw() {
    var scope = Scope()
    var table = table(2_500, &scope)
    scope.close()
    let image = table.image()
    let before = image.bytes
    #expect(image.pageCount == 3 && image.count == 2_500 && image.wordCount == 2)
    #expect(before.count == image.byteCount && image.byteCount == 2_500 * 16)
    #expect(Array(before[16 * 3..<16 * 4]) == table.bytes(3))
    table.modify(3, &scope) { $0.value = 1_000_000 }
    table.vacate(1_500, &scope)
    _ = table.append(Half(value: 1, half: 1), &scope)
    _ = table.append(Half(value: 2, half: 1), &scope)
    _ = table.undoLast()
    scope.close()
    #expect(image.bytes == before)
    #expect(table.image().bytes != before)
    let empty = Table<Half>(id: 1).image()
    #expect(empty.pageCount == 0 && empty.bytes.isEmpty)
  }

  /// Goal: an image at rest costs no copying. Method: as many images as would fill 64 GB.
  @Test func costsNothingAtRest() {
    var scope = Scope()
    let table = table(20_000, &scope)
    let images = (0..<200_000).map { _ in table.image() }
    #expect(images[199_999].bytes == images[0].bytes)
  }

  /// Goal: loaded rows are the table they were, and go on as it would. Method: a random history,
  /// loaded in pieces of odd sizes, then the same history on both.
  @Test(arguments: [1, 2, 3]) func loadsWhatItWas(seed: UInt64) throws {
    var scope = Scope()
    var original = Table<Half>(id: 9)
    var choices = Choices(seed)
    func step(_ table: inout Table<Half>, _ scope: inout Scope, _ numbers: (Int, UInt64)) {
      let place = table.count == 0 ? 0 : numbers.0 % table.count
      if numbers.1 % 3 == 0, table.count > 0, !table[place].isVacant {
        table.vacate(place, &scope)
      } else if numbers.1 % 3 == 1, table.count > 0, !table[place].isVacant {
        table.modify(place, &scope) { $0.half = UInt32(truncatingIfNeeded: numbers.1) }
      } else {
        _ = table.insert(Half(value: numbers.1 | 1, half: 5), &scope)
      }
    }
    for round in 0..<6_000 {
      step(&original, &scope, (choices.below(1 << 30), choices.next()))
      if round % 100 == 0 { scope.close() }
    }
    let image = original.image()
    var loaded = Table<Half>(id: image.table)
    var rest = image.bytes[...]
    while !rest.isEmpty {
      let size = min(rest.count, 16 * (1 + choices.below(700)))
      try loaded.load(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    #expect(loaded.count == original.count && loaded.liveCount == original.liveCount)
    for _ in 0..<60 {
      let roots = (loaded.root(), original.root())
      try #require(roots.0 == roots.1)
      for _ in 0..<10 {
        let numbers = (choices.below(1 << 30), choices.next())
        step(&original, &scope, numbers)
        var other = Scope()
        step(&loaded, &other, numbers)
      }
    }
    let roots = (loaded.root(), loaded.rootFromScratch())
    #expect(roots.0 == roots.1)
  }

  @Test func refusesWhatIsNotCanonical() throws {
    func failure(_ words: [UInt64], cut: Int = 0) -> String? {
      var bytes: [UInt8] = []
      for word in words { word.appendLittleEndian(to: &bytes) }
      bytes.removeLast(cut)
      var table = Table<Half>(id: 9)
      do throws(ImageFailure) {
        try table.load(bytes)
        return nil
      } catch { return error.text }
    }
    #expect(failure([1, 2, 0, 0, 3, 4]) == nil)
    #expect(failure([]) == nil)
    #expect(failure([1, 2, 3]) == "table 9: 24 bytes are no whole rows of 16")
    #expect(failure([1, 2], cut: 1) == "table 9: 15 bytes are no whole rows of 16")
    #expect(
      failure([1, 2, 1, 1 << 32]) == "table 9: rows before row 2 are not in canonical form")
    #expect(failure([1, 2, 0, 1]) == "table 9, row 1: a freed place is not empty")
  }

  @Test func indexRefusesAKeyThatStandsTwice() throws {
    var table = Table<Half>(id: 9)
    var scope = Scope()
    for value in [4, 5, 6, 5] as [UInt64] {
      _ = table.append(Half(value: value, half: 0), &scope)
    }
    #expect(throws: ImageFailure("table 9: rows 1 and 3 have the same key")) {
      _ = try KeyIndex(
        of: table, hash: { UInt32(truncatingIfNeeded: $0.value) },
        isSame: { $0.value == $1.value })
    }
    table.vacate(1, &scope)
    let index = try KeyIndex(
      of: table, hash: { UInt32(truncatingIfNeeded: $0.value) }, isSame: { $0.value == $1.value })
    #expect(index.find(5) { table[$0].value == 5 } == 3)
  }

  /// Goal: a whole ledger with holds, assets, timers, contents and weights is what it was after
  /// loading, and goes on the same. Method: the same random acts on both, roots compared.
  @Test(arguments: [1, 2, 3, 4]) func ledgersGoOnTheSame(seed: UInt64) throws {
    var original = Fixtures.ledger(members: 12, liquidWeights: true)
    var choices = Choices(seed)
    for _ in 0..<400 { act(&original, choices.next()) }
    var loaded = try load(&original)
    let roots = (loaded.stateRoot(), original.stateRoot())
    #expect(roots.0 == roots.1)
    for _ in 0..<400 {
      let choice = choices.next()
      act(&original, choice)
      act(&loaded, choice)
      let roots = (loaded.stateRoot(), original.stateRoot())
      try #require(roots.0 == roots.1)
      let due = (loaded.nextTimerDue(), original.nextTimerDue())
      try #require(due.0 == due.1)
    }
    let agree = loaded.rootsAgree()
    #expect(agree && loaded.isBalanced)
  }

  private func load(_ original: inout LedgerState) throws -> LedgerState {
    var loaded = LedgerState(blank: original.rules, secret: HashSecret(5, 6))
    for image in original.images() {
      for page in 0..<image.pageCount {
        var loader = RowLoader(image.bytes(ofPage: page), into: image.table)
        loaded.visit(&loader)
        #expect(loader.failure == nil)
      }
    }
    for content in original.contents.image() { try loaded.load(content: content) }
    try loaded.rebuild()
    return loaded
  }

  /// One act that the number chooses; every guard is a look at the state.
  private func act(_ ledger: inout LedgerState, _ choice: UInt64) {
    let (from, to) = (
      AccountIndex(row: UInt32(choice >> 8 & 15) % 13),
      AccountIndex(row: UInt32(choice >> 12 & 15) % 13)
    )
    let part = Amount(ledger.accounts[from].balance.units / UInt128(1 + choice >> 20 & 7))
    let text = Array("text \(choice >> 16 & 7)".utf8)
    switch choice & 15 {
    case 0..<4: ledger.post(.token, part, from: from, to: to)
    case 4, 5:
      _ = ledger.hold(
        .token, part, from: from, escrow: to, module: 3, reference: choice,
        expires: choice & 64 == 0 ? nil : ledger.time + Seconds(choice >> 32 & 255))
    case 6:
      let last = HoldID(max(1, choice >> 24 % ledger.value(of: .nextHold)))
      if let hold = ledger.hold(last),
        ledger.accounts[AccountIndex(row: hold.escrow)].balance >= hold.amount
      {
        _ = ledger.release(last)
      }
    case 7: _ = ledger.createAsset(module: 4, supply: Amount(1_000), holder: from)
    case 8:
      let asset = AssetID(1)
      let held = ledger.value(of: .nextAsset) > 1 ? ledger.balance(asset, from) : .zero
      if held > .zero { ledger.post(asset, Amount(1 + held.units / 2), from: from, to: to) }
    case 9: _ = ledger.retain(text)
    case 10: ledger.release(ledger.retain(text))
    case 11: ledger.setDelegate(from, to: to)
    case 12:
      _ = ledger.schedule(
        at: ledger.time + Seconds(choice >> 32 & 1_023), .other, module: 5, kind: 1,
        reference: choice)
    case 13: _ = ledger.account(Fixtures.address(100 + Int(choice >> 40 & 63)))
    case 14: ledger.advanceNonce(from)
    default:
      // Holds whose escrow was emptied would overdraw when they expire: time stands still for them.
      ledger.set(.height, ledger.height + 1)
      if ledger.holds.table.liveCount == 0 {
        _ = ledger.takeTimer(through: ledger.time + Seconds(300))
      } else {
        _ = ledger.cancelTimer(choice >> 24 % ledger.value(of: .nextTimer))
      }
    }
    ledger.scope.close()
    ledger.clearEvents()
  }
}
