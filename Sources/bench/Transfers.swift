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

  /// A transfer whose sender and receiver are drawn by weight: few make most of them.
  mutating func skewed(_ weights: Zipf) -> TransferIntent {
    let sender = weights.next(&generator)
    return intent(sender, to: weights.next(&generator))
  }

  /// A transfer of the next sender in turn, so that no account is ever far ahead of a block.
  mutating func inTurn() -> TransferIntent {
    next = (next + 1) % senders
    return intent(next)
  }

  /// So many transfers of the next sender in turn, for one transaction.
  mutating func inTurn(_ count: Int) -> [TransferIntent] {
    let first = inTurn()
    return [first]
      + (1..<count).map { _ in
        TransferIntent(
          sender: first.sender, nonce: first.nonce, to: randomReceiver(), units: first.units)
      }
  }

  private mutating func randomReceiver() -> Address {
    population.addresses[generator.below(population.addresses.count)]
  }

  private mutating func intent(_ sender: Int, to receiver: Int? = nil) -> TransferIntent {
    defer { nonces[sender] += 1 }
    return TransferIntent(
      sender: sender, nonce: nonces[sender],
      to: receiver.map { population.addresses[$0] } ?? randomReceiver(),
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

  /// `execute((address,uint256,bytes)[])` of the module for batches, one transfer a call.
  private func callData(_ intents: [TransferIntent]) -> [UInt8] {
    var data: [UInt8] = []
    withUnsafeBytes(of: Batch.declaration.calls[0].selector.bigEndian) { data += $0 }
    Word(UInt128(32)).append(to: &data)
    Word(UInt128(intents.count)).append(to: &data)
    // Each tuple: address, value, offset of the bytes, their length and 68 of them in 3 words.
    let size = 7 * 32
    for place in intents.indices {
      Word(UInt128(intents.count * 32 + place * size)).append(to: &data)
    }
    for intent in intents {
      Word(SystemAddress.module(Token.number)).append(to: &data)
      Word(UInt128(0)).append(to: &data)
      Word(UInt128(96)).append(to: &data)
      Word(UInt128(68)).append(to: &data)
      data += callData(intent) + [UInt8](repeating: 0, count: 28)
    }
    return data
  }

  private func body(
    nonce: UInt64, gas: UInt128, to: Address, value: UInt128, data: [UInt8]
  ) -> RLPWriter {
    var body = RLPWriter(capacity: 160 + data.count)
    body.append(integer: UInt128(chainID))
    body.append(integer: UInt128(nonce))
    body.append(integer: UInt128(0))
    body.append(integer: baseFee)
    body.append(integer: gas)
    body.append(address: to)
    body.append(integer: value)
    body.append(bytes: data)
    body.append(encoded: [0xc0])
    return body
  }

  private func body(_ intent: TransferIntent) -> RLPWriter {
    switch kind {
    case .token:
      body(
        nonce: intent.nonce, gas: 40_000, to: SystemAddress.module(Token.number), value: 0,
        data: callData(intent))
    case .value:
      body(
        nonce: intent.nonce, gas: 21_000, to: intent.to,
        value: UInt128(intent.units) * weiPerUnit, data: [])
    }
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

  private func signed(_ body: RLPWriter, _ key: PrivateKey) -> [UInt8] {
    var message = RLPWriter(capacity: body.bytes.count + 8)
    message.append(encoded: [0x02])
    message.append(list: body)
    return whole(body, Secp256k1.sign(Keccak256.hash(message.bytes), key))
  }

  func signed(_ intent: TransferIntent, _ key: PrivateKey) -> [UInt8] { signed(body(intent), key) }

  /// Many transfers of one sender in one transaction.
  func signed(batch intents: [TransferIntent], _ key: PrivateKey) -> [UInt8] {
    signed(
      body(
        nonce: intents[0].nonce, gas: UInt128(30_000 + 40_000 * intents.count),
        to: SystemAddress.module(Batch.number), value: 0, data: callData(intents)), key)
  }

  /// The same bytes with numbers where a signature would stand.
  func unsigned(_ intent: TransferIntent) -> [UInt8] {
    let fill = Word(w0: 1 << 62 | intent.nonce, w1: 2, w2: 3, w3: UInt64(intent.sender))
    return whole(body(intent), Signature(r: fill, s: fill, parity: 0))
  }
}
