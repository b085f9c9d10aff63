import Cryptography
import Economy
import Primitives
import Simulation
import Storage
import Testing

@testable import Engine

/// A chain with a journal and room for a log, on a disk in memory.
private struct Logged {
  let disk: SimulatedDisk
  let chain: Chain
  let signer: NoteSigner

  /// Makes the first blocks of a new network.
  init(blocks: Int, memory: Int = 1 << 30, seed: UInt8 = 1) throws {
    disk = SimulatedDisk()
    chain = Fixture.chain(memory: memory)
    signer = try Self.signer(chain, seed)
    var machine = try Fixture.machine(disk, chain)
    for height in 0..<blocks { _ = try machine.close([], at: Fixture.start + UInt64(height)) }
    try machine.close()
  }

  /// What is on a disk already.
  init(_ disk: SimulatedDisk, memory: Int = 1 << 30) throws {
    self.disk = disk
    chain = Fixture.chain(memory: memory)
    signer = try Self.signer(chain, 1)
    try Fixture.open(disk, chain).close()
  }

  static func signer(_ chain: Chain, _ seed: UInt8) throws -> NoteSigner {
    try #require(
      NoteSigner(
        name: TileLog<SimulatedDisk>.origin(chain), seed: [UInt8](repeating: seed, count: 32)))
  }

  /// Continues the log and publishes at each of the sizes.
  @discardableResult
  func log(_ sizes: [UInt64], _ mended: (String) -> Void = { _ in }) throws -> TileLog<
    SimulatedDisk
  > {
    var log = try TileLog(chain, disk: disk, signer: signer, mended: mended)
    for size in sizes {
      try log.catchUp(to: size)
      try log.publish()
    }
    return log
  }

  func verify() throws -> TileSummary? {
    try BlockLogCheck.verify(chain, disk: disk, key: signer.key)
  }

  var tiles: [String] { disk.names.filter { $0.hasPrefix("tiles/") } }
}

@Suite struct TileLogTests {
  @Test("The files of a log are the standard's, in every byte what the chain gives")
  func files() throws {
    let logged = try Logged(blocks: 599)
    #expect(try logged.verify() == nil)
    var log = try logged.log([1, 100, 256, 300])
    #expect(
      logged.tiles == [
        "tiles/checkpoint", "tiles/tile/0/000", "tiles/tile/0/001.p/44", "tiles/tile/1/000.p/1",
        "tiles/tile/entries/000", "tiles/tile/entries/001.p/44",
      ])
    try log.catchUp(to: 600)
    try log.publish()
    let summary = try #require(try logged.verify())
    #expect(summary.size == 600 && summary.files == 9 && summary.root == log.edge.root)
    var tree = HashTree()
    for height in 0..<600 as Range<UInt64> {
      tree.append(SHA256.leaf(try #require(logged.chain.block(height)).header.rlp))
    }
    #expect(tree.root() == summary.root)
    for height in [0, 1, 255, 256, 511, 512, 598, 599] as [UInt64] {
      #expect(try log.inclusion(of: height).path == tree.path(Int(height)))
    }
    #expect(throws: TileFailure.self) { try log.inclusion(of: 600) }
  }

  @Test("A log goes on where it was, from memory or from the journal alone")
  func continues() throws {
    let logged = try Logged(blocks: 300)
    try logged.log([290])
    let small = try Logged(logged.disk, memory: 4_096)
    #expect(small.chain.firstHeight > 290)
    let mended = Heard()
    let log = try small.log([301]) { mended.add($0) }
    #expect(mended.all == [] && log.edge.size == 301)
    #expect(try small.verify()?.size == 301)
    let whole = try Logged(logged.disk.crash(from: 3), memory: 4_096)
    for name in whole.tiles { try whole.disk.remove(name) }
    try whole.log([301]) { mended.add($0) }
    #expect(try whole.verify()?.size == 301 && mended.all == [])
  }

  @Test("Every file missing or damaged is named and written again; nothing else is signed over it")
  func mends() throws {
    let logged = try Logged(blocks: 300)
    try logged.log([270, 301])
    let names = logged.tiles
    for name in names where name != "tiles/checkpoint" {
      // Partial tiles of an older size are not needed to go on.
      let isOld = name.hasSuffix(".p/14")
      let before = logged.disk.contents(name)
      try logged.disk.remove(name)
      let mended = Heard()
      try logged.log([301]) { mended.add($0) }
      #expect(mended.all.isEmpty == isOld, "\(name)")
      if !isOld {
        #expect(logged.disk.contents(name) == before)
        #expect(
          mended.all.allSatisfy { $0.contains(name.dropFirst("tiles/".count)) }, "\(mended.all)")
      }
      #expect(try logged.verify()?.size == 301)
    }
    logged.disk.damage("tiles/tile/0/001.p/45", at: 700)
    let mended = Heard()
    try logged.log([301]) { mended.add($0) }
    #expect(mended.all.count == 1)
    #expect(try logged.verify()?.size == 301)
    try logged.disk.remove("tiles/checkpoint")
    try logged.log([301])
    #expect(try logged.verify()?.size == 301)
  }

  @Test("Tiles of a log whose first checkpoint was not reached are compared all the same")
  func unsigned() throws {
    let logged = try Logged(blocks: 300)
    try logged.log([301])
    try logged.disk.remove("tiles/checkpoint")
    let summary = try logged.verify()
    #expect(summary?.size == 0 && summary?.files == logged.tiles.count)
    for name in logged.tiles {
      logged.disk.damage(name, at: 5)
      #expect(throws: TileFailure.self, "\(name)") { try logged.verify() }
      logged.disk.damage(name, at: 5)
    }
    let stranger = "tiles/tile/0/002.p/7"
    try logged.disk.makeFolder("tiles/tile/0/002.p")
    try logged.disk.writeAtomically(stranger, Array(repeating: 1, count: 7 * 32))
    #expect(throws: TileFailure.self) { try logged.verify() }
  }

