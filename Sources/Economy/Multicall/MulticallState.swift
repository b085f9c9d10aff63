public import Ledger
public import Primitives

extension Multicall {
  /// The hash of a block.
  public struct BlockHashRow: LedgerRow {
    public let height: Height
    public let hash: Digest

    public static var wordCount: Int { 5 }
    public static var vacant: BlockHashRow { BlockHashRow(height: 0, hash: .zero) }
    public var isVacant: Bool { hash == .zero }

    public func encode(into writer: inout RowWriter) {
      writer.append(height)
      writer.append(hash)
    }

    public init(from reader: inout RowReader) {
      height = reader.next()
      hash = reader.digest()
    }

    init(height: Height, hash: Digest) {
      self.height = height
      self.hash = hash
    }
  }

  /// The last blocks' hashes, in a ring.
  public struct State: ~Copyable {
    /// The table's number in the state root.
    static let hashTable: UInt8 = 48

    private(set) var hashes: Table<BlockHashRow>

    init() { hashes = Table(id: Self.hashTable) }

    /// The hash that stands for a block; nil where another's does, or none.
    func hash(of height: Height) -> Digest? {
      let place = MulticallRules.place(of: height)
      guard place < hashes.count, hashes[place].height == height else { return nil }
      return hashes[place].hash
    }

    /// Blocks come one after the other, so the ring grows until it is full.
    mutating func remember(_ hash: Digest, of height: Height, _ scope: inout Scope) {
      let row = BlockHashRow(height: height, hash: hash)
      let place = MulticallRules.place(of: height)
      if place < hashes.count {
        hashes.modify(place, &scope) { $0 = row }
      } else if place == hashes.count {
        _ = hashes.append(row, &scope)
      }
    }

    mutating func undoLast() { _ = hashes.undoLast() }

    mutating func visit(_ visitor: inout some TableVisitor) { visitor.visit(&hashes) }

    func images() -> [TableImage] { [hashes.image()] }

    /// What must hold between operations; empty where it does.
    func invariants() -> [String] {
      var broken: [String] = []
      hashes.visit { place, row in
        if MulticallRules.place(of: row.height) != place {
          broken.append("the hash of block \(row.height) stands in place \(place)")
        }
      }
      return broken
    }
  }
}

extension EconomyState {
  /// The module's part of loading a state.
  borrowing func rebuildMulticall() throws(ImageFailure) {
    if let broken = multicall.invariants().first { throw ImageFailure(broken) }
  }
}
