internal import Ledger
internal import Primitives

extension Access {
  /// A role; made at genesis and never after.
  struct RoleRow: LedgerRow {
    let id: Digest
    /// The admin role's row.
    let admin: UInt32
    /// Members whose rows stand, lapsed ones included.
    var memberCount: UInt32

    static var wordCount: Int { 5 }
    static var vacant: RoleRow { RoleRow(id: .zero, admin: 0, memberCount: 0) }
    /// Roles are never freed.
    var isVacant: Bool { false }

    func encode(into writer: inout RowWriter) {
      writer.append(id)
      writer.append(admin, memberCount)
    }

    init(from reader: inout RowReader) {
      id = reader.digest()
      (admin, memberCount) = reader.pair()
    }

    init(id: Digest, admin: UInt32, memberCount: UInt32) {
      self.id = id
      self.admin = admin
      self.memberCount = memberCount
    }
  }

  /// That an account holds a role.
  struct MemberRow: LedgerRow {
    /// When it lapses, in seconds since 1970; `UInt64.max` for never.
    var until: UInt64
    /// The role's row plus one; 0 where the place is free.
    let role: UInt32
    let account: UInt32

    static var wordCount: Int { 2 }
    static var vacant: MemberRow { MemberRow(role: 0, account: 0, until: 0) }
    var isVacant: Bool { role == 0 }

    func encode(into writer: inout RowWriter) {
      writer.append(until)
      writer.append(role, account)
    }

    init(from reader: inout RowReader) {
      until = reader.next()
      (role, account) = reader.pair()
    }

    init(role: UInt32, account: UInt32, until: UInt64) {
      self.role = role
      self.account = account
      self.until = until
    }
  }

  /// That a holder offers its place in a role that administers itself.
  struct HandoverRow: LedgerRow {
    let readyAt: UInt64
    /// The role's row plus one; 0 where the place is free.
    let role: UInt32
    let from: UInt32
    let to: UInt32

    static var wordCount: Int { 3 }
    static var vacant: HandoverRow { HandoverRow(role: 0, from: 0, to: 0, readyAt: 0) }
    var isVacant: Bool { role == 0 }

    func encode(into writer: inout RowWriter) {
      writer.append(readyAt)
      writer.append(role, from)
      writer.append(to, 0)
    }

    init(from reader: inout RowReader) {
      readyAt = reader.next()
      (role, from) = reader.pair()
      to = reader.pair().low
    }

    init(role: UInt32, from: UInt32, to: UInt32, readyAt: UInt64) {
      self.role = role
      self.from = from
      self.to = to
      self.readyAt = readyAt
    }
  }

  /// Roles, members and open handovers. The tables are small: they are searched row by row.
  public struct State: ~Copyable {
    static let roleTable: UInt8 = 20
    static let memberTable: UInt8 = 21
    static let handoverTable: UInt8 = 22

    private(set) var roles = Table<RoleRow>(id: roleTable)
    private(set) var members = Table<MemberRow>(id: memberTable)
    private(set) var handovers = Table<HandoverRow>(id: handoverTable)
    private var index = KeyIndex()
    private let secret: HashSecret

    init(secret: HashSecret) { self.secret = secret }

    func role(_ id: Digest) -> Int? {
      for row in 0..<roles.count where roles[row].id == id { return row }
      return nil
    }

    private func key(_ role: Int, _ account: AccountIndex) -> UInt32 {
      secret.hash(pair: UInt32(truncatingIfNeeded: role), account.row)
    }

    func member(_ role: Int, _ account: AccountIndex) -> Int? {
      index.find(key(role, account)) {
        Int(members[$0].role) == role + 1 && members[$0].account == account.row
      }
    }

    /// True where the account holds the role at that time.
    func holds(_ role: Int, _ account: AccountIndex, at time: LogicalTime) -> Bool {
      member(role, account).map { members[$0].until > time.seconds } ?? false
    }

    func handover(_ role: Int, from account: AccountIndex) -> Int? {
      for row in 0..<handovers.count
      where Int(handovers[row].role) == role + 1 && handovers[row].from == account.row {
        return row
      }
      return nil
    }

    mutating func addRole(_ id: Digest, admin: Int, _ scope: inout Scope) {
      _ = roles.append(
        RoleRow(id: id, admin: UInt32(truncatingIfNeeded: admin), memberCount: 0), &scope)
    }

