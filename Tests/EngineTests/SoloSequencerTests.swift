import Cryptography
import Economy
import Glibc
import Ledger
import Primitives
import Simulation
import Storage
import Synchronization
import Testing

@testable import Engine

/// A clock that tests set.
private final class TestClock: Engine.Clock {
  private let time = Mutex(Fixture.start)

  func now() -> UInt64 { time.withLock { $0 } }
  func set(_ seconds: UInt64) { time.withLock { $0 = seconds } }
}

/// A chain with a sequencer over a memory disk, and what it said.
private final class Running: Sendable {
  let disk: SimulatedDisk
  let chain = Fixture.chain()
  let clock = TestClock()
  let sequencer: SoloSequencer
  private let heard = Mutex<[EngineNotice]>([])

  init(
    _ disk: SimulatedDisk = SimulatedDisk(), isNew: Bool = true,
    segmentBytes: UInt64 = Fixture.segmentBytes
  ) throws {
    self.disk = disk
    sequencer = SoloSequencer(chain: chain)
    let machine =
      isNew
      ? try Fixture.machine(disk, chain, segmentBytes: segmentBytes) : try Fixture.open(disk, chain)
    sequencer.start(machine, clock: clock) { [self] notice in heard.withLock { $0.append(notice) } }
  }

  var notices: [EngineNotice] { heard.withLock { $0 } }

  func submit(_ bytes: [UInt8]) -> Result<Digest, SubmissionRefusal> {
    chain.submit([ReceivedTransaction(bytes)])[0]
  }

  /// Waits, at most five seconds, until the condition holds.
  func wait(_ condition: (Running) -> Bool) -> Bool {
    for _ in 0..<1_000 {
      if condition(self) { return true }
      usleep(5_000)
    }
    return false
  }

  func waitForReceipt(_ hash: Digest) -> Bool { wait { $0.chain.transaction(hash) != nil } }
}

@Suite struct SoloSequencerTests {
  @Test func transfersBecomeReceipts() throws {
    let running = try Running()
    let before = running.chain.withState { $0.balance(of: Fixture.members[1].address) }
    for nonce in 0..<5 as Range<UInt64> {
      let hash = try running.submit(Fixture.transfer(0, nonce: nonce, to: 1, 100)).get()
      #expect(running.waitForReceipt(hash))
      let place = try #require(running.chain.transaction(hash))
      #expect(place.block.receipts[place.index].isSuccess)
      #expect(running.chain.waiting(hash) == nil)
    }
    let after = running.chain.withState { $0.balance(of: Fixture.members[1].address) }
    #expect(after == before + Amount(500))
    #expect(running.chain.waitingSize == (0, 0))
    running.sequencer.stop()
    #expect(running.notices == [])
    #expect(running.disk.openFiles == 0)
    let again = try Running(running.disk, isNew: false)
    #expect(again.chain.head.header == running.chain.head.header)
    again.sequencer.stop()
  }

