internal import Primitives

/// Documents laid over an economy file.
enum Overlay {
  /// `base` with `overlay` on it: objects merge member by member, whatever else stands in the
  /// overlay replaces. The list `grants` at the top grows instead, so that overlays can be stacked.
  static func apply(_ overlay: JSONValue, to base: JSONValue) -> JSONValue {
    let granted = (base["grants"]?.elements ?? []) + (overlay["grants"]?.elements ?? [])
    let merged = merge(overlay, into: base)
    guard overlay["grants"]?.elements != nil, case .object(var members) = merged else {
      return merged
    }
    for index in members.indices where members[index].name == "grants" {
      members[index].value = .array(granted)
    }
    return .object(members)
  }

  private static func merge(_ overlay: JSONValue, into base: JSONValue) -> JSONValue {
    guard case .object(let additions) = overlay, case .object(var members) = base else {
      return overlay
    }
    for addition in additions {
      if let place = members.firstIndex(where: { $0.name == addition.name }) {
        members[place].value = merge(addition.value, into: members[place].value)
      } else {
        members.append(addition)
      }
    }
    return .object(members)
  }
}
