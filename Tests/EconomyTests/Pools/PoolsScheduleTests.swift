import Ledger
import Primitives
import Testing

@testable import Economy

/// What the pools open, month by month, and how they pay (F2, F14, A02 to A05, X09, X10, X14, edge
/// cases 3 to 5).
@Suite struct PoolsScheduleTests {
  /// Whole tokens of each year from a start, by the economy's own table.
  private struct Row {
    let pool: String
    let start: UInt64
    let epochs: UInt64
    let tokens: [UInt128]

    init(_ pool: String, from start: UInt64, each epochs: UInt64 = 365, _ tokens: [UInt128]) {
      self.pool = pool
      self.start = start
      self.epochs = epochs
      self.tokens = tokens
    }

    /// The sum of the steps' parts, each rounded down, in units.
    func opened(by epoch: UInt64, _ unit: UInt128) -> UInt128 {
      var sum: UInt128 = 0
      for (place, amount) in tokens.enumerated() {
        let begin = start + UInt64(place) * epochs
        let past = epoch > begin ? min(epoch - begin, epochs) : 0
        sum += amount * unit * UInt128(past) / UInt128(epochs)
      }
      return sum
    }
  }

  private static func eight(_ tokens: UInt128) -> [UInt128] { Array(repeating: tokens, count: 8) }

  private static let dta: [Row] = [
    Row(
      "pool.staking", from: 0,
      [
        24_000_000, 20_400_000, 16_800_000, 14_400_000, 12_000_000, 9_600_000, 8_400_000,
        7_200_000, 4_800_000, 2_400_000,
      ]),
    Row("pool.twin.feed", from: 92, eight(8_250_000)),
    Row("pool.twin.service", from: 92, eight(1_500_000)),
    Row("pool.ai.hosting", from: 273, eight(3_000_000)),
    Row("pool.ai.quality", from: 273, eight(3_000_000)),
    Row("pool.ai.innovation", from: 273, eight(1_500_000)),
    Row("pool.data.contribution", from: 365, eight(3_000_000)),
    Row("pool.data.stream", from: 365, eight(1_000_000)),
    Row("pool.data.urban", from: 365, eight(500_000)),
    Row("pool.data.knowledge", from: 365, eight(500_000)),
    Row("dao.governance", from: 0, eight(5_000_000)),
  ]

  private static let btt: [Row] = [
    Row("pool.mining", from: 0, each: 730, [2_520_000, 1_890_000, 1_260_000, 630_000]),
    Row(
      "pool.community.staking", from: 0,
      [140_000, 132_000, 150_000, 144_000, 154_000, 112_000, 96_000, 80_000]),
    Row(
      "pool.community.patients", from: 0,
      [105_000, 99_000, 112_500, 108_000, 115_500, 84_000, 72_000, 60_000]),
    Row(
      "pool.community.grants", from: 0,
      [70_000, 66_000, 75_000, 72_000, 77_000, 56_000, 48_000, 40_000]),
    Row(
      "pool.community.adoption", from: 0,
      [35_000, 33_000, 37_500, 36_000, 38_500, 28_000, 24_000, 20_000]),
  ]

