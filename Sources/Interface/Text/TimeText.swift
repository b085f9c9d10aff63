/// Spans and instants as people write them.
enum TimeText {
  /// The seconds of `3600`, `90m`, `36h`, `30d`, `2w` or several such behind each other, as in
  /// `1d12h`; nil where the text is none, or past 64 bits.
  static func span(_ text: String) -> UInt64? {
    if isDigits(text.utf8) { return UInt64(text) }
    var total: UInt64 = 0
    var digits = ""
    for scalar in text.unicodeScalars {
      if ("0"..."9").contains(scalar) {
        digits.unicodeScalars.append(scalar)
        continue
      }
      guard let unit = units.first(where: { $0.sign == scalar }), let count = UInt64(digits) else {
        return nil
      }
      let (product, tooLarge) = count.multipliedReportingOverflow(by: unit.seconds)
      let (sum, past) = total.addingReportingOverflow(product)
      guard !tooLarge, !past else { return nil }
      total = sum
      digits = ""
    }
    return digits.isEmpty && !text.isEmpty ? total : nil
  }

  /// The span in days, hours, minutes and seconds, without blanks: `1d12h`.
  static func text(span seconds: UInt64) -> String {
    if seconds == 0 { return "0s" }
    var rest = seconds
    var text = ""
    for unit in units.dropFirst() where rest >= unit.seconds {
      text += "\(rest / unit.seconds)\(unit.sign)"
      rest %= unit.seconds
    }
    return text
  }

  /// Seconds since 1970 of digits, of `never`, of a date, or of RFC 3339 with `Z` or an offset;
  /// nil where the text is none of them or lies before 1970.
  static func instant(_ text: String) -> UInt64? {
    if text == never { return .max }
    if isDigits(text.utf8) { return UInt64(text) }
    var bytes = Array(text.utf8)
    if bytes.count == 10 { bytes += Array("T00:00:00Z".utf8) }
    guard bytes.count >= 20, matches(bytes[..<19], "dddd-dd-ddTdd:dd:dd") else { return nil }
    func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1 - 48) } }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    guard (1...12).contains(month), day >= 1, day <= days(in: month, of: year), hour < 24,
      minute < 60, second < 60, let offset = offset(bytes[19...])
    else { return nil }
    let local = dayNumber(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    return UInt64(exactly: local - offset)
  }

  /// The instant as `instant` reads it: RFC 3339 in UTC up to the year 9999, `never` for the
  /// largest number, digits besides.
  static func text(instant seconds: UInt64) -> String {
    if seconds == .max { return never }
    return seconds == 0 || seconds > 253_402_300_799 ? String(seconds) : UTCTime.text(seconds)
  }

  private static let never = "never"

  private static let units: [(sign: Unicode.Scalar, seconds: UInt64)] = [
    ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
  ]

  private static func isDigits(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { $0 >= 48 && $0 <= 57 }
  }

  private static func matches(_ bytes: ArraySlice<UInt8>, _ form: String) -> Bool {
    zip(bytes, form.utf8).allSatisfy { byte, wanted in
      wanted == UInt8(ascii: "d") ? byte >= 48 && byte <= 57 : byte == wanted
    }
  }

  /// Seconds east of UTC of `Z` or `+07:00`.
  private static func offset(_ zone: ArraySlice<UInt8>) -> Int? {
    let zone = Array(zone)
    if zone == [UInt8(ascii: "Z")] { return 0 }
    guard zone.count == 6, matches(zone[1...], "dd:dd") else { return nil }
    let hours = Int(zone[1] - 48) * 10 + Int(zone[2] - 48)
    let minutes = Int(zone[4] - 48) * 10 + Int(zone[5] - 48)
    guard hours < 24, minutes < 60 else { return nil }
    switch zone[0] {
    case UInt8(ascii: "+"): return hours * 3_600 + minutes * 60
    case UInt8(ascii: "-"): return -(hours * 3_600 + minutes * 60)
    default: return nil
    }
  }

  /// Days from 1970-01-01 to a Gregorian date, by years that begin in March.
  private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let inEra = shifted - era * 400
    let inYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + inEra * 365 + inEra / 4 - inEra / 100 + inYear - 719_468
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
