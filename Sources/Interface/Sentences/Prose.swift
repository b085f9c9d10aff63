internal import Cryptography
internal import Economy
internal import Primitives

/// Values as they stand inside a sentence: digits in groups, spans in words, names for addresses
/// and digests that have one.
struct Prose: Sendable {
  let coder: TextCoder
  /// What digests in events stand for: pools, parameters, milestones.
  let digests: [Digest: String]

  /// The value's words.
  func words(_ tree: ABITree, as field: ABIField) -> String {
    switch (tree, field.type) {
    case (.account(let address), _):
      return coder.vocabulary.name(address) ?? address.checksummed
    case (.bytes(let bytes), .fixedBytes(32)):
      guard let digest = Digest(bytes) else { return Hex.text(bytes) }
      if let known = digests[digest] { return known }
      return field.isRole ? coder.text(tree, as: field) : Hex.text(bytes)
    case (.text(let text), _): return Self.plain(text)
    case (.number(let number), .uint): return words(number, field)
    case (.list(let trees), .array(let type)), (.list(let trees), .fixedArray(let type, _)):
      return Self.listed(trees.map { words($0, as: field.element(type)) })
    case (.list(let trees), .tuple(let fields)):
      return Self.listed(zip(trees, fields).map { "\($1.name) \(words($0, as: $1))" })
    default: return coder.words(tree, as: field)
    }
  }

  /// An amount with its symbol: `1,000.5 DTA`.
  func words(units: UInt256) -> String {
    let symbol = coder.vocabulary.symbol
    if units == .max { return symbol.isEmpty ? "any amount" : "any amount of \(symbol)" }
    return Self.grouped(coder.decimal(units)) + (symbol.isEmpty ? "" : " \(symbol)")
  }

  private func words(_ number: UInt256, _ field: ABIField) -> String {
    let narrow = number.narrow.flatMap { UInt64(exactly: $0) }
    switch (field.meaning, narrow) {
    case (.units, _): return words(units: number)
    case (.seconds, .some(let seconds)): return Self.span(seconds)
    case (.time, .some(let seconds)): return Self.instant(seconds)
    case (.basisPoints, .some): return coder.text(.number(number), as: field)
    case (.identifier, _): return number.description
    default:
      let isModule = field.name == "module" && field.type == .uint(8)
      if isModule, let narrow, let module = UInt8(exactly: narrow).flatMap(Registry.module) {
        return module.name
      }
      return Self.grouped(number.description)
    }
  }

  /// The digits before the point in groups of three.
  static func grouped(_ decimal: String) -> String {
    let whole = Array(decimal.prefix { $0 != "." })
    var text = ""
    for (place, digit) in whole.enumerated() {
      if place > 0, (whole.count - place) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text + decimal.dropFirst(whole.count)
  }

  /// `30 days`, `1 day 12 hours`.
  static func span(_ seconds: UInt64) -> String {
    let units: [(name: String, seconds: UInt64)] = [
      ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1),
    ]
    if seconds == 0 { return "0 seconds" }
    var rest = seconds
    var parts: [String] = []
    for unit in units where rest >= unit.seconds {
      let count = rest / unit.seconds
      parts.append("\(grouped(String(count))) \(unit.name)\(count == 1 ? "" : "s")")
      rest %= unit.seconds
    }
    return parts.joined(separator: " ")
  }

  /// `2027-03-01 00:00:00 UTC`; the largest number is no time at all.
  static func instant(_ seconds: UInt64) -> String {
    if seconds == .max { return "further notice" }
    if seconds > 253_402_300_799 { return "second \(seconds) since 1970" }
    let text = UTCTime.text(seconds)
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
  }

  /// `a, b and c`.
  static func listed(_ items: [String]) -> String {
    guard let last = items.last else { return "nothing" }
    let before = items.dropLast()
    return before.isEmpty ? last : before.joined(separator: ", ") + " and " + last
  }

  /// Text of strangers: control characters and what turns the direction of reading replaced, long
  /// texts cut.
  static func plain(_ text: String) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == 120 { return result + "…" }
      let isHidden =
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
        || (0x200b...0x200f).contains(scalar.value) || (0x2028...0x202e).contains(scalar.value)
        || (0x2066...0x2069).contains(scalar.value)
      result.unicodeScalars.append(isHidden ? "?" : scalar)
      count += 1
    }
    return result
  }
}
