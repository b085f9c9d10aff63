import Cryptography
import Ledger
import Primitives
import Testing

@testable import Economy

/// Many calls under one signature: all or nothing, each as the signer's own.
@Suite struct BatchTests {
  private static let unit: UInt128 = 100_000_000_000_000

  @Test func selectorsAreGolden() {
    let calls = Batch.declaration.calls.map { "\($0.signature) \(hex($0.selector))" }
    #expect(calls == ["execute((address,uint256,bytes)[]) 3f707e6b"])
    let queries = Batch.declaration.queries.map { "\($0.signature) \(hex($0.selector))" }
    #expect(queries == ["callLimit() 07e315e6", "answerLimit() b4d7c906"])
    #expect(
      Batch.declaration.rejections.map { "\($0.signature) \(hex($0.selector))" } == [
        "EmptyBatch() c2e5347d", "TooManyCalls(uint256,uint256) 3999d3be",
        "ValueMismatch(uint256,uint256) 626ade30", "CallFailed(uint256,bytes) 5c0dee5d",
        "AnswerTooLarge(uint256) 34e06b4c",
      ])
    #expect(Batch.declaration.rejections.map(\.code) == Batch.Code.allCases.map(\.rawValue))
    #expect(
      Batch.declaration.events.map { Hex.text($0.topic.bytes) } == [
        "0x7ffb1df8fb1cb14bf915045200c5b519c9cdd3c996c3fa9e781810674194029c"
      ])
    #expect(Batch.callLimit == 256 && Batch.answerLimit == 1_048_576)
  }

  private func hex(_ selector: UInt32) -> String {
    String(Hex.text(Selector(selector).bytes).dropFirst(2))
  }

  /// The worked example of the module's cover page: gas, events, one nonce, answers.
  @Test("T06: a batch does all of it under one signature")
  func workedExample() throws {
    var state = try Fixtures.state()
    let (alice, bob, carol) = (Fixtures.alice, Fixtures.bob, Fixtures.carol)
    let before = [alice, bob, carol].map { state.balance(of: $0).units }
    let data = CarriedCalls.batch([
      CarriedCalls.token(Fixtures.transfer(bob, 50_000)),
      CarriedCalls.token(Fixtures.transfer(carol, 70_000)),
    ])
    let outcome = state.send(alice, to: CarriedCalls.batch, data)
    #expect(outcome.isSuccess && outcome.gasUsed == 100_000 && outcome.fee == Amount(100))
    let after = [alice, bob, carol].map { state.balance(of: $0).units }
    #expect(after[0] == before[0] - 120_100)
    #expect(after[1] == before[1] + 50_000 && after[2] == before[2] + 70_000)
    let answer = try #require(outcome.answer)
    #expect(
      try ABIReader.decode(answer, as: [[UInt8]].self) == [Word(1).bytes, Word(1).bytes])
    let names = outcome.events.map { Registry.event(state.ledger.events.records[$0])?.name }
    #expect(names == ["Transfer", "Transfer", "Transfer", "BatchExecuted"])
    #expect(state.event(outcome.events.upperBound - 1) == [Word(alice), Word(2)])
    let nonce = state.ledger.accounts.find(alice).map { state.ledger.accounts[$0].nonce }
    #expect(nonce == 1)
  }

  /// What outsiders see of a call that is refused: its place, and its own revert data.
  @Test func aRefusedCallIsNamedByItsPlace() throws {
    var state = try Fixtures.state()
    let data = CarriedCalls.batch([
      CarriedCalls.token(Fixtures.transfer(Fixtures.bob, 1)),
      CarriedCalls.token(Fixtures.transfer(.zero, 1)),
    ])
    let outcome = state.send(Fixtures.alice, to: CarriedCalls.batch, data)
    let reason = [0xec, 0x44, 0x2f, 0x05] + Word.zero.bytes
    #expect(
      outcome.revert
        == [0x5c, 0x0d, 0xee, 0x5d] + Word(1).bytes + Word(64).bytes + Word(36).bytes + reason
        + [UInt8](repeating: 0, count: 28))
    guard case .rejected(let rejection) = outcome.status else { return }
    #expect(rejection == Token.rejection(.invalidReceiver).within(place: 1))
    #expect(
      Registry.message(rejection)?.hasPrefix("CallFailed: call 1 of the batch: ERC20Inv") == true)
  }

  private static let rows: [(String, [Batch.Call], UInt128, Rejection)] = {
    let transfer = CarriedCalls.token(Fixtures.transfer(Fixtures.bob, 1))
    let broken = CarriedCalls.call(CarriedCalls.batch, CarriedCalls.batch([]))
    let wide = CarriedCalls.call(Fixtures.bob, value: UInt256(high: 1, low: 0))
    let max = CarriedCalls.call(Fixtures.bob, value: .max)
    let inner = Kernel.rejection(.nestedTooDeep, Word(CarriedCalls.batch))
    return [
      ("empty before value", [], unit, Batch.rejection(.empty)),
      (
        "too many before value", Array(repeating: broken, count: 257), unit,
        Batch.rejection(.tooManyCalls, Word(257), Word(256))
      ),
      (
        "value before the calls", [broken], unit,
        Batch.rejection(.valueMismatch, Word(unit), .zero)
      ),
      (
        "value that is missing", [transfer, CarriedCalls.call(Fixtures.bob, value: UInt256(unit))],
        0, Batch.rejection(.valueMismatch, .zero, Word(unit))
      ),
      (
        "value past 128 bits", [wide], unit,
        Batch.rejection(.valueMismatch, Word(unit), Word(UInt256(high: 1, low: 0)))
      ),
      (
        "value past 256 bits", [max, max], unit,
        Batch.rejection(.valueMismatch, Word(unit), Word(UInt256.max))
      ),
      ("the first refusal", [transfer, broken, broken], 0, inner.within(place: 1)),
      (
        "a multicall inside",
        [CarriedCalls.call(CarriedCalls.multicall, CarriedCalls.aggregate([]))], 0,
        Kernel.rejection(.nestedTooDeep, Word(CarriedCalls.multicall)).within(place: 0)
      ),
      (
        "a part of a unit",
        [
          CarriedCalls.call(Fixtures.bob, value: UInt256(unit + 1)),
          CarriedCalls.call(Fixtures.bob, value: UInt256(unit - 1)),
        ], 2 * unit, Kernel.rejection(.fractionalValue, Word(unit)).within(place: 0)
      ),
      (
        "value where none is taken",
        [CarriedCalls.call(Fixtures.token, transfer.callData, value: UInt256(unit))], unit,
        Kernel.rejection(.valueNotAccepted).within(place: 0)
      ),
      (
        "value with a query",
        [CarriedCalls.call(Fixtures.token, [0x18, 0x16, 0x0d, 0xdd], value: UInt256(unit))], unit,
        Kernel.rejection(.valueNotAccepted).within(place: 0)
      ),
      (
        "a query's arguments", [CarriedCalls.token([0x70, 0xa0, 0x82, 0x31, 1])], 0,
        Kernel.rejection(.malformedArguments, Word(0x70a0_8231)).within(place: 0)
      ),
      (
        "nobody's address", [CarriedCalls.call(Fixtures.bob, [1])], 0,
        Kernel.rejection(.unknownModule, Word(Fixtures.bob)).within(place: 0)
      ),
      (
        "no operation", [CarriedCalls.token([1, 2, 3, 4])], 0,
        Kernel.rejection(.unknownOperation, Word(0x0102_0304)).within(place: 0)
      ),
    ]
  }()

  @Test("rejections of batch, in the order of the guards")
  func guardsAnswerInOrder() throws {
    var seen: Set<UInt8> = [Batch.Code.callFailed.rawValue]
    for (name, calls, value, expected) in Self.rows {
      var state = try Fixtures.state()
      let outcome = state.send(
        Fixtures.alice, to: CarriedCalls.batch, CarriedCalls.batch(calls), value: value,
        gasLimit: 20_000_000)
      #expect(outcome.status == .rejected(expected), "\(name)")
      if expected.module == Batch.number { seen.insert(expected.code) }
    }
    var net = try DevelopmentNetwork()
    let asked = CarriedCalls.call(
      Compliance.declaration.address, try CarriedCalls.longList(of: &net))
    let large = net.state.send(
      DevelopmentNetwork.alice, to: CarriedCalls.batch,
      CarriedCalls.batch(Array(repeating: asked, count: 200)), gasLimit: 20_000_000)
    #expect(
      large.status == .rejected(Batch.rejection(.answerTooLarge, Word(1_048_576))))
    seen.insert(Batch.Code.answerTooLarge.rawValue)
    #expect(seen == Set(Batch.Code.allCases.map(\.rawValue)))
  }

  /// Value goes from the signer to each payee, to the wei, and no more than came.
  @Test(arguments: ["dta", "btt"]) func valueIsExact(economy: String) throws {
    var state = try Fixtures.state(economy)
    let wei = state.genesis.network.weiPerUnit
    let before = [Fixtures.alice, Fixtures.bob, Fixtures.dave].map { state.balance(of: $0).units }
    let data = CarriedCalls.batch([
      CarriedCalls.call(Fixtures.bob, value: UInt256(7 * wei)),
      CarriedCalls.token(Fixtures.transfer(Fixtures.dave, 5)),
      CarriedCalls.call(Fixtures.dave, value: UInt256(2 * wei)),
    ])
    let outcome = state.send(Fixtures.alice, to: CarriedCalls.batch, data, value: 9 * wei)
    #expect(outcome.isSuccess && outcome.gasUsed == 30_000 + 2 * 21_000 + 35_000)
    let after = [Fixtures.alice, Fixtures.bob, Fixtures.dave].map { state.balance(of: $0).units }
    #expect(after[0] == before[0] - 14 - outcome.fee.units)
    #expect(after[1] == before[1] + 7 && after[2] == before[2] + 7)
  }

  /// Incident 20: a refused batch is nonce and fee: the state is that of a twin in which only these
  /// were taken. Whatever the calls are, and wherever the refused one stands.
  @Test("T06, incidents 1 and 20: a refused batch changes nothing but nonce and fee")
  func refusedBatchesLeaveNothing() throws {
    var generator = UInt64(11)
    func below(_ bound: Int) -> Int {
      generator = generator &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(generator >> 33) % bound
    }
    let good: [() -> Batch.Call] = [
      { CarriedCalls.token(Fixtures.transfer(Fixtures.dave, UInt128(below(9)))) },
      { CarriedCalls.token(Fixtures.approve(Fixtures.bob, Word(UInt128(below(9))))) },
      { CarriedCalls.token(Fixtures.burn(3)) },
      { CarriedCalls.call(Fixtures.dave) },
      { CarriedCalls.token([0x18, 0x16, 0x0d, 0xdd]) },
      { CarriedCalls.token(Fixtures.transfer(Fixtures.alice, 1)) },
    ]
    let bad: [() -> Batch.Call] = [
      { CarriedCalls.token(Fixtures.transfer(.zero, 1)) },
      { CarriedCalls.token(Fixtures.burn(1 << 90)) },
      { CarriedCalls.token(Fixtures.transferFrom(Fixtures.bob, Fixtures.carol, 1)) },
      { CarriedCalls.call(Fixtures.bob, [1]) },
    ]
    for _ in 0..<120 {
      var state = try Fixtures.state()
      var twin = try Fixtures.state()
      var calls = (0..<below(6)).map { _ in good[below(good.count)]() }
      let place = below(calls.count + 1)
      calls.insert(bad[below(bad.count)](), at: place)
      let outcome = state.send(
        Fixtures.alice, to: CarriedCalls.batch, CarriedCalls.batch(calls), gasLimit: 2_000_000)
      guard case .rejected(let rejection) = outcome.status else {
        Issue.record("\(outcome.status)")
        continue
      }
      #expect(Int(rejection.place) == place + 1)
      #expect(outcome.events.count == 1, "the fee's posting alone")
      let found = twin.ledger.accounts.find(Fixtures.alice)
      let account = try #require(found)
      twin.ledger.advanceNonce(account)
      twin.ledger.post(.token, outcome.fee, from: account, to: twin.feeAccount)
      twin.closeScope()
      let roots = (state.stateRoot(), twin.stateRoot())
      #expect(roots.0 == roots.1)
      let broken = state.invariants()
      #expect(broken == [])
    }
  }

  /// A batch is its calls one after the other, but for the fees.
  @Test func aBatchIsItsCallsInOrder() throws {
    let steps = [
      Fixtures.approve(Fixtures.alice, Word(9)),
      Fixtures.transferFrom(
        Fixtures.alice, Fixtures.carol, 4),
      Fixtures.burnFrom(Fixtures.alice, 5), Fixtures.transfer(Fixtures.dave, 6),
    ]
    var one = try Fixtures.state()
    var many = try Fixtures.state()
    #expect(
      one.send(
        Fixtures.alice, to: CarriedCalls.batch, CarriedCalls.batch(steps.map(CarriedCalls.token))
      ).isSuccess)
    for step in steps { #expect(many.send(Fixtures.alice, step).isSuccess) }
    for holder in [Fixtures.carol, Fixtures.dave, .zero] {
      #expect(one.balance(of: holder) == many.balance(of: holder))
    }
    #expect(one.allowance(Fixtures.alice, Fixtures.alice) == .zero)
  }

  /// T04, T05, T07: a batch gives no power; each call is judged as if it stood alone.
  @Test("T05 T07: a batch gives its signer no power")
  func noPower() throws {
    typealias Net = DevelopmentNetwork
    var net = try Net()
    let pause = try #require(Compliance.declaration.calls.first { $0.name == "pause" })
    let data = CarriedCalls.batch([
      CarriedCalls.call(
        Compliance.declaration.address, Selector(pause.selector).bytes + Word(1).bytes)
    ])
    let refused = net.state.send(Net.alice, to: CarriedCalls.batch, data)
    guard case .rejected(let rejection) = refused.status else {
      Issue.record("\(refused.status)")
      return
    }
    #expect(rejection.module == Access.number && rejection.place == 1)
    #expect(net.state.send(Net.pauser, to: CarriedCalls.batch, data).isSuccess)
    let transfer = CarriedCalls.batch([
      CarriedCalls.token(Fixtures.transfer(Net.bob, 1))
    ])
    #expect(
      net.state.send(Net.alice, to: CarriedCalls.batch, transfer).status
        == .rejected(Compliance.rejection(.enforcedPause).within(place: 0)))
    net.accept(Compliance.declaration, "unpause", [.count(1)], by: Net.pauser)
    net.accept(
      Compliance.declaration, "blockAccount", [.account(Net.alice), .bytes(Digest.zero.bytes)],
      by: Net.compliance)
    #expect(
      net.state.send(Net.alice, to: CarriedCalls.batch, transfer).status
        == .rejected(Compliance.rejection(.accountBlocked, Word(Net.alice)).within(place: 0)))
    net.accept(
      Compliance.declaration, "pause", [.count(UInt128(Batch.number))], by: Net.pauser)
    #expect(
      net.state.send(Net.carol, to: CarriedCalls.batch, transfer).status
        == .rejected(Compliance.rejection(.enforcedPause)))
  }

  /// Incident 6: a signature that stands twice in one batch works once, so the batch does not; and
  /// what it had settled is fresh again.
  @Test("incident 6: a signature twice in one batch")
  func signaturesWorkOnceInABatch() throws {
    var net = try TokenSignaturesTests.Net()
    let terms = TokenSignaturesTests.Terms()
    let signature = net.signed(terms.type("Transfer"), terms.words(net.payer))
    let call = try #require(
      Token.declaration.calls.first { $0.name == terms.name && $0.parameters.count == 9 })
    let data = try ABITree.encode(
      terms.trees(net.payer) + TokenSignaturesTests.parts(signature),
      as: call.parameters.map(\.type), after: Selector(call.selector).bytes)
    func send(_ net: inout TokenSignaturesTests.Net, _ count: Int) -> Outcome {
      net.state.send(
        Fixtures.alice, to: CarriedCalls.batch,
        CarriedCalls.batch(Array(repeating: CarriedCalls.token(data), count: count)))
    }
    #expect(
      send(&net, 2).status == .rejected(Token.rejection(.usedOrCanceled).within(place: 1)))
    #expect(net.state.isAuthorizationSettled(net.payer, terms.nonce) == false)
    #expect(send(&net, 1).isSuccess)
    #expect(net.state.isAuthorizationSettled(net.payer, terms.nonce) == true)
  }

  /// Hostile bytes end in a rejection: nothing traps, nothing opens, whatever stands inside what.
  @Test func hostileBytesAreRefused() throws {
    var state = try Fixtures.state()
    let root = state.stateRoot()
    var seed = UInt64(5)
    func random() -> UInt64 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return seed >> 24
    }
    var deep = CarriedCalls.batch([])
    for _ in 0..<60 { deep = CarriedCalls.batch([CarriedCalls.call(CarriedCalls.batch, deep)]) }
    let whole = CarriedCalls.batch([
      CarriedCalls.token(Fixtures.transfer(.zero, 1)), CarriedCalls.call(CarriedCalls.batch, deep),
    ])
    for round in 0..<600 {
      var data = whole
      for _ in 0..<1 + random() % 3 {
        data[Int(random() % UInt64(data.count))] ^= UInt8(truncatingIfNeeded: 1 + random() % 255)
      }
      if round % 3 == 0 { data = Array(data.prefix(Int(random() % UInt64(data.count)))) }
      let to = round % 2 == 0 ? CarriedCalls.batch : CarriedCalls.multicall
      let outcome = state.preview(state.call(Fixtures.carol, to: to, data))
      #expect(!outcome.isSuccess)
    }
    let after = state.stateRoot()
    #expect(after == root)
  }
}
