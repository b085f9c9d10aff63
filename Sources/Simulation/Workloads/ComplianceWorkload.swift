internal import Economy
internal import Primitives

/// Modules paused for hours, emergencies, members blocked for days, amounts frozen. The model
/// remembers who is blocked, what was diverted and what is frozen.
struct ComplianceWorkload: Workload {
  private var quarantined: [Address: UInt128] = [:]
  private var frozen: [Address: UInt128] = [:]
  private var paused: Set<UInt8> = []
  private var level: UInt128 = 0
  private var opensAt: UInt64 = 0
  private var officer = Address.zero
  private var pauser = Address.zero
  private var emergency = Address.zero

  static var module: UInt8 { Compliance.number }
  var share: Int { 40 }

  mutating func setUp(_ world: inout World) {
    officer = world.holder(of: .compliance)
    pauser = world.holder(of: .pauser)
    emergency = world.holder(of: .emergency)
  }

  mutating func step(_ world: inout World) {
    if !paused.isEmpty || level > 0 {
      if world.time >= opensAt { return open(&world) }
    } else if world.generator.chance(oneIn: 100) {
      return close(&world)
    }
    let member = world.member()
    switch world.generator.below(8) {
    case 0, 1, 2:
      world.send(
        Compliance.number, "blockAccount", .account(member),
        .bytes([UInt8](repeating: 0, count: 32)), by: officer)
    case 3, 4, 5:
      let blocked = quarantined.keys.sorted()
      guard !blocked.isEmpty else { return }
      let one = blocked[world.generator.below(blocked.count)]
      world.send(Compliance.number, "unblockAccount", .account(one), by: officer)
    case 6:
      let units = world.part(of: world.balance(member))
      world.send(Compliance.number, "freeze", .account(member), ABITree(units), by: officer)
    default:
      let holders = frozen.keys.sorted()
      guard !holders.isEmpty else { return }
      let one = holders[world.generator.below(holders.count)]
      world.send(
        Compliance.number, "unfreeze", .account(one), ABITree(frozen[one] ?? 0), by: officer)
    }
  }

  /// Closes a module, or everything, for some hours.
  private mutating func close(_ world: inout World) {
    opensAt = world.time + 3_600 * UInt64(1 + world.generator.below(30))
    if world.generator.chance(oneIn: 2) {
      let level = ABITree(UInt128(1 + world.generator.below(2)))
      world.send(Compliance.number, "setEmergencyLevel", level, by: emergency)
    } else {
      let module = UInt128(1 + world.generator.below(Registry.modules.count))
      world.send(Compliance.number, "pause", ABITree(module), by: pauser)
    }
  }

  private func open(_ world: inout World) {
    if level > 0 {
      world.send(Compliance.number, "setEmergencyLevel", ABITree(0), by: emergency)
    } else if let module = paused.min() {
      world.send(Compliance.number, "unpause", ABITree(UInt128(module)), by: pauser)
    }
  }

  mutating func observe(_ news: News, _ world: inout World) {
    guard news.module == Compliance.number else { return }
    let account = news.happening.address("account") ?? .zero
    let units = news.happening.number("amount") ?? 0
    let module = UInt8(clamping: news.happening.number("module") ?? 0)
    switch news.name {
    case "Paused": paused.insert(module)
    case "Unpaused": paused.remove(module)
    case "EmergencyLevelSet": level = news.happening.number("level") ?? 0
    case "Blocked": quarantined[account] = 0
    case "Unblocked": quarantined[account] = nil
    case "Quarantined": quarantined[account, default: 0] += units
    case "Frozen": frozen[account, default: 0] += units
    case "Unfrozen":
      let left = (frozen[account] ?? 0) - min(units, frozen[account] ?? 0)
      frozen[account] = left == 0 ? nil : left
    default: break
    }
  }

  func check(_ world: borrowing World) -> [String] {
    var found: [String] = []
    for (account, units) in quarantined {
      let name = Hex.text(account.bytes)
      if world.ask(Compliance.number, "isBlocked", .account(account))?.first != .flag(true) {
        found.append("\(name) should be blocked")
      }
      let waits = world.ask(Compliance.number, "quarantinedOf", .account(account))?.first?.number
      if waits != units { found.append("\(name) should have \(units) in quarantine") }
    }
    for (account, units) in frozen {
      let held = world.ask(Compliance.number, "frozenOf", .account(account))?.first?.number
      if held != units { found.append("\(Hex.text(account.bytes)) should have \(units) frozen") }
    }
    if world.ask(Compliance.number, "emergencyLevel")?.first?.number != level {
      found.append("the emergency level should be \(level)")
    }
    return found.sorted()
  }
}
