import Ledger
import Primitives
import Testing

@testable import Economy

/// Grants of holders, wallets of the economy file and milestones (A06, A09, A10, X02 to X08, X11 to
/// X13; economics F3, F23, F24).
@Suite struct VestingOperationsTests {
  typealias Net = DevelopmentNetwork
  private static let vesting = Vesting.declaration

  private static func create(
    _ beneficiary: Address, _ amount: UInt128, lock: UInt128 = 0, duration: UInt128,
    revocable: Bool = true
  ) -> [ABITree] {
    [.account(beneficiary), .count(amount), .count(lock), .count(duration), .flag(revocable)]
  }

  private static func id(_ grant: UInt64) -> ABITree { .count(UInt128(grant)) }

  /// Every rejection in the order of the guards: each line repairs what the one before met.
  @Test("rejections of vesting, in the order of the guards")
  func rejectionsInOrderOfPrecedence() throws {
    var net = try Net()
    let module = Self.vesting
    let nobody = Vesting.rejection(.unknownGrant, Word(999 as UInt128))
    let zero = ABITree.account(.zero)
    func word(_ number: UInt64) -> Word { Word(UInt128(number)) }
    let byVote = net.state.grant(ofWallet: "reserve.emergency")
    let team = net.state.grant(ofWallet: "team.core")
    let locked = net.state.grant(ofWallet: "treasury.partnerships")

    // release
    for id in [0, 999] as [UInt128] {
      net.refuse(
        module, "release", [.count(id)], by: Net.alice, Vesting.rejection(.unknownGrant, Word(id)))
    }
    net.refuse(
      module, "release", [Self.id(byVote)], by: Net.alice,
      Vesting.rejection(.noBeneficiary, word(byVote)))
    net.refuse(
      module, "release", [Self.id(locked)], by: Net.alice,
      Vesting.rejection(.nothingReleasable, word(locked)))

    // releaseTo
    net.refuse(
      module, "releaseTo", [.count(999), zero, .count(0)], by: Net.alice,
      Access.rejection(.unauthorized, Word(Net.alice), Word(Access.Role.executor.id)))
    net.refuse(module, "releaseTo", [.count(999), zero, .count(0)], by: Net.executor, nobody)
    net.refuse(
      module, "releaseTo", [Self.id(team), zero, .count(0)], by: Net.executor,
      Vesting.rejection(.notByVote, word(team)))
    net.refuse(
      module, "releaseTo", [Self.id(byVote), zero, .count(0)], by: Net.executor,
      Vesting.rejection(.zeroAmount))
    let wallet = SystemAddress.account("team.core")
    for forbidden in [Address.zero, module.address, wallet] {
      net.refuse(
        module, "releaseTo", [Self.id(byVote), .account(forbidden), .count(.max)],
        by: Net.executor, Vesting.rejection(.invalidReceiver, Word(forbidden)))
    }
    let quarter: UInt128 = 350_000_000_000 / 4
    net.refuse(
      module, "releaseTo", [Self.id(byVote), .account(Net.bob), .count(quarter + 1)],
      by: Net.executor,
      Vesting.rejection(.limitExceeded, word(byVote), Word(quarter), Word(quarter + 1)))

    // createGrant
    net.refuse(
      module, "createGrant", Self.create(.zero, 0, duration: 0), by: Net.alice,
      Vesting.rejection(.zeroAmount))
    for forbidden in [Address.zero, module.address, wallet] {
      net.refuse(
        module, "createGrant", Self.create(forbidden, .max, duration: 0), by: Net.alice,
        Vesting.rejection(.invalidReceiver, Word(forbidden)))
    }
    net.refuse(
      module, "createGrant", Self.create(Net.bob, .max, duration: 0), by: Net.alice,
      Vesting.rejection(.invalidTerms))
    let endless = UInt128(UInt64.max)
    net.refuse(
      module, "createGrant", Self.create(Net.bob, .max, lock: endless, duration: 1), by: Net.alice,
      Vesting.rejection(.invalidTerms, Word(endless), Word(1 as UInt128)))
    let status = net.send(
      module, "createGrant", Self.create(Net.bob, .max, duration: 1), by: Net.alice)
    #expect(
      status
        == .rejected(
          Vesting.rejection(
            .insufficientBalance, Word(Net.alice), Word(net.units(Net.alice)), Word(UInt128.max))))

