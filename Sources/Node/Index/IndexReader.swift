internal import Economy
internal import Engine
internal import Interface
internal import Primitives
internal import Storage

/// Questions to the index over a connection of its own; one thread at a time.
///
/// Blocks, with their transactions, receipts and logs, are believed only as far as they lead to
/// their header: all roots are computed again, and the header must have the hash that is asked for
/// or that the index has for the height. What the lists say (transactions, transfers, earnings) was
/// checked when it was written, from a block that this process had executed.
final class IndexReader {
  /// What one question may take of SQLite's machine: some seconds.
  static let steps: Int64 = 200_000_000

  private let connection: SQLiteConnection
  private let chainID: UInt64
  private let authenticator: Authenticator
  private var made: [String: SQLiteStatement] = [:]

  init(_ path: String, chainID: UInt64) throws(SQLiteFailure) {
    connection = try SQLiteConnection(path, .read)
    try connection.run(IndexSchema.reading)
    self.chainID = chainID
    authenticator = Authenticator(chainID: chainID)
  }

  /// Begins a question.
  func begin() { connection.limit(steps: Self.steps) }

  private func statement(_ sql: String) throws(SQLiteFailure) -> SQLiteStatement {
    if let known = made[sql] { return known.reset() }
    let new = try connection.prepare(sql)
    made[sql] = new
    return new
  }

  /// Rows of a question, each read by `read`.
  private func rows<Row>(
    _ statement: SQLiteStatement, _ read: (SQLiteStatement) throws(SQLiteFailure) -> Row
  ) throws(SQLiteFailure) -> [Row] {
    defer { statement.reset() }
    var rows: [Row] = []
    while try statement.step() { rows.append(try read(statement)) }
    return rows
  }

  /// What the file holds.
  func standing() throws(SQLiteFailure) -> (first: Height, head: (height: Height, hash: Digest)?) {
    let first = try connection.number("SELECT value FROM about WHERE name = 'first'") ?? 0
    return (Height(clamping: first), try IndexWriter.head(connection))
  }

  /// How many rows a table has.
  func count(_ table: String) throws(SQLiteFailure) -> UInt64 {
    UInt64(clamping: try connection.number("SELECT count(*) FROM \(table)") ?? 0)
  }

  /// What SQLite finds wrong with the file; empty where nothing is.
  func integrity() throws(SQLiteFailure) -> [String] {
    try rows(connection.prepare("PRAGMA quick_check(8)")) { (row) throws(SQLiteFailure) in
      row.text(0)
    }.filter { $0 != "ok" }
  }

  // Blocks

  func block(at height: Height) throws(SQLiteFailure) -> Block? {
    guard let stored = Int64(exactly: height) else { return nil }
    let statement = try statement("SELECT hash, raw_bytes, outcome FROM blocks WHERE height = ?")
      .bind(stored)
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    let hash = Digest(statement.bytes(0))
    let rawCount = Int(statement.integer(1))
    let outcome = statement.bytes(2)
    guard let raw = Zstandard.decompress(outcome, rawCount: min(rawCount, Self.largestOutcome))
    else { throw damage("block \(height) does not decompress") }
    let signed = try signed(of: height)
    let block: Block
    do throws(BlockRecordFailure) {
      block = try Block.restored(outcome: raw, signed, by: authenticator)
    } catch {
      throw damage("block \(height): \(error.reason)")
    }
    guard block.hash == hash, block.height == height else {
      throw damage("block \(height) has another hash than the index has for it")
    }
    return block
  }

  /// Bytes of a genesis with millions of grants.
  private static let largestOutcome = 2 << 30

  /// The signed transactions of a block with their senders, in order.
  private func signed(
    of height: Height
  ) throws(SQLiteFailure) -> [(sender: Address, bytes: [UInt8])] {
    let statement = try statement(
      """
      SELECT t.bytes, a.address FROM transactions t JOIN accounts a ON a.id = t.sender
      WHERE t.place >= ? AND t.place < ? AND t.bytes IS NOT NULL ORDER BY t.place
      """
    ).bind(IndexPlace.of(height, 0)).bind(IndexPlace.of(height + 1, 0))
    return try rows(statement) { (row) throws(SQLiteFailure) in
      (sender: try Self.address(row, 1), bytes: row.bytes(0))
    }
  }

  /// The height of the block with that hash.
  func height(of hash: Digest) throws(SQLiteFailure) -> Height? {
    let statement = try statement("SELECT height FROM blocks WHERE hash = ?").bind(hash.bytes)
    defer { statement.reset() }
    return try statement.step() ? Height(clamping: statement.integer(0)) : nil
  }

  /// Where transactions stand whose hash begins as that one does.
  func places(_ hash: Digest) throws(SQLiteFailure) -> [ChainPlace] {
    let statement = try statement("SELECT place FROM transactions WHERE key = ?")
      .bind(IndexKey.of(hash))
    return try rows(statement) { (row) throws(SQLiteFailure) in ChainPlace(row.integer(0)) }
  }

