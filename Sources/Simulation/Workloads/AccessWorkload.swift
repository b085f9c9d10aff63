internal import Economy
internal import Primitives

/// Roles given for a time or for good, taken, given up, and handed over. The model is a list.
struct AccessWorkload: Workload {
  private struct Membership: Hashable {
    let role: Digest
    let account: Address
  }

  private var until: [Membership: UInt64] = [:]
  /// An offer of the administrator's place and when it can be accepted.
  private var offer: (to: Address, ready: UInt64)?
  private var admin = Address.zero

  static var module: UInt8 { Access.number }
  var share: Int { 20 }

  /// Roles whose holders change without anybody else's workload losing its own.
  private var lent: [Digest] = []

  mutating func setUp(_ world: inout World) {
    for role in world.state.genesis.plans.access.roles {
      for holder in role.holders {
        until[Membership(role: Access.id(role.name), account: holder)] = .max
      }
    }
    admin = world.holder(of: .admin)
    let roles = world.state.genesis.plans.access.roles.map(\.name)
    lent = [Access.Role.pauser, .usage].filter { roles.contains($0.rawValue) }.map(\.id)
  }

  mutating func step(_ world: inout World) {
    guard !lent.isEmpty else { return }
    let role = lent[world.generator.below(lent.count)]
    let member = world.member()
    switch world.generator.below(10) {
    case 0, 1, 2:
      let days = 1 + UInt64(world.generator.below(20))
      let end = world.now + days * Seconds.day.count
      world.send(
        Access.number, "grantRoleUntil", .bytes(role.bytes), .account(member),
        ABITree(UInt128(end)), by: admin)
    case 3, 4:
      guard let one = lentMembership(world) else { return }
      world.send(
        Access.number, "revokeRole", .bytes(one.role.bytes), .account(one.account), by: admin)
    case 5:
      guard let one = lentMembership(world) else { return }
      world.send(
        Access.number, "renounceRole", .bytes(one.role.bytes), .account(one.account),
        by: one.account)
    case 6: handOver(&world)
    default:
      // Nobody but the administrator gives roles.
      let sender = world.generator.chance(oneIn: 10) ? admin : world.member()
      world.send(Access.number, "grantRole", .bytes(role.bytes), .account(member), by: sender)
    }
  }

  /// A membership that was lent, the first in byte order.
  private func lentMembership(_ world: borrowing World) -> Membership? {
    let held = until.keys.filter { lent.contains($0.role) && until[$0] != .max }
    return held.min { ($0.account, $0.role.bytes[0]) < ($1.account, $1.role.bytes[0]) }
  }

  private mutating func handOver(_ world: inout World) {
    let role = Access.Role.admin.id
    if let offer, offer.ready <= world.now {
      world.send(
        Access.number, "acceptHandover", .bytes(role.bytes), .account(admin), by: offer.to)
    } else if offer != nil {
      guard world.generator.chance(oneIn: 4) else { return }
      world.send(Access.number, "withdrawHandover", .bytes(role.bytes), by: admin)
    } else {
      let to = world.wealthy()
      world.send(Access.number, "offerHandover", .bytes(role.bytes), .account(to), by: admin)
    }
  }

  mutating func observe(_ news: News, _ world: inout World) {
    guard news.module == Access.number,
      let account = news.happening.address("account") ?? news.happening.address("to"),
      let word = news.happening.values.first(where: { $0.name == "role" })?.word,
      let role = Digest(word.bytes)
    else { return }
    let membership = Membership(role: role, account: account)
    switch news.name {
    case "RoleGrantedUntil":
      let time = news.happening.number("until") ?? 0
      until[membership] = UInt64(clamping: time)
      if role == Access.Role.admin.id {
        admin = account
        offer = nil
      }
    case "RoleRevoked": until[membership] = nil
    case "HandoverOffered":
      offer = (account, UInt64(clamping: news.happening.number("ready") ?? 0))
    case "HandoverWithdrawn": offer = nil
    default: break
    }
  }

  func check(_ world: borrowing World) -> [String] {
    let now = world.now
    var found: [String] = []
    for (membership, end) in until {
      let holds = world.ask(
        Access.number, "hasRole", .bytes(membership.role.bytes), .account(membership.account))
      if holds?.first != .flag(end > now) {
        found.append("\(Hex.text(membership.account.bytes)) should hold a role: \(end > now)")
      }
    }
    return found.sorted()
  }
}
