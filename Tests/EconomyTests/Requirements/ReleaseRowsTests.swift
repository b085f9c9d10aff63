import EconomyFile
import Ledger
import Primitives
import Testing

@testable import Economy

/// The buckets of BTT (X01 to X18; economics 2.3) through the engine's state; the numbers are the
/// documents'.
@Suite struct ReleaseRowsTests {
  typealias Net = DevelopmentNetwork
  private static let unit: UInt128 = 1_000_000_000_000_000_000

  private static func state() throws -> EconomyState {
    EconomyState(genesis: try Fixtures.document("btt").genesis(), secret: Fixtures.secret)
  }

  private static func follows(_ rows: [LinearRow], _ tokens: UInt128) throws {
    let state = try state()
    for row in rows { try row.check(state, unit) }
    #expect(rows.reduce(0) { $0 + $1.tokens } == tokens)
  }

  @Test("X01 BTT: 21,000,000 with 18 decimals, never increased")
  func token() throws {
    var net = try Net("btt")
    let token = Token.declaration
    let answers = [
      try net.ask(token, "symbol"), try net.ask(token, "decimals"),
      try net.ask(token, "totalSupply"),
    ]
    #expect(answers == [[.text("BTT")], [.count(18)], [.count(21_000_000 * Self.unit)]])
    net.advance(days: 400)
    #expect(net.state.totalSupply().units <= 21_000_000 * Self.unit)
    let isBalanced = net.state.ledger.isBalanced
    #expect(isBalanced)
  }

  @Test("X02 BitWave 2,100,000: six months locked, then 36 equal months")
  func bitwave() throws {
    try Self.follows([LinearRow("vest.bitwave", 2_100_000, lock: 6, months: 36)], 2_100_000)
  }

  @Test("X03 China Digital Healthcare 1,050,000: three months locked, then 30 equal months")
  func healthcareGroup() throws {
    try Self.follows([LinearRow("vest.cdh", 1_050_000, lock: 3, months: 30)], 1_050_000)
  }

  @Test("X04 M DAO 630,000: three months locked, then 30 equal months")
  func mdao() throws {
    try Self.follows([LinearRow("vest.mdao", 630_000, lock: 3, months: 30)], 630_000)
  }

  @Test("X05 Web3 Ventures and KNCapital 630,000: three months locked, then 30 equal months")
  func ventures() throws {
    try Self.follows([LinearRow("vest.web3kn", 630_000, lock: 3, months: 30)], 630_000)
  }

  @Test("X06 CryptoSeed and AN Innovators 420,000: three months locked, then 30 equal months")
  func cryptoseed() throws {
    try Self.follows([LinearRow("vest.cryptoseed", 420_000, lock: 3, months: 30)], 420_000)
  }

  @Test("X07 team 1,680,000, 5/2/1%: twelve months locked, then 48 equal months")
  func team() throws {
    try Self.follows(
      [
        LinearRow("vest.team.core", 1_050_000, lock: 12, months: 48),
        LinearRow("vest.team.technical", 420_000, lock: 12, months: 48),
        LinearRow("vest.team.medical", 210_000, lock: 12, months: 48),
      ], 1_680_000)
  }

  @Test("X08 foundation 3,570,000, 7/5/3/2%: never before 48 linear months, nothing ungated")
  func foundation() throws {
    var net = try Net("btt")
    let rows: [(wallet: String, tokens: UInt128)] = [
      ("foundation.core", 1_340_000), ("foundation.ai", 1_050_000),
      ("foundation.security", 630_000), ("foundation.research", 420_000),
    ]
    // 130,000 of the core's 7% wait in the escrow of the milestones' burns.
    #expect(rows.reduce(130_000) { $0 + $1.tokens } == 3_570_000)
    let genesis = net.state.genesis.time
    for row in rows {
      let grant = net.state.grant(ofWallet: row.wallet)
      #expect(try net.state.grant(grant).total.units == row.tokens * Self.unit)
      let end = try net.state.vested(grant, at: genesis + Seconds(10 * 31_536_000))
      #expect(end == .zero, "no milestone, no release")
    }
    for milestone in net.state.milestones() {
      net.accept(
        Vesting.declaration, "achieveMilestone", [.text(milestone.name)], by: Net.attester)
    }
    for row in rows {
      let line = LinearRow(row.wallet, row.tokens, months: 48)
      let grant = net.state.grant(ofWallet: row.wallet)
      var last: UInt128 = 0
      for month in 0...120 as ClosedRange<UInt64> {
        let vested = try net.state.vested(grant, at: genesis + Seconds(month * 2_628_000)).units
        #expect(vested <= line.vested(at: month, Self.unit) && vested >= last)
        last = vested
      }
      #expect(last == row.tokens * Self.unit, "\(row.wallet) ends whole")
    }
  }

