import Ledger
import Primitives
import Testing

@testable import Economy

/// The fee waterfall through the real state (F1, F8, F10, R01, edge case 10).
@Suite struct PoolsWaterfallTests {
  /// The accounts with these names.
  private func accounts(_ state: inout EconomyState, _ names: [String]) -> [AccountIndex] {
    names.map { state.ledger.account(SystemAddress.account($0)) }
  }

  private func balances(_ state: borrowing EconomyState, _ accounts: [AccountIndex]) -> [UInt128] {
    var balances: [UInt128] = []
    for account in accounts { balances.append(state.ledger.accounts[account].balance.units) }
    return balances
  }

  /// Every price of 0 to 10,000 units: each part is that of F8, the parts make up the price, and
  /// the remainders stay with the provider, the net fee and staking, in this order.
  @Test("R01 edge case 10: every price of 0 to 10,000 units of DTA divides whole")
  func dividesEverySmallPriceInDTA() throws {
    var state = try PoolsNetwork.dta()
    let payer = state.ledger.account(PoolsNetwork.member)
    let provider = state.ledger.account(PoolsNetwork.stranger)
    let found = state.feeCategory("ai")
    let category = try #require(found)
    let names = ["sink.burned", "fund.growth", "fund.development", "staking.revenue"]
    let payees = accounts(&state, names) + [provider]
    for price: UInt128 in 0...10_000 {
      let before = balances(state, payees)
      _ = state.settleService(Amount(price), category, from: payer, to: provider)
      let fee = price / 10
      let burn = fee / 2
      let net = fee - burn
      let tokenBurn = net / 10
      let growth = (net - tokenBurn) * 2 / 9
      let development = (net - tokenBurn - growth) * 3 / 7
      let staking = net - tokenBurn - growth - development
      let got = zip(balances(state, payees), before).map { $0 - $1 }
      let expected = [burn + tokenBurn, growth, development, staking, price - fee]
      if got != expected || got.reduce(0, +) != price || got[4] * 10 < price * 9 {
        Issue.record("a price of \(price) goes \(got), not \(expected)")
      }
      state.closeScope()
    }
    #expect(state.invariants().isEmpty)
  }

  /// The same for every category of BTT, without a discount and with that of long stakes.
  @Test("edge case 10: every price of 0 to 10,000 units of BTT divides whole")
  func dividesEverySmallPriceInBTT() throws {
    var state = try PoolsNetwork.btt()
    let payer = state.ledger.account(PoolsNetwork.member)
    let payee = state.ledger.account(PoolsNetwork.stranger)
    let names = [
      "sink.burned", "staking.feeShare", "fund.rwaVoters", "fund.communityFees", "fund.development",
    ]
    let payees = accounts(&state, names) + [payee]
    // Fee, burn of the fee, and the weights of the four payees.
    let rows: [(String, UInt128, UInt128, [UInt128])] = [
      ("compute", 500, 200, [40, 0, 20, 40]), ("rwaPrimary", 100, 350, [0, 30, 20, 50]),
      ("rwaSecondary", 30, 350, [0, 30, 20, 50]), ("payfi", 50, 75, [0, 0, 40, 60]),
    ]
    for (name, rate, burnRate, weights) in rows {
      let found = state.feeCategory(name)
      let category = try #require(found)
      for discount: UInt32 in [0, 2_000] {
        for price: UInt128 in 0...10_000 {
          let before = balances(state, payees)
          _ = state.settleService(
            Amount(price), category, discount: BasisPoints(discount), from: payer, to: payee)
          let fee = price * rate * UInt128(10_000 - discount) / 100_000_000
          let burn = fee * burnRate / 10_000
          var left = fee - burn
          var weight: UInt128 = 100
          var expected = [burn]
          for share in weights.dropLast() {
            let part = share == 0 ? 0 : left * share / weight
            expected.append(part)
            left -= part
            weight -= share
          }
          expected += [left, price - fee]
          let got = zip(balances(state, payees), before).map { $0 - $1 }
          if got != expected || got.reduce(0, +) != price {
            Issue.record("\(name): a price of \(price) goes \(got), not \(expected)")
          }
          state.closeScope()
        }
      }
    }
    #expect(state.invariants().isEmpty)
  }

  /// A pure platform fee skips the service burn and goes through the net split (R01).
  @Test("R01 platform fees: 40 staking, 30 development, 20 growth, 10 burn")
  func splitsPlatformFees() throws {
    var state = try PoolsNetwork.dta()
    let names = ["sink.burned", "fund.growth", "fund.development", "staking.revenue"]
    let operation = Pools.PayPlatformFee(amount: Amount(100_003))
    #expect(state.attempt(.pools(.payPlatformFee(operation)), by: PoolsNetwork.member) == nil)
    #expect(names.map { state.held($0) } == [10_000, 20_000, 30_001, 40_002])
    #expect(
      state.words(Pools.number, Pools.Event.platformFeeSplit.rawValue) == [
        [Word(PoolsNetwork.member), Word(100_003 as UInt128)]
      ])

