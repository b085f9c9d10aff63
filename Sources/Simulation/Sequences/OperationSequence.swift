internal import Economy
public import EconomyFile
internal import Engine
internal import Ledger
internal import Primitives
internal import Storage

/// A stretch of a network's life that bytes decide: operations of every declared kind by members
/// and office holders, batches of them in blocks, and steps of time forward, far forward and back.
///
/// After each operation every invariant is asked, what a rejection leaves is compared with what was
/// there, and a run that is taken back must leave the same state root. In the end the blocks are
/// played through the machine on a simulated disk, killed and recovered: the same roots again.
public struct OperationSequence: Sendable {
  /// What came of one input.
  public struct Outcome: Sendable {
    /// Operations sent, and how many took effect.
    public var operations = 0
    public var accepted = 0
    public var blocks = 0
    /// Times that were behind the head's or years ahead.
    public var clockJumps = 0
    /// How often each declared call took effect, as `module.call`.
    public var uses: [String: Int] = [:]
    /// What does not hold; empty in a sound build.
    public var faults: [String] = []
  }

  let genesis: Genesis
  private let members: [Address]

  /// - Parameter text: the economy file.
  /// - Throws: `EconomyFileFailure` where the file is unsound.
  public init(text: String) throws(EconomyFileFailure) {
    members = (0..<6).map { Offices.holder("sequence.\($0)") }
    let document = try EconomyFile.load(text: text)
    let overlay = JSONValue.object([Offices.overlay(document)]).text
    let settled = try EconomyFile.load(text: text, overlays: [overlay])
    genesis = Life.fund(settled, members)
  }

  /// Lives what the bytes say.
  public func run(_ bytes: [UInt8]) -> Outcome {
    var course = Course(genesis: genesis, members: members, bytes)
    course.live()
    if course.outcome.faults.isEmpty { course.replay() }
    return course.outcome
  }
}

/// One input on its way.
private struct Course: ~Copyable {
  private struct Block {
    let time: LogicalTime
    var calls: [(sender: Address, bytes: [UInt8])] = []
    var root = Digest.zero
  }

  private var state: EconomyState
  private var choice: ArgumentChoice
  private var blocks: [Block] = []
  private(set) var outcome = OperationSequence.Outcome()

  init(genesis: Genesis, members: [Address], _ bytes: [UInt8]) {
    state = EconomyState(genesis: genesis, secret: HashSecret(1, 2))
    choice = ArgumentChoice(genesis, members, bytes)
  }

  mutating func live() {
    open(state.ledger.time)
    while !choice.isOver, outcome.faults.isEmpty {
      if choice.byte() < 48 { open(time()) } else { operate() }
    }
    if let last = blocks.indices.last { blocks[last].root = state.rootWithoutBlockHashes() }
  }

  // Time

  /// The next block's time: as a rule forward, now and then backward or years ahead.
  private mutating func time() -> LogicalTime {
    let now = state.ledger.time
    switch choice.byte() % 16 {
    case 0, 1: return now
    case 2, 3: return now + Seconds(1)
    case 4: return now + Seconds(UInt64(choice.byte()) * 60)
    case 5, 6: return now + Seconds(UInt64(choice.byte()) * 3_600)
    case 7, 8: return now + Seconds.day
    case 9: return now + Seconds(Seconds.day.count * UInt64(choice.byte() % 32))
    case 10: return now + Seconds.month
    case 11, 12: return state.nextDue() ?? now
    case 13:
      outcome.clockJumps += 1
      // A year has 365 epochs to turn, so that many years are rare.
      let years = choice.byte()
      return now + Seconds(Seconds.year.count * (years < 240 ? 1 : UInt64(years % 10)))
    default:
      outcome.clockJumps += 1
      let back = UInt64(choice.byte()) << UInt64(choice.byte() % 24)
      return LogicalTime(now.seconds - min(now.seconds, back))
    }
  }

  private mutating func open(_ time: LogicalTime) {
    if let last = blocks.indices.last { blocks[last].root = state.rootWithoutBlockHashes() }
    blocks.append(Block(time: time))
    outcome.blocks += 1
    let before = state.ledger.time
    let opened = state.beginBlock(height: UInt64(blocks.count), time: time)
    if opened < before || opened > max(before, time) {
      outcome.faults.append("a block asked for \(time.seconds) got \(opened.seconds)")
    }
    look("block \(blocks.count)")
  }

  // Operations

