public import Economy

/// What the holders of a role may do, from the declarations alone.
public enum RolePowers {
  /// The operations that ask for the role, as `module.operation: help`, after what it administers.
  /// - Parameter administered: the roles whose admin it is.
  public static func operations(of role: String, _ administered: [String]) -> [String] {
    var lines: [String] = []
    let others = administered.filter { $0 != role }
    if !others.isEmpty {
      lines.append(
        "access.grantRole, grantRoleUntil, revokeRole for \(others.joined(separator: ", "))")
    }
    if administered.contains(role) {
      lines.append("access.offerHandover of its own place; \(role) is never granted or revoked")
    }
    for module in Registry.modules {
      for call in module.calls where Self.role(of: call) == role {
        lines.append("\(module.name).\(call.name): \(call.help)")
      }
    }
    return lines
  }

  /// The role that an operation asks for: as it is declared, or as its help says with
  /// `asks for NAME` or `asks for the role NAME`.
  public static func role(of call: CallDeclaration) -> String? {
    if let role = call.role { return role.rawValue }
    let words = call.help.split(separator: " ")
    for place in words.indices.dropFirst() where words[place - 1] == "asks" && words[place] == "for"
    {
      var rest = words[(place + 1)...]
      if rest.starts(with: ["the", "role"]) { rest = rest.dropFirst(2) }
      guard var name = rest.first else { continue }
      while let last = name.last, !last.isLetter { name.removeLast() }
      if Access.Role(rawValue: String(name)) != nil { return String(name) }
    }
    return nil
  }
}
