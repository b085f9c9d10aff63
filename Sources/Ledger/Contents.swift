internal import Cryptography
public import Primitives

/// That a text or document is kept: its digest vouches for the bytes, which stand beside the table.
public struct ContentRow: LedgerRow {
  /// SHA-256 of the bytes.
  public let digest: Digest
  public let length: UInt32
  /// How many rows of the economy refer to it; at none it is dropped.
  public internal(set) var references: UInt32

  public static var wordCount: Int { 5 }
  public static var vacant: ContentRow { ContentRow(digest: .zero, length: 0, references: 0) }
  public var isVacant: Bool { references == 0 }

  public func encode(into writer: inout RowWriter) {
    writer.append(digest)
    writer.append(length, references)
  }

  public init(from reader: inout RowReader) {
    digest = reader.digest()
    (length, references) = reader.pair()
  }

  init(digest: Digest, length: UInt32, references: UInt32) {
    self.digest = digest
    self.length = length
    self.references = references
  }
}

/// Texts and documents that execution reads, by digest (decisions 11).
public struct Contents: ~Copyable {
  /// Which contents are kept, and how often they are referred to.
  public private(set) var table: Table<ContentRow>
  private var bytes: [[UInt8]] = []
  private var replaced: [[UInt8]] = []
  private var replacedScope: UInt64 = 0
  private var index = KeyIndex()
  private let secret: HashSecret

  init(id: UInt8, secret: HashSecret) {
    table = Table(id: id)
    self.secret = secret
  }

  private func find(_ digest: Digest) -> Int? {
    index.find(secret.hash(digest)) { table[$0].digest == digest }
  }

  /// The bytes with that digest, where they are kept.
  public subscript(digest: Digest) -> [UInt8]? { find(digest).map { bytes[$0] } }

  mutating func retain(_ content: [UInt8], digest: Digest, _ scope: inout Scope) {
    if let row = find(digest) {
      table.modify(row, &scope) { $0.references += 1 }
      return
    }
    if replacedScope != scope.number {
      replaced.removeAll()
      replacedScope = scope.number
    }
    let row = table.insert(
      ContentRow(digest: digest, length: UInt32(truncatingIfNeeded: content.count), references: 1),
      &scope)
    index.insert(secret.hash(digest), row: row)
    if row == bytes.count {
      replaced.append([])
      bytes.append(content)
    } else {
      replaced.append(bytes[row])
      bytes[row] = content
    }
  }

  mutating func release(_ digest: Digest, _ scope: inout Scope) {
    guard let row = find(digest) else { return }
    if table[row].references > 1 {
      table.modify(row, &scope) { $0.references -= 1 }
    } else {
      table.vacate(row, &scope)
      index.remove(secret.hash(digest), row: row)
    }
  }

  mutating func undoLast() {
    let undone = table.undoLast()
    let restored = undone.restored ?? .vacant
    if !undone.discarded.isVacant && restored.isVacant {
      index.remove(secret.hash(undone.discarded.digest), row: undone.row)
      bytes[undone.row] = replaced.removeLast()
      if undone.restored == nil { bytes.removeLast() }
    } else if undone.discarded.isVacant && !restored.isVacant {
      index.insert(secret.hash(restored.digest), row: undone.row)
    }
  }

  mutating func visit(_ visitor: inout some TableVisitor) { visitor.visit(&table) }

  /// The bytes by row, empty where a place is free.
  public func image() -> [[UInt8]] {
    bytes.indices.map { table[$0].isVacant ? [] : bytes[$0] }
  }

  /// Adds the bytes of the next loaded row, which must vouch for them.
  mutating func load(_ content: [UInt8]) throws(ImageFailure) {
    let place = bytes.count
    guard place < table.count else {
      throw ImageFailure("there are more contents than the \(table.count) rows of their table")
    }
    let row = table[place]
    if row.isVacant {
      try ImageFailure.unless(content.isEmpty, "content \(place) stands where no row refers to it")
    } else {
      try ImageFailure.unless(
        content.count == Int(row.length) && SHA256.hash(content) == row.digest,
        "content \(place) is not what its row vouches for")
    }
    bytes.append(content)
  }

  /// Derives the index from loaded rows, all of whose contents must be here.
  mutating func rebuild() throws(ImageFailure) {
    try ImageFailure.unless(
      bytes.count == table.count, "\(bytes.count) contents are here for \(table.count) rows")
    let secret = secret
    index = try KeyIndex(
      of: table, hash: { secret.hash($0.digest) }, isSame: { $0.digest == $1.digest })
  }
}
