internal import Primitives

/// Which block hashes are remembered, and where.
enum MulticallRules {
  /// Blocks whose hashes are told: as many as the EVM remembers.
  static let remembered: UInt64 = 256

  /// The place of a block's hash in the ring.
  static func place(of height: Height) -> Int { Int(height % remembered) }

  /// True for the blocks before the open one that are near enough.
  static func isTold(_ height: Height, at head: Height) -> Bool {
    height < head && head - height <= remembered
  }
}
