import Primitives
import Simulation
import Storage

/// Checkpoints whose bytes follow from their heights.
enum Snapshot {
  static let identity = Digest(w0: 7, w1: 0, w2: 0, w3: 0)

  static func header(_ height: Height) -> [UInt8] {
    (0..<100).map { UInt8(truncatingIfNeeded: UInt64($0) &* (height | 1)) }
  }

  /// Half of it compresses well, half does not.
  static func chunk(_ height: Height, _ index: Int, count: Int = 600) -> [UInt8] {
    var generator = Generator(seed: height &* 1_000 &+ UInt64(index))
    return (0..<count).map {
      $0 % 2 == 0 ? UInt8(truncatingIfNeeded: index) : .random(in: 0...255, using: &generator)
    }
  }

  @discardableResult
  static func write(
    _ disk: SimulatedDisk, _ height: Height, chunks: Int = 3, count: Int = 600
  ) throws(StorageFailure) -> CheckpointManifest {
    var writer = try CheckpointWriter(
      disk, identity: identity, height: height, header: header(height))
    for index in 0..<chunks { try writer.append(chunk(height, index, count: count)) }
    return try writer.finish()
  }

  static func reader(
    _ disk: SimulatedDisk, _ height: Height
  ) throws(StorageFailure) -> CheckpointReader<SimulatedDisk> {
    try CheckpointReader(disk, height: height, network: identity)
  }

  /// Everything, as it was appended.
  static func contents(_ disk: SimulatedDisk, _ height: Height) throws -> [[UInt8]] {
    let reader = try reader(disk, height)
    return try reader.manifest.chunks.indices.map { try reader.chunk($0) }
  }

  static func expected(_ height: Height, chunks: Int = 3) -> [[UInt8]] {
    (0..<chunks).map { chunk(height, $0) }
  }
}
