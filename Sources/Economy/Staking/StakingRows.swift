internal import Ledger
internal import Primitives

extension Staking {
  /// A position: what is locked, since when, and what it has earned.
  struct PositionRow: NumberedRow {
    /// The receipt's id, from 1; never used twice.
    let number: UInt64
    var principal: Amount
    var reward: RewardPosition
    var fee: RewardPosition
    let openedAt: UInt64
    var lockEnd: UInt64
    /// The timer of the lock's end; 0 once it ran.
    var timer: UInt64
    var owner: UInt32
    var beneficiary: UInt32
    /// The account that may transfer the receipt, as its row plus one; 0 for none.
    var approved: UInt32
    /// 1 once the lock has ended.
    var flags: UInt32
    /// Neighbours among the owner's positions, as their places plus one.
    var next: UInt32
    var previous: UInt32
    var tier: UInt32
    /// The lock's place in the table.
    let lock: UInt32

    static var wordCount: Int { 26 }
    static var vacant: PositionRow {
      PositionRow(
        number: 0, principal: .zero, reward: RewardPosition(weight: .zero, at: RewardIndex(0)),
        fee: RewardPosition(weight: .zero, at: RewardIndex(0)), openedAt: 0, lockEnd: 0, timer: 0,
        owner: 0, tier: 0, lock: 0)
    }
    var isVacant: Bool { number == 0 }

    /// True once the lock has ended and the position was re-priced.
    var isPastLock: Bool {
      get { flags & 1 != 0 }
      set { flags = newValue ? 1 : 0 }
    }

    func encode(into writer: inout RowWriter) {
      writer.append(number)
      writer.append(principal)
      for part in [reward, fee] {
        writer.append(part.weight.value)
        writer.append(part.paid.value)
        writer.append(part.fraction)
        writer.append(part.pending)
      }
      writer.append(openedAt)
      writer.append(lockEnd)
      writer.append(timer)
      writer.append(owner, beneficiary)
      writer.append(approved, flags)
      writer.append(next, previous)
      writer.append(tier, lock)
    }

    init(from reader: inout RowReader) {
      number = reader.next()
      principal = reader.amount()
      reward = RewardPosition(reading: &reader)
      fee = RewardPosition(reading: &reader)
      openedAt = reader.next()
      lockEnd = reader.next()
      timer = reader.next()
      (owner, beneficiary) = reader.pair()
      (approved, flags) = reader.pair()
      (next, previous) = reader.pair()
      (tier, lock) = reader.pair()
    }

    init(
      number: UInt64, principal: Amount, reward: RewardPosition, fee: RewardPosition,
      openedAt: UInt64, lockEnd: UInt64, timer: UInt64, owner: UInt32, tier: UInt32, lock: UInt32
    ) {
      self.number = number
      self.principal = principal
      self.reward = reward
      self.fee = fee
      self.openedAt = openedAt
      self.lockEnd = lockEnd
      self.timer = timer
      self.owner = owner
      self.tier = tier
      self.lock = lock
      beneficiary = owner
      approved = 0
      flags = 0
      next = 0
      previous = 0
    }
  }

  /// An account with positions or scores.
  struct StakerRow: NumberedRow {
    static let scoreCount = 8

    /// The account's row plus one.
    let number: UInt64
    /// Sixteen bits a bonus: the score plus one, 0 where the account is not eligible.
    private var scores: UInt128
    /// The first of its positions, as its place plus one.
    var head: UInt32
    var count: UInt32

    static var wordCount: Int { 4 }
    static var vacant: StakerRow { StakerRow(number: 0) }
    var isVacant: Bool { number == 0 }

    func score(_ bonus: Int) -> BasisPoints? {
      let field = UInt32(truncatingIfNeeded: scores >> (16 * UInt128(bonus))) & 0xffff
      return field == 0 ? nil : BasisPoints(field - 1)
    }

    mutating func setScore(_ bonus: Int, _ score: BasisPoints?) {
      let shift = 16 * UInt128(bonus)
      let field = score.map { UInt128(min($0, .whole).value) + 1 } ?? 0
      scores = scores & ~(0xffff << shift) | field << shift
    }

