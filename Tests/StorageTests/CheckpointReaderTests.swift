import Cryptography
import Primitives
import Simulation
import Testing

@testable import Storage

@Suite struct CheckpointReaderTests {
  /// Every byte of a small checkpoint, changed in turn, is found, and file and offset are told.
  @Test func everyByteCounts() throws {
    let disk = SimulatedDisk()
    try Snapshot.write(disk, 5, chunks: 3, count: 64)
    let name = Checkpoints.file(5)
    let sound = disk.contents(name)
    var places: Set<UInt64> = []
    for index in sound.indices {
      var bytes = sound
      bytes[index] ^= UInt8(1 << (index % 8))
      disk.put(name, bytes)
      let found = try failure { _ = try Snapshot.contents(disk, 5) }
      #expect(found?.kind == .damaged, "byte \(index)")
      #expect(found?.file == name)
      #expect(found?.height == 5)
      let place = try #require(found?.offset)
      #expect(place <= UInt64(index), "byte \(index) is told as \(place)")
      #expect(!(found?.finding.isEmpty ?? true))
      places.insert(place)
    }
    // The front, three frames, three contents, the manifest, the trailer: each by its place.
    #expect(places.count == 9)
    print("checkpoint: \(sound.count) bytes changed in turn, each found")
    disk.put(name, sound)
    #expect(try Snapshot.contents(disk, 5).count == 3)
  }

  /// A cut file, at any byte, and a longer one.
  @Test func cutFilesAreNeverWhole() throws {
    let disk = SimulatedDisk()
    try Snapshot.write(disk, 5, chunks: 2, count: 64)
    let name = Checkpoints.file(5)
    let sound = disk.contents(name)
    for count in sound.indices {
      disk.put(name, Array(sound.prefix(count)))
      #expect(try failure { _ = try Snapshot.reader(disk, 5) }?.kind == .damaged)
    }
    disk.put(name, sound + [0])
    #expect(try failure { _ = try Snapshot.reader(disk, 5) }?.kind == .damaged)
    disk.put(name, sound + sound)
    #expect(try failure { _ = try Snapshot.reader(disk, 5) }?.kind == .damaged)
  }

  @Test func randomFilesAreRefused() throws {
    let disk = SimulatedDisk()
    try Snapshot.write(disk, 5, chunks: 2, count: 64)
    let name = Checkpoints.file(5)
    let sound = disk.contents(name)
    var generator = Generator(seed: 45)
    for _ in 0..<4_000 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      if Int.random(in: 0..<4, using: &generator) == 0 {
        let start = Int.random(in: 0..<bytes.count, using: &generator)
        bytes.removeSubrange(start..<Int.random(in: start...bytes.count, using: &generator))
      }
      guard bytes != sound else { continue }
      disk.put(name, bytes)
      #expect(try failure { _ = try Snapshot.contents(disk, 5) } != nil)
    }
  }

  @Test func otherNetworksAndNamesAreRefused() throws {
    let disk = SimulatedDisk()
    try Snapshot.write(disk, 5)
    #expect(
      try failure { _ = try CheckpointReader(disk, height: 5, network: .zero) }?.kind
        == .wrongNetwork)
    #expect(try failure { _ = try Snapshot.reader(disk, 6) }?.kind == .missing)
    disk.put(Checkpoints.file(6), disk.contents(Checkpoints.file(5)))
    let renamed = try failure { _ = try Snapshot.reader(disk, 6) }
    #expect(renamed?.kind == .damaged)
    #expect(renamed?.finding == "the front says height 5")
  }

  /// What state transfer rests on: the manifest's bytes and single frames are enough, and a frame
  /// that is another's is refused.
  @Test func chunksAreTakenFromAnybody() throws {
    let disk = SimulatedDisk()
    try Snapshot.write(disk, 5)
    let reader = try Snapshot.reader(disk, 5)
    let manifest = try #require(CheckpointManifest(reader.manifest.bytes))
    #expect(manifest.digest == reader.manifest.digest)
    let first = try reader.stored(chunk: 0)
    #expect(manifest.open(chunk: 0, first) == Snapshot.chunk(5, 0))
    #expect(manifest.open(chunk: 1, first) == nil)
    var changed = first
    changed[20] ^= 1
    #expect(manifest.open(chunk: 0, changed) == nil)
  }

  /// A chunk whose digest is right and whose frame gives another size is refused.
  @Test func framesOfAnotherSizeAreRefused() throws {
    var compressor = Compressor()
    let stored = compressor.compress([UInt8](repeating: 0, count: 1 << 20)) ?? []
    let manifest = CheckpointManifest(
      identity: .zero, height: 1, header: [],
      chunks: [
        CheckpointChunk(storedBytes: stored.count, rawBytes: 100, digest: SHA256.hash(stored))
      ])
    #expect(manifest.open(chunk: 0, stored) == nil)
  }
}
