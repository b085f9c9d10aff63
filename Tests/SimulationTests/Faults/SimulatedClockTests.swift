import Economy
import EconomyFile
import Engine
import Ledger
import Primitives
import Synchronization
import Testing

@testable import Simulation

@Suite struct SimulatedClockTests {
  @Test func itGoesAsItIsTold() {
    let clock = SimulatedClock(1_000)
    clock.go(2)
    #expect((clock.now(), clock.now()) == (1_000, 1_002))
    clock.go(0)
    #expect((clock.now(), clock.now()) == (1_004, 1_004))
    clock.jump(-5_000)
    #expect(clock.now() == 0)
    clock.jump(.max)
    clock.jump(.max)
    clock.jump(.max)
    #expect(clock.now() == .max)
  }

  /// Jumps of a second to ten years either way, and a clock that stands still: block time never
  /// falls, never passes what the clock has shown, and a start replays it.
  @Test("incident 32: block time under a jumping clock")
  func blocksUnderAJumpingClock() throws {
    let text = try #require(GoldenRunnerTests.file("economies/btt.json"))
    let genesis = Offices.bound(try EconomyFile.load(text: text).genesis())
    var jumps = 0
    for seed in 1...4 as ClosedRange<UInt64> {
      var generator = Generator(seed: seed)
      let clock = SimulatedClock(genesis.time.seconds)
      let disk = SimulatedDisk()
      let chain = Chain(genesis: genesis, secret: HashSecret(seed, 1))
      try Recovery.create(chain, disk: disk, segmentBytes: 1 << 18, salt: seed)
      var machine: Machine? = try Recovery.open(
        chain, disk: disk, segmentBytes: 1 << 18, salt: seed
      ) { _ in }
      let sequencer = SoloSequencer(chain: chain)
      let behind = Mutex(0)
      if let machine = machine.take() {
        sequencer.start(machine, clock: clock) { notice in
          if case .clockBehind = notice { behind.withLock { $0 += 1 } }
        }
      }
      var highest = genesis.time.seconds
      for _ in 0..<12 {
        clock.jump(SimulatedClock.jump(&generator))
        let now = clock.now()
        highest = max(highest, now)
        let before = chain.head.header
        chain.askForBlock()
        let deadline = ContinuousClock.now + .seconds(20)
        while chain.head.height == before.number, ContinuousClock.now < deadline {}
        let after = chain.head.header
        #expect(after.number > before.number, "seed \(seed): no block")
        #expect(after.timestamp >= before.timestamp, "seed \(seed): time fell")
        #expect(after.timestamp <= highest, "seed \(seed): time ran ahead of the clock")
        jumps += 1
      }
      sequencer.stop()
      let again = Chain(genesis: genesis, secret: HashSecret(seed, 2))
      _ = try Recovery.open(again, disk: disk, segmentBytes: 1 << 18) { _ in }
      #expect(again.head.hash == chain.head.hash)
    }
    print("clock: \(jumps) jumps, block time never fell")
  }
}
