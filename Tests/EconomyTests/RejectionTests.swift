import Ledger
import Primitives
import Testing

@testable import Economy

/// Every rejection of the kernel and the token, in the order of precedence: each row breaks one
/// guard, or one guard and later ones, and the earlier guard must answer.
@Suite struct RejectionTests {
  private struct Row {
    let name: String
    let sender: Address
    let to: Address?
    let data: [UInt8]
    let value: UInt128
    let gasLimit: UInt64
    let expected: Rejection

    init(
      _ name: String, by sender: Address = Fixtures.alice, to: Address? = Fixtures.token,
      _ data: [UInt8], value: UInt128 = 0, gasLimit: UInt64 = 200_000, expected: Rejection
    ) {
      self.name = name
      self.sender = sender
      self.to = to
      self.data = data
      self.value = value
      self.gasLimit = gasLimit
      self.expected = expected
    }
  }

  private static let tooMuch: UInt128 = 1 << 100
  private static let unit: UInt128 = 100_000_000_000_000
  private static let pool = SystemAddress.account("pool.staking")

  private static func word(_ number: UInt128) -> Word { Word(number) }

  private static let kernelRows: [Row] = {
    let transfer = Fixtures.transfer(Fixtures.bob, 1)
    let refusedSelector = Kernel.rejection(.malformedArguments, word(0xa905_9cbb))
    var dirty = transfer
    dirty[4] = 1
    var wide = transfer
    wide[4 + 32 + 15] = 1
    return [
      Row("creation", to: nil, [], expected: Kernel.rejection(.contractCreation)),
      Row(
        "creation before value", to: nil, transfer, value: unit,
        expected: Kernel.rejection(.contractCreation)),
      Row(
        "unknown module", to: Fixtures.bob, [1],
        expected: Kernel.rejection(.unknownModule, Word(Fixtures.bob))),
      Row(
        "unknown module before value", to: SystemAddress.module(99), transfer, value: unit,
        expected: Kernel.rejection(.unknownModule, Word(SystemAddress.module(99)))),
      Row("no selector", [], expected: Kernel.rejection(.unknownOperation)),
      Row("short selector", [0xa9, 0x05, 0x9c], expected: Kernel.rejection(.unknownOperation)),
      Row(
        "unknown operation before value", Fixtures.data(0xdead_beef), value: unit,
        expected: Kernel.rejection(.unknownOperation, word(0xdead_beef))),
      Row(
        "a query is no operation", Fixtures.data(0x70a0_8231, Word(Fixtures.bob)),
        expected: Kernel.rejection(.unknownOperation, word(0x70a0_8231))),
      Row("missing arguments", Fixtures.data(0xa905_9cbb), expected: refusedSelector),
      Row("short arguments", Array(transfer.dropLast()), expected: refusedSelector),
      Row("dirty address", dirty, expected: refusedSelector),
      Row("an amount past 128 bits", wide, expected: refusedSelector),
      Row("malformed before value", dirty, value: unit, expected: refusedSelector),
      Row(
        "out of gas before value", transfer, value: unit, gasLimit: 34_999,
        expected: Kernel.rejection(.outOfGas, word(34_999), word(35_000))),
      Row(
        "out of gas before the token's guards", Fixtures.transfer(.zero, tooMuch),
        gasLimit: 21_000, expected: Kernel.rejection(.outOfGas, word(21_000), word(35_000))),
      Row(
        "value before the token's guards", Fixtures.transfer(.zero, tooMuch), value: unit,
        expected: Kernel.rejection(.valueNotAccepted)),
      Row(
        "a batch in a batch", to: CarriedCalls.batch,
        CarriedCalls.batch([CarriedCalls.call(CarriedCalls.batch, CarriedCalls.batch([]))]),
        expected: Kernel.rejection(.nestedTooDeep, Word(CarriedCalls.batch)).within(place: 0)),
      Row(
        "a part of a unit in a batch", to: CarriedCalls.batch,
        CarriedCalls.batch([
          CarriedCalls.call(Fixtures.bob, value: UInt256(1)),
          CarriedCalls.call(Fixtures.bob, value: UInt256(unit - 1)),
        ]), value: unit,
        expected: Kernel.rejection(.fractionalValue, word(unit)).within(place: 0)),
    ]
  }()

