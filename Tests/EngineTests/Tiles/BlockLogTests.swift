import Cryptography
import Economy
import Glibc
import Primitives
import Simulation
import Storage
import Synchronization
import Testing

@testable import Engine

@Suite struct BlockLogTests {
  private func blockLog(
    _ chain: Chain, _ disk: SimulatedDisk, _ heard: Told
  ) throws -> BlockLog<SimulatedDisk> {
    let signer = try #require(
      NoteSigner(
        name: BlockLog<SimulatedDisk>.origin(chain), seed: [UInt8](repeating: 1, count: 32)))
    return BlockLog(chain, disk: disk, signer: signer) { heard.add($0) }
  }

  @Test("The log follows the head, answers for it at once, and is whole when it has stopped")
  func follows() throws {
    let disk = SimulatedDisk()
    let chain = Fixture.chain()
    var machine = try Fixture.machine(disk, chain)
    let heard = Told()
    let log = try blockLog(chain, disk, heard)
    #expect(throws: TileFailure.self) { try log.inclusion(of: 0) }
    log.start()
    for _ in 0..<200 where log.file("checkpoint") == nil { usleep(5_000) }
    #expect(log.file("checkpoint") != nil)
    for height in 1...20 as ClosedRange<UInt64> {
      _ = try machine.close([], at: Fixture.start + height)
    }
    var inclusion: LogInclusion?
    for _ in 0..<100 where inclusion == nil {
      inclusion = try? log.inclusion(of: 20)
      if inclusion == nil { usleep(10_000) }
    }
    let found = try #require(inclusion)
    let checkpoint = try #require(LogCheckpoint(text: found.checkpoint.text))
    try found.checkpoint.verify(by: log.key)
    #expect(
      HashTree.verify(
        leaf: SHA256.leaf(chain.head.header.rlp), index: 20, count: Int(checkpoint.size),
        path: found.path, root: checkpoint.root))
    _ = try machine.close([], at: Fixture.start + 30)
    try machine.close()
    log.stop()
    let summary = try BlockLogCheck.verify(chain, disk: disk, key: log.key)
    #expect(summary?.size == 22 && heard.all == [])
    #expect(log.file("tile/0/000.p/22")?.count == 22 * 32)
    for path in ["", "../journal", "tile/0/000.p/23", "checkpoint.new", "keys/log.key"] {
      #expect(log.file(path) == nil, "\(path)")
    }
  }

  @Test("What stands in the way is told once, and the chain goes on")
  func trouble() throws {
    let disk = SimulatedDisk()
    let chain = Fixture.chain()
    var machine = try Fixture.machine(disk, chain)
    let heard = Told()
    let log = try blockLog(chain, disk, heard)
    disk.limit(to: disk.used)
    log.start()
    for _ in 0..<300 where heard.all.isEmpty { usleep(5_000) }
    #expect(heard.all.count == 1 && heard.all.first?.contains("No space") == true)
    disk.limit(to: .max)
    _ = try machine.close([], at: Fixture.start + 1)
    try machine.close()
    log.stop()
    #expect(try BlockLogCheck.verify(chain, disk: disk, key: log.key)?.size == 2)
  }
}

/// What the log's thread told.
private final class Told: Sendable {
  private let texts = Mutex<[String]>([])
  var all: [String] { texts.withLock { $0 } }
  func add(_ text: String) { texts.withLock { $0.append(text) } }
}
