internal import Primitives

/// What a field of a row's bytes means.
enum FieldMeaning: Sendable {
  /// The token's base units.
  case units
  /// Seconds since 1970; 0 where there is none.
  case time
  /// Seconds since genesis, or a span.
  case seconds
  /// An account's row.
  case account
  /// An account's row plus one; 0 for nobody.
  case accountOrNone
  case address
  /// A number without a unit.
  case number
}

/// One field of a row: how many bytes it has and what they mean. Numbers are little-endian.
struct RowField: Sendable {
  let name: String
  let byteCount: Int
  let meaning: FieldMeaning

  init(_ name: String, _ byteCount: Int, _ meaning: FieldMeaning) {
    self.name = name
    self.byteCount = byteCount
    self.meaning = meaning
  }
}

/// The rows that proofs speak of, field by field, as docs/proofs.md lists them.
enum RowFields {
  static let accounts: UInt8 = 0
  static let grants: UInt8 = 36
  static let positions: UInt8 = 40

  /// The fields of a table's rows; nil for a table that no proof is made of.
  static func of(_ table: UInt8) -> [RowField]? {
    switch table {
    case accounts: account
    case grants: grant
    case positions: position
    default: nil
    }
  }

  private static let account = [
    RowField("address", 20, .address), RowField("flags", 4, .number),
    RowField("nonce", 8, .number), RowField("balance", 16, .units),
    RowField("frozen", 16, .units),
  ]

  private static let grant = [
    RowField("total", 16, .units), RowField("released", 16, .units),
    RowField("releasedInWindow", 16, .units), RowField("windowStart", 16, .units),
    RowField("keptWhenRevoked", 16, .units), RowField("window", 8, .number),
    RowField("start", 8, .seconds), RowField("lock", 8, .seconds),
    RowField("duration", 8, .seconds), RowField("revokedAt", 8, .seconds),
    RowField("wallet", 4, .account), RowField("beneficiary", 4, .accountOrNone),
    RowField("grantor", 4, .accountOrNone), RowField("plan", 4, .number),
    RowField("flags", 4, .number), RowField("older", 4, .number),
    RowField("newer", 4, .number), RowField("unused", 4, .number),
  ]

  private static let position = [
    RowField("number", 8, .number), RowField("principal", 16, .units),
    RowField("rewardWeight", 16, .number), RowField("rewardIndex", 16, .number),
    RowField("rewardFraction", 16, .number), RowField("rewardPending", 16, .units),
    RowField("feeWeight", 16, .number), RowField("feeIndex", 16, .number),
    RowField("feeFraction", 16, .number), RowField("feePending", 16, .units),
    RowField("openedAt", 8, .time), RowField("lockEnd", 8, .time),
    RowField("timer", 8, .number), RowField("owner", 4, .account),
    RowField("beneficiary", 4, .account), RowField("approved", 4, .accountOrNone),
    RowField("flags", 4, .number), RowField("next", 4, .number),
    RowField("previous", 4, .number), RowField("tier", 4, .number),
    RowField("lock", 4, .number),
  ]
}

/// A row's bytes read by its fields.
struct RowReading {
  let table: UInt8
  private let fields: [(field: RowField, bytes: ArraySlice<UInt8>)]

  /// Nil for another table or another length.
  init?(table: UInt8, _ bytes: [UInt8]) {
    guard let fields = RowFields.of(table),
      fields.reduce(0, { $0 + $1.byteCount }) == bytes.count
    else { return nil }
    self.table = table
    var place = 0
    self.fields = fields.map { field in
      defer { place += field.byteCount }
      return (field, bytes[place..<place + field.byteCount])
    }
  }

  /// The number of a field; 0 where there is no such field.
  func number(_ name: String) -> UInt128 {
    let found = fields.first { $0.field.name == name }
    return found.map { Self.number($0.bytes) } ?? 0
  }

  /// An account row's address.
  var address: Address? {
    fields.first.flatMap { $0.field.meaning == .address ? Address($0.bytes) : nil }
  }

  /// The account rows that the row names, each once, in the order of its fields.
  var accounts: [UInt64] {
    var rows: [UInt64] = []
    for (field, bytes) in fields {
      let number = UInt64(truncatingIfNeeded: Self.number(bytes))
      let row: UInt64? =
        switch field.meaning {
        case .account: number
        case .accountOrNone: number == 0 ? nil : number - 1
        default: nil
        }
      if let row, !rows.contains(row) { rows.append(row) }
    }
    return rows
  }

  /// Every field in words; `name` gives an account's address where it is proven beside the row.
  func words(_ name: (UInt64) -> Address?) -> [ProvenField] {
    fields.map { field, bytes in
      let number = Self.number(bytes)
      func account(_ row: UInt128) -> String {
        let row = UInt64(truncatingIfNeeded: row)
        return name(row).map { "\(Hex.text($0.bytes)) (account row \(row))" }
          ?? "account row \(row)"
      }
      let value =
        switch field.meaning {
        case .units: "\(number) base units"
        case .time:
          number == 0
            ? "none" : "\(number) (\(UTCTime.text(UInt64(truncatingIfNeeded: number))))"
        case .seconds: "\(number) s"
        case .account: account(number)
        case .accountOrNone: number == 0 ? "nobody" : account(number - 1)
        case .address: Hex.text(bytes)
        case .number: String(number)
        }
      return ProvenField(name: field.name, value: value)
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt128 {
    bytes.count > 16 ? 0 : bytes.reversed().reduce(0) { $0 << 8 | UInt128($1) }
  }
}

/// A field of what is proven, in words.
public struct ProvenField: Sendable, Equatable {
  /// As docs/proofs.md lists it.
  public let name: String
  /// With its unit.
  public let value: String
}
