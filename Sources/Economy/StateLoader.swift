public import Ledger
internal import Primitives

/// Makes a state out of what an image said: all tables in ascending order, then the contents.
///
/// Only rows are read. Indexes, the timers' heap, sums and what modules derive from the plan are
/// made anew, and the first `stateRoot()` computes every tree: whoever loads compares it with the
/// state root of the block header, so a checkpoint proves itself and need not be trusted. What
/// cannot be a state of this economy is refused before, and never trapped on: rows that are not in
/// canonical form, keys that stand twice, references that lead nowhere, books that do not balance.
/// The modules' own invariants presume sound sums; ask `invariants()` once the roots agree.
public struct StateLoader: ~Copyable {
  private var state: EconomyState
  private let expected: [(table: UInt8, wordCount: Int, count: Int)]
  /// Tables begun so far; the last one is open.
  private var begun = 0
  /// Rows that the open table still wants.
  private var missing = 0
  /// What was refused first; nothing is accepted after it.
  private var failure: ImageFailure?

  /// Rows accepted so far, for progress.
  public private(set) var rowCount = 0

  /// - Parameter secret: random words of this process, which never reach the state.
  public init(genesis: Genesis, secret: HashSecret) {
    state = EconomyState(blank: genesis, secret: secret)
    var list = TableList()
    state.visitTables(&list)
    expected = list.tables
  }

  /// Opens the next table. Throws where it is another one than this program has next, or the one
  /// before is not complete.
  public mutating func begin(
    table: UInt8, wordCount: Int, count: Int
  ) throws(ImageFailure) {
    try check(isComplete, "table \(table) begins before the one before it is complete")
    try check(begun < expected.count, "table \(table) follows the last one")
    let next = expected[begun]
    try check(
      next.table == table, "table \(table) stands where table \(next.table) is expected")
    try check(
      next.wordCount == wordCount,
      "table \(table) has rows of \(wordCount) words, not of \(next.wordCount)")
    try check(
      count >= 0 && count <= TableImage.mostRows, "table \(table) cannot have \(count) rows")
    begun += 1
    missing = count
  }

  /// Adds whole rows to the open table, in order.
  public mutating func append(_ rows: [UInt8]) throws(ImageFailure) {
    try check(begun > 0, "rows stand before the first table")
    let (table, wordCount, _) = expected[begun - 1]
    let count = rows.count / (wordCount * 8)
    try check(count <= missing, "table \(table) has more rows than it announced")
    var loader = RowLoader(rows, into: table)
    state.visitTables(&loader)
    if let refused = loader.failure { try refuse(refused) }
    missing -= count
    rowCount += count
  }

  /// Adds the next row's text or document; for a freed row nothing, as an empty one.
  public mutating func append(content: [UInt8]) throws(ImageFailure) {
    try check(isEverything, "contents stand before the last table is complete")
    do throws(ImageFailure) { try state.ledger.load(content: content) } catch {
      try refuse(error)
    }
  }

  /// The state, with everything derived. Throws where something is missing or does not fit.
  public consuming func finish() throws(ImageFailure) -> EconomyState {
    try check(isEverything, "the image ends in the middle")
    try state.rebuild()
    return state
  }

  private var isComplete: Bool { missing == 0 }
  private var isEverything: Bool { begun == expected.count && isComplete }

  private mutating func check(
    _ holds: Bool, _ text: @autoclosure () -> String
  ) throws(ImageFailure) {
    if let failure { throw failure }
    if !holds { try refuse(ImageFailure(text())) }
  }

  private mutating func refuse(_ reason: ImageFailure) throws(ImageFailure) {
    failure = reason
    throw reason
  }
}

extension EconomyState {
  /// Derives what stands outside loaded rows: the ledger's part, what follows from the plan, each
  /// module's part.
  mutating func rebuild() throws(ImageFailure) {
    try ledger.rebuild()
    try checkClock()
    try checkParameters()
    for place in 0..<ledger.timers.rows.table.count where !ledger.timers.rows[place].isVacant {
      let timer = ledger.timers.rows[place]
      try ImageFailure.unless(
        Int(timer.module) <= Registry.modules.count, "timer \(timer.number) has no owner")
    }
    // What is derived asks for accounts that genesis made: none may be missing.
    let count = ledger.accounts.count
    feeAccount = ledger.account(
      SystemAddress.account(genesis.network.feeAccount), flags: .system)
    try rebuildModules()
    try ImageFailure.unless(
      ledger.accounts.count == count, "accounts of the economy file are missing")
    closeScope()
  }

  private borrowing func checkClock() throws(ImageFailure) {
    let time = ledger.time
    try ImageFailure.unless(
      time >= genesis.time && time.seconds <= UInt64(Int64.max),
      "the time, \(time.seconds), lies before genesis or past 63 bits")
    let epoch = ledger.value(of: .epoch)
    try ImageFailure.unless(
      epoch <= time.since(genesis.time).count / Seconds.day.count,
      "epoch \(epoch) lies ahead of the time")
  }

  private borrowing func checkParameters() throws(ImageFailure) {
    let table = ledger.parameters.table.count
    try ImageFailure.unless(
      table == genesis.parameters.count,
      "there are \(table) parameters, and \(genesis.parameters.count) in the economy file")
    for (place, seed) in genesis.parameters.enumerated() {
      let row = ledger.parameters.table[place]
      let isSame =
        row.minimum == seed.minimum && row.maximum == seed.maximum
        && row.maximumStep == seed.maximumStep && row.cooldown == seed.cooldown.count
        && row.proposalClass == seed.proposalClass
        && parameterIndex(seed.pointer)?.row == UInt32(truncatingIfNeeded: place)
      try ImageFailure.unless(
        isSame && row.value >= row.minimum && row.value <= row.maximum,
        "parameter \(seed.pointer) is not the economy file's, or outside its bounds")
    }
  }

  /// Refuses an account's row that the ledger does not have.
  borrowing func check(_ account: UInt32, _ owner: @autoclosure () -> String) throws(ImageFailure) {
    if Int(account) >= ledger.accounts.count {
      throw ImageFailure("\(owner()) names an account that does not exist")
    }
  }

  /// Refuses a reference to an account as its row plus one, 0 for none.
  borrowing func check(
    optional account: UInt32, _ owner: @autoclosure () -> String
  ) throws(ImageFailure) {
    if account != 0 { try check(account - 1, owner()) }
  }
}
