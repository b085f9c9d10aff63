public import Primitives

/// What a person may write for a parameter: for help and for messages.
public struct Wanted: Sendable {
  /// The form in words.
  public let form: String
  /// A text of that form.
  public let example: String

  /// By the field's type and meaning.
  public init(_ field: ABIField) {
    (form, example) = Self.words(field)
  }

  private static let account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

  private static func words(_ field: ABIField) -> (String, String) {
    switch field.type {
    case .array(let type):
      let element = Wanted(field.element(type))
      return ("a list a,b,c of \(element.form)", "[\(inList(element.example, type))]")
    case .fixedArray(let type, let count):
      let element = Wanted(field.element(type))
      let example = inList(element.example, type)
      let all = Array(repeating: example, count: count).joined(separator: ",")
      return ("a list of \(count): \(element.form)", "[\(all)]")
    case .tuple(let fields):
      let names = fields.map(\.name).joined(separator: ",")
      let parts = fields.map { inList(Wanted($0).example, $0.type) }
      return ("a record (\(names))", "(\(parts.joined(separator: ",")))")
    case .string: return ("a text", "hello")
    case .bytes: return ("bytes as 0x and hex digits", "0x00ff")
    case .address: return ("an address with its checksum, or a name of GET /network", account)
    case .bool: return ("yes or no", "yes")
    case .fixedBytes(let count):
      let digits = String(repeating: "00", count: count)
      return field.isRole
        ? ("a role's name, or its id as 0x and 64 hex digits", "pauser")
        : ("0x and \(2 * count) hex digits", "0x\(digits)")
    case .uint(let bits), .int(let bits): return number(field.meaning, bits)
    }
  }

  private static func number(_ meaning: Meaning, _ bits: Int) -> (String, String) {
    switch meaning {
    case .units:
      ("tokens with a decimal point, or base units with u behind them", "12.5 or 125000u")
    case .seconds: ("a span: seconds, or s, m, h, d, w behind numbers", "30d")
    case .time: ("a time: RFC 3339, a date, or seconds since 1970", "2027-03-01T00:00:00Z")
    case .basisPoints: ("a share: percent, or hundredths of a percent", "5% or 500")
    default: ("a whole number of at most \(bits) bits", "1")
    }
  }

  /// The first alternative, in quotes where it is a text.
  private static func inList(_ example: String, _ type: ABIType) -> String {
    if case .string = type { return ListText.quoted(example) }
    return example.split(separator: " ").first.map(String.init) ?? example
  }
}
