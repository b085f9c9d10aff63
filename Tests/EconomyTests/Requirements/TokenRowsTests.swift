import Ledger
import Primitives
import Testing

@testable import Economy

/// The token's rows, by call data through the kernel. Numbers are the documents', not the file's.
@Suite struct TokenRowsTests {
  typealias Net = DevelopmentNetwork
  private static let token = Token.declaration
  private static let staking = Staking.declaration

  @Test("T01 the token is the Digital Twin AI Token, DTA")
  func nameAndSymbol() throws {
    let net = try Net()
    let answers = [try net.ask(Self.token, "name"), try net.ask(Self.token, "symbol")]
    #expect(answers == [[.text("Digital Twin AI Token")], [.text("DTA")]])
  }

  @Test("T02 ERC-20: transfer, approve and transferFrom move exactly what they say")
  func erc20() throws {
    var net = try Net()
    let (alice, bob) = (ABITree.account(Net.alice), ABITree.account(Net.bob))
    let carol = ABITree.account(Net.carol)
    let before = net.units(Net.carol)
    net.accept(Self.token, "transfer", [carol, .count(7)], by: Net.alice)
    net.accept(Self.token, "approve", [bob, .count(100)], by: Net.alice)
    net.accept(Self.token, "transferFrom", [alice, carol, .count(60)], by: Net.bob)
    #expect(net.units(Net.carol) == before + 67)
    let left = try net.ask(Self.token, "allowance", [alice, bob])
    #expect(left == [.count(40)])
    net.refuse(
      Self.token, "transferFrom", [alice, carol, .count(41)], by: Net.bob,
      Token.rejection(
        .insufficientAllowance, Word(Net.bob), Word(40 as UInt128), Word(41 as UInt128)))
  }

  @Test("T03 burnable: one's own or within an allowance, and the supply falls by exactly that")
  func burns() throws {
    var net = try Net()
    let alice = ABITree.account(Net.alice)
    let supply = net.state.totalSupply().units
    net.accept(Self.token, "burn", [.count(70_000)], by: Net.alice)
    net.refuse(
      Self.token, "burnFrom", [alice, .count(1)], by: Net.bob,
      Token.rejection(.insufficientAllowance, Word(Net.bob), .zero, Word(1 as UInt128)))
    net.accept(Self.token, "approve", [.account(Net.bob), .count(30_000)], by: Net.alice)
    net.accept(Self.token, "burnFrom", [alice, .count(30_000)], by: Net.bob)
    #expect(net.state.totalSupply().units == supply - 100_000)
    #expect(net.units(Address.zero) == 100_000)
  }

  @Test(
    "T04 edge case 7: through a pause of staking rewards accrue, claims and exits stay open",
    arguments: [1, 12, 30] as [UInt64])
  func pauseOfStaking(_ days: UInt64) throws {
    var net = try Net()
    let quiet = try Self.afterThirtyDays(paused: nil)
    let lock: [ABITree] = [.count(10_000_000), .count(30 * 86_400)]
    net.accept(Self.staking, "stake", lock, by: Net.alice)
    net.accept(
      Compliance.declaration, "pause", [.count(UInt128(Staking.number))], by: Net.pauser)
    net.refuse(Self.staking, "stake", lock, by: Net.bob, Compliance.rejection(.enforcedPause))
    net.refuse(
      Self.staking, "compound", [.count(1)], by: Net.alice, Compliance.rejection(.enforcedPause))
    net.advance(days: days)
    net.accept(Self.staking, "claim", [.count(1)], by: Net.alice)
    // Another module is not touched.
    net.accept(Self.token, "transfer", [.account(Net.bob), .count(1)], by: Net.alice)
    #expect(try net.state.pausedTime(module: Staking.number) == Seconds(days * 86_400))
    net.accept(
      Compliance.declaration, "unpause", [.count(UInt128(Staking.number))], by: Net.pauser)
    // The lock ended on its day, the pause took nothing of the thirty days' rewards.
    let paused = try Self.afterThirtyDays(paused: days)
    #expect(quiet > 0 && paused == quiet)
  }

