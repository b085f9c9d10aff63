internal import Primitives

/// A JSON Schema (2020-12, as OpenAPI 3.1 has it).
struct Schema: Sendable {
  let json: JSONValue

  init(_ members: [(String, JSONValue)]) {
    json = .object(members.map { JSONMember($0.0, $0.1) })
  }

  private init(json: JSONValue) { self.json = json }

  /// One of the document's components.
  static func named(_ name: String) -> Schema {
    Schema([("$ref", .string("#/components/schemas/\(name)"))])
  }

  static let any = Schema([])
  static let flag = Schema([("type", .string("boolean"))])
  static let whole = Schema([("type", .string("integer")), ("minimum", .number("0"))])

  static func whole(atMost maximum: UInt64, atLeast minimum: UInt64 = 0) -> Schema {
    Schema([
      ("type", .string("integer")), ("minimum", .number("\(minimum)")),
      ("maximum", .number("\(maximum)")),
    ])
  }

  static let text = Schema([("type", .string("string"))])

  static func text(pattern: String, _ help: String? = nil) -> Schema {
    Schema(
      [("type", .string("string")), ("pattern", .string(pattern))]
        + (help.map { [("description", JSONValue.string($0))] } ?? []))
  }

  static func text(_ length: ClosedRange<Int>) -> Schema {
    Schema([
      ("type", .string("string")), ("minLength", .number("\(length.lowerBound)")),
      ("maxLength", .number("\(length.upperBound)")),
    ])
  }

  static func one(of values: [String]) -> Schema {
    Schema([
      ("type", .string("string")), ("enum", .array(values.map { .string($0) })),
    ])
  }

  static func list(_ element: Schema, count: Int? = nil) -> Schema {
    let bounds = count.map {
      [("minItems", JSONValue.number("\($0)")), ("maxItems", .number("\($0)"))]
    }
    return Schema([("type", .string("array")), ("items", element.json)] + (bounds ?? []))
  }

  /// An object with these members, all of them there but the optional ones; where it is closed,
  /// with no others.
  static func object(
    _ members: [(String, Schema)], optional: [(String, Schema)] = [], isClosed: Bool = true
  ) -> Schema {
    let all = members + optional
    var parts: [(String, JSONValue)] = [
      ("type", .string("object")),
      ("properties", .object(all.map { JSONMember($0.0, $0.1.json) })),
    ]
    if !members.isEmpty {
      parts.append(("required", .array(members.map { .string($0.0) })))
    }
    if isClosed { parts.append(("additionalProperties", .bool(false))) }
    return Schema(parts)
  }

  /// An object whose members the reader learns elsewhere.
  static let openObject = Schema([("type", .string("object"))])

  /// The schema, or null.
  var orNull: Schema {
    Schema([("anyOf", .array([json, Schema([("type", .string("null"))]).json]))])
  }

  /// One of several forms.
  static func either(_ schemas: [Schema]) -> Schema {
    Schema([("anyOf", .array(schemas.map(\.json)))])
  }

  func described(_ help: String) -> Schema {
    Schema(json: .object((json.members ?? []) + [JSONMember("description", .string(help))]))
  }

  /// The form in which answers write a field.
  static func answer(_ field: ABIField) -> Schema {
    switch field.type {
    case .bool: return flag
    case .address: return named("Address")
    case .string: return text
    case .bytes: return named("Bytes")
    case .fixedBytes(let count):
      if field.isRole { return named("Role") }
      return count == 32 ? named("Digest") : named("Bytes")
    case .array(let type): return list(answer(field.element(type)))
    case .fixedArray(let type, let count): return list(answer(field.element(type)), count: count)
    case .tuple(let fields): return object(fields.map { ($0.name, answer($0)) })
    case .uint(let bits): return number(field.meaning, bits)
    case .int: return text(pattern: #"^-?[0-9]+$"#)
    }
  }

  private static func number(_ meaning: Meaning, _ bits: Int) -> Schema {
    switch meaning {
    case .units: named("Amount")
    // As texts where they are past 2^53.
    case .seconds: either([whole, named("Number")]).described("Seconds.")
    case .basisPoints: either([whole, named("Number")]).described("Hundredths of a percent.")
    case .time: named("Time")
    default: bits <= 32 ? whole(atMost: (1 << UInt64(bits)) - 1) : named("Number")
    }
  }

  /// The form in which a request writes a field inside JSON.
  static func argument(_ field: ABIField) -> Schema {
    switch field.type {
    case .bool: return either([flag, one(of: ["yes", "no", "true", "false"])])
    case .array(let type): return either([list(argument(field.element(type))), text])
    case .fixedArray(let type, let count):
      return either([list(argument(field.element(type)), count: count), text])
    case .tuple(let fields):
      return either([object(fields.map { ($0.name, argument($0)) }), text])
    default:
      let text = query(field)
      switch (field.type, field.meaning) {
      case (.uint, .units): return either([text, named("AmountArgument")])
      case (.uint(let bits), _):
        return either([text, whole(atMost: bits < 53 ? (1 << UInt64(bits)) - 1 : (1 << 53) - 1)])
      default: return text
      }
    }
  }

  /// The form in which a query string writes a field.
  static func query(_ field: ABIField) -> Schema {
    let wanted = Wanted(field)
    let help = "\(wanted.form), such as \(wanted.example)"
    switch field.type {
    case .bool: return one(of: ["yes", "no", "true", "false"])
    case .address: return named("AccountArgument")
    case .bytes: return text(pattern: "^0x([0-9a-fA-F]{2}){0,64}$", help)
    case .fixedBytes(let count):
      return field.isRole
        ? text(pattern: "^([a-zA-Z0-9._-]{1,64}|0x[0-9a-fA-F]{64})$", help)
        : text(pattern: "^0x[0-9a-fA-F]{\(2 * count)}$", help)
    case .uint(let bits): return numberArgument(field.meaning, bits, help)
    default: return text.described(help)
    }
  }

  private static func numberArgument(_ meaning: Meaning, _ bits: Int, _ help: String) -> Schema {
    switch meaning {
    case .units: text(pattern: #"^([0-9]{1,38}u|[0-9]{1,20}(\.[0-9]{1,18})?)$"#, help)
    case .seconds: text(pattern: "^[0-9]{1,9}[smhdw]?$", help)
    case .time:
      text(pattern: "^(20[2-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|[0-9]{1,10})$", help)
    case .basisPoints: text(pattern: "^[0-9]{1,5}%?$", help)
    default: text(pattern: "^(0|[1-9][0-9]{0,\(Swift.min(bits / 4, 30))})$", help)
    }
  }
}
