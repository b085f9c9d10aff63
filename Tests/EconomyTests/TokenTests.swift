import Cryptography
import Ledger
import Primitives
import Testing

@testable import Economy

/// T02, T03: the token as ERC-20, byte for byte.
@Suite struct TokenTests {
  private static let to = "00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8"
  private static let from = "000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266"
  /// 12.5 tokens at four decimals.
  private static let amount = "000000000000000000000000000000000000000000000000000000000001e848"

  private func decode(_ text: String) throws -> DecodedCall {
    let data = try #require(Hex.bytes(text))
    return Registry.decode(to: Fixtures.token, data: data, range: 0..<data.count)
  }

  /// Golden call data of every operation; the fields must be those that a wallet meant.
  @Test func callsDecodeFromGoldenBytes() throws {
    let to = try #require(Address(Hex.bytes("0x70997970c51812dc3a010c7d01b50e0d17dc79c8") ?? []))
    let from = try #require(Address(Hex.bytes("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266") ?? []))
    let (toText, fromText, amount) = (Self.to, Self.from, Self.amount)
    let calls = [
      try decode("0xa9059cbb" + toText + amount), try decode("0x095ea7b3" + toText + amount),
      try decode("0x23b872dd" + fromText + toText + amount), try decode("0x42966c68" + amount),
      try decode("0x79cc6790" + fromText + amount),
    ]
    #expect(calls.map(\.place) == [0, 1, 2, 3, 4])
    guard case .token(.transfer(let transfer)) = calls[0].operation,
      case .token(.approve(let approve)) = calls[1].operation,
      case .token(.transferFrom(let transferFrom)) = calls[2].operation,
      case .token(.burn(let burn)) = calls[3].operation,
      case .token(.burnFrom(let burnFrom)) = calls[4].operation
    else {
      Issue.record("\(calls)")
      return
    }
    #expect(transfer.to == to && transfer.amount == Amount(125_000))
    #expect(approve.spender == to && approve.amount == UInt256(125_000))
    #expect(transferFrom.from == from && transferFrom.to == to)
    #expect(transferFrom.amount == Amount(125_000) && burn.amount == Amount(125_000))
    #expect(burnFrom.from == from && burnFrom.amount == Amount(125_000))
    // TokenSignaturesTests holds those of what is signed.
    #expect(calls.count + Token.signedCalls.count == Token.declaration.calls.count)
    let unlimited = try decode("0x095ea7b3" + toText + String(repeating: "f", count: 64))
    guard case .token(.approve(let all)) = unlimited.operation else {
      Issue.record("\(unlimited)")
      return
    }
    #expect(all.amount == .max)
  }

