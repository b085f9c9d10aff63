internal import Ledger
internal import Primitives

extension Staking {
  /// Positions, their owners, the accumulators, the totals and the operators' approvals.
  public struct State: ~Copyable {
    static let positionTable: UInt8 = 40
    static let stakerTable: UInt8 = 41
    static let accumulatorTable: UInt8 = 42
    static let totalsTable: UInt8 = 43
    static let operatorTable: UInt8 = 44

    private(set) var positions: NumberedTable<PositionRow>
    private(set) var stakers: NumberedTable<StakerRow>
    private(set) var accumulators = Table<AccumulatorRow>(id: accumulatorTable)
    private(set) var totalsRows = Table<TotalsRow>(id: totalsTable)
    private(set) var operators = Table<OperatorRow>(id: operatorTable)
    private var operatorIndex = KeyIndex()
    private let secret: HashSecret

    // Derived from the plan and the parameters when the state opens and when an epoch turns; never
    // inside an operation, so that there is nothing to take back.
    var accounts = Accounts()
    var sources = Sources()
    var terms = Terms()

    init(secret: HashSecret) {
      positions = NumberedTable(id: Self.positionTable, secret: secret)
      stakers = NumberedTable(id: Self.stakerTable, secret: secret)
      self.secret = secret
    }

    // Accumulators and totals

    /// Rewards against the ceiling of the rates, weighed by principal × rate.
    var rewards: Accumulator { accumulators[0].accumulator }
    /// Fees without a ceiling, weighed by principal.
    var fees: Accumulator { accumulators[1].accumulator }
    var totals: TotalsRow { totalsRows[0] }

    mutating func open(rewards: Accumulator, fees: Accumulator, _ scope: inout Scope) {
      _ = accumulators.append(AccumulatorRow(accumulator: rewards), &scope)
      _ = accumulators.append(AccumulatorRow(accumulator: fees), &scope)
      _ = totalsRows.append(TotalsRow(), &scope)
    }

    mutating func set(rewards: Accumulator, _ scope: inout Scope) {
      accumulators.modify(0, &scope) { $0.accumulator = rewards }
    }

    mutating func set(fees: Accumulator, _ scope: inout Scope) {
      accumulators.modify(1, &scope) { $0.accumulator = fees }
    }

    mutating func modifyTotals(_ scope: inout Scope, _ body: (inout TotalsRow) -> Void) {
      totalsRows.modify(0, &scope, body)
    }

    // Positions

    mutating func insert(_ row: PositionRow, _ scope: inout Scope) -> Int {
      let place = positions.insert(row, &scope)
      link(place, &scope)
      return place
    }

    mutating func modify(
      _ place: Int, _ scope: inout Scope, _ body: (inout PositionRow) -> Void
    ) {
      positions.modify(place, &scope, body)
    }

    mutating func remove(_ place: Int, _ scope: inout Scope) {
      unlink(place, &scope)
      positions.vacate(place, &scope)
    }

    mutating func move(_ place: Int, to owner: AccountIndex, _ scope: inout Scope) {
      unlink(place, &scope)
      positions.modify(place, &scope) { $0.owner = owner.row }
      link(place, &scope)
    }

    /// The places of an account's positions, newest first.
    func places(of account: AccountIndex) -> [Int] {
      guard let staker = staker(account) else { return [] }
      var places: [Int] = []
      places.reserveCapacity(Int(stakers[staker].count))
      var next = stakers[staker].head
      while next != 0 {
        places.append(Int(next) - 1)
        next = positions[Int(next) - 1].next
      }
      return places
    }

    /// How many positions an account has.
    func count(of account: AccountIndex) -> Int {
      staker(account).map { Int(stakers[$0].count) } ?? 0
    }

    /// Puts the position at the head of its owner's list.
    private mutating func link(_ place: Int, _ scope: inout Scope) {
      let staker = openStaker(AccountIndex(row: positions[place].owner), &scope)
      let number = UInt32(truncatingIfNeeded: place + 1)
      let head = stakers[staker].head
      positions.modify(place, &scope) {
        $0.next = head
        $0.previous = 0
      }
      if head != 0 { positions.modify(Int(head) - 1, &scope) { $0.previous = number } }
      stakers.modify(staker, &scope) {
        $0.head = number
        $0.count += 1
      }
    }

    private mutating func unlink(_ place: Int, _ scope: inout Scope) {
      let staker = openStaker(AccountIndex(row: positions[place].owner), &scope)
      let (next, previous) = (positions[place].next, positions[place].previous)
      if next != 0 { positions.modify(Int(next) - 1, &scope) { $0.previous = previous } }
      if previous != 0 { positions.modify(Int(previous) - 1, &scope) { $0.next = next } }
      stakers.modify(staker, &scope) {
        if previous == 0 { $0.head = next }
        $0.count -= 1
      }
    }

    // Owners

    private func staker(_ account: AccountIndex) -> Int? {
      stakers.find(UInt64(account.row) + 1)
    }

    private mutating func openStaker(_ account: AccountIndex, _ scope: inout Scope) -> Int {
      staker(account)
        ?? stakers.insert(StakerRow(number: UInt64(account.row) + 1), &scope)
    }

    /// The account's scores in the order of the bonuses; nil is not eligible.
    func scores(of account: AccountIndex) -> [BasisPoints?] {
      guard let staker = staker(account) else { return [] }
      return (0..<StakerRow.scoreCount).map { stakers[staker].score($0) }
    }

