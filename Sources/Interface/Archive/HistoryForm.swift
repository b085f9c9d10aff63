internal import Cryptography
public import Economy
internal import Engine
internal import Ledger
public import Primitives

/// The three lists of an account's history.
public enum HistoryKind: String, Sendable, CaseIterable {
  case transactions, transfers, earnings
}

/// One value of a row.
enum HistoryCell: Sendable, Equatable {
  case text(String)
  case number(UInt64)
  case flag(Bool)
  case amount(Amount)
  case none
}

/// One row of a list: its values in the order of the list's columns.
public struct HistoryRow: Sendable {
  public let place: ChainPlace
  let cells: [HistoryCell]
}

/// How histories are written: one declaration of every column, for JSON and CSV, for a node and for
/// a folder.
public struct HistoryForm: Sendable {
  private let coder: TextCoder
  private let weiPerUnit: UInt128

  public init(_ genesis: Genesis) {
    let names = genesis.accountNames.map { Vocabulary.Name($0, SystemAddress.account($0)) }
    coder = TextCoder(
      Vocabulary(
        symbol: genesis.token.symbol, decimals: Int(genesis.token.decimals), names: names))
    weiPerUnit = genesis.network.weiPerUnit
  }

  /// The account that a person names by its address or by its name in the economy.
  public func address(_ text: String) -> Address? {
    coder.vocabulary.address(text) ?? Address(text: text)
  }

  /// The names of a list's values.
  public static func columns(_ kind: HistoryKind) -> [String] {
    switch kind {
    case .transactions:
      [
        "time", "block", "index", "transaction", "direction", "from", "to", "operation", "success",
        "refusal", "value", "fee", "gasUsed", "nonce",
      ]
    case .transfers:
      [
        "time", "block", "log", "transaction", "direction", "from", "to", "counterparty", "amount",
        "balance",
      ]
    case .earnings:
      ["time", "block", "log", "transaction", "amount", "rule", "pool", "kind", "from"]
    }
  }

  // Rows

  /// A transaction as seen from an account.
  public func row(_ one: AccountTransaction, of account: Address) -> HistoryRow {
    var value = Amount.zero
    var nonce = one.place.height
    var operation = "block"
    if case .signed(let signed) = one.transaction {
      value = Amount(signed.decoded.value / weiPerUnit)
      nonce = signed.decoded.nonce
      operation = Self.name(signed.decoded.call)
    }
    let sender = one.transaction.sender
    let to = one.transaction.to
    let direction =
      sender == account ? (to == account ? "self" : "out") : to == account ? "in" : "named"
    let fee = UInt128(one.gasUsed).multipliedFullWidth(by: one.price)
    return HistoryRow(
      place: one.place,
      cells: [
        .text(UTCTime.text(one.time)), .number(one.place.height), .number(UInt64(one.place.index)),
        .text(Hex.text(one.transaction.hash.bytes)), .text(direction), .text(sender.checksummed),
        to.map { .text($0.checksummed) } ?? .none, .text(operation), .flag(one.isSuccess),
        one.refusal.map { .text(Self.refusal($0)) } ?? .none, .amount(value),
        // A fee is a whole number of units by the network's rules.
        .amount(Amount(fee.low / weiPerUnit)), .number(one.gasUsed), .number(nonce),
      ])
  }

  /// A transfer as seen from an account.
  public func row(_ one: AccountTransfer, of account: Address) -> HistoryRow {
    let direction =
      one.from == account ? (one.to == account ? "self" : "out") : "in"
    let other = one.from == account ? one.to : one.from
    return HistoryRow(
      place: one.place,
      cells: [
        .text(UTCTime.text(one.transaction.time)), .number(one.place.height),
        .number(UInt64(one.place.index)),
        .text(Hex.text(one.transaction.transaction.hash.bytes)), .text(direction),
        .text(one.from.checksummed), .text(one.to.checksummed),
        coder.vocabulary.name(other).map { .text($0) } ?? .none, .amount(one.amount),
        one.balance.map { .amount($0) } ?? .none,
      ])
  }

  /// An earning with its reason.
  public func row(_ one: AccountEarning) -> HistoryRow {
    HistoryRow(
      place: one.place,
      cells: [
        .text(UTCTime.text(one.transaction.time)), .number(one.place.height),
        .number(UInt64(one.place.index)),
        .text(Hex.text(one.transaction.transaction.hash.bytes)), .amount(one.amount),
        .text(one.reason.rule), .text(one.reason.pool), .text(one.reason.kind.rawValue),
        .text(one.from.checksummed),
      ])
  }

  /// `module.call`, or `value` for a plain transfer.
  static func name(_ call: DecodedCall) -> String {
    guard let module = Registry.module(call.module), Int(call.place) < module.calls.count else {
      if case .refused = call.operation { return "unknown" }
      return "value"
    }
    return "\(module.name).\(module.calls[Int(call.place)].name)"
  }

  private static func refusal(_ refusal: (module: UInt8, code: UInt8)) -> String {
    Registry.rejection(Rejection(module: refusal.module, code: refusal.code))?.name
      ?? "\(refusal.module).\(refusal.code)"
  }

  // JSON

  /// One row as an object.
  public func write(_ row: HistoryRow, _ kind: HistoryKind, to writer: inout JSONWriter) {
    writer.beginObject()
    for (name, cell) in zip(Self.columns(kind), row.cells) {
      writer.name(name)
      switch cell {
      case .text(let text): writer.string(text)
      case .number(let number): writer.number(number)
      case .flag(let flag): writer.bool(flag)
      case .amount(let amount): coder.write(units: UInt256(amount.units), to: &writer)
      case .none: writer.null()
      }
    }
    writer.endObject()
  }

  // CSV (RFC 4180)

  /// The first line; the last column says the unit of all amounts.
  public func csvHeader(_ kind: HistoryKind) -> String {
    Self.line(Self.columns(kind) + ["unit"])
  }

  /// One row as a line: amounts in whole tokens, as plain decimals.
  public func csv(_ row: HistoryRow) -> String {
    Self.line(row.cells.map(text) + [coder.vocabulary.symbol])
  }

  private func text(_ cell: HistoryCell) -> String {
    switch cell {
    case .text(let text): text
    case .number(let number): String(number)
    case .flag(let flag): flag ? "true" : "false"
    case .amount(let amount): DecimalText.format(amount, decimals: coder.vocabulary.decimals)
    case .none: ""
    }
  }

  static func line(_ fields: [String]) -> String {
    fields.map { field in
      let isPlain = field.utf8.allSatisfy { ![0x22, 0x2c, 0x0a, 0x0d].contains($0) }
      if isPlain { return field }
      let parts = field.split(separator: "\"", omittingEmptySubsequences: false)
      return "\"" + parts.joined(separator: "\"\"") + "\""
    }.joined(separator: ",") + "\r\n"
  }
}
