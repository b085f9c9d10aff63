internal import Cryptography
public import Economy
public import Ledger
public import Primitives

/// Random life of the token: transfers, burns, approvals, self-transfers, maximum and zero amounts,
/// wrong nonces, absurd prices, odd gas limits, value sent along, and receivers that must be
/// refused (incidents 1, 2, 12, 16, 17).
public struct TokenWorkload: Sendable {
  /// What a run found.
  public struct Summary: Sendable {
    public let operations: Int
    public let succeeded: Int
    public let refused: Int
    /// Transactions that could not be part of a block.
    public let impossible: Int
    public let stateRoot: Digest
    /// SHA-256 over every holder and balance in byte order.
    public let balances: Digest
    /// Where engine and model disagree; empty in a sound build.
    public let differences: [String]
  }

  var generator: Generator
  let members: [Address]
  /// What members sign with; empty where no population was made.
  let keys: [Address: PrivateKey]
  /// Authorizations that were brought before, to be brought again.
  var brought: [Token.Authorized] = []
  private let system: [Address]
  let rules: Genesis.NetworkRules
  let domain: Digest

  /// Every balance by its postings alone, among other life.
  var books: [Address: UInt128] = [:]
  var supply: UInt128 = 0
  var faults: [String] = []

  /// - Parameter genesis: its grants name the members, who hold everything at the start.
  public init(seed: UInt64, genesis: Genesis) { self.init(seed: seed, genesis: genesis, keys: [:]) }

  private init(seed: UInt64, genesis: Genesis, keys: [Address: PrivateKey]) {
    generator = Generator(seed: seed)
    members = genesis.grants.map(\.to)
    self.keys = keys
    domain = TypedData.domainSeparator(
      name: genesis.token.name, version: Token.version, chainID: genesis.chainID,
      contract: SystemAddress.module(Token.number))
    system =
      genesis.accountNames.map { SystemAddress.account($0) }
      + Registry.modules.map(\.address) + [.zero]
    rules = genesis.network
  }

  /// The members of a run: `count` addresses that hold the whole of the first wallet in equal
  /// parts.
  public static func population(_ genesis: Genesis, count: Int) -> Genesis {
    guard let wallet = genesis.wallets.max(by: { $0.units < $1.units }) else { return genesis }
    let share = Amount(wallet.units.units / UInt128(count))
    let grants = (0..<count).map { member in
      Genesis.Grant(
        from: wallet.name,
        to: Members.address(member),
        units: share)
    }
    return Offices.bound(genesis).with(grants: grants)
  }

  mutating func member() -> Address { members[generator.below(members.count)] }

  mutating func receiver(_ sender: Address) -> Address {
    switch generator.below(20) {
    case 0: system[generator.below(system.count)]
    case 1, 2: sender
    default: member()
    }
  }

  mutating func amount(_ balance: UInt128) -> UInt128 {
    switch generator.below(24) {
    case 0: 0
    case 1: balance
    case 2: balance == .max ? balance : balance + 1
    case 3: UInt128.max
    case 4: 1
    default: generator.amount(upTo: balance / 64)
    }
  }

  /// The next transaction, given what the model knows.
  public mutating func next(_ model: TokenModel) -> TransactionCall {
    let sender = member()
    let balance = model.balance(sender)
    var value: UInt128 = 0
    var to = SystemAddress.module(Token.number)
    let call: DecodedCall
    switch generator.below(12) {
    case 0:
      to = receiver(sender)
      let units = min(amount(balance), UInt128.max / 2 / rules.weiPerUnit)
      value = units * rules.weiPerUnit + (generator.chance(oneIn: 40) ? 1 : 0)
      call = Registry.decode(to: to, data: [], range: 0..<0)
      if call.module != 0 || value > rules.weiPerUnit << 80 { value = 0 }
    case 1: call = decoded(1, .approve(approval()))
    case 2: call = decoded(2, .transferFrom(transferFrom(sender, model)))
    case 3: call = decoded(3, .burn(Token.Burn(amount: Amount(amount(balance) / 1_000))))
    case 4: call = decoded(4, .burnFrom(burnFrom(sender, model)))
    case 5: call = signed(sender, model)
    case 6 where generator.chance(oneIn: 2):
      (to, value, call) = carrying(sender, model)
    default:
      call = decoded(
        0,
        .transfer(Token.Transfer(to: receiver(sender), amount: Amount(amount(balance)))))
    }
    if to == SystemAddress.module(Token.number), generator.chance(oneIn: 60) {
      value = rules.weiPerUnit
    }
    if case .batch = call.operation, generator.chance(oneIn: 40) { value += rules.weiPerUnit }
    let nonce = model.nonce(sender)
    return TransactionCall(
      sender: sender,
      nonce: generator.chance(oneIn: 50) ? nonce &+ UInt64(generator.below(3)) &- 1 : nonce,
      gasLimit: gasLimit(), maximumPrice: maximumPrice(), tip: tip(), to: to, value: value,
      call: call)
  }

