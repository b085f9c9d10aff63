import Primitives
import Testing

@testable import Ledger

/// Weights beside the most naive history: a copy of everything after each block.
private struct WeightRun: ~Copyable {
  static let members = 12

  struct Model {
    var own = [UInt128](repeating: 0, count: members)
    var delegate = Array(0..<members)

    func voting(_ member: Int) -> UInt128 {
      (0..<members).filter { delegate[$0] == member }.reduce(0) { $0 + own[$1] }
    }

    var total: UInt128 { own.reduce(0, +) }
  }

  var ledger = Fixtures.ledger(members: members)
  var model = Model()
  /// What stood at the end of each block, from block 0 on.
  var history: [Model] = []
  var choices: Choices
  var faults: [String] = []

  init(seed: UInt64) { choices = Choices(seed) }

  mutating func move() {
    let member = choices.below(Self.members)
    switch choices.below(4) {
    case 0:
      let other = choices.below(Self.members)
      ledger.setDelegate(Fixtures.member(member), to: Fixtures.member(other))
      model.delegate[member] = other
    case 1:
      let fall = UInt128(choices.below(Int(model.own[member]) + 1))
      ledger.adjustWeight(Fixtures.member(member), rise: .zero, fall: Amount(fall))
      model.own[member] -= fall
    default:
      let rise = UInt128(choices.below(1_000))
      ledger.adjustWeight(Fixtures.member(member), rise: Amount(rise), fall: .zero)
      model.own[member] += rise
    }
  }

  mutating func block() {
    let height = UInt64(history.count)
    ledger.set(.height, height)
    ledger.scope.close()
    for _ in 0..<choices.below(5) {
      if choices.below(4) == 0 {
        let (mark, before) = (ledger.scope.mark, model)
        for _ in 0..<3 { move() }
        ledger.undo(to: mark)
        model = before
      }
      move()
    }
    ledger.scope.close()
    for member in 0..<Self.members {
      let account = Fixtures.member(member)
      if ledger.weights.voting(account) != model.voting(member) {
        faults.append("height \(height): weight of \(member) differs")
      }
      if ledger.weights.delegate(of: account) != Fixtures.member(model.delegate[member]) {
        faults.append("height \(height): delegate of \(member) differs")
      }
    }
    history.append(model)
  }

  mutating func compareHistory() {
    for height in 0...history.count {
      let then = height == 0 ? Model() : history[height - 1]
      if ledger.weights.total(before: UInt64(height)) != then.total {
        faults.append("total before \(height) differs")
      }
      let sum = (0..<Self.members).reduce(0 as UInt128) {
        $0 + ledger.weights.voting(Fixtures.member($1), before: UInt64(height))
      }
      if sum != then.total { faults.append("weights before \(height) do not sum to the total") }
      for member in 0..<Self.members {
        let found = ledger.weights.voting(Fixtures.member(member), before: UInt64(height))
        if found != then.voting(member) { faults.append("\(member) before \(height) differs") }
      }
    }
  }

  /// How many links a search follows, walked as `voting(before:)` walks them.
  func steps(_ member: Int, before height: UInt64) -> Int {
    guard let row = ledger.weights.rows.find(UInt64(Fixtures.member(member).row) + 1) else {
      return 0
    }
    var (next, steps) = (ledger.weights.rows[row].newest, 0)
    while next != 0 {
      let checkpoint = ledger.weights.checkpoints[Int(next) - 1]
      if checkpoint.height < height { break }
      let jump = checkpoint.jump
      let isFar = jump != 0 && ledger.weights.checkpoints[Int(jump) - 1].height >= height
      next = isFar ? jump : checkpoint.previous
      steps += 1
    }
    return steps
  }
}

@Suite struct WeightsTests {
  /// Edge case 1, decisions 10: random rises, falls, delegations and redelegations, some taken
  /// back; every past point answers as it was, and the weights sum to the total.
  @Test(arguments: [1, 2, 3]) func historyAgreesWithCopies(seed: UInt64) {
    var run = WeightRun(seed: seed)
    for _ in 0..<250 { run.block() }
    run.compareHistory()
    let faults = run.faults
    #expect(faults == [])
    let longest = (0..<250).map { run.steps(3, before: $0) }.max() ?? 0
    #expect(longest <= 24, "a search is logarithmic, not \(longest) steps")
  }

