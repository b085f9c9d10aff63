import Ledger
import Primitives
import Testing

@testable import Economy

/// What holds between operations, whatever their order and cadence.
@Suite struct StakingStateTests {
  private static let day = StakingFixture.day
  private static let alice = StakingFixture.account(1)
  private static let bob = StakingFixture.account(2)

  /// F4: reads and claims at any cadence change nothing, and locks end alike whether blocks are
  /// frequent or none comes for days.
  @Test(
    "F4 reads and claims at any cadence change nothing, through operations",
    arguments: ["dta", "btt"])
  func cadenceChangesNothing(_ economy: String) throws {
    let token: UInt128 = economy == "dta" ? 10_000 : 1_000_000_000_000_000_000
    let balances = [
      (Self.alice, 1_000_000 * token), (Self.bob, 400_000 * token),
      (StakingFixture.account(3), 700 * token),
    ]
    var quiet = try StakingFixture(economy, balances)
    var busy = try StakingFixture(economy, balances)
    let end = 40 * Self.day + 12_345
    var (received, index) = ((UInt128(0), UInt128(0)), UInt128(0))
    let lock: UInt64 = 30
    let first = try quiet.stake(900_000 * token, days: lock, by: Self.alice)
    let second = try quiet.stake(399_999 * token, days: lock, by: Self.bob)
    _ = try busy.stake(900_000 * token, days: lock, by: Self.alice)
    _ = try busy.stake(399_999 * token, days: lock, by: Self.bob)
    var time: UInt64 = 0
    while time + 7_919 < end {
      time += 7_919
      busy.advance(to: time)
      index = max(index, busy.rewards().index)
      #expect(busy.rewards().index == index)
      received.0 += try busy.claim(first, by: Self.alice)
      if time % 3 == 0 { received.1 += try busy.claim(second, by: Self.bob) }
    }
    busy.advance(to: end)
    received.0 += try busy.claim(first, by: Self.alice)
    received.1 += try busy.claim(second, by: Self.bob)
    quiet.advance(to: end)
    let once = try quiet.claim(first, by: Self.alice)
    let other = try quiet.claim(second, by: Self.bob)
    #expect(received == (once, other))
    #expect(try quiet.state.position(first).fraction == busy.state.position(first).fraction)
    #expect(quiet.rewards().index == busy.rewards().index)
    #expect(quiet.held("staking.payable") == busy.held("staking.payable"))
    #expect(quiet.faults().isEmpty && busy.faults().isEmpty)
  }

  /// Edge case 4: without stakers nothing moves and nothing divides by zero; the first one earns
  /// its own rate and not the backlog.
  @Test("edge case 4: the first staker sweeps no backlog")
  func firstStakerSweepsNothing() throws {
    var world = try StakingFixture("dta", [(Self.alice, 10_000_000)])
    world.advance(to: 10 * Self.day + 5)
    #expect(world.rewards().payable == .zero && world.rewards().pool == Amount(1_200_000_000_000))
    #expect(world.rewards().coverage == .whole && world.rewards().shortfall == .zero)
    let id = try world.stake(10_000_000, days: 30, by: Self.alice)
    #expect(try world.state.pending(id) == .zero)
    world.advance(to: 11 * Self.day + 5)
    // floor(80,000,000,000,000 x 86,400 / (10^8 x 31,536,000))
    #expect(try world.state.pending(id) == Amount(2_191))
    #expect(world.faults().isEmpty)
  }

