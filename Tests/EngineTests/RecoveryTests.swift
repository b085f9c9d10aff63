import Cryptography
import Economy
import Ledger
import Primitives
import Simulation
import Storage
import Testing

@testable import Engine

@Suite struct RecoveryTests {
  /// A journal of so many random blocks; their headers by height.
  private static func written(
    _ count: Int, seed: UInt64, to disk: SimulatedDisk
  ) throws -> [BlockHeader] {
    let chain = Fixture.chain()
    var machine = try Fixture.machine(disk, chain)
    var workload = Workload(seed: seed)
    var headers = [chain.head.header]
    for round in 0..<count {
      let batch = try workload.next(1 + round % 6)
      headers.append(try machine.close(batch, at: Fixture.start + UInt64(round)).header)
    }
    try machine.close()
    return headers
  }

  private static var settings: JournalSettings {
    let chain = Fixture.chain()
    return JournalSettings(
      identity: Fixture.genesis.identity, previousDigest: chain.genesisHash,
      segmentBytes: Fixture.segmentBytes)
  }

  private static func failure(_ body: () throws -> Void) -> ReplayFailure? {
    do {
      try body()
      return nil
    } catch {
      return error as? ReplayFailure
    }
  }

  /// The live path and the replay give the same blocks, on any machine.
  @Test func replayGivesTheSameHead() throws {
    let disk = SimulatedDisk()
    let headers = try Self.written(60, seed: 10, to: disk)
    #expect(disk.names.count { $0.hasSuffix(".seg") } > 2)
    let chain = Fixture.chain(secret: 77)
    let machine = try Fixture.open(disk, chain)
    #expect(machine.recovered.blocks == 60)
    #expect(machine.recovered.bytesCut == 0)
    let info = machine.info()
    #expect(info.height == 60)
    #expect(info.appHash == headers[60].hash)
    #expect(chain.withState { $0.stateRoot() } == headers[60].stateRoot)
    for (height, header) in headers.enumerated() {
      #expect(chain.block(Height(height))?.header == header)
    }
    try machine.close()
    #expect(disk.openFiles == 0)
    let checked = Fixture.chain(secret: 78)
    let summary = try Recovery.verify(checked, disk: disk) { _ in }
    #expect(summary.blocks == 60)
    #expect(checked.head.hash == headers[60].hash)
  }

  /// Two engines that are fed the same blocks agree in every header; one goes on after a restart.
  @Test func equalBlocksGiveEqualHeaders() throws {
    let first = Fixture.chain(secret: 3)
    let second = Fixture.chain(secret: 4)
    let disk = SimulatedDisk()
    var one = try Fixture.machine(SimulatedDisk(), first)
    var workload = Workload(seed: 11)
    let batches = try (0..<12).map { try workload.next(1 + $0 % 5) }
    var two = try Fixture.machine(disk, second)
    for (round, batch) in batches.prefix(6).enumerated() {
      try one.close(batch, at: Fixture.start + UInt64(round / 3))
      try two.close(batch, at: Fixture.start + UInt64(round / 3))
      #expect(first.head.header == second.head.header)
    }
    try two.close()
    let third = Fixture.chain(secret: 5)
    var three = try Fixture.open(disk, third)
    for batch in batches.dropFirst(6) {
      try one.close(batch, at: Fixture.start + 10)
      try three.close(batch, at: Fixture.start + 10)
      #expect(first.head.header == third.head.header)
    }
  }

  /// The process dies within every call to the disk in turn, and the power goes with it: what was
  /// published is there, what is there was proposed, and the node goes on.
  @Test("incident 30: every crash keeps what was published")
  func everyCrashKeepsWhatWasPublished() throws {
    let rounds = 14
    var workload = Workload(seed: 12)
    let batches = try (0..<rounds).map { try workload.next(2 + $0 % 3) }
    var generator = SeededGenerator(13)
    func life(_ disk: SimulatedDisk) throws -> [Digest] {
      let chain = Fixture.chain()
      var machine = try Fixture.open(disk, chain)
      var published = [chain.head.hash]
      do throws(StorageFailure) {
        for (round, batch) in batches.enumerated() {
          published.append(try machine.close(batch, at: Fixture.start + UInt64(round)).hash)
        }
      } catch {
        #expect(error.kind == .flushFailed || error.kind == .inputOutput)
      }
      #expect(Int(chain.head.height) + 1 == published.count)
      return published
    }
    let plain = SimulatedDisk()
    try Recovery.create(Fixture.chain(), disk: plain, segmentBytes: Fixture.segmentBytes)
    let made = plain.calls
    let whole = try life(plain)
    #expect(plain.names.count { $0.hasSuffix(".seg") } > 1)
    var recoveries = 0
    for call in made + 1...plain.calls {
      let disk = SimulatedDisk()
      try Recovery.create(Fixture.chain(), disk: disk, segmentBytes: Fixture.segmentBytes)
      disk.strike(call - disk.calls, .die)
      guard let published = try? life(disk) else { continue }
      #expect(published == Array(whole.prefix(published.count)))
      for _ in 0..<3 {
        let chain = Fixture.chain()
        var machine = try Fixture.open(disk.crash(&generator), chain)
        let height = Int(chain.head.height)
        #expect(height + 1 >= published.count, "call \(call) lost a published block")
        #expect(height < whole.count && chain.head.hash == whole[height])
        if height < rounds {
          let next = try machine.close(batches[height], at: Fixture.start + UInt64(height))
          #expect(next.hash == whole[height + 1])
        }
        recoveries += 1
      }
    }
    print("crashes: \(plain.calls - made) places, \(recoveries) recoveries, nothing lost")
    #expect(recoveries > 100)
  }

