import Ledger
import Primitives
import Testing

@testable import Economy

/// Burns under their limits (F9, B05), through the real state.
@Suite struct PoolsBurnsTests {
  private static let token: UInt128 = 10_000

  private func wallet(_ state: inout EconomyState, _ name: String) -> AccountIndex {
    state.ledger.account(SystemAddress.account(name))
  }

  /// At most a tenth of the supply burns in a protocol year; the rest goes to the growth fund.
  @Test("B05 at most a tenth of the supply burns in a year, the rest goes to growth")
  func keepsTheYearCap() throws {
    var state = try PoolsNetwork.dta()
    let payer = wallet(&state, "swap.pool")
    let first = state.burnCapped(Amount(80_000_000 * Self.token), from: payer)
    #expect(first == Amount(80_000_000 * Self.token))
    let other = wallet(&state, "pool.staking")
    let second = state.burnCapped(Amount(20_000_001 * Self.token), from: other)
    #expect(second == Amount(20_000_000 * Self.token))
    #expect(state.held("fund.growth") == Self.token)
    #expect(
      state.words(Pools.number, Pools.Event.burnCapped.rawValue) == [
        [
          Word(SystemAddress.account("pool.staking")), Word(20_000_001 * Self.token),
          Word(20_000_000 * Self.token), Word(Self.token),
        ]
      ])
    let facts = state.burnFacts()
    #expect(facts.yearBurned == facts.yearCap)
    #expect(facts.overflowed == Amount(Self.token))
    #expect(state.burnCapped(Amount(1), from: other) == .zero)
    #expect(state.burnCapped(.zero, from: other) == .zero)
    state.closeScope()
    // The last epoch's burns are matched in the old year, which is full; the new one opens with
    // what is left of the supply.
    state.advance(toEpoch: 365)
    let next = state.burnFacts()
    #expect(next.matched == .zero)
    #expect(next.yearBurned == .zero)
    #expect(next.yearCap == Amount(90_000_000 * Self.token))
  }

  /// Nothing burns under the limits once the supply stands at its floor; members may burn their
  /// own.
  @Test("B05 nothing burns below the floor of the supply")
  func keepsTheFloor() throws {
    let overlay = """
      { "burns": { "supplyFloor": { "tokens": "999999990", "units": "9999999900000" } } }
      """
    var state = try PoolsNetwork.dta(overlays: [overlay])
    let payer = state.ledger.account(PoolsNetwork.member)
    #expect(state.burnCapped(Amount(99_999), from: payer) == Amount(99_999))
    #expect(state.burnCapped(Amount(2), from: payer) == Amount(1))
    #expect(state.held("fund.growth") == 1)
    #expect(state.burnFacts().supply == state.burnFacts().floor)
    #expect(
      state.attempt(.token(.burn(Token.Burn(amount: Amount(5)))), by: PoolsNetwork.member) == nil)
    // Nothing burns, so nothing is told of a burn: one movement, to the overflow.
    let moved = state.words(0, 0).count
    #expect(state.burnCapped(Amount(1), from: payer) == .zero)
    #expect(state.words(0, 0).count == moved + 1)
    #expect(state.invariants().isEmpty)
    state.closeScope()
    // The reserve does not burn past the floor either.
    state.advance(toEpoch: 1)
    #expect(state.words(Pools.number, Pools.Event.burnMatched.rawValue).isEmpty)
    #expect(state.burnFacts().matched == .zero)
    #expect(state.burnFacts().epochBurned == .zero)
  }

  /// The reserve burns beside organic burns one for one, within its schedule; unspent rolls over.
  @Test("A07 the burn reserve matches organic burns one for one")
  func matchesOrganicBurns() throws {
    var state = try PoolsNetwork.dta()
    let payer = state.ledger.account(PoolsNetwork.member)
    let reserve = state.held("reserve.burn")
    // 8,200,000 DTA a year: what one epoch opens.
    let daily: UInt128 = 82_000_000_000 / 365
    _ = state.burnCapped(Amount(55_000), from: payer)
    #expect(
      state.attempt(.token(.burn(Token.Burn(amount: Amount(7)))), by: PoolsNetwork.member) == nil)
    state.advance(toEpoch: 1)
    #expect(state.held("reserve.burn") == reserve - 55_000)
    #expect(
      state.words(Pools.number, Pools.Event.burnMatched.rawValue) == [
        [Word(0 as UInt128), Word(55_000 as UInt128), Word(55_000 as UInt128)]
      ])
    _ = state.burnCapped(Amount(daily * 5), from: payer)
    state.closeScope()
    state.advance(toEpoch: 2)
    #expect(state.burnFacts().matched == Amount(82_000_000_000 * 2 / 365))
    #expect(state.burnFacts().epochBurned == .zero)
    state.advance(toEpoch: 3)
    #expect(state.burnFacts().matched == Amount(82_000_000_000 * 2 / 365))
    #expect(
      state.burnFacts().matchable == Amount(82_000_000_000 * 4 / 365 - 82_000_000_000 * 2 / 365))
    #expect(state.invariants().isEmpty)
  }

  /// The burns of a year's last epoch are matched before the year rolls.
  @Test("A07 a year's last burns are matched before the year rolls")
  func matchesInTheOldYear() throws {
    var state = try PoolsNetwork.dta()
    let payer = state.ledger.account(PoolsNetwork.member)
    state.advance(toEpoch: 364)
    _ = state.burnCapped(Amount(1_000), from: payer)
    state.closeScope()
    state.advance(toEpoch: 365)
    let facts = state.burnFacts()
    #expect(facts.matched == Amount(1_000))
    #expect(facts.yearBurned == .zero)
    #expect(facts.burned == Amount(2_000))
    #expect(facts.yearCap.units == facts.supply.units / 10)
    #expect(facts.supply.units == 10_000_000_000_000 - 2_000)
  }

  /// BTT: 5% a year, no reserve that matches, the overflow to development (B05, B07).
  @Test("B05 Y20 BTT: 5% a year, no match, the overflow to development")
  func keepsTheLimitsOfBTT() throws {
    var state = try PoolsNetwork.btt()
    let unit: UInt128 = 1_000_000_000_000_000_000
    let payer = wallet(&state, "pool.mining")
    #expect(state.burnFacts().yearCap == Amount(1_050_000 * unit))
    #expect(state.burnCapped(Amount(1_050_001 * unit), from: payer) == Amount(1_050_000 * unit))
    #expect(state.held("fund.development") == unit)
    state.closeScope()
    state.advance(toEpoch: 1)
    #expect(state.burnFacts().matched == .zero)
    #expect(state.words(Pools.number, Pools.Event.burnMatched.rawValue).isEmpty)
    #expect(state.totalSupply() == Amount(19_950_000 * unit))
  }

  /// A lower cap holds at once in its epoch and never undoes what was burned.
  @Test("B05 a lower cap holds in its epoch")
  func followsTheCap() throws {
    var state = try PoolsNetwork.btt()
    let unit: UInt128 = 1_000_000_000_000_000_000
    let payer = wallet(&state, "pool.mining")
    _ = state.burnCapped(Amount(1_000_000 * unit), from: payer)
    state.closeScope()
    let change = Parameters.Set(pointer: "/burns/annualCapBps", value: 400)
    #expect(state.attempt(.parameters(.set(change)), by: PoolsNetwork.governor) == nil)
    #expect(state.burnCapped(Amount(unit), from: payer) == Amount(unit))
    state.closeScope()
    state.advance(toEpoch: 1)
    #expect(state.burnFacts().yearCap == Amount(840_000 * unit))
    #expect(state.burnCapped(Amount(unit), from: payer) == .zero)
  }
}
