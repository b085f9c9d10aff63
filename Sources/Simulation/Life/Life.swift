internal import Cryptography
internal import Economy
public import EconomyFile
public import Ledger
internal import Primitives

/// Random life of every module at once, on the real engine, beside naive models: some hundred
/// operations a day, all that falls due at its own second, every invariant every day.
public struct Life: ~Copyable {
  private var world: World
  private var workloads: [any Workload]
  private let shares: Int
  private var faults: [String] = []
  private var months: [LifeSummary.Month] = []
  private var roots: [UInt8] = []

  /// - Parameters:
  ///   - text: The economy file.
  ///   - accounts: How many members; the first hold the most.
  ///   - seed: The choice of life: the same seed gives the same state roots.
  ///   - secret: Random words of the process, which never reach the state.
  /// - Throws: `EconomyFileFailure` where the file is unsound.
  public init(
    text: String, accounts: Int, seed: UInt64, secret: HashSecret
  ) throws(EconomyFileFailure) {
    let members = (0..<max(1, accounts)).map { Members.address($0) }
    let document = try EconomyFile.load(text: text)
    let overlay = JSONValue.object([Offices.overlay(document)]).text
    let settled = try EconomyFile.load(text: text, overlays: [overlay])
    let genesis = Self.fund(settled, members)
    world = World(
      genesis: genesis, members: members, keys: Members.keys(members.count), seed: seed,
      secret: secret)
    workloads = Workloads.all(genesis)
    shares = workloads.reduce(0) { $0 + $1.share }
    for place in workloads.indices { workloads[place].setUp(&world) }
  }

  /// The workloads of an economy; empty where its file is unsound.
  static func workloads(of text: String) -> [any Workload] {
    do throws(EconomyFileFailure) {
      return Workloads.all(try EconomyFile.load(text: text).genesis())
    } catch {
      return []
    }
  }

  /// Gives the members what wallets hold that neither pay rewards nor vest, and half of what those
  /// hold that vest: the first most, the n-th a n-th of it. Office holders get a little for their
  /// fees.
  static func fund(_ document: EconomyDocument, _ members: [Address]) -> Genesis {
    let genesis = document.genesis()
    let holders = document.access.names.compactMap(\.address)
    var grants = genesis.grants
    for wallet in document.wallets {
      let part: UInt128
      switch wallet.release {
      case .claim, .governance, .governancePlan, .immediate: part = 1
      case .linear: part = 2
      default: continue
      }
      let taken = grants.filter { $0.from == wallet.account }.reduce(UInt128(0)) {
        $0 + $1.units.units
      }
      let units = (wallet.amount.units - min(wallet.amount.units, taken)) / part
      let office = units / 1_000 / UInt128(max(1, holders.count))
      for holder in holders {
        grants.append(Genesis.Grant(from: wallet.account, to: holder, units: Amount(office)))
      }
      let rest = units - office * UInt128(holders.count)
      // The harmonic sum, in thousandths and rounded up, so that the shares never exceed the whole.
      var sum: UInt128 = 0
      for place in members.indices { sum += 1_000_000 / UInt128(place + 1) + 1 }
      for (place, member) in members.enumerated() {
        let part = 1_000_000 / UInt128(place + 1)
        let share = multiplyDivide(rest, part, by: sum, .down) ?? 0
        if share > 0 {
          grants.append(Genesis.Grant(from: wallet.account, to: member, units: Amount(share)))
        }
      }
    }
    return genesis.with(grants: grants)
  }

  /// What became of each declared call so far.
  var uses: [UInt16: World.Use] { world.uses }

  // Running

  /// Lives so many days.
  /// - Parameter progress: called at the end of every day.
  public mutating func run(
    days: Int, operationsADay: Int, progress: (Int) -> Void
  ) -> LifeSummary {
    for day in 0..<days {
      live(day: UInt64(day), operations: operationsADay)
      close(day: day)
      progress(day + 1)
      // Nothing that follows a fault says anything new.
      if !faults.isEmpty { break }
    }
    return summary(days: days)
  }

  private mutating func live(day: UInt64, operations: Int) {
    let length = Seconds.day.count
    var moments = (0..<operations).map { _ in
      day * length + UInt64(world.generator.below(Int(length)))
    }
    moments.sort()
    for moment in moments {
      advance(to: moment)
      var choice = world.generator.below(shares)
      for place in workloads.indices {
        if choice < workloads[place].share {
          workloads[place].step(&world)
          break
        }
        choice -= workloads[place].share
      }
      report()
    }
    advance(to: (day + 1) * length - 1)
  }

  private mutating func advance(to seconds: UInt64) {
    while world.advance(to: seconds) {
      report()
      if !world.isBalanced { faults.append("the balances do not sum to the supply") }
    }
  }

  private mutating func report() {
    for news in world.takeNews() {
      for place in workloads.indices { workloads[place].observe(news, &world) }
    }
  }

  private mutating func close(day: Int) {
    var found = world.state.invariants()
    for workload in workloads { found += workload.check(world) }
    faults += found.prefix(20).map { "day \(day + 1): \($0)" }
    roots.append(contentsOf: world.stateRoot().bytes)
    if (day + 1) % 30 == 0 { months.append(month(day: day)) }
  }

  private func month(day: Int) -> LifeSummary.Month {
    let rewards = world.ask(Staking.number, "rewards")
    let pool = world.ask(Pools.number, "pool", .text(world.state.genesis.plans.staking.pool))
    return LifeSummary.Month(
      day: day + 1, positions: rewards?.number("positions") ?? 0,
      principal: rewards?.number("principal") ?? 0,
      coverage: rewards?.number("coverage") ?? 0, shortfall: rewards?.number("shortfall") ?? 0,
      spent: pool?.number("spent") ?? 0,
      funded: (pool?.number("scheduled") ?? 0) + (pool?.number("topUps") ?? 0),
      runway: pool?.number("runway") ?? 0, supply: world.state.totalSupply().units)
  }

  private mutating func summary(days: Int) -> LifeSummary {
    let staking = workloads.compactMap { $0 as? StakingWorkload }.first
    let pool = world.ask(Pools.number, "pool", .text(world.state.genesis.plans.staking.pool))
    return LifeSummary(
      days: days, decimals: Int(world.state.genesis.token.decimals),
      asked: world.counts.asked, succeeded: world.counts.succeeded,
      refused: world.counts.refused, impossible: world.counts.impossible,
      refusals: world.refusals.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        .map { ($0.key, $0.value) },
      months: months, supply: world.state.genesis.token.supply.units,
      burned: world.balance(.zero), paid: staking?.paid ?? 0,
      rewardBurned: staking?.burned ?? 0, forfeited: staking?.forfeited ?? 0,
      outflow: staking?.outflow ?? 0,
      scheduled: pool?.number("scheduled") ?? 0, topUps: pool?.number("topUps") ?? 0,
      spent: pool?.number("spent") ?? 0, stateRoot: world.stateRoot(),
      dailyRoots: SHA256.hash(roots), faults: faults)
  }
}
