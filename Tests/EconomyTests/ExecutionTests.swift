import Ledger
import Primitives
import Testing

@testable import Economy

@Suite struct ExecutionTests {
  private static let names = ["dta", "btt"]

  private struct Numbers {
    var seed: UInt64
    mutating func below(_ bound: UInt128) -> UInt128 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (UInt128(seed) * UInt128(seed ^ 0x9e37_79b9_7f4a_7c15) >> 31) % bound
    }
  }

  /// N01: gas used x price = fee, to the unit, at any price and tip; the price is a multiple of the
  /// quantum, never below the base, never above the maximum; nothing else moves.
  @Test(arguments: names) func feeIsGasTimesPriceToTheUnit(economy: String) throws {
    var state = try Fixtures.state(economy)
    let rules = state.genesis.network
    var numbers = Numbers(seed: 3)
    let base = rules.baseFee
    #expect(base % rules.priceQuantum == 0)
    #expect(rules.weiPerUnit == (economy == "dta" ? 100_000_000_000_000 : 1))
    let fees = SystemAddress.account(rules.feeAccount)
    let maxima: [UInt128] = [base, base + 1, base + rules.priceQuantum - 1, 2 * base, 9 * base]
    for round in 0..<400 {
      let maximum = round < 5 ? maxima[round] : base + numbers.below(3 * base)
      let tip = [0, 1, base / 7, numbers.below(4 * base), .max][round % 5]
      let transfer = Fixtures.transfer(Fixtures.bob, UInt128(round % 2))
      let before = (state.balance(of: Fixtures.alice).units, state.balance(of: fees).units)
      let outcome = state.send(Fixtures.alice, transfer, price: maximum, tip: tip)
      let (offered, overflow) = base.addingReportingOverflow(tip)
      let wanted = overflow ? maximum : min(maximum, offered)
      #expect(outcome.effectivePrice == wanted - wanted % rules.priceQuantum)
      #expect(outcome.effectivePrice >= base && outcome.effectivePrice <= maximum)
      #expect(outcome.gasUsed == 35_000 && outcome.isSuccess)
      #expect(
        outcome.fee.units * rules.weiPerUnit == UInt128(outcome.gasUsed) * outcome.effectivePrice)
      let after = (state.balance(of: Fixtures.alice).units, state.balance(of: fees).units)
      #expect(before.0 - after.0 == outcome.fee.units + UInt128(round % 2))
      #expect(after.1 - before.1 == outcome.fee.units)
    }
    #expect(state.invariants() == [])
  }

  /// Whoever runs out of gas pays for whole thousands of the limit, so the fee stays whole.
  @Test(arguments: names) func outOfGasPaysTheLimitInThousands(economy: String) throws {
    var state = try Fixtures.state(economy)
    for limit in [21_000, 21_001, 29_999, 34_999] as [UInt64] {
      let outcome = state.send(Fixtures.alice, Fixtures.transfer(Fixtures.bob, 1), gasLimit: limit)
      guard case .rejected(let rejection) = outcome.status else {
        Issue.record("\(outcome.status)")
        continue
      }
      #expect(rejection.code == Kernel.Code.outOfGas.rawValue)
      #expect(outcome.gasUsed == limit / 1_000 * 1_000)
      #expect(
        outcome.fee.units * state.genesis.network.weiPerUnit
          == UInt128(outcome.gasUsed) * outcome.effectivePrice)
    }
  }

  @Test func plainTransfersCostExactly21000() throws {
    var state = try Fixtures.state()
    let wei = state.genesis.network.weiPerUnit
    let outcome = state.send(Fixtures.alice, to: Fixtures.bob, value: 7 * wei)
    #expect(outcome.status == .success(.nothing))
    #expect(outcome.gasUsed == 21_000 && outcome.fee == Amount(21))
    #expect(state.balance(of: Fixtures.bob).units == 5_000_007)
  }

  /// Faults in order: nonce, price, gas, funds, fractional value. Each row breaks everything that
  /// comes later too; a fault takes nothing and leaves no trace.
  @Test func faultsAnswerInOrder() throws {
    var state = try Fixtures.state()
    #expect(state.send(Fixtures.alice, Fixtures.transfer(Fixtures.bob, 1)).isSuccess)
    let root = state.stateRoot()
    let events = state.ledger.events.records.count
    let base = state.genesis.network.baseFee
    let limit = state.genesis.network.blockGasLimit
    let wei = state.genesis.network.weiPerUnit
    let huge = UInt128.max
    let spendable = state.balance(of: Fixtures.alice).units
    func call(
      nonce: UInt64 = 1, price: UInt128 = 100_000_000_000, gas: UInt64 = 35_000,
      value: UInt128 = 0
    ) -> TransactionCall {
      state.call(
        Fixtures.alice, to: Fixtures.bob, value: value, gasLimit: gas, price: price, nonce: nonce)
    }
    let rows: [(TransactionCall, TransactionFault)] = [
      (call(nonce: 0, price: 0, gas: 0, value: huge), .nonceTooLow(expected: 1)),
      (call(nonce: 2, price: 0, gas: 0, value: huge), .nonceTooHigh(expected: 1)),
      (call(nonce: .max, price: 0, gas: 0, value: huge), .nonceTooHigh(expected: 1)),
      (call(price: 0, gas: 0, value: huge), .underpriced(base: base)),
      (call(price: base - 1, gas: 0, value: huge), .underpriced(base: base)),
      (call(gas: 0, value: huge), .intrinsicGas(needed: 21_000)),
      (call(gas: 20_999, value: huge), .intrinsicGas(needed: 21_000)),
      (call(gas: limit + 1, value: huge), .exceedsBlockGas(limit: limit)),
      (call(gas: .max, value: huge), .exceedsBlockGas(limit: limit)),
      (
        call(price: huge, value: huge),
        .insufficientFunds(
          has: UInt256(spendable * wei), needs: wideMultiply(35_000, huge) + UInt256(huge))
      ),
      (
        call(value: (spendable - 35) * wei + 1),
        .insufficientFunds(has: UInt256(spendable * wei), needs: UInt256(spendable * wei + 1))
      ),
      (call(value: wei + 1), .fractionalValue(weiPerUnit: wei)),
      (call(value: 1), .fractionalValue(weiPerUnit: wei)),
    ]
    for (call, fault) in rows {
      let outcome = state.execute(call)
      #expect(outcome.status == .invalid(fault))
      #expect(outcome.gasUsed == 0 && outcome.fee == .zero && outcome.events.isEmpty)
    }
    let after = state.stateRoot()
    #expect(after == root)
    #expect(state.ledger.events.records.count == events)
    let whole = state.execute(call(value: (spendable - 35) * wei))
    #expect(whole.isSuccess, "the last unit can be spent")
  }

  @Test func unknownSendersHaveNoFunds() throws {
    var state = try Fixtures.state()
    let outcome = state.send(Fixtures.dave, Fixtures.transfer(Fixtures.bob, 0))
    guard case .invalid(.insufficientFunds(let has, _)) = outcome.status else {
      Issue.record("\(outcome.status)")
      return
    }
    #expect(has == .zero)
    #expect(state.ledger.accounts.find(Fixtures.dave) == nil, "a fault opens no account")
  }

  /// Incident 20: a failed operation takes nonce and fee and changes nothing else: the state is
  /// that of a twin in which only the fee was posted and the nonce advanced.
  @Test("T06, incident 20: a failure takes nonce and fee, and never runs twice")
  func failureTakesNonceAndFeeAlone() throws {
    let failing: [(Address, [UInt8])] = [
      (Fixtures.alice, Fixtures.transfer(.zero, 1)),
      (Fixtures.alice, Fixtures.transfer(Fixtures.dave, 1 << 90)),
      (Fixtures.alice, Fixtures.approve(.zero, Word(1 as UInt128))),
      (Fixtures.bob, Fixtures.transferFrom(Fixtures.dave, Fixtures.carol, 5)),
      (Fixtures.bob, Fixtures.burnFrom(Fixtures.dave, 5)),
      (Fixtures.carol, Fixtures.burn(1 << 90)),
      (Fixtures.carol, [1, 2, 3, 4]),
      (Fixtures.carol, []),
    ]
    for (place, (sender, data)) in failing.enumerated() {
      var state = try Fixtures.state()
      var twin = try Fixtures.state()
      let outcome = state.send(sender, data)
      guard case .rejected = outcome.status else {
        Issue.record("\(place) \(outcome.status)")
        continue
      }
      #expect(outcome.events.count == 1, "the fee's posting alone")
      let foundAccount = twin.ledger.accounts.find(sender)
      let account = try #require(foundAccount)
      twin.ledger.advanceNonce(account)
      twin.ledger.post(.token, outcome.fee, from: account, to: twin.feeAccount)
      twin.closeScope()
      let roots = (state.stateRoot(), twin.stateRoot())
      #expect(roots.0 == roots.1, "row \(place)")
      let again = state.execute(state.call(sender, data, nonce: 0))
      #expect(again.status == .invalid(.nonceTooLow(expected: 1)), "incident 20: never twice")
    }
  }

  /// What became of it; amounts in a rejection differ by the fee, which a preview does not take.
  private func code(_ outcome: Outcome) -> [UInt8] {
    guard case .rejected(let rejection) = outcome.status else { return [outcome.isSuccess ? 1 : 0] }
    return [2, rejection.module, rejection.code]
  }

  private static let previews: [[UInt8]] = [
    Fixtures.transfer(Fixtures.dave, 5), Fixtures.transfer(.zero, 5),
    Fixtures.approve(Fixtures.dave, Word(9 as UInt128)), Fixtures.approve(Fixtures.bob, .zero),
    Fixtures.burn(5), Fixtures.burnFrom(Fixtures.dave, 0), [1, 2], Fixtures.burn(1 << 99),
  ]

  /// A preview answers what an execution would and changes nothing.
  @Test(arguments: names) func previewChangesNothing(economy: String) throws {
    var state = try Fixtures.state(economy)
    #expect(
      state.send(Fixtures.alice, Fixtures.approve(Fixtures.bob, Word(50 as UInt128))).isSuccess)
    for data in Self.previews {
      let root = state.stateRoot()
      let counts = (state.ledger.events.records.count, state.ledger.accounts.count)
      let call = state.call(Fixtures.alice, data)
      let preview = state.preview(call)
      let after = (state.ledger.events.records.count, state.ledger.accounts.count)
      let rootAfter = state.stateRoot()
      #expect(rootAfter == root)
      #expect(counts == after)
      #expect(preview.fee == .zero && preview.events.isEmpty)
      let outcome = state.execute(call)
      #expect(code(outcome) == code(preview))
      #expect(outcome.gasUsed == preview.gasUsed)
    }
  }

  /// What execution calls a fault is no success of a preview, whose units would be rounded.
  @Test(arguments: names) func previewRefusesAFractionOfAUnit(economy: String) throws {
    var state = try Fixtures.state(economy)
    let wei = state.genesis.network.weiPerUnit
    guard wei > 1 else { return }
    let call = state.call(Fixtures.alice, to: Fixtures.bob, value: wei + 1)
    let outcomes = [state.preview(call).status, state.execute(call).status]
    for status in outcomes { #expect(status == .invalid(.fractionalValue(weiPerUnit: wei))) }
  }

  /// Guards read: a refused operation has written nothing that would have to be taken back. Zero
  /// units of an owner whom nobody knows are moved as anybody's, and open the account.
  @Test func guardsOpenNoAccounts() throws {
    var state = try Fixtures.state()
    let stranger = Address(high: 9, middle: 9, low: 9)
    let foundBob = state.ledger.accounts.find(Fixtures.bob)
    let bob = try #require(foundBob)
    let mark = state.ledger.scope.mark
    for operation in [
      Token.Operation.transferFrom(
        Token.TransferFrom(from: stranger, to: Fixtures.carol, amount: Amount(1))),
      .burnFrom(Token.BurnFrom(from: stranger, amount: Amount(1))),
    ] {
      #expect(throws: Rejection.self) { _ = try state.apply(operation, by: bob) }
      #expect(state.ledger.scope.mark == mark)
    }
    #expect(state.send(Fixtures.bob, Fixtures.transferFrom(stranger, Fixtures.carol, 0)).isSuccess)
    #expect(state.ledger.accounts.find(stranger) != nil)
  }

  /// Edge case 15: the state depends on transactions alone, however many previews, refusals and
  /// faults other nodes answered in between, and whatever the process's secret is.
  @Test func previewsNeverShowInLaterStates() throws {
    var quiet = try Fixtures.state()
    var busy = try Fixtures.state(secret: HashSecret(77, 78))
    for round in 0..<40 {
      let spender = [Fixtures.bob, Fixtures.carol, Fixtures.dave][round % 3]
      let amount = round % 4 == 0 ? Word.zero : Word(UInt128(round))
      let data = Fixtures.approve(spender, amount)
      for preview in Self.previews { _ = busy.preview(busy.call(Fixtures.alice, preview)) }
      _ = busy.execute(busy.call(Fixtures.alice, data, nonce: 999))
      let outcomes = (quiet.send(Fixtures.alice, data), busy.send(Fixtures.alice, data))
      #expect(outcomes.0.status == outcomes.1.status)
      let roots = (quiet.stateRoot(), busy.stateRoot())
      #expect(roots.0 == roots.1)
    }
  }
}
