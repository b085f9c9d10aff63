internal import Economy
internal import Primitives

/// Members who make grants, release, revoke and pass them on; wallets released to their
/// beneficiaries and by votes; milestones reached. The model is the closed form of a line.
struct VestingWorkload: Workload {
  /// A grant that a member made.
  private struct Line {
    let id: UInt128
    let grantor: Address
    var beneficiary: Address
    let total: UInt128
    /// Seconds since genesis.
    let start: UInt64
    let lock: UInt64
    let duration: UInt64
    let isRevocable: Bool
    var released: UInt128 = 0
    /// What is left of the total once it was revoked.
    var kept: UInt128?

    /// F3, lock then linear: nothing before the lock's end, then evenly.
    func vested(at time: UInt64) -> UInt128 {
      if let kept { return kept }
      guard time > start + lock else { return 0 }
      let run = min(time - start - lock, duration)
      return multiplyDivide(total, UInt128(run), by: UInt128(duration), .down) ?? 0
    }
  }

  private var lines: [Line] = []
  private var wallets: UInt128 = 0
  private var milestones: [String] = []
  private var executor = Address.zero
  private var attester = Address.zero
  private var faults: [String] = []

  static var module: UInt8 { Vesting.number }
  var share: Int { 80 }

  mutating func setUp(_ world: inout World) {
    executor = world.holder(of: .executor)
    attester = world.holder(of: .milestone)
    wallets = world.ask(Vesting.number, "grantCount")?.first?.number ?? 0
    milestones = world.state.genesis.plans.vesting.milestones.map(\.name)
  }

  mutating func step(_ world: inout World) {
    let member = world.wealthy()
    switch world.generator.below(12) {
    case 0, 1, 2: create(&world, by: member)
    case 3, 4, 5:
      guard !lines.isEmpty else { return }
      let id = lines[world.generator.below(lines.count)].id
      world.send(Vesting.number, "release", ABITree(id), by: member)
    case 6:
      guard !lines.isEmpty else { return }
      let line = lines[world.generator.below(lines.count)]
      world.send(Vesting.number, "revoke", ABITree(line.id), by: line.grantor)
    case 7:
      guard !lines.isEmpty else { return }
      let line = lines[world.generator.below(lines.count)]
      world.send(
        Vesting.number, "changeBeneficiary", ABITree(line.id), .account(world.member()),
        by: line.beneficiary)
    case 8 where world.generator.chance(oneIn: 20):
      guard !milestones.isEmpty else { return }
      let name = milestones[world.generator.below(milestones.count)]
      world.send(Vesting.number, "achieveMilestone", .text(name), by: attester)
    case 8, 9:
      guard wallets > 0 else { return }
      let id = ABITree(1 + UInt128(world.generator.below(Int(wallets))))
      let open = world.ask(Vesting.number, "releasable", id)?.first?.number ?? 0
      let units = ABITree(world.part(of: open))
      world.send(Vesting.number, "releaseTo", id, .account(member), units, by: executor)
    default:
      guard wallets > 0 else { return }
      let id = ABITree(1 + UInt128(world.generator.below(Int(wallets))))
      world.send(Vesting.number, "release", id, by: member)
    }
  }

  private mutating func create(_ world: inout World, by member: Address) {
    let units = world.spendable(member) / 1_000
    let lock = UInt64(world.generator.below(60)) * Seconds.day.count
    let duration = 1 + UInt64(world.generator.below(300)) * Seconds.day.count / 2
    let beneficiary = world.member()
    let isRevocable = world.generator.chance(oneIn: 2)
    let reply = world.send(
      Vesting.number, "createGrant", .account(beneficiary), ABITree(units),
      ABITree(UInt128(lock)), ABITree(UInt128(duration)), .flag(isRevocable), by: member)
    guard reply.isSuccess, let id = reply.returned else { return }
    lines.append(
      Line(
        id: id, grantor: member, beneficiary: beneficiary, total: units, start: world.time,
        lock: lock, duration: duration, isRevocable: isRevocable))
  }

  mutating func observe(_ news: News, _ world: inout World) {
    guard news.module == Vesting.number, let id = news.happening.number("grant"),
      let place = lines.firstIndex(where: { $0.id == id })
    else { return }
    let line = lines[place]
    switch news.name {
    case "Released":
      let paid = news.happening.number("amount") ?? 0
      lines[place].released += paid
      // Anyone releases at any time, and all that has vested is paid.
      if lines[place].released != line.vested(at: news.time) {
        faults.append("grant \(id) paid \(paid) beside \(line.released) at \(news.time)")
      }
    case "Revoked":
      let returned = news.happening.number("returned") ?? 0
      let vested = line.vested(at: news.time)
      if !line.isRevocable || line.total - vested != returned {
        faults.append("grant \(id) returned \(returned) of \(line.total), \(vested) had vested")
      }
      lines[place].kept = vested
    case "BeneficiaryChanged":
      lines[place].beneficiary = news.happening.address("to") ?? line.beneficiary
    default: break
    }
  }

  func check(_ world: borrowing World) -> [String] {
    var found = faults
    let now = ABITree(UInt128(world.now))
    for line in lines {
      let vested = world.ask(Vesting.number, "vested", ABITree(line.id), now)?.first?.number
      if vested != line.vested(at: world.time) {
        found.append("grant \(line.id) should have vested \(line.vested(at: world.time))")
      }
      let released = world.ask(Vesting.number, "grant", ABITree(line.id))?.number("released")
      if released != line.released {
        found.append("grant \(line.id) should have paid \(line.released)")
      }
    }
    return found
  }
}
