internal import Economy
public import Primitives

extension TextCoder {
  /// The value that a JSON value writes: what `write` writes, or a text as a person writes it.
  /// Throws `TextFailure` where it writes none of the field's type.
  public func tree(_ value: JSONValue, as field: ABIField) throws(TextFailure) -> ABITree {
    switch value {
    case .string(let text): return try tree(text, as: field)
    case .bool(let flag):
      if case .bool = field.type { return .flag(flag) }
    case .number(let text):
      if field.meaning == .units { throw failure(field, "a bare number does not say its unit") }
      switch field.type {
      case .uint, .int:
        // Many readers of JSON round beyond: whoever writes so large a number may not have it.
        guard text.utf8.count < 16 || (value.whole.map { $0 < 1 << 53 } ?? false) else {
          throw failure(field, "a number of 2^53 or more is not exact in JSON: write it as a text")
        }
        return try tree(text, as: field)
      default: break
      }
    case .array(let elements): return try list(elements, field)
    case .object: return try record(value, field)
    case .null: break
    }
    throw failure(field, "\(value.kind) is given")
  }

  private func list(_ elements: [JSONValue], _ field: ABIField) throws(TextFailure) -> ABITree {
    let type: ABIType
    switch field.type {
    case .array(let element): type = element
    case .fixedArray(let element, let count):
      guard elements.count == count else {
        throw failure(field, "\(elements.count) elements are given, not \(count)")
      }
      type = element
    default: throw failure(field, "an array is given")
    }
    guard elements.count <= Limits.abiArrayLength else {
      throw failure(field, "more than \(Limits.abiArrayLength) elements")
    }
    let form = field.element(type)
    var trees: [ABITree] = []
    for (place, element) in elements.enumerated() {
      trees.append(try tree(element, as: form.renamed("\(field.name)[\(place)]")))
    }
    return .list(trees)
  }

  private func record(_ object: JSONValue, _ field: ABIField) throws(TextFailure) -> ABITree {
    if case .tuple(let fields) = field.type {
      return .list(try trees(object, fields, in: field.name))
    }
    guard field.meaning == .units else { throw failure(field, "an object is given") }
    return try amount(object, field)
  }

  /// An amount as `write` writes it; where amount and units both stand, they must agree.
  private func amount(_ object: JSONValue, _ field: ABIField) throws(TextFailure) -> ABITree {
    let known = ["amount", "symbol", "units"]
    if let other = object.members?.first(where: { !known.contains($0.name) }) {
      throw failure(field, "an amount has no member \(TextFailure.quoted(other.name))")
    }
    if let symbol = object["symbol"], symbol.string != vocabulary.symbol {
      throw failure(field, "the symbol is not \(vocabulary.symbol)")
    }
    let whole = try object["amount"].map { (value) throws(TextFailure) in
      guard let text = value.string else { throw failure(field, "amount is \(value.kind)") }
      return try tree(text, as: field)
    }
    let units = try object["units"].map { (value) throws(TextFailure) in
      guard let text = value.string else { throw failure(field, "units are \(value.kind)") }
      return try tree(text + "u", as: field)
    }
    guard let result = units ?? whole else {
      throw failure(field, "the object has neither amount nor units")
    }
    guard whole ?? result == result else { throw failure(field, "amount and units differ") }
    return result
  }

  /// The values of an object's members in the order of the fields: every field once, nothing else.
  /// - Parameter path: what stands before the names in messages; empty at the top.
  public func trees(
    _ object: JSONValue, _ fields: [ABIField], in path: String = ""
  ) throws(TextFailure) -> [ABITree] {
    let prefix = path.isEmpty ? "" : path + "."
    guard let members = object.members else {
      throw TextFailure(
        parameter: path.isEmpty ? "arguments" : path, problem: "\(object.kind) is given",
        expected: "an object of \(Self.names(fields))", example: "{}")
    }
    if let other = members.first(where: { member in !fields.contains { $0.name == member.name } }) {
      throw Self.unknown(other.name, fields, prefix)
    }
    var trees: [ABITree] = []
    for field in fields {
      let form = field.renamed(prefix + field.name)
      guard let value = object[field.name] else { throw failure(form, "nothing is given") }
      trees.append(try tree(value, as: form))
    }
    return trees
  }

  /// That a name is none of the fields'.
  static func unknown(_ name: String, _ fields: [ABIField], _ prefix: String = "") -> TextFailure {
    TextFailure(
      parameter: prefix + String(name.prefix(60)), problem: "there is no such parameter",
      expected: names(fields), example: fields.first?.name ?? "nothing")
  }

  private static func names(_ fields: [ABIField]) -> String {
    fields.isEmpty ? "no parameters" : fields.map(\.name).joined(separator: ", ")
  }
}
