import Economy
import Engine
import Glibc
import Interface
import Ledger
import Primitives
import Simulation
import Storage
import Testing

@testable import Node

/// A random life of all modules on a chain with a journal of its own, and an index beside it.
final class IndexLife {
  /// Made once: signing takes its time.
  static let record: LifeRecord = {
    guard
      let text = try? NodeFolder.read("\("\(#filePath)".economies)/dta.json"),
      let record = try? LifeRecord(text: text, blocks: 220, seed: 5)
    else { preconditionFailure("the repository's economy file loads") }
    return record
  }()

  let root: String
  let disk: RealDisk
  let chain: Chain
  private(set) var machine: Machine<RealDisk>?
  /// Every block that was made, genesis included.
  private(set) var blocks: [Block]
  /// What some accounts held after some blocks.
  private(set) var balances: [(height: Height, account: Address, balance: Amount)] = []

  /// - Parameter memory: bytes of recent blocks; 1 leaves the newest alone.
  init(memory: Int = 1) throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(base)/freehold-index-XXXXXX".utf8CString)
    root = try #require(mkdtemp(&template).map { String(cString: $0) })
    disk = RealDisk(folder: root)
    let genesis = Self.record.genesis
    chain = Chain(genesis: genesis, secret: HashSecret(3, 4), memory: memory)
    blocks = [chain.head]
    try Recovery.create(chain, disk: disk, segmentBytes: 16_384)
    machine = try Recovery.open(chain, disk: disk, segmentBytes: 16_384) { _ in }
  }

  deinit {
    machine = nil
    NodeFolder.remove(root)
  }

  /// Makes the blocks up to a count of the record's.
  func play(to count: Int = IndexLife.record.blocks.count) throws {
    while blocks.count - 1 < min(count, Self.record.blocks.count) {
      let next = Self.record.blocks[blocks.count - 1]
      try machine?.makeBlock(next.transactions, time: next.time)
      blocks.append(chain.head)
      if chain.head.height % 9 == 0 { note() }
    }
  }

  private func note() {
    let height = chain.head.height
    let held = chain.withState { state in
      (0..<state.ledger.accounts.count).map { row in
        let account = state.ledger.accounts[AccountIndex(row: UInt32(row))]
        return (account.address, account.balance)
      }
    }
    for (account, balance) in held { balances.append((height, account, balance)) }
  }

  func checkpoint() throws { _ = try machine?.writeCheckpoint() }

  /// An index at work on the folder, up to the head.
  func follow(_ told: @escaping @Sendable (String) -> Void = { _ in }) throws -> TransactionIndex {
    let index = TransactionIndex(chain, disk: disk, notify: told)
    index.start()
    try wait(index)
    return index
  }

  /// Until the index holds the head.
  func wait(_ index: TransactionIndex) throws {
    for _ in 0..<6_000 where index.archive.standing.last != chain.head.height { usleep(10_000) }
    try #require(index.archive.standing.last == chain.head.height, "the index does not catch up")
  }

  /// Everything that a file holds but what depends on how it was made.
  static func contents(_ disk: RealDisk) throws -> [String] {
    let connection = try SQLiteConnection(TransactionIndex.path(disk), .read)
    var lines: [String] = []
    let names = try connection.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    var tables: [String] = []
    while try names.step() { tables.append(names.text(0)) }
    for table in tables {
      let rows = try connection.prepare("SELECT * FROM \(table) ORDER BY 1, 2")
      while try rows.step() {
        lines.append(
          table + (0..<rows.columnCount).map { "|\(Hex.text(rows.bytes($0)))" }.joined())
      }
    }
    return lines
  }

  /// All pages of a list.
  static func all<Row>(
    newestFirst: Bool = false, _ place: (Row) -> ChainPlace, _ page: (ArchivePage) throws -> [Row]
  ) throws -> [Row] {
    var rows: [Row] = []
    var next = ArchivePage(limit: 7, newestFirst: newestFirst)
    while true {
      let found = try page(next)
      rows += found
      guard found.count == next.limit, let last = found.last else { return rows }
      next.after = place(last)
    }
  }
}

extension String {
  /// The repository's economies, from the path of a file in one of its test targets.
  fileprivate var economies: String {
    split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
      + "/economies"
  }
}