  /// Edge case 5: where the promise exceeds the budget all get the same part, the shortfall is
  /// shown and not owed, and every principal comes back.
  @Test("S08 edge case 5: the shortfall is shown and every principal comes back")
  func shortfallIsShownAndPrincipalComesBack() throws {
    let (alice, bob) = (Self.alice, Self.bob)
    var world = try StakingFixture("dta", [(alice, 3_000_000_000_000), (bob, 6_000_000_000)])
    let first = try world.stake(3_000_000_000_000, days: 30, by: alice)
    let second = try world.stake(6_000_000_000, days: 30, by: bob)
    let rewards = world.rewards()
    let ceiling = rewards.totalWeight * 86_400 / (100_000_000 * 31_536_000)
    #expect(rewards.ceiling == Amount(ceiling))
    #expect(rewards.shortfall == Amount(ceiling - 657_534_246))
    #expect(rewards.coverage == BasisPoints(UInt32(657_534_246 * 10_000 / ceiling)))
    let rates = world.state.stakingRates()
    #expect(rates.count == 20 && rates[19].promised == BasisPoints(2_500))
    #expect(rates[19].paid.value == 2_500 * rewards.coverage.value / 10_000)
    world.advance(to: Self.day)
    // The pool shows the same once the epoch has closed.
    let facts = try world.state.poolFacts("pool.staking")
    #expect(facts.coverage == rewards.coverage && facts.shortfall == rewards.shortfall)
    let (large, small) = (
      try world.state.pending(first).units, try world.state.pending(second).units
    )
    #expect(large + small <= 657_534_246 && large + small + 2 >= 657_534_246)
    #expect(large / 500 == small)
    world.advance(to: 30 * Self.day)
    for (id, owner) in [(first, alice), (second, bob)] {
      try world.run(.unstake(Staking.Unstake(position: id)), by: owner)
    }
    #expect(world.held("staking.principal") == 0)
    #expect(world.held(alice) > 3_000_000_000_000 && world.held(bob) > 6_000_000_000)
    #expect(world.faults().isEmpty)
  }

  /// What is refused or only tried leaves no trace in any row.
  @Test func undoLeavesNoTrace() throws {
    var world = try StakingFixture("btt", [(Self.alice, 500_000_000_000_000_000_000_000)])
    let id = try world.stake(100_000_000_000_000_000_000_000, days: 30, by: Self.alice)
    let sender = world.state.ledger.account(Self.alice)
    _ = world.state.ledger.account(Self.bob)
    world.advance(to: 3 * Self.day + 1)
    let root = world.state.stateRoot()
    let operations: [Staking.Operation] = [
      .stake(
        Staking.Stake(
          amount: Amount(60_000_000_000_000_000_000_000), lock: Seconds(365 * Self.day))),
      .claim(Staking.Claim(position: id)), .compound(Staking.Compound(position: id)),
      .exitEarly(Staking.ExitEarly(position: id)),
      .setBeneficiary(Staking.SetBeneficiary(position: id, beneficiary: Self.bob)),
      .setDelegate(Staking.SetDelegate(delegate: Self.bob)),
      .transferFrom(Staking.TransferFrom(from: Self.alice, to: Self.bob, position: id)),
      .approve(Staking.Approve(approved: Self.bob, position: id)),
      .setApprovalForAll(Staking.SetApprovalForAll(operator: Self.bob, approved: true)),
      .depositFeeShare(Staking.DepositFeeShare(amount: Amount(5))),
    ]
    for operation in operations {
      let savepoint = world.state.savepoint()
      _ = try world.state.apply(operation, by: sender)
      #expect(world.state.ledger.scope.mark > savepoint.changes, "\(operation) changes nothing")
      world.state.undo(to: savepoint)
      let restored = world.state.stateRoot()
      #expect(restored == root, "\(operation) leaves a trace")
      #expect(world.faults().isEmpty)
    }
    #expect(world.state.positions(of: Self.alice) == [id])
    #expect(world.state.isReceiptOperator(Self.bob, of: Self.alice) == false)
  }

  /// Rows read back as they were written, at the length that they declare.
  @Test func rowsKeepTheirForm() throws {
    var world = try StakingFixture("btt", [(Self.alice, 500_000_000_000_000_000_000_000)])
    _ = try world.stake(100_000_000_000_000_000_000_000, days: 30, by: Self.alice)
    world.advance(to: Self.day + 9)
    try world.run(
      .setApprovalForAll(Staking.SetApprovalForAll(operator: Self.bob, approved: true)),
      by: Self.alice)
    func check<Row: LedgerRow>(_ row: Row) throws {
      var writer = RowWriter()
      row.encode(into: &writer)
      #expect(writer.bytes.count == Row.wordCount * 8)
      var reader = try #require(RowReader(bytes: writer.bytes))
      var again = RowWriter()
      Row(from: &reader).encode(into: &again)
      #expect(again.bytes == writer.bytes)
    }
    try check(world.state.staking.positions[0])
    try check(world.state.staking.stakers.table[0])
    try check(world.state.staking.accumulators[0])
    try check(world.state.staking.accumulators[1])
    try check(world.state.staking.totals)
    try check(world.state.staking.operators[0])
    for table in UInt8(40)...44 {
      let found = world.state.prove(row: 0, of: table)
      let proof = try #require(found)
      let root = world.state.stateRoot()
      #expect(proof.verifies(against: root))
    }
  }

