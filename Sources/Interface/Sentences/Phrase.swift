internal import Primitives

/// A sentence with places for values: `Stake {amount}{lock? for {lock}|, without a lock}.`
///
/// `{name}` stands for the value's words; `{name?yes|no}` for one of two phrases: the second where
/// the value is zero, empty or false.
struct Phrase: Sendable, Equatable {
  indirect enum Part: Sendable, Equatable {
    case text(String)
    case value(String)
    case choice(String, yes: [Part], no: [Part])
  }

  let parts: [Part]

  /// Nil where braces do not close or a choice has not two sides.
  init?(_ template: String) {
    var reader = Reader(rest: Array(template))
    guard let parts = reader.parts(until: []), reader.rest.isEmpty else { return nil }
    self.parts = parts
  }

  /// The names of all values that the phrase mentions.
  var names: Set<String> { Self.names(parts) }

  private static func names(_ parts: [Part]) -> Set<String> {
    parts.reduce(into: []) { names, part in
      switch part {
      case .text: break
      case .value(let name): names.insert(name)
      case .choice(let name, let yes, let no):
        names.formUnion([name])
        names.formUnion(Self.names(yes))
        names.formUnion(Self.names(no))
      }
    }
  }

  /// The sentence.
  func sentence(_ values: [ABITree], _ fields: [ABIField], _ prose: Prose) -> String {
    Self.text(parts) { name in
      guard let place = fields.firstIndex(where: { $0.name == name }), place < values.count else {
        return nil
      }
      return (values[place], fields[place])
    } _: { tree, field in
      prose.words(tree, as: field)
    }
  }

  private static func text(
    _ parts: [Part], _ find: (String) -> (ABITree, ABIField)?,
    _ words: (ABITree, ABIField) -> String
  ) -> String {
    var text = ""
    for part in parts {
      switch part {
      case .text(let plain): text += plain
      case .value(let name): text += find(name).map { words($0.0, $0.1) } ?? name
      case .choice(let name, let yes, let no):
        let isThere = find(name).map { !$0.0.isBlank } ?? false
        text += Self.text(isThere ? yes : no, find, words)
      }
    }
    return text
  }

  private struct Reader {
    var rest: [Character]

    mutating func parts(until ends: [Character]) -> [Part]? {
      var parts: [Part] = []
      var text = ""
      var place = 0
      func take(_ count: Int, _ rest: inout [Character]) { rest.removeFirst(count) }
      while place < rest.count, !ends.contains(rest[place]) {
        if rest[place] == "}" { return nil }
        guard rest[place] == "{" else {
          text.append(rest[place])
          place += 1
          continue
        }
        if !text.isEmpty { parts.append(.text(text)) }
        text = ""
        take(place + 1, &rest)
        place = 0
        guard let part = value() else { return nil }
        parts.append(part)
      }
      if !text.isEmpty { parts.append(.text(text)) }
      take(place, &rest)
      return parts
    }

    /// What stands behind an opening brace, to its closing one.
    private mutating func value() -> Part? {
      let name = String(rest.prefix { $0.isLetter || $0.isNumber })
      rest.removeFirst(name.count)
      guard !name.isEmpty, let sign = rest.first else { return nil }
      rest.removeFirst()
      if sign == "}" { return .value(name) }
      guard sign == "?", let yes = parts(until: ["|"]), rest.first == "|" else { return nil }
      rest.removeFirst()
      guard let no = parts(until: ["}"]), rest.first == "}" else { return nil }
      rest.removeFirst()
      return .choice(name, yes: yes, no: no)
    }
  }
}

extension ABITree {
  /// Zero, empty or false.
  fileprivate var isBlank: Bool {
    switch self {
    case .number(let number): number == .zero
    case .flag(let flag): !flag
    case .account(let address): address == .zero
    case .bytes(let bytes): bytes.allSatisfy { $0 == 0 }
    case .text(let text): text.isEmpty
    case .list(let trees): trees.isEmpty
    }
  }
}
