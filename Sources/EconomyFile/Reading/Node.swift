internal import Primitives

/// A value of the document with its place. Reading one notes what is wrong and goes on with a
/// harmless value, so that one run finds everything; a document with problems is never given out.
struct Node {
  let value: JSONValue
  let pointer: String
  let reading: Reading

  func fail(_ cause: String, repair: String) { reading.add(pointer, cause, repair: repair) }

  /// The members of an object.
  var fields: Fields {
    if value.members == nil {
      fail("\(value.kind) stands where an object must", repair: "write { ... }")
    }
    return Fields(self)
  }

  /// The elements of an array; `isEmpty` says whether none is sound.
  func list(isEmpty allowed: Bool = true) -> [Node] {
    guard let elements = value.elements else {
      fail("\(value.kind) stands where a list must", repair: "write [ ... ]")
      return []
    }
    if elements.isEmpty, !allowed { fail("the list is empty", repair: "write at least one entry") }
    return elements.enumerated().map {
      Node(value: $1, pointer: "\(pointer)/\($0)", reading: reading)
    }
  }

  /// A text that is not empty.
  func text() -> String {
    guard let text = value.string else {
      fail("\(value.kind) stands where a text must", repair: "write it in double quotes")
      return ""
    }
    if text.isEmpty { fail("the text is empty", repair: "write it out") }
    return text
  }

  func flag() -> Bool {
    guard let flag = value.bool else {
      fail("\(value.kind) stands where a flag must", repair: "write true or false")
      return false
    }
    return flag
  }

  /// A whole number as a JSON number, within `range`.
  func whole(in range: ClosedRange<UInt64> = 0...1_000_000_000_000) -> UInt64 {
    guard case .number(let text) = value else {
      fail("\(value.kind) stands where a whole number must", repair: "write digits without quotes")
      return range.lowerBound
    }
    guard let whole = value.whole else {
      fail("\(text) \(Node.flaw(text))", repair: "write a whole number in plain digits")
      return range.lowerBound
    }
    if whole < UInt128(range.lowerBound) || whole > UInt128(range.upperBound) {
      fail(
        "\(grouped(whole)) is out of range",
        repair: "write a number from \(grouped(range.lowerBound)) to \(grouped(range.upperBound))")
      return range.lowerBound
    }
    return UInt64(truncatingIfNeeded: whole)
  }

  /// Basis points, by rule at most 10,000.
  func bps(upTo limit: UInt64 = 10_000) -> BasisPoints {
    BasisPoints(UInt32(truncatingIfNeeded: whole(in: 0...min(limit, UInt64(UInt32.max)))))
  }

  /// A whole number below 2^128 in digits, with or without quotes.
  func digits() -> UInt128 {
    let text: String
    switch value {
    case .number(let digits), .string(let digits): text = digits
    default:
      fail("\(value.kind) stands where a whole number must", repair: "write digits")
      return 0
    }
    guard let whole = JSONValue.number(text).whole else {
      let flaw = Node.flaw(text)
      fail(
        text.utf8.count > 50 ? "the number \(flaw)" : "\"\(text)\" \(flaw)",
        repair: "write a whole number in plain digits")
      return 0
    }
    return whole
  }

  /// An amount in tokens, as text.
  func tokens() -> Amount {
    guard let decimals = reading.decimals else { return .zero }
    guard let text = value.string else {
      fail(
        "\(value.kind) stands where an amount must", repair: "write the tokens in double quotes")
      return .zero
    }
    switch TokenAmount.parse(text, decimals: decimals) {
    case .success(let units):
      if let supply = reading.supply, units > supply {
        fail(
          "\(text) tokens are more than the whole supply",
          repair: "write at most \(TokenAmount.text(supply, decimals: decimals))")
      }
      return Amount(units)
    case .failure(let fault):
      fail(
        text.utf8.count > 50 ? "the amount \(fault.cause)" : "\"\(text)\" \(fault.cause)",
        repair: "write for example \"1000\" or \"0.5\", with at most \(decimals) decimals")
      return .zero
    }
  }

  /// One word of a fixed list; the fallback is its first.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ kind: Choice.Type) -> Choice? {
    let word = text()
    if let choice = Choice(rawValue: word) { return choice }
    if !word.isEmpty {
      let all = Choice.allCases.map(\.rawValue)
      fail("\"\(word)\" is not known here", repair: Spelling.repair(word, among: all))
    }
    return nil
  }

  /// What keeps a text from being a whole number.
  private static func flaw(_ text: String) -> String {
    let bytes = text.utf8
    if bytes.isEmpty { return "is empty" }
    if bytes.first == 0x2d { return "is negative" }
    if bytes.contains(0x65) || bytes.contains(0x45) { return "has an exponent" }
    if bytes.contains(0x2e) { return "is not a whole number" }
    if bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      return bytes.first == 0x30 ? "starts with a nought" : "needs more than 128 bits"
    }
    return "is not a whole number"
  }
}
