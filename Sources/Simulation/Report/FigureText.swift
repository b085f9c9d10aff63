internal import Primitives

/// Figures as a report writes them, in whole numbers alone.
struct FigureText {
  let decimals: Int
  let symbol: String

  /// Exact, in tokens.
  func exact(_ units: UInt128) -> String {
    DecimalText.format(Amount(units), decimals: decimals)
  }

  /// Whole tokens with separators; below ten with two places. Rounded down.
  func tokens(_ units: UInt128) -> String {
    let whole = units / power(decimals)
    if whole >= 10 || units == 0 || decimals < 2 { return Self.grouped(whole) }
    let hundredths = units / power(decimals - 2)
    return "\(hundredths / 100).\(Self.two(hundredths % 100))"
  }

  /// In thousands, millions or billions with three significant digits, such as `24.0 M`. Rounded
  /// down.
  func short(_ units: UInt128) -> String { Self.short(units, over: power(decimals)) }

  /// A number that stands for so many ones.
  static func short(_ units: UInt128, over one: UInt128) -> String {
    for (size, name) in [(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")]
      as [(UInt128, String)]
    {
      let step = one * size
      guard units >= step else { continue }
      let hundredths = units / (step / 100)
      if hundredths >= 10_000 { return "\(hundredths / 100) \(name)" }
      if hundredths >= 1_000 { return "\(hundredths / 100).\(hundredths / 10 % 10) \(name)" }
      return "\(hundredths / 100).\(two(hundredths % 100)) \(name)"
    }
    if one >= 100, units > 0, units < one * 10 {
      let hundredths = units / (one / 100)
      return "\(hundredths / 100).\(two(hundredths % 100))"
    }
    return "\(units / one)"
  }

  /// Basis points as a percentage with one place, such as `7.5%`. Rounded down.
  static func percent(_ points: UInt64) -> String {
    "\(points / 100).\(points / 10 % 10)%"
  }

  /// Basis points as a percentage with two places.
  static func exactPercent(_ points: UInt64) -> String {
    "\(points / 100).\(two(UInt128(points % 100)))%"
  }

  static func grouped(_ number: some BinaryInteger) -> String {
    var digits = Array(String(number).utf8)
    var place = digits.count - 3
    while place > 0 {
      digits.insert(0x2c, at: place)
      place -= 3
    }
    return String(decoding: digits, as: UTF8.self)
  }

  /// The day of an instant, such as `2026-01-31`.
  static func date(_ time: LogicalTime) -> String {
    let days = Int(time.seconds / 86_400) + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(year)-\(two(UInt128(month)))-\(two(UInt128(dayOfYear - (153 * shifted + 2) / 5 + 1)))"
  }

  /// A span of days for people, such as `3 years and 41 days`.
  static func span(_ days: Int) -> String {
    func plural(_ number: Int, _ name: String) -> String {
      "\(number) \(name)\(number == 1 ? "" : "s")"
    }
    let (years, rest) = (days / 365, days % 365)
    if years == 0 { return plural(rest, "day") }
    return plural(years, "year") + (rest == 0 ? "" : " and " + plural(rest, "day"))
  }

  private static func two(_ number: UInt128) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }

  private func power(_ exponent: Int) -> UInt128 {
    var product: UInt128 = 1
    for _ in 0..<max(0, exponent) { product *= 10 }
    return product
  }
}
