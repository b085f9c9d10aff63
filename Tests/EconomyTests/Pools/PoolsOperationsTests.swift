import Cryptography
import Ledger
import Primitives
import Testing

@testable import Economy

/// What the pools' operations refuse, in order of precedence, and what they do.
@Suite struct PoolsOperationsTests {
  /// One refusal; the guards before it are satisfied, those after it are broken where they can be.
  private struct Step {
    let operation: Pools.Operation
    let sender: Address
    let module: UInt8
    let code: UInt8

    init(
      _ operation: Pools.Operation, by sender: Address = PoolsNetwork.governor,
      _ code: Pools.Code
    ) {
      self.operation = operation
      self.sender = sender
      module = Pools.number
      self.code = code.rawValue
    }

    init(
      _ operation: Pools.Operation, by sender: Address, access code: Access.Code
    ) {
      self.operation = operation
      self.sender = sender
      module = Access.number
      self.code = code.rawValue
    }
  }

  private let steps: [Step] = [
    Step(.topUp(Pools.TopUp(pool: "pool.stakin", amount: .zero)), .unknownPool),
    Step(.topUp(Pools.TopUp(pool: "pool.staking", amount: .zero)), .zeroAmount),
    Step(
      .topUp(Pools.TopUp(pool: "pool.staking", amount: .max)), .insufficientBalance),
    Step(
      .grant(Pools.Grant(pool: "treasury.business", to: .zero, amount: .zero)),
      by: PoolsNetwork.stranger, .unknownPool),
    Step(
      .grant(Pools.Grant(pool: "pool.staking", to: .zero, amount: .zero)),
      by: PoolsNetwork.stranger, .notGrantPool),
    Step(
      .grant(Pools.Grant(pool: "pool.ai.innovation", to: .zero, amount: .zero)),
      by: PoolsNetwork.stranger, access: .unauthorized),
    Step(
      .grant(Pools.Grant(pool: "pool.ai.innovation", to: .zero, amount: .zero)), .zeroAmount),
    Step(
      .grant(Pools.Grant(pool: "pool.ai.innovation", to: .zero, amount: .max)),
      .invalidReceiver),
    Step(
      .grant(
        Pools.Grant(
          pool: "pool.ai.innovation", to: SystemAddress.module(Pools.number), amount: .max)),
      .invalidReceiver),
    Step(
      .grant(
        Pools.Grant(
          pool: "pool.ai.innovation", to: SystemAddress.account("pool.staking"), amount: .max)),
      .invalidReceiver),
    // It opens with epoch 273.
    Step(
      .grant(
        Pools.Grant(pool: "pool.ai.innovation", to: PoolsNetwork.stranger, amount: Amount(1))),
      .budgetExceeded),
    Step(.payPlatformFee(Pools.PayPlatformFee(amount: .zero)), .zeroAmount),
    Step(
      .payPlatformFee(Pools.PayPlatformFee(amount: Amount(9))), by: PoolsNetwork.stranger,
      .belowMinimum),
    Step(
      .payPlatformFee(Pools.PayPlatformFee(amount: Amount(10))), by: PoolsNetwork.stranger,
      .insufficientBalance),
  ]

  @Test("rejections of pools, in the order of the guards") func refusesInOrder() throws {
    var state = try PoolsNetwork.dta()
    var reached: [UInt8] = []
    for (place, step) in steps.enumerated() {
      _ = state.ledger.account(step.sender)
      state.closeScope()
      let before = state.stateRoot()
      let refusal = state.attempt(.pools(step.operation), by: step.sender)
      #expect(refusal?.module == step.module, "step \(place)")
      #expect(refusal?.code == step.code, "step \(place)")
      #expect(state.stateRoot() == before, "step \(place) changed something")
      if refusal?.module == Pools.number { reached.append(step.code) }
    }
    // Only an economy without categories refuses an operation so; queries refuse a wrong name.
    do throws(Rejection) {
      _ = try state.waterfall("simulation")
      Issue.record("an unknown category has a waterfall")
    } catch {
      reached.append(error.code)
    }
    #expect(Set(reached) == Set(Pools.Code.allCases.map(\.rawValue)))
  }

  @Test func refusesPlatformFeesWithoutCategories() throws {
    let full = try PoolsNetwork.dta()
    var plans = full.genesis.plans
    plans.pools.fees = Pools.Fees()
    let genesis = full.genesis
    var state = EconomyState(
      genesis: Genesis(
        economy: genesis.economy, chainID: genesis.chainID, time: genesis.time,
        token: genesis.token, network: genesis.network, liquidWeights: genesis.liquidWeights,
        wallets: genesis.wallets, flowAccounts: genesis.flowAccounts, grants: genesis.grants,
        parameters: genesis.parameters, identity: genesis.identity, plans: plans),
      secret: HashSecret(1, 2))
    let refusal = state.attempt(
      .pools(.payPlatformFee(Pools.PayPlatformFee(amount: .zero))), by: PoolsNetwork.member)
    #expect(refusal?.code == Pools.Code.unknownCategory.rawValue)
    state.splitNetworkFees()
    state.depositPlatformRevenue(Amount(10), from: state.ledger.account(PoolsNetwork.member))
    #expect(state.invariants().isEmpty)
  }

