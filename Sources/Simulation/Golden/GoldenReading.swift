internal import Economy
internal import Ledger
internal import Primitives

/// The vocabulary of expectations: what each word means in the engine.
extension GoldenCourse {
  /// What stands in a comparison: the text that a file would write.
  private enum Found {
    case text(String)
    case flag(Bool)
    /// The word is known, and what it asks for does not exist here.
    case nothing(String)

    init(_ number: UInt128?, _ absence: String = "nothing") {
      self = number.map { .text("\($0)") } ?? .nothing(absence)
    }
  }

  /// Makes every comparison that the scenario asks for after a step.
  func compare(
    _ step: GoldenScenario.Step, _ trace: Trace, into report: inout GoldenReport.Scenario
  ) {
    let checks = scenario.checks.filter { $0.step == step.number }
    let expectsRefusal = checks.contains { check in
      check.expect.contains { $0.name == "accepted" || $0.name == "rejection" }
    }
    if !trace.isAccepted && !expectsRefusal {
      report.faults.append(
        "step \(step.number) was refused: \(trace.rejection ?? "it cannot be part of a block")")
    }
    for check in checks {
      var trace = trace
      if check.actor != nil || check.position != nil {
        trace.actor = check.actor ?? trace.actor
        do throws(GoldenFault) {
          trace.receipt = try position(of: trace.actor ?? "", check.position).receipt
        } catch {
          report.faults.append("after step \(step.number): \(error.cause)")
          continue
        }
      }
      let after = trace.receipt.flatMap { facts($0) }
      for member in check.expect {
        compare(member, step, trace, after, into: &report)
      }
    }
  }

  private func compare(
    _ member: JSONMember, _ step: GoldenScenario.Step, _ trace: Trace, _ after: Answer?,
    into report: inout GoldenReport.Scenario
  ) {
    // A release of several wallets: {"vested": {"team.core": "1"}}.
    if let wallets = member.value.members, Self.releases.contains(member.name) {
      for wallet in wallets {
        let found = release(member.name, wallet.name, at: trace.asked)
        add(step, "\(member.name) of \(wallet.name)", wallet.value, found, into: &report)
      }
      return
    }
    if let (word, wallet) = Self.split(member.name), Self.releases.contains(word) {
      let found = release(word, wallet, at: trace.asked)
      add(step, member.name, member.value, found, into: &report)
      return
    }
    if let (actor, word) = Self.split(member.name), actor != "user", trace.actor != actor,
      scenario.members.contains(actor)
    {
      compareOther(actor, JSONMember(word, member.value), step, trace, into: &report)
      return
    }
    let found =
      position(member.name, trace, after) ?? result(member.name, trace, after)
      ?? whole(member.name) ?? account(member.name)
      ?? (Self.releases.contains(member.name)
        ? trace.wallet.map { release(member.name, $0, at: trace.asked) }
          ?? .nothing("no wallet was asked for")
        : nil)
    guard let found else {
      report.faults.append("after step \(step.number): nobody knows what \"\(member.name)\" is")
      return
    }
    add(step, member.name, member.value, found, into: &report)
  }

  /// The two sides of the first dot, as in "vested.team.core" or "bob.weight".
  private static func split(_ name: String) -> (String, String)? {
    guard let dot = name.firstIndex(of: ".") else { return nil }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }

  /// A comparison about another member than the step's own.
  private func compareOther(
    _ actor: String, _ member: JSONMember, _ step: GoldenScenario.Step, _ trace: Trace,
    into report: inout GoldenReport.Scenario
  ) {
    var other = trace
    other.actor = actor
    do throws(GoldenFault) {
      other.receipt = try position(of: actor, nil).receipt
      compare(member, step, other, other.receipt.flatMap { facts($0) }, into: &report)
    } catch {
      report.faults.append("after step \(step.number): \(error.cause)")
    }
  }

