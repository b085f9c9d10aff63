internal import Primitives

/// The members of one object while they are read: whoever asks for a name makes it known, and
/// `finish` reports what was missing and what nobody asked for.
final class Fields {
  let node: Node
  private var asked: [String] = []
  private var missing: [String] = []

  init(_ node: Node) { self.node = node }

  var reading: Reading { node.reading }

  /// The member, noted as missing where absent.
  func required(_ name: String) -> Node? {
    asked.append(name)
    guard let value = node.value[name] else {
      missing.append(name)
      return nil
    }
    return child(name, value)
  }

  /// The member, or nil where it is absent or null.
  func optional(_ name: String) -> Node? {
    asked.append(name)
    guard let value = node.value[name], !value.isNull else { return nil }
    return child(name, value)
  }

  /// Says what is missing and what is unknown. A key that is nearly a missing one is one mistake.
  func finish() {
    guard let members = node.value.members else { return }
    for member in members where !asked.contains(member.name) {
      let meant = Spelling.nearest(to: member.name, among: missing)
      if let meant { missing.removeAll { $0 == meant } }
      let near = meant ?? Spelling.nearest(to: member.name, among: asked)
      reading.add(
        "\(node.pointer)/\(JSONPointer.escape(member.name))", "unknown key",
        repair: near.map { "did you mean \"\($0)\"?" }
          ?? "remove it; known here are \(asked.joined(separator: ", "))")
    }
    for name in missing {
      node.fail("the key \"\(name)\" is missing", repair: "add it")
    }
  }

  /// Texts for readers, of which the engine knows nothing: a text or a list of texts each.
  func prose(_ names: String...) {
    for name in names {
      guard let node = optional(name) else { continue }
      if node.value.elements != nil {
        for element in node.list() { _ = element.text() }
      } else {
        _ = node.text()
      }
    }
  }

  func text(_ name: String) -> String { required(name)?.text() ?? "" }
  func flag(_ name: String) -> Bool { required(name)?.flag() ?? false }

  func whole(
    _ name: String, in range: ClosedRange<UInt64> = 0...1_000_000_000_000
  ) -> UInt64 { required(name)?.whole(in: range) ?? range.lowerBound }

  func bps(_ name: String, upTo limit: UInt64 = 10_000) -> BasisPoints {
    required(name)?.bps(upTo: limit) ?? BasisPoints(0)
  }

  /// A span given in days.
  func days(_ name: String, in range: ClosedRange<UInt64> = 0...36_500) -> Seconds {
    Seconds(whole(name, in: range) * Seconds.day.count)
  }

  func list(_ name: String, isEmpty allowed: Bool = true) -> [Node] {
    required(name)?.list(isEmpty: allowed) ?? []
  }

  func texts(_ name: String) -> [String] { list(name).map { $0.text() } }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ kind: Choice.Type
  ) -> Choice? { required(name)?.choice(kind) }

  /// An amount as the object { tokens, units }.
  func amount(_ name: String) -> Amount {
    guard let node = required(name) else { return .zero }
    return node.amount()
  }

  /// The amount that this object itself states by `tokens` and `units`.
  func amountHere() -> Amount {
    let tokens = required("tokens")
    let units = required("units")
    guard let tokens, let units else { return .zero }
    var amount = Amount.zero
    var stated: UInt128 = 0
    let isSound = reading.isSound {
      amount = tokens.tokens()
      stated = units.digits()
    }
    guard isSound, let decimals = reading.decimals else { return amount }
    if amount.units != stated {
      units.fail(
        "\(stated) units are not \(tokens.value.string ?? "") tokens at \(decimals) decimals",
        repair: "write \"\(amount.units)\", or tokens "
          + "\"\(TokenAmount.text(stated, decimals: decimals))\"")
    }
    return amount
  }

  private func child(_ name: String, _ value: JSONValue) -> Node {
    Node(
      value: value, pointer: "\(node.pointer)/\(JSONPointer.escape(name))", reading: reading)
  }
}

extension Node {
  /// An amount as the object { tokens, units }.
  func amount() -> Amount {
    let fields = fields
    guard value.members != nil else { return .zero }
    defer { fields.finish() }
    return fields.amountHere()
  }

  /// Members as a list of named values, for objects whose names are free.
  func entries() -> [(name: String, node: Node)] {
    guard let members = value.members else {
      fail("\(value.kind) stands where an object must", repair: "write { ... }")
      return []
    }
    return members.map {
      (
        $0.name,
        Node(
          value: $0.value, pointer: "\(pointer)/\(JSONPointer.escape($0.name))", reading: reading)
      )
    }
  }
}
