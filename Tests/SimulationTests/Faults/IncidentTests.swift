import Economy
import EconomyFile
import Engine
import Ledger
import Primitives
import Testing

@testable import Simulation

/// Incidents of other networks that no test of one part shows; `docs/incidents.md` lists them all.
@Suite struct IncidentTests {
  private static func world(_ economy: String) throws -> World {
    let text = try #require(GoldenRunnerTests.file("economies/\(economy).json"))
    let members = (1...4 as ClosedRange<UInt32>).map { Address(high: 9, middle: 9, low: $0) }
    let genesis = Life.fund(try EconomyFile.load(text: text), members)
    return World(
      genesis: Offices.bound(genesis), members: members, keys: [:], seed: 1,
      secret: HashSecret(1, 2))
  }

  /// Balancer 2025: many small roundings in the user's favour. Two members stake the same; one
  /// claims every two hours, the other once.
  @Test("incident 3: who claims often gains nothing by rounding", arguments: ["dta", "btt"])
  func roundingNeverPays(_ economy: String) throws {
    var world = try Self.world(economy)
    let plan = world.state.genesis.plans.staking
    let (least, lock): (UInt128, UInt64) =
      switch plan.rates {
      case .tiers(let tiers, let locks): (tiers[0].minimum.units, locks[0].duration.count)
      case .periods(let periods): (periods[0].minimum.units, periods[0].duration.count)
      }
    let members = world.members
    for member in [members[0], members[1]] {
      let reply = world.send(
        Staking.number, "stake", ABITree(least + 12_345), ABITree(UInt128(lock)), by: member)
      try #require(reply.isSuccess)
    }
    var receipts: [UInt128] = []
    var paid: [UInt128: UInt128] = [:]
    func read(_ world: inout World) {
      for news in world.takeNews() where news.module == Staking.number {
        let number = news.happening.number("position") ?? 0
        if news.name == "Staked" { receipts.append(number) }
        if news.name == "Claimed" { paid[number, default: 0] += news.happening.number("paid") ?? 0 }
      }
    }
    read(&world)
    try #require(receipts.count == 2)
    var claims: UInt128 = 0
    for hour in 1...120 as ClosedRange<UInt64> {
      while world.advance(to: hour * 7_200) { read(&world) }
      let often = world.send(Staking.number, "claim", ABITree(receipts[0]), by: members[0])
      claims += often.isSuccess ? 1 : 0
      read(&world)
    }
    let once = world.send(Staking.number, "claim", ABITree(receipts[1]), by: members[1])
    try #require(once.isSuccess)
    read(&world)
    let (often, rarely) = (paid[receipts[0]] ?? 0, paid[receipts[1]] ?? 0)
    #expect(claims > 5 && rarely > 0)
    #expect(often <= rarely, "\(claims) claims gained \(often - min(often, rarely)) units")
    #expect(rarely - often <= claims, "rounding takes at most a unit a claim")
    #expect(world.state.invariants().isEmpty)
  }

  /// Level Finance 2023: the same id twice in one claim. The operation that takes a list refuses
  /// a duplicate; whoever declares another puts it here with the same test.
  @Test("incident 6: a list with a duplicate is refused")
  func noDuplicatesInLists() throws {
    var lists: Set<String> = []
    // What Batch and Multicall3 take is a sequence and no set: the same call twice is done twice.
    for module in Registry.modules where ![Batch.number, Multicall.number].contains(module.number) {
      for call in module.calls {
        for parameter in call.parameters {
          switch parameter.type {
          case .array, .fixedArray: lists.insert("\(module.name).\(call.name)")
          default: break
          }
        }
      }
    }
    #expect(lists == ["parameters.setGroup"], "test a duplicate in each of \(lists)")
    var world = try Self.world("dta")
    let pointer = ABITree.text("/fees/serviceBurn/bpsOfGross")
    let member = world.members[0]
    let twice = world.send(
      Parameters.number, "setGroup", .list([pointer, pointer]), .list([ABITree(1), ABITree(1)]),
      by: member)
    let rejection = try #require(twice.rejection)
    #expect(Surface.name(rejection) == "MalformedGroup", "\(Surface.name(rejection))")
    let once = world.send(
      Parameters.number, "setGroup", .list([pointer]), .list([ABITree(1)]), by: member)
    #expect(Surface.name(try #require(once.rejection)) != "MalformedGroup")
  }

  /// Paxos 2025: one key made 300 trillion. Here nobody makes units: over random life of every
  /// module the supply only falls, by what burns.
  @Test("incident 13: no operation makes units", arguments: ["dta", "btt"])
  func nobodyMints(_ economy: String) throws {
    let text = try #require(GoldenRunnerTests.file("economies/\(economy).json"))
    let record = try LifeRecord(text: text, blocks: 60, seed: 13)
    let run = ChainRun(record: record)
    let disk = SimulatedDisk()
    try run.create(disk, seed: 1)
    let chain = run.chain(1)
    var machine = try run.open(disk, chain, seed: 1)
    var generator = Generator(seed: 1)
    var supply = record.genesis.token.supply.units
    for _ in record.blocks {
      try run.makeBlock(&machine, &generator, on: disk)
      let now = chain.withState { $0.totalSupply().units }
      #expect(now <= supply)
      supply = now
    }
    #expect(chain.head.height == 60 && record.transactionCount > 60)
  }
}