  private static let tokenRows: [Row] = {
    func receiver(_ address: Address) -> Rejection {
      Token.rejection(.invalidReceiver, Word(address))
    }
    func allowance(_ has: UInt128, _ needed: UInt128) -> Rejection {
      Token.rejection(
        .insufficientAllowance, Word(Fixtures.bob), Word(UInt256(has)), word(needed))
    }
    func balance(_ owner: Address, _ has: UInt128, _ needed: UInt128) -> Rejection {
      Token.rejection(.insufficientBalance, Word(owner), word(has), word(needed))
    }
    // Alice holds 10,000,000 units and has approved bob for 20,000,000; a call of 35, 30 or 40
    // thousand gas at the base price costs 35, 30 or 40 units.
    let receivers = [Address.zero, Fixtures.token, SystemAddress.module(77), pool].map {
      Row("transfer to \($0)", Fixtures.transfer($0, 1), expected: receiver($0))
    }
    return receivers + [
      Row(
        "transfer: receiver before balance", Fixtures.transfer(pool, tooMuch),
        expected: receiver(pool)),
      Row(
        "transfer: balance", Fixtures.transfer(Fixtures.bob, 9_999_966),
        expected: balance(Fixtures.alice, 9_999_965, 9_999_966)),
      Row(
        "value to a system account", to: pool, [], value: unit, expected: receiver(pool)),
      Row("value to the zero address", to: .zero, [], value: 0, expected: receiver(.zero)),
      Row(
        "approve: spender", Fixtures.approve(.zero, word(1)),
        expected: Token.rejection(.invalidSpender, Word(Address.zero))),
      Row(
        "transferFrom: receiver before allowance", by: Fixtures.bob,
        Fixtures.transferFrom(Fixtures.alice, .zero, tooMuch), expected: receiver(.zero)),
      Row(
        "transferFrom: receiver before sender", Fixtures.transferFrom(.zero, .zero, 0),
        expected: receiver(.zero)),
      Row(
        "transferFrom: sender, even for nothing", Fixtures.transferFrom(.zero, Fixtures.carol, 0),
        expected: Token.rejection(.invalidSender, Word(Address.zero))),
      Row(
        "burnFrom: sender before allowance", Fixtures.burnFrom(.zero, tooMuch),
        expected: Token.rejection(.invalidSender, Word(Address.zero))),
      Row(
        "transferFrom: allowance before balance", by: Fixtures.bob,
        Fixtures.transferFrom(Fixtures.alice, Fixtures.carol, 20_000_001),
        expected: allowance(20_000_000, 20_000_001)),
      Row(
        "transferFrom: no allowance of a stranger", by: Fixtures.bob,
        Fixtures.transferFrom(Fixtures.dave, Fixtures.carol, 1), expected: allowance(0, 1)),
      Row(
        "transferFrom: no allowance of oneself", by: Fixtures.bob,
        Fixtures.transferFrom(Fixtures.bob, Fixtures.carol, 1), expected: allowance(0, 1)),
      Row(
        "transferFrom: balance", by: Fixtures.bob,
        Fixtures.transferFrom(Fixtures.alice, Fixtures.carol, 20_000_000),
        expected: balance(Fixtures.alice, 9_999_970, 20_000_000)),
      Row(
        "burn: balance", Fixtures.burn(9_999_971),
        expected: balance(Fixtures.alice, 9_999_970, 9_999_971)),
      Row(
        "burnFrom: allowance before balance", by: Fixtures.bob,
        Fixtures.burnFrom(Fixtures.alice, tooMuch), expected: allowance(20_000_000, tooMuch)),
      Row(
        "burnFrom: balance", by: Fixtures.bob, Fixtures.burnFrom(Fixtures.alice, 9_999_971),
        expected: balance(Fixtures.alice, 9_999_970, 9_999_971)),
      Row(
        "approve: Multicall3", Fixtures.approve(SystemAddress.multicall3, word(1)),
        expected: Token.rejection(.invalidSpender, Word(SystemAddress.multicall3))),
    ]
  }()

