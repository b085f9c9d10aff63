public import Economy
internal import Ledger
public import Primitives

/// The token once more, as naively as it can be written: dictionaries, no undo, no tables. It
/// shares no code with the engine; where the two disagree, one of them is wrong.
public struct TokenModel: Sendable {
  struct Pair: Hashable {
    let owner: Address
    let spender: Address
  }

  private var balances: [Address: UInt128] = [:]
  private var nonces: [Address: UInt64] = [:]
  var allowances: [Pair: UInt256] = [:]
  /// Permits that worked, by their owners.
  var permits: [Address: UInt64] = [:]
  /// Nonces that were used or canceled.
  var settled: Set<[UInt8]> = []
  /// The open block's second.
  var now: UInt64
  /// The name, chain and token of what members sign.
  let domain: (name: String, chainID: UInt64)
  private let system: Set<Address>
  private let feeAccount: Address
  private let supply: UInt128
  /// How the network's fees are split, in order; the last takes the rest.
  private let feeShares: [(account: Address, weight: UInt128)]
  private let overflow: Address
  /// What may still burn out of fees (B05): down to the floor, and within the year.
  private let supplyFloor: UInt128
  private var yearCap: UInt128
  private let rules: Genesis.NetworkRules
  var weiPerUnit: UInt128 { rules.weiPerUnit }

  /// The balances of a genesis.
  public init(_ genesis: Genesis) {
    supply = genesis.token.supply.units
    rules = genesis.network
    now = genesis.time.seconds
    domain = (genesis.token.name, genesis.chainID)
    feeAccount = SystemAddress.account(genesis.network.feeAccount)
    let plan = genesis.plans.pools
    let category = plan.fees.platformCategory
    feeShares =
      category < plan.fees.categories.count
      ? plan.fees.categories[category].net.map {
        (SystemAddress.account($0.account), $0.share.value)
      } : []
    overflow = SystemAddress.account(plan.burns.overflowAccount)
    supplyFloor = plan.burns.supplyFloor.units
    yearCap = genesis.token.supply.units * plan.burns.annualCap.value / 10_000
    system = Set(genesis.accountNames.map { SystemAddress.account($0) } + [.zero])
    for wallet in genesis.wallets {
      balances[SystemAddress.account(wallet.name), default: 0] += wallet.units.units
    }
    for grant in genesis.grants {
      balances[SystemAddress.account(grant.from), default: 0] -= grant.units.units
      balances[grant.to, default: 0] += grant.units.units
    }
  }

  /// What the model says of an address.
  public func balance(_ address: Address) -> UInt128 { balances[address] ?? 0 }

  /// The nonce of the address's next transaction.
  public func nonce(_ address: Address) -> UInt64 { nonces[address] ?? 0 }

  /// What `spender` may still move of `owner`'s units.
  public func allowance(_ owner: Address, _ spender: Address) -> UInt256 {
    allowances[Pair(owner: owner, spender: spender)] ?? .zero
  }

  /// Every address that ever held something, in byte order.
  public var holders: [Address] { balances.keys.sorted() }

  /// A block opens: what the network took in the one before goes to the payees of its fee. All
  /// blocks are of the first protocol year.
  public mutating func openBlock(at time: UInt64) {
    now = time
    var left = balance(feeAccount)
    var weight = feeShares.reduce(0) { $0 + $1.weight }
    for (place, share) in feeShares.enumerated() {
      let isLast = place == feeShares.count - 1
      let part = isLast ? left : left * share.weight / weight
      left -= part
      weight -= share.weight
      guard share.account == .zero else {
        move(part, from: feeAccount, to: share.account)
        continue
      }
      let alive = supply - balance(.zero)
      let burned = min(part, alive > supplyFloor ? alive - supplyFloor : 0, yearCap)
      yearCap -= burned
      move(burned, from: feeAccount, to: .zero)
      move(part - burned, from: feeAccount, to: overflow)
    }
  }

  /// What should become of a transaction: nil where it cannot be part of a block, otherwise whether
  /// its operation succeeds. The model's own state follows.
  public mutating func apply(_ call: TransactionCall, gas: UInt64, price: UInt128) -> Bool? {
    guard call.nonce == nonce(call.sender), call.maximumPrice >= rules.baseFee,
      call.gasLimit >= 21_000, call.gasLimit <= rules.blockGasLimit,
      call.value % weiPerUnit == 0, canPay(call)
    else { return nil }
    nonces[call.sender, default: 0] += 1
    let used = gas <= call.gasLimit ? gas : call.gasLimit - call.gasLimit % 1_000
    let fee = UInt128(used) * price / weiPerUnit
    move(fee, from: call.sender, to: feeAccount)
    guard call.gasLimit >= gas else { return false }
    return perform(call)
  }

