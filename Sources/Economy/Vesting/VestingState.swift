internal import Ledger
internal import Primitives

extension Vesting {
  /// A grant; its id is its place plus one, and it stays for ever. Spans are seconds since genesis.
  struct GrantRow: LedgerRow {
    let total: Amount
    var released: Amount
    /// Released in the day or year of `window`; read by the rules that limit these.
    var releasedInWindow: Amount
    /// What was unreleased when `window` began.
    var windowStart: Amount
    /// What had vested when the grant was revoked.
    var kept: Amount
    var window: UInt64
    /// Of a grant made after genesis; the others' terms stand in the plan.
    let start: UInt64
    let lock: UInt64
    let duration: UInt64
    var revokedAt: UInt64
    /// The account that holds the units.
    let wallet: UInt32
    /// The account's row plus one; 0 where nobody is paid by `release`.
    var beneficiary: UInt32
    /// The giver's row plus one; 0 for genesis.
    let grantor: UInt32
    /// The wallet's place in the plan plus one; 0 for a grant made after genesis.
    let plan: UInt32
    /// Bit 0: revocable; bit 1: revoked.
    var flags: UInt32
    /// The beneficiary's next older and next newer grant: places plus one.
    var older: UInt32 = 0
    var newer: UInt32 = 0

    var isRevocable: Bool { flags & 1 != 0 }
    var isRevoked: Bool { flags & 2 != 0 }

    static var wordCount: Int { 19 }
    static var vacant: GrantRow {
      GrantRow(total: .zero, wallet: 0, grantor: 0, plan: 0)
    }
    /// Grants are never freed.
    var isVacant: Bool { false }

    func encode(into writer: inout RowWriter) {
      for amount in [total, released, releasedInWindow, windowStart, kept] {
        writer.append(amount)
      }
      for number in [window, start, lock, duration, revokedAt] { writer.append(number) }
      writer.append(wallet, beneficiary)
      writer.append(grantor, plan)
      writer.append(flags, older)
      writer.append(newer, 0)
    }

    init(from reader: inout RowReader) {
      total = reader.amount()
      released = reader.amount()
      releasedInWindow = reader.amount()
      windowStart = reader.amount()
      kept = reader.amount()
      window = reader.next()
      start = reader.next()
      lock = reader.next()
      duration = reader.next()
      revokedAt = reader.next()
      (wallet, beneficiary) = reader.pair()
      (grantor, plan) = reader.pair()
      (flags, older) = reader.pair()
      newer = reader.pair().low
    }

    init(
      total: Amount, wallet: UInt32, grantor: UInt32, plan: UInt32, start: UInt64 = 0,
      lock: UInt64 = 0, duration: UInt64 = 0, isRevocable: Bool = false
    ) {
      self.total = total
      released = .zero
      releasedInWindow = .zero
      windowStart = total
      kept = .zero
      window = 0
      self.start = start
      self.lock = lock
      self.duration = duration
      revokedAt = 0
      self.wallet = wallet
      beneficiary = 0
      self.grantor = grantor
      self.plan = plan
      flags = isRevocable ? 1 : 0
    }
  }

  /// The newest of a beneficiary's grants; the rest hang on it.
  struct BeneficiaryRow: LedgerRow {
    /// The account's row plus one; 0 where the place is free.
    let account: UInt32
    /// The newest grant's place plus one.
    var newest: UInt32
    var count: UInt64

    static var wordCount: Int { 2 }
    static var vacant: BeneficiaryRow { BeneficiaryRow(account: 0, newest: 0, count: 0) }
    var isVacant: Bool { account == 0 }

    func encode(into writer: inout RowWriter) {
      writer.append(account, newest)
      writer.append(count)
    }

    init(from reader: inout RowReader) {
      (account, newest) = reader.pair()
      count = reader.next()
    }

    init(account: UInt32, newest: UInt32, count: UInt64) {
      self.account = account
      self.newest = newest
      self.count = count
    }
  }

  /// Whether a milestone of the plan is reached; one row each, in the plan's order.
  struct MilestoneRow: LedgerRow {
    var burned: Amount
    var achievedAt: UInt64
    var isAchieved: UInt64

    static var wordCount: Int { 4 }
    static var vacant: MilestoneRow { MilestoneRow(burned: .zero, achievedAt: 0, isAchieved: 0) }
    /// Milestones are never freed.
    var isVacant: Bool { false }

