import Ledger
import Primitives
import Testing

@testable import Economy

/// An image as plain bytes, for tests that change some.
struct PlainImage {
  struct Table {
    var number: UInt8
    var wordCount: Int
    var count: Int
    var rows: [UInt8]
  }

  var tables: [Table]
  var contents: [[UInt8]]

  init(_ image: StateImage) {
    tables = image.tables.map { table in
      Table(
        number: table.table, wordCount: table.wordCount, count: table.count,
        rows: (0..<table.pageCount).flatMap { table.bytes(ofPage: $0) })
    }
    contents = image.contents
  }

  /// The state that the image makes, from pieces of so many rows.
  func load(_ genesis: Genesis, pieces: Int = 700) throws(ImageFailure) -> EconomyState {
    var loader = StateLoader(genesis: genesis, secret: HashSecret(71, 72))
    for table in tables {
      try loader.begin(table: table.number, wordCount: table.wordCount, count: table.count)
      let piece = max(1, pieces * table.wordCount * 8)
      var start = 0
      while start < table.rows.count {
        let end = min(table.rows.count, start + piece)
        try loader.append(Array(table.rows[start..<end]))
        start = end
      }
    }
    for content in contents { try loader.append(content: content) }
    return try loader.finish()
  }

  /// A table's place by its number.
  func place(_ number: UInt8) -> Int { tables.firstIndex { $0.number == number } ?? 0 }
}

/// Everything that members and offices do, chosen by a seed. It looks at one state; the call that
/// it makes can run on another.
struct History {
  private(set) var choices: UInt64
  /// The development accounts and some that come to be.
  private let members: [Address] = [
    DevelopmentNetwork.admin, DevelopmentNetwork.pauser, DevelopmentNetwork.compliance,
    DevelopmentNetwork.executor, DevelopmentNetwork.attester, DevelopmentNetwork.beneficiary,
    DevelopmentNetwork.alice, DevelopmentNetwork.bob, DevelopmentNetwork.carol,
    DevelopmentNetwork.stranger, Address(high: 5, middle: 0, low: 1),
    Address(high: 5, middle: 0, low: 2),
  ]

  init(seed: UInt64) { choices = seed }

  mutating func below(_ bound: Int) -> Int {
    choices = choices &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(choices >> 33) % max(1, bound)
  }

  mutating func member() -> Address { members[below(members.count)] }

  private mutating func pick<Value>(_ values: [Value]) -> Value? {
    values.isEmpty ? nil : values[below(values.count)]
  }

  /// How long until the next block: minutes, hours, now and then days.
  mutating func pause() -> UInt64 {
    switch below(8) {
    case 0: UInt64(below(4)) * 86_400 + 1
    case 1, 2: UInt64(below(86_400))
    default: UInt64(below(3_600))
    }
  }

  mutating func next(_ state: borrowing EconomyState) -> TransactionCall {
    // Staking and parameters derive the most; emergencies must not last.
    let module = [7, 7, 7, 7, 1, 1, 2, 3, 4, 4, 5, 6, 6][below(13)] - 1
    let declaration = Registry.modules[module]
    var call = declaration.calls[below(declaration.calls.count)]
    if state.compliance.level > 0 || state.compliance.switches[Int(declaration.number)].isPaused,
      below(2) == 0
    {
      return lift(state)
    }
    // Nobody here has a key to sign with.
    while call.name == "setGroup" || call.name.hasSuffix("Authorization")
      || call.name == "permit" || (call.name == "pause" && below(3) > 0)
    {
      call = declaration.calls[below(declaration.calls.count)]
    }
    if declaration.number == Staking.number, state.staking.totals.count < 12, below(2) == 0 {
      call = declaration.calls.first { $0.name == "stake" } ?? call
    }
    let position = staked(state)
    let pointer = pick(state.genesis.parameters.map(\.pointer)) ?? ""
    let arguments = call.parameters.map {
      argument($0, declaration, call, position.number, pointer, state)
    }
    var sender = member()
    if let role = call.role, below(10) > 0 {
      sender = holder(role, state) ?? sender
    } else if declaration.number == Staking.number, below(10) > 0, let owner = position.owner,
      call.name != "stake"
    {
      sender = owner
    }
    return transaction(
      DevelopmentNetwork.decoded(declaration, call, arguments), declaration.address, sender, state)
  }

