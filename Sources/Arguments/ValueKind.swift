extension ValueKind {
  /// Why a text is no value of this kind, with what is wanted; nil where it is one.
  func refusal(of text: String) -> String? {
    switch self {
    case .flag: return text == "true" ? nil : "takes no value"
    case .text, .path: return text.isEmpty ? "the value is empty" : nil
    case .number(let bounds): return Self.numberRefusal(text, bounds)
    case .choice(let words):
      guard !words.contains(text) else { return nil }
      return "'\(printable(text))' is not one of \(words.joined(separator: ", "))"
        + Suggestion.sentence(for: text, among: words)
    case .address:
      let digits = text.utf8.dropFirst(2)
      let isAddress = text.hasPrefix("0x") && digits.count == 40 && digits.allSatisfy(isHexDigit)
      return isAddress ? nil : "'\(printable(text))' is no address: 0x and 40 hexadecimal digits"
    case .time:
      guard UnixTime.seconds(of: text) == nil else { return nil }
      return "'\(printable(text))' is no time: seconds since 1970, or 2026-01-31T00:00:00Z"
    case .endpoint:
      guard Endpoint(text) == nil else { return nil }
      return "'\(printable(text))' is no HOST:PORT, such as 127.0.0.1:8545 or [::1]:8545"
    }
  }

  private static func numberRefusal(_ text: String, _ bounds: ClosedRange<UInt64>) -> String? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return "'\(printable(text))' is no whole number"
    }
    guard let number = UInt64(text), bounds.contains(number) else {
      return "\(printable(text)) is outside \(bounds.lowerBound) to \(bounds.upperBound)"
    }
    return nil
  }
}

func isHexDigit(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
}

/// A host and a port, as a listening or connecting socket needs them.
public struct Endpoint: Sendable, Equatable {
  /// A name or an address; without the brackets of IPv6.
  public let host: String
  /// 0 asks the system for a free port.
  public let port: UInt16

  /// Reads `HOST:PORT`, or nil where the text is none. An IPv6 host stands in brackets.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39) ~= $0 }),
      let port = UInt16(digits)
    else { return nil }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count > 2
    if isBracketed { host = host.dropFirst().dropLast() }
    let allowed: (UInt8) -> Bool = { byte in
      isBracketed
        ? isHexDigit(byte) || byte == 0x3a || byte == 0x2e
        : (0x30...0x39) ~= byte || (0x41...0x5a) ~= byte || (0x61...0x7a) ~= byte
          || byte == 0x2d || byte == 0x2e
    }
    guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(allowed) else { return nil }
    self.host = String(host)
    self.port = port
  }
}

/// Times on the command line.
public enum UnixTime {
  /// Seconds since 1970 of decimal digits or of RFC 3339 in UTC, whole seconds; nil where the text
  /// is neither, or before 1970.
  public static func seconds(of text: String) -> UInt64? {
    let bytes = Array(text.utf8)
    if !bytes.isEmpty, bytes.allSatisfy({ (0x30...0x39) ~= $0 }) {
      return bytes.count <= 19 ? UInt64(text) : nil
    }
    return calendarSeconds(bytes)
  }

  /// `YYYY-MM-DDThh:mm:ssZ`, and nothing else.
  private static func calendarSeconds(_ bytes: [UInt8]) -> UInt64? {
    let form = Array("dddd-dd-ddTdd:dd:ddZ".utf8)
    guard bytes.count == form.count else { return nil }
    for (byte, wanted) in zip(bytes, form) {
      let isRight = wanted == 0x64 ? (0x30...0x39) ~= byte : byte == wanted
      guard isRight else { return nil }
    }
    func number(_ range: Range<Int>) -> UInt64 {
      bytes[range].reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
    }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    guard year >= 1970, (1...12) ~= month, day >= 1, day <= daysInMonth(month, year),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var days: UInt64 = 0
    for past in 1970..<year { days += isLeap(past) ? 366 : 365 }
    for past in 1..<month { days += daysInMonth(past, year) }
    return (days + day - 1) * 86_400 + hour * 3_600 + minute * 60 + second
  }

  private static func isLeap(_ year: UInt64) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func daysInMonth(_ month: UInt64, _ year: UInt64) -> UInt64 {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
