import Cryptography
import Ledger
import Primitives
import Testing

@testable import Economy

/// T05: roles with admins, timed roles, handover in two steps.
@Suite struct AccessOperationsTests {
  typealias Net = DevelopmentNetwork

  private static func unauthorized(_ account: Address, _ role: Access.Role) -> Rejection {
    Access.rejection(.unauthorized, Word(account), Word(role.id))
  }

  /// Every rejection in the order of the guards: each line repairs what the one before met.
  @Test("T05 rejections of access, in the order of the guards")
  func rejectionsInOrderOfPrecedence() throws {
    var net = try Net()
    let access = Access.declaration
    let unknown = Digest(w0: 1, w1: 2, w2: 3, w3: 4)
    let stray = ABITree.bytes(unknown.bytes)
    let zero = ABITree.account(.zero)
    let past = ABITree.count(UInt128(net.state.ledger.time.seconds))
    let later = ABITree.count(UInt128(net.state.ledger.time.seconds + 86_400))

    for name in ["grantRole", "revokeRole", "renounceRole", "offerHandover", "acceptHandover"] {
      net.refuse(
        access, name, [stray, zero], by: Net.alice,
        Access.rejection(.unknownRole, Word(unknown)))
    }
    net.refuse(
      access, "grantRoleUntil", [stray, zero, past], by: Net.alice,
      Access.rejection(.unknownRole, Word(unknown)))
    net.refuse(
      access, "withdrawHandover", [stray], by: Net.alice,
      Access.rejection(.unknownRole, Word(unknown)))

    // grantRoleUntil
    net.refuse(
      access, "grantRoleUntil", [.role(.admin), zero, past], by: Net.alice,
      Self.unauthorized(Net.alice, .admin))
    net.refuse(
      access, "grantRoleUntil", [.role(.admin), zero, past], by: Net.admin,
      Access.rejection(.handoverOnly, Word(Access.Role.admin.id)))
    net.refuse(
      access, "grantRoleUntil", [.role(.pauser), zero, past], by: Net.admin,
      Access.rejection(.invalidMember, Word(Address.zero)))
    for forbidden in [Access.declaration.address, SystemAddress.account("pool.staking")] {
      net.refuse(
        access, "grantRoleUntil", [.role(.pauser), .account(forbidden), past], by: Net.admin,
        Access.rejection(.invalidMember, Word(forbidden)))
    }
    net.refuse(
      access, "grantRoleUntil", [.role(.pauser), .account(Net.alice), past], by: Net.admin,
      Access.rejection(.expiryPassed, Word(UInt128(net.state.ledger.time.seconds))))
    net.accept(
      access, "grantRoleUntil", [.role(.pauser), .account(Net.alice), later], by: Net.admin)
    net.refuse(
      access, "grantRoleUntil", [.role(.pauser), .account(Net.alice), later], by: Net.admin,
      Access.rejection(.alreadyMember, Word(Net.alice), Word(Access.Role.pauser.id)))

    // revokeRole
    net.refuse(
      access, "revokeRole", [.role(.admin), zero], by: Net.alice,
      Self.unauthorized(Net.alice, .admin))
    net.refuse(
      access, "revokeRole", [.role(.admin), zero], by: Net.admin,
      Access.rejection(.handoverOnly, Word(Access.Role.admin.id)))
    net.refuse(
      access, "revokeRole", [.role(.pauser), .account(Net.bob)], by: Net.admin,
      Access.rejection(.notMember, Word(Net.bob), Word(Access.Role.pauser.id)))

    // renounceRole
    net.refuse(
      access, "renounceRole", [.role(.pauser), .account(Net.alice)], by: Net.bob,
      Access.rejection(.badConfirmation))
    net.refuse(
      access, "renounceRole", [.role(.pauser), .account(Net.bob)], by: Net.bob,
      Access.rejection(.notMember, Word(Net.bob), Word(Access.Role.pauser.id)))
    net.refuse(
      access, "renounceRole", [.role(.admin), .account(Net.admin)], by: Net.admin,
      Access.rejection(.lastHolder, Word(Access.Role.admin.id)))

    // offerHandover, withdrawHandover, acceptHandover
    net.refuse(
      access, "offerHandover", [.role(.pauser), zero], by: Net.bob,
      Self.unauthorized(Net.bob, .pauser))
    net.refuse(
      access, "offerHandover", [.role(.pauser), zero], by: Net.alice,
      Access.rejection(.handoverOnly, Word(Access.Role.pauser.id)))
    net.refuse(
      access, "offerHandover", [.role(.admin), zero], by: Net.admin,
      Access.rejection(.invalidMember, Word(Address.zero)))
    net.refuse(
      access, "offerHandover", [.role(.admin), .account(Net.admin)], by: Net.admin,
      Access.rejection(.alreadyMember, Word(Net.admin), Word(Access.Role.admin.id)))
    net.refuse(
      access, "withdrawHandover", [.role(.admin)], by: Net.admin,
      Access.rejection(.noHandover, Word(Access.Role.admin.id)))
    net.accept(access, "offerHandover", [.role(.admin), .account(Net.bob)], by: Net.admin)
    net.refuse(
      access, "acceptHandover", [.role(.admin), .account(Net.admin)], by: Net.carol,
      Access.rejection(.noHandover, Word(Access.Role.admin.id)))
    let ready = net.state.ledger.time.seconds + 2 * 86_400
    net.refuse(
      access, "acceptHandover", [.role(.admin), .account(Net.admin)], by: Net.bob,
      Access.rejection(.handoverNotReady, Word(UInt128(ready))))

    let missed = net.unmet(Access.number, Access.Code.allCases.map(\.rawValue))
    #expect(missed.isEmpty)
  }

