internal import Ledger
public import Primitives

extension Access {
  /// Everything that can be asked of the module.
  public enum Operation: Sendable {
    case grant(Grant)
    case revoke(Revoke)
    case renounce(Renounce)
    case offer(Offer)
    case withdraw(Withdraw)
    case accept(Accept)
  }

  /// Gives a role to an account, for good or until a time.
  public struct Grant: Sendable {
    public let role: Digest
    public let account: Address
    public let until: LogicalTime
  }

  /// Takes a role from an account.
  public struct Revoke: Sendable {
    public let role: Digest
    public let account: Address
  }

  /// Gives up a role; `confirmation` is the sender's own address.
  public struct Renounce: Sendable {
    public let role: Digest
    public let confirmation: Address
  }

  /// Offers the sender's place in a role that administers itself.
  public struct Offer: Sendable {
    public let role: Digest
    public let to: Address
  }

  /// Takes such an offer back.
  public struct Withdraw: Sendable {
    public let role: Digest
  }

  /// Takes an offered place over, once the delay is past.
  public struct Accept: Sendable {
    public let role: Digest
    public let from: Address
  }
}

extension EconomyState {
  /// Makes the roles of the plan and their holders.
  mutating func openAccess() {
    let roles = genesis.plans.access.roles
    for role in roles {
      let admin = roles.firstIndex { $0.name == role.admin } ?? 0
      access.addRole(Access.id(role.name), admin: admin, &ledger.scope)
    }
    for (row, role) in roles.enumerated() {
      for holder in role.holders {
        access.addMember(
          row, ledger.account(holder), until: AccessRules.forever.seconds, &ledger.scope)
      }
    }
  }

  mutating func apply(
    _ operation: Access.Operation, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    switch operation {
    case .grant(let operation): try apply(operation, by: sender)
    case .revoke(let operation): try apply(operation, by: sender)
    case .renounce(let operation): try apply(operation, by: sender)
    case .offer(let operation): try apply(operation, by: sender)
    case .withdraw(let operation): try apply(operation, by: sender)
    case .accept(let operation): try apply(operation, by: sender)
    }
  }

  mutating func apply(
    _ operation: Access.Grant, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let role = try guardRole(operation.role)
    try guardAdministrator(role, sender)
    try guardGrantable(role, operation.role)
    try guardMember(operation.account)
    guard operation.until > ledger.time else {
      throw Access.rejection(.expiryPassed, Word(UInt128(operation.until.seconds)))
    }
    if let member = ledger.accounts.find(operation.account), let row = access.member(role, member),
      access.members[row].until == operation.until.seconds
    {
      throw Access.rejection(.alreadyMember, Word(operation.account), Word(operation.role))
    }

    // Accepted from here.
    let member = ledger.account(operation.account)
    access.addMember(role, member, until: operation.until.seconds, &ledger.scope)
    emitAccess(.granted, operation.role, operation.account, by: sender, operation.until)
    return .nothing
  }

  mutating func apply(
    _ operation: Access.Revoke, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let role = try guardRole(operation.role)
    try guardAdministrator(role, sender)
    try guardGrantable(role, operation.role)
    let member = try guardListed(role, operation.account, operation.role)

    // Accepted from here.
    access.removeMember(role, member, &ledger.scope)
    emitAccess(.revoked, operation.role, operation.account, by: sender, nil)
    return .nothing
  }

  mutating func apply(
    _ operation: Access.Renounce, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let role = try guardRole(operation.role)
    let address = ledger.accounts[sender].address
    guard operation.confirmation == address else { throw Access.rejection(.badConfirmation) }
    let member = try guardListed(role, address, operation.role)
    let row = access.roles[role]
    guard Int(row.admin) != role || row.memberCount > 1 else {
      throw Access.rejection(.lastHolder, Word(operation.role))
    }

    // Accepted from here.
    if let offer = access.handover(role, from: member) { access.withdraw(offer, &ledger.scope) }
    access.removeMember(role, member, &ledger.scope)
    emitAccess(.revoked, operation.role, address, by: sender, nil)
    return .nothing
  }

  mutating func apply(
    _ operation: Access.Offer, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let role = try guardRole(operation.role)
    try guardHolder(role, sender, operation.role)
    guard Int(access.roles[role].admin) == role else {
      throw Access.rejection(.handoverOnly, Word(operation.role))
    }
    try guardMember(operation.to)
    let successor = ledger.account(operation.to)
    guard access.member(role, successor) == nil else {
      throw Access.rejection(.alreadyMember, Word(operation.to), Word(operation.role))
    }
    guard
      let readyAt = AccessRules.readyAt(ledger.time, delay: genesis.plans.access.handoverDelay)
    else { throw Access.rejection(.handoverNotReady) }

    // Accepted from here.
    if let offer = access.handover(role, from: sender) { access.withdraw(offer, &ledger.scope) }
    access.offer(
      Access.HandoverRow(
        role: UInt32(truncatingIfNeeded: role + 1), from: sender.row, to: successor.row,
        readyAt: readyAt.seconds), &ledger.scope)
    emitAccess(.handoverOffered, operation.role, operation.to, by: sender, readyAt)
    return .nothing
  }

