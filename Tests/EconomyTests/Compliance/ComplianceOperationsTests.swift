import Ledger
import Primitives
import Testing

@testable import Economy

/// T04, T07 and the incidents behind them: pause, emergency, block list, freeze, quarantine.
@Suite struct ComplianceOperationsTests {
  typealias Net = DevelopmentNetwork
  private static let noReason = ABITree.bytes(Digest.zero.bytes)
  private static let compliance = Compliance.declaration
  private static let token = Token.declaration

  private static func unauthorized(_ role: Access.Role) -> Rejection {
    Access.rejection(.unauthorized, Word(Net.alice), Word(role.id))
  }

  private static func blocked(_ account: Address) -> Rejection {
    Compliance.rejection(.accountBlocked, Word(account))
  }

  /// Every rejection in the order of the guards: each line repairs what the one before met.
  @Test("T04 T07 rejections of compliance, in the order of the guards")
  func rejectionsInOrderOfPrecedence() throws {
    var net = try Net()
    let module = Self.compliance
    let zero = ABITree.account(.zero)
    let bob = ABITree.account(Net.bob)

    // pause, unpause
    for name in ["pause", "unpause"] {
      net.refuse(module, name, [.count(99)], by: Net.alice, Self.unauthorized(.pauser))
      let next = UInt128(net.state.compliance.switches.count)
      for number in [0, next, 99] {
        net.refuse(
          module, name, [.count(number)], by: Net.pauser,
          Compliance.rejection(.unknownModule, Word(number)))
      }
    }
    net.refuse(
      module, "unpause", [.count(1)], by: Net.pauser, Compliance.rejection(.expectedPause))
    net.accept(module, "pause", [.count(1)], by: Net.pauser)
    net.refuse(module, "pause", [.count(1)], by: Net.pauser, Compliance.rejection(.enforcedPause))
    net.accept(module, "unpause", [.count(1)], by: Net.pauser)

    // setEmergencyLevel
    net.refuse(
      module, "setEmergencyLevel", [.count(3)], by: Net.alice, Self.unauthorized(.emergency))
    net.refuse(
      module, "setEmergencyLevel", [.count(3)], by: Net.pauser,
      Compliance.rejection(.invalidLevel, Word(3 as UInt128)))
    net.refuse(
      module, "setEmergencyLevel", [.count(0)], by: Net.pauser,
      Compliance.rejection(.levelUnchanged, Word(0 as UInt128)))

    // blockAccount, unblockAccount
    net.refuse(
      module, "blockAccount", [zero, Self.noReason], by: Net.alice, Self.unauthorized(.compliance))
    let forbidden = [
      Address.zero, Token.declaration.address, SystemAddress.account("pool.staking"),
      SystemAddress.account(Compliance.quarantineName),
    ]
    for account in forbidden {
      net.refuse(
        module, "blockAccount", [.account(account), Self.noReason], by: Net.compliance,
        Compliance.rejection(.invalidAccount, Word(account)))
      net.refuse(
        module, "freeze", [.account(account), .count(0)], by: Net.compliance,
        Compliance.rejection(.invalidAccount, Word(account)))
    }
    net.refuse(module, "unblockAccount", [bob], by: Net.alice, Self.unauthorized(.compliance))
    net.refuse(
      module, "unblockAccount", [bob], by: Net.compliance,
      Compliance.rejection(.notBlocked, Word(Net.bob)))
    net.accept(module, "blockAccount", [bob, Self.noReason], by: Net.compliance)
    net.refuse(
      module, "blockAccount", [bob, Self.noReason], by: Net.compliance,
      Compliance.rejection(.alreadyBlocked, Word(Net.bob)))

    // freeze, unfreeze
    net.refuse(module, "freeze", [zero, .count(0)], by: Net.alice, Self.unauthorized(.compliance))
    net.refuse(
      module, "freeze", [bob, .count(0)], by: Net.compliance, Compliance.rejection(.zeroAmount))
    net.accept(module, "freeze", [bob, .count(5)], by: Net.compliance)
    net.refuse(
      module, "freeze", [bob, .count(.max)], by: Net.compliance,
      Compliance.rejection(
        .freezeTooLarge, Word(Net.bob), Word(5 as UInt128), Word(UInt128.max)))
    net.refuse(module, "unfreeze", [bob, .count(0)], by: Net.alice, Self.unauthorized(.compliance))
    net.refuse(
      module, "unfreeze", [bob, .count(0)], by: Net.compliance, Compliance.rejection(.zeroAmount))
    net.refuse(
      module, "unfreeze", [bob, .count(6)], by: Net.compliance,
      Compliance.rejection(
        .insufficientFrozen, Word(Net.bob), Word(5 as UInt128), Word(6 as UInt128)))

    // The kernel's order: emergency, pause, sender, receiver or counterparty, the module's own.
    let carol = ABITree.account(Net.carol)
    net.accept(module, "blockAccount", [carol, Self.noReason], by: Net.compliance)
    net.accept(module, "pause", [.count(1)], by: Net.pauser)
    net.accept(module, "setEmergencyLevel", [.count(2)], by: Net.pauser)
    let call: [ABITree] = [carol, .account(.zero), .count(1)]
    net.refuse(
      Self.token, "transferFrom", call, by: Net.bob, Compliance.rejection(.emergencyStop))
    net.accept(module, "setEmergencyLevel", [.count(1)], by: Net.pauser)
    net.refuse(
      Self.token, "transferFrom", call, by: Net.bob, Compliance.rejection(.enforcedPause))
    net.accept(module, "setEmergencyLevel", [.count(0)], by: Net.pauser)
    net.refuse(
      Self.token, "transferFrom", call, by: Net.bob, Compliance.rejection(.enforcedPause))
    net.accept(module, "unpause", [.count(1)], by: Net.pauser)
    net.refuse(Self.token, "transferFrom", call, by: Net.bob, Self.blocked(Net.bob))
    net.accept(module, "unblockAccount", [bob], by: Net.compliance)
    net.refuse(Self.token, "transferFrom", call, by: Net.bob, Self.blocked(Net.carol))
    net.accept(module, "unblockAccount", [carol], by: Net.compliance)
    net.refuse(
      Self.token, "transferFrom", call, by: Net.bob,
      Token.rejection(.invalidReceiver, Word(Address.zero)))

    let others = Compliance.Code.allCases.filter { $0 != .abilityAbsent }
    let missed = net.unmet(Compliance.number, others.map(\.rawValue))
    #expect(missed.isEmpty)
  }

