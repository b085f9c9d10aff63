internal import Cryptography
public import Primitives
public import Storage

/// Follows a journal from block to block by their hashes, executing nothing.
public struct ChainLinks: Sendable {
  /// The last block's header; nil before the first.
  public private(set) var head: BlockHeader?
  /// The last block's hash, or what the first one continues; nil before anything was seen.
  public private(set) var hash: Digest?
  /// Transactions in all blocks.
  public private(set) var transactions: UInt64 = 0
  private let genesisHash: Digest

  public init(genesisHash: Digest) { self.genesisHash = genesisHash }

  /// Takes a segment's beginning. Throws `.damaged` where it continues another block.
  public mutating func begin(
    _ first: Height, continuing previous: Digest, file: String
  ) throws(StorageFailure) {
    // A journal whose oldest segments were removed begins with what its first segment says.
    let expected = hash ?? (first == 1 ? genesisHash : previous)
    guard previous == expected else {
      throw StorageFailure(
        .damaged, .recover, file: file, offset: 0, height: first,
        finding: "the segment does not continue the block before it")
    }
    hash = expected
  }

  /// Takes a block's record. Throws `.damaged` where it is none, or another block's successor.
  public mutating func take(_ record: JournalRecord) throws(StorageFailure) {
    func damage(_ finding: String) -> StorageFailure {
      StorageFailure(
        .damaged, .recover, file: Journal<RealDisk>.file(of: record.place),
        offset: record.place.offset, height: record.height, finding: finding)
    }
    let block: BlockRecord
    do throws(BlockRecordFailure) {
      block = try BlockRecord(record.payload)
    } catch {
      throw damage("\(error.reason) at byte \(error.offset) of the record")
    }
    guard block.header.number == record.height else {
      throw damage("the record holds block \(block.header.number)")
    }
    guard block.header.parentHash == hash else {
      throw damage("the block does not continue the block before it")
    }
    head = block.header
    hash = block.header.hash
    transactions += UInt64(block.transactions.count)
  }
}

extension BlockRecord {
  /// The block that a journal record holds; nil where it is none.
  public static func header(_ payload: [UInt8]) -> BlockHeader? {
    (try? BlockRecord(payload))?.header
  }
}
