import Ledger
import Primitives
import Testing

@testable import Economy

/// Random life over what pools and parameters remember: invariants, and undo.
@Suite struct PoolsStateTests {
  private func operation(_ draws: inout Draws, _ pools: [String]) -> Economy.Operation {
    let pool = pools[Int(draws.below(UInt64(pools.count)))]
    let amount = draws.amount(through: Amount(1_000_000_000))
    switch draws.below(4) {
    case 0: return .pools(.topUp(Pools.TopUp(pool: pool, amount: amount)))
    case 1: return .pools(.payPlatformFee(Pools.PayPlatformFee(amount: amount)))
    case 2:
      return .pools(
        .grant(Pools.Grant(pool: pool, to: PoolsNetwork.stranger, amount: amount)))
    default: return .token(.burn(Token.Burn(amount: amount)))
    }
  }

  /// Two networks live the same life; one also tries everything else first and takes it back.
  @Test func undoLeavesNoTrace() throws {
    for isDTA in [true, false] {
      var plain = try isDTA ? PoolsNetwork.dta() : PoolsNetwork.btt()
      var tried = try isDTA ? PoolsNetwork.dta() : PoolsNetwork.btt()
      var draws = Draws(11)
      var accepted = 0
      let pools = plain.poolNames()
      for step: UInt64 in 1...400 {
        let sender = draws.below(2) == 0 ? PoolsNetwork.member : PoolsNetwork.governor
        let wish = operation(&draws, pools)
        // The trial runs in the open scope and is undone before the next operation.
        let account = tried.ledger.account(sender)
        tried.closeScope()
        let savepoint = tried.savepoint()
        let other = operation(&draws, pools)
        if case .pools(let trial) = other { _ = try? tried.apply(trial, by: account) }
        let index = Pools.Index(row: Int(draws.below(UInt64(pools.count))))
        tried.spendPool(index, tried.poolBudget(index), to: account)
        _ = tried.burnCapped(Amount(99), from: account)
        tried.undo(to: savepoint)

        let (first, second) = (
          plain.attempt(wish, by: sender), tried.attempt(wish, by: sender)
        )
        #expect(first == second)
        if first == nil { accepted += 1 }
        if step % 5 == 0 {
          plain.advance(toEpoch: step * 3)
          tried.advance(toEpoch: step * 3)
          let (one, two) = (plain.stateRoot(), tried.stateRoot())
          #expect(one == two)
          #expect(plain.invariants().isEmpty)
        }
      }
      #expect(accepted > 100)
      #expect(plain.burnFacts().matched > .zero || !isDTA)
    }
  }

  /// A pool spent to its budget in random portions on random days never breaks its books, and in
  /// the end has paid its schedule and its top-ups to the unit (edge case 3).
  @Test func paysItsScheduleToTheUnit() throws {
    var state = try PoolsNetwork.btt()
    var draws = Draws(7)
    let receiver = state.ledger.account(PoolsNetwork.stranger)
    let payer = state.ledger.account(PoolsNetwork.member)
    let found = state.poolIndex("pool.community.patients")
    let pool = try #require(found)
    var topUps = Amount.zero
    var epoch: UInt64 = 0
    while epoch < 3_000 {
      let amount = draws.amount(through: state.poolBudget(pool))
      state.spendPool(pool, amount, to: receiver)
      let topUp = draws.amount(through: Amount(1_000_000))
      state.topUpPool(pool, topUp, from: payer)
      topUps += topUp
      state.closeScope()
      let invariants = state.invariants()
      #expect(invariants.isEmpty)
      epoch += 1 + draws.below(40)
      state.advance(toEpoch: epoch)
    }
    state.spendPool(pool, state.poolBudget(pool), to: receiver)
    let facts = try state.poolFacts("pool.community.patients")
    #expect(facts.spent == facts.total + topUps)
    #expect(facts.balance == .zero)
    state.closeScope()
  }

  /// Call data changed at random is understood or refused, and never traps.
  @Test func survivesMutatedCalls() {
    var draws = Draws(3)
    let arguments: [(ModuleDeclaration, Int, [UInt8])] = [
      (Pools.declaration, 0, ABIWriter.encode("pool.staking", Amount(1))),
      (Pools.declaration, 1, ABIWriter.encode("dao.grants", PoolsNetwork.member, Amount(1))),
      (Pools.declaration, 2, ABIWriter.encode(Amount(1))),
      (Parameters.declaration, 0, ABIWriter.encode("/burns/annualCapBps", 1 as UInt128)),
      (Parameters.declaration, 1, ABIWriter.encode(["/a", "/b"], [1, 2] as [UInt128])),
    ]
    var understood = 0
    for (module, place, whole) in arguments {
      for _ in 0..<2_000 {
        var bytes = whole
        for _ in 0...draws.below(3) {
          bytes[Int(draws.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: draws.next())
        }
        if draws.below(4) == 0 { bytes.removeLast(Int(draws.below(UInt64(bytes.count)))) }
        if (try? module.calls[place].decode(bytes, 0)) != nil { understood += 1 }
      }
    }
    #expect(understood > 0)
  }
}