  /// T05 with T04 and T07: an ability that the file denies exists for nobody.
  @Test("T04 T05 T07 an ability that the file denies exists for nobody")
  func absentAbilitiesStayAbsent() throws {
    var net = try Net(overlays: [#"{"token":{"pausable":false,"blacklist":false}}"#])
    let absent = Compliance.rejection(.abilityAbsent)
    for name in ["pause", "unpause", "setEmergencyLevel"] {
      net.refuse(Self.compliance, name, [.count(99)], by: Net.pauser, absent)
    }
    let zero = ABITree.account(.zero)
    net.refuse(Self.compliance, "blockAccount", [zero, Self.noReason], by: Net.compliance, absent)
    net.refuse(Self.compliance, "unblockAccount", [zero], by: Net.compliance, absent)
    for name in ["freeze", "unfreeze"] {
      net.refuse(Self.compliance, name, [zero, .count(0)], by: Net.compliance, absent)
    }
  }

  /// A blocked receiver never traps the payer: the transfer succeeds, quarantine keeps the units,
  /// and unblocking pays them out.
  @Test("T07 edge case 8: transfers to the blocked wait in quarantine")
  func transfersToTheBlockedWaitInQuarantine() throws {
    var net = try Net()
    let carol = ABITree.account(Net.carol)
    net.accept(Self.compliance, "blockAccount", [carol, Self.noReason], by: Net.compliance)
    let before = net.units(Net.carol)
    let payer = net.units(Net.alice)
    net.accept(Self.token, "transfer", [carol, .count(50_000)], by: Net.alice)
    #expect(net.units(Net.carol) == before)
    #expect(payer - net.units(Net.alice) >= 50_000)
    net.accept(Self.token, "approve", [.account(Net.bob), .count(7)], by: Net.alice)
    net.accept(
      Self.token, "transferFrom", [.account(Net.alice), carol, .count(7)], by: Net.bob)
    let status = net.sendValue(3, to: Net.carol, by: Net.alice)
    #expect(status == .success(.nothing))
    #expect(net.state.quarantined(of: Net.carol) == Amount(50_010))
    #expect(net.units(Compliance.quarantineName) == 50_010)
    #expect(
      net.events(Self.compliance) == ["Blocked", "Quarantined", "Quarantined", "Quarantined"])
    net.accept(Self.compliance, "unblockAccount", [carol], by: Net.compliance)
    #expect(net.units(Net.carol) == before + 50_010)
    #expect(net.units(Compliance.quarantineName) == 0)
    #expect(net.state.quarantined(of: Net.carol) == .zero)
  }

  /// Reliability incident 14: a listing holds in its own block, for everything ordered after it.
  @Test("T07, incident 14: a listing holds in its own block")
  func listingHoldsInItsOwnBlock() throws {
    var net = try Net()
    let height = net.state.ledger.height
    net.accept(Self.token, "transfer", [.account(Net.alice), .count(1)], by: Net.bob)
    net.accept(
      Self.compliance, "blockAccount", [.account(Net.bob), Self.noReason], by: Net.compliance)
    net.refuse(
      Self.token, "transfer", [.account(Net.alice), .count(1)], by: Net.bob, Self.blocked(Net.bob))
    #expect(net.state.ledger.height == height)
  }

  /// Reliability incident 15: the owner behind a spender, the spender, the plain value transfer and
  /// the module's entry are one asset and one rule.
  @Test("T07, incident 15: no second door around the block list")
  func noSecondDoorAroundTheBlockList() throws {
    var net = try Net()
    for spender in [Net.bob, Net.carol] {
      net.accept(Self.token, "approve", [.account(spender), .count(1_000)], by: Net.alice)
    }
    net.accept(
      Self.compliance, "blockAccount", [.account(Net.alice), Self.noReason], by: Net.compliance)
    let alice = ABITree.account(Net.alice)
    net.refuse(
      Self.token, "transferFrom", [alice, .account(Net.bob), .count(1)], by: Net.bob,
      Self.blocked(Net.alice))
    net.refuse(
      Self.token, "burnFrom", [alice, .count(1)], by: Net.bob, Self.blocked(Net.alice))
    net.refuse(Self.token, "burn", [.count(1)], by: Net.alice, Self.blocked(Net.alice))
    let value = net.sendValue(1, to: Net.bob, by: Net.alice)
    #expect(value == .rejected(Self.blocked(Net.alice)))
    net.refuse(
      Self.token, "approve", [.account(Net.bob), .count(5)], by: Net.alice, Self.blocked(Net.alice))
    // An allowance to a blocked spender can be taken back, and not given.
    net.accept(
      Self.compliance, "blockAccount", [.account(Net.bob), Self.noReason], by: Net.compliance)
    net.accept(Self.token, "approve", [.account(Net.bob), .count(0)], by: Net.carol)
    net.refuse(
      Self.token, "approve", [.account(Net.bob), .count(1)], by: Net.carol, Self.blocked(Net.bob))
  }

  @Test("T07 frozen units are not spent")
  func frozenUnitsAreNotSpent() throws {
    var net = try Net()
    let bob = ABITree.account(Net.bob)
    let all = net.units(Net.bob)
    net.accept(Self.compliance, "freeze", [bob, .count(all - 1_000)], by: Net.compliance)
    net.accept(Self.token, "transfer", [.account(Net.alice), .count(500)], by: Net.bob)
    let spendable = net.units(Net.bob) - (all - 1_000)
    let status = net.send(
      Self.token, "transfer", [.account(Net.alice), .count(500)], by: Net.bob)
    guard case .rejected(let rejection) = status else {
      Issue.record("a frozen unit was spent: \(status)")
      return
    }
    #expect(rejection.code == Token.Code.insufficientBalance.rawValue)
    #expect(spendable < 500)
    net.accept(Self.compliance, "unfreeze", [bob, .count(all - 1_000)], by: Net.compliance)
    net.accept(Self.token, "transfer", [.account(Net.alice), .count(500)], by: Net.bob)
    #expect(net.state.frozen(of: Net.bob) == .zero)
    #expect(net.events(Self.compliance) == ["Frozen", "Unfrozen"])
  }

  /// Edge case 7: a pause of n days puts deadlines off by n days, however pauses and emergencies
  /// overlap.
  @Test("T04 edge case 7: a pause of n days counts n days, however pauses overlap")
  func closedTimeIsTheUnionOfPausesAndEmergencies() throws {
    var net = try Net()
    func days(_ net: borrowing Net, _ module: UInt8) throws -> UInt64 {
      try net.state.pausedTime(module: module).count / 86_400
    }
    net.accept(Self.compliance, "pause", [.count(6)], by: Net.pauser)
    net.advance(days: 3)
    #expect(try days(net, 6) == 3)
    net.accept(Self.compliance, "setEmergencyLevel", [.count(1)], by: Net.pauser)
    net.advance(days: 2)
    net.accept(Self.compliance, "unpause", [.count(6)], by: Net.pauser)
    #expect(try net.state.isPaused(module: 6) == true)
    net.advance(days: 4)
    net.accept(Self.compliance, "setEmergencyLevel", [.count(2)], by: Net.pauser)
    net.advance(days: 1)
    net.accept(Self.compliance, "setEmergencyLevel", [.count(0)], by: Net.pauser)
    net.advance(days: 10)
    #expect(try days(net, 6) == 10)
    #expect(try days(net, 1) == 7)
    let isPaused = try net.state.isPaused(module: 6)
    #expect(!isPaused)
  }

  @Test func queriesSayWhatIsListed() throws {
    var net = try Net()
    let reason = Digest(w0: 9, w1: 8, w2: 7, w3: 6)
    net.openBlock(at: 500)
    for account in [Net.bob, Net.carol] {
      net.accept(
        Self.compliance, "blockAccount", [.account(account), .bytes(reason.bytes)],
        by: Net.compliance)
    }
    #expect(net.state.isBlocked(address: Net.bob) == true)
    #expect(net.state.blockReason(Net.bob) == reason)
    #expect(net.state.blockedSince(Net.bob) == net.state.genesis.time + Seconds(500))
    #expect(net.state.blockedAccounts(from: 0) == [Net.bob, Net.carol])
    #expect(net.state.blockedAccounts(from: 1) == [Net.carol])
    #expect(net.state.blockedAccounts(from: .max).isEmpty)
    net.accept(Self.compliance, "unblockAccount", [.account(Net.bob)], by: Net.compliance)
    #expect(net.state.blockedSince(Net.bob) == LogicalTime(0))
    #expect(net.state.blockedAccounts(from: 0) == [Net.carol])
  }

  /// What is refused leaves no trace, and a preview neither.
  @Test func undoneListingsLeaveNoTrace() throws {
    var net = try Net()
    let root = net.state.stateRoot()
    let call = try #require(Self.compliance.calls.first { $0.name == "blockAccount" })
    let outcome = net.state.preview(
      TransactionCall(
        sender: Net.compliance, nonce: 0, gasLimit: 0, maximumPrice: 0, tip: 0,
        to: Self.compliance.address, value: 0,
        call: Net.decoded(Self.compliance, call, [.account(Net.bob), Self.noReason])))
    #expect(outcome.isSuccess)
    let after = net.state.stateRoot()
    #expect(root == after)
    let isBlocked = net.state.isBlocked(address: Net.bob)
    #expect(!isBlocked)
  }
}
