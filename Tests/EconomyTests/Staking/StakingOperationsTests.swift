import Ledger
import Primitives
import Testing

@testable import Economy

/// What operations refuse, in order of precedence, and what they do.
@Suite struct StakingOperationsTests {
  private static let day = StakingFixture.day
  private static let alice = StakingFixture.account(1)
  private static let bob = StakingFixture.account(2)
  private static let carol = StakingFixture.account(3)
  private static let token: UInt128 = 1_000_000_000_000_000_000

  private static func stake(_ units: UInt128, _ days: UInt64) -> Staking.Operation {
    .stake(Staking.Stake(amount: Amount(units), lock: Seconds(days * day)))
  }

  /// Every code of the module is reached; of everything that is wrong with an operation the first
  /// in the order of codes is named (S01 to S10, T05).
  @Test("S01 to S10: rejections of staking, in the order of the guards")
  func refusesInOrder() throws {
    let (alice, bob, carol) = (Self.alice, Self.bob, Self.carol)
    var world = try StakingFixture(
      "dta", [(alice, 100_000_000), (bob, 10_000_000), (carol, 2_560_000_000)])
    let id = try world.stake(20_000_000, days: 30, by: alice)
    for _ in 0..<Limits.accountPositions {
      _ = try world.stake(10_000_000, days: 90, by: carol)
    }
    let none = Staking.ReceiptID(9_999)
    let huge = Staking.ReceiptID(word: Word(UInt256.max))
    let system = SystemAddress.account("pool.staking")
    let module = SystemAddress.module(7)
    let attester = StakingFixture.attester
    var reached: [UInt8] = []

    func expect(
      _ world: inout StakingFixture, _ code: Staking.Code?, _ operation: Staking.Operation,
      by sender: Address, line: Int = #line
    ) {
      let refusal = world.refusal(operation, by: sender)
      #expect(refusal?.code == code?.rawValue, "line \(line): \(String(describing: refusal))")
      if let code, refusal?.module == Staking.number { reached.append(code.rawValue) }
    }

    expect(&world, .unknownLock, Self.stake(1, 31), by: carol)
    expect(&world, .belowMinimum, Self.stake(9_999_999, 30), by: carol)
    expect(&world, .tooManyPositions, Self.stake(10_000_000, 30), by: carol)
    expect(&world, .insufficientBalance, Self.stake(10_000_001, 30), by: bob)

    for id in [none, huge, Staking.ReceiptID(0)] {
      expect(&world, .nonexistentPosition, .claim(Staking.Claim(position: id)), by: bob)
    }
    expect(&world, .notPositionOwner, .claim(Staking.Claim(position: id)), by: bob)

    expect(&world, .nonexistentPosition, .compound(Staking.Compound(position: none)), by: bob)
    expect(&world, .notPositionOwner, .compound(Staking.Compound(position: id)), by: bob)
    expect(&world, .pendingBelowMinimum, .compound(Staking.Compound(position: id)), by: alice)

    expect(&world, .nonexistentPosition, .unstake(Staking.Unstake(position: none)), by: bob)
    expect(&world, .notPositionOwner, .unstake(Staking.Unstake(position: id)), by: bob)
    expect(&world, .lockNotEnded, .unstake(Staking.Unstake(position: id)), by: alice)

    expect(&world, .nonexistentPosition, .exitEarly(Staking.ExitEarly(position: none)), by: bob)
    expect(&world, .notPositionOwner, .exitEarly(Staking.ExitEarly(position: id)), by: bob)

    func beneficiary(_ id: Staking.ReceiptID, _ account: Address) -> Staking.Operation {
      .setBeneficiary(Staking.SetBeneficiary(position: id, beneficiary: account))
    }
    expect(&world, .nonexistentPosition, beneficiary(none, .zero), by: bob)
    expect(&world, .notPositionOwner, beneficiary(id, .zero), by: bob)
    for receiver in [Address.zero, system, module] {
      expect(&world, .invalidReceiver, beneficiary(id, receiver), by: alice)
      expect(
        &world, .invalidReceiver, .setDelegate(Staking.SetDelegate(delegate: receiver)), by: alice)
    }

    func transfer(_ id: Staking.ReceiptID, _ from: Address, _ to: Address) -> Staking.Operation {
      .transferFrom(Staking.TransferFrom(from: from, to: to, position: id))
    }
    expect(&world, .nonexistentPosition, transfer(none, bob, .zero), by: bob)
    expect(&world, .incorrectOwner, transfer(id, bob, .zero), by: bob)
    expect(&world, .invalidReceiver, transfer(id, alice, .zero), by: bob)
    expect(&world, .insufficientApproval, transfer(id, alice, carol), by: bob)
    expect(&world, .tooManyPositions, transfer(id, alice, carol), by: alice)

    func approve(_ id: Staking.ReceiptID) -> Staking.Operation {
      .approve(Staking.Approve(approved: bob, position: id))
    }
    expect(&world, .nonexistentPosition, approve(none), by: bob)
    expect(&world, .invalidApprover, approve(id), by: bob)
    expect(
      &world, .invalidOperator,
      .setApprovalForAll(Staking.SetApprovalForAll(operator: .zero, approved: true)), by: bob)

    func score(_ bonus: UInt8, _ score: UInt32) -> Staking.Operation {
      .setBonusScore(
        Staking.SetBonusScore(account: bob, bonus: bonus, score: BasisPoints(score)))
    }
    func clear(_ bonus: UInt8) -> Staking.Operation {
      .clearBonusScore(Staking.ClearBonusScore(account: bob, bonus: bonus))
    }
    #expect(world.refusal(score(9, 10_001), by: bob)?.module == Access.number)
    #expect(world.refusal(clear(9), by: bob)?.module == Access.number)
    expect(&world, .unknownBonus, score(4, 10_001), by: attester)
    expect(&world, .scoreOutOfRange, score(3, 10_001), by: attester)
    expect(&world, .unknownBonus, clear(4), by: attester)

    func revenue(_ units: UInt128) -> Staking.Operation {
      .depositRevenue(Staking.DepositRevenue(amount: Amount(units)))
    }
    func fees(_ units: UInt128) -> Staking.Operation {
      .depositFeeShare(Staking.DepositFeeShare(amount: Amount(units)))
    }
    expect(&world, .noRevenueAccount, fees(10_000_001), by: bob)
    expect(&world, .insufficientBalance, revenue(10_000_001), by: bob)
    var other = try StakingFixture("btt", [(bob, 1)])
    expect(&other, .noRevenueAccount, revenue(2), by: bob)
    expect(&other, .insufficientBalance, fees(2), by: bob)

    do throws(Rejection) {
      _ = try world.state.receiptCount(of: .zero)
      Issue.record("the zero address has a count")
    } catch { reached.append(error.code) }

    world.advance(to: 30 * Self.day)
    expect(&world, .lockEnded, .exitEarly(Staking.ExitEarly(position: id)), by: alice)
    #expect(
      Staking.Code.allCases.filter { !reached.contains($0.rawValue) }.isEmpty,
      "some code has no row")
    #expect(world.faults().isEmpty)
  }

  /// S09, F6: compounding joins the principal, raises the tier, and leaves the lock's end.
  @Test("S09 compounding joins the principal, raises the tier and leaves the lock's end")
  func compoundsAcrossATier() throws {
    var world = try StakingFixture("dta", [(Self.alice, 99_995_000)])
    let id = try world.stake(99_995_000, days: 365, by: Self.alice)
    let before = try world.state.position(id)
    #expect(before.tier == "bronze" && before.apr == BasisPoints(1_200))
    world.advance(to: Self.day)
    // floor(99,995,000 x 12,000,000 x 86,400 / (10^8 x 31,536,000)) = 32,875 have flowed; of the
    // last unit the index keeps a fraction back.
    #expect(try world.state.pending(id) == Amount(32_874))
    try world.run(.compound(Staking.Compound(position: id)), by: Self.alice)
    let after = try world.state.position(id)
    #expect(after.principal == Amount(100_027_874))
    #expect(after.tier == "silver" && after.apr == BasisPoints(1_500))
    #expect(after.lockEnd == before.lockEnd && after.pending == .zero)
    #expect(after.weight == 100_027_874 * 15_000_000)
    #expect(world.held("staking.principal") == 100_027_874)
    #expect(world.state.votes(of: Self.alice) == 100_027_874)
    #expect(world.faults().isEmpty)
  }

  /// F7: the penalty falls with the time that remains; half burns, the rest and the forfeited go
  /// back to the pool and count as a top-up.
  @Test("F7 S09 early exit: the penalty falls with the time that remains")
  func exitsEarly() throws {
    var world = try StakingFixture("dta", [(Self.alice, 1_000_000_001)])
    let id = try world.stake(1_000_000_001, days: 30, by: Self.alice)
    world.advance(to: 10 * Self.day + 7)
    let pending = try world.state.pending(id).units
    #expect(pending > 0)
    let lock: UInt128 = 30 * 86_400
    let remaining: UInt128 = 20 * 86_400 - 7
    let part: UInt128 = 1_000_000_001 * 2_000 * remaining
    let penalty = (part + 10_000 * lock - 1) / (10_000 * lock)
    #expect(try world.state.exitPenalty(id) == Amount(penalty))
    let pool = world.held("pool.staking")
    let payable = world.held("staking.payable")
    let burned = world.held(Address.zero)
    try world.run(.exitEarly(Staking.ExitEarly(position: id)), by: Self.alice)
    #expect(world.held(Self.alice) == 1_000_000_001 - penalty)
    #expect(world.held(Address.zero) == burned + penalty / 2)
    let both = world.held("pool.staking") + world.held("staking.payable")
    #expect(both == pool + payable + penalty - penalty / 2)
    #expect(world.held("staking.payable") <= 1)
    #expect(world.held("staking.principal") == 0 && world.rewards().totalWeight == 0)
    #expect(world.state.votes(of: Self.alice) == 0)
    world.advance(to: 40 * Self.day)
    #expect(world.faults().isEmpty)
  }

  /// S07, D03: at the end of the lock the rate falls to the bottom of the range; then the principal
  /// comes back whole.
  @Test("S07 S08 at the end of the lock the rate falls to the bottom of the range")
  func lockEndsByTimer() throws {
    var world = try StakingFixture("dta", [(Self.alice, 100_000_000)])
    let id = try world.stake(100_000_000, days: 90, by: Self.alice)
    // 1,000 + floor(500 x 2,000 / 10,000)
    #expect(try world.state.position(id).apr == BasisPoints(1_100))
    world.advance(to: 90 * Self.day - 1)
    #expect(try world.state.position(id).isLocked)
    world.advance(to: 90 * Self.day)
    let ended = try world.state.position(id)
    #expect(!ended.isLocked && ended.apr == BasisPoints(1_000))
    #expect(ended.weight == 100_000_000 * 10_000_000)
    world.advance(to: 91 * Self.day)
    // 90 days at 11%, one at 10%, the ceiling binding throughout.
    let promised: UInt128 = 100_000_000 * 1_000_000_000 * 86_400
    let due = promised / 3_153_600_000_000_000
    #expect(try world.state.pending(id).units <= due)
    #expect(try world.state.pending(id).units + 2 >= due)
    let pending = try world.state.pending(id).units
    try world.run(.unstake(Staking.Unstake(position: id)), by: Self.alice)
    #expect(world.held(Self.alice) == 100_000_000 + pending)
    #expect(world.state.positions(of: Self.alice).isEmpty && world.faults().isEmpty)
  }

  /// Y14, Y15: a row's benefits are facts; when the lock ends the first row counts, and what was
  /// earned before burns by the old row.
  @Test("Y14 Y15 a row's benefits last until the lock ends; what was earned burns by the old row")
  func rowsBringBenefitsUntilTheLockEnds() throws {
    var world = try StakingFixture("btt", [(Self.alice, 100_000 * Self.token)])
    let year = try world.stake(50_000 * Self.token, days: 365, by: Self.alice)
    let half = try world.stake(10_000 * Self.token, days: 180, by: Self.alice)
    #expect(
      try world.state.benefits(year)
        == Staking.Benefits(
          feeDiscount: BasisPoints(2_000), voteMultiplier: BasisPoints(15_000),
          computePriority: true, specialService: false))
    #expect(try world.state.benefits(half).voteMultiplier == .whole)
    #expect(world.state.benefits(of: Self.alice).voteMultiplier == BasisPoints(15_000))
    #expect(world.state.benefits(of: Self.bob) == .none)
    // Liquid and staked weigh alike, so that staking changes nothing.
    #expect(world.state.votes(of: Self.alice) == 100_000 * Self.token)
    world.advance(to: 365 * Self.day - 1)
    let pending = try world.state.pending(year).units
    #expect(world.held(Address.zero) == 0)
    world.advance(to: 365 * Self.day)
    let facts = try world.state.position(year)
    #expect(!facts.isLocked && facts.apr == BasisPoints(300))
    #expect(world.held(Address.zero) >= pending / 20)
    #expect(facts.pending.units <= pending - pending / 20 + pending / 1_000)
    #expect(try world.state.benefits(year) == .none)
    let burned = world.held(Address.zero)
    _ = try world.claim(year, by: Self.alice)
    #expect(world.held(Address.zero) == burned)
    #expect(world.faults().isEmpty)
  }

  /// Edge case 6: a bonus gained and lost counts for its own seconds alone.
  @Test("S06 S10 edge case 6: a bonus counts for its own seconds alone")
  func bonusesCountFromTheirSecond() throws {
    var world = try StakingFixture("dta", [(Self.alice, 10_000_000)])
    let id = try world.stake(10_000_000, days: 30, by: Self.alice)
    world.advance(to: 5 * Self.day)
    let before = try world.state.pending(id)
    try world.score(Self.alice, 3, 10_000)
    #expect(try world.state.pending(id) == before)
    #expect(try world.state.position(id).bonus == BasisPoints(2_500))
    #expect(try world.state.bonusScore(Self.alice, 3).score == .whole)
    world.advance(to: 10 * Self.day)
    try world.run(
      .clearBonusScore(Staking.ClearBonusScore(account: Self.alice, bonus: 3)),
      by: StakingFixture.attester)
    #expect(try !world.state.bonusScore(Self.alice, 3).isEligible)
    world.advance(to: 15 * Self.day)
    let rates: UInt128 = 130_000_000
    let due = 10_000_000 * rates * 86_400 / 3_153_600_000_000_000
    let pending = try world.state.pending(id).units
    #expect(pending <= due && pending + 3 >= due)
    #expect(world.faults().isEmpty)
  }

  /// Owner, beneficiary and delegate are three accounts; a blocked beneficiary traps nobody (edge
  /// case 8).
  @Test("S07 edge case 8: owner, beneficiary and delegate are three accounts")
  func ownerBeneficiaryAndDelegate() throws {
    let (alice, bob, carol) = (Self.alice, Self.bob, Self.carol)
    var world = try StakingFixture("dta", [(alice, 30_000_000)])
    let id = try world.stake(10_000_000, days: 30, by: alice)
    try world.run(
      .setBeneficiary(Staking.SetBeneficiary(position: id, beneficiary: bob)), by: alice)
    try world.run(.setDelegate(Staking.SetDelegate(delegate: carol)), by: alice)
    _ = try world.stake(20_000_000, days: 30, by: alice)
    #expect(world.state.votes(of: carol) == 30_000_000 && world.state.votes(of: alice) == 0)
    let facts = try world.state.position(id)
    #expect(facts.owner == alice && facts.beneficiary == bob && facts.delegate == carol)
    world.advance(to: 3 * Self.day)
    let paid = try world.claim(id, by: bob)
    #expect(paid > 0 && world.held(bob) == paid && world.held(alice) == 0)
    let blocked = world.state.ledger.account(bob)
    let officer = Address(
      high: 0x90f7_9bf6_eb2c_4f87, middle: 0x0365_e785_982e_1f10, low: 0x1e93_b906)
    _ = try world.state.apply(
      .block(Compliance.Block(account: bob, reason: .zero)),
      by: world.state.ledger.account(officer))
    #expect(world.state.isBlocked(blocked) == true)
    world.advance(to: 6 * Self.day)
    #expect(try world.claim(id, by: alice) > 0)
    #expect(world.held(bob) == paid && world.faults().isEmpty)
  }

  /// A vote's rates count from the next epoch on, for every position and never backwards (edge
  /// case 6, F28).
  @Test("edge case 6: voted rates count from the next epoch, never backwards")
  func votedRatesCountFromTheNextEpoch() throws {
    var world = try StakingFixture("dta", [(Self.alice, 10_000_000)])
    let id = try world.stake(10_000_000, days: 365, by: Self.alice)
    let index = world.state.parameterIndex("/staking/tiers/0/aprMaxBps")
    let parameter = try #require(index)
    world.advance(to: 100)
    world.state.ledger.propose(parameter, 1_000, now: world.state.ledger.time)
    world.state.closeScope()
    world.advance(to: Self.day - 1)
    #expect(try world.state.position(id).apr == BasisPoints(1_200))
    world.advance(to: Self.day)
    #expect(try world.state.position(id).apr == BasisPoints(1_000))
    #expect(world.rewards().totalWeight == 10_000_000 * 10_000_000)
    world.advance(to: 2 * Self.day)
    let promised: UInt128 = 10_000_000 * 22_000_000 * 86_400
    let due = promised / 3_153_600_000_000_000
    let pending = try world.state.pending(id).units
    #expect(pending <= due && pending + 2 >= due)
    #expect(world.faults().isEmpty)
  }
}
