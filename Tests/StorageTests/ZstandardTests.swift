import Simulation
import Testing

@testable import Storage

@Suite struct ZstandardTests {
  @Test func whatIsCompressedComesBack() throws {
    var compressor = Compressor()
    for count in [1, 2, 63, 1_024, 100_000] {
      let raw = Snapshot.chunk(1, 2, count: count)
      for level in [1, 3] as [Int32] {
        let stored = compressor.compress(raw, level: level) ?? []
        #expect(stored.count <= Zstandard.bound(count))
        #expect(Zstandard.decompress(stored, rawCount: count) == raw)
      }
    }
  }

  /// A frame that says or gives another size than the caller allows is refused, a bomb among them.
  @Test func onlyTheDeclaredSizeIsTaken() throws {
    var compressor = Compressor()
    let bomb = compressor.compress([UInt8](repeating: 0, count: 4 << 20)) ?? []
    #expect(bomb.count < 1_024)
    for count in [-1, 0, 1, 1_024, 4 << 20 - 1, 4 << 20 + 1] {
      #expect(Zstandard.decompress(bomb, rawCount: count) == nil)
    }
    let one = compressor.compress([1, 2, 3]) ?? []
    #expect(Zstandard.decompress(one + one, rawCount: 6) == nil)
    #expect(Zstandard.decompress(one + one, rawCount: 3) == nil)
    #expect(Zstandard.decompress(one + [0], rawCount: 3) == nil)
    #expect(Zstandard.decompress([], rawCount: 0) == nil)
  }

  @Test func randomBytesAreRefusedOrGiveTheSize() throws {
    var generator = Generator(seed: 41)
    var compressor = Compressor()
    let raw = Snapshot.chunk(1, 1, count: 2_000)
    let stored = compressor.compress(raw) ?? []
    for _ in 0..<5_000 {
      var changed = stored
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        changed[Int.random(in: 0..<changed.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) {
        changed.removeLast(Int.random(in: 0...changed.count, using: &generator))
      }
      let found = Zstandard.decompress(changed, rawCount: raw.count)
      #expect(found == nil || found?.count == raw.count)
    }
  }
}
