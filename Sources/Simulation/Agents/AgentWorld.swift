internal import Cryptography
internal import Economy
internal import Ledger
internal import Primitives

/// The real engine under agents: a state in memory, a clock that jumps, and what was sent to it.
struct AgentWorld: ~Copyable {
  /// What became of an operation.
  struct Reply {
    let isSuccess: Bool
    /// What it answered, where that is a number.
    let number: UInt128
    let fee: UInt128
  }

  /// What was executed.
  struct Counts {
    var succeeded = 0
    var refused = 0
    /// No part of a block.
    var impossible = 0
    /// Acts of offices and of modules that are still to come, without a fee.
    var free = 0
    var blocks = 0
  }

  private(set) var state: EconomyState
  private(set) var counts = Counts()
  /// By module and code.
  private(set) var refusals: [UInt16: Int] = [:]
  private(set) var networkFees: UInt128 = 0
  private let price: UInt128
  /// What an operation of default price costs, in units, rounded up.
  let fee: UInt128
  /// Sees the events of every block before they are let go.
  var observer: ((borrowing EconomyState) -> Void)?

  init(_ state: consuming EconomyState) {
    let network = state.genesis.network
    price = network.baseFee
    fee = UInt128(network.defaultGas) * 1_000 * network.baseFee / network.weiPerUnit + 1
    self.state = state
  }

  /// Seconds since 1970.
  var now: UInt64 { state.ledger.time.seconds }

  // Time

  /// Opens a block at that second, as many as what falls due needs.
  mutating func advance(to seconds: UInt64) {
    let target = LogicalTime(seconds)
    repeat {
      if let observer { observer(state) }
      counts.blocks += 1
    } while state.beginBlock(height: state.ledger.height + 1, time: target) < target
  }

  // Operations

  /// Sends an operation with its fee and nonce.
  mutating func send(_ call: DecodedCall, by account: AccountIndex) -> Reply {
    let row = state.ledger.accounts[account]
    let outcome = state.execute(
      TransactionCall(
        sender: row.address, nonce: row.nonce, gasLimit: state.gasTable.needed(call),
        maximumPrice: price, tip: 0, to: SystemAddress.module(call.module), value: 0, call: call))
    networkFees += outcome.fee.units
    return reply(outcome)
  }

  /// An act of an office: no nonce and no fee.
  @discardableResult
  mutating func act(_ call: DecodedCall, by sender: Address) -> Reply {
    counts.free += 1
    return reply(state.executeFree(call, by: sender))
  }

  private mutating func reply(_ outcome: Outcome) -> Reply {
    switch outcome.status {
    case .success(let returned):
      counts.succeeded += 1
      var number: UInt128 = 0
      if case .word(let word) = returned { number = word.number ?? 0 }
      return Reply(isSuccess: true, number: number, fee: outcome.fee.units)
    case .rejected(let rejection):
      counts.refused += 1
      refusals[UInt16(rejection.module) << 8 | UInt16(rejection.code), default: 0] += 1
    case .invalid:
      counts.impossible += 1
    }
    return Reply(isSuccess: false, number: 0, fee: outcome.fee.units)
  }

  /// Pays for a service through the waterfall; false where it could not be.
  mutating func settle(
    _ gross: UInt128, category: String, from payer: Address, to provider: Address
  ) -> Bool {
    counts.free += 1
    return state.settleFree(Amount(gross), category: category, from: payer, to: provider) != nil
  }

  /// Pays a reward out of a pool; returns what was paid.
  @discardableResult
  mutating func reward(_ units: UInt128, pool: String, to receiver: Address) -> UInt128 {
    counts.free += 1
    return state.rewardFree(Amount(units), pool: pool, to: receiver).units
  }

  // Questions

  /// What an account can spend.
  func spendable(_ account: AccountIndex) -> UInt128 {
    state.ledger.accounts[account].spendable.units
  }

  /// What the address holds.
  func balance(_ address: Address) -> UInt128 { state.balance(of: address).units }

  /// The account at an address, once it was touched.
  func find(_ address: Address) -> AccountIndex? { state.ledger.accounts.find(address) }

  /// Who held a role when the network began.
  func holder(of role: Access.Role) -> Address {
    state.genesis.plans.access.roles.first { $0.name == role.rawValue }?.holders.first ?? .zero
  }

  mutating func stateRoot() -> Digest { state.stateRoot() }

