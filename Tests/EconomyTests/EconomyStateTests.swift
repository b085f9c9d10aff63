import Ledger
import Primitives
import Testing

@testable import Economy

@Suite struct EconomyStateTests {
  /// Puts a hold of alice's units in the way of time; returns nothing but the timer it leaves.
  private func hold(_ state: inout EconomyState, _ units: UInt128, _ after: UInt64) throws {
    let foundAlice = state.ledger.accounts.find(Fixtures.alice)
    let alice = try #require(foundAlice)
    let escrow = state.ledger.account(SystemAddress.account("escrow.market"), flags: .system)
    _ = state.ledger.hold(
      .token, Amount(units), from: alice, escrow: escrow, module: 1, reference: 0,
      expires: state.genesis.time + Seconds(after))
  }

  /// Decisions 17: a block runs what is due in order, each at its own time, before its
  /// transactions.
  @Test func blocksDrainTimersInOrder() throws {
    var state = try Fixtures.state()
    for (units, after) in [(3, 300), (1, 100), (2, 200), (9, 900)] as [(UInt128, UInt64)] {
      try hold(&state, units, after)
    }
    state.closeScope()
    let start = state.genesis.time
    #expect(state.nextDue() == start + Seconds(100))
    let time = state.beginBlock(height: 2, time: start + Seconds(500))
    #expect(time == start + Seconds(500) && state.ledger.time == time)
    #expect(state.ledger.height == 2)
    let amounts = state.ledger.events.records.indices.map { state.event($0)[2].number }
    #expect(amounts == [1, 2, 3])
    #expect(state.nextDue() == start + Seconds(900))
    #expect(state.balance(of: Fixtures.alice).units == 10_000_000 - 9)
  }

  @Test func timeNeverFallsAndSecondsMayBeShared() throws {
    var state = try Fixtures.state()
    let start = state.genesis.time
    #expect(state.beginBlock(height: 2, time: start + Seconds(50)) == start + Seconds(50))
    #expect(state.beginBlock(height: 3, time: start + Seconds(50)) == start + Seconds(50))
    #expect(state.beginBlock(height: 4, time: start) == start + Seconds(50))
    #expect(state.ledger.height == 4)
  }

  /// Decisions 17: a block drains at most a fixed number; its time stops at the last one drained,
  /// and the next block goes on.
  @Test("incident 22: a block works off a bounded number of timers")
  func blocksCapTheirTimers() throws {
    var state = try Fixtures.state()
    let start = state.genesis.time
    let excess = 5
    for number in 0..<Limits.blockTimers + excess {
      _ = state.ledger.schedule(
        at: start + Seconds(100 + UInt64(number)), .other, module: Kernel.number, kind: 0,
        reference: 0)
    }
    state.closeScope()
    let wanted = start + Seconds(50_000)
    let stopped = state.beginBlock(height: 2, time: wanted)
    #expect(stopped == start + Seconds(100 + UInt64(Limits.blockTimers) - 1))
    #expect(state.ledger.time == stopped)
    let left = state.ledger.timers.rows.table.liveCount
    #expect(left == excess + 1, "the first epoch's end waits too")
    #expect(state.beginBlock(height: 3, time: wanted) == wanted)
    #expect(state.nextDue() == start + .day)
  }

  @Test func exactlyTheCapDrainsInOneBlock() throws {
    var state = try Fixtures.state()
    let start = state.genesis.time
    for _ in 0..<Limits.blockTimers {
      _ = state.ledger.schedule(
        at: start + Seconds(100), .other, module: Kernel.number, kind: 0, reference: 0)
    }
    state.closeScope()
    #expect(state.beginBlock(height: 2, time: start + Seconds(900)) == start + Seconds(900))
    #expect(state.nextDue() == start + .day)
  }

  /// Decisions 17: the state does not depend on how often blocks come: the same timers in one
  /// block, in many, and in blocks at odd times leave the same state but for the height.
  @Test("edge case 15: the state does not depend on how often blocks come")
  func stateDoesNotDependOnHowOftenBlocksCome() throws {
    func run(_ ends: [UInt64]) throws -> Digest {
      var state = try Fixtures.state()
      for number in 0..<300 as Range<UInt64> {
        try hold(&state, UInt128(number + 1), 10 + number * number % 97)
      }
      state.closeScope()
      for (place, end) in ends.enumerated() {
        let time = state.genesis.time + Seconds(end)
        #expect(state.beginBlock(height: UInt64(place) + 2, time: time) == time)
      }
      state.ledger.set(.height, 1_000)
      state.closeScope()
      #expect(state.nextDue() == state.genesis.time + .day)
      #expect(state.invariants() == [])
      return state.stateRoot()
    }
    let once = try run([200])
    #expect(try run(Array(6...200)) == once)
    #expect(try run([17, 17, 64, 199, 200]) == once)
    #expect(try run([201]) != once, "the clock itself counts")
  }

  /// Rows of every table are proven against the root in a header, the token's among them.
  @Test func rowsAreProven() throws {
    var state = try Fixtures.state()
    #expect(
      state.send(Fixtures.alice, Fixtures.approve(Fixtures.bob, Word(5 as UInt128))).isSuccess)
    let root = state.stateRoot()
    let foundAllowance = state.prove(row: 0, of: Token.State.allowanceTable)
    let allowance = try #require(foundAllowance)
    #expect(allowance.verifies(against: root) && allowance.bytes.count == 40)
    let foundAccount = state.prove(row: 3, of: LedgerTable.accounts.rawValue)
    let account = try #require(foundAccount)
    #expect(account.verifies(against: root) && account.bytes.count == 64)
    let tables = state.image().tables.count
    #expect(account.tableCount == UInt64(tables))
    let absent = [
      state.prove(row: 1, of: Token.State.allowanceTable), state.prove(row: -1, of: 0),
      state.prove(row: 0, of: 99),
    ]
    #expect(absent == [nil, nil, nil])
    #expect(state.send(Fixtures.alice, Fixtures.burn(1)).isSuccess)
    let later = state.stateRoot()
    #expect(!allowance.verifies(against: later), "an old proof is for the old root")
  }

  /// The event log is the open block's alone: it begins with the split of the last one's network
  /// fees, and where there were none, empty.
  @Test func everyBlockBeginsWithTheNetworkFees() throws {
    var state = try Fixtures.state()
    let outcome = state.send(Fixtures.alice, Fixtures.burn(1))
    #expect(outcome.isSuccess && state.ledger.events.records.count == 3)
    let fees = SystemAddress.account(state.genesis.network.feeAccount)
    #expect(state.balance(of: fees) == outcome.fee)
    _ = state.beginBlock(height: 2, time: state.genesis.time)
    let records = state.ledger.events.records
    #expect(records.dropLast().allSatisfy { $0.module == 0 } && records.count == 5)
    let last = try #require(records.last)
    #expect(last.module == Pools.number && last.code == Pools.Event.networkFeesSplit.rawValue)
    #expect(state.ledger.events.words[Int(last.start)] == Word(outcome.fee.units))
    #expect(state.balance(of: fees) == .zero)
    _ = state.beginBlock(height: 3, time: state.genesis.time)
    #expect(state.ledger.events.records.isEmpty)
  }
}