  private mutating func lift(_ state: borrowing EconomyState) -> TransactionCall {
    let module = Compliance.declaration
    if state.compliance.level > 0,
      let call = module.calls.first(where: { $0.name == "setEmergencyLevel" })
    {
      return transaction(
        DevelopmentNetwork.decoded(module, call, [.count(0)]), module.address,
        DevelopmentNetwork.pauser, state)
    }
    let paused = (1...UInt8(Registry.modules.count)).first {
      state.compliance.switches[Int($0)].isPaused
    }
    let call = module.calls.first { $0.name == "unpause" } ?? module.calls[0]
    return transaction(
      DevelopmentNetwork.decoded(module, call, [.count(UInt128(paused ?? 1))]), module.address,
      DevelopmentNetwork.pauser, state)
  }

  private func transaction(
    _ call: DecodedCall, _ to: Address, _ sender: Address, _ state: borrowing EconomyState
  ) -> TransactionCall {
    let nonce = state.ledger.accounts.find(sender).map { state.ledger.accounts[$0].nonce } ?? 0
    return TransactionCall(
      sender: sender, nonce: nonce, gasLimit: state.gasTable.needed(call),
      maximumPrice: state.genesis.network.baseFee, tip: 0, to: to, value: 0, call: call)
  }

  /// Some position and its owner.
  private mutating func staked(_ state: borrowing EconomyState) -> (
    number: UInt128, owner: Address?
  ) {
    let count = state.staking.positions.table.count
    let place = below(count)
    guard place < count, !state.staking.positions[place].isVacant else { return (1, nil) }
    let row = state.staking.positions[place]
    return (
      UInt128(row.number), state.ledger.accounts[AccountIndex(row: row.owner)].address
    )
  }

  private func holder(_ role: Access.Role, _ state: borrowing EconomyState) -> Address? {
    guard let row = state.access.role(role.id) else { return nil }
    for place in 0..<state.access.members.count
    where Int(state.access.members[place].role) == row + 1 {
      return state.ledger.accounts[AccountIndex(row: state.access.members[place].account)].address
    }
    return nil
  }

  private mutating func argument(
    _ parameter: ParameterDescription, _ module: ModuleDeclaration, _ call: CallDeclaration,
    _ position: UInt128, _ pointer: String, _ state: borrowing EconomyState
  ) -> ABITree {
    let plans = state.genesis.plans
    switch parameter.type {
    case .address: return .account(member())
    case .bool: return .flag(below(2) == 0)
    case .fixedBytes:
      let role = pick(plans.access.roles.map(\.name)) ?? ""
      return .bytes(parameter.name == "role" ? Access.id(role).bytes : Digest.zero.bytes)
    case .bytes: return .bytes([])
    case .string:
      switch parameter.name {
      case "pointer": return .text(pointer)
      case "pool": return .text(pick(plans.pools.pools.map(\.name)) ?? "")
      default: return .text(pick(plans.vesting.milestones.map(\.name)) ?? "")
      }
    default: return .count(number(parameter.name, module, position, pointer, state))
    }
  }

  private mutating func number(
    _ name: String, _ module: ModuleDeclaration, _ position: UInt128, _ pointer: String,
    _ state: borrowing EconomyState
  ) -> UInt128 {
    let unit = Fixtures.unit(state.genesis)
    switch name {
    case "position", "tokenId": return position
    case "v": return 27
    case "grant": return UInt128(1 + below(state.vesting.grants.count))
    case "module": return UInt128(1 + below(Registry.modules.count))
    case "level": return UInt128(below(3))
    case "bonus": return UInt128(below(4))
    case "score": return UInt128(below(10_001))
    case "until": return UInt128(state.ledger.time.seconds) + UInt128(below(1_000_000))
    case "duration": return UInt128(1 + below(5_000_000))
    case "lock" where module.number == Staking.number:
      switch state.genesis.plans.staking.rates {
      case .tiers(_, let locks): return UInt128(pick(locks.map(\.duration.count)) ?? 0)
      case .periods(let periods): return UInt128(pick(periods.map(\.duration.count)) ?? 0)
      }
    case "lock": return UInt128(below(1_000_000))
    case "amount" where module.number == Staking.number:
      switch state.genesis.plans.staking.rates {
      case .tiers(let tiers, _): return (pick(tiers.map(\.minimum.units)) ?? 0) + UInt128(below(99))
      case .periods(let periods): return pick(periods.map(\.minimum.units)) ?? 0
      }
    case "value":
      guard let parameter = state.parameterIndex(pointer) else { return 0 }
      let row = state.ledger.parameters[parameter]
      let step = UInt128(1 + below(Int(clamping: min(row.maximumStep, 1 << 40))))
      return below(2) == 0 ? row.value + step : row.value - min(row.value, step)
    default:
      let tokens: [UInt128] = [1, 20, 300, 1_500, 12_000, 60_000]
      return (pick(tokens) ?? 1) * unit + UInt128(below(1_000))
    }
  }
}

