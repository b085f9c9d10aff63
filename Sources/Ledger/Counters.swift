internal import Primitives

/// The ledger's own numbers, each a row of the counter table.
public enum Counter: Int, Sendable, CaseIterable {
  case height, time, epoch, nextHold, nextTimer, nextAsset
}

/// One number.
public struct CounterRow: LedgerRow {
  var value: UInt64

  public static var wordCount: Int { 1 }
  public static var vacant: CounterRow { CounterRow(value: 0) }
  public var isVacant: Bool { false }
  public func encode(into writer: inout RowWriter) { writer.append(value) }
  public init(from reader: inout RowReader) { value = reader.next() }
  init(value: UInt64) { self.value = value }
}
