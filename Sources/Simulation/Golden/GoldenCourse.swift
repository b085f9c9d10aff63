internal import Economy
internal import Ledger
internal import Primitives

/// A scenario while it runs: the engine, and which positions are whose.
struct GoldenCourse: ~Copyable {
  /// A position that a step opened.
  struct Position {
    let label: String?
    let receipt: UInt128
  }

  /// What a step left behind for its comparisons.
  struct Trace {
    var actor: String?
    var receipt: UInt128?
    var wallet: String?
    /// The second for which a release is asked, since genesis.
    var asked: UInt64 = 0
    var isAccepted = true
    var rejection: String?
    /// The position before the step, for steps that end it.
    var before: Answer?
    var happenings: [Happening] = []
    /// What the staking pool took in beside its schedule before the step.
    var topUps: UInt128 = 0
  }

  let scenario: GoldenScenario
  var state: EconomyState
  private var positions: [(actor: String, held: [Position])] = []

  init(_ scenario: GoldenScenario, genesis: Genesis, secret: HashSecret) {
    self.scenario = scenario
    state = EconomyState(genesis: genesis, secret: secret)
  }

  mutating func run(into report: inout GoldenReport.Scenario) {
    advance(to: 0)
    for fault in setScores() { report.faults.append(fault) }
    guard report.faults.isEmpty else { return }
    for step in scenario.steps {
      advance(to: step.time)
      let trace: Trace
      do throws(GoldenFault) {
        trace = try perform(step)
      } catch {
        report.faults.append("step \(step.number): \(error.cause)")
        return
      }
      compare(step, trace, into: &report)
    }
    report.faults += state.invariants().map { "the books are broken: \($0)" }
  }

  // Time

  /// Opens a block so many seconds after genesis, as many as what falls due needs.
  private mutating func advance(to seconds: UInt64) {
    let time = state.genesis.time + Seconds(seconds)
    while state.beginBlock(height: state.ledger.height + 1, time: time) < time {}
  }

  // Before the first step

  private mutating func setScores() -> [String] {
    var faults: [String] = []
    for (actor, bonus, score) in scenario.given.scores {
      let outcome = state.executeFree(scoring(actor, bonus, score), by: holder(of: .quality))
      if case .rejected(let rejection) = outcome.status {
        faults.append("/given/scores/\(actor)/\(bonus): \(Surface.name(rejection))")
      }
    }
    return faults
  }

  /// Scores come from the quality attester until the modules are there that earn them.
  private borrowing func scoring(
    _ actor: String, _ bonus: String, _ score: UInt128?
  ) -> DecodedCall {
    let names = Surface.ask(state, Staking.number, "bonuses")?.first?.elements.map { fields in
      if case .text(let name)? = fields.elements.first { name } else { "" }
    }
    // A number past the last lets the module itself say that there is no such bonus.
    let place = names?.firstIndex(of: bonus) ?? 255
    var arguments: [ABITree] = [
      .account(GoldenOverlay.address(actor)), ABITree(UInt128(place)),
    ]
    if let score { arguments.append(ABITree(score)) }
    return Surface.call(
      Staking.number, score == nil ? "clearBonusScore" : "setBonusScore", arguments)
  }

  private borrowing func holder(of role: Access.Role) -> Address {
    state.genesis.plans.access.roles.first { $0.name == role.rawValue }?.holders.first ?? .zero
  }

  // Steps

  private mutating func perform(_ step: GoldenScenario.Step) throws(GoldenFault) -> Trace {
    var trace = Trace()
    trace.actor = step.actor
    trace.asked = step.time
    trace.topUps = pool()?.number("topUps") ?? 0
    switch step.action {
    case .claim, .compound, .earlyExit, .unstake, .transferPosition:
      trace.receipt = try position(of: step.actor ?? "", step.position).receipt
    case .advance, .score: trace.receipt = try mentioned(step)
    case .vesting(let wallet, let time):
      trace.wallet = wallet
      trace.asked = time ?? step.time
    case .release(let wallet): trace.wallet = wallet
    default: break
    }
    if let receipt = trace.receipt { trace.before = facts(receipt) }
    let call: DecodedCall
    let sender: Address
    if case .score(let bonus, let score) = step.action {
      (call, sender) = (scoring(step.actor ?? "", bonus, score), holder(of: .quality))
    } else if let operation = operation(step, trace) {
      (call, sender) = operation
    } else {
      return trace
    }
    let outcome = state.executeFree(call, by: sender)
    switch outcome.status {
    case .success(let returned):
      trace.happenings = Surface.events(state, outcome.events)
      keep(step, returned, &trace)
    case .rejected(let rejection):
      trace.isAccepted = false
      trace.rejection = Surface.name(rejection)
    case .invalid:
      trace.isAccepted = false
    }
    return trace
  }

  /// The position that a step is about which acts on none: the one that it names, otherwise the
  /// actor's only open one, otherwise the only one whose lock ends at this second.
  private borrowing func mentioned(_ step: GoldenScenario.Step) throws(GoldenFault) -> UInt128? {
    guard let actor = step.actor else { return nil }
    if let selector = step.position { return try position(of: actor, selector).receipt }
    let open = held(actor).filter { facts($0.receipt) != nil }
    if open.count == 1 { return open[0].receipt }
    let end = UInt128((state.genesis.time + Seconds(step.time)).seconds)
    let ending = open.filter { facts($0.receipt)?.number("lockEnd") == end }
    return ending.count == 1 ? ending[0].receipt : nil
  }