  @Test("X09 mining 6,300,000 over eight years")
  func mining() throws {
    let state = try Self.state()
    #expect(state.held("pool.mining") == 6_300_000 * Self.unit)
    #expect(try state.poolSchedule("pool.mining", 8 * 365).units == 6_300_000 * Self.unit)
    #expect(try state.poolSchedule("pool.mining", 8 * 365 - 1).units < 6_300_000 * Self.unit)
  }

  @Test("X10 community 2,520,000: 40/30/20/10% on the yearly plan 350/330/375/360/385/280/240/200K")
  func community() throws {
    let state = try Self.state()
    let pools: [(String, UInt128)] = [
      ("pool.community.staking", 40), ("pool.community.patients", 30),
      ("pool.community.grants", 20), ("pool.community.adoption", 10),
    ]
    var sum: UInt128 = 0
    for (year, thousands) in [350, 330, 375, 360, 385, 280, 240, 200].enumerated() {
      sum += UInt128(thousands) * 1_000 * Self.unit
      for (pool, share) in pools {
        let open = try state.poolSchedule(pool, UInt64(year + 1) * 365)
        #expect(open.units == sum * share / 100, "\(pool), year \(year + 1)")
      }
    }
    #expect(sum == 2_520_000 * Self.unit)
  }

  @Test("X11 ecosystem fund 1,470,000: 1,230,000 by votes on the plan, 240,000 in the burn escrow")
  func ecosystemFund() throws {
    var net = try Net("btt")
    let fund = net.state.grant(ofWallet: "fund.ecosystem")
    #expect(try net.state.grant(fund).total.units == 1_230_000 * Self.unit)
    #expect(net.units("escrow.milestoneBurn") == (130_000 + 240_000) * Self.unit)
    let spend: [ABITree] = [.count(UInt128(fund)), .account(Net.bob), .count(1)]
    net.refuse(
      Vesting.declaration, "releaseTo", spend, by: Net.alice,
      Access.rejection(.unauthorized, Word(Net.alice), Word(Access.Role.executor.id)))
    net.openBlock(atMonth: 6)
    net.accept(Vesting.declaration, "releaseTo", spend, by: Net.executor)
    let end = net.state.genesis.time + Seconds(8 * 31_536_000)
    #expect(try net.state.vested(fund, at: end).units == 1_230_000 * Self.unit)
  }

  @Test("X12 liquidity 420,000: all of it open at genesis, 21,000 a day")
  func liquidity() throws {
    let state = try Self.state()
    let grant = state.grant(ofWallet: "fund.liquidity")
    #expect(try state.vested(grant, at: state.genesis.time).units == 420_000 * Self.unit)
    #expect(try state.releasable(grant).units == 21_000 * Self.unit)
  }