  /// Edge cases 1, 3, 15: random operations keep every invariant; the votes never exceed what is
  /// staked; at the end every principal comes back.
  @Test(
    "edge case 1 edge case 3 edge case 15: random operations keep every invariant",
    arguments: ["dta", "btt"])
  func randomLife(_ economy: String) throws {
    let token: UInt128 = economy == "dta" ? 10_000 : 1_000_000_000_000_000_000
    let accounts = (1...6).map { StakingFixture.account($0) }
    var world = try StakingFixture(economy, accounts.map { ($0, 300_000 * token) })
    let days: [UInt64] = economy == "dta" ? [30, 90, 180, 365] : [30, 90, 180, 365, 1_095]
    var seed: UInt64 = 0x5eed
    func draw(_ bound: UInt64) -> UInt64 {
      // A linear congruential generator (Knuth); the upper bits are good enough to choose by.
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (seed >> 33) % bound
    }
    var time: UInt64 = 0
    for _ in 0..<600 {
      if draw(3) == 0 {
        time += draw(5) == 0 ? draw(12 * Self.day) : draw(9_000)
        world.advance(to: time)
      }
      let sender = accounts[Int(draw(6))]
      let other = accounts[Int(draw(6))]
      let own = world.state.positions(of: sender)
      let id = own.isEmpty ? Staking.ReceiptID(draw(50)) : own[Int(draw(UInt64(own.count)))]
      let operation: Staking.Operation
      switch draw(9) {
      case 0, 1:
        let units = UInt128(1_000 + draw(60_000)) * token + UInt128(draw(9_999))
        operation = .stake(
          Staking.Stake(
            amount: Amount(units), lock: Seconds(days[Int(draw(UInt64(days.count)))] * Self.day)))
      case 2: operation = .claim(Staking.Claim(position: id))
      case 3: operation = .compound(Staking.Compound(position: id))
      case 4: operation = .unstake(Staking.Unstake(position: id))
      case 5:
        operation =
          draw(4) == 0
          ? .exitEarly(Staking.ExitEarly(position: id)) : .claim(Staking.Claim(position: id))
      case 6:
        operation = .transferFrom(
          Staking.TransferFrom(from: sender, to: other, position: id))
      case 7: operation = .setDelegate(Staking.SetDelegate(delegate: other))
      default:
        let amount = Amount(UInt128(draw(500)) * token)
        operation =
          economy == "dta"
          ? .depositRevenue(Staking.DepositRevenue(amount: amount))
          : .depositFeeShare(Staking.DepositFeeShare(amount: amount))
      }
      _ = world.refusal(operation, by: sender)
      if economy == "dta", draw(8) == 0 {
        try world.score(other, UInt8(draw(4)), UInt32(draw(10_001)))
      }
      #expect(world.faults() == [])
    }
    world.advance(to: time + 1_100 * Self.day)
    for account in accounts {
      for id in world.state.positions(of: account) {
        try world.run(.unstake(Staking.Unstake(position: id)), by: account)
      }
    }
    #expect(world.held("staking.principal") == 0 && world.rewards().totalWeight == 0)
    let votes = accounts.reduce(UInt128(0)) { $0 + world.state.votes(of: $1) }
    let liquid = accounts.reduce(UInt128(0)) { $0 + world.held($1) }
    #expect(votes == (economy == "dta" ? 0 : liquid))
    #expect(world.faults() == [])
  }
}
