internal import Primitives

extension Access {
  private static let pauserExample =
    "0x0cc58340b26c619cd4edc70f833d3f4d9d26f3ae7d5ef2965f81fe5495049a4f"
  private static let accountExample = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

  /// Nobody blocked is given a power.
  private static let appointment = CompliancePolicy.office.with(counterparty: .refuse)
  private static let acceptance = CompliancePolicy.office.with(sender: .refuse)

  /// What outsiders rely on.
  public static let declaration: ModuleDeclaration = ModuleDeclaration(
    number: number, name: "access",
    help: "Who may do what: roles with admins, timed roles, handover in two steps.",
    calls: calls,
    queries: queries,
    events: events,
    rejections: rejections)

  private static let calls: [CallDeclaration] = [
    CallDeclaration(
      "grantRole", "Gives a role for good; asks for the role's admin role.",
      example: "\(pauserExample) \(accountExample)", compliance: appointment,
      Parameter<Digest>("role"),
      Parameter<Address>("account")
    ) { .access(.grant(Grant(role: $0, account: $1, until: AccessRules.forever))) },
    CallDeclaration(
      "grantRoleUntil", "Gives a role until a time; asks for the role's admin role.",
      example: "\(pauserExample) \(accountExample) 2027-03-01T00:00:00Z", compliance: appointment,
      Parameter<Digest>("role"), Parameter<Address>("account"), Parameter<LogicalTime>("until")
    ) { .access(.grant(Grant(role: $0, account: $1, until: $2))) },
    CallDeclaration(
      "revokeRole", "Takes a role away; asks for the role's admin role.",
      example: "\(pauserExample) \(accountExample)", compliance: .office,
      Parameter<Digest>("role"),
      Parameter<Address>("account")
    ) { .access(.revoke(Revoke(role: $0, account: $1))) },
    CallDeclaration(
      "renounceRole", "Gives up your own role; confirm with your own address.",
      example: "\(pauserExample) \(accountExample)", compliance: .office,
      Parameter<Digest>("role"),
      Parameter<Address>("confirmation")
    ) { .access(.renounce(Renounce(role: $0, confirmation: $1))) },
    CallDeclaration(
      "offerHandover", "Offers your place in a role that administers itself to a successor.",
      example: "\(pauserExample) \(accountExample)", compliance: appointment,
      Parameter<Digest>("role"),
      Parameter<Address>("to")
    ) { .access(.offer(Offer(role: $0, to: $1))) },
    CallDeclaration(
      "withdrawHandover", "Takes your offered handover back.", example: pauserExample,
      compliance: .office,
      Parameter<Digest>("role")
    ) { .access(.withdraw(Withdraw(role: $0))) },
    CallDeclaration(
      "acceptHandover", "Takes over a place that was offered to you, once its delay is past.",
      example: "\(pauserExample) \(accountExample)", compliance: acceptance,
      Parameter<Digest>("role"),
      Parameter<Address>("from")
    ) { .access(.accept(Accept(role: $0, from: $1))) },
  ]

  private static let queries: [QueryDeclaration] = [
    QueryDeclaration(
      "hasRole", "Whether an account holds a role now.",
      example: "\(pauserExample) \(accountExample)", returns: Parameter<Bool>("holds"),
      Parameter<Digest>("role"), Parameter<Address>("account")
    ) { (state, role, account) throws(Rejection) in state.hasRole(role, account) },
    QueryDeclaration(
      "getRoleAdmin", "The role that grants and revokes a role.", example: pauserExample,
      returns: Parameter<Digest>("admin"), Parameter<Digest>("role")
    ) { (state, role) throws(Rejection) in try state.roleAdmin(role) },
    QueryDeclaration(
      "getRoleMembers", "Who holds a role now.", example: pauserExample,
      returns: Parameter<[Address]>("members"), Parameter<Digest>("role")
    ) { (state, role) throws(Rejection) in try state.roleMembers(role) },
    QueryDeclaration(
      "roleExpiry", "When an account loses a role; 0 where it does not hold it.",
      example: "\(pauserExample) \(accountExample)", returns: Parameter<LogicalTime>("until"),
      Parameter<Digest>("role"), Parameter<Address>("account")
    ) { (state, role, account) throws(Rejection) in state.roleExpiry(role, account) },
    QueryDeclaration(
      "handoverReady", "When an offered handover can be accepted; 0 where none is open.",
      example: "\(pauserExample) \(accountExample)", returns: Parameter<LogicalTime>("ready"),
      Parameter<Digest>("role"), Parameter<Address>("holder")
    ) { (state, role, holder) throws(Rejection) in state.handoverReady(role, holder) },
    QueryDeclaration(
      "roles", "Every role's id, in the order of the economy file.", example: "",
      returns: Parameter<[Digest]>("roles")
    ) { (state) throws(Rejection) in state.roleIDs() },
  ]