@Suite struct StateImageTests {
  /// Runs a block of a history on a state; the transactions, for another state.
  private func run(
    _ state: inout EconomyState, _ history: inout History, _ operations: Int = 8
  ) -> (time: LogicalTime, calls: [(TransactionCall, Outcome.Status)], successes: Int) {
    let time = state.beginBlock(
      height: state.ledger.height + 1, time: state.ledger.time + Seconds(history.pause()))
    var calls: [(TransactionCall, Outcome.Status)] = []
    var successes = 0
    for _ in 0..<operations {
      let call = history.next(state)
      let outcome = state.execute(call)
      if outcome.isSuccess { successes += 1 }
      calls.append((call, outcome.status))
    }
    return (time, calls, successes)
  }

  /// What a block left, in one text: events with their words.
  private func events(_ state: borrowing EconomyState) -> [[UInt8]] {
    state.ledger.events.records.map { record in
      var bytes = [record.module, record.code, record.topicCount, UInt8(record.asset & 0xff)]
      for word in state.ledger.events.words[
        Int(record.start)..<Int(record.start) + Int(record.wordCount)]
      { word.append(to: &bytes) }
      return bytes
    }
  }

  /// Goal: a loaded state is the one that was imaged, in everything that shows, for ever. Method: a
  /// varied history, an image, then the same blocks on both, epochs and lock ends among them;
  /// roots, outcomes and events are compared block by block.
  @Test(arguments: ["dta", "btt"], [1, 2] as [UInt64])
  func loadedStatesGoOnTheSame(economy: String, seed: UInt64) throws {
    var network = try DevelopmentNetwork(economy)
    var history = History(seed: seed)
    var successes = 0
    for _ in 0..<150 { successes += run(&network.state, &history).successes }
    let image = network.state.image()
    let root = network.state.stateRoot()
    var loaded = try PlainImage(image).load(network.state.genesis, pieces: 1 + Int(seed) * 350)
    let loadedRoot = loaded.stateRoot()
    #expect(loadedRoot == root)
    let broken = loaded.invariants()
    #expect(broken == network.state.invariants() && broken == [])
    let epoch = network.state.ledger.value(of: .epoch)
    for _ in 0..<300 {
      let height = network.state.ledger.height + 1
      var before = history
      let wanted = loaded.ledger.time + Seconds(before.pause())
      let (time, calls, count) = run(&network.state, &history)
      successes += count
      let other = loaded.beginBlock(height: height, time: wanted)
      try #require(other == time)
      for (call, status) in calls { #expect(loaded.execute(call).status == status) }
      let events = (events(network.state), events(loaded))
      try #require(events.0 == events.1)
      let roots = (network.state.stateRoot(), loaded.stateRoot())
      try #require(roots.0 == roots.1)
    }
    let turned = network.state.ledger.value(of: .epoch) - epoch
    #expect(turned > 20 && successes > 300, "\(turned) epochs, \(successes) successes")
    #expect(network.state.staking.totals.nextPosition > 5)
    // The image kept what it saw.
    var again = try PlainImage(image).load(network.state.genesis)
    let againRoot = again.stateRoot()
    #expect(againRoot == root)
    let last = loaded.invariants()
    #expect(last == [])
  }

  /// Loading follows any state at all, the first one too.
  @Test(arguments: ["dta", "btt"]) func loadsTheFirstState(economy: String) throws {
    var network = try DevelopmentNetwork(economy)
    let image = network.state.image()
    #expect(image.rowCount > 50 && image.pageCount > 10 && image.byteCount > 5_000)
    var loaded = try PlainImage(image).load(network.state.genesis)
    let roots = (network.state.stateRoot(), loaded.stateRoot())
    #expect(roots.0 == roots.1)
    let funded = (network.state.pools.funded, loaded.pools.funded)
    #expect(funded.0 == funded.1)
  }
}