  /// Each month of ten years: what every pool has opened, to the unit (A02 to A05).
  @Test("A02 A03 A04 A05 A10 month by month to the unit")
  func opensDTAByTheMonth() throws {
    var state = try PoolsNetwork.dta()
    for month: UInt64 in 0...125 {
      state.advance(to: month * Seconds.month.count)
      let epoch = month * Seconds.month.count / Seconds.day.count
      #expect(state.ledger.value(of: .epoch) == epoch)
      for row in Self.dta {
        let opened = row.opened(by: epoch, 10_000)
        #expect(try state.poolSchedule(row.pool, epoch) == Amount(opened), "\(row.pool) \(month)")
        let facts = try state.poolFacts(row.pool)
        #expect(facts.scheduled == Amount(row.opened(by: epoch + 1, 10_000)))
        #expect(facts.budget <= facts.balance)
        if facts.dripEpochs == 0 { #expect(facts.budget == facts.scheduled) }
      }
    }
    #expect(state.invariants().isEmpty)
    for row in Self.dta {
      let facts = try state.poolFacts(row.pool)
      #expect(facts.total.units == row.tokens.reduce(0, +) * 10_000)
      #expect(facts.balance == facts.total, "\(row.pool) is not funded to the unit")
    }
  }

  /// The planned release of economics 2.4 in tenths of a million DTA: staking, twins without their
  /// registration, AI, data, burn match.
  @Test("A02 A03 A04 A05 A07 the planned release of economics 2.4")
  func agreesWithThePlannedRelease() throws {
    let state = try PoolsNetwork.dta()
    let table: [(month: UInt64, staking: UInt128, ai: UInt128, data: UInt128, match: UInt128)] = [
      (12, 240, 19, 0, 82), (24, 444, 94, 50, 164), (36, 612, 169, 100, 246),
      (60, 876, 319, 200, 410), (96, 1_128, 544, 350, 656), (120, 1_200, 600, 400, 820),
    ]
    let twins: [UInt128] = [77, 179, 282, 483, 775, 800]
    func tenths(_ names: [String], _ epoch: UInt64) throws -> UInt128 {
      var sum: UInt128 = 0
      for name in names { sum += try state.poolSchedule(name, epoch).units }
      return (sum + 500_000_000) / 1_000_000_000
    }
    let match = try #require(state.genesis.plans.pools.burns.match)
    for (place, row) in table.enumerated() {
      let epoch = row.month * Seconds.month.count / Seconds.day.count
      #expect(try tenths(["pool.staking"], epoch) == row.staking)
      #expect(
        try tenths(["pool.ai.hosting", "pool.ai.quality", "pool.ai.innovation"], epoch) == row.ai)
      #expect(
        try tenths(
          [
            "pool.data.contribution", "pool.data.stream", "pool.data.urban",
            "pool.data.knowledge",
          ], epoch) == row.data)
      #expect(
        (match.schedule.cumulative(at: EpochNumber(epoch)).units + 500_000_000) / 1_000_000_000
          == row.match)
      // The table adds registrations as they are expected, at most 2,000,000 DTA of them.
      let feed = try tenths(["pool.twin.feed", "pool.twin.service"], epoch)
      #expect(feed <= twins[place] && twins[place] <= feed + 20)
    }
    #expect(try state.poolSchedule("pool.twin.registration", 92) == .zero)
    #expect(try state.poolSchedule("pool.twin.registration", 93) == Amount(20_000_000_000))
  }

  /// Mining by its four phases and the community's pools by their years (X09, X10, X14).
  @Test("X09 X10 X14 month by month to the unit")
  func opensBTTByTheMonth() throws {
    var state = try PoolsNetwork.btt()
    let unit: UInt128 = 1_000_000_000_000_000_000
    for month: UInt64 in 0...100 {
      state.advance(to: month * Seconds.month.count)
      let epoch = month * Seconds.month.count / Seconds.day.count
      for row in Self.btt {
        #expect(
          try state.poolSchedule(row.pool, epoch) == Amount(row.opened(by: epoch, unit)),
          "\(row.pool) \(month)")
      }
    }
    for (month, tokens): (UInt64, UInt128) in [
      (24, 2_520_000), (48, 4_410_000), (72, 5_670_000), (96, 6_300_000), (100, 6_300_000),
    ] {
      let epoch = month * Seconds.month.count / Seconds.day.count
      #expect(try state.poolSchedule("pool.mining", epoch) == Amount(tokens * unit))
    }
    for row in Self.btt {
      let facts = try state.poolFacts(row.pool)
      #expect(facts.balance.units == row.tokens.reduce(0, +) * unit)
    }
    #expect(state.invariants().isEmpty)
  }

  /// Nobody mined for a year: the backlog drips, one part in 365 an epoch, so the first to come
  /// cannot sweep it (F14, edge case 4).
  @Test("X14 edge case 4: the backlog drips, the first miner cannot sweep it")
  func dripsTheBacklog() throws {
    var state = try PoolsNetwork.btt()
    let found = state.poolIndex("pool.mining")
    let pool = try #require(found)
    let unit: UInt128 = 1_000_000_000_000_000_000
    let year = 1_260_000 * unit
    state.advance(toEpoch: 365)
    let emission = 2_520_000 * unit * 366 / 730 - year
    let budget = emission + year / 365
    #expect(state.poolBudget(pool) == Amount(budget))
    let miner = state.ledger.account(PoolsNetwork.stranger)
    // Two payments in one epoch share the budget of its opening.
    state.spendPool(pool, Amount(budget / 3), to: miner)
    #expect(state.poolBudget(pool) == Amount(budget - budget / 3))
    state.spendPool(pool, Amount(budget - budget / 3), to: miner)
    #expect(state.poolBudget(pool) == .zero)
    state.closeScope()
    state.advance(toEpoch: 366)
    let backlog = 2_520_000 * unit * 366 / 730 - budget
    let next = 2_520_000 * unit * 367 / 730 - 2_520_000 * unit * 366 / 730
    #expect(state.poolBudget(pool) == Amount(next + backlog / 365))
    #expect(
      state.poolBudget(pool, from: EpochNumber(366), until: EpochNumber(367))
        == state.poolBudget(pool))
    #expect(state.invariants().isEmpty)
  }

  /// A pool that runs dry pays no more, and a later top-up opens it again (edge case 5).
  @Test("edge case 5: a pool that runs dry pays no more and opens again")
  func runsDryAndOpensAgain() throws {
    var state = try PoolsNetwork.dta()
    let found = state.poolIndex("pool.staking")
    let pool = try #require(found)
    let payer = state.ledger.account(PoolsNetwork.member)
    let staker = state.ledger.account(PoolsNetwork.stranger)
    state.advance(toEpoch: 3_650)
    let all = state.poolBudget(pool)
    #expect(all == Amount(1_200_000_000_000))
    state.notePoolDemand(pool, Amount(2_400_000_000_000))
    state.spendPool(pool, all, to: staker)
    #expect(state.poolBudget(pool) == .zero)
    let facts = try state.poolFacts("pool.staking")
    #expect(facts.coverage == BasisPoints(5_000))
    #expect(facts.shortfall == Amount(1_200_000_000_000))
    #expect(facts.runway == 0)
    state.topUpPool(pool, Amount(77), from: payer)
    #expect(state.poolBudget(pool) == Amount(77))
    #expect(state.invariants().isEmpty)
    state.closeScope()
  }

  /// Spending past the schedule, or a wallet that lost units, is found.
  @Test func findsBrokenBooks() throws {
    var state = try PoolsNetwork.dta()
    let found = state.poolIndex("pool.staking")
    let pool = try #require(found)
    let member = state.ledger.account(PoolsNetwork.member)
    state.ledger.post(.token, Amount(1), from: state.poolAccount(pool), to: member)
    #expect(state.invariants().count == 1)
    state.spendPool(pool, state.poolBudget(pool), to: member)
    state.spendPool(pool, Amount(1), to: member)
    #expect(state.invariants().count == 2)
    state.closeScope()
  }
}