  @Test("X13 strategic reserve 210,000: closed for seven years, then by votes alone")
  func strategicReserve() throws {
    var net = try Net("btt")
    let reserve = net.state.grant(ofWallet: "reserve.strategic")
    let facts = try net.state.grant(reserve)
    #expect(facts.total.units == 210_000 * Self.unit && facts.beneficiary == .zero)
    let id = UInt128(reserve)
    let opening: UInt64 = 7 * 31_536_000
    net.openBlock(at: opening)
    #expect(try net.state.releasable(reserve) == .zero)
    net.openBlock(at: opening + 86_400)
    #expect(try net.state.releasable(reserve).units == 210_000 * Self.unit / 365)
    net.openBlock(at: opening + 31_536_000)
    let spend: [ABITree] = [.count(id), .account(Net.bob), .count(210_000 * Self.unit)]
    for sender in [Net.alice, Net.admin, Net.beneficiary] {
      net.refuse(
        Vesting.declaration, "releaseTo", spend, by: sender,
        Access.rejection(.unauthorized, Word(sender), Word(Access.Role.executor.id)))
    }
    net.refuse(
      Vesting.declaration, "release", [.count(id)], by: Net.beneficiary,
      Vesting.rejection(.noBeneficiary, Word(id)))
    net.accept(Vesting.declaration, "releaseTo", spend, by: Net.executor)
    #expect(net.units("reserve.strategic") == 0)
  }

  @Test("X14 mining by the month: 2,520,000, 1,890,000, 1,260,000, 630,000, evenly in two years")
  func tranches() throws {
    let state = try Self.state()
    let tranches: [UInt128] = [2_520_000, 1_890_000, 1_260_000, 630_000]
    for month in 0...110 as ClosedRange<UInt64> {
      let epoch = month * 2_628_000 / 86_400
      var open: UInt128 = 0
      for (place, tokens) in tranches.enumerated() {
        let begin = UInt64(place) * 730
        let past = epoch > begin ? min(epoch - begin, 730) : 0
        open += tokens * Self.unit * UInt128(past) / 730
      }
      #expect(try state.poolSchedule("pool.mining", epoch).units == open, "month \(month)")
    }
  }

  /// Who mines and how that is measured comes with the mining module; what stands already are the
  /// weights, their bounds and that they hold together.
  @Test("X15 mining weighs computation 40, quality 30, geography 15, energy 15, always 100%")
  func miningWeights() throws {
    var state = try PoolsNetwork.btt()
    let weights: [(String, UInt128)] = [
      ("computeBps", 4_000), ("qualityBps", 3_000), ("geographyBps", 1_500), ("energyBps", 1_500),
    ]
    for (name, value) in weights {
      #expect(try state.parameter("/mining/weights/\(name)").value == value)
    }
    let alone = Parameters.Set(pointer: "/mining/weights/qualityBps", value: 3_100)
    let refusal = state.attempt(.parameters(.set(alone)), by: PoolsNetwork.governor)
    #expect(refusal?.code == Parameters.Code.groupSum.rawValue)
  }

  /// What may be released by votes, plans and milestones is what the cumulative table leaves beside
  /// the contractual rows and the community's pools, in this year and in every later one.
  @Test("X16 ceilings: 22, 40, 55, 67, 77% by the ends of five years, then 86, 92.83 and 100%")
  func ceilings() throws {
    let state = try Self.state()
    let token = Self.unit
    let table: [UInt128] = [
      4_620_000, 8_400_000, 11_550_000, 14_070_000, 16_170_000, 18_060_000, 19_495_000, 21_000_000,
    ]
    for (tokens, percent) in zip(table, [22, 40, 55, 67, 77] as [UInt128]) {
      #expect(tokens == 210_000 * percent)
    }
    let rows = [
      LinearRow("bitwave", 2_100_000, lock: 6, months: 36),
      LinearRow("others", 2_730_000, lock: 3, months: 30),
      LinearRow("team", 1_680_000, lock: 12, months: 48),
    ]
    let mining: [UInt128] = [1_260, 2_520, 3_465, 4_410, 5_040, 5_670, 5_985, 6_300]
    let community: [UInt128] = [350, 680, 1_055, 1_415, 1_800, 2_080, 2_320, 2_520]
    var room: [UInt128] = []
    for year in table.indices {
      var contractual = 420_000 * token + (mining[year] + community[year]) * 1_000 * token
      for row in rows { contractual += row.vested(at: UInt64(year + 1) * 12, token) }
      room.append(table[year] * token - contractual)
    }
    for year in table.indices {
      let ceiling = state.releases(inYear: UInt64(year)).ceiling.units
      #expect(ceiling == room[year...].min(), "year \(year)")
    }
  }

