internal import Economy
internal import Engine
internal import Glibc
internal import Interface
internal import Ledger
internal import Primitives
internal import Storage

/// Puts blocks into the index, each behind the one before; for one thread.
final class IndexWriter {
  /// Accounts whose number and balance are remembered; beyond that they are looked up again.
  static let rememberedAccounts = 200_000

  let connection: SQLiteConnection
  private let statements: Statements
  private let reasons: EarningReasons
  private let token: Genesis.TokenFacts
  private var compressor = Compressor()
  private var accounts: [Address: Known] = [:]
  private var reasonIDs: [EarningReason: Int64] = [:]
  private var nextAccount: Int64
  private var nextReason: Int64
  /// The oldest height that it holds, or will.
  private(set) var first: Height
  /// The newest block that is written; nil where there is none.
  private(set) var head: (height: Height, hash: Digest)?

  private struct Known {
    let id: Int64
    /// Nil until somebody asks.
    var balance: UInt128?
  }

  /// The height to be written next.
  var next: Height { head.map { $0.height + 1 } ?? first }

  /// Opens a network's file, or makes it; one of another network or version is called damaged.
  init(_ path: String, _ genesis: Genesis) throws(SQLiteFailure) {
    connection = try SQLiteConnection(path, .write)
    // As every file of the folder; SQLite gives the files beside it the same.
    chmod(path, 0o640)
    try connection.run(IndexSchema.writing)
    token = genesis.token
    reasons = EarningReasons(genesis)
    let version = try connection.number("PRAGMA user_version") ?? 0
    if try connection.number("SELECT count(*) FROM sqlite_master") == 0 {
      try Self.create(connection, genesis.identity)
    } else {
      guard version == IndexSchema.version,
        try connection.number("PRAGMA application_id") == IndexSchema.applicationID
      else {
        throw SQLiteFailure(
          .damaged, "it has the form \(version), this program writes \(IndexSchema.version)")
      }
      guard try Self.identity(connection) == genesis.identity else {
        throw SQLiteFailure(.damaged, "it is of another network")
      }
    }
    statements = try Statements(connection)
    nextAccount = try connection.number("SELECT max(id) FROM accounts").map { $0 + 1 } ?? 1
    nextReason = try connection.number("SELECT max(id) FROM reasons").map { $0 + 1 } ?? 1
    first = Height(
      clamping: try connection.number(
        "SELECT value FROM about WHERE name = 'first'") ?? 0)
    head = try Self.head(connection)
  }

  private static func create(
    _ connection: SQLiteConnection, _ identity: Digest
  ) throws(SQLiteFailure) {
    try connection.run("BEGIN;" + IndexSchema.tables)
    try connection.prepare("INSERT INTO about VALUES ('network', ?), ('first', 0)")
      .bind(identity.bytes).run()
    try connection.run(
      "PRAGMA application_id = \(IndexSchema.applicationID);"
        + "PRAGMA user_version = \(IndexSchema.version); COMMIT")
  }

  /// The network that a file is of; nil where it does not say.
  static func identity(_ connection: SQLiteConnection) throws(SQLiteFailure) -> Digest? {
    let statement = try connection.prepare("SELECT value FROM about WHERE name = 'network'")
    return try statement.step() ? Digest(statement.bytes(0)) : nil
  }

  /// The newest block of a file; nil where there is none.
  static func head(
    _ connection: SQLiteConnection
  ) throws(SQLiteFailure) -> (height: Height, hash: Digest)? {
    let statement = try connection.prepare(
      "SELECT height, hash FROM blocks ORDER BY height DESC LIMIT 1")
    guard try statement.step() else { return nil }
    guard let hash = Digest(statement.bytes(1)), let height = Height(exactly: statement.integer(0))
    else { throw SQLiteFailure(.damaged, "its newest block has no hash") }
    return (height, hash)
  }

  // Transactions of the file

  func begin() throws(SQLiteFailure) { try connection.run("BEGIN IMMEDIATE") }

  func commit() throws(SQLiteFailure) { try connection.run("COMMIT") }

  /// Takes back what was written since `begin`.
  func rollBack() throws(SQLiteFailure) {
    // After some failures SQLite has done so itself.
    try? connection.run("ROLLBACK")
    accounts.removeAll()
    reasonIDs.removeAll()
    nextAccount = try connection.number("SELECT max(id) FROM accounts").map { $0 + 1 } ?? 1
    nextReason = try connection.number("SELECT max(id) FROM reasons").map { $0 + 1 } ?? 1
    first = Height(
      clamping: try connection.number(
        "SELECT value FROM about WHERE name = 'first'") ?? 0)
    head = try Self.head(connection)
  }

  // Blocks

