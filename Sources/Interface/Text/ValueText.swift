internal import Cryptography
public import Primitives

extension TextCoder {
  /// The value as `tree` reads it back.
  public func text(_ tree: ABITree, as field: ABIField) -> String { shown(tree, field, .exact) }

  /// The value for a person: as `text`, and names beside addresses, fields beside their values.
  public func words(_ tree: ABITree, as field: ABIField) -> String { shown(tree, field, .reading) }

  /// The values of a list of fields as `name: value, name: value`.
  public func words(_ trees: [ABITree], as fields: [ABIField]) -> String {
    zip(trees, fields).map { tree, field in
      let value = words(tree, as: field)
      return field.name.isEmpty ? value : "\(field.name): \(value)"
    }.joined(separator: ", ")
  }

  private enum Style {
    case exact, reading
  }

  private func shown(_ tree: ABITree, _ field: ABIField, _ style: Style) -> String {
    switch (tree, field.type) {
    case (.flag(let flag), _): return flag ? "yes" : "no"
    case (.account(let address), _):
      guard style == .reading, let name = vocabulary.name(address) else {
        return address.checksummed
      }
      return "\(address.checksummed) (\(name))"
    case (.bytes(let bytes), _):
      if field.isRole, let role = Digest(bytes).flatMap(vocabulary.role) { return role }
      return Hex.text(bytes)
    case (.text(let text), _): return text
    case (.number(let number), let type): return shown(number, type, field.meaning)
    case (.list(let trees), .array(let type)), (.list(let trees), .fixedArray(let type, _)):
      let element = field.element(type)
      return "[" + trees.map { inList($0, element, style) }.joined(separator: ",") + "]"
    case (.list(let trees), .tuple(let fields)):
      let values = zip(trees, fields).map { tree, part in
        let value = inList(tree, part, style)
        return style == .reading ? "\(part.name): \(value)" : value
      }
      return "(" + values.joined(separator: style == .reading ? ", " : ",") + ")"
    case (.list(let trees), _): return "[\(trees.count) values]"
    }
  }

  private func inList(_ tree: ABITree, _ field: ABIField, _ style: Style) -> String {
    let value = shown(tree, field, style)
    if case .text = tree { return ListText.quoted(value) }
    return value
  }

  private func shown(_ number: UInt256, _ type: ABIType, _ meaning: Meaning) -> String {
    if case .int = type, number.high >> 127 == 1 {
      return "-" + shown(Self.negated(number), .uint(256), meaning)
    }
    let narrow = number.narrow.flatMap { UInt64(exactly: $0) }
    switch (meaning, narrow) {
    case (.units, _):
      let symbol = vocabulary.symbol
      return decimal(number) + (symbol.isEmpty ? "" : " \(symbol)")
    case (.seconds, .some(let seconds)): return TimeText.text(span: seconds)
    case (.time, .some(let seconds)): return TimeText.text(instant: seconds)
    case (.basisPoints, .some(let points)):
      return DecimalText.format(Amount(UInt128(points)), decimals: 2) + "%"
    default: return number.description
    }
  }

  /// Whole tokens, without zeros at the end.
  func decimal(_ units: UInt256) -> String {
    let digits = units.description
    let padding = max(vocabulary.decimals + 1 - digits.utf8.count, 0)
    let all = String(repeating: "0", count: padding) + digits
    let whole = all.dropLast(vocabulary.decimals)
    var fraction = all.suffix(vocabulary.decimals)
    while fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? String(whole) : "\(whole).\(fraction)"
  }
}

// JSON

extension TextCoder {
  /// Writes the value as one JSON value: amounts with their unit and their base units, times as
  /// RFC 3339, spans and basis points as numbers, whole numbers of more than 32 bits as texts.
  public func write(_ tree: ABITree, as field: ABIField, to writer: inout JSONWriter) {
    switch (tree, field.type) {
    case (.flag(let flag), _): writer.bool(flag)
    case (.account(let address), _): writer.string(address.checksummed)
    case (.bytes, _), (.text, _): writer.string(text(tree, as: field))
    case (.number(let number), let type): write(number, type, field.meaning, &writer)
    case (.list(let trees), .tuple(let fields)):
      write(trees, as: fields, to: &writer)
    case (.list(let trees), .array(let type)), (.list(let trees), .fixedArray(let type, _)):
      writer.beginArray()
      for tree in trees { write(tree, as: field.element(type), to: &writer) }
      writer.endArray()
    case (.list, _): writer.null()
    }
  }

  /// Writes an object of the fields by their names.
  public func write(_ trees: [ABITree], as fields: [ABIField], to writer: inout JSONWriter) {
    writer.beginObject()
    for (tree, field) in zip(trees, fields) {
      writer.name(field.name)
      write(tree, as: field, to: &writer)
    }
    writer.endObject()
  }

  /// Writes an amount: `{"amount":"12.5","symbol":"DTA","units":"125000"}`.
  public func write(units: UInt256, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("amount", text: decimal(units))
    writer.member("symbol", text: vocabulary.symbol)
    writer.member("units", text: units.description)
    writer.endObject()
  }

  private func write(
    _ number: UInt256, _ type: ABIType, _ meaning: Meaning, _ writer: inout JSONWriter
  ) {
    let text = shown(number, type, meaning)
    let narrow = number.narrow.flatMap { UInt64(exactly: $0) }
    switch (meaning, narrow) {
    case (.units, _):
      guard case .uint = type else { return writer.string(text) }
      write(units: number, to: &writer)
    case (.seconds, .some(let value)) where value < 1 << 53,
      (.basisPoints, .some(let value)) where value < 1 << 53:
      writer.number(value)
    case (.seconds, _), (.basisPoints, _):
      guard case .uint = type else { return writer.string(text) }
      writer.string(number.description)
    default:
      switch type {
      case .uint(let bits) where bits <= 32 && meaning != .time: writer.raw(text)
      default: writer.string(text)
      }
    }
  }
}
