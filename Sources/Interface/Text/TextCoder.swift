internal import Cryptography
public import Economy
public import Primitives

/// Turns a person's text into values of declared parameters by their meaning. Whatever it makes
/// goes through `ABITree`, so that there is one coder of bytes.
public struct TextCoder: Sendable {
  /// The network's words.
  public let vocabulary: Vocabulary

  public init(_ vocabulary: Vocabulary) { self.vocabulary = vocabulary }

  /// The value that a text writes; throws `TextFailure` where it writes none of the field's type.
  public func tree(_ text: String, as field: ABIField) throws(TextFailure) -> ABITree {
    switch field.type {
    case .array(let element):
      return try list(text, of: element, count: nil, field)
    case .fixedArray(let element, let count):
      return try list(text, of: element, count: count, field)
    case .tuple(let fields):
      let items = try items(text, field)
      guard items.count == fields.count else {
        throw failure(field, "\(items.count) fields are given, not \(fields.count)")
      }
      var trees: [ABITree] = []
      for (item, part) in zip(items, fields) {
        trees.append(try element(item, as: part.renamed("\(field.name).\(part.name)")))
      }
      return .list(trees)
    case .string: return .text(text)
    case .bytes:
      guard let bytes = Hex.bytes(text) else {
        throw failure(field, "\(TextFailure.quoted(text)) is no even number of hex digits after 0x")
      }
      return .bytes(bytes)
    case .fixedBytes(let count): return .bytes(try word(text, count, field))
    case .address: return .account(try account(text, field))
    case .bool:
      switch text.lowercased() {
      case "true", "yes": return .flag(true)
      case "false", "no": return .flag(false)
      default: throw failure(field, "\(TextFailure.quoted(text)) is neither yes nor no")
      }
    case .uint, .int: return .number(try number(text, field))
    }
  }

  /// The values of all parameters, a text each.
  public func trees(
    _ texts: [String], for parameters: [ParameterDescription]
  ) throws(TextFailure) -> [ABITree] {
    guard texts.count == parameters.count else {
      let names = parameters.map(\.name).joined(separator: " ")
      throw TextFailure(
        parameter: "arguments", problem: "\(texts.count) are given, not \(parameters.count)",
        expected: names.isEmpty ? "none" : names,
        example: parameters.map { Wanted($0.field).example }.joined(separator: " "))
    }
    var trees: [ABITree] = []
    for (text, parameter) in zip(texts, parameters) {
      trees.append(try tree(text, as: parameter.field))
    }
    return trees
  }

  /// Call data: the selector and the encoded values of the texts.
  public func callData(
    selector: UInt32, _ texts: [String], for parameters: [ParameterDescription]
  ) throws(TextFailure) -> [UInt8] {
    let trees = try trees(texts, for: parameters)
    do throws(ABIFailure) {
      return try ABITree.encode(
        trees, as: parameters.map(\.type), after: Selector(selector).bytes)
    } catch {
      // The trees have the shape of their types; only a list can still be too long.
      throw TextFailure(
        parameter: "arguments", problem: "a list is too long",
        expected: "at most \(Limits.abiArrayLength) elements in a list", example: "a,b,c")
    }
  }

  /// The texts of an example.
  public static func words(ofExample example: String) -> [String]? { ListText.words(example) }

  // Lists

  private func items(_ text: String, _ field: ABIField) throws(TextFailure) -> [String] {
    guard let items = ListText.items(text) else {
      throw failure(field, "brackets or quotes of \(TextFailure.quoted(text)) do not close")
    }
    return items
  }

  private func list(
    _ text: String, of type: ABIType, count: Int?, _ field: ABIField
  ) throws(TextFailure) -> ABITree {
    let items = try items(text, field)
    guard items.count == count ?? items.count else {
      throw failure(field, "\(items.count) elements are given, not \(count ?? 0)")
    }
    guard items.count <= Limits.abiArrayLength else {
      throw failure(field, "more than \(Limits.abiArrayLength) elements")
    }
    let form = field.element(type)
    var trees: [ABITree] = []
    for (place, item) in items.enumerated() {
      trees.append(try element(item, as: form.renamed("\(field.name)[\(place)]")))
    }
    return .list(trees)
  }

  private func element(_ item: String, as field: ABIField) throws(TextFailure) -> ABITree {
    if case .list = field.meaning { return try tree(item, as: field) }
    if case .record = field.meaning { return try tree(item, as: field) }
    guard let text = ListText.unquoted(item) else {
      throw failure(field, "quotes of \(TextFailure.quoted(item)) do not close")
    }
    return try tree(text, as: field)
  }

  // Words

  private func account(_ text: String, _ field: ABIField) throws(TextFailure) -> Address {
    if let address = Address(text: text) { return address }
    if text.hasPrefix("0x") || text.hasPrefix("0X") {
      let isWhole = Hex.bytes(text)?.count == 20
      throw failure(
        field,
        "\(TextFailure.quoted(text)) "
          + (isWhole
            ? "has a wrong checksum (EIP-55): check every character"
            : "is no address of 40 hex digits"))
    }
    if let address = vocabulary.address(text) { return address }
    throw failure(field, "nobody is called \(TextFailure.quoted(text)) in GET /network")
  }

