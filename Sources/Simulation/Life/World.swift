internal import Cryptography
internal import Economy
internal import Ledger
internal import Primitives

/// A network under random life: the engine, its members, and what has just happened.
struct World: ~Copyable {
  /// What became of an operation.
  struct Reply {
    let isSuccess: Bool
    let rejection: Rejection?
    let returned: UInt128?
    /// The whole answer.
    let data: [UInt8]
  }

  /// What became of the operations of one declared call.
  struct Use {
    var asked = 0
    var succeeded = 0
    /// Those that took effect and were not announced by an event.
    var silent = 0
  }

  /// What every transaction offers.
  static let gasLimit: UInt64 = 200_000

  private(set) var state: EconomyState
  var generator: Generator
  /// Ordinary members; the first hold the most.
  let members: [Address]
  /// What they sign with.
  private let keys: [Address: PrivateKey]
  private(set) var counts = (asked: 0, succeeded: 0, refused: 0, impossible: 0)
  /// How often each rejection was met, by its declared name.
  private(set) var refusals: [String: Int] = [:]
  /// What became of each declared call, by its module's number and its place there.
  private(set) var uses: [UInt16: Use] = [:]
  /// What happened and was not handed to the workloads yet.
  private var news: [News] = []
  private var unread = 0
  /// Blocks and what was sent in them, for those who play it again; nil where nobody does.
  var record: [LifeBlock]?

  init(
    genesis: Genesis, members: [Address], keys: [Address: PrivateKey], seed: UInt64,
    secret: HashSecret
  ) {
    state = EconomyState(genesis: genesis, secret: secret)
    generator = Generator(seed: seed)
    self.members = members
    self.keys = keys
  }

  /// Seconds since genesis.
  var time: UInt64 { state.ledger.time.seconds - state.genesis.time.seconds }
  /// Seconds since 1970.
  var now: UInt64 { state.ledger.time.seconds }
  var epoch: UInt64 { time / Seconds.day.count }

  // Choices

  mutating func member() -> Address { members[generator.below(members.count)] }

  /// A member who holds much: one of the first.
  mutating func wealthy() -> Address {
    members[generator.below(min(members.count, max(20, members.count / 50)))]
  }

  /// Any part of a balance, its extremes now and then.
  mutating func part(of balance: UInt128) -> UInt128 {
    switch generator.below(32) {
    case 0: 0
    case 1: balance
    case 2: balance + 1
    default: generator.amount(upTo: balance / 16)
    }
  }

  /// A member's signature over a struct in the domain that the token tells; nil for whoever is no
  /// member.
  borrowing func signature(of member: Address, type: String, _ words: [Word]) -> Signature? {
    guard let key = keys[member],
      case .bytes(let domain)? = ask(Token.number, "DOMAIN_SEPARATOR")?.first,
      let separator = Digest(domain)
    else { return nil }
    let hash = TypedData.structHash(type: TypedData.typeHash(type), words)
    return Secp256k1.sign(TypedData.digest(domain: separator, structHash: hash), key)
  }

  // Time

  /// Opens the next block on the way to so many seconds after genesis: at the next second in which
  /// something falls due, or there.
  /// - Returns: false once the time is reached and nothing is due any more.
  mutating func advance(to seconds: UInt64) -> Bool {
    let target = state.genesis.time + Seconds(seconds)
    let due = state.nextDue()
    guard state.ledger.time < target || due.map({ $0 <= target }) ?? false else { return false }
    let time = due.map { min($0, target) } ?? target
    if let last = record?.indices.last { record?[last].stateRoot = state.rootWithoutBlockHashes() }
    record?.append(LifeBlock(time: time))
    _ = state.beginBlock(height: state.ledger.height + 1, time: time)
    unread = 0
    gather()
    return true
  }

  /// True where all balances sum to the supply, which the ledger keeps count of.
  var isBalanced: Bool { state.ledger.isBalanced }

  // Operations

  /// Sends a transaction that pays its fee.
  @discardableResult
  mutating func send(
    _ module: UInt8, _ name: String, _ arguments: ABITree..., by sender: Address
  ) -> Reply {
    send(module, name, arguments, by: sender)
  }