  private static let events: [EventDeclaration] = [
    EventDeclaration(
      Event.granted.rawValue, "RoleGrantedUntil",
      "An account was given a role; the largest time means for good.",
      Parameter<Digest>("role", indexed: true), Parameter<Address>("account", indexed: true),
      Parameter<Address>("sender", indexed: true), Parameter<LogicalTime>("until")),
    EventDeclaration(
      Event.revoked.rawValue, "RoleRevoked", "An account lost or gave up a role.",
      Parameter<Digest>("role", indexed: true), Parameter<Address>("account", indexed: true),
      Parameter<Address>("sender", indexed: true)),
    EventDeclaration(
      Event.handoverOffered.rawValue, "HandoverOffered",
      "A holder offered its place; it can be accepted from the time on.",
      Parameter<Digest>("role", indexed: true), Parameter<Address>("to", indexed: true),
      Parameter<Address>("sender", indexed: true), Parameter<LogicalTime>("ready")),
    EventDeclaration(
      Event.handoverWithdrawn.rawValue, "HandoverWithdrawn", "A holder took its offer back.",
      Parameter<Digest>("role", indexed: true), Parameter<Address>("to", indexed: true),
      Parameter<Address>("sender", indexed: true)),
  ]

  private static let rejections: [RejectionDeclaration] = [
    RejectionDeclaration(
      Code.unknownRole.rawValue, "UnknownRole",
      "The economy has no such role, and none can be added: a role's id is the keccak-256 of its "
        + "name in the economy file.", Parameter<Digest>("role")),
    RejectionDeclaration(
      Code.unauthorized.rawValue, "AccessControlUnauthorizedAccount",
      "The sender does not hold the role that this asks for.", Parameter<Address>("account"),
      Parameter<Digest>("neededRole")),
    RejectionDeclaration(
      Code.badConfirmation.rawValue, "AccessControlBadConfirmation",
      "A role is renounced only by its holder: confirm with the sender's own address."),
    RejectionDeclaration(
      Code.handoverOnly.rawValue, "HandoverOnly",
      "A role that administers itself changes hands by offerHandover and acceptHandover alone, "
        + "and no other role does.", Parameter<Digest>("role")),
    RejectionDeclaration(
      Code.invalidMember.rawValue, "InvalidMember",
      "The zero address, a module or a system account cannot hold a role.",
      Parameter<Address>("account")),
    RejectionDeclaration(
      Code.expiryPassed.rawValue, "ExpiryPassed",
      "The role would lapse at once: give a time that lies ahead.",
      Parameter<LogicalTime>("until")),
    RejectionDeclaration(
      Code.alreadyMember.rawValue, "AlreadyMember",
      "The account holds the role on these terms already.", Parameter<Address>("account"),
      Parameter<Digest>("role")),
    RejectionDeclaration(
      Code.notMember.rawValue, "NotMember", "The account does not hold the role.",
      Parameter<Address>("account"), Parameter<Digest>("role")),
    RejectionDeclaration(
      Code.lastHolder.rawValue, "LastHolder",
      "The last holder of a role that administers itself cannot give it up: hand it over.",
      Parameter<Digest>("role")),
    RejectionDeclaration(
      Code.noHandover.rawValue, "NoHandover", "No such handover is open.",
      Parameter<Digest>("role")),
    RejectionDeclaration(
      Code.handoverNotReady.rawValue, "HandoverNotReady",
      "The handover's delay is not past: accept it at the time given.",
      Parameter<LogicalTime>("ready")),
  ]
}
