public import Primitives

extension EconomyDocument {
  /// What governance may do to the parameters at a pointer; `*` stands for every element of a list.
  public struct Bound: Sendable, Equatable {
    public let pointer: String
    public let minimum: UInt128
    public let maximum: UInt128
    /// The most that one change may add or take.
    public let largestStep: UInt128
    /// The least time between two changes.
    public let cooldown: Seconds
    /// The class of votes that may change it.
    public let body: GovernanceClass
    public let why: String
  }

  /// One parameter of the ledger: a number of the file with its bounds.
  public struct Parameter: Sendable, Equatable {
    /// The pointer without wildcards, such as `/staking/tiers/0/aprMaxBps`.
    public let pointer: String
    public let value: UInt128
    public let minimum: UInt128
    public let maximum: UInt128
    public let largestStep: UInt128
    public let cooldown: Seconds
    public let body: GovernanceClass
  }

  /// Every parameter that governance may change, in the order of `bounds`, wildcards expanded.
  public func parameters() -> [Parameter] {
    bounds.flatMap { bound in
      Bound.expand(bound.pointer, in: tree).compactMap { pointer in
        tree.at(pointer).flatMap(Bound.number).map { value in
          Parameter(
            pointer: pointer, value: value, minimum: bound.minimum, maximum: bound.maximum,
            largestStep: bound.largestStep, cooldown: bound.cooldown, body: bound.body)
        }
      }
    }
  }
}

extension EconomyDocument.Bound {
  /// Sections that no vote may touch (hard limits).
  private static let fixed = [
    "/allocations", "/pools", "/token", "/network", "/access", "/bounds", "/burns/supplyFloor",
    "/milestones", "/accounts", "/time", "/conventions", "/releaseGovernor/cumulativeCeilingTokens",
  ]

  init(_ fields: Fields) {
    pointer = fields.text("param")
    var numbers: (minimum: UInt128, maximum: UInt128, step: UInt128) = (0, 0, 0)
    let sound = fields.reading.isSound {
      numbers.minimum = fields.required("min")?.digits() ?? 0
      numbers.maximum = fields.required("max")?.digits() ?? 0
      numbers.step = fields.required("maxStep")?.digits() ?? 0
    }
    minimum = numbers.minimum
    maximum = numbers.maximum
    largestStep = numbers.step
    cooldown = fields.days("cooldownDays", in: 0...3_650)
    body = fields.choice("class", EconomyDocument.GovernanceClass.self) ?? .economic
    why = fields.text("why")
    fields.finish()
    guard sound, ["min", "max", "maxStep"].allSatisfy({ fields.node.value[$0] != nil }) else {
      return
    }
    if minimum > maximum {
      fields.node.fail(
        "min \(minimum) is above max \(maximum)", repair: "exchange or correct them")
    }
    if largestStep == 0 {
      fields.required("maxStep")?.fail(
        "a step of 0 allows no change", repair: "write at least 1, or remove the bound")
    }
  }

  /// Checks what the pointer leads to in the document `root`.
  func check(_ node: Node, root: JSONValue) {
    guard !pointer.isEmpty else { return }
    let place = Node(
      value: node.value["param"] ?? .null, pointer: node.pointer + "/param", reading: node.reading)
    if let section = Self.fixed.first(where: { pointer == $0 || pointer.hasPrefix($0 + "/") }) {
      place.fail(
        "\(section) is fixed for good and no vote may change it", repair: "remove the bound")
      return
    }
    let targets = Self.expand(pointer, in: root)
    if targets.isEmpty {
      place.fail("\"\(pointer)\" leads nowhere", repair: Self.repair(pointer, in: root))
    }
    for target in targets {
      guard let value = root.at(target), let number = Self.number(value) else {
        // A number that is no whole one has been reported at its own place.
        if case .number = root.at(target) { continue }
        place.fail(
          "\"\(target)\" is no whole number", repair: "point at a number of the file")
        continue
      }
      if number < minimum || number > maximum {
        node.fail(
          "the present value \(number) of \(target) is not within \(minimum) to \(maximum)",
          repair: "widen the bounds, or correct the value")
      }
    }
  }

  /// The pointers that a pattern stands for, in document order; empty where it leads nowhere.
  static func expand(_ pattern: String, in root: JSONValue) -> [String] {
    guard let tokens = JSONPointer.tokens(pattern), !tokens.isEmpty else { return [] }
    var found: [(pointer: String, value: JSONValue)] = [("", root)]
    for token in tokens {
      found = found.flatMap { place -> [(pointer: String, value: JSONValue)] in
        let path = place.pointer + "/"
        if let elements = place.value.elements {
          if token == "*" { return elements.enumerated().map { ("\(path)\($0)", $1) } }
          guard let index = JSONPointer.index(token), let value = place.value[index] else {
            return []
          }
          return [(path + token, value)]
        }
        return place.value[token].map { [(path + JSONPointer.escape(token), $0)] } ?? []
      }
    }
    return found.map(\.pointer)
  }

  /// A parameter's number: a JSON number, or units in quotes.
  static func number(_ value: JSONValue) -> UInt128? {
    value.whole ?? value.string.flatMap { JSONValue.number($0).whole }
  }

  /// What the pointer may have meant: it is followed as far as it leads.
  private static func repair(_ pointer: String, in root: JSONValue) -> String {
    guard let tokens = JSONPointer.tokens(pointer) else {
      return "a pointer starts with /, for example /fees/serviceBurn/bpsOfGross"
    }
    var value = root
    var path = ""
    for token in tokens {
      let next = token == "*" ? value[0] : JSONPointer.index(token).flatMap { value[$0] }
      if let following = value.members == nil ? next : value[token] {
        value = following
        path += "/" + token
        continue
      }
      let here = path.isEmpty ? "the document" : path
      if let count = value.elements?.count { return "\(here) has the elements 0 to \(count - 1)" }
      guard let members = value.members else { return "\(here) has nothing inside" }
      let names = members.map(\.name)
      if let near = Spelling.nearest(to: token, among: names) {
        return "did you mean \"\(path)/\(near)\"?"
      }
      return "\(here) has \(names.joined(separator: ", "))"
    }
    return "point at a number of the file"
  }
}