  private mutating func gasLimit() -> UInt64 {
    switch generator.below(120) {
    case 0: 25_000
    case 1: 25_000 + UInt64(generator.below(1_000))
    case 2: Kernel.intrinsicGas - 1
    case 3: rules.blockGasLimit + 1
    case 4: rules.blockGasLimit
    case ..<110: 400_000
    default: 100_000
    }
  }

  private mutating func maximumPrice() -> UInt128 {
    switch generator.below(120) {
    case 0: rules.baseFee - 1
    case 1: .max
    case 2: .max / 100_000
    case 3: rules.baseFee + generator.amount(upTo: rules.baseFee)
    default: rules.baseFee * UInt128(1 + generator.below(3))
    }
  }

  private mutating func tip() -> UInt128 {
    switch generator.below(60) {
    case 0: .max
    case 1: generator.amount(upTo: rules.baseFee)
    default: rules.baseFee * UInt128(generator.below(2))
    }
  }

  func decoded(_ place: UInt8, _ operation: Token.Operation) -> DecodedCall {
    DecodedCall(module: Token.number, place: place, operation: .token(operation))
  }

  private mutating func approval() -> Token.Approve {
    let units = generator.amount(upTo: 1_000_000)
    let amount =
      switch generator.below(8) {
      case 0: UInt256.max
      case 1: UInt256.zero
      default: UInt256(high: 0, low: units)
      }
    return Token.Approve(
      spender: spender(), amount: amount)
  }

  mutating func spender() -> Address {
    switch generator.below(60) {
    case 0: .zero
    case 1: SystemAddress.multicall3
    default: member()
    }
  }

  private mutating func transferFrom(
    _ sender: Address, _ model: TokenModel
  ) -> Token.TransferFrom {
    let owner = member()
    let most = min(model.allowance(owner, sender).low, model.balance(owner))
    return Token.TransferFrom(
      from: owner, to: receiver(sender), amount: Amount(amount(most)))
  }

  private mutating func burnFrom(_ sender: Address, _ model: TokenModel) -> Token.BurnFrom {
    let owner = member()
    let most = min(model.allowance(owner, sender).low, model.balance(owner))
    return Token.BurnFrom(from: owner, amount: Amount(amount(most) / 100))
  }

  /// Runs operations on the engine and on the model side by side.
  /// - Parameter progress: called after every ten thousand operations.
  public static func run(
    genesis: Genesis, operations: Int, accounts: Int, seed: UInt64, secret: HashSecret,
    progress: (Int) -> Void
  ) -> Summary {
    let genesis = population(genesis, count: accounts)
    var workload = TokenWorkload(seed: seed, genesis: genesis, keys: Members.keys(accounts))
    var model = TokenModel(genesis)
    var state = EconomyState(genesis: genesis, secret: secret)
    var differences: [String] = []
    var counts = (succeeded: 0, refused: 0, impossible: 0)
    let perBlock = 1_000
    var height: Height = 0
    for number in 0..<operations {
      if number % perBlock == 0 {
        height += 1
        let time = genesis.time + Seconds(height)
        _ = state.beginBlock(height: height, time: time)
        model.openBlock(at: time.seconds)
        if number % 10_000 == 0 { progress(number) }
      }
      let call = workload.next(model)
      let outcome = state.execute(call)
      let expected = model.apply(
        call, gas: state.gasTable.needed(call.call),
        price: state.effectivePrice(maximum: call.maximumPrice, tip: call.tip))
      let found: Bool?
      switch outcome.status {
      case .success: (found, counts.succeeded) = (true, counts.succeeded + 1)
      case .rejected: (found, counts.refused) = (false, counts.refused + 1)
      case .invalid: (found, counts.impossible) = (nil, counts.impossible + 1)
      }
      if found != expected {
        differences.append(
          "operation \(number) ended as \(outcome.status), the model says "
            + (expected.map { $0 ? "success" : "refused" } ?? "impossible"))
      }
      if differences.count > 10 { break }
      if (number + 1) % perBlock == 0 { _ = state.stateRoot() }
    }
    differences += model.differences(from: state) + state.invariants()
    return Summary(
      operations: operations, succeeded: counts.succeeded, refused: counts.refused,
      impossible: counts.impossible, stateRoot: state.stateRoot(),
      balances: digest(model), differences: differences)
  }

  private static func digest(_ model: TokenModel) -> Digest {
    var bytes: [UInt8] = []
    for holder in model.holders {
      bytes.append(contentsOf: holder.bytes)
      Word(model.balance(holder)).append(to: &bytes)
    }
    return SHA256.hash(bytes)
  }
}