    // revoke
    net.accept(
      module, "createGrant", Self.create(Net.bob, 100, duration: 100, revocable: false),
      by: Net.alice)
    let fixed = net.state.grantCount()
    net.accept(module, "createGrant", Self.create(Net.bob, 100, duration: 100), by: Net.alice)
    let open = net.state.grantCount()
    net.refuse(module, "revoke", [.count(999)], by: Net.alice, nobody)
    for grant in [team, fixed] {
      net.refuse(
        module, "revoke", [Self.id(grant)], by: Net.bob,
        Vesting.rejection(.notGrantor, word(grant), Word(Net.bob)))
    }
    net.refuse(
      module, "revoke", [Self.id(fixed)], by: Net.alice,
      Vesting.rejection(.notRevocable, word(fixed)))
    net.openBlock(at: 50)
    net.accept(module, "createGrant", Self.create(Net.bob, 100, duration: 50), by: Net.alice)
    let whole = net.state.grantCount()
    net.accept(module, "revoke", [Self.id(open)], by: Net.alice)
    net.refuse(
      module, "revoke", [Self.id(open)], by: Net.alice,
      Vesting.rejection(.alreadyRevoked, word(open)))
    net.openBlock(at: 100)
    net.refuse(
      module, "revoke", [Self.id(whole)], by: Net.alice,
      Vesting.rejection(.nothingToRevoke, word(whole)))

    // changeBeneficiary
    net.refuse(module, "changeBeneficiary", [.count(999), zero], by: Net.alice, nobody)
    for grant in [byVote, fixed] {
      net.refuse(
        module, "changeBeneficiary", [Self.id(grant), zero], by: Net.alice,
        Vesting.rejection(.notBeneficiary, word(grant), Word(Net.alice)))
    }
    net.refuse(
      module, "changeBeneficiary", [Self.id(fixed), zero], by: Net.bob,
      Vesting.rejection(.invalidReceiver, Word(Address.zero)))
    net.refuse(
      module, "changeBeneficiary", [Self.id(fixed), .account(Net.bob)], by: Net.bob,
      Vesting.rejection(.sameBeneficiary, word(fixed), Word(Net.bob)))

    // achieveMilestone
    net.refuse(
      module, "achieveMilestone", [.text("mainnet")], by: Net.alice,
      Access.rejection(.unauthorized, Word(Net.alice), Word(Access.Role.milestone.id)))
    net.refuse(
      module, "achieveMilestone", [.text("mainnet")], by: Net.attester,
      Vesting.rejection(.unknownMilestone, Word(Vesting.id("mainnet"))))
    net.accept(module, "achieveMilestone", [.text("foundation")], by: Net.attester)
    net.refuse(
      module, "achieveMilestone", [.text("foundation")], by: Net.attester,
      Vesting.rejection(.alreadyAchieved, Word(Vesting.id("foundation"))))

