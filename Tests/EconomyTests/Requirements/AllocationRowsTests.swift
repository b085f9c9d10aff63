import EconomyFile
import Ledger
import Primitives
import Testing

@testable import Economy

/// Buckets that open on a line: what has vested month by month, to the unit.
struct LinearRow: Sendable {
  let wallet: String
  let tokens: UInt128
  let lock: UInt64
  let months: UInt64

  init(_ wallet: String, _ tokens: UInt128, lock: UInt64 = 0, months: UInt64) {
    self.wallet = wallet
    self.tokens = tokens
    self.lock = lock
    self.months = months
  }

  /// Nothing until the lock ends, then evenly.
  func vested(at month: UInt64, _ unit: UInt128) -> UInt128 {
    let passed = month > lock ? min(month - lock, months) : 0
    return tokens * unit * UInt128(passed) / UInt128(months)
  }

  /// Compares ten years of months, and the seconds around the lock's end.
  func check(_ state: borrowing EconomyState, _ unit: UInt128) throws {
    let grant = state.grant(ofWallet: wallet)
    let genesis = state.genesis.time
    #expect(try state.grant(grant).total.units == tokens * unit, "\(wallet)")
    for month in 0...120 as ClosedRange<UInt64> {
      let vested = try state.vested(grant, at: genesis + Seconds(month * 2_628_000))
      #expect(vested.units == self.vested(at: month, unit), "\(wallet) in month \(month)")
    }
    let end = genesis + Seconds(lock * 2_628_000)
    #expect(try state.vested(grant, at: end) == .zero)
    let last = genesis + Seconds((lock + months) * 2_628_000 - 1)
    #expect(try state.vested(grant, at: last).units < tokens * unit)
  }
}

/// The buckets of DTA (A01 to A11; economics 2.4) through the engine's state; the numbers are the
/// documents'.
@Suite struct AllocationRowsTests {
  private static let unit: UInt128 = 10_000
  private static let millions: UInt128 = 1_000_000

  /// The file alone, without a development network's grants.
  private static func state() throws -> EconomyState {
    EconomyState(genesis: try Fixtures.document("dta").genesis(), secret: Fixtures.secret)
  }

  private static let team = [
    LinearRow("team.core", 60_000_000, months: 24),
    LinearRow("team.advisors", 25_000_000, months: 24),
    LinearRow("team.contributors", 15_000_000, months: 24),
  ]
  private static let treasury = [
    LinearRow("treasury.partnerships", 110_000_000, lock: 6, months: 48),
    LinearRow("treasury.business", 55_000_000, lock: 3, months: 48),
    LinearRow("treasury.marketing", 33_000_000, months: 36),
    LinearRow("treasury.legal", 22_000_000, months: 48),
  ]
  private static let community = [
    LinearRow("dao.ambassador", 20_000_000, months: 48),
    LinearRow("dao.grants", 10_000_000, months: 48),
  ]

  @Test("A01 ecosystem rewards: 300,000,000, 30%, all open in ten years")
  func ecosystemRewards() throws {
    let state = try Self.state()
    var sum: UInt128 = 0
    for (pool, tokens) in [
      ("pool.staking", 120), ("pool.twin.feed", 66), ("pool.twin.registration", 2),
      ("pool.twin.service", 12), ("pool.ai.hosting", 24), ("pool.ai.quality", 24),
      ("pool.ai.innovation", 12), ("pool.data.contribution", 24), ("pool.data.stream", 8),
      ("pool.data.urban", 4), ("pool.data.knowledge", 4),
    ] as [(String, UInt128)] {
      let units = tokens * Self.millions * Self.unit
      #expect(state.balance(of: SystemAddress.account(pool)).units == units, "\(pool)")
      #expect(try state.poolSchedule(pool, 3_650).units == units, "\(pool)")
      sum += units
    }
    #expect(sum == 300 * Self.millions * Self.unit)
    #expect(sum * 10 == state.totalSupply().units * 3)
  }

  @Test("A02 staking pool 120,000,000: 24/20.4/16.8/14.4/12/9.6/8.4/7.2/4.8/2.4 million a year")
  func stakingPool() throws {
    let state = try Self.state()
    var sum: UInt128 = 0
    for (year, tenths) in [240, 204, 168, 144, 120, 96, 84, 72, 48, 24].enumerated() {
      sum += UInt128(tenths) * 100_000 * Self.unit
      #expect(try state.poolSchedule("pool.staking", UInt64(year + 1) * 365).units == sum)
    }
    #expect(sum == 120 * Self.millions * Self.unit)
  }

