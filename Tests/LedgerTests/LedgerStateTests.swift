import Primitives
import Testing

@testable import Ledger

/// The ledger beside dictionaries: balances of two assets, nonces, and whole copies as savepoints.
private struct PostingRun: ~Copyable {
  struct Model {
    var balances: [AccountIndex: UInt128] = [.burned: Fixtures.supply]
    var shares: [AccountIndex: UInt128] = [:]
    var nonces: [AccountIndex: UInt64] = [:]
    var addresses: [Address: AccountIndex] = [:]
  }

  var ledger = Fixtures.ledger()
  var model = Model()
  let share: AssetID
  var savepoints: [(mark: Int, events: EventLog.Mark, model: Model)] = []
  var choices: Choices
  var faults: [String] = []
  var kinds: Set<String> = []

  init(seed: UInt64) {
    choices = Choices(seed)
    let holder = ledger.account(Fixtures.address(0))
    share = ledger.createAsset(module: 9, supply: Amount(5_000), holder: holder)
    model.shares[holder] = 5_000
    model.addresses[Fixtures.address(0)] = holder
    ledger.scope.close()
  }

  mutating func account() -> AccountIndex {
    let address = Fixtures.address(choices.below(60))
    let known = model.addresses[address]
    let account = ledger.account(address)
    if let known, known != account { faults.append("an address changed its account") }
    model.addresses[address] = account
    return account
  }

  mutating func amount(_ balance: UInt128) -> UInt128 {
    switch choices.below(6) {
    case 0: balance
    case 1: 0
    case 2: min(balance, 1)
    default: UInt128(choices.below(Int(balance) + 1))
    }
  }

  mutating func post() {
    let from = choices.below(8) == 0 ? .burned : account()
    let to = [from, account(), account(), .burned][choices.below(4)]
    let isToken = choices.below(3) != 0
    let balance = (isToken ? model.balances[from] : model.shares[from]) ?? 0
    let amount = amount(balance)
    let events = ledger.events.records.count
    ledger.post(isToken ? .token : share, Amount(amount), from: from, to: to)
    if ledger.events.records.count != events + 1 { faults.append("a posting without its event") }
    if isToken {
      model.balances[from, default: 0] -= amount
      model.balances[to, default: 0] += amount
    } else {
      model.shares[from, default: 0] -= amount
      model.shares[to, default: 0] += amount
    }
    kinds.insert(
      from == to
        ? "self"
        : to == .burned
          ? "burn"
          : amount == 0
            ? "zero"
            : amount == balance ? "all" : "part")
  }

  mutating func step() {
    switch choices.below(20) {
    case 0:
      let account = account()
      ledger.advanceNonce(account)
      model.nonces[account, default: 0] += 1
    case 1, 2:
      if savepoints.count < 5 {
        savepoints.append((ledger.scope.mark, ledger.events.mark, model))
      }
    case 3: undo()
    case 4:
      if choices.below(10) == 0 {
        ledger.scope.close()
        savepoints.removeAll()
      }
    default: post()
    }
    if !ledger.isBalanced { faults.append("the books do not balance") }
  }

  mutating func undo() {
    guard let savepoint = savepoints.popLast() else { return }
    ledger.undo(to: savepoint.mark)
    ledger.undoEvents(to: savepoint.events)
    model = savepoint.model
    if ledger.events.records.count != savepoint.events.records
      || ledger.events.words.count != savepoint.events.words
    {
      faults.append("events are left after undo")
    }
    compare()
  }

  mutating func compare() {
    for number in 0..<60 {
      let address = Fixtures.address(number)
      let found = ledger.accounts.find(address)
      if found != model.addresses[address] { faults.append("address \(number) is found otherwise") }
      guard let found else { continue }
      if ledger.balance(.token, found).units != model.balances[found] ?? 0 {
        faults.append("balance \(number) differs")
      }
      if ledger.balance(share, found).units != model.shares[found] ?? 0 {
        faults.append("shares \(number) differ")
      }
      if ledger.accounts[found].nonce != model.nonces[found] ?? 0 {
        faults.append("nonce \(number) differs")
      }
    }
    if ledger.balance(.token, .burned).units != model.balances[.burned] {
      faults.append("burned differs")
    }
    if ledger.accounts.total != Fixtures.supply { faults.append("the total is not the supply") }
    let holders = model.shares.values.filter { $0 != 0 }.count
    if ledger.assets.holdings.liveCount != holders { faults.append("a holding of zero has a row") }
  }
}

@Suite struct LedgerStateTests {
  /// Incidents 1, 2, 12 and 16: self, zero, whole and burning postings of two assets, nested
  /// savepoints taken back at random, books balanced after every step.
  @Test("incidents 1, 2, 12 and 16: postings agree with dictionaries", arguments: [1, 2, 3])
  func postingsAgreeWithDictionaries(seed: UInt64) {
    var run = PostingRun(seed: seed)
    for _ in 0..<6_000 where run.faults.isEmpty { run.step() }
    run.compare()
    let (faults, kinds) = (run.faults, run.kinds)
    #expect(faults == [])
    #expect(kinds == ["self", "burn", "zero", "all", "part"])
    let agree = run.ledger.rootsAgree()
    #expect(agree, "state root = root from scratch")
  }