  /// The step's operation and its sender; nil where only time passes or something is asked.
  private borrowing func operation(
    _ step: GoldenScenario.Step, _ trace: Trace
  ) -> (DecodedCall, Address)? {
    let actor = GoldenOverlay.address(step.actor ?? "")
    let payer = GoldenOverlay.address(GoldenOverlay.payer)
    let receipt = ABITree(trace.receipt ?? 0)
    func staking(_ name: String, _ arguments: ABITree...) -> DecodedCall {
      Surface.call(Staking.number, name, arguments)
    }
    switch step.action {
    case .stake(let principal, let seconds):
      return (staking("stake", ABITree(principal), ABITree(UInt128(seconds))), actor)
    case .claim: return (staking("claim", receipt), actor)
    case .compound: return (staking("compound", receipt), actor)
    case .earlyExit: return (staking("exitEarly", receipt), actor)
    case .unstake: return (staking("unstake", receipt), actor)
    case .transferPosition(let to):
      return (
        staking("transferFrom", .account(actor), .account(GoldenOverlay.address(to)), receipt),
        actor
      )
    case .advance, .vesting, .score: return nil
    case .release(let wallet):
      return (Surface.call(Vesting.number, "release", [ABITree(grant(of: wallet))]), payer)
    case .milestone(let name):
      return (
        Surface.call(Vesting.number, "achieveMilestone", [.text(name)]), holder(of: .milestone)
      )
    case .deposit(let to, let units):
      let isFeeShare = to != nil && to == state.genesis.plans.staking.feeShare?.account
      return (staking(isFeeShare ? "depositFeeShare" : "depositRevenue", ABITree(units)), payer)
    case .feeShare(let units): return (staking("depositFeeShare", ABITree(units)), payer)
    case .transfer(let to, let units):
      return (
        Surface.call(Token.number, "transfer", [.account(address(to)), ABITree(units)]), actor
      )
    }
  }

  /// The address of a named account of the economy, otherwise a member's.
  borrowing func address(_ name: String) -> Address {
    state.genesis.accountNames.contains(name)
      ? SystemAddress.account(name) : GoldenOverlay.address(GoldenScenario.actor(name))
  }

  // Positions

  private borrowing func held(_ actor: String?) -> [Position] {
    positions.first { $0.actor == actor }?.held ?? []
  }

  borrowing func position(
    of actor: String, _ selector: GoldenScenario.Selector?
  ) throws(GoldenFault) -> Position {
    let held = held(actor)
    switch selector {
    case .label(let label):
      if let position = held.last(where: { $0.label == label }) { return position }
      throw GoldenFault("", "\(actor) has no position \"\(label)\"")
    case .place(let place):
      if let named = held.last(where: { $0.label == "\(place)" }) { return named }
      if place >= 1, place <= UInt64(held.count) { return held[Int(place) - 1] }
      throw GoldenFault("", "\(actor) has \(held.count) positions, none is number \(place)")
    case nil:
      // One that ended is not meant where another still stands.
      let open = held.filter { facts($0.receipt) != nil }
      if open.count > 1 {
        throw GoldenFault(
          "", "\(actor) has \(open.count) positions: say which by \"position\", from 1")
      }
      if let position = open.first ?? held.last { return position }
      throw GoldenFault("", "\(actor) has no position")
    }
  }

  private mutating func keep(
    _ step: GoldenScenario.Step, _ returned: Returned, _ trace: inout Trace
  ) {
    switch step.action {
    case .stake:
      guard case .word(let word) = returned, let receipt = word.number else { return }
      trace.receipt = receipt
      give(Position(label: step.label, receipt: receipt), to: step.actor ?? "")
    case .transferPosition(let to):
      let moved = held(step.actor).first { $0.receipt == trace.receipt }
      for place in positions.indices {
        positions[place].held.removeAll { $0.receipt == trace.receipt }
      }
      if let moved { give(moved, to: to) }
    default: break
    }
  }

  private mutating func give(_ position: Position, to actor: String) {
    if let place = positions.firstIndex(where: { $0.actor == actor }) {
      positions[place].held.append(position)
    } else {
      positions.append((actor, [position]))
    }
  }

  // What is asked of the engine

  borrowing func facts(_ receipt: UInt128) -> Answer? {
    Surface.ask(state, Staking.number, "position", [ABITree(receipt)])
  }

  /// The grant of a wallet; 0 where it opens otherwise.
  borrowing func grant(of wallet: String) -> UInt128 {
    Surface.ask(state, Vesting.number, "grantOfWallet", [.text(wallet)])?.first?.number ?? 0
  }

  /// The staking pool's books.
  borrowing func pool() -> Answer? {
    Surface.ask(state, Pools.number, "pool", [.text(state.genesis.plans.staking.pool)])
  }

  borrowing func balance(_ address: Address) -> UInt128 { state.balance(of: address).units }

  borrowing func balance(named name: String) -> UInt128 {
    balance(SystemAddress.account(name))
  }
}
