public import Primitives

/// An account's voting weight now, and where its history begins.
public struct WeightRow: NumberedRow {
  /// The account's row plus one.
  public let number: UInt64
  /// The weight that the account itself brings, in base units.
  public internal(set) var own: UInt128
  /// The weight that votes through this account: its own unless delegated, and what others gave it.
  public internal(set) var voting: UInt128
  /// The account that votes for it, as its row plus one; 0 is itself.
  public internal(set) var delegate: UInt32
  /// The newest checkpoint's row plus one; 0 where there is none.
  public internal(set) var newest: UInt32

  public static var wordCount: Int { 6 }
  public static var vacant: WeightRow { WeightRow(number: 0) }
  public var isVacant: Bool { number == 0 }

  public func encode(into writer: inout RowWriter) {
    writer.append(number)
    writer.append(own)
    writer.append(voting)
    writer.append(delegate, newest)
  }

  public init(from reader: inout RowReader) {
    number = reader.next()
    own = reader.number()
    voting = reader.number()
    (delegate, newest) = reader.pair()
  }

  init(number: UInt64) {
    self.number = number
    own = 0
    voting = 0
    delegate = 0
    newest = 0
  }
}

/// What an account's voting weight was from a height on: at most one a block.
public struct WeightCheckpointRow: LedgerRow {
  public let height: UInt64
  public internal(set) var weight: UInt128
  /// The checkpoint before this one, as its row plus one; 0 where this is the first.
  public let previous: UInt32
  /// An earlier checkpoint to jump to, so that a search takes logarithmic steps.
  public let jump: UInt32
  /// How many checkpoints of the account stand before this one.
  public let depth: UInt32
  public let account: UInt32

  public static var wordCount: Int { 5 }
  public static var vacant: WeightCheckpointRow {
    WeightCheckpointRow(height: 0, weight: 0, previous: 0, jump: 0, depth: 0, account: 0)
  }
  /// History is never freed.
  public var isVacant: Bool { false }

  public func encode(into writer: inout RowWriter) {
    writer.append(height)
    writer.append(weight)
    writer.append(previous, jump)
    writer.append(depth, account)
  }

  public init(from reader: inout RowReader) {
    height = reader.next()
    weight = reader.number()
    (previous, jump) = reader.pair()
    (depth, account) = reader.pair()
  }

  init(
    height: UInt64, weight: UInt128, previous: UInt32, jump: UInt32, depth: UInt32,
    account: UInt32
  ) {
    self.height = height
    self.weight = weight
    self.previous = previous
    self.jump = jump
    self.depth = depth
    self.account = account
  }
}

/// Voting weights with their history, delegated sums kept up to date (decisions 10).
public struct Weights: ~Copyable {
  /// One row an account that ever had weight.
  public private(set) var rows: NumberedTable<WeightRow>
  /// The histories of all accounts, interleaved in order of time.
  public private(set) var checkpoints: Table<WeightCheckpointRow>

  /// The pseudo account under which the total's history stands.
  static let total: UInt32 = UInt32.max - 1

  init(rowsID: UInt8, checkpointsID: UInt8, secret: HashSecret) {
    rows = NumberedTable(id: rowsID, secret: secret)
    checkpoints = Table(id: checkpointsID)
  }

  private func find(_ account: UInt32) -> Int? { rows.find(UInt64(account) + 1) }

  /// The weight that votes through an account now.
  public func voting(_ account: AccountIndex) -> UInt128 {
    find(account.row).map { rows[$0].voting } ?? 0
  }

  /// Who votes for an account; itself unless it delegated.
  public func delegate(of account: AccountIndex) -> AccountIndex {
    guard let row = find(account.row), rows[row].delegate != 0 else { return account }
    return AccountIndex(row: rows[row].delegate - 1)
  }

  /// The weight that voted through an account at the end of the last block *before* `height`.
  public func voting(_ account: AccountIndex, before height: Height) -> UInt128 {
    weight(account.row, before: height)
  }

  /// The sum of all weights at the end of the last block before `height`.
  public func total(before height: Height) -> UInt128 { weight(Self.total, before: height) }

  private func weight(_ account: UInt32, before height: Height) -> UInt128 {
    guard let row = find(account) else { return 0 }
    var next = rows[row].newest
    while next != 0 {
      let checkpoint = checkpoints[Int(next) - 1]
      if checkpoint.height < height { return checkpoint.weight }
      let jump = checkpoint.jump
      let isFar = jump != 0 && checkpoints[Int(jump) - 1].height >= height
      next = isFar ? jump : checkpoint.previous
    }
    return 0
  }