  @Test("A03 twin incentives 80,000,000: 66 feed, 2 registration, 12 service, from epoch 92")
  func twins() throws {
    let state = try Self.state()
    for (pool, tokens) in [("pool.twin.feed", 66), ("pool.twin.service", 12)] as [(String, UInt128)]
    {
      #expect(try state.poolSchedule(pool, 92) == .zero)
      for year in 1...8 as ClosedRange<UInt64> {
        let open = tokens * Self.millions * Self.unit * UInt128(year) / 8
        #expect(try state.poolSchedule(pool, 92 + year * 365).units == open, "\(pool) \(year)")
      }
    }
    #expect(try state.poolSchedule("pool.twin.registration", 92) == .zero)
    #expect(
      try state.poolSchedule("pool.twin.registration", 93).units == 2 * Self.millions * Self.unit)
  }

  @Test("A04 AI providers 60,000,000: 24 hosting, 24 quality, 12 innovation, from epoch 273")
  func aiProviders() throws {
    try Self.eightYears(
      [("pool.ai.hosting", 24), ("pool.ai.quality", 24), ("pool.ai.innovation", 12)], from: 273)
  }

  @Test("A05 data 40,000,000: 24 contribution, 8 streams, 4 urban, 4 knowledge, from epoch 365")
  func data() throws {
    try Self.eightYears(
      [
        ("pool.data.contribution", 24), ("pool.data.stream", 8), ("pool.data.urban", 4),
        ("pool.data.knowledge", 4),
      ], from: 365)
  }

  private static func eightYears(_ pools: [(String, UInt128)], from start: UInt64) throws {
    let state = try state()
    for (pool, tokens) in pools {
      #expect(try state.poolSchedule(pool, start) == .zero)
      for year in 1...8 as ClosedRange<UInt64> {
        let open = tokens * millions * unit * UInt128(year) / 8
        #expect(try state.poolSchedule(pool, start + year * 365).units == open, "\(pool) \(year)")
      }
    }
  }

  @Test("A06 treasury 220,000,000: partnerships 6+48, business 3+48, marketing 36, legal 48 months")
  func treasuryByTheMonth() throws {
    let state = try Self.state()
    for row in Self.treasury { try row.check(state, Self.unit) }
    #expect(Self.treasury.reduce(0) { $0 + $1.tokens } == 220_000_000)
  }

  @Test("A07 burn and reserve 137,000,000: 82 matched in ten years, 35 and 20 by vote")
  func burnAndReserve() throws {
    let state = try Self.state()
    #expect(state.held("reserve.burn") == 82 * Self.millions * Self.unit)
    let match = try #require(state.genesis.plans.pools.burns.match)
    let year: UInt128 = 8_200_000 * Self.unit
    for month in 0...130 as ClosedRange<UInt64> {
      let epoch = month * 2_628_000 / 86_400
      let whole = min(epoch / 365, 10)
      let part = whole == 10 ? 0 : year * UInt128(epoch % 365) / 365
      #expect(
        match.schedule.cumulative(at: EpochNumber(epoch)).units == year * UInt128(whole) + part)
    }
    for (wallet, tokens) in [("reserve.emergency", 35), ("reserve.upgrade", 20)]
      as [(String, UInt128)]
    {
      let grant = state.grant(ofWallet: wallet)
      #expect(try state.grant(grant).total.units == tokens * Self.millions * Self.unit)
      #expect(try state.grant(grant).beneficiary == .zero, "spent by votes alone")
      #expect(try state.releasable(grant).units == tokens * Self.millions * Self.unit / 4)
    }
  }

  @Test("A08 BIVE swap 110,000,000: waits whole; nothing built so far pays from it")
  func swapPool() throws {
    try Self.stands("swap.pool", 110_000_000)
  }

  @Test("A11 BIVE bonus 33,000,000: 20 early, 13 loyalty, which a full swap empties to the unit")
  func bonus() throws {
    try Self.stands("bonus.early", 20_000_000)
    try Self.stands("bonus.loyalty", 13_000_000)
    let swapped = 110_000_000 * Self.unit
    #expect(swapped * 2 / 11 == 20_000_000 * Self.unit)
    #expect(swapped * 13 / 110 == 13_000_000 * Self.unit)
  }

  /// A wallet that later modules pay from holds its sum at genesis and after a year.
  private static func stands(_ wallet: String, _ tokens: UInt128) throws {
    var state = try state()
    #expect(state.held(wallet) == tokens * unit)
    #expect(state.grant(ofWallet: wallet) == 0)
    state.advance(to: 31_536_000)
    #expect(state.held(wallet) == tokens * unit)
  }

  @Test("A09 team 100,000,000: 60, 25 and 15 million in 24 equal months from the first day")
  func teamByTheMonth() throws {
    let state = try Self.state()
    for row in Self.team { try row.check(state, Self.unit) }
    #expect(Self.team.reduce(0) { $0 + $1.tokens } == 100_000_000)
  }

  @Test("A10 DAO 100,000,000: 40 governance, 30 initiatives by vote, 20 ambassadors, 10 grants")
  func dao() throws {
    let state = try Self.state()
    for row in Self.community { try row.check(state, Self.unit) }
    for year in 1...8 as ClosedRange<UInt64> {
      let open = 5 * Self.millions * Self.unit * UInt128(year)
      #expect(try state.poolSchedule("dao.governance", year * 365).units == open)
    }
    let initiatives = state.grant(ofWallet: "dao.initiatives")
    #expect(try state.grant(initiatives).beneficiary == .zero, "spent by votes alone")
    for month in 0...72 as ClosedRange<UInt64> {
      let open = 6 * Self.millions * Self.unit * UInt128(min(month / 12 + 1, 5))
      let time = state.genesis.time + Seconds(month * 2_628_000)
      #expect(try state.vested(initiatives, at: time).units == open, "month \(month)")
    }
  }

  /// Tenths of a million, of what a column's wallets have opened by a month.
  private static func opened(
    _ state: borrowing EconomyState, _ rows: [LinearRow], pools: [String], month: UInt64
  ) throws -> UInt128 {
    var sum: UInt128 = 0
    for row in rows {
      let time = state.genesis.time + Seconds(month * 2_628_000)
      sum += try state.vested(state.grant(ofWallet: row.wallet), at: time).units
    }
    for pool in pools { sum += try state.poolSchedule(pool, month * 2_628_000 / 86_400).units }
    return sum
  }

  /// Swap and bonuses are claims, registrations events: both as the table assumes them, over
  /// twelve months and evenly over four years. A year's votes count at the year's end.
  @Test("A01 A02 A03 A04 A05 A06 A07 A09 A10 economics 2.4: every column, total and circulation")
  func plannedRelease() throws {
    let state = try Self.state()
    let table: [(month: UInt64, columns: [UInt128], total: UInt128, circulating: UInt128)] = [
      (12, [500, 406, 185, 240, 77, 19, 0, 82], 2_742, 2_660),
      (24, [1_000, 983, 370, 444, 179, 94, 50, 164], 4_714, 4_550),
      (36, [1_000, 1_561, 555, 612, 282, 169, 100, 246], 5_954, 5_708),
      (60, [1_000, 2_200, 850, 876, 483, 319, 200, 410], 7_768, 7_358),
      (96, [1_000, 2_200, 1_000, 1_128, 775, 544, 350, 656], 9_083, 8_427),
      (120, [1_000, 2_200, 1_000, 1_200, 800, 600, 400, 820], 9_450, 8_630),
    ]
    let match = try #require(state.genesis.plans.pools.burns.match)
    let initiatives = state.grant(ofWallet: "dao.initiatives")
    let tenth: UInt128 = 1_000_000_000
    for row in table {
      let (month, epoch) = (row.month, row.month * 2_628_000 / 86_400)
      let end = state.genesis.time + Seconds(month * 2_628_000 - 1)
      let registered = 2 * Self.millions * Self.unit * UInt128(min(epoch - 92, 1_460)) / 1_460
      let matched = match.schedule.cumulative(at: EpochNumber(epoch)).units
      let columns = [
        try Self.opened(state, Self.team, pools: [], month: month),
        try Self.opened(state, Self.treasury, pools: [], month: month),
        try Self.opened(state, Self.community, pools: ["dao.governance"], month: month)
          + state.vested(initiatives, at: end).units,
        try Self.opened(state, [], pools: ["pool.staking"], month: month),
        try Self.opened(state, [], pools: ["pool.twin.feed", "pool.twin.service"], month: month)
          + registered,
        try Self.opened(
          state, [], pools: ["pool.ai.hosting", "pool.ai.quality", "pool.ai.innovation"],
          month: month),
        try Self.opened(
          state, [],
          pools: [
            "pool.data.contribution", "pool.data.stream", "pool.data.urban",
            "pool.data.knowledge",
          ], month: month), matched,
      ]
      #expect(columns.map { ($0 + tenth / 2) / tenth } == row.columns, "month \(month)")
      // The printed sums are those of unrounded columns, to the nearest tenth.
      let swapped: UInt128 = month == 12 ? 1_233 : 1_430
      let total = columns.reduce(0, +) + swapped * tenth
      func near(_ units: UInt128, _ printed: UInt128) -> Bool {
        let rounded = (units + tenth / 2) / tenth
        return rounded + 1 >= printed && rounded <= printed + 1
      }
      #expect(near(total, row.total), "total of month \(month)")
      #expect(near(total - matched, row.circulating), "circulating in month \(month)")
    }
  }
}
