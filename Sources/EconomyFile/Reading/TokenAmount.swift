internal import Primitives

/// Amounts in tokens as texts: "0.1000" at 4 decimals is 1,000 units.
enum TokenAmount {
  /// The units of `text`, or what is wrong with it.
  static func parse(_ text: String, decimals: Int) -> Result<UInt128, Fault> {
    var units: UInt128 = 0
    var fraction: Int?
    var digits = 0
    for byte in text.utf8 {
      if byte == 0x2e, fraction == nil, digits > 0 {
        fraction = 0
        continue
      }
      guard byte >= 0x30, byte <= 0x39 else { return .failure(.notANumber) }
      digits += 1
      if let places = fraction {
        if places == decimals {
          // Noughts past the last decimal change nothing; any other digit would be lost.
          if byte != 0x30 { return .failure(.tooManyDecimals) }
          continue
        }
        fraction = places + 1
      }
      guard append(byte - 0x30, to: &units) else { return .failure(.tooLarge) }
    }
    if digits == 0 || text.utf8.last == 0x2e { return .failure(.notANumber) }
    for _ in (fraction ?? 0)..<max(decimals, fraction ?? 0) {
      guard append(0, to: &units) else { return .failure(.tooLarge) }
    }
    return .success(units)
  }

  /// `units` in tokens, without noughts at the end of the fraction.
  static func text(_ units: UInt128, decimals: Int) -> String {
    var digits = Array(String(units).utf8)
    while digits.count <= decimals { digits.insert(0x30, at: 0) }
    var fraction = digits.suffix(decimals)
    while fraction.last == 0x30 { fraction.removeLast() }
    let whole = String(decoding: digits.dropLast(decimals), as: UTF8.self)
    return fraction.isEmpty ? whole : whole + "." + String(decoding: fraction, as: UTF8.self)
  }

  /// Why a text is no amount.
  enum Fault: Error {
    case notANumber, tooManyDecimals, tooLarge

    var cause: String {
      switch self {
      case .notANumber: "is no plain decimal number"
      case .tooManyDecimals: "has more decimals than the token"
      case .tooLarge: "needs more than 128 bits in units"
      }
    }
  }

  private static func append(_ digit: UInt8, to units: inout UInt128) -> Bool {
    let (tenfold, over) = units.multipliedReportingOverflow(by: 10)
    let (next, past) = tenfold.addingReportingOverflow(UInt128(digit))
    units = next
    return !over && !past
  }
}

/// A number with its thousands apart, for people: 10,000,000.
func grouped(_ number: some BinaryInteger) -> String {
  var text = ""
  for (place, digit) in String(number).reversed().enumerated() {
    if place > 0, place.isMultiple(of: 3), digit != "-" { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}