  mutating func apply(
    _ operation: Access.Withdraw, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let role = try guardRole(operation.role)
    guard let offer = access.handover(role, from: sender) else {
      throw Access.rejection(.noHandover, Word(operation.role))
    }

    // Accepted from here.
    let to = ledger.accounts[AccountIndex(row: access.handovers[offer].to)].address
    access.withdraw(offer, &ledger.scope)
    emitAccess(.handoverWithdrawn, operation.role, to, by: sender, nil)
    return .nothing
  }

  mutating func apply(
    _ operation: Access.Accept, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let role = try guardRole(operation.role)
    guard let holder = ledger.accounts.find(operation.from),
      let offer = access.handover(role, from: holder),
      access.handovers[offer].to == sender.row
    else { throw Access.rejection(.noHandover, Word(operation.role)) }
    let readyAt = access.handovers[offer].readyAt
    guard ledger.time.seconds >= readyAt else {
      throw Access.rejection(.handoverNotReady, Word(UInt128(readyAt)))
    }

    // Accepted from here.
    access.withdraw(offer, &ledger.scope)
    access.removeMember(role, holder, &ledger.scope)
    access.addMember(role, sender, until: AccessRules.forever.seconds, &ledger.scope)
    emitAccess(.revoked, operation.role, operation.from, by: sender, nil)
    emitAccess(
      .granted, operation.role, ledger.accounts[sender].address, by: sender, AccessRules.forever)
    return .nothing
  }

  // Entry functions for later modules

  /// True where the account holds the role now.
  borrowing func holds(_ role: Access.Role, _ account: AccountIndex) -> Bool {
    guard let row = access.role(role.id) else { return false }
    return access.holds(row, account, at: ledger.time)
  }

  /// Refuses whoever does not hold the role (OpenZeppelin's `AccessControlUnauthorizedAccount`).
  borrowing func require(_ role: Access.Role, _ account: AccountIndex) throws(Rejection) {
    guard holds(role, account) else {
      throw Access.rejection(
        .unauthorized, Word(ledger.accounts[account].address), Word(role.id))
    }
  }

  // Guards

  private borrowing func guardRole(_ id: Digest) throws(Rejection) -> Int {
    guard let role = access.role(id) else { throw Access.rejection(.unknownRole, Word(id)) }
    return role
  }

  private borrowing func guardAdministrator(
    _ role: Int, _ sender: AccountIndex
  ) throws(Rejection) {
    let admin = Int(access.roles[role].admin)
    try guardHolder(admin, sender, access.roles[admin].id)
  }

  private borrowing func guardHolder(
    _ role: Int, _ account: AccountIndex, _ id: Digest
  ) throws(Rejection) {
    guard access.holds(role, account, at: ledger.time) else {
      throw Access.rejection(
        .unauthorized, Word(ledger.accounts[account].address), Word(id))
    }
  }

  private borrowing func guardGrantable(_ role: Int, _ id: Digest) throws(Rejection) {
    guard Int(access.roles[role].admin) != role else {
      throw Access.rejection(.handoverOnly, Word(id))
    }
  }

  private borrowing func guardMember(_ address: Address) throws(Rejection) {
    let isSystem =
      ledger.accounts.find(address).map { ledger.accounts[$0].flags.contains(.system) } ?? false
    guard !isSystem, address != .zero, SystemAddress.moduleNumber(address) == nil else {
      throw Access.rejection(.invalidMember, Word(address))
    }
  }

  private borrowing func guardListed(
    _ role: Int, _ address: Address, _ id: Digest
  ) throws(Rejection) -> AccountIndex {
    guard let account = ledger.accounts.find(address), access.member(role, account) != nil else {
      throw Access.rejection(.notMember, Word(address), Word(id))
    }
    return account
  }

  private mutating func emitAccess(
    _ event: Access.Event, _ role: Digest, _ account: Address, by sender: AccountIndex,
    _ time: LogicalTime?
  ) {
    ledger.events.begin(module: Access.number, code: event.rawValue)
    ledger.events.topic(Word(role))
    ledger.events.topic(Word(account))
    ledger.events.topic(Word(ledger.accounts[sender].address))
    if let time { ledger.events.data(Word(UInt128(time.seconds))) }
  }

  /// Memberships lapse by time alone: the module keeps no timers.
  mutating func runAccess(_ timer: TimerRow) {}
}