    func encode(into writer: inout RowWriter) {
      writer.append(burned)
      writer.append(achievedAt)
      writer.append(isAchieved)
    }

    init(from reader: inout RowReader) {
      burned = reader.amount()
      achievedAt = reader.next()
      isAchieved = reader.next()
    }

    init(burned: Amount, achievedAt: UInt64, isAchieved: UInt64) {
      self.burned = burned
      self.achievedAt = achievedAt
      self.isAchieved = isAchieved
    }
  }

  /// What went out in a year, counted from genesis.
  struct YearRow: LedgerRow {
    /// Of wallets under the ceiling, milestones' burns included.
    var governed: Amount
    /// Of all other grants.
    var free: Amount

    static var wordCount: Int { 4 }
    static var vacant: YearRow { YearRow(governed: .zero, free: .zero) }
    /// Years are never freed.
    var isVacant: Bool { false }

    func encode(into writer: inout RowWriter) {
      writer.append(governed)
      writer.append(free)
    }

    init(from reader: inout RowReader) {
      governed = reader.amount()
      free = reader.amount()
    }

    init(governed: Amount, free: Amount) {
      self.governed = governed
      self.free = free
    }
  }

  /// Grants, whose they are, milestones and the years' sums.
  public struct State: ~Copyable {
    static let grantTable: UInt8 = 36
    static let beneficiaryTable: UInt8 = 37
    static let milestoneTable: UInt8 = 38
    static let yearTable: UInt8 = 39

    private(set) var grants = Table<GrantRow>(id: grantTable)
    private(set) var beneficiaries = Table<BeneficiaryRow>(id: beneficiaryTable)
    private(set) var milestones = Table<MilestoneRow>(id: milestoneTable)
    private(set) var years = Table<YearRow>(id: yearTable)
    /// The account of `grantsName`; set when the module opens.
    private(set) var account = AccountIndex.burned
    private var index = KeyIndex()
    private let secret: HashSecret

    init(secret: HashSecret) { self.secret = secret }

    mutating func open(account: AccountIndex, milestones count: Int, _ scope: inout Scope) {
      self.account = account
      for _ in 0..<count { _ = milestones.append(.vacant, &scope) }
      for _ in 0..<Vesting.countedYears { _ = years.append(.vacant, &scope) }
    }

    // Grants

    mutating func add(_ row: GrantRow, to beneficiary: AccountIndex?, _ scope: inout Scope) -> Int {
      let place = grants.append(row, &scope)
      if let beneficiary { link(place, beneficiary, &scope) }
      return place
    }

    mutating func reassign(_ grant: Int, to beneficiary: AccountIndex, _ scope: inout Scope) {
      unlink(grant, &scope)
      link(grant, beneficiary, &scope)
    }

    /// Counts a release in the grant's own day or year.
    mutating func draw(_ grant: Int, _ amount: Amount, window: UInt64, _ scope: inout Scope) {
      grants.modify(grant, &scope) { row in
        if row.window != window {
          row.window = window
          row.windowStart = row.total - row.released
          row.releasedInWindow = .zero
        }
        row.releasedInWindow += amount
        row.released += amount
      }
    }

    mutating func revoke(_ grant: Int, kept: Amount, at elapsed: Seconds, _ scope: inout Scope) {
      grants.modify(grant, &scope) { row in
        row.flags |= 2
        row.kept = kept
        row.revokedAt = elapsed.count
      }
    }

    mutating func achieve(
      _ milestone: Int, burned: Amount, at time: LogicalTime, _ scope: inout Scope
    ) {
      milestones.modify(milestone, &scope) {
        $0 = MilestoneRow(burned: burned, achievedAt: time.seconds, isAchieved: 1)
      }
    }

    mutating func count(_ amount: Amount, inYear year: Int, isGoverned: Bool, _ scope: inout Scope)
    {
      years.modify(year, &scope) {
        if isGoverned { $0.governed += amount } else { $0.free += amount }
      }
    }

    var reached: MilestoneGates.Reached {
      var reached = MilestoneGates.Reached()
      for row in 0..<milestones.count where milestones[row].isAchieved != 0 { reached.insert(row) }
      return reached
    }

    // The grants of an account, a list through their rows

    func list(of account: AccountIndex) -> Int? {
      index.find(secret.hash(pair: account.row, 0)) {
        beneficiaries[$0].account == account.row + 1
      }
    }

