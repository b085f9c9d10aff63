import Primitives
import Testing

@testable import Ledger

/// Costs are data under review: a change here is a change of the format or of memory.
@Suite struct RowTests {
  private struct Cost: Equatable, CustomStringConvertible {
    let row: String
    let words: Int
    let size: Int
    let stride: Int

    init(_ row: String, words: Int, size: Int, stride: Int) {
      self.row = row
      self.words = words
      self.size = size
      self.stride = stride
    }

    init<Row: LedgerRow>(_ type: Row.Type) {
      self.init(
        "\(type)", words: Row.wordCount, size: MemoryLayout<Row>.size,
        stride: MemoryLayout<Row>.stride)
    }

    var description: String { "\(row): \(words) words, size \(size), stride \(stride)" }
  }

  @Test func sizesAreAsAgreed() {
    let costs = [
      Cost(AccountRow.self), Cost(AssetRow.self), Cost(HoldingRow.self), Cost(HoldRow.self),
      Cost(TimerRow.self), Cost(CounterRow.self), Cost(ParameterRow.self), Cost(ContentRow.self),
      Cost(WeightRow.self), Cost(WeightCheckpointRow.self),
    ]
    #expect(
      costs == [
        Cost("AccountRow", words: 8, size: 64, stride: 64),
        Cost("AssetRow", words: 3, size: 32, stride: 32),
        Cost("HoldingRow", words: 3, size: 24, stride: 32),
        Cost("HoldRow", words: 7, size: 64, stride: 64),
        Cost("TimerRow", words: 4, size: 32, stride: 32),
        Cost("CounterRow", words: 1, size: 8, stride: 8),
        Cost("ParameterRow", words: 17, size: 136, stride: 144),
        Cost("ContentRow", words: 5, size: 40, stride: 40),
        Cost("WeightRow", words: 6, size: 56, stride: 64),
        Cost("WeightCheckpointRow", words: 5, size: 48, stride: 48),
      ])
  }

  /// Any words are a row and come back as the same words: so every bit of the canonical form, and
  /// with it every field, counts in the state root.
  private func roundTrips<Row: LedgerRow>(_ type: Row.Type) -> Bool {
    var choices = Choices(3)
    for _ in 0..<50 {
      let words = (0..<Row.wordCount).map { _ in choices.next() }
      var reader = RowReader(words)
      var writer = RowWriter()
      Row(from: &reader).encode(into: &writer)
      if writer.words != words { return false }
      guard var again = RowReader(bytes: writer.bytes) else { return false }
      var second = RowWriter()
      Row(from: &again).encode(into: &second)
      if second.bytes != writer.bytes || writer.bytes.count != 8 * Row.wordCount { return false }
    }
    return true
  }

  @Test func everyBitOfEveryRowCounts() {
    #expect(roundTrips(AccountRow.self))
    #expect(roundTrips(AssetRow.self))
    #expect(roundTrips(HoldingRow.self))
    #expect(roundTrips(HoldRow.self))
    #expect(roundTrips(TimerRow.self))
    #expect(roundTrips(CounterRow.self))
    #expect(roundTrips(ParameterRow.self))
    #expect(roundTrips(ContentRow.self))
    #expect(roundTrips(WeightRow.self))
    #expect(roundTrips(WeightCheckpointRow.self))
  }

  @Test func vacantRowsSaySo() {
    #expect(AssetRow.vacant.isVacant && HoldingRow.vacant.isVacant && HoldRow.vacant.isVacant)
    #expect(TimerRow.vacant.isVacant && ContentRow.vacant.isVacant && WeightRow.vacant.isVacant)
    #expect(!AccountRow.vacant.isVacant && !CounterRow.vacant.isVacant)
    #expect(!ParameterRow.vacant.isVacant && !WeightCheckpointRow.vacant.isVacant)
  }

  /// The bytes that outsiders hash: address in its own order, then little-endian numbers.
  @Test func accountBytesAreGolden() {
    var ledger = Fixtures.ledger(members: 1)
    ledger.post(.token, Amount(0x0102), from: .burned, to: Fixtures.member(0))
    ledger.advanceNonce(Fixtures.member(0))
    ledger.freeze(Fixtures.member(0), Amount(3))
    let bytes = ledger.accounts.table.bytes(1)
    #expect(
      Hex.text(bytes)
        == "0xa11ce00000000000000000000000000700000001" + "00000000" + "0100000000000000"
        + "02010000000000000000000000000000" + "03000000000000000000000000000000")
  }

  @Test func readersPastTheEndAnswerZeroAndOddBytesAreRefused() {
    var reader = RowReader([1])
    let numbers = (reader.next(), reader.next(), reader.number())
    #expect(numbers.0 == 1 && numbers.1 == 0 && numbers.2 == 0)
    #expect(RowReader(bytes: [1, 2, 3]) == nil)
  }
}
