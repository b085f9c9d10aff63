import Ledger
import Primitives
import Testing

@testable import Economy

/// No sequence of operations gains from rounding: batches of up to a thousand operations on
/// balances of 1 to 20 units, through the engine, on both economies, and the same for rewards.
@Suite struct RoundingTests {
  /// Members who act together: what one loses to another is no loss.
  private static let group = (1...4).map {
    Address(high: 0x7119, middle: 0, low: UInt32($0))
  }

  /// Gives the group 40 units and answers the state in its first block.
  private static func funded(_ economy: String) throws -> EconomyState {
    var state = economy == "dta" ? try PoolsNetwork.dta() : try PoolsNetwork.btt()
    state.advance(to: 10)
    for (member, units) in zip(group, [20, 12, 7, 1] as [UInt128]) {
      let gift = Token.Transfer(to: member, amount: Amount(units))
      let refusal = state.attempt(.token(.transfer(gift)), by: PoolsNetwork.member)
      #expect(refusal == nil)
    }
    return state
  }

  private static func held(_ state: borrowing EconomyState) -> UInt128 {
    group.reduce(0) { $0 + state.balance(of: $1).units }
  }

  /// What the group's grants still hold.
  private static func granted(_ state: borrowing EconomyState, from first: UInt64) throws -> UInt128
  {
    var sum: UInt128 = 0
    var id = first
    while id < state.grantCount() {
      id += 1
      let facts = try state.grant(id)
      let isRevoked = facts.revokedAt != LogicalTime(0)
      let total = isRevoked ? try state.vested(id, at: LogicalTime(.max)) : facts.total
      sum += total.units - facts.released.units
    }
    return sum
  }

  private static func operation(
    _ draws: inout Draws, _ sender: Address, _ grants: ClosedRange<UInt64>?, _ pool: String
  ) -> Economy.Operation {
    let other = group[Int(draws.below(4))]
    let units = Amount(UInt128(draws.within(0...20)))
    let grant = grants.map { draws.within($0) } ?? 0
    switch draws.below(12) {
    case 0: return .token(.transfer(Token.Transfer(to: other, amount: units)))
    case 1: return .token(.approve(Token.Approve(spender: other, amount: UInt256(units.units))))
    case 2:
      return .token(.transferFrom(Token.TransferFrom(from: other, to: sender, amount: units)))
    case 3 where draws.below(20) == 0:
      return .token(.burn(Token.Burn(amount: Amount(1))))
    case 4, 5:
      return .vesting(
        .create(
          Vesting.Create(
            beneficiary: other, amount: units, lock: Seconds(draws.below(50)),
            duration: Seconds(draws.within(1...500)), isRevocable: draws.below(3) > 0)))
    case 6, 7, 8: return .vesting(.release(Vesting.Release(grant: grant)))
    case 9: return .vesting(.revoke(Vesting.Revoke(grant: grant)))
    case 10: return .pools(.payPlatformFee(Pools.PayPlatformFee(amount: units)))
    default:
      return draws.below(10) == 0
        ? .pools(.topUp(Pools.TopUp(pool: pool, amount: Amount(1))))
        : .vesting(
          .changeBeneficiary(Vesting.ChangeBeneficiary(grant: grant, to: other)))
    }
  }

  @Test(
    "edge case 3: transfers, grants, fees and burns of 1 to 20 units gain nothing, in any batch",
    arguments: ["dta", "btt"], [1, 10, 100, 1_000])
  func tinyBalances(_ economy: String, _ length: Int) throws {
    var state = try Self.funded(economy)
    let pool = economy == "dta" ? "pool.staking" : "pool.community.staking"
    var draws = Draws(UInt64(length) + 5)
    var time: UInt64 = 10
    let first = state.grantCount()
    var wealth: UInt128 = 40
    var succeeded = 0
    for batch in 0..<max(1, 1_000 / length) {
      for _ in 0..<length {
        let sender = Self.group[Int(draws.below(4))]
        let last = state.grantCount()
        let operation = Self.operation(
          &draws, sender, last > first ? first + 1...last : nil, pool)
        if state.attempt(operation, by: sender) == nil { succeeded += 1 }
        if draws.below(3) == 0 {
          time += draws.below(40)
          state.advance(to: time)
        }
      }
      // What the group holds and is still granted only falls: by what it paid or burned.
      let now = Self.held(state) + (try Self.granted(state, from: first))
      if now > wealth { Issue.record("batch \(batch): \(wealth) units became \(now)") }
      wealth = now
      let isBalanced = state.ledger.isBalanced
      #expect(isBalanced && state.invariants().isEmpty)
      if wealth < 15 {
        // Poor by fees and burns: begin anew.
        let gift = Token.Transfer(to: Self.group[0], amount: Amount(20))
        #expect(state.attempt(.token(.transfer(gift)), by: PoolsNetwork.member) == nil)
        wealth += 20
      }
    }
    #expect(succeeded > 150)
  }

