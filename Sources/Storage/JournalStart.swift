public import Primitives

/// Where a walk over the journal begins, when not at its very first record: behind a block that a
/// checkpoint holds.
public struct JournalStart: Sendable, Equatable {
  /// The height of that block; the first record handed out beyond it is one above.
  public var height: Height
  /// The chain digest after that block.
  public var digest: Digest
  /// A height that is known to have been durable, from this checkpoint or a newer one: a journal
  /// that ends below it has lost blocks.
  public var durableThrough: Height

  /// - Parameter durableThrough: at least `height`.
  public init(height: Height, digest: Digest, durableThrough: Height? = nil) {
    self.height = height
    self.digest = digest
    self.durableThrough = max(height, durableThrough ?? height)
  }
}

/// The journal holds another block at the start's height than the start says: one of the two is not
/// of this chain. The journal itself may be sound.
public struct JournalMismatch: Error, Sendable, Equatable {
  /// The start's height.
  public let height: Height
  /// The segment in which it shows.
  public let file: String
}