  /// The contributions themselves are words; that each investor has an account of its own, which
  /// nobody else can take from, is what a ledger can show of them.
  @Test("X17 five investors, each with a wallet of its own that pays its beneficiary alone")
  func investors() throws {
    var net = try Net("btt")
    net.openBlock(atMonth: 12)
    let rows: [(String, UInt128)] = [
      ("vest.bitwave", 2_100_000), ("vest.cdh", 1_050_000), ("vest.mdao", 630_000),
      ("vest.web3kn", 630_000), ("vest.cryptoseed", 420_000),
    ]
    for (wallet, tokens) in rows {
      let grant = net.state.grant(ofWallet: wallet)
      let due = try net.state.releasable(grant).units
      let facts = try net.state.grant(grant)
      #expect(facts.beneficiary == Net.beneficiary && due > 0 && due < tokens * Self.unit)
      net.refuse(
        Vesting.declaration, "releaseTo", [.count(UInt128(grant)), .account(Net.bob), .count(1)],
        by: Net.executor, Vesting.rejection(.notByVote, Word(UInt128(grant))))
      let before = net.units(Net.beneficiary)
      net.accept(Vesting.declaration, "release", [.count(UInt128(grant))], by: Net.alice)
      #expect(net.units(Net.beneficiary) == before + due)
    }
    #expect(rows.reduce(0) { $0 + $1.1 } * 100 == 21_000_000 * 23)
  }

  @Test("X16 economics 2.3 by the month: institutions, team and mining never fall, and end whole")
  func contractualByTheMonth() throws {
    let state = try Self.state()
    let ends: [(UInt64, UInt128)] = [
      (12, 1_157), (24, 2_810), (36, 4_183), (48, 5_000), (60, 5_500), (72, 5_800), (84, 5_950),
      (96, 6_100),
    ]
    let wallets = [
      "vest.bitwave", "vest.cdh", "vest.mdao", "vest.web3kn", "vest.cryptoseed", "vest.team.core",
      "vest.team.technical", "vest.team.medical",
    ]
    let supply = 21_000_000 * Self.unit
    var last: UInt128 = 0
    for month in 0...100 as ClosedRange<UInt64> {
      var sum = try state.poolSchedule("pool.mining", month * 2_628_000 / 86_400).units
      let time = state.genesis.time + Seconds(month * 2_628_000)
      for wallet in wallets {
        sum += try state.vested(state.grant(ofWallet: wallet), at: time).units
      }
      #expect(sum >= last)
      last = sum
      // The printed contractual line less the 2% of liquidity.
      if let end = ends.first(where: { $0.0 == month }) {
        #expect((sum * 20_000 + supply) / (supply * 2) == end.1, "month \(month)")
      }
    }
  }

  @Test("Y20 scarcity: a fixed supply that burns, locks, and is needed for every operation")
  func scarcity() throws {
    // Locked: a stake leaves the member's hands until its end.
    let member = StakingFixture.account(1)
    var world = try StakingFixture("btt", [(member, 1_000 * Self.unit)])
    let id = try world.stake(1_000 * Self.unit, days: 30, by: member)
    #expect(world.held(member) == 0 && world.held("staking.principal") == 1_000 * Self.unit)
    let refusal = world.refusal(.unstake(Staking.Unstake(position: id)), by: member)
    #expect(refusal?.code == Staking.Code.lockNotEnded.rawValue)
    var net = try Net("btt")
    let supply = net.state.totalSupply().units
    // Burned: for good.
    net.accept(Token.declaration, "burn", [.count(Self.unit)], by: Net.alice)
    #expect(net.state.totalSupply().units == supply - Self.unit)
    // Needed: whoever holds nothing can do nothing at all.
    for module in Registry.modules {
      for (place, call) in module.calls.enumerated() {
        let status = net.run(
          DecodedCall(module: module.number, place: UInt8(place), operation: .value),
          to: module.address, by: Net.stranger)
        guard case .invalid(.insufficientFunds) = status else {
          Issue.record("\(module.name).\(call.name) without units: \(status)")
          continue
        }
      }
    }
  }
}
