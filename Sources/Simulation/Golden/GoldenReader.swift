internal import Primitives

/// The members of an object of a scenario file, each to be taken once; what nobody takes is an
/// error, so that nothing in a file is passed over in silence.
struct GoldenReader {
  /// Where the object stands in the file.
  let pointer: String
  private var members: [JSONMember]

  init(_ value: JSONValue, at pointer: String) throws(GoldenFault) {
    guard let members = value.members else {
      throw GoldenFault(pointer, "\(value.kind) stands where an object must")
    }
    self.pointer = pointer
    self.members = members
  }

  /// The names that were not taken yet.
  var names: [String] { members.map(\.name) }

  mutating func take(_ name: String) -> JSONValue? {
    guard let place = members.firstIndex(where: { $0.name == name }) else { return nil }
    return members.remove(at: place).value
  }

  mutating func required(_ name: String) throws(GoldenFault) -> JSONValue {
    guard let value = take(name) else { throw GoldenFault(pointer, "\"\(name)\" is missing") }
    return value
  }

  mutating func list(_ name: String) throws(GoldenFault) -> [JSONValue] {
    let value = try required(name)
    guard let elements = value.elements else {
      throw GoldenFault("\(pointer)/\(name)", "\(value.kind) stands where a list must")
    }
    return elements
  }

  mutating func text(_ name: String) throws(GoldenFault) -> String {
    let value = try required(name)
    guard let text = value.string, !text.isEmpty else {
      throw GoldenFault("\(pointer)/\(name)", "\(value.kind) stands where a word must")
    }
    return text
  }

  mutating func optionalText(_ name: String) throws(GoldenFault) -> String? {
    members.contains { $0.name == name } ? try text(name) : nil
  }

  /// Who acts, without `user.`.
  mutating func optionalActor() throws(GoldenFault) -> String? {
    guard let name = try optionalText("actor") else { return nil }
    return GoldenScenario.actor(name)
  }

  /// A whole number below 2^128, plainly or as text.
  mutating func whole(_ name: String) throws(GoldenFault) -> UInt128 {
    let value = try required(name)
    guard let number = value.whole ?? value.string.flatMap({ JSONValue.number($0).whole }) else {
      throw GoldenFault("\(pointer)/\(name)", "no whole number of at most 128 bits stands here")
    }
    return number
  }

  mutating func optionalWhole(_ name: String) throws(GoldenFault) -> UInt128? {
    members.contains { $0.name == name } ? try whole(name) : nil
  }

  /// A whole number below 2^64.
  mutating func wide(_ name: String) throws(GoldenFault) -> UInt64 {
    let number = try whole(name)
    guard let wide = UInt64(exactly: number) else {
      throw GoldenFault("\(pointer)/\(name)", "\(number) is too large")
    }
    return wide
  }

  mutating func optionalWide(_ name: String) throws(GoldenFault) -> UInt64? {
    members.contains { $0.name == name } ? try wide(name) : nil
  }

  /// - Parameter prose: names that are for people only.
  func finish(ignoring prose: [String]) throws(GoldenFault) {
    if let left = members.first(where: { !prose.contains($0.name) }) {
      throw GoldenFault("\(pointer)/\(left.name)", "\"\(left.name)\" means nothing here")
    }
  }
}