  private func add(
    _ step: GoldenScenario.Step, _ key: String, _ expected: JSONValue, _ found: Found,
    into report: inout GoldenReport.Scenario
  ) {
    let stated: String
    switch expected {
    case .string(let text), .number(let text): stated = text
    case .bool(let flag): stated = flag ? "true" : "false"
    default:
      report.faults.append("after step \(step.number): \"\(key)\" expects \(expected.kind)")
      return
    }
    let text: String
    switch found {
    case .text(let value): text = value
    case .flag(let flag): text = flag ? "true" : "false"
    case .nothing(let absence): text = absence
    }
    report.comparisons.append(
      GoldenReport.Comparison(step: step.number, key: key, expected: stated, found: text))
  }

  // The step's position

  private func position(_ key: String, _ trace: Trace, _ after: Answer?) -> Found? {
    func number(_ name: String) -> Found { Found(after?.number(name), "no position") }
    switch key {
    case "tier":
      guard case .text(let name)? = after?["tier"] else { return .nothing("no position") }
      return .text(name)
    case "aprBps": return number("apr")
    case "bonusBps": return number("bonus")
    case "rho": return number("rho")
    case "weight": return number("weight")
    case "pending": return number("pending")
    case "pendingFeeShare": return number("pendingFees")
    case "fraction": return number("fraction")
    case "principal":
      // Of a position that has ended: what it held.
      return Found((after ?? trace.before)?.number("principal"), "no position")
    case "lockEnd":
      let end = (after ?? trace.before)?.number("lockEnd")
      return Found(end.map { $0 - UInt128(state.genesis.time.seconds) }, "no position")
    case "remaining":
      let end = (after ?? trace.before)?.number("lockEnd")
      let now = UInt128(state.ledger.time.seconds)
      return Found(end.map { $0 - min($0, now) }, "no position")
    case "locked":
      guard case .flag(let flag)? = after?["isLocked"] else { return .nothing("no position") }
      return .flag(flag)
    case "voteMultBps", "feeDiscountBps":
      let benefits = trace.receipt.flatMap {
        Surface.ask(state, Staking.number, "benefits", [ABITree($0)])
      }
      let name = key == "voteMultBps" ? "voteMultiplier" : "feeDiscount"
      return Found(benefits?.number(name), "no position")
    default: return nil
    }
  }

  // What the step did

  private func result(_ key: String, _ trace: Trace, _ after: Answer?) -> Found? {
    func event(_ name: String) -> Happening? {
      trace.happenings.first { $0.module == Staking.number && $0.name == name }
    }
    let claimed = event("Claimed")
    let compounded = event("Compounded")
    let exited = event("ExitedEarly")
    let unstaked = event("Unstaked")
    let added = compounded?.number("added")
    let released = trace.happenings.first {
      $0.module == Vesting.number && $0.name == "Released"
    }
    let paid = claimed?.number("paid") ?? added ?? released?.number("amount")
    let burned =
      exited?.number("burned") ?? claimed?.number("burned") ?? compounded?.number("burned")
    let share = claimed?.number("feeShare") ?? compounded?.number("feeShare") ?? 0
    switch key {
    case "accepted": return .flag(trace.isAccepted)
    case "rejection": return .text(trace.rejection ?? "accepted")
    case "paid": return Found(paid, "nothing was paid")
    case "compounded", "added": return Found(added, "nothing was compounded")
    case "base": return Found(paid.map { $0 + (burned ?? 0) }, "nothing was paid")
    case "burned", "burn": return Found(burned, "nothing was burned")
    case "feeShare": return Found(share)
    case "received":
      let principal = exited?.number("returned") ?? unstaked?.number("principal") ?? 0
      let reward = exited == nil ? (claimed?.number("paid") ?? 0) : 0
      return Found(principal + reward + share)
    case "returned":
      return Found(
        exited?.number("returned") ?? unstaked?.number("principal"), "nothing was returned")
    case "penalty": return Found(exited?.number("penalty"), "nobody left early")
    case "forfeited": return Found(exited?.number("forfeited"), "nobody left early")
    case "toPool":
      return Found(pool()?.number("topUps").map { $0 - trace.topUps }, "no staking pool")
    default: return nil
    }
  }