  private func word(
    _ text: String, _ count: Int, _ field: ABIField
  ) throws(TextFailure) -> [UInt8] {
    if text.hasPrefix("0x") {
      if let bytes = Hex.bytes(text), bytes.count == count { return bytes }
    } else if field.isRole, count == 32, Self.mayBeRole(text) {
      return Access.id(text).bytes
    }
    throw failure(field, "\(TextFailure.quoted(text)) is not 0x and \(2 * count) hex digits")
  }

  /// The form of a role's name; which roles there are only the state knows.
  private static func mayBeRole(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
        default: false
        }
      }
  }

  // Numbers

  private func number(_ text: String, _ field: ABIField) throws(TextFailure) -> UInt256 {
    var isNegative = false
    var digits = text
    if case .int = field.type, text.hasPrefix("-") {
      isNegative = true
      digits = String(text.dropFirst())
    }
    let magnitude: UInt256
    switch field.meaning {
    case .units: magnitude = try units(digits, field)
    case .seconds:
      guard let span = TimeText.span(digits) else {
        throw failure(field, "\(TextFailure.quoted(text)) is no span of time")
      }
      magnitude = UInt256(UInt128(span))
    case .time:
      guard let instant = TimeText.instant(digits) else {
        throw failure(field, "\(TextFailure.quoted(text)) is no time since 1970")
      }
      magnitude = UInt256(UInt128(instant))
    case .basisPoints:
      guard let points = Self.basisPoints(digits) else {
        throw failure(field, "\(TextFailure.quoted(text)) is no share in hundredths of a percent")
      }
      magnitude = points
    default:
      guard let number = UInt256(decimal: digits) else {
        throw failure(field, "\(TextFailure.quoted(text)) is no whole number")
      }
      magnitude = number
    }
    return try fitted(magnitude, isNegative: isNegative, text, field)
  }

  private func fitted(
    _ magnitude: UInt256, isNegative: Bool, _ text: String, _ field: ABIField
  ) throws(TextFailure) -> UInt256 {
    let isInside =
      switch field.type {
      case .uint(let bits): magnitude.bitCount <= bits
      case .int(let bits):
        magnitude.bitCount < bits
          || isNegative && magnitude == Self.power(bits - 1)
      default: false
      }
    guard isInside else {
      throw failure(
        field, "\(TextFailure.quoted(text)) is outside what \(field.type.solidity) holds")
    }
    return isNegative ? Self.negated(magnitude) : magnitude
  }

  /// Whole tokens with a decimal point, or base units with `u` behind them.
  private func units(_ text: String, _ field: ABIField) throws(TextFailure) -> UInt256 {
    var digits = text
    if !vocabulary.symbol.isEmpty, digits.hasSuffix(vocabulary.symbol) {
      digits.removeLast(vocabulary.symbol.count)
      if digits.hasSuffix(" ") { digits.removeLast() }
    } else if digits.hasSuffix("u") {
      guard let units = UInt256(decimal: String(digits.dropLast())) else {
        throw failure(field, "\(TextFailure.quoted(text)) is no whole number of base units")
      }
      return units
    }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = UInt256(decimal: String(parts[0])),
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } })
    else { throw failure(field, "\(TextFailure.quoted(text)) is no amount") }
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    let missing = vocabulary.decimals - fraction.utf8.count
    guard missing >= 0 else {
      throw failure(
        field,
        "\(TextFailure.quoted(text)) has \(fraction.utf8.count) decimals, the token has"
          + " \(vocabulary.decimals)")
    }
    let padded = fraction + String(repeating: "0", count: missing)
    let all = (whole == .zero ? "" : String(parts[0])) + padded
    let significant = all.drop { $0 == "0" }
    guard let units = UInt256(decimal: significant.isEmpty ? "0" : String(significant)) else {
      throw failure(field, "\(TextFailure.quoted(text)) is above 256 bits")
    }
    return units
  }

  /// Hundredths of a percent of `500` or `5%`, with up to two decimals before the sign.
  private static func basisPoints(_ text: String) -> UInt256? {
    guard text.hasSuffix("%") else { return UInt256(decimal: text) }
    return DecimalText.parse(String(text.dropLast()), decimals: 2).map { UInt256($0.units) }
  }

  static func negated(_ number: UInt256) -> UInt256 {
    number == .zero ? .zero : UInt256(high: ~number.high, low: ~number.low) + UInt256(1)
  }

  private static func power(_ bits: Int) -> UInt256 {
    bits < 128
      ? UInt256(high: 0, low: 1 << UInt128(bits)) : UInt256(high: 1 << UInt128(bits - 128), low: 0)
  }

  func failure(_ field: ABIField, _ problem: String) -> TextFailure {
    let wanted = Wanted(field)
    return TextFailure(
      parameter: field.name, problem: problem, expected: wanted.form, example: wanted.example)
  }
}

extension ABIField {
  func renamed(_ name: String) -> ABIField {
    ABIField(name, type, meaning: meaning, elementMeaning: elementMeaning)
  }

  /// The form of an array's elements.
  func element(_ type: ABIType) -> ABIField {
    switch type {
    case .array, .fixedArray:
      ABIField(name, type, meaning: .list, elementMeaning: elementMeaning)
    case .tuple: ABIField(name, type, meaning: .record)
    default: ABIField(name, type, meaning: elementMeaning ?? .count)
    }
  }

  /// The digest is a role's id, which a person writes as the role's name.
  var isRole: Bool {
    guard case .digest = meaning else { return false }
    let stem = name.prefix { $0 != "[" }
    return ["role", "roles", "admin", "neededRole"].contains { stem == $0 }
  }
}