    // BTT: through the first category that pays neither stakers nor voters, payfi.
    var other = try PoolsNetwork.btt()
    #expect(other.genesis.plans.pools.fees.platformCategory == 3)
    let fee = Pools.PayPlatformFee(amount: Amount(1_000_001))
    #expect(other.attempt(.pools(.payPlatformFee(fee)), by: PoolsNetwork.member) == nil)
    #expect(other.held("fund.communityFees") == 400_000)
    #expect(other.held("fund.development") == 600_001)
    #expect(other.held("sink.burned") == 0)
  }

  /// What the network took in a block is split once, when the next one opens.
  @Test("R01 network fees are split once a block")
  func splitsNetworkFees() throws {
    var state = try PoolsNetwork.dta()
    state.splitNetworkFees()
    #expect(state.words(Pools.number, Pools.Event.networkFeesSplit.rawValue).isEmpty)
    let payer = state.ledger.account(PoolsNetwork.member)
    state.ledger.post(.token, Amount(1_000), from: payer, to: state.feeAccount)
    state.splitNetworkFees()
    #expect(state.held("network.fees") == 0)
    #expect(state.held("staking.revenue") == 400)
    #expect(state.held("sink.burned") == 100)
    #expect(
      state.words(Pools.number, Pools.Event.networkFeesSplit.rawValue) == [
        [Word(1_000 as UInt128)]
      ])
    #expect(state.burnFacts().epochBurned == Amount(100))
    #expect(state.invariants().isEmpty)
    // Without a category nothing is split and nothing told; the fees wait.
    state.pools.categories = []
    state.ledger.post(.token, Amount(9), from: payer, to: state.feeAccount)
    state.splitNetworkFees()
    #expect(state.held("network.fees") == 9)
    #expect(state.words(Pools.number, Pools.Event.networkFeesSplit.rawValue).count == 1)
  }

  /// 13 units: a fee of 1, which staking gets; the burns and the other parts are empty.
  @Test("R01 empty parts of a fee move nothing and tell nothing")
  func emptyPartsMoveNothing() throws {
    var state = try PoolsNetwork.dta()
    let payer = state.ledger.account(PoolsNetwork.member)
    let provider = state.ledger.account(PoolsNetwork.stranger)
    let found = state.feeCategory("ai")
    let category = try #require(found)
    let before = state.words(0, 0).count
    _ = state.settleService(Amount(13), category, from: payer, to: provider)
    let moved = Array(state.words(0, 0)[before...])
    let expected: [(Address, UInt128)] = [
      (SystemAddress.account("staking.revenue"), 1), (PoolsNetwork.stranger, 12),
    ]
    #expect(moved == expected.map { [Word(PoolsNetwork.member), Word($0.0), Word($0.1)] })
    state.closeScope()
    // What is left of the revenue is less than a thirtieth of a unit an epoch.
    state.advance(toEpoch: 1)
    #expect(state.held("staking.revenue") == 1)
    #expect(state.words(Pools.number, Pools.Event.toppedUp.rawValue).isEmpty)
  }

  /// Revenue moves on one part in thirty with each epoch, as in GS03, and counts as a top-up.
  @Test("R01 A02 revenue reaches the stakers one part in thirty an epoch")
  func smoothsRevenue() throws {
    var state = try PoolsNetwork.dta()
    let payer = state.ledger.account(PoolsNetwork.member)
    let revenue = state.ledger.account(SystemAddress.account("staking.revenue"))
    state.ledger.post(.token, Amount(30_000_000), from: payer, to: revenue)
    state.closeScope()
    var left: UInt128 = 30_000_000
    for epoch: UInt64 in 1...3 {
      state.advance(toEpoch: epoch)
      left -= left / 30
      #expect(state.held("staking.revenue") == left)
      let facts = try state.poolFacts("pool.staking")
      #expect(facts.topUps == Amount(30_000_000 - left))
      #expect(
        facts.budget == Amount(240_000_000_000 * UInt128(epoch + 1) / 365 + 30_000_000 - left))
    }
    #expect(state.words(Pools.number, Pools.Event.toppedUp.rawValue).count == 1)
    #expect(state.invariants().isEmpty)
  }

  /// The terms follow the parameters from the first instant of the epoch (F28).
  @Test func followsParameters() throws {
    var state = try PoolsNetwork.dta()
    let change = Parameters.Set(pointer: "/fees/serviceBurn/bpsOfGross", value: 400)
    #expect(state.attempt(.parameters(.set(change)), by: PoolsNetwork.governor) == nil)
    #expect(try state.quote("ai", Amount(10_000), BasisPoints(0)).burn == Amount(500))
    state.advance(to: 86_399)
    #expect(try state.quote("ai", Amount(10_000), BasisPoints(0)).burn == Amount(500))
    state.advance(to: 86_400)
    #expect(try state.quote("ai", Amount(10_000), BasisPoints(0)).burn == Amount(400))
    #expect(try state.waterfall("ai").burn == BasisPoints(400))
  }
}