  // The whole economy

  private func whole(_ key: String) -> Found? {
    let rewards = Surface.ask(state, Staking.number, "rewards")
    let plan = state.genesis.plans.staking
    func reward(_ name: String) -> Found { Found(rewards?.number(name), "no staking") }
    switch key {
    case "totalWeight", "index", "budget", "pool", "payable", "revenue", "epoch", "shortfall":
      return reward(key)
    case "coverageBps": return reward("coverage")
    case "totalPrincipal": return reward("principal")
    case "payableDust": return reward("payable")
    case "feeIndex", "feeWeight":
      let fees = Surface.ask(state, Staking.number, "feeShare")
      return Found(fees?.number(key == "feeIndex" ? "index" : "totalWeight"), "no fee share")
    case "feeAccount":
      return Found(plan.feeShare.map { balance(named: $0.account) }, "no fee share")
    case "feePayable":
      let fees = Surface.ask(state, Staking.number, "feeShare")
      return Found(fees?.number("payable"), "no fee share")
    case "spent": return Found(pool()?.number("spent"), "no staking pool")
    case "topUps": return Found(pool()?.number("topUps"), "no staking pool")
    case "scheduleCum": return Found(pool()?.number("scheduled"), "no staking pool")
    case "matched": return Found(matched)
    case "totalBurned": return Found(burned)
    case "supply", "totalSupply": return Found(state.totalSupply().units)
    case "sum": return Found(sum)
    default: return nil
    }
  }

  /// What the reserve burned beside the scenario's own burns.
  private var matched: UInt128 {
    Surface.ask(state, Pools.number, "burns")?.number("matched") ?? 0
  }

  /// What left the supply by the scenario's own doing.
  private var burned: UInt128 { balance(named: SystemAddress.burnedName) - matched }

  /// What the scenario's accounts hold together, with what they burned: it changes by nothing but
  /// what steps bring in from outside.
  private var sum: UInt128 {
    let plan = state.genesis.plans.staking
    var names = [plan.pool, plan.payable, plan.principal]
    if let revenue = plan.revenue { names.append(revenue) }
    if let share = plan.feeShare { names += [share.account, share.account + ".payable"] }
    for (name, _) in scenario.given.accounts where !names.contains(name) { names.append(name) }
    var sum = burned
    for name in names where name != SystemAddress.burnedName { sum += balance(named: name) }
    for member in scenario.members { sum += balance(GoldenOverlay.address(member)) }
    return sum
  }

  /// A balance: of `user.NAME`, or of any named account of the economy.
  private func account(_ key: String) -> Found? {
    if key.hasPrefix("user.") {
      let name = GoldenScenario.actor(key)
      return scenario.members.contains(name)
        ? Found(balance(GoldenOverlay.address(name))) : nil
    }
    return state.genesis.accountNames.contains(key) ? Found(balance(named: key)) : nil
  }

  // Releases

  private static let releases = ["vested", "released", "releasable", "total"]

  /// A wallet's release: what has vested at the second that was asked for, what was paid, what may
  /// be paid now.
  private func release(_ key: String, _ wallet: String, at seconds: UInt64) -> Found {
    let grant = ABITree(grant(of: wallet))
    let answer: UInt128?
    switch key {
    case "vested":
      let time = ABITree(UInt128((state.genesis.time + Seconds(seconds)).seconds))
      answer = Surface.ask(state, Vesting.number, "vested", [grant, time])?.first?.number
    case "releasable":
      answer = Surface.ask(state, Vesting.number, "releasable", [grant])?.first?.number
    default:
      answer = Surface.ask(state, Vesting.number, "grant", [grant])?.number(key)
    }
    return Found(answer, "\"\(wallet)\" has no release")
  }
}
