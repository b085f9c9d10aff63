import Cryptography
import Economy
import Ledger
import Primitives
import Testing

@testable import Engine

@Suite struct PoolTests {
  /// A pool over a chain at genesis, for one account after another.
  private final class Scene {
    var pool: Pool
    /// What each member can spend, in wei.
    var funds = UInt256.max
    var hasReady: Bool { pool.hasReady }

    init(bytes: Int = PoolLimits.bytes, transactions: Int = PoolLimits.transactions) {
      pool = Pool(PoolSize(bytes: bytes, transactions: transactions))
    }

    func admit(
      _ member: Int, _ nonce: UInt64, price: UInt128 = Fixture.price, committed: UInt64 = 0,
      data: Int = 0
    ) throws -> AuthenticTransaction {
      let draft = Draft(
        nonce: nonce, price: price, data: [UInt8](repeating: 1, count: data))
      let transaction = try Fixture.authentic(draft.signed(by: Fixture.members[member]))
      try pool.admit(transaction, committed: committed, funds: funds)
      return transaction
    }

    func refusal(
      _ member: Int, _ nonce: UInt64, price: UInt128 = Fixture.price, committed: UInt64 = 0
    ) -> AdmissionRefusal? {
      do {
        _ = try admit(member, nonce, price: price, committed: committed)
        return nil
      } catch {
        return error as? AdmissionRefusal
      }
    }

    /// Members and nonces of the next block.
    func prepare(
      count: Int = .max, bytes: Int = .max, gas: UInt64 = .max
    ) -> [AuthenticTransaction] {
      pool.prepare(count: count, bytes: bytes, gas: gas) { _ in 21_000 }
    }

    func settle(_ batch: [AuthenticTransaction]) {
      pool.settle(batch.map { ($0.sender, $0.decoded.nonce + 1) })
      pool.drop([])
    }

    /// Makes blocks until nothing is ready; how many transactions they took.
    func drain() -> Int {
      var total = 0
      while pool.hasReady {
        let batch = prepare()
        total += batch.count
        settle(batch)
      }
      return total
    }
  }

  private static func places(_ batch: [AuthenticTransaction]) -> [String] {
    batch.map { transaction in
      let member = Fixture.members.firstIndex { $0.address == transaction.sender } ?? -1
      return "\(member).\(transaction.decoded.nonce)"
    }
  }

  @Test func admissionsInOrder() throws {
    let scene = Scene()
    let price = Fixture.price
    #expect(scene.refusal(0, 4, committed: 5) == .nonceTooLow(next: 5, found: 4))
    #expect(scene.refusal(0, 5, committed: 5) == nil)
    #expect(scene.refusal(0, 5, committed: 5) == .alreadyKnown)
    #expect(scene.refusal(0, 5, price: price - 1, committed: 5) == .replacementUnderpriced)
    #expect(
      scene.refusal(0, 5, price: price + price / 10 - 1, committed: 5) == .replacementUnderpriced)
    #expect(scene.refusal(0, 5, price: price + price / 10, committed: 5) == nil)
    #expect(scene.pool.count == 1)
    #expect(scene.refusal(0, 69, committed: 5) == .nonceTooHigh(next: 5, found: 69))
    for nonce in 6..<69 as Range<UInt64> { #expect(scene.refusal(0, nonce, committed: 5) == nil) }
    #expect(scene.pool.count == 64)
    // A nonce read before a block does not set the account back.
    #expect(scene.refusal(0, 7, price: 2 * price, committed: 7) == nil)
    #expect(scene.pool.count == 62)
    #expect(scene.refusal(0, 6, committed: 5) == .nonceTooLow(next: 7, found: 6))
    #expect(scene.drain() == 62)
    #expect(scene.pool.count == 0)
    #expect(scene.pool.bytes == 0)
  }

