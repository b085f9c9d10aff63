import Economy
import Ledger
import Primitives
import Simulation
import Testing

@testable import Engine

@Suite struct StateFormTests {
  /// The chunks of a small life's head, and that head.
  private static func chunks(_ chunkBytes: Int) throws -> (head: Block, chunks: [[UInt8]]) {
    let disk = SimulatedDisk()
    let life = try Life(disk, blocks: 10)
    let restart = try Restart(disk)
    let image = restart.chain.withState { $0.image() }
    var chunks: [[UInt8]] = []
    StateForm.write(life.head, image, chunkBytes: chunkBytes) { chunks.append($0) }
    return (life.head, chunks)
  }

  private static func load(_ chunks: [[UInt8]], _ head: Block) throws(CheckpointFault) -> Digest? {
    var reader = StateReader(genesis: Fixture.genesis, secret: HashSecret(8, 9))
    for chunk in chunks { try reader.append(chunk) }
    let loaded = try reader.finish(
      header: head.header.rlp, authenticator: Authenticator(chainID: Fixture.chainID))
    guard var state = loaded.state.take() else { return nil }
    return state.stateRoot()
  }

  @Test func statesComeBackInAnyCut() throws {
    for chunkBytes in [500, 20_000, 1 << 20] {
      let (head, chunks) = try Self.chunks(chunkBytes)
      #expect(try Self.load(chunks, head) == head.header.stateRoot)
    }
  }

  /// A chunk left out, doubled, moved, or bytes added: refused.
  @Test func chunksOutOfOrderAreRefused() throws {
    let (head, chunks) = try Self.chunks(500)
    for index in chunks.indices {
      var changed = chunks
      changed.remove(at: index)
      #expect(throws: CheckpointFault.self, "without chunk \(index)") {
        try Self.load(changed, head)
      }
      changed = chunks
      changed.insert(chunks[index], at: index)
      #expect(throws: CheckpointFault.self, "chunk \(index) twice") { try Self.load(changed, head) }
      changed = chunks
      changed[index].append(1)
      #expect(throws: CheckpointFault.self, "chunk \(index) too long") {
        try Self.load(changed, head)
      }
      guard index > 0 else { continue }
      changed = chunks
      changed.swapAt(index, index - 1)
      #expect(throws: CheckpointFault.self, "chunk \(index) early") { try Self.load(changed, head) }
    }
    #expect(throws: CheckpointFault.self) { try Self.load([], head) }
    #expect(throws: CheckpointFault.self) { try Self.load(chunks + [[9]], head) }
    #expect(throws: CheckpointFault.self) { try Self.load([[]], head) }
  }

  /// Changed bytes are refused, or give the same state and block: nothing traps.
  @Test func randomChangesAreRefused() throws {
    let (head, chunks) = try Self.chunks(1 << 20)
    var generator = SeededGenerator(32)
    var refused = 0
    for _ in 0..<300 {
      var changed = chunks
      let place = generator.below(changed.count)
      for _ in 0..<1 + generator.below(3) {
        changed[place][generator.below(changed[place].count)] ^= UInt8(1 + generator.below(255))
      }
      do throws(CheckpointFault) {
        #expect(try Self.load(changed, head) == head.header.stateRoot)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 250)
  }
}
