import Ledger
import Primitives
import Testing

@testable import Economy

/// Edge cases of the requirements that no module's own tests show whole.
@Suite struct EdgeCaseTests {
  private static let day = StakingFixture.day

  @Test("edge case 1: however receipts and delegates move, a vote counts once")
  func votesAreCountedOnce() throws {
    let accounts = (1...5).map { StakingFixture.account($0) }
    var world = try StakingFixture("dta", accounts.map { ($0, 900_000_000) })
    var places: [AccountIndex] = []
    for account in accounts {
      _ = try world.stake(100_000_000, days: 30, by: account)
      places.append(world.state.ledger.account(account))
    }
    world.advance(to: 100)
    let snapshot = world.state.ledger.height
    #expect(world.state.ledger.weights.total(before: snapshot) == 500_000_000)
    var draws = Draws(61)
    var time: UInt64 = 100
    var succeeded = 0
    for _ in 0..<400 {
      let sender = accounts[Int(draws.below(5))]
      let other = accounts[Int(draws.below(5))]
      let own = world.state.positions(of: sender)
      let id = own.isEmpty ? Staking.ReceiptID(1) : own[Int(draws.below(UInt64(own.count)))]
      let operation: Staking.Operation
      switch draws.below(6) {
      case 0, 1:
        operation = .transferFrom(Staking.TransferFrom(from: sender, to: other, position: id))
      case 2, 3: operation = .setDelegate(Staking.SetDelegate(delegate: other))
      case 4:
        operation = .stake(
          Staking.Stake(amount: Amount(10_000_000), lock: Seconds(30 * Self.day)))
      default: operation = .exitEarly(Staking.ExitEarly(position: id))
      }
      if world.refusal(operation, by: sender) == nil { succeeded += 1 }
      if draws.below(4) == 0 {
        time += 60
        world.advance(to: time)
      }
      // Each casts what it weighed then: together never more than the snapshot's total.
      var cast: UInt128 = 0
      for place in places { cast += world.state.ledger.weights.voting(place, before: snapshot) }
      #expect(cast == 500_000_000)
      // And now: everything staked is counted once, by whoever votes with it.
      let votes = accounts.reduce(UInt128(0)) { $0 + world.state.votes(of: $1) }
      #expect(votes == world.held("staking.principal"))
    }
    #expect(succeeded > 200)
    #expect(world.faults().isEmpty)
  }

  @Test(
    "edge case 1: modules, pools, treasuries and sinks weigh nothing", arguments: ["dta", "btt"])
  func systemAccountsDoNotVote(_ economy: String) throws {
    let token: UInt128 = economy == "dta" ? 10_000 : 1_000_000_000_000_000_000
    let alice = StakingFixture.account(1)
    var world = try StakingFixture(economy, [(alice, 2_000 * token)])
    _ = try world.stake(1_000 * token, days: 30, by: alice)
    world.advance(to: 40 * Self.day)
    let height = world.state.ledger.height
    for name in world.state.genesis.accountNames {
      let account = world.state.ledger.account(SystemAddress.account(name))
      #expect(world.state.ledger.weights.voting(account) == 0, "\(name)")
      #expect(world.state.ledger.weights.voting(account, before: height) == 0, "\(name)")
    }
    let total = world.state.ledger.weights.total(before: height)
    #expect(total == (economy == "dta" ? 1_000 : 2_000) * token)
  }

  /// In BTT the carry of a large weight is many units; with the newcomer's index behind it, it
  /// would stay payable to nobody each time.
  @Test("edge case 3: when all leave and others come, what stays payable is dust, however often")
  func carrySurvivesAnEmptyPool() throws {
    let token: UInt128 = 1_000_000_000_000_000_000
    let (large, small) = (StakingFixture.account(1), StakingFixture.account(2))
    var world = try StakingFixture(
      "btt", [(large, 3_000_000 * token), (small, 30_000 * token)])
    var time: UInt64 = 0
    var heaviest: UInt128 = 0
    for round in 1...10 as ClosedRange<UInt64> {
      let (owner, units) =
        round % 2 == 0 ? (small, 1_001 * token) : (large, 1_500_000 * token + UInt128(round))
      let id = try world.stake(units, days: 30, by: owner)
      heaviest = max(heaviest, world.rewards().totalWeight)
      time += 601 * round
      world.advance(to: time)
      _ = try world.claim(id, by: owner)
      try world.run(.exitEarly(Staking.ExitEarly(position: id)), by: owner)
      #expect(world.rewards().totalWeight == 0)
      let bound = heaviest / RewardIndex.scale + 2
      let payable = world.rewards().payable.units
      #expect(payable <= bound, "round \(round): \(payable) units of at most \(bound)")
    }
    #expect(world.faults().isEmpty)
  }

  @Test(
    "edge case 15: the same operations give the same root, whatever the process's secret",
    arguments: ["dta", "btt"])
  func sameRoot(_ economy: String) throws {
    let genesis = try Fixtures.genesis(economy)
    var roots: [Digest] = []
    for secret in [HashSecret(1, 2), HashSecret(77, 5)] {
      var state = EconomyState(genesis: genesis, secret: secret)
      for day in 0..<180 as Range<UInt64> {
        state.advance(to: day * 86_400 + 43_000)
        let burn = Token.Burn(amount: Amount(UInt128(day) + 1))
        #expect(state.attempt(.token(.burn(burn)), by: Fixtures.alice) == nil)
        let transfer = Token.Transfer(to: Fixtures.dave, amount: Amount(3))
        #expect(state.attempt(.token(.transfer(transfer)), by: Fixtures.bob) == nil)
      }
      #expect(state.invariants().isEmpty)
      roots.append(state.stateRoot())
    }
    #expect(roots[0] == roots[1])
  }
}
