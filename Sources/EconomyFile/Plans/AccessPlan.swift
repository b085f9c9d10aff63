internal import Economy

extension EconomyDocument {
  /// What the access module needs before the first block. A name that no overlay has bound holds no
  /// role; `init` refuses such a network.
  func accessPlan() -> Economy.Access.Plan {
    Economy.Access.Plan(
      roles: access.roles.map { role in
        Economy.Access.Plan.Role(
          name: role.id, admin: role.admin,
          holders: role.holders.compactMap { access.address(of: $0) })
      },
      handoverDelay: access.handoverDelay)
  }
}