    // The ceiling has a test of its own.
    let others = Vesting.Code.allCases.filter { $0 != .ceilingReached }
    let missed = net.unmet(Vesting.number, others.map(\.rawValue))
    #expect(missed.isEmpty)
  }

  /// Edge case 11: vested never falls, the end is exact, a lock holds to its last second, and many
  /// claims pay what one would.
  @Test func grantOpensOnItsLine() throws {
    var net = try Net()
    let stranger = Net.stranger
    net.accept(
      Self.vesting, "createGrant",
      Self.create(stranger, 1_000_003, lock: 1_000, duration: 3_000, revocable: false),
      by: Net.alice)
    let grant = net.state.grantCount()
    #expect(net.units(Vesting.grantsName) == 1_000_003)
    #expect(net.events(Self.vesting) == ["GrantCreated"])
    net.openBlock(at: 1_000)
    #expect(try net.state.vested(grant, at: net.state.ledger.time) == .zero)
    for second in stride(from: 1_001 as UInt64, through: 4_100, by: 97) {
      net.openBlock(at: second)
      let line = 1_000_003 * UInt128(min(second - 1_000, 3_000)) / 3_000
      #expect(try net.state.vested(grant, at: net.state.ledger.time) == Amount(line))
      if net.units(stranger) < line {
        net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.carol)
      }
      #expect(net.units(stranger) == line)
    }
    #expect(net.units(stranger) == 1_000_003)
    #expect(net.units(Vesting.grantsName) == 0)
    net.refuse(
      Self.vesting, "release", [Self.id(grant)], by: Net.carol,
      Vesting.rejection(.nothingReleasable, Word(UInt128(grant))))
  }

  /// Edge case 11: a revocation never takes what has vested, released or not.
  @Test("edge case 11: a revocation keeps what has vested")
  func revocationKeepsWhatHasVested() throws {
    var net = try Net()
    let stranger = Net.stranger
    net.accept(
      Self.vesting, "createGrant", Self.create(stranger, 100_000, duration: 1_000), by: Net.alice)
    let grant = net.state.grantCount()
    net.openBlock(at: 250)
    net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.carol)
    net.openBlock(at: 600)
    let before = net.units(Vesting.grantsName)
    let status = net.send(Self.vesting, "revoke", [Self.id(grant)], by: Net.alice)
    #expect(status == .success(.word(Word(40_000 as UInt128))))
    #expect(before - net.units(Vesting.grantsName) == 40_000)
    #expect(net.events(Self.vesting) == ["Revoked"])
    net.openBlock(at: 5_000)
    #expect(try net.state.vested(grant, at: net.state.ledger.time) == Amount(60_000))
    net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.carol)
    #expect(net.units(stranger) == 60_000)
    #expect(net.units(Vesting.grantsName) == 0)
    let facts = try net.state.grant(grant)
    #expect(facts.revokedAt == net.state.genesis.time + Seconds(600))
    #expect(net.state.invariants().isEmpty)
  }

  /// Edge cases 8 and 11: what a blocked beneficiary is paid waits; it cannot pass the grant on;
  /// the giver is not held.
  @Test("edge case 8 edge case 11: a blocked beneficiary is paid into quarantine")
  func blockedBeneficiaryIsPaidIntoQuarantine() throws {
    var net = try Net()
    net.accept(
      Self.vesting, "createGrant", Self.create(Net.bob, 100_000, duration: 1_000), by: Net.alice)
    let grant = net.state.grantCount()
    net.accept(
      Compliance.declaration, "blockAccount", [.account(Net.bob), .bytes(Digest.zero.bytes)],
      by: Net.compliance)
    net.openBlock(at: 400)
    let held = net.units(Net.bob)
    net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.carol)
    #expect(net.units(Net.bob) == held)
    #expect(net.state.quarantined(of: Net.bob) == Amount(40_000))
    net.refuse(
      Self.vesting, "changeBeneficiary", [Self.id(grant), .account(Net.carol)], by: Net.bob,
      Compliance.rejection(.accountBlocked, Word(Net.bob)))
    net.refuse(
      Self.vesting, "createGrant", Self.create(Net.bob, 1, duration: 1), by: Net.alice,
      Compliance.rejection(.accountBlocked, Word(Net.bob)))
    // The blocked beneficiary may release; only the fee moves.
    net.openBlock(at: 500)
    net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.bob)
    #expect(net.units(Net.bob) < held)
    #expect(net.state.quarantined(of: Net.bob) == Amount(50_000))
    net.accept(Self.vesting, "revoke", [Self.id(grant)], by: Net.alice)
    let rest = net.units(Net.bob)
    net.accept(Compliance.declaration, "unblockAccount", [.account(Net.bob)], by: Net.compliance)
    #expect(net.units(Net.bob) == rest + 50_000)
  }

  /// Edge cases 8 and 11: a blocked giver's part of a revocation waits too.
  @Test("edge case 8 edge case 11: a blocked giver's part waits too")
  func blockedGiverRevokesIntoQuarantine() throws {
    var net = try Net()
    net.accept(
      Self.vesting, "createGrant", Self.create(Net.bob, 100_000, duration: 1_000), by: Net.alice)
    let grant = net.state.grantCount()
    net.accept(
      Compliance.declaration, "blockAccount", [.account(Net.alice), .bytes(Digest.zero.bytes)],
      by: Net.compliance)
    net.openBlock(at: 100)
    net.accept(Self.vesting, "revoke", [Self.id(grant)], by: Net.alice)
    #expect(net.state.quarantined(of: Net.alice) == Amount(90_000))
    net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.carol)
  }

  /// Edge case 7: while the module is paused nothing begins, vesting goes on and is paid; only
  /// emergency level 2 holds claims, and they lose nothing by it.
  @Test(
    "edge case 7: vesting goes on through a pause and an emergency",
    arguments: [1, 7, 30] as [UInt64])
  func pauseOfSomeDays(_ days: UInt64) throws {
    var net = try Net()
    let stranger = Net.stranger
    net.accept(
      Self.vesting, "createGrant", Self.create(stranger, 8_640_000, duration: 100 * 86_400),
      by: Net.alice)
    let grant = net.state.grantCount()
    let module = ABITree.count(UInt128(Vesting.number))
    net.accept(Compliance.declaration, "pause", [module], by: Net.pauser)
    net.advance(days: days)
    #expect(try net.state.pausedTime(module: Vesting.number) == Seconds(days * 86_400))
    for refused in ["createGrant", "changeBeneficiary"] {
      let arguments =
        refused == "createGrant"
        ? Self.create(Net.bob, 1, duration: 1) : [Self.id(grant), .account(Net.bob)]
      net.refuse(
        Self.vesting, refused, arguments, by: Net.alice, Compliance.rejection(.enforcedPause))
    }
    net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.carol)
    #expect(net.units(stranger) == UInt128(days) * 86_400)
    net.accept(Compliance.declaration, "setEmergencyLevel", [.count(2)], by: Net.pauser)
    net.advance(days: days)
    net.refuse(
      Self.vesting, "release", [Self.id(grant)], by: Net.carol,
      Compliance.rejection(.emergencyStop))
    net.accept(Compliance.declaration, "setEmergencyLevel", [.count(0)], by: Net.pauser)
    net.accept(Compliance.declaration, "unpause", [module], by: Net.pauser)
    net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.carol)
    #expect(net.units(stranger) == 2 * UInt128(days) * 86_400)
  }

  /// Grants are objects, many to an account, newest first; a passed-on one moves between the lists.
  @Test func manyGrantsOfAnAccount() throws {
    var net = try Net()
    let first = net.state.grantCount()
    for _ in 1...4 {
      net.accept(Self.vesting, "createGrant", Self.create(Net.bob, 10, duration: 10), by: Net.alice)
    }
    func list(_ net: borrowing Net, _ account: Address, after: UInt64 = 0) -> [UInt64] {
      net.state.grants(of: account, after: after).map { $0 - first }
    }
    #expect(list(net, Net.bob) == [4, 3, 2, 1])
    #expect(list(net, Net.bob, after: first + 3) == [2, 1])
    #expect(list(net, Net.carol).isEmpty)
    for (grant, rest) in [(2, [4, 3, 1]), (4, [3, 1]), (1, [3])] as [(UInt64, [UInt64])] {
      net.accept(
        Self.vesting, "changeBeneficiary", [Self.id(first + grant), .account(Net.carol)],
        by: Net.bob)
      #expect(list(net, Net.bob) == rest)
    }
    #expect(list(net, Net.carol) == [1, 4, 2])
    net.accept(
      Self.vesting, "changeBeneficiary", [Self.id(first + 3), .account(Net.carol)], by: Net.bob)
    #expect(list(net, Net.bob).isEmpty)
    #expect(list(net, Net.carol) == [3, 1, 4, 2])
    #expect(list(net, Net.bob, after: first + 3).isEmpty)
    #expect(net.events(Self.vesting).suffix(4) == Array(repeating: "BeneficiaryChanged", count: 4))
    // What is undone mends the lists.
    let call = try #require(Self.vesting.calls.first { $0.name == "changeBeneficiary" })
    let root = net.state.stateRoot()
    _ = net.state.preview(
      TransactionCall(
        sender: Net.carol, nonce: 0, gasLimit: 0, maximumPrice: 0, tip: 0,
        to: Self.vesting.address, value: 0,
        call: Net.decoded(Self.vesting, call, [Self.id(first + 1), .account(Net.bob)])))
    #expect(list(net, Net.carol) == [3, 1, 4, 2])
    #expect(list(net, Net.bob).isEmpty)
    let after = net.state.stateRoot()
    #expect(root == after)
  }

  /// A07: reserves are spent by votes, a quarter of what the year began with, anew each year.
  @Test("A07 reserves: a quarter of what the year began with, by vote")
  func yearlyShareOfAReserve() throws {
    var net = try Net()
    let grant = net.state.grant(ofWallet: "reserve.upgrade")
    var left: UInt128 = 200_000_000_000
    for year in 0..<3 as Range<UInt64> {
      net.openBlock(at: year * 31_536_000 + 5)
      let share = left / 4
      #expect(try net.state.releasable(grant) == Amount(share))
      for part in [share / 3, share - share / 3] {
        net.accept(
          Self.vesting, "releaseTo", [Self.id(grant), .account(Net.stranger), .count(part)],
          by: Net.executor)
      }
      net.refuse(
        Self.vesting, "releaseTo", [Self.id(grant), .account(Net.stranger), .count(1)],
        by: Net.executor,
        Vesting.rejection(.limitExceeded, Word(UInt128(grant)), .zero, Word(1 as UInt128)))
      left -= share
      #expect(net.units("reserve.upgrade") == left)
    }
  }

  /// X12: liquidity is open from genesis, 5% of it a day.
  @Test("X12 liquidity: open at genesis, 5% a day")
  func liquidityByTheDay() throws {
    var net = try Net("btt")
    let grant = net.state.grant(ofWallet: "fund.liquidity")
    let total = try net.state.grant(grant).total.units
    for day in 0..<20 as Range<UInt64> {
      net.openBlock(at: day * 86_400 + 40_000)
      net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.alice)
      net.refuse(
        Self.vesting, "release", [Self.id(grant)], by: Net.alice,
        Vesting.rejection(.nothingReleasable, Word(UInt128(grant))))
      #expect(net.units("fund.liquidity") == total - total / 20 * UInt128(day + 1))
    }
    #expect(net.units("fund.liquidity") == 0)
  }

  /// F23: a milestone burns its part of the escrow once, and unlocks the foundation's wallets.
  @Test("X08 milestones burn once and unlock")
  func milestonesBurnAndUnlock() throws {
    var net = try Net("btt")
    let token: UInt128 = 1_000_000_000_000_000_000
    let core = net.state.grant(ofWallet: "foundation.core")
    net.openBlock(at: 31_536_000)
    net.refuse(
      Self.vesting, "release", [Self.id(core)], by: Net.alice,
      Vesting.rejection(.nothingReleasable, Word(UInt128(core))))
    let escrow = net.units("escrow.milestoneBurn")
    #expect(escrow == 370_000 * token)
    let supply = net.state.totalSupply()
    net.accept(Self.vesting, "achieveMilestone", [.text("mainnetLaunch")], by: Net.attester)
    #expect(escrow - net.units("escrow.milestoneBurn") == 30_000 * token)
    #expect(supply.units - net.state.totalSupply().units == 30_000 * token)
    #expect(net.events(Self.vesting) == ["MilestoneAchieved"])
    net.accept(Self.vesting, "release", [Self.id(core)], by: Net.alice)
    #expect(try net.state.grant(core).released == Amount(160_000 * token))
    for name in ["crossChain", "hospitals100", "hospitals1000", "finalDelivery", "aiFrameworkGA"] {
      net.accept(Self.vesting, "achieveMilestone", [.text(name)], by: Net.attester)
    }
    // Hard limit: the milestones' burns are exactly 370,000 BTT.
    #expect(net.units("escrow.milestoneBurn") == 0)
    let burned = net.state.milestones().reduce(0 as UInt128) { $0 + $1.burned.units }
    #expect(burned == 370_000 * token)
  }

  /// F24: burns that come early use the year's ceiling up; governed wallets wait for the next year.
  @Test("X16 the ceiling holds governed releases back")
  func ceilingHoldsGovernedReleasesBack() throws {
    var net = try Net("btt")
    for milestone in net.state.milestones() {
      net.accept(Self.vesting, "achieveMilestone", [.text(milestone.name)], by: Net.attester)
    }
    let wallets = [
      "foundation.core", "foundation.ai", "foundation.security", "foundation.research",
    ]
    let fund = net.state.grant(ofWallet: "fund.ecosystem")
    net.openBlock(at: 3 * 31_536_000 - 1)
    let room = net.state.releases(inYear: 2)
    let reached = Vesting.rejection(
      .ceilingReached, Word(2 as UInt128), Word(room.ceiling.units))
    let open = try net.state.releasable(fund).units
    net.accept(
      Self.vesting, "releaseTo", [Self.id(fund), .account(Net.stranger), .count(open)],
      by: Net.executor)
    for wallet in wallets where try net.state.releasable(net.state.grant(ofWallet: wallet)) != .zero
    {
      let grant = net.state.grant(ofWallet: wallet)
      net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.alice)
    }
    let last = net.state.grant(ofWallet: "foundation.research")
    #expect(try net.state.grant(last).released < net.state.vested(last, at: net.state.ledger.time))
    net.refuse(Self.vesting, "release", [Self.id(last)], by: Net.alice, reached)
    let year = net.state.releases(inYear: 2)
    #expect(year.governedSoFar == year.ceiling)
    #expect(net.state.invariants().isEmpty)
    // Released later, never cancelled.
    net.openBlock(at: 3 * 31_536_000)
    #expect(try net.state.releasable(last) > .zero)
    #expect(try net.state.releasable(fund) == .zero)
  }

  /// Votes meet the ceiling too, and a milestone's burn is never held back by it (F23).
  @Test("X16 an early burn passes the ceiling and uses it up")
  func earlyBurnPassesTheCeiling() throws {
    var net = try Net("btt")
    for name in ["mainnetLaunch", "hospitals100", "hospitals1000"] {
      net.accept(Self.vesting, "achieveMilestone", [.text(name)], by: Net.attester)
    }
    net.openBlock(at: 3 * 31_536_000 - 1)
    for wallet in ["core", "ai", "security", "research"] {
      let grant = net.state.grant(ofWallet: "foundation." + wallet)
      net.accept(Self.vesting, "release", [Self.id(grant)], by: Net.alice)
    }
    let fund = net.state.grant(ofWallet: "fund.ecosystem")
    let open = try net.state.releasable(fund).units
    net.accept(
      Self.vesting, "releaseTo", [Self.id(fund), .account(Net.stranger), .count(open / 2)],
      by: Net.executor)
    net.accept(Self.vesting, "achieveMilestone", [.text("crossChain")], by: Net.attester)
    let year = net.state.releases(inYear: 2)
    #expect(year.governedSoFar > year.ceiling)
    net.refuse(
      Self.vesting, "releaseTo", [Self.id(fund), .account(Net.stranger), .count(1)],
      by: Net.executor,
      Vesting.rejection(.ceilingReached, Word(2 as UInt128), Word(year.ceiling.units)))
  }
}
