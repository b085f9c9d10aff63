import Cryptography
import Economy
import Engine
import Ledger
import Primitives
import Simulation
import Storage

/// Files of a data folder. Checksums and digests are mended before a file is read, so that what
/// lies behind them is reached; that a broken one is refused, the regime of rot shows byte by byte.
enum FileTargets {
  static let all = [segment, checkpoint]

  // Journal

  private static let first = "journal/00000000000000000001.seg"

  private static let settings = JournalSettings(
    identity: Genuine.record.genesis.identity,
    previousDigest: Genuine.network.chain.genesisHash, segmentBytes: Genuine.segmentBytes, salt: 3)

  private static let segment = Target(
    "segment", "a journal's segment: walking and recovery agree, and recovery is done once",
    limit: Int(Genuine.segmentBytes),
    seeds: {
      [Genuine.network.disk.contents(first), Genuine.live(2).disk.contents(first)]
        .filter { !$0.isEmpty }
    },
    words: { [[1, 0, 0, 0], [2, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0x80]] },
    run: { input in
      let disk = SimulatedDisk()
      disk.put(first, mended(segment: input))
      let found = try? JournalReader(disk, settings).walk { SHA256.hash($0.payload) }
      let before = disk.image
      guard let opened = try? open(disk) else {
        if found != nil { return .broken("recovery refuses what a walk takes") }
        return .unless(disk.image != before, "the refusal changed the disk").asRefusal
      }
      guard let found else { return .broken("recovery takes what a walk refuses") }
      if opened.lastHeight != found.lastHeight { return .broken("recovery finds another end") }
      guard let again = try? JournalReader(disk, settings).walk({ SHA256.hash($0.payload) }) else {
        return .broken("what recovery left is refused")
      }
      if again.torn != nil { return .broken("recovery left a torn tail") }
      return .unless(again.lastHeight != found.lastHeight, "recovery lost records")
    })

  private static func open(_ disk: SimulatedDisk) throws -> JournalSummary {
    let journal = try Journal.open(disk, settings) { SHA256.hash($0.payload) }
    let summary = journal.recovered
    try journal.close()
    return summary
  }

  /// The segment of this network with every checksum that its lengths point at.
  private static func mended(segment input: [UInt8]) -> [UInt8] {
    var bytes = input
    guard bytes.count >= 512 else { return bytes }
    bytes.replaceSubrange(16..<48, with: settings.identity.bytes)
    bytes.replaceSubrange(56..<88, with: settings.previousDigest.bytes)
    put(Checksum.of(bytes, 0..<508), 508, &bytes)
    let seed = number(bytes, 100)
    var place = 512
    while place + 32 <= bytes.count {
      let length = Int(number(bytes, place + 4))
      let end = place + 32 + (length + 7) / 8 * 8
      guard length > 0 || number(bytes, place + 28) != 0, end <= bytes.count else { break }
      put(Checksum.of(bytes, place + 4..<end, after: seed), place, &bytes)
      place = end
    }
    return bytes
  }

  // Checkpoint

  private static let height = Genuine.network.chain.head.height
  private static let name = Checkpoints.file(height)

  private static let checkpoint = Target(
    "checkpoint", "a checkpoint's file: read to its end, or refused by name and place",
    limit: 65_536, seeds: { [Genuine.network.disk.contents(name)] },
    run: { input in
      let disk = SimulatedDisk()
      disk.put(name, mended(checkpoint: input))
      do throws(StorageFailure) {
        let reader = try CheckpointReader(
          disk, height: height, network: Genuine.record.genesis.identity)
        for index in reader.manifest.chunks.indices {
          let chunk = try reader.chunk(index)
          if chunk.count != reader.manifest.chunks[index].rawBytes {
            return .broken("chunk \(index) has \(chunk.count) bytes")
          }
        }
        let manifest = reader.manifest
        return .unless(
          CheckpointManifest(manifest.bytes) != manifest, "a manifest is not its own bytes")
      } catch {
        return .unless(error.file != name, "the refusal names \(error.file)").asRefusal
      }
    })

  /// The file with the digests of front, frames, manifest and trailer.
  private static func mended(checkpoint input: [UInt8]) -> [UInt8] {
    var bytes = input
    guard bytes.count >= 64 + 32 + 96 else { return bytes }
    bytes.replaceSubrange(16..<48, with: Genuine.record.genesis.identity.bytes)
    let front = Int(number(bytes, 12))
    if front >= 96, front <= bytes.count {
      let digest = SHA256.hash(bytes, 0..<front - 32).bytes
      bytes.replaceSubrange(front - 32..<front, with: digest)
    }
    let trailer = bytes.count - 96
    put(UInt32(truncatingIfNeeded: bytes.count), trailer + 8, &bytes)
    put(UInt32(truncatingIfNeeded: bytes.count >> 32), trailer + 12, &bytes)
    let manifest = Int(number(bytes, trailer + 16))
    if manifest >= front, manifest + 80 <= trailer {
      mend(chunksFrom: front, manifest, trailer, &bytes)
      bytes.replaceSubrange(manifest + 16..<manifest + 48, with: bytes[16..<48])
      let digest = SHA256.hash(bytes, manifest..<trailer).bytes
      bytes.replaceSubrange(trailer + 32..<trailer + 64, with: digest)
    }
    let digest = SHA256.hash(bytes, trailer..<trailer + 64).bytes
    bytes.replaceSubrange(trailer + 64..<trailer + 96, with: digest)
    return bytes
  }

  private static func mend(
    chunksFrom front: Int, _ manifest: Int, _ trailer: Int, _ bytes: inout [UInt8]
  ) {
    var entry = manifest + 80 + Int(number(bytes, manifest + 12))
    var place = front
    while entry + 40 <= trailer, place + 40 <= manifest {
      let end = place + 40 + Int(number(bytes, entry))
      guard end <= manifest else { return }
      let digest = SHA256.hash(bytes, place + 40..<end).bytes
      bytes.replaceSubrange(place + 8..<place + 40, with: digest)
      bytes.replaceSubrange(entry + 8..<entry + 40, with: digest)
      bytes.replaceSubrange(place..<place + 8, with: bytes[entry..<entry + 8])
      place = end
      entry += 40
    }
  }

  private static func number(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    bytes[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func put(_ number: UInt32, _ place: Int, _ bytes: inout [UInt8]) {
    for step in 0..<4 { bytes[place + step] = UInt8(truncatingIfNeeded: number >> (8 * step)) }
  }
}

extension Verdict {
  /// A sound outcome counts as a refusal.
  var asRefusal: Verdict { self == .accepted ? .refused : self }
}