  /// Stakes of 1 to 20 units against an epoch's budget of 1 to 20: whoever holds all of them gets
  /// no more than the flow, in any order of up to a thousand changes and claims; nobody gets more
  /// than the exact share and a unit for each change of the total weight.
  @Test(
    "edge case 3: stakes of 1 to 20 units get no more than their exact share",
    arguments: Denomination.both, [1, 10, 100, 1_000])
  func tinyStakes(_ at: Denomination, _ length: Int) throws {
    for seed in 0..<UInt64(max(4, 2_000 / length)) {
      var draws = Draws(seed << 16 + UInt64(length))
      let budget = Amount(UInt128(draws.within(1...20)))
      let schedule = try #require(
        EmissionSchedule.years([Amount(budget.units * 365)], from: EpochNumber(0)))
      var book = StakingBook(schedule: schedule, source: schedule.total, smoothingEpochs: nil)
      // A unit at the top rate of the economy earns a unit in years: heavier rates make the
      // budget bind as well.
      let rate = try #require(RewardRate(apr: .whole, bonus: .whole))
      var time: UInt64 = 0
      var changes: UInt128 = 0
      // Exact ceilings: weight x seconds of each position.
      var run: [UInt128] = []
      for _ in 0..<length {
        let next = time + draws.below(draws.below(3) == 0 ? 200_000 : 9)
        for place in run.indices {
          run[place] += book.positions[place].weight.value * UInt128(next - time)
        }
        time = next
        let principal = Amount(UInt128(draws.within(1...20)))
        let weight = try #require(
          StakeWeight(Amount(principal.units * (draws.below(2) == 0 ? 1 : 1_000)), at: rate))
        switch draws.below(4) {
        case 0 where run.count < 6:
          try book.stake(weight, at: LogicalTime(time))
          run.append(0)
          changes += 1
        case 1 where !run.isEmpty:
          let place = Int(draws.below(UInt64(run.count)))
          try book.change(
            place, to: draws.below(3) == 0 ? .zero : weight, at: LogicalTime(time))
          changes += 1
        case 2 where !run.isEmpty:
          _ = book.claim(Int(draws.below(UInt64(run.count))), at: LogicalTime(time))
        default: book.collect(at: LogicalTime(time))
        }
      }
      for place in run.indices { _ = book.claim(place, at: LogicalTime(time)) }
      let paid = book.paid.reduce(.zero, +)
      require(
        book.source + book.payable + paid == schedule.total, Int(seed), "a unit came or went")
      require(
        paid <= book.schedule.cumulative(at: book.epoch.next), Int(seed), "more than the schedule")
      let all = run.reduce(0, +)
      require(
        paid.units <= all / Accumulator.ceilingScale, Int(seed), "more than all ceilings")
      for place in run.indices {
        let most = run[place] / Accumulator.ceilingScale + changes + 1
        require(book.paid[place].units <= most, Int(seed), "more than its ceiling")
      }
    }
  }

  /// Two equal members of one economy: the one claims after every other second or so, for a day,
  /// hundreds of times; the other once.
  @Test(
    "edge case 3: a thousand claims of 0 or 1 units pay what one claim pays",
    arguments: ["dta", "btt"])
  func tinyClaims(_ economy: String) throws {
    let minimum: UInt128 = economy == "dta" ? 10_000_000 : 1_000_000_000_000_000_000_000
    let (often, once) = (StakingFixture.account(1), StakingFixture.account(2))
    var world = try StakingFixture(economy, [(often, minimum), (once, minimum)])
    let busy = try world.stake(minimum, days: 30, by: often)
    let quiet = try world.stake(minimum, days: 30, by: once)
    var draws = Draws(81)
    var time: UInt64 = 0
    var received: UInt128 = 0
    for _ in 0..<1_000 {
      time += draws.below(90)
      world.advance(to: time)
      let paid = try world.claim(busy, by: often)
      if economy == "dta" { #expect(paid <= 3) }
      received += paid
    }
    let whole = try world.claim(quiet, by: once)
    #expect(received == whole && whole > 500)
    #expect(world.faults().isEmpty)
  }
}