    func encode(into writer: inout RowWriter) {
      writer.append(number)
      writer.append(scores)
      writer.append(head, count)
    }

    init(from reader: inout RowReader) {
      number = reader.next()
      scores = reader.number()
      (head, count) = reader.pair()
    }

    init(number: UInt64) {
      self.number = number
      scores = 0
      head = 0
      count = 0
    }
  }

  /// An accumulator; the first row is that of the rewards, the second that of the fee share.
  struct AccumulatorRow: LedgerRow {
    var accumulator: Accumulator

    static var wordCount: Int { 17 }
    static var vacant: AccumulatorRow {
      AccumulatorRow(accumulator: Accumulator(ceiling: .rate, opening: LogicalTime(0)))
    }
    /// Accumulators are never freed.
    var isVacant: Bool { false }

    func encode(into writer: inout RowWriter) {
      writer.append(UInt64(accumulator.ceiling.rawValue))
      writer.append(accumulator.anchor.time.seconds)
      writer.append(accumulator.anchor.index.value)
      writer.append(accumulator.anchor.carry)
      writer.append(accumulator.anchor.remainder)
      writer.append(accumulator.epochStart.seconds)
      writer.append(accumulator.budget)
      writer.append(accumulator.source)
      writer.append(accumulator.collected)
      writer.append(accumulator.weight.value)
    }

    init(from reader: inout RowReader) {
      let ceiling = Accumulator.Ceiling(rawValue: UInt8(truncatingIfNeeded: reader.next()))
      let time = LogicalTime(reader.next())
      let index = RewardIndex(reader.number())
      let carry = reader.number()
      let anchor = Accumulator.Anchor(
        time: time, index: index, carry: carry, remainder: reader.number())
      let epochStart = LogicalTime(reader.next())
      let budget = reader.amount()
      let source = reader.amount()
      let collected = reader.amount()
      accumulator = Accumulator(
        ceiling: ceiling ?? .rate, anchor: anchor, epochStart: epochStart, budget: budget,
        source: source, collected: collected, weight: StakeWeight(reader.number()) ?? .zero)
    }

    init(accumulator: Accumulator) { self.accumulator = accumulator }
  }

  /// What the positions make up together; one row.
  struct TotalsRow: LedgerRow {
    var nextPosition: UInt64 = 1
    var count: UInt64 = 0
    var principal = Amount.zero
    /// What moved from the pool to where claims are paid in this epoch.
    var epochSpent = Amount.zero

    static var wordCount: Int { 6 }
    static var vacant: TotalsRow { TotalsRow() }
    var isVacant: Bool { false }

    func encode(into writer: inout RowWriter) {
      writer.append(nextPosition)
      writer.append(count)
      writer.append(principal)
      writer.append(epochSpent)
    }

    init(from reader: inout RowReader) {
      nextPosition = reader.next()
      count = reader.next()
      principal = reader.amount()
      epochSpent = reader.amount()
    }

    init() {}
  }

  /// That an operator may transfer all receipts of an owner.
  struct OperatorRow: LedgerRow, Equatable {
    /// Never 0: that is the burned account, which owns nothing.
    let owner: UInt32
    let `operator`: UInt32

    static var wordCount: Int { 1 }
    static var vacant: OperatorRow { OperatorRow(owner: 0, operator: 0) }
    var isVacant: Bool { owner == 0 }

    func encode(into writer: inout RowWriter) { writer.append(owner, `operator`) }

    init(from reader: inout RowReader) { (owner, `operator`) = reader.pair() }

    init(owner: UInt32, operator: UInt32) {
      self.owner = owner
      self.operator = `operator`
    }
  }
}

extension RewardPosition {
  /// Reads what a position row wrote.
  fileprivate init(reading reader: inout RowReader) {
    let weight = StakeWeight(reader.number()) ?? .zero
    let paid = RewardIndex(reader.number())
    let fraction = reader.number()
    self.init(weight: weight, paid: paid, fraction: fraction, pending: reader.amount())
  }
}