    private mutating func link(_ grant: Int, _ account: AccountIndex, _ scope: inout Scope) {
      let place = UInt32(truncatingIfNeeded: grant + 1)
      var older: UInt32 = 0
      if let list = list(of: account) {
        older = beneficiaries[list].newest
        beneficiaries.modify(list, &scope) {
          $0.newest = place
          $0.count += 1
        }
        grants.modify(Int(older) - 1, &scope) { $0.newer = place }
      } else {
        let row = beneficiaries.insert(
          BeneficiaryRow(account: account.row + 1, newest: place, count: 1), &scope)
        index.insert(secret.hash(pair: account.row, 0), row: row)
      }
      grants.modify(grant, &scope) {
        $0.beneficiary = account.row + 1
        $0.older = older
        $0.newer = 0
      }
    }

    private mutating func unlink(_ grant: Int, _ scope: inout Scope) {
      let row = grants[grant]
      guard row.beneficiary != 0, let list = list(of: AccountIndex(row: row.beneficiary - 1))
      else { return }
      if row.older != 0 { grants.modify(Int(row.older) - 1, &scope) { $0.newer = row.newer } }
      if row.newer != 0 { grants.modify(Int(row.newer) - 1, &scope) { $0.older = row.older } }
      if beneficiaries[list].count == 1 {
        index.remove(key(beneficiaries[list]), row: list)
        beneficiaries.vacate(list, &scope)
      } else {
        beneficiaries.modify(list, &scope) {
          $0.count -= 1
          if row.newer == 0 { $0.newest = row.older }
        }
      }
    }

    private func key(_ row: BeneficiaryRow) -> UInt32 { secret.hash(pair: row.account - 1, 0) }

    // Undo and tables

    mutating func undoLast(of table: UInt8) {
      switch table {
      case Self.grantTable: _ = grants.undoLast()
      case Self.milestoneTable: _ = milestones.undoLast()
      case Self.yearTable: _ = years.undoLast()
      default:
        let undone = beneficiaries.undoLast()
        let restored = undone.restored ?? .vacant
        if !undone.discarded.isVacant && restored.isVacant {
          index.remove(key(undone.discarded), row: undone.row)
        } else if undone.discarded.isVacant && !restored.isVacant {
          index.insert(key(restored), row: undone.row)
        }
      }
    }

    mutating func visit(_ visitor: inout some TableVisitor) {
      visitor.visit(&grants)
      visitor.visit(&beneficiaries)
      visitor.visit(&milestones)
      visitor.visit(&years)
    }

    func images() -> [TableImage] {
      [grants.image(), beneficiaries.image(), milestones.image(), years.image()]
    }

    /// Derives the index from loaded rows, and keeps what the plan derives.
    mutating func rebuild(account: AccountIndex) throws(ImageFailure) {
      self.account = account
      let secret = secret
      index = try KeyIndex(
        of: beneficiaries, hash: { secret.hash(pair: $0.account - 1, 0) },
        isSame: { $0.account == $1.account })
    }
  }
}

extension EconomyState {
  borrowing func vestingInvariants() -> [String] {
    var broken: [String] = []
    var made = Amount.zero
    for row in 0..<vesting.grants.count {
      let grant = vesting.grants[row]
      let terms = grantTerms(row)
      let vested = terms.vested(at: elapsed(), unlocked: unlocked(row))
      if grant.released > vested {
        broken.append("grant \(row + 1) released \(grant.released.units) of \(vested.units) vested")
      }
      if vested > grant.total {
        broken.append("grant \(row + 1) vested \(vested.units) of \(grant.total.units)")
      }
      let owed = (grant.isRevoked ? grant.kept : grant.total).excess(over: grant.released)
      if grant.plan == 0 {
        made += owed
      } else if ledger.accounts[AccountIndex(row: grant.wallet)].balance < owed {
        broken.append("the wallet of grant \(row + 1) holds less than \(owed.units)")
      }
    }
    let gated = gatedReleases()
    if gated > unlockedByMilestones() {
      broken.append("gated wallets released \(gated.units) units, more than milestones unlocked")
    }
    let held = ledger.accounts[vesting.account].balance
    if held < made {
      broken.append("\(Vesting.grantsName) holds \(held.units) of \(made.units) units")
    }
    var governed = Amount.zero
    for year in 0..<vesting.years.count {
      governed += vesting.years[year].governed
      if let ceiling = ceiling(ofYear: year), governed.excess(over: burnedByMilestones()) > ceiling
      {
        broken.append("year \(year): \(governed.units) units released above \(ceiling.units)")
      }
    }
    return broken
  }
}