  /// Incident 2: a self-transfer moves nothing, whatever the amount, and is announced.
  @Test("incident 2: a posting to oneself moves nothing")
  func postingToOneselfMovesNothing() {
    var ledger = Fixtures.ledger(members: 1, liquidWeights: true)
    let member = Fixtures.member(0)
    ledger.post(.token, Amount(100), from: .burned, to: member)
    for amount in [0, 1, 100] as [UInt128] {
      ledger.post(.token, Amount(amount), from: member, to: member)
      let (balance, weight) = (ledger.balance(.token, member).units, ledger.weights.voting(member))
      #expect(balance == 100)
      #expect(weight == 100)
    }
    let (events, balanced) = (ledger.events.records.count, ledger.isBalanced)
    #expect(events == 4)
    #expect(balanced)
  }

  /// Incident 12: a posting past the balance stops the node instead of going below zero.
  @Test("incident 12: a posting past the balance stops the node")
  func overdraftStopsTheNode() async {
    await #expect(processExitsWith: .failure) {
      var ledger = Fixtures.ledger(members: 1)
      ledger.post(.token, Amount(1), from: Fixtures.member(0), to: .burned)
    }
    await #expect(processExitsWith: .failure) {
      var ledger = Fixtures.ledger(members: 2)
      let share = ledger.createAsset(
        module: 1, supply: Amount(5), holder: Fixtures.member(0))
      ledger.post(share, Amount(6), from: Fixtures.member(0), to: Fixtures.member(1))
    }
  }

  /// Incident 34: assets are known by number; one's units never pay another's.
  @Test("incident 34: an asset is its number, not its name")
  func assetsAreApart() {
    var ledger = Fixtures.ledger(members: 2)
    let (one, two) = (Fixtures.member(0), Fixtures.member(1))
    let mark = ledger.scope.mark
    let first = ledger.createAsset(module: 7, supply: Amount(10), holder: one)
    let second = ledger.createAsset(module: 8, supply: Amount(20), holder: two)
    let empty = ledger.createAsset(module: 8, supply: .zero, holder: two)
    ledger.post(first, Amount(4), from: one, to: two)
    let balances = [
      ledger.balance(first, one), ledger.balance(first, two), ledger.balance(second, one),
      ledger.balance(second, two), ledger.balance(empty, two), ledger.balance(.token, one),
    ]
    #expect(balances.map(\.units) == [6, 4, 0, 20, 0, 0])
    #expect([first.number, second.number, empty.number] == [1, 2, 3])
    #expect(ledger.assets.holdings.liveCount == 3)
    ledger.undo(to: mark)
    let again = ledger.createAsset(module: 7, supply: Amount(1), holder: one)
    let balanced = ledger.isBalanced
    #expect(again == first, "an undone number is given again")
    #expect(balanced)
  }

  /// Every posting says who, to whom and how much, in ABI words (decisions 14).
  @Test func postingsAnnounceThemselves() {
    var ledger = Fixtures.ledger(members: 2)
    ledger.post(.token, Amount(7), from: .burned, to: Fixtures.member(1))
    let record = ledger.events.records[0]
    #expect(record.module == 0 && record.code == 0 && record.topicCount == 2)
    #expect(record.wordCount == 3 && record.asset == 0)
    let words = Array(ledger.events.words[Int(record.start)..<Int(record.start) + 3])
    #expect(words == [Word(Address.zero), Word(Fixtures.address(1)), Word(7 as UInt128)])
    ledger.clearEvents()
    #expect(ledger.events.records.isEmpty && ledger.events.words.isEmpty)
  }

  @Test func spendableIsWhatIsNotFrozen() {
    var ledger = Fixtures.ledger(members: 1)
    let member = Fixtures.member(0)
    ledger.post(.token, Amount(10), from: .burned, to: member)
    ledger.freeze(member, Amount(4))
    #expect(ledger.accounts[member].spendable == Amount(6))
    ledger.freeze(member, Amount(40))
    #expect(ledger.accounts[member].spendable == .zero)
    let mark = ledger.scope.mark
    ledger.freeze(member, .zero)
    ledger.undo(to: mark)
    #expect(ledger.accounts[member].frozen == Amount(40))
  }

  @Test func firstAccountIsBurnedAndSystem() {
    let ledger = Fixtures.ledger()
    #expect(ledger.accounts.find(.zero) == .burned)
    #expect(ledger.accounts[.burned].flags == .system)
    #expect(ledger.accounts.find(Fixtures.address(0)) == nil)
    #expect(ledger.accounts.count == 1)
  }
}