  /// Changes the weight that an account brings by `change` (wrapping, so a fall is a two's
  /// complement), moving its delegate's sum and the total with it.
  mutating func adjust(
    _ account: AccountIndex, by change: UInt128, height: Height, _ scope: inout Scope
  ) {
    let row = open(account.row, &scope)
    let delegate = rows[row].delegate
    rows.modify(row, &scope) { $0.own = $0.own &+ change }
    vote(delegate == 0 ? account.row : delegate - 1, change, height, &scope)
    vote(Self.total, change, height, &scope)
  }

  /// Lets `delegate` vote for `account`.
  mutating func setDelegate(
    _ account: AccountIndex, to delegate: AccountIndex, height: Height, _ scope: inout Scope
  ) {
    let row = open(account.row, &scope)
    let own = rows[row].own
    let before = self.delegate(of: account)
    rows.modify(row, &scope) { $0.delegate = delegate == account ? 0 : delegate.row + 1 }
    guard own != 0, before != delegate else { return }
    vote(before.row, 0 &- own, height, &scope)
    vote(delegate.row, own, height, &scope)
  }

  private mutating func open(_ account: UInt32, _ scope: inout Scope) -> Int {
    find(account) ?? rows.insert(WeightRow(number: UInt64(account) + 1), &scope)
  }

  private mutating func vote(
    _ account: UInt32, _ change: UInt128, _ height: Height, _ scope: inout Scope
  ) {
    let row = open(account, &scope)
    let weight = rows[row].voting &+ change
    let newest = rows[row].newest
    if newest != 0, checkpoints[Int(newest) - 1].height == height {
      rows.modify(row, &scope) { $0.voting = weight }
      checkpoints.modify(Int(newest) - 1, &scope) { $0.weight = weight }
      return
    }
    let place = checkpoints.append(
      checkpoint(after: newest, height: height, weight: weight, account: account), &scope)
    rows.modify(row, &scope) {
      $0.voting = weight
      $0.newest = UInt32(truncatingIfNeeded: place + 1)
    }
  }

  /// The next link: it jumps as far as two equal jumps before it together, which keeps every search
  /// logarithmic without moving an older row.
  private func checkpoint(
    after newest: UInt32, height: Height, weight: UInt128, account: UInt32
  ) -> WeightCheckpointRow {
    guard newest != 0 else {
      return WeightCheckpointRow(
        height: height, weight: weight, previous: 0, jump: 0, depth: 0, account: account)
    }
    let previous = checkpoints[Int(newest) - 1]
    var jump = newest
    if previous.jump != 0 {
      let first = checkpoints[Int(previous.jump) - 1]
      if first.jump != 0 {
        let second = checkpoints[Int(first.jump) - 1]
        if previous.depth - first.depth == first.depth - second.depth { jump = first.jump }
      }
    }
    return WeightCheckpointRow(
      height: height, weight: weight, previous: newest, jump: jump, depth: previous.depth + 1,
      account: account)
  }

  mutating func undoRow() { _ = rows.undoLast() }
  mutating func undoCheckpoint() { _ = checkpoints.undoLast() }
  mutating func visit(_ visitor: inout some TableVisitor) {
    rows.visit(&visitor)
    visitor.visit(&checkpoints)
  }

  /// Derives the index from loaded rows, whose references it checks: histories lead back in time
  /// and end.
  mutating func rebuild(accountCount: Int) throws(ImageFailure) {
    try rows.rebuild(next: .max)
    for place in 0..<rows.table.count where !rows[place].isVacant {
      let row = rows[place]
      let isAccount = row.number <= UInt64(accountCount) || row.number == UInt64(Self.total) + 1
      try ImageFailure.unless(
        isAccount && Int(row.delegate) <= accountCount && Int(row.newest) <= checkpoints.count,
        "weight row \(place) names an account or checkpoint that does not exist")
    }
    for place in 0..<checkpoints.count {
      let row = checkpoints[place]
      let (previous, jump) = (Int(row.previous), Int(row.jump))
      let isSound =
        previous == 0
        ? jump == 0 && row.depth == 0
        : previous <= place && checkpoints[previous - 1].depth == row.depth &- 1
          && jump > 0 && jump <= place && checkpoints[jump - 1].depth < row.depth
      try ImageFailure.unless(isSound, "checkpoint row \(place) does not lead back in time")
    }
  }
}