  /// A stop makes blocks of what waits, many threads having sent it, and every block has work in
  /// it.
  @Test func aStopLeavesNothingBehind() throws {
    let running = try Running(segmentBytes: 1 << 18)
    let hashes = Mutex<[Digest]>([])
    let senders = (0..<8).map { member in
      Worker("sender") {
        for nonce in 0..<30 as Range<UInt64> {
          let bytes = Fixture.transfer(member, nonce: nonce, to: (member + 1) % 8, 3)
          if case .success(let hash) = running.submit(bytes) { hashes.withLock { $0.append(hash) } }
        }
      }
    }
    for sender in senders { sender.join() }
    running.sequencer.stop()
    #expect(running.notices == [])
    let sent = hashes.withLock { $0 }
    #expect(sent.count == 240)
    for hash in sent { #expect(running.chain.transaction(hash) != nil) }
    #expect(running.chain.waitingSize == (0, 0))
    for height in 1...running.chain.head.height {
      #expect(running.chain.block(height)?.transactions.isEmpty == false)
    }
    guard
      case .failure(.admission(.readOnly)) = running.submit(
        Fixture.transfer(0, nonce: 30, to: 1, 1))
    else {
      Issue.record("a stopped node takes nothing")
      return
    }
    #expect(running.disk.openFiles == 0)
    let again = Fixture.chain(secret: 9)
    let machine = try Fixture.open(running.disk, again)
    #expect(machine.recovered.bytesCut == 0)
    #expect(again.head.header == running.chain.head.header)
  }

  /// Whoever finds a state finds the receipts and the head of the same height.
  @Test func readersSeeOneHeight() throws {
    let running = try Running()
    let isOver = Mutex(false)
    let mismatches = Mutex(0)
    let account = Fixture.members[0].address
    let reader = Worker("reader") {
      while !isOver.withLock({ $0 }) {
        let isEqual = running.chain.withState { state in
          let nonce = state.ledger.accounts.find(account).map { state.ledger.accounts[$0].nonce }
          let head = running.chain.head
          var counted: UInt64 = 0
          for height in 0...head.height {
            let transactions = running.chain.block(height)?.transactions ?? []
            counted += UInt64(transactions.count { $0.sender == account })
          }
          return nonce == counted
        }
        if !isEqual { mismatches.withLock { $0 += 1 } }
      }
    }
    for nonce in 0..<40 as Range<UInt64> {
      let hash = try running.submit(Fixture.transfer(0, nonce: nonce, to: 1, 1)).get()
      if nonce % 8 == 0 { #expect(running.waitForReceipt(hash)) }
    }
    running.sequencer.stop()
    isOver.withLock { $0 = true }
    reader.join()
    #expect(mismatches.withLock { $0 } == 0)
    #expect(running.chain.nonce(account, pending: false) == 40)
  }

  @Test func timeHoldsWhereTheClockStandsBehind() throws {
    let running = try Running()
    running.clock.set(Fixture.start + 1_000)
    let first = try running.submit(Fixture.transfer(0, nonce: 0, to: 1, 1)).get()
    #expect(running.waitForReceipt(first))
    running.clock.set(Fixture.start + 400)
    for nonce in 1..<3 as Range<UInt64> {
      let hash = try running.submit(Fixture.transfer(0, nonce: nonce, to: 1, 1)).get()
      #expect(running.waitForReceipt(hash))
      #expect(running.chain.head.header.timestamp == Fixture.start + 1_000)
    }
    #expect(running.notices == [.clockBehind(seconds: 600)])
    running.clock.set(Fixture.start + 2_000)
    let last = try running.submit(Fixture.transfer(0, nonce: 3, to: 1, 1)).get()
    #expect(running.waitForReceipt(last))
    #expect(running.chain.head.header.timestamp == Fixture.start + 2_000)
    running.sequencer.stop()
  }

  /// Full: nothing is taken, reads go on, what was accepted waits; with room again all goes on.
  @Test func aFullDiskIsReadOnlyUntilThereIsRoom() throws {
    let running = try Running()
    let first = try running.submit(Fixture.transfer(0, nonce: 0, to: 1, 1)).get()
    #expect(running.waitForReceipt(first))
    // The segment that the background made may stay; no further one fits.
    #expect(running.wait { $0.disk.names.contains("journal/spare") })
    running.disk.limit(to: running.disk.used)
    var last = first
    var nonce: UInt64 = 1
    while running.chain.readOnly == nil, nonce < 200 {
      guard case .success(let hash) = running.submit(Fixture.transfer(0, nonce: nonce, to: 1, 1))
      else { break }
      last = hash
      nonce += 1
      _ = running.wait { $0.chain.transaction(hash) != nil || $0.chain.readOnly != nil }
    }
    #expect(running.chain.readOnly == "no space")
    #expect(running.chain.transaction(last) == nil)
    #expect(running.chain.waiting(last) != nil)
    guard
      case .failure(.admission(let refusal)) = running.submit(
        Fixture.transfer(1, nonce: 0, to: 0, 1))
    else {
      Issue.record("a full disk takes nothing")
      return
    }
    #expect(refusal.text == "node is read-only: no space")
    #expect(running.chain.nonce(Fixture.members[0].address, pending: false) == nonce - 1)
    guard case .readOnly? = running.notices.first else {
      Issue.record("it is told: \(running.notices)")
      return
    }
    running.disk.limit(to: .max)
    #expect(running.waitForReceipt(last))
    #expect(running.chain.readOnly == nil)
    #expect(running.notices.count == 2 && running.notices.last == .writable)
    let more = try running.submit(Fixture.transfer(1, nonce: 0, to: 0, 1)).get()
    #expect(running.waitForReceipt(more))
    running.sequencer.stop()
    let again = Fixture.chain()
    _ = try Fixture.open(running.disk, again)
    #expect(again.head.header == running.chain.head.header)
  }

  /// A stop ends on a full disk too, with everything committed still there.
  @Test func aStopEndsOnAFullDisk() throws {
    let running = try Running()
    running.disk.limit(to: running.disk.used)
    var nonce: UInt64 = 0
    while running.chain.readOnly == nil, nonce < 200 {
      guard case .success(let hash) = running.submit(Fixture.transfer(0, nonce: nonce, to: 1, 1))
      else { break }
      nonce += 1
      _ = running.wait { $0.chain.transaction(hash) != nil || $0.chain.readOnly != nil }
    }
    #expect(running.chain.readOnly != nil)
    running.sequencer.stop()
    let again = Fixture.chain()
    running.disk.limit(to: .max)
    let machine = try Fixture.open(running.disk, again)
    #expect(machine.recovered.bytesCut == 0)
    #expect(again.head.header == running.chain.head.header)
    #expect(again.head.height > 0)
  }

  /// After a failed flush it is told once and nothing is published any more.
  @Test("incident 29: a failed flush ends the engine")
  func aFailedFlushEndsTheEngine() throws {
    let running = try Running()
    let first = try running.submit(Fixture.transfer(0, nonce: 0, to: 1, 1)).get()
    #expect(running.waitForReceipt(first))
    #expect(running.wait { $0.disk.names.contains("journal/spare") })
    running.disk.failFlushes(1)
    let second = try running.submit(Fixture.transfer(0, nonce: 1, to: 1, 1)).get()
    #expect(running.wait { !$0.notices.isEmpty })
    _ = running.submit(Fixture.transfer(2, nonce: 0, to: 1, 1))
    usleep(50_000)
    running.sequencer.stop()
    #expect(running.notices.count == 1)
    guard case .failed(let why)? = running.notices.first else {
      Issue.record("it is told: \(running.notices)")
      return
    }
    #expect(why.contains("Could not make durable"))
    #expect(running.chain.head.height == 1)
    #expect(running.chain.transaction(second) == nil)
    #expect(running.chain.readOnly != nil)
    #expect(running.disk.openFiles == 0)
    var generator = SeededGenerator(17)
    let again = Fixture.chain()
    _ = try Fixture.open(running.disk.crash(&generator), again)
    #expect(again.head.height == 1 || again.head.height == 2)
    #expect(again.block(1)?.header == running.chain.head.header)
  }

  /// The next segment is there before the present one is full.
  @Test func segmentsArePreparedInTheBackground() throws {
    let running = try Running()
    for nonce in 0..<40 as Range<UInt64> {
      let hash = try running.submit(Fixture.transfer(0, nonce: nonce, to: 1, 1)).get()
      #expect(running.waitForReceipt(hash))
      if nonce == 0 { #expect(running.wait { $0.disk.names.contains("journal/spare") }) }
    }
    #expect(running.wait { $0.disk.names.contains("journal/spare") })
    running.sequencer.stop()
    #expect(running.disk.names.count { $0.hasSuffix(".seg") } >= 3)
    #expect(!running.disk.names.contains { $0.hasSuffix(".new") })
  }

  /// Transactions that turn out impossible take nobody with them.
  @Test func impossibleTransactionsDoNotStallTheEngine() throws {
    let running = try Running()
    let owner = Fixture.members[3].address
    let all = running.chain.withState { $0.balance(of: owner) }.units
    // Both can be paid when they are admitted; the spender's comes first and takes the funds of the
    // other's.
    let token = SystemAddress.module(Token.number)
    let (owned, spender) = (Fixture.members[3], Fixture.members[4])
    let approval = Draft(
      gas: 60_000, to: token,
      data: [0x09, 0x5e, 0xa7, 0xb3] + ABIWriter.encode(spender.address, UInt256(all))
    ).signed(by: owned)
    let approved = try running.chain.submit([ReceivedTransaction(approval)])[0].get()
    #expect(running.waitForReceipt(approved))
    let most = all - 100_000
    let results = running.chain.submit([
      ReceivedTransaction(
        Draft(
          gas: 60_000, to: token,
          data: [0x23, 0xb8, 0x72, 0xdd]
            + ABIWriter.encode(owner, Fixture.members[1].address, Amount(most))
        ).signed(by: spender)),
      ReceivedTransaction(Draft(nonce: 1, value: most * Fixture.unit).signed(by: owned)),
      ReceivedTransaction(Draft(nonce: 2).signed(by: owned)),
    ])
    let first = try results[0].get()
    let second = try results[1].get()
    #expect(running.waitForReceipt(first))
    #expect(running.wait { $0.chain.waiting(second) == nil })
    #expect(running.chain.transaction(second) == nil)
    let next = try running.submit(Draft(nonce: 1).signed(by: Fixture.members[3])).get()
    #expect(running.waitForReceipt(next))
    running.sequencer.stop()
    #expect(running.chain.waitingSize == (0, 0))
    let again = Fixture.chain()
    _ = try Fixture.open(running.disk, again)
    #expect(again.head.header == running.chain.head.header)
  }
}
