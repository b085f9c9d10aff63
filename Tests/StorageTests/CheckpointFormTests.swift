import Cryptography
import Primitives
import Simulation
import Testing

@testable import Storage

@Suite struct CheckpointFormTests {
  @Test func namesHaveTwentyDigits() {
    #expect(CheckpointNames.file(42) == "checkpoints/00000000000000000042.ckpt")
    #expect(CheckpointNames.height("00000000000000000042.ckpt") == 42)
    #expect(CheckpointNames.height("18446744073709551615.ckpt") == .max)
    for name in [
      "42.ckpt", "00000000000000000042.new", "0000000000000000004x.ckpt", ".ckpt",
      "99999999999999999999.ckpt", "00000000000000000042.ckpt.new",
    ] {
      #expect(CheckpointNames.height(name) == nil, "\(name)")
    }
  }

  private static let manifest = CheckpointManifest(
    identity: Snapshot.identity, height: 9, header: Snapshot.header(9),
    chunks: (1...3).map {
      CheckpointChunk(storedBytes: $0, rawBytes: 10 * $0, digest: SHA256.hash([UInt8($0)]))
    })

  @Test func manifestsComeBack() {
    let bytes = Self.manifest.bytes
    #expect(CheckpointManifest(bytes) == Self.manifest)
    #expect(Self.manifest.rawBytes == 60)
    #expect(Self.manifest.storedBytes == 6)
    #expect(Self.manifest.digest == SHA256.hash(bytes))
  }

  /// Whatever the bytes are, what is read writes the same bytes again.
  @Test func hostileManifestsAreRefusedOrCanonical() {
    let sound = Self.manifest.bytes
    for count in 0..<sound.count { #expect(CheckpointManifest(Array(sound.prefix(count))) == nil) }
    #expect(CheckpointManifest(sound + [0]) == nil)
    var generator = Generator(seed: 43)
    for _ in 0..<20_000 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      if let found = CheckpointManifest(bytes) { #expect(found.bytes == bytes) }
    }
  }

  /// Counts and sizes beyond the limits are refused before memory is set aside for them.
  @Test func declaredSizesAreBounded() {
    for (place, value) in [(12, UInt64(1) << 31), (56, .max), (56, 1 << 40)] {
      var bytes = Self.manifest.bytes
      for index in 0..<(place == 12 ? 4 : 8) {
        bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
      }
      #expect(CheckpointManifest(bytes) == nil)
    }
    let large = CheckpointManifest(
      identity: .zero, height: 1, header: [],
      chunks: [
        CheckpointChunk(
          storedBytes: 1, rawBytes: CheckpointLimits.chunkBytes + 1, digest: .zero)
      ])
    #expect(CheckpointManifest(large.bytes) == nil)
  }

  @Test func everyByteOfFrontAndTrailerCounts() throws {
    let front = CheckpointFront(
      identity: Snapshot.identity, height: 9, header: Snapshot.header(9))
    func read(_ bytes: [UInt8], network: Digest = Snapshot.identity) throws(StorageFailure)
      -> CheckpointFront
    {
      try CheckpointFront.read(bytes, height: 9, network: network, file: "f")
    }
    #expect(try read(front.bytes) == front)
    #expect(try read(front.bytes + [1, 2, 3]) == front)
    let trailer = CheckpointTrailer(
      fileBytes: 1, manifestPlace: 2, manifestBytes: 3, manifestDigest: .zero)
    #expect(CheckpointTrailer(trailer.bytes) == trailer)
    for index in front.bytes.indices {
      var bytes = front.bytes
      bytes[index] ^= 4
      #expect(try failure { _ = try read(bytes) }?.kind == .damaged, "byte \(index)")
      #expect(try failure { _ = try read(Array(front.bytes.prefix(index))) } != nil)
    }
    for index in trailer.bytes.indices {
      var bytes = trailer.bytes
      bytes[index] ^= 4
      #expect(CheckpointTrailer(bytes) == nil)
    }
    #expect(try failure { _ = try read(front.bytes, network: .zero) }?.kind == .wrongNetwork)
    var later = Array(front.bytes.dropLast(32))
    later[8] = 2
    later += SHA256.hash(later).bytes
    #expect(try failure { _ = try read(later) }?.kind == .wrongVersion(2))
  }
}
