internal import Ledger
public import Primitives

extension EconomyState {
  /// True where the address holds the role now.
  public borrowing func hasRole(_ role: Digest, _ address: Address) -> Bool {
    guard let row = access.role(role), let account = ledger.accounts.find(address) else {
      return false
    }
    return access.holds(row, account, at: ledger.time)
  }

  /// The role that administers a role.
  public borrowing func roleAdmin(_ role: Digest) throws(Rejection) -> Digest {
    guard let row = access.role(role) else {
      throw Access.rejection(.unknownRole, Word(role))
    }
    return access.roles[Int(access.roles[row].admin)].id
  }

  /// Who holds a role now, in row order; at most `Limits.queryRows`.
  public borrowing func roleMembers(_ role: Digest) throws(Rejection) -> [Address] {
    guard let row = access.role(role) else {
      throw Access.rejection(.unknownRole, Word(role))
    }
    var members: [Address] = []
    for place in 0..<access.members.count where members.count < Limits.queryRows {
      let member = access.members[place]
      if Int(member.role) == row + 1, member.until > ledger.time.seconds {
        members.append(ledger.accounts[AccountIndex(row: member.account)].address)
      }
    }
    return members
  }

  /// When an address loses a role; 0 where it does not hold it, the largest number for never.
  public borrowing func roleExpiry(_ role: Digest, _ address: Address) -> LogicalTime {
    guard let row = access.role(role), let account = ledger.accounts.find(address),
      let member = access.member(row, account)
    else { return LogicalTime(0) }
    return LogicalTime(access.members[member].until)
  }

  /// When an offered handover can be accepted; 0 where none is open.
  public borrowing func handoverReady(_ role: Digest, _ holder: Address) -> LogicalTime {
    guard let row = access.role(role), let account = ledger.accounts.find(holder),
      let offer = access.handover(row, from: account)
    else { return LogicalTime(0) }
    return LogicalTime(access.handovers[offer].readyAt)
  }

  /// Every role's id in the order of the economy file.
  public borrowing func roleIDs() -> [Digest] {
    var ids: [Digest] = []
    for row in 0..<access.roles.count { ids.append(access.roles[row].id) }
    return ids
  }
}
