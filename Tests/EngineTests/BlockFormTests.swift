import Economy
import Primitives
import Simulation
import Testing

@testable import Engine

@Suite struct BlockFormTests {
  private static let authenticator = Authenticator(chainID: Fixture.chainID)

  @Test func blocksComeBackWhole() throws {
    let life = try Life(SimulatedDisk(), blocks: 12)
    for block in life.blocks {
      let found = try BlockForm.block(BlockForm.bytes(block), authenticator: Self.authenticator)
      #expect(found.shown == block.shown)
      #expect(found.header == block.header)
      #expect(BlockForm.bytes(found) == BlockForm.bytes(block))
    }
  }

  /// Any byte changed or cut off: refused, or the block that the header means.
  @Test func everyByteCounts() throws {
    let block = try Life(SimulatedDisk(), blocks: 3).head
    let sound = BlockForm.bytes(block)
    var taken = 0
    for index in sound.indices {
      var bytes = sound
      bytes[index] ^= 1
      if let found = try? BlockForm.block(bytes, authenticator: Self.authenticator) {
        // The words of a rejection stand under no root, the spare bits of an asset neither.
        #expect(found.header.rlp == bytes[4..<4 + block.header.rlp.count].map { $0 })
        taken += 1
      }
      let cut = Array(sound.prefix(index))
      #expect(throws: BlockRecordFailure.self) {
        try BlockForm.block(cut, authenticator: Self.authenticator)
      }
    }
    #expect(taken < sound.count / 2)
    #expect(throws: BlockRecordFailure.self) {
      try BlockForm.block(sound + [0], authenticator: Self.authenticator)
    }
  }

  @Test func randomBytesAreRefused() throws {
    let sound = BlockForm.bytes(try Life(SimulatedDisk(), blocks: 2).head)
    var generator = SeededGenerator(31)
    for _ in 0..<400 {
      var bytes = sound
      for _ in 0..<1 + generator.below(8) {
        bytes[generator.below(bytes.count)] = UInt8(generator.below(256))
      }
      let start = generator.below(bytes.count)
      bytes.removeSubrange(start..<min(bytes.count, start + generator.below(9)))
      _ = try? BlockForm.block(bytes, authenticator: Self.authenticator)
    }
  }
}