  /// Damage below the watermark is refused with file and height, at any byte, and nothing is
  /// changed.
  @Test func damagedRecordsAreRefused() throws {
    let disk = SimulatedDisk()
    _ = try Self.written(8, seed: 14, to: disk)
    let name = try #require(disk.names.first { $0.hasSuffix("1.seg") })
    var generator = SeededGenerator(15)
    for _ in 0..<40 {
      let offset = 512 + generator.below(3_000)
      disk.damage(name, at: offset)
      let before = disk.contents(name)
      let failure = Self.failure { _ = try Fixture.open(disk, Fixture.chain()) }
      guard case .storage(let storage)? = failure else {
        Issue.record("byte \(offset) was changed and \(String(describing: failure)) is said")
        return
      }
      #expect(storage.kind == .damaged)
      #expect((1...8).contains(storage.height ?? 0))
      #expect(failure?.text.contains("height \(storage.height ?? 0)") == true)
      #expect(disk.contents(name) == before)
      disk.damage(name, at: offset)
    }
    _ = try Fixture.open(disk, Fixture.chain())
  }

  /// Writes the journal anew with one payload changed: every checksum is right, its content is not.
  private static func forged(
    _ disk: SimulatedDisk, height: Height, _ change: ([UInt8]) -> [UInt8]
  ) throws -> SimulatedDisk {
    let forged = SimulatedDisk()
    try Journal.create(forged, settings)
    var journal = try Journal.open(forged, settings) { _ in .zero }
    _ = try JournalReader(disk, settings).walk { record in
      let payload = record.height == height ? change(record.payload) : record.payload
      let digest = try BlockRecord(record.payload).header.hash
      try journal.append(height: record.height, payload: payload, digest: digest)
      try journal.flush()
      return digest
    }
    try journal.close()
    return forged
  }

  /// The payload of a block whose first transaction has another sender.
  private static func withSender(_ sender: Address, _ payload: [UInt8]) -> [UInt8] {
    var payload = payload
    let start = 4 + Int(payload[0]) + Int(payload[1]) << 8 + 4
    payload.replaceSubrange(start..<start + 20, with: sender.bytes)
    return payload
  }

  @Test func forgedRecordsAreRefusedWithTheirHeight() throws {
    let disk = SimulatedDisk()
    let chain = Fixture.chain()
    var machine = try Fixture.machine(disk, chain)
    for round in 0..<5 as Range<UInt64> {
      let bytes = Fixture.transfer(0, nonce: round, to: 1, 7)
      try machine.close([Fixture.authentic(bytes)], at: Fixture.start + round)
    }
    try machine.close()
    let sound = try Self.forged(disk, height: 0) { $0 }
    _ = try Fixture.open(sound, Fixture.chain())

    let moved = try Self.forged(disk, height: 3) {
      Self.withSender(Fixture.members[2].address, $0)
    }
    guard case .outcome(3, _)? = Self.failure({ _ = try Fixture.open(moved, Fixture.chain()) })
    else {
      Issue.record("another sender gives another outcome")
      return
    }
    guard
      case .sender(3, 0)? = Self.failure({
        _ = try Recovery.verify(Fixture.chain(), disk: moved) { _ in }
      })
    else {
      Issue.record("verify recovers the signature")
      return
    }
    let later = try Self.forged(disk, height: 4) { payload in
      // The time's last byte, in the header before the base fee, two fixed fields and no data.
      var payload = payload
      let end = 4 + Int(payload[0]) + Int(payload[1]) << 8
      payload[end - 6 - 9 - 33 - 1 - 1] ^= 1
      return payload
    }
    guard
      case .outcome(let height, let field)? = Self.failure({
        _ = try Fixture.open(later, Fixture.chain())
      })
    else {
      Issue.record("another time gives another header")
      return
    }
    #expect(height == 4 || height == 5)
    #expect(["time", "header", "parent hash", "state root"].contains(field))
    let cut = try Self.forged(disk, height: 2) { $0.dropLast() }
    guard case .record(2, _)? = Self.failure({ _ = try Fixture.open(cut, Fixture.chain()) })
    else {
      Issue.record("a cut record is refused")
      return
    }
    let swapped = try Self.forged(disk, height: 2) { payload in
      var payload = payload
      payload[payload.count - 100] ^= 1
      return payload
    }
    #expect(Self.failure { _ = try Fixture.open(swapped, Fixture.chain()) } != nil)
  }

  @Test("incident 26: another network's journal is refused")
  func anotherNetworkIsRefused() throws {
    let disk = SimulatedDisk()
    _ = try Self.written(1, seed: 16, to: disk)
    let other = Chain(
      genesis: Genesis(
        economy: "other", chainID: 1, time: LogicalTime(0), token: Fixture.genesis.token,
        network: Fixture.genesis.network, liquidWeights: true, wallets: Fixture.genesis.wallets,
        flowAccounts: [], grants: [], parameters: [], identity: Keccak256.hash([9])),
      secret: .init(1, 2))
    guard case .storage(let failure)? = Self.failure({ _ = try Fixture.open(disk, other) }) else {
      Issue.record("another network's journal is refused")
      return
    }
    #expect(failure.kind == .wrongNetwork)
  }
}
