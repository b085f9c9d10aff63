import Cryptography
import Dispatch
import Economy
import Ledger
import Primitives
import Simulation
import Synchronization

/// The members of a workload: the first have keys, the others are addresses alone.
struct Population: Sendable {
  let genesis: Genesis
  let keys: [PrivateKey]
  let addresses: [Address]

  /// - Parameters:
  ///   - base: the economy; its largest wallet is shared out in equal parts.
  ///   - accounts: how many members.
  ///   - keyed: how many of them can sign.
  init(_ base: Genesis, accounts: Int, keyed: Int) throws {
    guard let wallet = base.wallets.max(by: { $0.units < $1.units }) else {
      throw BenchFailure("the economy has no wallet: give another economy file")
    }
    keys = Self.keys(min(keyed, accounts))
    var generator = Generator(seed: 0x0005_eedf_00d5)
    var addresses = keys.map(\.address)
    addresses.reserveCapacity(accounts)
    while addresses.count < accounts {
      addresses.append(
        Address(
          high: generator.next(), middle: generator.next(),
          low: UInt32(truncatingIfNeeded: generator.next())))
    }
    self.addresses = addresses
    let share = Amount(wallet.units.units / UInt128(accounts))
    genesis = base.with(
      grants: addresses.map { Genesis.Grant(from: wallet.name, to: $0, units: share) })
  }

  static func keys(_ count: Int) -> [PrivateKey] {
    Parallel.map(count) { index in
      let seed = Keccak256.hash("freehold.bench.key.\(index)")
      guard let key = PrivateKey(seed.bytes) else { preconditionFailure("a digest is no key") }
      return key
    }
  }
}

/// Work spread over the processors.
enum Parallel {
  static func map<Value: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Value
  ) -> [Value] {
    let chunk = max(1, min(1_024, count / 16))
    let chunks = (count + chunk - 1) / chunk
    let parts = Mutex<[[Value]]>(Array(repeating: [], count: chunks))
    DispatchQueue.concurrentPerform(iterations: chunks) { place in
      let part = (place * chunk..<min(count, (place + 1) * chunk)).map(body)
      parts.withLock { $0[place] = part }
    }
    return parts.withLock { $0.flatMap { $0 } }
  }
}

/// A transfer that somebody means to send.
struct TransferIntent: Sendable {
  let sender: Int
  let nonce: UInt64
  let to: Address
  let units: UInt64
}

/// Random transfers with the right nonces: senders among the first `senders` members, receivers
/// among all, both uniform. The seed is fixed, so every run does the same work.
struct Feed {
  let population: Population
  private let senders: Int
  private var nonces: [UInt64]
  private var generator: Generator
  private var next = 0

  /// - Parameter senders: how many members send; in turn where `inTurn` is set.
  init(_ population: Population, senders: Int, seed: UInt64 = 7) {
    self.population = population
    self.senders = senders
    nonces = Array(repeating: 0, count: senders)
    generator = Generator(seed: seed)
  }

  /// A transfer of any sender.
  mutating func random() -> TransferIntent { intent(generator.below(senders)) }

  /// A transfer of the next sender in turn, so that no account is ever far ahead of a block.
  mutating func inTurn() -> TransferIntent {
    next = (next + 1) % senders
    return intent(next)
  }

  private mutating func intent(_ sender: Int) -> TransferIntent {
    defer { nonces[sender] += 1 }
    return TransferIntent(
      sender: sender, nonce: nonces[sender],
      to: population.addresses[generator.below(population.addresses.count)],
      units: 1 + UInt64(generator.below(100)))
  }
}

/// The bytes of EIP-1559 transactions.
struct TransactionForm: Sendable {
  /// What a transfer is: a call of the token (ERC-20) or a movement of the currency itself.
  enum Kind: Sendable { case token, value }

  let chainID: UInt64
  let baseFee: UInt128
  let weiPerUnit: UInt128
  let kind: Kind

  init(_ genesis: Genesis, _ kind: Kind = .token) {
    chainID = genesis.chainID
    baseFee = genesis.network.baseFee
    weiPerUnit = genesis.network.weiPerUnit
    self.kind = kind
  }

  /// `transfer(address,uint256)` with its arguments.
  private func callData(_ intent: TransferIntent) -> [UInt8] {
    var data: [UInt8] = [0xa9, 0x05, 0x9c, 0xbb]
    Word(intent.to).append(to: &data)
    Word(UInt128(intent.units)).append(to: &data)
    return data
  }

  private func body(_ intent: TransferIntent) -> RLPWriter {
    var body = RLPWriter(capacity: 220)
    body.append(integer: UInt128(chainID))
    body.append(integer: UInt128(intent.nonce))
    body.append(integer: UInt128(0))
    body.append(integer: baseFee)
    switch kind {
    case .token:
      body.append(integer: UInt128(40_000))
      body.append(address: SystemAddress.module(Token.number))
      body.append(integer: UInt128(0))
      body.append(bytes: callData(intent))
    case .value:
      body.append(integer: UInt128(21_000))
      body.append(address: intent.to)
      body.append(integer: UInt128(intent.units) * weiPerUnit)
      body.append(bytes: [])
    }
    body.append(encoded: [0xc0])
    return body
  }

  private func whole(_ body: RLPWriter, _ signature: Signature) -> [UInt8] {
    var body = body
    body.append(integer: UInt128(signature.parity))
    body.append(word: signature.r)
    body.append(word: signature.s)
    var writer = RLPWriter(capacity: body.bytes.count + 8)
    writer.append(encoded: [0x02])
    writer.append(list: body)
    return writer.bytes
  }

  func signed(_ intent: TransferIntent, _ key: PrivateKey) -> [UInt8] {
    let body = body(intent)
    var message = RLPWriter(capacity: body.bytes.count + 8)
    message.append(encoded: [0x02])
    message.append(list: body)
    return whole(body, Secp256k1.sign(Keccak256.hash(message.bytes), key))
  }

  /// The same bytes with numbers where a signature would stand.
  func unsigned(_ intent: TransferIntent) -> [UInt8] {
    let fill = Word(w0: 1 << 62 | intent.nonce, w1: 2, w2: 3, w3: UInt64(intent.sender))
    return whole(body(intent), Signature(r: fill, s: fill, parity: 0))
  }
}