  /// No balance in wei reaches 2^128, so whatever overflows cannot be paid.
  private func canPay(_ call: TransactionCall) -> Bool {
    let gas = UInt128(call.gasLimit).multipliedReportingOverflow(by: call.maximumPrice)
    let needs = gas.partialValue.addingReportingOverflow(call.value)
    return !gas.overflow && !needs.overflow
      && balance(call.sender) * weiPerUnit >= needs.partialValue
  }

  private mutating func perform(_ call: TransactionCall) -> Bool {
    switch call.call.operation {
    case .refused: return false
    case .access, .compliance, .parameters, .pools, .vesting, .staking:
      preconditionFailure("the token's workload asks nothing of another module")
    case .value: return transfer(call.value / weiPerUnit, from: call.sender, to: call.to)
    case .token(let operation):
      guard call.value == 0 else { return false }
      return perform(operation, by: call.sender)
    case .batch(.execute(let batch)): return run(batch, value: call.value, by: call.sender)
    case .multicall(.aggregate(let one)): return run(one, value: call.value, by: call.sender)
    }
  }

  mutating func perform(_ operation: Token.Operation, by sender: Address) -> Bool {
    switch operation {
    case .transfer(let one):
      return transfer(one.amount.units, from: sender, to: one.to)
    case .approve(let one):
      guard maySpend(one.spender) else { return false }
      allowances[Pair(owner: sender, spender: one.spender)] = one.amount
      return true
    case .transferFrom(let one):
      guard mayReceive(one.to), spend(one.amount.units, of: one.from, by: sender) else {
        return false
      }
      return move(one.amount.units, from: one.from, to: one.to)
    case .burn(let one):
      return move(one.amount.units, from: sender, to: .zero)
    case .burnFrom(let one):
      guard spend(one.amount.units, of: one.from, by: sender) else { return false }
      return move(one.amount.units, from: one.from, to: .zero)
    case .permit(let one): return permit(one)
    case .authorized(let one): return authorized(one, by: sender)
    case .cancel(let one): return cancel(one)
    }
  }

  /// Whom anybody can use is given nothing to spend.
  func maySpend(_ address: Address) -> Bool {
    address != .zero && Hex.text(address.bytes) != "0xca11bde05977b3631167028862be2a173976ca11"
  }

  func mayReceive(_ address: Address) -> Bool {
    !system.contains(address) && SystemAddress.moduleNumber(address) == nil
  }

  mutating func transfer(_ units: UInt128, from: Address, to: Address) -> Bool {
    mayReceive(to) && move(units, from: from, to: to)
  }

  /// Takes from an allowance, and only where the owner can pay.
  private mutating func spend(_ units: UInt128, of owner: Address, by spender: Address) -> Bool {
    let pair = Pair(owner: owner, spender: spender)
    let allowance = allowances[pair] ?? .zero
    guard allowance >= UInt256(high: 0, low: units), balance(owner) >= units else { return false }
    if allowance != .max { allowances[pair] = allowance - UInt256(high: 0, low: units) }
    return true
  }

  @discardableResult
  mutating func move(_ units: UInt128, from: Address, to: Address) -> Bool {
    guard balance(from) >= units else { return false }
    balances[from, default: 0] -= units
    balances[to, default: 0] += units
    return true
  }

  /// Where the engine's state differs from the model; empty where they agree.
  public func differences(from state: borrowing EconomyState) -> [String] {
    var differences: [String] = []
    var sum: UInt128 = 0
    for holder in holders {
      let found = state.balance(of: holder).units
      sum += balance(holder)
      if found != balance(holder) {
        differences.append(
          "\(Hex.text(holder.bytes)) holds \(found), the model says \(balance(holder))")
      }
    }
    if sum != supply { differences.append("the model's balances sum to \(sum), not \(supply)") }
    for (sender, nonce) in nonces {
      let found = state.ledger.accounts.find(sender).map { state.ledger.accounts[$0].nonce }
      if found != nonce { differences.append("the nonce of \(Hex.text(sender.bytes)) differs") }
    }
    for (pair, allowance) in allowances
    where state.allowance(pair.owner, pair.spender) != allowance {
      differences.append("an allowance of \(Hex.text(pair.owner.bytes)) differs")
    }
    for (owner, nonce) in permits where state.permitNonce(owner) != nonce {
      differences.append("the permit nonce of \(Hex.text(owner.bytes)) differs")
    }
    for nonce in settled {
      let isKnown = Address(nonce.prefix(20)).flatMap { authorizer in
        Word(nonce.suffix(32)).map { state.isAuthorizationSettled(authorizer, $0) }
      }
      if isKnown != true { differences.append("the nonce \(Hex.text(nonce)) is fresh again") }
    }
    return differences
  }
}
