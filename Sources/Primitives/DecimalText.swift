/// Amounts as people write them: whole tokens with a decimal point, exact in both directions.
public enum DecimalText {
  /// The amount in whole tokens of `decimals` places, without trailing zeros: 15,000 units of four
  /// places are `1.5`, and 20,000 are `2`. `decimals` is taken within 0 to 255, the range of
  /// ERC-20.
  public static func format(_ amount: Amount, decimals: Int) -> String {
    let places = Swift.min(Swift.max(decimals, 0), 255)
    let digits = Array(String(amount.units).utf8)
    let padding = Swift.max(places + 1 - digits.count, 0)
    var text = [UInt8](repeating: 0x30, count: padding) + digits
    let point = text.count - places
    var end = text.count
    while end > point, text[end - 1] == 0x30 { end -= 1 }
    text.removeSubrange(end...)
    if end > point { text.insert(0x2e, at: point) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The amount that `text` writes in whole tokens; nil unless it is digits with at most one point
  /// between digits, no leading zero but the one before the point, no more than `decimals` places
  /// (0 to 255), and at most 128 bits of base units.
  public static func parse(_ text: String, decimals: Int) -> Amount? {
    guard decimals >= 0, decimals <= 255 else { return nil }
    let characters = text.utf8
    guard let first = characters.first, let last = characters.last, first != 0x2e, last != 0x2e
    else { return nil }
    var units: UInt128 = 0
    var whole = 0
    var places: Int?
    for character in characters {
      if character == 0x2e {
        guard places == nil else { return nil }
        places = 0
        continue
      }
      guard character >= 0x30, character <= 0x39 else { return nil }
      if let count = places { places = count + 1 } else { whole += 1 }
      guard let next = shifted(units, adding: character - 0x30) else { return nil }
      units = next
    }
    let given = places ?? 0
    guard first != 0x30 || whole == 1, given <= decimals else { return nil }
    for _ in given..<decimals {
      guard let next = shifted(units, adding: 0) else { return nil }
      units = next
    }
    return Amount(units)
  }

  private static func shifted(_ value: UInt128, adding digit: UInt8) -> UInt128? {
    let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
    let (sum, past) = product.addingReportingOverflow(UInt128(digit))
    return tooLarge || past ? nil : sum
  }
}