  @Test func topsUp() throws {
    var state = try PoolsNetwork.dta()
    let before = try state.poolFacts("pool.staking")
    #expect(before.budget == Amount(657_534_246))
    let operation = Pools.TopUp(pool: "pool.staking", amount: Amount(1_000))
    #expect(state.attempt(.pools(.topUp(operation)), by: PoolsNetwork.member) == nil)
    let after = try state.poolFacts("pool.staking")
    #expect(after.topUps == Amount(1_000))
    #expect(after.balance == before.balance + Amount(1_000))
    #expect(after.budget == before.budget + Amount(1_000))
    let events = state.words(Pools.number, Pools.Event.toppedUp.rawValue)
    #expect(
      events == [
        [Word(Access.id("pool.staking")), Word(PoolsNetwork.member), Word(1_000 as UInt128)]
      ])
    #expect(state.invariants().isEmpty)
  }

  /// A grant keeps to the schedule to the unit, and what is left rolls over (F2).
  @Test func grantsWithinTheSchedule() throws {
    var state = try PoolsNetwork.dta()
    state.advance(toEpoch: 273)
    // 1,500,000 DTA a year, one day of it.
    let daily: UInt128 = 15_000_000_000 / 365
    func grant(_ units: UInt128) -> Operation {
      .pools(
        .grant(
          Pools.Grant(
            pool: "pool.ai.innovation", to: PoolsNetwork.stranger, amount: Amount(units))))
    }
    let refusal = state.attempt(grant(daily + 1), by: PoolsNetwork.governor)
    #expect(refusal?.code == Pools.Code.budgetExceeded.rawValue)
    #expect(refusal?.second == Word(daily))
    #expect(state.attempt(grant(daily), by: PoolsNetwork.governor) == nil)
    #expect(state.attempt(grant(1), by: PoolsNetwork.governor) != nil)
    #expect(state.balance(of: PoolsNetwork.stranger) == Amount(daily))
    #expect(
      state.words(Pools.number, Pools.Event.granted.rawValue) == [
        [
          Word(Access.id("pool.ai.innovation")), Word(PoolsNetwork.stranger),
          Word(PoolsNetwork.governor), Word(daily),
        ]
      ])
    state.advance(toEpoch: 275)
    let facts = try state.poolFacts("pool.ai.innovation")
    #expect(facts.budget == Amount(15_000_000_000 * 3 / 365 - daily))
    #expect(facts.epochSpent == .zero)
    #expect(facts.spent == Amount(daily))
    // Paid in the span of epochs 270 to 299, of which six have begun, after an idle one.
    #expect(facts.runway == UInt64((120_000_000_000 - daily) * 36 / daily))
    #expect(state.invariants().isEmpty)
  }

  /// A blocked receiver never traps the payer: the pool has paid, the units wait in quarantine
  /// (edge case 8).
  @Test func paysTheBlockedIntoQuarantine() throws {
    var state = try PoolsNetwork.dta()
    let officer = PoolsNetwork.address("0x90F79bf6EB2c4f870365E785982E1f101E93b906")
    let listing = Compliance.Block(account: PoolsNetwork.stranger, reason: .zero)
    let refusal = state.attempt(.compliance(.block(listing)), by: officer)
    #expect(refusal == nil)
    state.advance(toEpoch: 273)
    let grant = Pools.Grant(
      pool: "pool.ai.innovation", to: PoolsNetwork.stranger, amount: Amount(500))
    #expect(state.attempt(.pools(.grant(grant)), by: PoolsNetwork.governor) == nil)
    #expect(state.balance(of: PoolsNetwork.stranger) == .zero)
    #expect(state.quarantined(of: PoolsNetwork.stranger) == Amount(500))
    #expect(try state.poolFacts("pool.ai.innovation").spent == Amount(500))
    #expect(state.invariants().isEmpty)
  }

  @Test func undoesAnAcceptedOperation() throws {
    var state = try PoolsNetwork.dta()
    let account = state.ledger.account(PoolsNetwork.member)
    state.closeScope()
    let before = state.stateRoot()
    let savepoint = state.savepoint()
    _ = try state.apply(
      Pools.PayPlatformFee(amount: Amount(100_000)), by: account)
    _ = try state.apply(
      Pools.TopUp(pool: "pool.staking", amount: Amount(100_000)), by: account)
    #expect(state.burnFacts().epochBurned == Amount(10_000))
    state.undo(to: savepoint)
    #expect(state.burnFacts().epochBurned == .zero)
    #expect(state.stateRoot() == before)
  }

  /// Rows stand in the state root with their siblings.
  @Test func provesItsRows() throws {
    var state = try PoolsNetwork.btt()
    let root = state.stateRoot()
    for table: UInt8 in [32, 33] {
      let proof = state.prove(row: 0, of: table)
      #expect(proof?.verifies(against: root) == true, "table \(table)")
      #expect(state.prove(row: 99, of: table) == nil)
      #expect(state.prove(row: -1, of: table) == nil)
    }
  }

  /// The last unit may be paid.
  @Test func paysTheWholeBalance() throws {
    var state = try PoolsNetwork.dta()
    let whole = state.balance(of: PoolsNetwork.member)
    let fee = Pools.PayPlatformFee(amount: whole)
    #expect(state.attempt(.pools(.payPlatformFee(fee)), by: PoolsNetwork.member) == nil)
    #expect(state.balance(of: PoolsNetwork.member) == .zero)
  }
}