    mutating func setScore(
      _ account: AccountIndex, _ bonus: Int, _ score: BasisPoints?, _ scope: inout Scope
    ) {
      let staker = openStaker(account, &scope)
      stakers.modify(staker, &scope) { $0.setScore(bonus, score) }
    }

    // Operators

    private func key(_ row: OperatorRow) -> UInt32 {
      secret.hash(pair: row.owner, row.operator)
    }

    private func find(_ row: OperatorRow) -> Int? {
      operatorIndex.find(key(row)) { operators[$0] == row }
    }

    func isOperator(_ account: AccountIndex, of owner: AccountIndex) -> Bool {
      find(OperatorRow(owner: owner.row, operator: account.row)) != nil
    }

    mutating func setOperator(
      _ account: AccountIndex, of owner: AccountIndex, _ approved: Bool, _ scope: inout Scope
    ) {
      let row = OperatorRow(owner: owner.row, operator: account.row)
      let place = find(row)
      if let place, !approved {
        operators.vacate(place, &scope)
        operatorIndex.remove(key(row), row: place)
      } else if place == nil, approved {
        operatorIndex.insert(key(row), row: operators.insert(row, &scope))
      }
    }

    // Tables

    mutating func undoLast(of table: UInt8) {
      switch table {
      case Self.positionTable: _ = positions.undoLast()
      case Self.stakerTable: _ = stakers.undoLast()
      case Self.accumulatorTable: _ = accumulators.undoLast()
      case Self.totalsTable: _ = totalsRows.undoLast()
      default:
        let undone = operators.undoLast()
        let restored = undone.restored ?? .vacant
        if !undone.discarded.isVacant && restored.isVacant {
          operatorIndex.remove(key(undone.discarded), row: undone.row)
        } else if undone.discarded.isVacant && !restored.isVacant {
          operatorIndex.insert(key(restored), row: undone.row)
        }
      }
    }

    mutating func visit(_ visitor: inout some TableVisitor) {
      positions.visit(&visitor)
      stakers.visit(&visitor)
      visitor.visit(&accumulators)
      visitor.visit(&totalsRows)
      visitor.visit(&operators)
    }

    func images() -> [TableImage] {
      [
        positions.table.image(), stakers.table.image(), accumulators.image(), totalsRows.image(),
        operators.image(),
      ]
    }

    /// Derives the indexes from loaded rows.
    mutating func rebuild() throws(ImageFailure) {
      try ImageFailure.unless(
        accumulators.count == 2 && totalsRows.count == 1,
        "staking has no two accumulators and one row of totals")
      try positions.rebuild(next: totals.nextPosition)
      try stakers.rebuild(next: .max)
      let secret = secret
      operatorIndex = try KeyIndex(
        of: operators, hash: { secret.hash(pair: $0.owner, $0.operator) }, isSame: ==)
    }
  }
}

extension EconomyState {
  /// What is broken between operations; empty in a sound state.
  borrowing func stakingInvariants() -> [String] {
    guard staking.accounts.pool != nil else { return [] }
    var broken: [String] = []
    let (rewards, fees) = (staking.rewards, staking.fees)
    let index = rewards.index(at: ledger.time)
    let feeIndex = fees.index(at: ledger.time)
    var (principal, pending, feePending) = (Amount.zero, Amount.zero, Amount.zero)
    var (weight, feeWeight): (UInt128, UInt128) = (0, 0)
    var count: UInt64 = 0
    for place in 0..<staking.positions.table.count where !staking.positions[place].isVacant {
      var position = staking.positions[place]
      position.reward.settle(to: index)
      position.fee.settle(to: feeIndex)
      principal += position.principal
      pending += position.reward.pending
      feePending += position.fee.pending
      weight += position.reward.weight.value
      feeWeight += position.fee.weight.value
      count += 1
    }
    func check(_ holds: Bool, _ problem: String) { if !holds { broken.append(problem) } }
    let accounts = staking.accounts
    let waiting = rewards.emitted(at: ledger.time).excess(over: rewards.collected)
    let payable = ledger.accounts[accounts.payable].balance
    check(
      payable + waiting >= pending,
      "staking owes \(pending.units), but only \(payable.units) and \(waiting.units) cover it")
    if let feeShare = accounts.feeShare {
      let waiting = fees.emitted(at: ledger.time).excess(over: fees.collected)
      let payable = ledger.accounts[feeShare.payable].balance
      check(
        payable + waiting >= feePending,
        "the fee share owes \(feePending.units), but only \(payable.units) and "
          + "\(waiting.units) cover it")
    }
    let held = ledger.accounts[accounts.principal].balance
    let totals = staking.totals
    check(held == principal, "principals sum to \(principal.units), not the \(held.units) held")
    check(totals.principal == principal, "the total of principals is \(totals.principal.units)")
    check(totals.count == count, "\(count) positions stand, \(totals.count) are counted")
    check(rewards.weight.value == weight, "weights sum to \(weight), not \(rewards.weight.value)")
    check(fees.weight.value == feeWeight, "fee weights sum to \(feeWeight)")
    check(
      totals.epochSpent <= rewards.budget,
      "the epoch spent \(totals.epochSpent.units) of \(rewards.budget.units)")
    return broken
  }
}