    mutating func addMember(
      _ role: Int, _ account: AccountIndex, until: UInt64, _ scope: inout Scope
    ) {
      if let row = member(role, account) {
        members.modify(row, &scope) { $0.until = until }
        return
      }
      let row = members.insert(
        MemberRow(role: UInt32(truncatingIfNeeded: role + 1), account: account.row, until: until),
        &scope)
      index.insert(key(role, account), row: row)
      roles.modify(role, &scope) { $0.memberCount += 1 }
    }

    mutating func removeMember(_ role: Int, _ account: AccountIndex, _ scope: inout Scope) {
      guard let row = member(role, account) else { return }
      index.remove(key(role, account), row: row)
      members.vacate(row, &scope)
      roles.modify(role, &scope) { $0.memberCount -= 1 }
    }

    mutating func offer(_ row: HandoverRow, _ scope: inout Scope) {
      _ = handovers.insert(row, &scope)
    }

    mutating func withdraw(_ row: Int, _ scope: inout Scope) { handovers.vacate(row, &scope) }

    mutating func undoLast(of table: UInt8) {
      switch table {
      case Self.roleTable: _ = roles.undoLast()
      case Self.memberTable:
        let undone = members.undoLast()
        let restored = undone.restored ?? .vacant
        if !undone.discarded.isVacant && restored.isVacant {
          index.remove(key(undone.discarded), row: undone.row)
        } else if undone.discarded.isVacant && !restored.isVacant {
          index.insert(key(restored), row: undone.row)
        }
      default: _ = handovers.undoLast()
      }
    }

    private func key(_ row: MemberRow) -> UInt32 {
      key(Int(row.role) - 1, AccountIndex(row: row.account))
    }

    // Tables

    mutating func visit(_ visitor: inout some TableVisitor) {
      visitor.visit(&roles)
      visitor.visit(&members)
      visitor.visit(&handovers)
    }

    func images() -> [TableImage] { [roles.image(), members.image(), handovers.image()] }

    /// Derives the index from loaded rows.
    mutating func rebuild() throws(ImageFailure) {
      let secret = secret
      index = try KeyIndex(
        of: members, hash: { secret.hash(pair: $0.role - 1, $0.account) },
        isSame: { $0.role == $1.role && $0.account == $1.account })
    }
  }
}

extension EconomyState {
  /// The module's part of loading a state.
  mutating func rebuildAccess() throws(ImageFailure) {
    let plan = genesis.plans.access.roles
    try ImageFailure.unless(
      access.roles.count == plan.count,
      "there are \(access.roles.count) roles, and \(plan.count) in the economy file")
    try access.rebuild()
    var counts = Array(repeating: 0, count: plan.count)
    for place in 0..<access.members.count where !access.members[place].isVacant {
      let member = access.members[place]
      try check(member.account, "member row \(place)")
      try ImageFailure.unless(
        Int(member.role) <= plan.count, "member row \(place) names a role that does not exist")
      counts[Int(member.role) - 1] += 1
    }
    for (place, role) in plan.enumerated() {
      let row = access.roles[place]
      try ImageFailure.unless(
        row.id == Access.id(role.name) && Int(row.admin) < plan.count
          && Int(row.memberCount) == counts[place],
        "role row \(place) is not the economy file's \(role.name), or counts its members wrong")
    }
    for place in 0..<access.handovers.count where !access.handovers[place].isVacant {
      let offer = access.handovers[place]
      try check(offer.from, "handover row \(place)")
      try check(offer.to, "handover row \(place)")
      try ImageFailure.unless(
        Int(offer.role) <= plan.count, "handover row \(place) names a role that does not exist")
    }
  }

  borrowing func accessInvariants() -> [String] {
    var counts = Array(repeating: 0, count: access.roles.count)
    var broken: [String] = []
    access.members.visit { _, member in counts[Int(member.role) - 1] += 1 }
    for row in 0..<access.roles.count {
      let role = access.roles[row]
      if counts[row] != Int(role.memberCount) {
        broken.append("role row \(row) counts \(role.memberCount) members, not \(counts[row])")
      }
      // A file whose names nobody has bound yet makes roles without holders; `init` refuses it.
      let isBound = !genesis.plans.access.roles[row].holders.isEmpty
      if isBound && Int(role.admin) == row && role.memberCount == 0 {
        broken.append("role row \(row) administers itself and has no holder")
      }
    }
    return broken
  }
}
