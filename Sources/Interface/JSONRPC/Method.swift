internal import Primitives

/// One method: its name, its parameters in order, and what answers it.
struct Method: Sendable {
  struct Parameter: Sendable {
    let name: String
    let isRequired: Bool

    static func required(_ name: String) -> Parameter { Parameter(name: name, isRequired: true) }
    static func optional(_ name: String) -> Parameter { Parameter(name: name, isRequired: false) }
  }

  let name: String
  let parameters: [Parameter]
  /// Writes the result, exactly one JSON value.
  let answer: @Sendable (JSONRPC, Arguments, inout JSONWriter) throws(RPCFailure) -> Void

  init(
    _ name: String, _ parameters: [Parameter] = [],
    answer: @escaping @Sendable (JSONRPC, Arguments, inout JSONWriter) throws(RPCFailure) -> Void
  ) {
    self.name = name
    self.parameters = parameters
    self.answer = answer
  }

  /// Every method that this node answers.
  static let all: [Method] =
    network + state + calls + fees + blocks + transactions + logs + filters + subscriptions
    + traces + raw + pool + development

  private static let byName = [String: Method](
    all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// The method with that name.
  static func named(_ name: String) -> Method? { byName[name] }
}

/// The values that a request gives for a method's parameters, counted and not yet read.
struct Arguments: Sendable {
  private let method: Method
  private let values: [JSONValue]

  /// Checks the count. Nulls at the end stand for arguments that are not given.
  init(_ method: Method, _ given: JSONValue?) throws(RPCFailure) {
    var values: [JSONValue] = []
    switch given {
    case nil, .null: break
    case .array(let elements): values = elements
    default: throw RPCFailure(RPCFailure.invalidParameters, "non-array args")
    }
    while let last = values.last, last.isNull { values.removeLast() }
    guard values.count <= method.parameters.count else {
      throw RPCFailure(
        RPCFailure.invalidParameters,
        "too many arguments, want at most \(method.parameters.count)")
    }
    for (place, parameter) in method.parameters.enumerated()
    where parameter.isRequired && (place >= values.count || values[place].isNull) {
      throw RPCFailure(
        RPCFailure.invalidParameters,
        "missing value for required argument \(place): \(parameter.name)")
    }
    self.method = method
    self.values = values
  }

  /// The argument at a place, or nil where it is not given.
  func optional<Value>(
    _ place: Int, _ read: (JSONValue) throws(ShapeFailure) -> Value
  ) throws(RPCFailure) -> Value? {
    guard place < values.count, !values[place].isNull else { return nil }
    do throws(ShapeFailure) {
      return try read(values[place])
    } catch {
      throw RPCFailure(
        RPCFailure.invalidParameters,
        "invalid argument \(place): \(method.parameters[place].name): \(error.text)")
    }
  }

  /// A required argument.
  func required<Value>(
    _ place: Int, _ read: (JSONValue) throws(ShapeFailure) -> Value
  ) throws(RPCFailure) -> Value {
    guard let value = try optional(place, read) else {
      throw RPCFailure(
        RPCFailure.invalidParameters,
        "missing value for required argument \(place): \(method.parameters[place].name)")
    }
    return value
  }

  func address(_ place: Int) throws(RPCFailure) -> Address {
    try required(place, Shape.address)
  }

  func digest(_ place: Int) throws(RPCFailure) -> Digest { try required(place, Shape.digest) }

  func bytes(_ place: Int) throws(RPCFailure) -> [UInt8] { try required(place, Shape.bytes) }

  /// The block meant, the head where none is given.
  func block(_ place: Int) throws(RPCFailure) -> BlockReference {
    try optional(place, Shape.block) ?? .head
  }

  func flag(_ place: Int) throws(RPCFailure) -> Bool { try optional(place, Shape.flag) ?? false }
}