  /// The same with the arguments in a list.
  @discardableResult
  mutating func send(
    _ module: UInt8, _ name: String, _ arguments: [ABITree], by sender: Address,
    value: UInt128 = 0
  ) -> Reply {
    if let last = record?.indices.last {
      let nonce = state.ledger.accounts.find(sender).map { state.ledger.accounts[$0].nonce } ?? 0
      record?[last].calls.append(
        LifeBlock.Call(
          sender: sender, nonce: nonce, module: module, value: value,
          data: Surface.data(module, name, arguments)))
    }
    return send(Surface.call(module, name, arguments), by: sender, value: value)
  }

  mutating func send(_ call: DecodedCall, by sender: Address, value: UInt128 = 0) -> Reply {
    let nonce = state.ledger.accounts.find(sender).map { state.ledger.accounts[$0].nonce } ?? 0
    let outcome = state.execute(
      TransactionCall(
        sender: sender, nonce: nonce, gasLimit: Self.gasLimit,
        maximumPrice: state.genesis.network.baseFee, tip: 0,
        to: SystemAddress.module(call.module), value: value, call: call))
    counts.asked += 1
    let before = news.count
    gather()
    let key = UInt16(call.module) << 8 | UInt16(call.place)
    uses[key, default: Use()].asked += 1
    switch outcome.status {
    case .success(let returned):
      counts.succeeded += 1
      uses[key]?.succeeded += 1
      if !isAnnounced(call, news[before...]) { uses[key]?.silent += 1 }
      var number: UInt128?
      if case .word(let word) = returned { number = word.number }
      return Reply(isSuccess: true, rejection: nil, returned: number, data: returned.data)
    case .rejected(let rejection):
      counts.refused += 1
      refusals[Surface.name(rejection), default: 0] += 1
      return Reply(isSuccess: false, rejection: rejection, returned: nil, data: [])
    case .invalid:
      counts.impossible += 1
      return Reply(isSuccess: false, rejection: nil, returned: nil, data: [])
    }
  }

  /// Whether an operation of a module left an event of its own; of the token a posting besides the
  /// fee's is one.
  private func isAnnounced(_ call: DecodedCall, _ news: ArraySlice<News>) -> Bool {
    news.contains { $0.module == call.module }
      || call.module == Token.number && news.count { $0.module == 0 } > 1
  }

  // News

  private mutating func gather() {
    let end = state.ledger.events.records.count
    for happening in Surface.events(state, unread..<end) {
      news.append(News(time: time, module: happening.module, happening: happening))
    }
    unread = end
  }

  /// What happened since it was last asked for, in order.
  mutating func takeNews() -> [News] {
    let taken = news
    news.removeAll(keepingCapacity: true)
    return taken
  }

  // Questions

  borrowing func ask(_ module: UInt8, _ name: String, _ arguments: ABITree...) -> Answer? {
    Surface.ask(state, module, name, arguments)
  }

  borrowing func balance(_ address: Address) -> UInt128 { state.balance(of: address).units }

  /// What a transaction of a call costs at the base price, in base units.
  borrowing func fee(of call: DecodedCall) -> UInt128 {
    let network = state.genesis.network
    return UInt128(state.gasTable.needed(call)) * network.baseFee / network.weiPerUnit
  }

  /// What an address can spend besides the fee of one operation.
  borrowing func spendable(_ address: Address) -> UInt128 {
    let held = state.ledger.accounts.find(address).map {
      state.ledger.accounts[$0].spendable.units
    }
    let network = state.genesis.network
    let fee = 200_000 * network.baseFee / network.weiPerUnit + 1
    guard let held, held > fee else { return 0 }
    return held - fee
  }

  /// The state root, brought up to date.
  mutating func stateRoot() -> Digest { state.stateRoot() }

  /// Who held a role when the network began.
  borrowing func holder(of role: Access.Role) -> Address {
    state.genesis.plans.access.roles.first { $0.name == role.rawValue }?.holders.first ?? .zero
  }
}

/// A block of a recorded life.
struct LifeBlock: Sendable {
  struct Call: Sendable {
    let sender: Address
    let nonce: UInt64
    let module: UInt8
    /// Wei.
    let value: UInt128
    let data: [UInt8]
  }

  let time: LogicalTime
  var calls: [Call] = []
  /// After the block's last call.
  var stateRoot = Digest.zero

  init(time: LogicalTime) { self.time = time }
}