  private static let rows = kernelRows + tokenRows

  /// Alice has approved bob for more than she holds; the fee of a value transfer row is not hers to
  /// spend twice, so each row starts from a fresh state.
  private func state(approved: Bool) throws -> EconomyState {
    var state = try Fixtures.state()
    if approved {
      let outcome = state.send(
        Fixtures.alice, Fixtures.approve(Fixtures.bob, Word(20_000_000 as UInt128)))
      try #require(outcome.isSuccess)
    }
    return state
  }

  @Test("rejections of kernel and rejections of token, in the order of the guards")
  func everyGuardAnswersInItsOrder() throws {
    for row in Self.rows {
      let approved = row.sender == Fixtures.bob
      var state = try state(approved: approved)
      let outcome = state.send(
        row.sender, to: row.to, row.data, value: row.value, gasLimit: row.gasLimit)
      #expect(outcome.status == .rejected(row.expected), "\(row.name)")
    }
  }

  /// Fails when a code of the kernel or the token has no row in the table above; every other module
  /// has such a table and such a test of its own.
  @Test func everyCodeHasARow() {
    let reached = Set(Self.rows.map { UInt16($0.expected.module) << 8 | UInt16($0.expected.code) })
    for code in Kernel.Code.allCases {
      #expect(reached.contains(UInt16(code.rawValue)), "kernel \(code)")
    }
    // TokenSignaturesTests has the rows of what is signed.
    let first = Token.Code.permitExpired.rawValue
    for code in Token.Code.allCases where code.rawValue < first {
      #expect(reached.contains(UInt16(Token.number) << 8 | UInt16(code.rawValue)), "token \(code)")
    }
    for rejection in Token.declaration.rejections where rejection.code < first {
      #expect(
        reached.contains(UInt16(Token.number) << 8 | UInt16(rejection.code)),
        "token \(rejection.name) has no row")
    }
  }

  /// A plain transfer of more than the sender holds never reaches its guard in a block, because the
  /// funds are checked first; a preview does.
  @Test func previewOfAValueTransferChecksTheBalance() throws {
    var state = try Fixtures.state()
    let call = state.call(Fixtures.dave, to: Fixtures.bob, value: Self.unit)
    let outcome = state.preview(call)
    #expect(
      outcome.status
        == .rejected(
          Token.rejection(
            .insufficientBalance, Word(Fixtures.dave), .zero, Word(1 as UInt128))))
  }

  /// Frozen units cannot be sent, burned or moved by a spender, and pay no fee.
  @Test func frozenUnitsDoNotMove() throws {
    var state = try state(approved: true)
    let foundAlice = state.ledger.accounts.find(Fixtures.alice)
    let alice = try #require(foundAlice)
    let balance = state.ledger.balance(.token, alice).units
    state.ledger.freeze(alice, Amount(balance - 1_000))
    state.closeScope()
    let outcomes = [
      state.send(Fixtures.alice, Fixtures.transfer(Fixtures.bob, 966), gasLimit: 35_000),
      state.send(Fixtures.alice, Fixtures.burn(936), gasLimit: 30_000),
      state.send(Fixtures.bob, Fixtures.transferFrom(Fixtures.alice, Fixtures.bob, 936)),
      state.send(Fixtures.bob, Fixtures.burnFrom(Fixtures.alice, 936)),
    ]
    for outcome in outcomes {
      guard case .rejected(let rejection) = outcome.status else {
        Issue.record("\(outcome.status)")
        continue
      }
      #expect(rejection.code == Token.Code.insufficientBalance.rawValue)
    }
    state.ledger.freeze(alice, Amount(balance))
    state.closeScope()
    let outcome = state.send(Fixtures.alice, Fixtures.transfer(Fixtures.bob, 1))
    guard case .invalid(.insufficientFunds(let has, _)) = outcome.status else {
      Issue.record("\(outcome.status)")
      return
    }
    #expect(has == .zero)
  }
}