  /// Begins behind a block that is not written: with what every account held after it.
  func open(
    behind block: Block, _ balances: [(account: Address, balance: Amount)]
  ) throws(SQLiteFailure) {
    precondition(head == nil, "an opening is the first entry")
    first = block.height + 1
    try statements.setFirst.reset().bind(first).run()
    let place = IndexPlace.of(block.height, Int(IndexPlace.span) - 1)
    for (address, balance) in balances where balance != .zero {
      let id = try account(address)
      accounts[address]?.balance = balance.units
      try statements.addAccountTransfer.reset().bind(id).bind(place).bind(wide: balance.units)
        .run()
    }
  }

  /// Writes the block that follows. What is written was executed or read back from the journal by
  /// this process, so nothing of it is checked here but that it follows.
  func append(_ block: Block) throws(SQLiteFailure) {
    guard block.height == next, head.map({ $0.hash == block.header.parentHash }) ?? true else {
      throw SQLiteFailure(
        .damaged, "block \(block.height) does not follow the indexed block \(next)")
    }
    if block.height == 0 { try addSupply() }
    if accounts.count > Self.rememberedAccounts { accounts.removeAll(keepingCapacity: true) }
    let outcome = block.outcome
    guard let stored = compressor.compress(outcome) else {
      throw SQLiteFailure(.other, "no memory to compress a block")
    }
    try statements.addBlock.reset().bind(block.height).bind(block.hash.bytes)
      .bind(block.header.timestamp).bind(UInt64(outcome.count)).bind(stored).run()
    var marks = Set<Int64>()
    for index in block.transactions.indices {
      try add(block, index)
      try addTransfers(block, index)
      mark(block, index, &marks)
    }
    for key in marks.sorted() {
      try statements.addMark.reset().bind(key).bind(block.height).run()
    }
    head = (block.height, block.hash)
  }

  /// The zero address holds the supply before genesis posts it to the wallets.
  private func addSupply() throws(SQLiteFailure) {
    _ = try account(.zero)
    accounts[.zero]?.balance = token.supply.units
  }

  private func add(_ block: Block, _ index: Int) throws(SQLiteFailure) {
    let transaction = block.transactions[index]
    let receipt = block.receipts[index]
    let place = IndexPlace.of(block.height, index)
    let sender = try account(transaction.sender)
    let statement = statements.addTransaction.reset()
    let receiver: Int64? =
      if let to = transaction.to { try account(to) } else { nil }
    statement.bind(place).bind(IndexKey.of(transaction.hash)).bind(sender)
    if let receiver { statement.bind(receiver) } else { statement.bindNull() }
    var bytes: [UInt8]?
    switch transaction {
    case .system: statement.bind(0 as UInt64).bind(0 as UInt64)
    case .signed(let signed):
      let call = signed.decoded.call
      statement.bind(UInt64(call.module)).bind(UInt64(call.place))
      bytes = signed.decoded.bytes
    }
    if let rejection = receipt.rejection {
      statement.bind(UInt64(rejection.module) << 8 | UInt64(rejection.code))
    } else {
      statement.bindNull()
    }
    statement.bind(receipt.gasUsed).bind(receipt.cumulativeGasUsed)
      .bind(wide: receipt.effectivePrice)
    if let bytes { statement.bind(bytes) } else { statement.bindNull() }
    try statement.run()

    var touched: Set<Int64> = [sender]
    if let receiver { touched.insert(receiver) }
    for log in receipt.events {
      for address in block.accounts(of: block.events[log]) {
        touched.insert(try account(address))
      }
    }
    for account in touched.sorted() {
      try statements.addAccountTransaction.reset().bind(account).bind(place).run()
    }
  }

  private func addTransfers(_ block: Block, _ index: Int) throws(SQLiteFailure) {
    for log in block.receipts[index].events {
      let record = block.events[log]
      // Only the economy's token: other assets have transfers of their modules.
      guard record.module == 0, record.asset == 0 else { continue }
      let words = block.words(of: record)
      let start = words.startIndex
      guard let from = words[start].address, let to = words[start + 1].address,
        let amount = words[start + 2].number
      else { continue }
      let place = IndexPlace.of(block.height, log)
      let sender = try account(from)
      let receiver = try account(to)
      try statements.addTransfer.reset().bind(place).bind(UInt64(index)).bind(sender)
        .bind(receiver).bind(wide: amount).run()
      if from != to { try move(from, sender, place) { $0.subtractingReportingOverflow(amount) } }
      try move(to, receiver, place) {
        from == to ? ($0, false) : $0.addingReportingOverflow(amount)
      }
    }
    for earning in reasons.earnings(of: block, index) {
      let id = try account(earning.account)
      let reason = try reason(earning.reason)
      try statements.addEarning.reset().bind(id).bind(IndexPlace.of(block.height, earning.log))
        .bind(reason).run()
    }
  }