  /// Edge case 1: one checkpoint per account per block, whatever happens in the block.
  @Test func oneCheckpointABlock() {
    var ledger = Fixtures.ledger(members: 2)
    ledger.set(.height, 5)
    for _ in 0..<10 { ledger.adjustWeight(Fixtures.member(0), rise: Amount(3), fall: Amount(1)) }
    #expect(ledger.weights.checkpoints.count == 2, "the member's and the total's")
    ledger.set(.height, 6)
    ledger.adjustWeight(Fixtures.member(0), rise: Amount(1), fall: .zero)
    ledger.adjustWeight(Fixtures.member(0), rise: Amount(5), fall: Amount(5))
    #expect(ledger.weights.checkpoints.count == 4)
    let weights = [5, 6, 7].map { ledger.weights.voting(Fixtures.member(0), before: $0) }
    #expect(weights == [0, 20, 21])
  }

  /// Edge case 1, incident 10: what is borrowed, voted with and paid back in one block weighs
  /// nothing at the strictly earlier point, and weight that moves on is never counted twice.
  @Test("incident 10: borrowed weight counts nowhere")
  func borrowedWeightCountsNowhere() {
    var ledger = Fixtures.ledger(members: 3, liquidWeights: true)
    let (lender, borrower, delegate) = (Fixtures.member(0), Fixtures.member(1), Fixtures.member(2))
    ledger.post(.token, Amount(1_000), from: .burned, to: lender)
    ledger.set(.height, 1)
    ledger.post(.token, Amount(1_000), from: lender, to: borrower)
    ledger.setDelegate(borrower, to: delegate)
    #expect(ledger.weights.voting(delegate) == 1_000)
    #expect(ledger.weights.voting(delegate, before: 1) == 0)
    ledger.post(.token, Amount(1_000), from: borrower, to: lender)
    ledger.set(.height, 2)
    let before = [lender, borrower, delegate].map { ledger.weights.voting($0, before: 2) }
    #expect(before == [1_000, 0, 0])
    #expect(ledger.weights.total(before: 2) == 1_000)
  }

  /// Edge case 1, BTT: liquid balances vote, moving with every posting; pools, escrows and the
  /// burned account weigh nothing.
  @Test func liquidWeightsFollowBalances() {
    var ledger = Fixtures.ledger(members: 6, liquidWeights: true)
    let pool = ledger.account(Fixtures.address(40), flags: .system)
    var choices = Choices(4)
    let everyone = (0..<6).map(Fixtures.member) + [pool, .burned]
    var faults = 0
    for height in 1...60 {
      ledger.set(.height, UInt64(height))
      for _ in 0..<20 {
        let (from, to) = (everyone[choices.below(8)], everyone[choices.below(8)])
        let balance = ledger.balance(.token, from).units
        ledger.post(
          .token, Amount(UInt128(choices.below(Int(balance) + 1))), from: from, to: to)
      }
      ledger.scope.close()
      for member in 0..<6 {
        let account = Fixtures.member(member)
        if ledger.weights.voting(account) != ledger.balance(.token, account).units { faults += 1 }
      }
      let held = (0..<6).reduce(0 as UInt128) {
        $0 + ledger.balance(.token, Fixtures.member($1)).units
      }
      if ledger.weights.total(before: UInt64(height) + 1) != held { faults += 1 }
      if ledger.weights.voting(pool) != 0 || ledger.weights.voting(.burned) != 0 { faults += 1 }
    }
    #expect(faults == 0)
  }

  /// DTA: balances do not vote, only what modules add.
  @Test func stakedWeightsIgnoreBalances() {
    var ledger = Fixtures.ledger(members: 2)
    ledger.post(.token, Amount(500), from: .burned, to: Fixtures.member(0))
    #expect(ledger.weights.voting(Fixtures.member(0)) == 0)
    #expect(ledger.weights.rows.table.count == 0)
  }

  @Test func delegatingNothingAndToOneselfMovesNothing() {
    var ledger = Fixtures.ledger(members: 2)
    let (one, two) = (Fixtures.member(0), Fixtures.member(1))
    ledger.setDelegate(one, to: two)
    #expect(ledger.weights.delegate(of: one) == two)
    #expect(ledger.weights.voting(two) == 0)
    ledger.adjustWeight(one, rise: Amount(9), fall: .zero)
    #expect(ledger.weights.voting(two) == 9 && ledger.weights.voting(one) == 0)
    ledger.setDelegate(one, to: one)
    #expect(ledger.weights.voting(two) == 0 && ledger.weights.voting(one) == 9)
    #expect(ledger.weights.delegate(of: one) == one)
  }

  @Test func unknownAccountsWeighNothing() {
    let ledger = Fixtures.ledger()
    let nobody = AccountIndex(row: 1_000_000)
    #expect(ledger.weights.voting(nobody) == 0)
    #expect(ledger.weights.voting(nobody, before: .max) == 0)
    #expect(ledger.weights.total(before: 3) == 0)
    #expect(ledger.weights.delegate(of: nobody) == nobody)
  }
}
