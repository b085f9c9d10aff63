internal import Cryptography
public import Primitives

/// One table's part of the state root.
public struct TableRoot: Sendable {
  /// The table's number.
  public let table: UInt8
  /// Places in the table, freed ones included.
  public let count: Int
  /// The RFC 6962 root over the rows' canonical bytes.
  public let root: Digest

  public init(table: UInt8, count: Int, root: Digest) {
    self.table = table
    self.count = count
    self.root = root
  }

  /// The table's leaf in the top tree: number, row count and the number of tables as little-endian
  /// words, then the root. Both counts are hashed, so that a proof's shape cannot be bent.
  public func leaf(among tableCount: Int) -> Digest {
    var bytes: [UInt8] = []
    UInt64(table).appendLittleEndian(to: &bytes)
    UInt64(count).appendLittleEndian(to: &bytes)
    UInt64(tableCount).appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: root.bytes)
    return SHA256.leaf(bytes)
  }

  /// The state root: the RFC 6962 root over the tables' leaves in table order.
  public static func stateRoot(_ tables: [TableRoot]) -> Digest {
    MerkleRoot.of(tables.map { $0.leaf(among: tables.count) })
  }
}

/// That a row is part of a state: its bytes and the hashes that lead to the state root.
///
/// It proves presence, never absence (decisions 8). Anyone checks it against a block header without
/// this program: two RFC 6962 inclusion proofs, one in the table, one among the tables.
public struct RowProof: Sendable, Equatable {
  /// The table's number.
  public let table: UInt8
  /// The row's place and the table's row count.
  public let row: UInt64
  public let rowCount: UInt64
  /// The row's canonical bytes.
  public let bytes: [UInt8]
  /// The siblings within the table, lowest first.
  public let path: [Digest]
  /// The table's place among the tables, how many there are, and the siblings there.
  public let tablePlace: UInt64
  public let tableCount: UInt64
  public let tablePath: [Digest]

  public init(
    table: UInt8, row: UInt64, rowCount: UInt64, bytes: [UInt8], path: [Digest],
    tablePlace: UInt64, tableCount: UInt64, tablePath: [Digest]
  ) {
    self.table = table
    self.row = row
    self.rowCount = rowCount
    self.bytes = bytes
    self.path = path
    self.tablePlace = tablePlace
    self.tableCount = tableCount
    self.tablePath = tablePath
  }

  /// True where the row is part of the state with that root.
  public func verifies(against stateRoot: Digest) -> Bool {
    guard let row = Int(exactly: row), let rowCount = Int(exactly: rowCount),
      let place = Int(exactly: tablePlace), let count = Int(exactly: tableCount),
      let root = HashTree.root(
        leaf: SHA256.leaf(bytes), index: row, count: rowCount, path: path)
    else { return false }
    let leaf = TableRoot(table: table, count: rowCount, root: root).leaf(among: count)
    return HashTree.verify(
      leaf: leaf, index: place, count: count, path: tablePath, root: stateRoot)
  }
}