  /// Writes what an account holds after a transfer.
  private func move(
    _ address: Address, _ id: Int64, _ place: Int64,
    _ change: (UInt128) -> (partialValue: UInt128, overflow: Bool)
  ) throws(SQLiteFailure) {
    var known = accounts[address] ?? Known(id: id)
    let held: UInt128
    if let balance = known.balance { held = balance } else { held = try storedBalance(id) }
    let (balance, isWrong) = change(held)
    guard !isWrong else {
      throw SQLiteFailure(
        .damaged, "account \(Hex.text(address.bytes)) would hold less than nothing")
    }
    known.balance = balance
    accounts[address] = known
    try statements.addAccountTransfer.reset().bind(id).bind(place).bind(wide: balance).run()
  }

  private func storedBalance(_ id: Int64) throws(SQLiteFailure) -> UInt128 {
    let statement = statements.lastBalance.reset().bind(id)
    defer { statement.reset() }
    return try statement.step() ? statement.wide(0) : 0
  }

  private func mark(_ block: Block, _ index: Int, _ marks: inout Set<Int64>) {
    for log in block.receipts[index].events {
      let record = block.events[log]
      marks.insert(IndexKey.of(emitter: Registry.emitter(record)))
      var position = 0
      if let name = Registry.topic(record) {
        marks.insert(IndexKey.of(topic: name, at: 0))
        position = 1
      }
      for word in block.words(of: record).prefix(Int(record.topicCount)) {
        marks.insert(IndexKey.of(topic: word, at: position))
        position += 1
      }
    }
  }

  // Numbers for addresses and reasons

  private func account(_ address: Address) throws(SQLiteFailure) -> Int64 {
    if let known = accounts[address] { return known.id }
    let find = statements.findAccount.reset().bind(address.bytes)
    let found = try find.step() ? find.integer(0) : nil
    find.reset()
    if let found {
      accounts[address] = Known(id: found)
      return found
    }
    let id = nextAccount
    try statements.addAccount.reset().bind(id).bind(address.bytes).run()
    nextAccount += 1
    accounts[address] = Known(id: id, balance: 0)
    return id
  }

  private func reason(_ reason: EarningReason) throws(SQLiteFailure) -> Int64 {
    if let known = reasonIDs[reason] { return known }
    let find = statements.findReason.reset().bind(reason.rule).bind(reason.pool)
      .bind(reason.kind.rawValue)
    var id = try find.step() ? find.integer(0) : nil
    find.reset()
    if id == nil {
      try statements.addReason.reset().bind(nextReason).bind(reason.rule).bind(reason.pool)
        .bind(reason.kind.rawValue).run()
      id = nextReason
      nextReason += 1
    }
    reasonIDs[reason] = id
    return id ?? 0
  }
}

extension Block {
  /// The accounts that an event's indexed words name, by its declaration.
  fileprivate func accounts(of record: EventRecord) -> [Address] {
    let topics = words(of: record).prefix(Int(record.topicCount))
    if record.module == 0 { return topics.compactMap(\.address) }
    guard let event = Registry.event(record) else { return [] }
    return zip(event.parameters.filter(\.isIndexed), topics).compactMap { parameter, word in
      parameter.type == .address ? word.address : nil
    }
  }
}

/// The statements that write, each made once.
private final class Statements {
  let setFirst, addAccount, findAccount, addBlock, addTransaction: SQLiteStatement
  let addAccountTransaction, addTransfer, addAccountTransfer, lastBalance: SQLiteStatement
  let addReason, findReason, addEarning, addMark: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(SQLiteFailure) {
    setFirst = try connection.prepare("UPDATE about SET value = ? WHERE name = 'first'")
    addAccount = try connection.prepare("INSERT INTO accounts VALUES (?, ?)")
    findAccount = try connection.prepare("SELECT id FROM accounts WHERE address = ?")
    addBlock = try connection.prepare("INSERT INTO blocks VALUES (?, ?, ?, ?, ?)")
    addTransaction = try connection.prepare(
      "INSERT INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    addAccountTransaction = try connection.prepare(
      "INSERT INTO account_transactions VALUES (?, ?)")
    addTransfer = try connection.prepare("INSERT INTO transfers VALUES (?, ?, ?, ?, ?)")
    addAccountTransfer = try connection.prepare("INSERT INTO account_transfers VALUES (?, ?, ?)")
    lastBalance = try connection.prepare(
      "SELECT balance FROM account_transfers WHERE account = ? ORDER BY place DESC LIMIT 1")
    addReason = try connection.prepare("INSERT INTO reasons VALUES (?, ?, ?, ?)")
    findReason = try connection.prepare(
      "SELECT id FROM reasons WHERE rule = ? AND pool = ? AND kind = ?")
    addEarning = try connection.prepare("INSERT INTO earnings VALUES (?, ?, ?)")
    addMark = try connection.prepare("INSERT INTO marks VALUES (?, ?)")
  }
}
