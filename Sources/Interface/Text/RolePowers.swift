internal import Economy

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
      for call in module.calls where call.role?.rawValue == role {
        lines.append("\(module.name).\(call.name): \(call.help)")
      }
    }
    return lines
  }
}