  private mutating func operate() {
    let (sender, module, call) = choice.operation(state)
    let to = SystemAddress.module(module.number)
    let account = state.ledger.accounts.find(sender)
    let nonce = account.map { state.ledger.accounts[$0].nonce } ?? 0
    let bytes = written(nonce: nonce, to: to, data: call)
    guard
      let decoded = try? DecodedTransaction(
        ReceivedTransaction(bytes), chainID: state.genesis.chainID)
    else { return outcome.faults.append("\(module.name): an encoded call cannot be decoded") }
    let transaction = TransactionCall(
      sender: sender, nonce: nonce, gasLimit: decoded.gasLimit,
      maximumPrice: decoded.maximumPrice, tip: 0, to: to, value: 0, call: decoded.call)
    let name =
      module.calls.indices.contains(Int(decoded.call.place)) && decoded.call.module != 0
      ? "\(module.name).\(module.calls[Int(decoded.call.place)].name)" : module.name
    if choice.isSometimes { takeBack(transaction, name) }
    outcome.operations += 1
    let before = Standing(state, sender)
    let found = state.execute(transaction)
    switch found.status {
    case .invalid: break
    case .success:
      outcome.accepted += 1
      outcome.uses[name, default: 0] += 1
      blocks[blocks.count - 1].calls.append((sender, bytes))
    case .rejected:
      blocks[blocks.count - 1].calls.append((sender, bytes))
      // A refused operation costs its fee and a nonce, and leaves one posting.
      let after = Standing(state, sender)
      if after.nonce != before.nonce + 1 || after.balance + found.fee.units != before.balance
        || after.events != before.events + 1
      {
        outcome.faults.append("\(name) was refused and left more than its fee")
      }
    }
    look(name)
  }

  /// An operation that is taken back leaves nothing, in no table and in no log.
  private mutating func takeBack(_ call: TransactionCall, _ name: String) {
    let root = state.stateRoot()
    let events = state.ledger.events.records.count
    _ = state.preview(call)
    if state.stateRoot() != root || state.ledger.events.records.count != events {
      outcome.faults.append("\(name) was taken back and left something")
    }
  }

  private mutating func look(_ what: String) {
    let broken = state.invariants()
    if let first = broken.first { outcome.faults.append("after \(what): \(first)") }
    var sum: UInt128 = 0
    for row in 0..<state.ledger.accounts.count {
      sum += state.ledger.accounts[AccountIndex(row: UInt32(row))].balance.units
    }
    if sum != state.genesis.token.supply.units {
      outcome.faults.append("after \(what): all balances sum to \(sum)")
    }
  }

  private struct Standing {
    let nonce: UInt64
    let balance: UInt128
    let events: Int

    init(_ state: borrowing EconomyState, _ account: Address) {
      let place = state.ledger.accounts.find(account)
      nonce = place.map { state.ledger.accounts[$0].nonce } ?? 0
      balance = place.map { state.ledger.accounts[$0].balance.units } ?? 0
      events = state.ledger.events.records.count
    }
  }

  /// A transaction of type 2 whose signature nobody looks at: replay trusts the sender beside it.
  private func written(nonce: UInt64, to: Address, data: [UInt8]) -> [UInt8] {
    var body = RLPWriter()
    body.append(integer: UInt128(state.genesis.chainID))
    body.append(integer: UInt128(nonce))
    body.append(integer: UInt128(0))
    body.append(integer: state.genesis.network.baseFee)
    body.append(integer: UInt128(Self.gasLimit))
    body.append(address: to)
    body.append(integer: UInt128(0))
    body.append(bytes: data)
    body.list { _ in }
    for number in [0, 1, 1] as [UInt128] { body.append(integer: number) }
    var whole = RLPWriter()
    whole.append(list: body)
    return [2] + whole.bytes
  }

  private static let gasLimit: UInt64 = 2_000_000

  // Again

  /// The same blocks through the machine, with other secrets, then recovered from the journal.
  mutating func replay() {
    let disk = SimulatedDisk()
    let chain = Chain(genesis: state.genesis, secret: HashSecret(3, 4))
    do {
      try Recovery.create(chain, disk: disk, segmentBytes: 1 << 20, salt: 5)
      var machine = try Recovery.open(chain, disk: disk, segmentBytes: 1 << 20, salt: 5) { _ in }
      for (place, block) in blocks.enumerated() {
        let transactions = try block.calls.map {
          try chain.authenticator.trust($0.bytes, sender: $0.sender)
        }
        try machine.reserve(transactions)
        try machine.makeBlock(transactions, time: block.time)
        if chain.withState({ $0.rootWithoutBlockHashes() }) != block.root {
          return outcome.faults.append("block \(place + 1) has another root when it is replayed")
        }
      }
      let again = Chain(genesis: state.genesis, secret: HashSecret(5, 6))
      _ = try Recovery.open(again, disk: disk.kill(), segmentBytes: 1 << 20, salt: 6) { _ in }
      if again.head.hash != chain.head.hash {
        outcome.faults.append("recovery ends at another block")
      }
    } catch {
      outcome.faults.append("the replay ended with \(error)")
    }
  }
}
