internal import Economy
public import EconomyFile
public import Ledger
internal import Primitives

/// Years of an economy on the real engine: agents act, timers and epochs run at their seconds, the
/// books are checked after every operation, and what comes of it is sampled.
///
/// Equal settings give an equal state root, on every machine and in every build: agents draw from
/// streams of their own, act in their canonical order, and whatever touches the ledger is whole
/// numbers.
public struct Forecast: ~Copyable {
  let settings: ForecastSettings
  let document: EconomyDocument
  var world: AgentWorld
  var agents: [Agent]
  /// Where tokens change hands for money from outside.
  let market: Int
  let contributors: [Int]
  let customers: Int
  /// Agents by their hour of the day.
  private let byHour: [[Int]]
  /// Who pays another at that hour, once for each payment.
  private let payersByHour: [[Int]]
  /// Choices that belong to no agent.
  var stream: Generator
  var milestonesLeft: [EconomyDocument.Milestone]
  /// Seconds since 1970 of the run's first second.
  let start: UInt64
  /// How the run began, where it did not begin at genesis.
  let origin: ForecastReport.Origin?
  var day = 0
  /// Payments for services a day, now.
  var volume: UInt128
  var flows = ForecastReport.Flows()
  var watch: ForecastReport.Watch
  var samples: [ForecastSample] = []
  var faults: [String] = []
  let categories: ForecastCategories
  /// The day's rate table.
  var rates: [Staking.RateFacts] = []
  var coverage: UInt64 = 10_000

  /// - Throws: `EconomyFileFailure` where the economy does not hold together with offices bound.
  public init(
    _ start: consuming ForecastStart, _ settings: ForecastSettings, secret: HashSecret
  ) throws(EconomyFileFailure) {
    self.settings = settings
    var agents: [Agent]
    let state: EconomyState
    switch consume start {
    case .genesis(let file):
      document = try ForecastFunding.settled(file)
      origin = nil
      agents = Population.made(
        settings.agents, seed: settings.seed, order: settings.creationOrder,
        settings.assumptions)
      state = EconomyState(
        genesis: Self.genesis(document, agents, settings), secret: secret)
    case .fork(let fork):
      document = fork.document
      origin = fork.origin
      state = fork.state
      agents = Population.adopted(state, settings)
    }
    let insiders = state.genesis.plans.vesting.wallets.compactMap(\.beneficiary)
    agents += Population.insiders(insiders, after: agents, settings)
    market = agents.count
    agents.append(
      Agent(
        number: agents.count, address: Agent.address("market"), kind: .market,
        person: agents.count, seed: settings.seed, settings.assumptions))
    let found = agents.indices.filter { agents[$0].kind == .contributor }
    contributors = found.isEmpty ? [market] : found
    customers = max(1, agents.count { $0.kind == .customer })
    byHour = (0..<24).map { hour in agents.indices.filter { agents[$0].hour == hour } }
    payersByHour = Self.payers(agents, Int(settings.assumptions[.payments]))
    stream = Generator(seed: settings.seed ^ 0x6f66_6669_6365_7321)
    let elapsed = state.ledger.time.since(state.genesis.time).count
    let isFork = origin != nil
    milestonesLeft = document.milestones.filter {
      !isFork || $0.month * Seconds.month.count > elapsed
    }
    self.start = state.ledger.time.seconds
    let supply = document.token.totalSupply.units
    volume =
      settings.assumptions.volumeADay?.units
      ?? supply * UInt128(settings.assumptions[.volume]) / 1_000_000
    categories = ForecastCategories(document)
    watch = ForecastReport.Watch(pools: document.pools.count)
    world = AgentWorld(state)
    self.agents = agents
  }

  /// Genesis with the members' grants. Their order is the canonical one, unless a test asks for
  /// that of their making.
  private static func genesis(
    _ document: EconomyDocument, _ agents: [Agent], _ settings: ForecastSettings
  ) -> Genesis {
    var members = agents
    if settings.opensInCreationOrder, let order = settings.creationOrder {
      var generator = Generator(seed: order)
      members.shuffle(using: &generator)
    }
    let genesis = document.genesis()
    let grants = ForecastFunding.grants(
      document, members, market: Agent.address("market"), settings)
    return genesis.with(
      grants: genesis.grants
        + grants.map { Genesis.Grant(from: $0.from, to: $0.to, units: Amount($0.units)) })
  }

  private static func payers(_ agents: [Agent], _ count: Int) -> [[Int]] {
    var payers: [[Int]] = Array(repeating: [], count: 24)
    for place in agents.indices where agents[place].kind != .market {
      for payment in 0..<count {
        payers[(agents[place].hour + 1 + payment * 24 / count) % 24].append(place)
      }
    }
    return payers
  }

  /// How many days it is asked to live.
  public var days: Int { settings.days }

  // Running

  /// Lives the asked days.
  /// - Parameter progress: called at the end of every day with the days lived.
  public mutating func run(_ progress: (Int) -> Void = { _ in }) -> ForecastReport {
    begin()
    while day < settings.days, faults.isEmpty {
      live()
      day += 1
      closeDay()
      progress(day)
    }
    return report()
  }

  private mutating func begin() {
    for place in agents.indices {
      agents[place].account = world.find(agents[place].address)
      agents[place].startWealth = wealth(place)
    }
    if origin == nil { setScores() }
    refreshRates()
    sample()
  }

  /// One day: an hour in which somebody acts is a block; what falls due has its own second.
  private mutating func live() {
    let midnight = start + UInt64(day) * Seconds.day.count
    for hour in 0..<24 {
      let isDue = byHour[hour].contains { agents[$0].nextDay <= day || isDaily($0) }
      guard hour == 0 || isDue || !payersByHour[hour].isEmpty else { continue }
      world.advance(to: midnight + UInt64(hour) * 3_600 + 1_800)
      if hour == 0 {
        if day % 30 == 0 { actMonthly() }
        actDaily()
      }
      for place in byHour[hour] {
        if agents[place].nextDay <= day { decide(place) }
        if isDaily(place) { purchase(place) }
      }
      for place in payersByHour[hour] { pay(place) }
    }
    world.advance(to: midnight + Seconds.day.count - 1)
  }

  private func isDaily(_ place: Int) -> Bool { agents[place].kind == .customer }

  private mutating func closeDay() {
    refreshRates()
    observeDay()
    if day % settings.sampleDays == 0 || day == settings.days {
      faults += world.state.invariants().prefix(10).map { "day \(day): \($0)" }
      sample()
    }
  }

  /// What the rate table says today; agents read it once a day.
  private mutating func refreshRates() {
    rates = world.state.stakingRates()
    coverage = UInt64(world.state.stakingRewards().coverage.value)
  }

  /// What an agent holds and has staked.
  func wealth(_ place: Int) -> UInt128 {
    let liquid = agents[place].account.map { world.state.ledger.accounts[$0].balance.units } ?? 0
    return agents[place].positions.reduce(liquid) { $0 + $1.principal }
  }

  /// Lets somebody see the events of every block.
  mutating func observe(_ observer: @escaping (borrowing EconomyState) -> Void) {
    world.observer = observer
  }
}