  @Test func selectorsAndTopicsAreGolden() {
    func hex(_ selector: UInt32) -> String {
      var bytes: [UInt8] = []
      selector.appendBigEndian(to: &bytes)
      return Hex.text(bytes)
    }
    #expect(
      Token.declaration.calls.map { "\($0.name) \(hex($0.selector))" } == [
        "transfer 0xa9059cbb", "approve 0x095ea7b3", "transferFrom 0x23b872dd",
        "burn 0x42966c68", "burnFrom 0x79cc6790", "permit 0xd505accf",
        "transferWithAuthorization 0xe3ee160e", "transferWithAuthorization 0xcf092995",
        "receiveWithAuthorization 0xef55bec6", "receiveWithAuthorization 0x88b7ab63",
        "cancelAuthorization 0x5a049a70", "cancelAuthorization 0xb7b72899",
      ])
    #expect(
      Token.declaration.queries.map { "\($0.name) \(hex($0.selector))" } == [
        "name 0x06fdde03", "symbol 0x95d89b41", "decimals 0x313ce567",
        "totalSupply 0x18160ddd", "balanceOf 0x70a08231", "allowance 0xdd62ed3e",
        "version 0x54fd4d50", "nonces 0x7ecebe00", "DOMAIN_SEPARATOR 0x3644e515",
        "eip712Domain 0x84b0196e", "authorizationState 0xe94a0102",
        "supportsInterface 0x01ffc9a7",
      ])
    #expect(
      Token.declaration.rejections.map { "\($0.name) \(hex($0.selector))" } == [
        "ERC20InvalidReceiver 0xec442f05",
        "ERC20InvalidSender 0x96c6fd1e", "ERC20InvalidSpender 0x94280d62",
        "ERC20InsufficientAllowance 0xfb8f41b2", "ERC20InsufficientBalance 0xe450d38c",
        "ERC2612ExpiredSignature 0x62791302", "ERC2612InvalidSigner 0x4b800e46",
        "CallerNotPayee 0x08c379a0", "AuthorizationNotYetValid 0x08c379a0",
        "AuthorizationExpired 0x08c379a0", "AuthorizationUsedOrCanceled 0x08c379a0",
        "InvalidSignature 0x08c379a0", "TransferExceedsBalance 0x08c379a0",
      ])
    #expect(
      Token.declaration.events.map { Hex.text($0.topic.bytes) } == [
        "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
        "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925",
        "0xcc16f5dbb4873280815c1ee09dbd06736cffcc184412cf7a71a0fdb75d397ca5",
        "0x98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5",
        "0x1cdd46ff242716cdaa72d159d339a485b3438398348d68f09d7c8c0a59353d81",
      ])
  }

  @Test func revertDataIsGolden() throws {
    let rejection = Token.rejection(
      .insufficientBalance, Word(SystemAddress.module(1)), Word(2 as UInt128), Word(3 as UInt128))
    let declaration = try #require(Registry.rejection(rejection))
    #expect(
      Hex.text(declaration.revertData(rejection)) == "0xe450d38c"
        + "000000000000000000000000f4ee401d00000000000000000000000000000001"
        + String(repeating: "0", count: 63) + "2" + String(repeating: "0", count: 63) + "3")
  }

  /// Every operation says what it did: one posting each for the fee and the movement, then its own
  /// event (decisions 14); shapes and words as declared.
  @Test func eventsAreGolden() throws {
    var state = try Fixtures.state()
    let (alice, bob, carol) = (Fixtures.alice, Fixtures.bob, Fixtures.carol)
    let fees = SystemAddress.account(state.genesis.network.feeAccount)
    func amount(_ units: UInt128) -> Word { Word(units) }
    let steps: [(Address, [UInt8], [[Word]], [String])] = [
      (
        alice, Fixtures.transfer(bob, 5),
        [[Word(alice), Word(fees), amount(35)], [Word(alice), Word(bob), amount(5)]],
        ["Transfer", "Transfer"]
      ),
      (
        alice, Fixtures.approve(bob, amount(100)),
        [[Word(alice), Word(fees), amount(30)], [Word(alice), Word(bob), amount(100)]],
        ["Transfer", "Approval"]
      ),
      (
        bob, Fixtures.transferFrom(alice, carol, 7),
        [[Word(bob), Word(fees), amount(40)], [Word(alice), Word(carol), amount(7)]],
        ["Transfer", "Transfer"]
      ),
      (
        alice, Fixtures.burn(3),
        [
          [Word(alice), Word(fees), amount(30)], [Word(alice), .zero, amount(3)],
          [Word(alice), amount(3)],
        ], ["Transfer", "Transfer", "Burn"]
      ),
      (
        bob, Fixtures.burnFrom(alice, 4),
        [
          [Word(bob), Word(fees), amount(40)], [Word(alice), .zero, amount(4)],
          [Word(alice), amount(4)],
        ], ["Transfer", "Transfer", "Burn"]
      ),
    ]
    var seen: Set<String> = []
    for (sender, data, words, names) in steps {
      let outcome = state.send(sender, data)
      #expect(outcome.isSuccess)
      #expect(outcome.events.map { state.event($0) } == words)
      for (place, name) in zip(outcome.events, names) {
        let record = state.ledger.events.records[place]
        let declaration = try #require(Registry.event(record))
        #expect(declaration.name == name)
        #expect(Int(record.wordCount) == declaration.parameters.count)
        #expect(Int(record.topicCount) == declaration.parameters.filter(\.isIndexed).count)
        #expect(Registry.emitter(record) == Fixtures.token)
        seen.insert(name)
      }
    }
    let signed: Set = ["AuthorizationUsed", "AuthorizationCanceled"]
    #expect(
      seen.union(signed) == Set(Token.declaration.events.map(\.name)),
      "an event is never emitted")
  }

  /// What wallets see of an operation that returns bool, and of one that returns nothing.
  @Test func returnsAreSolidity() throws {
    var state = try Fixtures.state()
    #expect(
      state.send(Fixtures.alice, Fixtures.transfer(Fixtures.bob, 5)).status == .success(.success))
    #expect(state.send(Fixtures.alice, Fixtures.burn(5)).status == .success(.nothing))
  }

  private func ask(
    _ state: borrowing EconomyState, _ name: String, _ words: [Word] = []
  ) throws -> String {
    let query = try #require(Token.declaration.queries.first { $0.name == name })
    var data: [UInt8] = []
    query.selector.appendBigEndian(to: &data)
    for word in words { word.append(to: &data) }
    return Hex.text(try query.answer(state, data, 4))
  }

  /// T01, T02, T08, T09: every query, byte for byte.
  @Test func queriesAnswerInGoldenBytes() throws {
    var state = try Fixtures.state()
    func padded(_ hex: String) -> String {
      String(repeating: "0", count: 64 - hex.count) + hex
    }
    let name = Hex.text(Array("Digital Twin AI Token".utf8)).dropFirst(2)
    let text = String(name) + String(repeating: "0", count: 64 - name.count)
    #expect(try ask(state, "name") == "0x" + padded("20") + padded("15") + text)
    #expect(
      try ask(state, "symbol") == "0x" + padded("20") + padded("3") + "445441"
        + String(repeating: "0", count: 58))
    #expect(try ask(state, "decimals") == "0x" + padded("4"))
    #expect(try ask(state, "totalSupply") == "0x" + padded("9184e72a000"))
    #expect(try ask(state, "balanceOf", [Word(Fixtures.alice)]) == "0x" + padded("989680"))
    #expect(try ask(state, "balanceOf", [Word(Fixtures.dave)]) == "0x" + padded("0"))
    let unlimited = Word(UInt256.max)
    #expect(state.send(Fixtures.alice, Fixtures.approve(Fixtures.bob, unlimited)).isSuccess)
    #expect(
      try ask(state, "allowance", [Word(Fixtures.alice), Word(Fixtures.bob)])
        == "0x" + String(repeating: "f", count: 64))
    #expect(
      try ask(state, "allowance", [Word(Fixtures.dave), Word(Fixtures.bob)]) == "0x" + padded("0"))
    #expect(
      Token.declaration.queries.count == 6 + Token.signedQueries.count,
      "a query has no golden bytes")
  }

  @Test func malformedQueriesAreRefused() throws {
    let state = try Fixtures.state()
    #expect(throws: QueryFailure.self) { try ask(state, "balanceOf") }
    #expect(throws: QueryFailure.self) {
      try ask(state, "balanceOf", [Word(UInt256.max)])
    }
  }

  /// T02: the worked example of the module's cover page.
  @Test("T02 T03 approve, transferFrom and burn: the worked example")
  func workedExample() throws {
    var state = try Fixtures.state()
    let (alice, bob, carol) = (Fixtures.alice, Fixtures.bob, Fixtures.carol)
    let supply = state.totalSupply()
    let before = (state.balance(of: alice).units, state.balance(of: carol).units)
    #expect(state.send(alice, Fixtures.approve(bob, Word(300_000 as UInt128))).isSuccess)
    #expect(state.send(bob, Fixtures.transferFrom(alice, carol, 125_000)).isSuccess)
    #expect(state.balance(of: alice).units == before.0 - 125_000 - 30)
    #expect(state.balance(of: carol).units == before.1 + 125_000)
    #expect(state.allowance(alice, bob) == UInt256(175_000))
    #expect(state.send(carol, Fixtures.burn(25_000)).isSuccess)
    #expect(state.totalSupply() == supply - Amount(25_000))
    #expect(state.balance(of: .zero) == Amount(25_000))
  }

  /// An allowance of zero has no row, one without limit never falls, and spending the last unit
  /// frees the row.
  @Test("T02 allowances")
  func allowancesLiveInRows() throws {
    var state = try Fixtures.state()
    let (alice, bob, carol) = (Fixtures.alice, Fixtures.bob, Fixtures.carol)
    func rows() -> Int { state.token.allowances.liveCount }
    #expect(state.send(alice, Fixtures.approve(bob, .zero)).isSuccess)
    #expect(rows() == 0)
    #expect(state.send(alice, Fixtures.approve(bob, Word(5 as UInt128))).isSuccess)
    #expect(rows() == 1)
    #expect(state.send(bob, Fixtures.transferFrom(alice, carol, 5)).isSuccess)
    #expect(rows() == 0)
    #expect(state.send(alice, Fixtures.approve(bob, Word(UInt256.max))).isSuccess)
    #expect(state.send(bob, Fixtures.transferFrom(alice, carol, 5)).isSuccess)
    #expect(state.allowance(alice, bob) == .max)
    #expect(state.send(alice, Fixtures.approve(bob, .zero)).isSuccess)
    #expect(rows() == 0 && state.allowance(alice, bob) == .zero)
    #expect(state.invariants() == [])
  }

  /// Incident 2: owner, spender, receiver and fee payer may all be one.
  @Test("incident 2: owner, spender, receiver and payer are one")
  func everybodyIsTheSame() throws {
    var state = try Fixtures.state()
    let alice = Fixtures.alice
    let before = state.balance(of: alice).units
    let outcomes = [
      state.send(alice, Fixtures.approve(alice, Word(10 as UInt128))),
      state.send(alice, Fixtures.transferFrom(alice, alice, 10)),
      state.send(alice, Fixtures.transfer(alice, 1_000)),
    ]
    let fees = outcomes.reduce(0 as UInt128) { $0 + $1.fee.units }
    #expect(outcomes.filter(\.isSuccess).count == outcomes.count)
    #expect(state.balance(of: alice).units == before - fees)
    #expect(state.allowance(alice, alice) == .zero)
  }

  /// T09, X01, edge case 15: nothing mints; burned units never come back.
  @Test("T09 X01 edge case 15: nothing mints, burned units never come back")
  func supplyOnlyFalls() throws {
    #expect(Token.declaration.calls.allSatisfy { !$0.name.lowercased().contains("mint") })
    var state = try Fixtures.state("btt")
    #expect(state.send(Fixtures.alice, Fixtures.burn(9)).isSuccess)
    let supply = state.totalSupply().units
    let expected: UInt128 = 21_000_000 * 1_000_000_000_000_000_000 - 9
    #expect(supply == expected)
    let attempts = [
      state.send(Fixtures.alice, Fixtures.transferFrom(.zero, Fixtures.alice, 1)),
      state.send(Fixtures.alice, Fixtures.burnFrom(.zero, 1)),
      state.send(Fixtures.alice, Fixtures.transfer(.zero, 1)),
    ]
    #expect(attempts.filter(\.isSuccess).isEmpty)
    #expect(state.totalSupply().units == supply)
  }

  @Test func rowSizeIsAsAgreed() {
    #expect(Token.AllowanceRow.wordCount == 5)
    #expect(MemoryLayout<Token.AllowanceRow>.size == 40)
    #expect(MemoryLayout<Token.AllowanceRow>.stride == 48)
    #expect(Token.AllowanceRow.vacant.isVacant)
  }
}
