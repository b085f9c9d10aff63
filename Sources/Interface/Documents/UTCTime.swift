/// Instants as people read them: RFC 3339 in UTC.
enum UTCTime {
  /// For example `2026-11-21T02:15:00Z`; what lies past the year 9999 is held there.
  static func text(_ seconds: UInt64) -> String {
    let seconds = min(seconds, 253_402_300_799)
    let (day, second) = (Int(seconds / 86_400), Int(seconds % 86_400))
    let (year, month, date) = date(day)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))T\(padded(second / 3_600, 2))"
      + ":\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))Z"
  }

  /// The Gregorian date of a day since 1970, by years that begin in March, so that a leap day is
  /// the last of its year and 146,097 days are exactly 400 years.
  private static func date(_ day: Int) -> (year: Int, month: Int, date: Int) {
    let shifted = day + 719_468
    let era = shifted / 146_097
    let inEra = shifted % 146_097
    let yearOfEra = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365
    let inYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let fromMarch = (5 * inYear + 2) / 153
    let date = inYear - (153 * fromMarch + 2) / 5 + 1
    let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
