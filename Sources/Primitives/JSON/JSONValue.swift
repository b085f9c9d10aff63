/// A JSON document as RFC 8259 has it: order and number texts are kept, names are unique.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// The number's text as it stood, for example `1000000000000000000`.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  /// The value of the member `name`, or nil where this is no object or has no such member.
  public subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    for member in members where member.name == name { return member.value }
    return nil
  }

  /// The element at `index`, or nil where this is no array or is shorter.
  public subscript(_ index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The text of a string, or nil.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The flag, or nil.
  public var bool: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }

  /// A whole number written plainly (no sign, fraction or exponent) below 2^128, or nil.
  public var whole: UInt128? {
    guard case .number(let text) = self else { return nil }
    return JSONValue.whole(text)
  }

  /// The elements of an array, or nil.
  public var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members of an object in order, or nil.
  public var members: [JSONMember]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// True for `null`.
  public var isNull: Bool { self == .null }

  /// What kind of value this is, for messages: "a string", "an object" and so on.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a flag"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The value at an RFC 6901 pointer ("" is the whole document), or nil where it leads nowhere.
  public func at(_ pointer: String) -> JSONValue? {
    if pointer.isEmpty { return self }
    guard let tokens = JSONPointer.tokens(pointer) else { return nil }
    var value = self
    for token in tokens {
      switch value {
      case .object:
        guard let next = value[token] else { return nil }
        value = next
      case .array:
        guard let index = JSONPointer.index(token), let next = value[index] else { return nil }
        value = next
      default: return nil
      }
    }
    return value
  }

  /// The compact text: no white space, members in their order.
  public var text: String {
    var writer = JSONWriter()
    writer.value(self)
    return writer.text
  }

  /// The canonical text of RFC 8785: no white space, members sorted by UTF-16 code units, the
  /// shortest escapes. Numbers keep their own text, so that whole numbers past 2^53 stay exact.
  public var canonicalText: String { sorted.text }

  /// The same value with the members of every object sorted by UTF-16 code units (RFC 8785).
  public var sorted: JSONValue {
    switch self {
    case .array(let elements): .array(elements.map { $0.sorted })
    case .object(let members):
      .object(
        members.map { JSONMember($0.name, $0.value.sorted) }.sorted {
          $0.name.utf16.lexicographicallyPrecedes($1.name.utf16)
        })
    default: self
    }
  }

  private static func whole(_ text: String) -> UInt128? {
    let digits = text.utf8
    guard let first = digits.first, digits.count == 1 || first != 0x30 else { return nil }
    var value: UInt128 = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      let (tenfold, over) = value.multipliedReportingOverflow(by: 10)
      let (next, past) = tenfold.addingReportingOverflow(UInt128(digit - 0x30))
      guard !over, !past else { return nil }
      value = next
    }
    return value
  }
}

/// A name and its value in an object.
public struct JSONMember: Sendable, Equatable {
  public let name: String
  public var value: JSONValue

  public init(_ name: String, _ value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// RFC 6901 pointers such as `/staking/tiers/0/aprMaxBps`.
public enum JSONPointer {
  /// The reference tokens, unescaped; nil where the text is no pointer.
  public static func tokens(_ pointer: String) -> [String]? {
    if pointer.isEmpty { return [] }
    guard pointer.utf8.first == 0x2f else { return nil }
    var tokens: [String] = []
    var token: [UInt8] = []
    var escaped = false
    for byte in pointer.utf8.dropFirst() {
      if escaped {
        guard byte == 0x30 || byte == 0x31 else { return nil }
        token.append(byte == 0x30 ? 0x7e : 0x2f)
        escaped = false
      } else if byte == 0x7e {
        escaped = true
      } else if byte == 0x2f {
        tokens.append(String(decoding: token, as: UTF8.self))
        token = []
      } else {
        token.append(byte)
      }
    }
    if escaped { return nil }
    tokens.append(String(decoding: token, as: UTF8.self))
    return tokens
  }

  /// A reference token as it stands in a pointer: `~` and `/` escaped.
  public static func escape(_ token: String) -> String {
    var bytes: [UInt8] = []
    for byte in token.utf8 {
      switch byte {
      case 0x7e: bytes += [0x7e, 0x30]
      case 0x2f: bytes += [0x7e, 0x31]
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// An array index: digits without leading zeros, at most nine of them.
  public static func index(_ token: String) -> Int? {
    let digits = token.utf8
    guard !digits.isEmpty, digits.count <= 9, digits.count == 1 || digits.first != 0x30 else {
      return nil
    }
    var value = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }
}