  @Test func theStateDecidesFirst() throws {
    let chain = Fixture.chain()
    func refusal(_ draft: Draft, by key: PrivateKey = Fixture.members[0]) -> SubmissionRefusal? {
      let results = chain.submit([ReceivedTransaction(draft.signed(by: key))])
      guard case .failure(let refusal) = results[0] else { return nil }
      return refusal
    }
    let price = Fixture.price
    #expect(refusal(Draft(price: price - 1)) == .admission(.underpriced(base: price)))
    #expect(refusal(Draft(gas: 20_999)) == .admission(.intrinsicGas(limit: 20_999)))
    let most = Fixture.genesis.network.blockGasLimit
    #expect(refusal(Draft(gas: most + 1)) == .admission(.exceedsBlockGas(limit: most)))
    #expect(
      refusal(Draft(value: 5)) == .admission(.fractionalValue(weiPerUnit: Fixture.unit)))
    guard
      case .admission(.insufficientFunds(let has, let needs))? =
        refusal(Draft(), by: Fixture.stranger)
    else {
      Issue.record("a stranger has no funds")
      return
    }
    #expect(has == .zero)
    #expect(needs == UInt256(high: 0, low: 21_000 * price))
    #expect(refusal(Draft()) == nil)
    #expect(refusal(Draft()) == .admission(.alreadyKnown))
    #expect(chain.waitingSize.count == 1)
    #expect(chain.nonce(Fixture.members[0].address, pending: true) == 1)
    #expect(chain.nonce(Fixture.members[0].address, pending: false) == 0)
  }

  @Test func accountsTakeTurns() throws {
    let scene = Scene()
    for nonce in 0..<20 as Range<UInt64> { _ = try scene.admit(0, nonce) }
    _ = try scene.admit(1, 0)
    _ = try scene.admit(2, 0)
    let places = Self.places(scene.prepare())
    #expect(places[15] == "0.15")
    #expect(places[16...17] == ["1.0", "2.0"])
    #expect(places[18...] == ["0.16", "0.17", "0.18", "0.19"])
  }

  /// A full block leaves the account that did not fit at the front, whatever the limit.
  @Test func fullBlocksGoOnWhereTheyEnded() throws {
    let scene = Scene()
    for member in 0..<4 {
      for nonce in 0..<3 as Range<UInt64> { _ = try scene.admit(member, nonce) }
    }
    let each = scene.pool.bytes / 12
    var seen: [String] = []
    var rounds = 0
    while scene.pool.count > 0, rounds < 20 {
      let batch: [AuthenticTransaction]
      switch rounds % 3 {
      case 0: batch = scene.prepare(count: 2)
      case 1: batch = scene.prepare(bytes: 2 * each + 10)
      default: batch = scene.prepare(gas: 2 * 21_000 + 20_999)
      }
      #expect(batch.count == 2)
      seen += Self.places(batch)
      scene.settle(batch)
      rounds += 1
    }
    #expect(rounds == 6)
    #expect(Set(seen).count == 12)
    for member in 0..<4 {
      let own = seen.filter { $0.hasPrefix("\(member).") }
      #expect(own == own.sorted())
    }
    #expect(scene.pool.bytes == 0)
  }

  @Test func gapsAreFilledLater() throws {
    let scene = Scene()
    let late = try scene.admit(0, 2)
    _ = try scene.admit(0, 1)
    #expect(!scene.hasReady)
    #expect(scene.pool.pendingNonce(late.sender, committed: 0) == 0)
    #expect(scene.pool.transaction(late.hash)?.hash == late.hash)
    _ = try scene.admit(0, 0)
    #expect(scene.pool.pendingNonce(late.sender, committed: 0) == 3)
    #expect(Self.places(scene.prepare()) == ["0.0", "0.1", "0.2"])
  }

  /// What arrives while a block is being made is neither lost nor listed for nothing.
  @Test func arrivalsDuringABlock() throws {
    let scene = Scene()
    _ = try scene.admit(0, 0)
    let batch = scene.prepare()
    _ = try scene.admit(0, 1)
    _ = try scene.admit(0, 3)
    scene.settle(batch)
    #expect(Self.places(scene.prepare()) == ["0.1"])
    #expect(!scene.hasReady)
    scene.pool.settle([(Fixture.members[0].address, 2)])
    #expect(!scene.hasReady)
    _ = try scene.admit(0, 2, committed: 2)
    #expect(scene.drain() == 2)
    #expect(scene.pool.bytes == 0)
  }

  /// A transaction that no block can take goes, with what depends on it; the account goes on.
  @Test func impossibleTransactionsStallNobody() throws {
    let scene = Scene()
    for nonce in 0..<3 as Range<UInt64> { _ = try scene.admit(0, nonce) }
    _ = try scene.admit(1, 0)
    let batch = scene.prepare()
    scene.pool.settle([(Fixture.members[1].address, 1)])
    scene.pool.drop(batch.filter { $0.sender == Fixture.members[0].address })
    #expect(scene.pool.count == 0)
    #expect(scene.pool.bytes == 0)
    _ = try scene.admit(0, 0, price: 3 * Fixture.price)
    #expect(scene.drain() == 1)
  }

  /// A replacement that came while the block was made survives the failure of the replaced one.
  @Test func replacementsSurviveTheReplaced() throws {
    let scene = Scene()
    _ = try scene.admit(0, 0)
    _ = try scene.admit(0, 1)
    let batch = scene.prepare()
    let better = try scene.admit(0, 0, price: 2 * Fixture.price)
    scene.pool.settle([])
    scene.pool.drop(batch)
    #expect(scene.pool.count == 2)
    #expect(scene.prepare().map(\.hash).first == better.hash)
  }

  @Test func whatMadeNoBlockIsTakenAgain() throws {
    let scene = Scene()
    _ = try scene.admit(0, 0)
    _ = try scene.admit(1, 0)
    let batch = scene.prepare()
    #expect(!scene.hasReady)
    scene.pool.requeue(batch)
    #expect(scene.prepare().count == 2)
  }

  /// Transactions behind gaps make way for those that a block can take, and for no others; neither
  /// bytes nor count are ever exceeded.
  @Test(
    "incident 21: the pool is bounded in bytes and count",
    arguments: [(1 << 14, 1 << 20), (1 << 20, 150)])
  func gapsCannotFillThePool(bytes: Int, transactions: Int) throws {
    let scene = Scene(bytes: bytes, transactions: transactions)
    var refused = 0
    for nonce in 1..<64 as Range<UInt64> {
      for member in 0..<8 {
        if let refusal = scene.refusal(member, nonce) {
          #expect(refusal == .poolFull)
          refused += 1
        }
        #expect(scene.pool.bytes <= bytes && scene.pool.count <= transactions)
      }
    }
    #expect(refused > 300)
    #expect(!scene.hasReady)
    // It may come behind the account's own gap, which is filled by it.
    let kept = scene.pool.count
    #expect(scene.refusal(3, 0) == nil)
    #expect(scene.hasReady)
    #expect(scene.pool.count < kept)
    #expect(scene.refusal(3, 63) == .poolFull || scene.pool.count <= transactions)
    #expect(scene.pool.bytes <= bytes && scene.pool.count <= transactions)
    #expect(scene.drain() > 10)
    // What a block can take fills the pool and is never thrown out.
    for member in 0..<8 {
      let next: UInt64 = member == 3 ? 64 : 0
      for nonce in next..<next + 64 {
        _ = scene.refusal(member, nonce, committed: next)
        #expect(scene.pool.bytes <= bytes && scene.pool.count <= transactions)
      }
    }
    let full = scene.pool.count
    #expect(full > transactions / 2 || scene.pool.bytes > bytes / 2)
    #expect(scene.drain() == full)
    #expect(scene.pool.bytes == 0)
  }

  /// One account holds at most its share of the pool, however large its transactions are.
  @Test func anAccountHasAShareOfThePool() throws {
    let scene = Scene()
    var taken = 0
    var refusal: AdmissionRefusal?
    while refusal == nil, taken < 64 {
      do {
        _ = try scene.admit(0, UInt64(taken), data: 100_000)
        taken += 1
      } catch {
        refusal = error as? AdmissionRefusal
      }
    }
    #expect(refusal == .accountFull(bytes: PoolLimits.accountBytes))
    #expect(taken == 10)
    #expect(scene.pool.bytes <= PoolLimits.accountBytes)
    _ = try scene.admit(1, 0, data: 100_000)
    // A block makes room again.
    scene.settle(scene.prepare(count: 2))
    _ = try scene.admit(0, 10, committed: 2, data: 100_000)
    #expect(scene.pool.accounts(largest: 1).largest.first?.transactions == 9)
    #expect(scene.pool.accounts(largest: 0).all == 2)
    #expect(scene.drain() == 10)
    #expect(scene.pool.bytes == 0)
  }

  /// What an operator throws out is gone, and its nonces may be sent again.
  @Test func anAccountsTransactionsCanBeDropped() throws {
    let scene = Scene()
    for nonce in 0..<3 as Range<UInt64> { _ = try scene.admit(0, nonce) }
    _ = try scene.admit(1, 5)
    #expect(
      scene.pool.accounts(largest: 8).largest.map(\.isReady).sorted { $0 && !$1 } == [true, false])
    let batch = scene.prepare(count: 1)
    #expect(scene.pool.forget(Fixture.members[0].address) == 3)
    #expect(scene.pool.forget(Fixture.members[0].address) == 0)
    // The block that was being made meanwhile took the first.
    scene.settle(batch)
    #expect(scene.pool.count == 1)
    #expect(scene.refusal(0, 1, committed: 1) == nil)
    #expect(Self.places(scene.prepare()) == ["0.1"])
  }

  /// A pool without room refuses before any signature is recovered, until a block makes room.
  @Test("incident 21: a full pool sheds before it recovers signatures")
  func aFullPoolShedsEarly() throws {
    let chain = Chain(
      genesis: Fixture.genesis, secret: HashSecret(1, 2), pool: PoolSize(transactions: 2))
    func send(_ bytes: [UInt8]) -> SubmissionRefusal? {
      guard case .failure(let refusal) = chain.submit([ReceivedTransaction(bytes)])[0] else {
        return nil
      }
      return refusal
    }
    for nonce in 0..<2 as Range<UInt64> {
      #expect(send(Fixture.transfer(0, nonce: nonce, to: 1, 1)) == nil)
    }
    #expect(send([1, 2, 3]) != .admission(.poolFull))
    #expect(send(Fixture.transfer(0, nonce: 2, to: 1, 1)) == .admission(.poolFull))
    #expect(send([1, 2, 3]) == .admission(.poolFull))
    #expect(chain.meter.refused(.full) == 2)
    #expect(chain.dropWaiting(Fixture.members[0].address) == 2)
    #expect(send(Fixture.transfer(0, nonce: 0, to: 1, 1)) == nil)
  }

  /// An account's allowance counts what was taken, and nobody else can use it up.
  @Test func anAccountMayBeSlowedDown() throws {
    let chain = Fixture.chain()
    chain.accountAllowance = Allowance(perSecond: 1, burst: 2)
    func send(_ member: Int, _ nonce: UInt64) -> SubmissionRefusal? {
      let bytes = Fixture.transfer(member, nonce: nonce, to: 3, 1)
      guard case .failure(let refusal) = chain.submit([ReceivedTransaction(bytes)])[0] else {
        return nil
      }
      return refusal
    }
    #expect(send(0, 0) == nil)
    for _ in 0..<5 { #expect(send(0, 0) != nil) }
    #expect(send(0, 1) == nil)
    guard case .admission(.accountRate(let wait))? = send(0, 2) else {
      Issue.record("the third within a second is refused")
      return
    }
    #expect(wait > 0 && wait <= 1_000_000_000)
    #expect(chain.meter.refused(.account) >= 1)
    #expect(send(1, 0) == nil)
  }

  /// Random life: the books of the pool stay right, and everything that can be taken is.
  @Test func randomLife() throws {
    let scene = Scene()
    var generator = SeededGenerator(7)
    var committed = [UInt64](repeating: 0, count: 8)
    var samples: [String: AuthenticTransaction] = [:]
    for _ in 0..<1_500 {
      let member = generator.below(8)
      if generator.below(6) == 0 {
        let batch = scene.prepare(count: 1 + generator.below(20))
        var isBroken = [Bool](repeating: false, count: 8)
        var dropped: [AuthenticTransaction] = []
        var nonces: [(account: Address, next: UInt64)] = []
        for transaction in batch {
          let sender = try #require(
            Fixture.members.firstIndex { $0.address == transaction.sender })
          if generator.below(12) == 0 { isBroken[sender] = true }
          if isBroken[sender] {
            dropped.append(transaction)
          } else {
            #expect(transaction.decoded.nonce == committed[sender])
            committed[sender] += 1
            nonces.append((transaction.sender, committed[sender]))
          }
        }
        scene.pool.settle(nonces)
        scene.pool.drop(dropped)
        continue
      }
      let nonce = committed[member] + UInt64(generator.below(6))
      let price = Fixture.price * UInt128(1 + generator.below(3))
      let name = "\(member) \(nonce) \(price)"
      let transaction =
        try samples[name]
        ?? Fixture.authentic(
          Draft(nonce: nonce, price: price).signed(by: Fixture.members[member]))
      samples[name] = transaction
      do throws(AdmissionRefusal) {
        try scene.pool.admit(transaction, committed: committed[member], funds: .max)
      } catch {
        #expect(error == .alreadyKnown || error == .replacementUnderpriced)
      }
    }
    // Fill every gap, then nothing may be left behind.
    for member in 0..<8 {
      for step in 0..<8 as Range<UInt64> {
        _ = scene.refusal(member, committed[member] + step, committed: committed[member])
      }
    }
    #expect(scene.drain() >= 64)
    #expect(scene.pool.count == 0)
    #expect(scene.pool.bytes == 0)
  }

  /// Transactions that are affordable one by one and not together fill no block in vain.
  @Test func whatWaitsMustBeAffordableTogether() throws {
    let scene = Scene()
    let first = try scene.admit(0, 0)
    let cost = first.largestCost
    scene.funds = cost + cost
    _ = try scene.admit(0, 1)
    let both = cost + cost
    #expect(
      scene.refusal(0, 2) == .insufficientFunds(has: both, needs: both + cost))
    // A replacement counts instead of what it replaces.
    scene.funds = both + cost
    _ = try scene.admit(0, 1, price: 2 * Fixture.price)
    #expect(scene.refusal(0, 2) != nil)
    // What a block used up counts no more.
    scene.settle([first])
    scene.funds = both + cost
    _ = try scene.admit(0, 2, committed: 1)
  }
}