  /// What thirty days bring to a stake, claimed at the end with the principal returned; staking
  /// paused for its first days.
  private static func afterThirtyDays(paused days: UInt64?) throws -> UInt128 {
    var net = try Net()
    net.accept(staking, "stake", [.count(10_000_000), .count(30 * 86_400)], by: Net.alice)
    let module = ABITree.count(UInt128(Staking.number))
    if let days {
      net.accept(Compliance.declaration, "pause", [module], by: Net.pauser)
      net.advance(days: days)
      if days < 30 {
        net.accept(Compliance.declaration, "unpause", [module], by: Net.pauser)
        net.advance(days: 30 - days)
      }
    } else {
      net.advance(days: 30)
    }
    let due = try net.state.pending(Staking.ReceiptID(1)).units
    net.accept(staking, "unstake", [.count(1)], by: Net.alice)
    #expect(net.units("staking.principal") == 0)
    return due
  }

  @Test("T05 what a role does nobody else does; roles come from the file alone")
  func roles() throws {
    var net = try Net()
    let noReason = ABITree.bytes(Digest.zero.bytes)
    for sender in [Net.alice, Net.admin, Net.pauser] {
      net.refuse(
        Compliance.declaration, "blockAccount", [.account(Net.bob), noReason], by: sender,
        Access.rejection(.unauthorized, Word(sender), Word(Access.Role.compliance.id)))
    }
    // A role that the file does not name exists for nobody, not even for the administrator.
    let unknown = Digest(w0: 9, w1: 9, w2: 9, w3: 9)
    net.refuse(
      Access.declaration, "grantRole", [.bytes(unknown.bytes), .account(Net.admin)],
      by: Net.admin, Access.rejection(.unknownRole, Word(unknown)))
  }

  @Test("T07 a blacklisted account neither sends, spends, stakes nor is named")
  func blacklist() throws {
    var net = try Net()
    let blocked = Compliance.rejection(.accountBlocked, Word(Net.bob))
    let bob = ABITree.account(Net.bob)
    net.accept(
      Compliance.declaration, "blockAccount", [bob, .bytes(Digest.zero.bytes)], by: Net.compliance)
    let calls: [(ModuleDeclaration, String, [ABITree])] = [
      (Self.token, "transfer", [.account(Net.alice), .count(1)]),
      (Self.token, "approve", [.account(Net.alice), .count(1)]),
      (Self.token, "burn", [.count(1)]),
      (Self.staking, "stake", [.count(10_000_000), .count(30 * 86_400)]),
      (Self.staking, "setDelegate", [.account(Net.alice)]),
    ]
    for (module, name, arguments) in calls {
      net.refuse(module, name, arguments, by: Net.bob, blocked)
    }
    net.refuse(
      Self.token, "transferFrom", [bob, .account(Net.carol), .count(1)], by: Net.alice, blocked)
    net.refuse(Self.staking, "setDelegate", [bob], by: Net.alice, blocked)
  }

  @Test("T08 four decimals: one unit is a ten-thousandth of a token and moves alone")
  func decimals() throws {
    var net = try Net()
    let decimals = try net.ask(Self.token, "decimals")
    #expect(decimals == [.count(4)])
    let before = net.units(Net.carol)
    net.accept(Self.token, "transfer", [.account(Net.carol), .count(1)], by: Net.alice)
    #expect(net.units(Net.carol) == before + 1)
    let whole = try net.ask(Self.token, "totalSupply")
    #expect(whole == [.count(1_000_000_000 * 10_000)])
  }

  @Test("T09 total supply 1,000,000,000, fixed: no call mints and no parameter reaches it")
  func supplyIsFixed() throws {
    var net = try Net()
    #expect(net.state.totalSupply() == Amount(10_000_000_000_000))
    for module in Registry.modules {
      for call in module.calls { #expect(!call.name.lowercased().contains("mint")) }
    }
    for parameter in net.state.genesis.parameters {
      #expect(!parameter.pointer.hasPrefix("/token"), "\(parameter.pointer)")
    }
    // Four hundred days of schedules, matches and epochs later not a unit more stands anywhere.
    net.advance(days: 400)
    #expect(net.state.totalSupply() == Amount(10_000_000_000_000))
    let isBalanced = net.state.ledger.isBalanced
    #expect(isBalanced)
  }
}