  func newestBlock(notAfter seconds: UInt64) throws(SQLiteFailure) -> Height? {
    let (first, head) = try standing()
    guard let last = head?.height, first <= last else { return nil }
    // Times never fall, so half of what is left goes each time.
    var range = first..<last + 1
    while !range.isEmpty {
      let middle = range.lowerBound + UInt64(range.count / 2)
      if try time(middle) <= seconds {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound == first ? nil : range.lowerBound - 1
  }

  private func time(_ height: Height) throws(SQLiteFailure) -> UInt64 {
    let statement = try statement("SELECT time FROM blocks WHERE height = ?").bind(height)
    defer { statement.reset() }
    guard try statement.step() else { throw damage("block \(height) is missing") }
    return UInt64(clamping: statement.integer(0))
  }

  /// The heights of a range with a log that may match.
  func heights(
    _ filter: ArchiveLogFilter, in range: ClosedRange<Height>, limit: Int
  ) throws(SQLiteFailure) -> [Height] {
    var positions = filter.topics.enumerated().map { place, words in
      words.map { IndexKey.of(topic: $0, at: place) }
    }
    positions.append(filter.addresses.map { IndexKey.of(emitter: $0) })
    // Topics behind the first tell most: accounts, positions. The signature comes next, then the
    // emitter, of which there are few.
    let ranked =
      Array(positions.dropFirst().dropLast()) + [positions.first ?? [], positions.last ?? []]
    guard let keys = ranked.first(where: { !$0.isEmpty }) else {
      return (range.lowerBound...min(range.upperBound, .max - 1)).prefix(limit).map { $0 }
    }
    var heights = Set<Height>()
    for key in Set(keys) {
      let statement = try statement(
        "SELECT height FROM marks WHERE key = ? AND height >= ? AND height <= ?"
          + " ORDER BY height LIMIT ?"
      ).bind(key).bind(range.lowerBound).bind(range.upperBound).bind(UInt64(limit))
      heights.formUnion(
        try rows(statement) { (row) throws(SQLiteFailure) in Height(clamping: row.integer(0)) })
    }
    return heights.sorted().prefix(limit).map { $0 }
  }

  // Accounts

  func account(_ address: Address) throws(SQLiteFailure) -> Int64? {
    let statement = try statement("SELECT id FROM accounts WHERE address = ?").bind(address.bytes)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : nil
  }

  func balance(of address: Address, at height: Height) throws(SQLiteFailure) -> Amount {
    guard let id = try account(address) else { return .zero }
    let statement = try statement(
      "SELECT balance FROM account_transfers WHERE account = ? AND place < ?"
        + " ORDER BY place DESC LIMIT 1"
    ).bind(id).bind(IndexPlace.of(height + 1, 0))
    defer { statement.reset() }
    return try statement.step() ? Amount(statement.wide(0)) : .zero
  }

  /// What is told of a transaction, in the order in which `transaction` reads it.
  private static let told =
    "t.place, b.time, b.hash, t.bytes, ts.address, t.refusal, t.gas, t.cumulative, t.price"

  /// What belongs to a transfer `r`: its transaction, block and both sides.
  private static let around = """
    JOIN transactions t ON t.place = (r.place >> 24 << 24) + r.step
    JOIN accounts ts ON ts.id = t.sender JOIN blocks b ON b.height = r.place >> 24
    JOIN accounts s ON s.id = r.sender JOIN accounts d ON d.id = r.receiver
    """

  func transactions(
    of account: Int64, _ page: ArchivePage
  ) throws(SQLiteFailure) -> [AccountTransaction] {
    let parties = page.partiesOnly ? "AND (t.sender = p.account OR t.receiver = p.account)" : ""
    let made = try statement(
      """
      SELECT \(Self.told) FROM account_transactions p JOIN transactions t ON t.place = p.place
      JOIN accounts ts ON ts.id = t.sender JOIN blocks b ON b.height = t.place >> 24
      WHERE p.account = ? \(parties) AND \(page.condition("p.place"))
      """
    ).bind(account)
    return try rows(page.bind(made)) { (row) throws(SQLiteFailure) in try self.transaction(row) }
  }

  private func transaction(_ row: SQLiteStatement) throws(SQLiteFailure) -> AccountTransaction {
    let place = ChainPlace(row.integer(0))
    let refusal = row.isNull(5) ? nil : UInt16(truncatingIfNeeded: row.integer(5))
    return AccountTransaction(
      place: place, time: UInt64(clamping: row.integer(1)), blockHash: try Self.digest(row, 2),
      transaction: try blockTransaction(row, place.height), isSuccess: refusal == nil,
      refusal: refusal.map {
        (UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0))
      },
      gasUsed: UInt64(clamping: row.integer(6)),
      cumulativeGasUsed: UInt64(clamping: row.integer(7)), price: row.wide(8))
  }

  private func blockTransaction(
    _ row: SQLiteStatement, _ height: Height
  ) throws(SQLiteFailure) -> BlockTransaction {
    if row.isNull(3) { return .system(SystemTransaction(height: height, chainID: chainID)) }
    let sender = try Self.address(row, 4)
    do throws(TransactionRefusal) {
      return .signed(try authenticator.trust(row.bytes(3), sender: sender))
    } catch {
      throw damage("a transaction of block \(height) does not read: \(error.text)")
    }
  }

  func transfers(
    of account: Int64?, _ page: ArchivePage
  ) throws(SQLiteFailure) -> [AccountTransfer] {
    let columns = "\(Self.told), r.place, s.address, d.address, r.amount"
    let made: SQLiteStatement
    if let account {
      made = try statement(
        """
        SELECT \(columns), p.balance
        FROM account_transfers p JOIN transfers r ON r.place = p.place \(Self.around)
        WHERE p.account = ? AND \(page.condition("p.place"))
        """
      ).bind(account)
    } else {
      made = try statement(
        """
        SELECT \(columns), NULL FROM transfers r \(Self.around)
        WHERE \(page.condition("r.place"))
        """)
    }
    return try rows(page.bind(made)) { (row) throws(SQLiteFailure) in
      AccountTransfer(
        place: ChainPlace(row.integer(9)), transaction: try self.transaction(row),
        from: try Self.address(row, 10), to: try Self.address(row, 11),
        amount: Amount(row.wide(12)), balance: row.isNull(13) ? nil : Amount(row.wide(13)))
    }
  }

  func earnings(
    of account: Int64, _ page: ArchivePage, _ filter: EarningFilter
  ) throws(SQLiteFailure) -> [AccountEarning] {
    var conditions = ""
    let texts = [
      ("w.rule", filter.rule), ("w.pool", filter.pool), ("w.kind", filter.kind?.rawValue),
    ]
    for (column, value) in texts where value != nil { conditions += " AND \(column) = ?" }
    let made = try statement(
      """
      SELECT \(Self.told), r.place, s.address, r.amount, w.rule, w.pool, w.kind
      FROM earnings p JOIN reasons w ON w.id = p.reason JOIN transfers r ON r.place = p.place
      \(Self.around) WHERE p.account = ?\(conditions) AND \(page.condition("p.place"))
      """
    ).bind(account)
    for case (_, let value?) in texts { made.bind(value) }
    return try rows(page.bind(made)) { (row) throws(SQLiteFailure) in
      AccountEarning(
        place: ChainPlace(row.integer(9)), transaction: try self.transaction(row),
        from: try Self.address(row, 10), amount: Amount(row.wide(11)),
        reason: EarningReason(
          rule: row.text(12), pool: row.text(13),
          kind: EarningReason.Kind(rawValue: row.text(14)) ?? .income))
    }
  }

  /// Every reason that was ever met.
  func reasons() throws(SQLiteFailure) -> [EarningReason] {
    try rows(statement("SELECT rule, pool, kind FROM reasons ORDER BY rule, pool, kind")) {
      (row) throws(SQLiteFailure) in
      EarningReason(
        rule: row.text(0), pool: row.text(1),
        kind: EarningReason.Kind(rawValue: row.text(2)) ?? .income)
    }
  }

  // Columns

  private static func address(
    _ row: SQLiteStatement, _ column: Int32
  ) throws(SQLiteFailure) -> Address {
    guard let address = Address(row.bytes(column)) else {
      throw SQLiteFailure(.damaged, "the index has an address that is none")
    }
    return address
  }

  private static func digest(
    _ row: SQLiteStatement, _ column: Int32
  ) throws(SQLiteFailure) -> Digest {
    guard let digest = Digest(row.bytes(column)) else {
      throw SQLiteFailure(.damaged, "the index has a hash that is none")
    }
    return digest
  }

  private func damage(_ text: String) -> SQLiteFailure {
    SQLiteFailure(.damaged, "the index: \(text)")
  }
}

extension ChainPlace {
  fileprivate init(_ place: Int64) {
    self.init(height: IndexPlace.height(place), index: UInt32(IndexPlace.index(place)))
  }

  fileprivate var number: Int64 { IndexPlace.of(height, Int(index)) }
}

extension ArchivePage {
  /// What limits a list by place, with the order and the count; bound by `bind`.
  fileprivate func condition(_ column: String) -> String {
    "\(column) > ? AND \(column) < ? ORDER BY \(column) \(newestFirst ? "DESC" : "ASC")"
      + " LIMIT ? OFFSET ?"
  }

  fileprivate func bind(_ statement: SQLiteStatement) -> SQLiteStatement {
    // Heights come from outside: what no block has is held at what the file can say.
    let most: Height = 1 << 38
    var low = IndexPlace.of(min(heights.lowerBound, most), 0) - 1
    var high = IndexPlace.of(min(heights.upperBound, most) + 1, 0)
    if let after, after.height <= most {
      if newestFirst { high = min(high, after.number) } else { low = max(low, after.number) }
    }
    return statement.bind(low).bind(high).bind(UInt64(limit)).bind(UInt64(skip))
  }
}