  @Test("A flipped bit of any byte of any file is found and the file named")
  func everyByte() throws {
    let logged = try Logged(blocks: 3)
    try logged.log([2, 4])
    var flips = 0
    for name in logged.tiles {
      for place in logged.disk.contents(name).indices {
        logged.disk.damage(name, at: place)
        do {
          _ = try logged.verify()
          Issue.record("byte \(place) of \(name) went unnoticed")
        } catch let failure as TileFailure {
          #expect(failure.text.contains(name), "\(failure.text)")
        }
        logged.disk.damage(name, at: place)
        flips += 1
      }
    }
    #expect(try logged.verify()?.size == 4)
    print("Tiles: \(flips) bytes of \(logged.tiles.count) files flipped, all found and named")
  }

  @Test("What does not belong to the log is named")
  func strangers() throws {
    let logged = try Logged(blocks: 5)
    try logged.log([6])
    try logged.disk.writeAtomically("tiles/tile/0/001", [1])
    #expect(
      throws: TileFailure.damaged(file: "tile/0/001", finding: "no such file belongs to the log")
    ) {
      try logged.verify()
    }
  }

  private func fill(
    _ disk: SimulatedDisk, _ chain: Chain, blocks: Int, start: UInt64
  ) throws {
    var machine = try Fixture.machine(disk, chain)
    for height in 0..<blocks { _ = try machine.close([], at: start + UInt64(height)) }
    try machine.close()
  }

  private func opening(
    _ chain: Chain, _ disk: SimulatedDisk, _ signer: NoteSigner
  ) -> TileFailure? {
    do throws(TileFailure) {
      _ = try TileLog(chain, disk: disk, signer: signer) { _ in }
      return nil
    } catch {
      return error
    }
  }

  @Test("A checkpoint that the chain contradicts stops the signing, and its files stay")
  func contradiction() throws {
    let logged = try Logged(blocks: 20)
    try logged.log([21])
    let before = logged.tiles.map { logged.disk.contents($0) }
    // The same network with a shorter past, and with another one.
    for (blocks, shift) in [(10, 0), (20, 1), (30, 1)] as [(Int, UInt64)] {
      let other = Fixture.chain()
      let disk = SimulatedDisk()
      try fill(disk, other, blocks: blocks, start: Fixture.start + 100 * shift)
      for name in logged.tiles { disk.put(name, logged.disk.contents(name)) }
      guard case .contradiction = opening(other, disk, logged.signer) else {
        Issue.record("a contradiction of \(blocks) blocks went unnoticed")
        continue
      }
      #expect(logged.tiles.map { disk.contents($0) } == before)
      #expect(throws: TileFailure.self) {
        try BlockLogCheck.verify(other, disk: disk, key: logged.signer.key)
      }
      // Neither does a missing tile lead to another history being written over the signed one.
      try disk.remove("tiles/tile/0/000.p/21")
      #expect(opening(other, disk, logged.signer) != nil)
      #expect(
        disk.contents("tiles/tile/entries/000.p/21")
          == logged.disk.contents("tiles/tile/entries/000.p/21"))
    }
  }

  @Test("Another key's checkpoint is refused by verify and signed anew by the log")
  func otherKey() throws {
    let logged = try Logged(blocks: 8)
    try logged.log([9])
    let other = try Logged.signer(logged.chain, 2)
    #expect(throws: TileFailure.self) {
      try BlockLogCheck.verify(logged.chain, disk: logged.disk, key: other.key)
    }
    var log = try TileLog(logged.chain, disk: logged.disk, signer: other) { _ in }
    try log.catchUp(to: 9)
    try log.publish()
    #expect(try BlockLogCheck.verify(logged.chain, disk: logged.disk, key: other.key)?.size == 9)
  }

  @Test("A crash at every write leaves a log that goes on and that verify accepts")
  func crashes() throws {
    let start = try Logged(blocks: 259)
    try start.log([250])
    var generator = SeededGenerator(77)
    let whole = start.disk.crash(&generator)
    let before = whole.calls
    try Logged(whole).log([255, 257, 260])
    let calls = whole.calls - before
    var recoveries = 0
    for call in 1...calls {
      let disk = start.disk.crash(&generator)
      disk.strike(call, .die)
      _ = try? Logged(disk).log([255, 257, 260])
      let left = try Logged(disk.crash(&generator))
      let size = try left.verify()?.size ?? 0
      #expect(size == 250 || size == 255 || size == 257 || size == 260, "call \(call): \(size)")
      try left.log([260])
      #expect(try left.verify()?.size == 260)
      recoveries += 1
    }
    print("Tiles: \(recoveries) crashes, one at each call of the disk, all went on")
  }

  @Test("A full disk stops the log, not the chain, and the log goes on with room")
  func full() throws {
    let logged = try Logged(blocks: 259)
    var log = try logged.log([200])
    logged.disk.limit(to: logged.disk.used)
    #expect(throws: TileFailure.self) { try log.catchUp(to: 260) }
    let size = log.edge.size
    #expect(size == 255)
    logged.disk.limit(to: .max)
    try log.catchUp(to: 260)
    try log.publish()
    #expect(try logged.verify()?.size == 260)
  }
}

/// What a closure was told.
private final class Heard {
  private(set) var all: [String] = []
  func add(_ text: String) { all.append(text) }
}

extension SimulatedDisk {
  fileprivate func crash(from seed: UInt64) -> SimulatedDisk {
    var generator = SeededGenerator(seed)
    return crash(&generator)
  }
}