  /// SHA-256 over every account that holds something, ascending by address, each with its balance:
  /// the same whatever the order in which accounts were first touched.
  func balancesDigest() -> Digest {
    var held: [(address: Address, units: UInt128)] = []
    for row in 0..<state.ledger.accounts.count {
      let account = state.ledger.accounts[AccountIndex(row: UInt32(truncatingIfNeeded: row))]
      if account.balance > .zero { held.append((account.address, account.balance.units)) }
    }
    held.sort { $0.address.bytes.lexicographicallyPrecedes($1.address.bytes) }
    var bytes: [UInt8] = []
    for one in held {
      bytes.append(contentsOf: one.address.bytes)
      UInt64(truncatingIfNeeded: one.units).appendLittleEndian(to: &bytes)
      UInt64(truncatingIfNeeded: one.units >> 64).appendLittleEndian(to: &bytes)
    }
    return SHA256.hash(bytes)
  }
}

/// Operations with their places in the declarations.
enum AgentCall {
  private static func place(_ module: UInt8, _ name: String) -> UInt8 {
    let calls = Registry.module(module)?.calls ?? []
    guard let place = calls.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("module \(module) declares no \(name)")
    }
    return UInt8(truncatingIfNeeded: place)
  }

  private static let transferPlace = place(Token.number, "transfer")
  private static let feePlace = place(Pools.number, "payPlatformFee")
  private static let grantPlace = place(Pools.number, "grant")
  private static let stakePlace = place(Staking.number, "stake")
  private static let claimPlace = place(Staking.number, "claim")
  private static let compoundPlace = place(Staking.number, "compound")
  private static let unstakePlace = place(Staking.number, "unstake")
  private static let exitPlace = place(Staking.number, "exitEarly")
  private static let scorePlace = place(Staking.number, "setBonusScore")
  private static let releasePlace = place(Vesting.number, "release")
  private static let spendPlace = place(Vesting.number, "releaseTo")
  private static let achievePlace = place(Vesting.number, "achieveMilestone")

  static func transfer(_ units: UInt128, to: Address) -> DecodedCall {
    DecodedCall(
      module: Token.number, place: transferPlace,
      operation: .token(.transfer(Token.Transfer(to: to, amount: Amount(units)))))
  }

  static func platformFee(_ units: UInt128) -> DecodedCall {
    DecodedCall(
      module: Pools.number, place: feePlace,
      operation: .pools(.payPlatformFee(Pools.PayPlatformFee(amount: Amount(units)))))
  }

  static func grant(_ units: UInt128, pool: String, to: Address) -> DecodedCall {
    DecodedCall(
      module: Pools.number, place: grantPlace,
      operation: .pools(.grant(Pools.Grant(pool: pool, to: to, amount: Amount(units)))))
  }

  static func stake(_ units: UInt128, lock: Seconds) -> DecodedCall {
    staking(stakePlace, .stake(Staking.Stake(Amount(units), lock: lock)))
  }

  static func claim(_ receipt: UInt64) -> DecodedCall {
    staking(claimPlace, .claim(Staking.Claim(Staking.ReceiptID(receipt))))
  }

  static func compound(_ receipt: UInt64) -> DecodedCall {
    staking(compoundPlace, .compound(Staking.Compound(Staking.ReceiptID(receipt))))
  }

  static func unstake(_ receipt: UInt64) -> DecodedCall {
    staking(unstakePlace, .unstake(Staking.Unstake(Staking.ReceiptID(receipt))))
  }

  static func exitEarly(_ receipt: UInt64) -> DecodedCall {
    staking(exitPlace, .exitEarly(Staking.ExitEarly(Staking.ReceiptID(receipt))))
  }

  static func score(_ account: Address, bonus: UInt8, _ score: UInt32) -> DecodedCall {
    staking(
      scorePlace,
      .setBonusScore(Staking.SetBonusScore(account, bonus: bonus, score: BasisPoints(score))))
  }

  private static func staking(_ place: UInt8, _ operation: Staking.Operation) -> DecodedCall {
    DecodedCall(module: Staking.number, place: place, operation: .staking(operation))
  }

  static func release(_ grant: UInt64) -> DecodedCall {
    vesting(releasePlace, .release(Vesting.Release(grant)))
  }

  static func spend(_ grant: UInt64, _ units: UInt128, to: Address) -> DecodedCall {
    vesting(spendPlace, .releaseTo(Vesting.ReleaseTo(grant, to: to, Amount(units))))
  }

  static func achieve(_ milestone: String) -> DecodedCall {
    vesting(achievePlace, .achieve(Vesting.Achieve(milestone)))
  }

  private static func vesting(_ place: UInt8, _ operation: Vesting.Operation) -> DecodedCall {
    DecodedCall(module: Vesting.number, place: place, operation: .vesting(operation))
  }
}