  @Test("T05 a timed role lapses to the second")
  func timedRoleLapsesToTheSecond() throws {
    var net = try Net()
    let until = net.state.ledger.time.seconds + 1_000
    net.accept(
      Access.declaration, "grantRoleUntil",
      [.role(.pauser), .account(Net.alice), .count(UInt128(until))], by: Net.admin)
    net.openBlock(at: 999)
    #expect(net.state.hasRole(Access.Role.pauser.id, Net.alice) == true)
    net.openBlock(at: 1_000)
    let holds = net.state.hasRole(Access.Role.pauser.id, Net.alice)
    #expect(!holds)
    net.refuse(
      Compliance.declaration, "pause", [.count(1)], by: Net.alice,
      Self.unauthorized(Net.alice, .pauser))
  }

  @Test("T05 a handover takes two steps and its delay")
  func handoverTakesTwoStepsAndItsDelay() throws {
    var net = try Net()
    let access = Access.declaration
    net.accept(access, "offerHandover", [.role(.admin), .account(Net.bob)], by: Net.admin)
    net.advance(days: 2)
    net.accept(access, "acceptHandover", [.role(.admin), .account(Net.admin)], by: Net.bob)
    let members = try net.state.roleMembers(Access.Role.admin.id)
    #expect(members == [Net.bob])
    #expect(net.events(access) == ["RoleRevoked", "RoleGrantedUntil"])
    net.refuse(
      access, "grantRole", [.role(.pauser), .account(Net.alice)], by: Net.admin,
      Self.unauthorized(Net.admin, .admin))
    net.accept(access, "grantRole", [.role(.pauser), .account(Net.alice)], by: Net.bob)
  }

  @Test func withdrawnHandoverIsGone() throws {
    var net = try Net()
    let access = Access.declaration
    net.accept(access, "offerHandover", [.role(.admin), .account(Net.bob)], by: Net.admin)
    net.accept(access, "withdrawHandover", [.role(.admin)], by: Net.admin)
    #expect(net.events(access) == ["HandoverOffered", "HandoverWithdrawn"])
    net.advance(days: 3)
    net.refuse(
      access, "acceptHandover", [.role(.admin), .account(Net.admin)], by: Net.bob,
      Access.rejection(.noHandover, Word(Access.Role.admin.id)))
  }

  /// Nobody blocked is given a power, and a blocked holder cannot be locked out of its own.
  @Test func blockedAccountsAreNotAppointed() throws {
    var net = try Net()
    let access = Access.declaration
    net.accept(
      Compliance.declaration, "blockAccount", [.account(Net.bob), .bytes(Digest.zero.bytes)],
      by: Net.compliance)
    net.refuse(
      access, "grantRole", [.role(.pauser), .account(Net.bob)], by: Net.admin,
      Compliance.rejection(.accountBlocked, Word(Net.bob)))
    net.accept(
      Compliance.declaration, "blockAccount", [.account(Net.pauser), .bytes(Digest.zero.bytes)],
      by: Net.compliance)
    net.accept(Compliance.declaration, "pause", [.count(1)], by: Net.pauser)
    net.accept(access, "revokeRole", [.role(.pauser), .account(Net.pauser)], by: Net.admin)
  }

  /// Only a role that administers itself keeps its last holder: any other can be granted again.
  @Test("T05 the only holder of an ordinary role may renounce it")
  func ordinaryRolesMayStandEmpty() throws {
    var state = try PoolsNetwork.dta()
    let executor = Access.Role.executor.id
    let renounce = Access.Renounce(role: executor, confirmation: PoolsNetwork.governor)
    let grant = Pools.Grant(pool: "pool.ai.innovation", to: .zero, amount: .zero)
    let before = state.attempt(.pools(.grant(grant)), by: PoolsNetwork.governor)
    #expect(before?.code == Pools.Code.zeroAmount.rawValue)
    #expect(state.attempt(.access(.renounce(renounce)), by: PoolsNetwork.governor) == nil)
    let after = state.attempt(.pools(.grant(grant)), by: PoolsNetwork.governor)
    #expect(after?.code == Access.Code.unauthorized.rawValue)
  }
}
