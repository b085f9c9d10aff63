internal import Economy
public import Primitives
internal import Synchronization

/// Why a sound transaction is not taken into the pool; geth's texts, on which wallets match.
public enum AdmissionRefusal: Error, Sendable, Equatable {
  case contractCreation
  case alreadyKnown
  case nonceTooLow(next: UInt64, found: UInt64)
  case nonceTooHigh(next: UInt64, found: UInt64)
  case replacementUnderpriced
  case underpriced(base: UInt128)
  case intrinsicGas(limit: UInt64)
  case exceedsBlockGas(limit: UInt64)
  case insufficientFunds(has: UInt256, needs: UInt256)
  case fractionalValue(weiPerUnit: UInt128)
  case poolFull
  /// The account's share of the pool is used up.
  case accountFull(bytes: Int)
  /// The account sends faster than this node takes from one.
  case accountRate(nanoseconds: UInt64)
  case readOnly(String)

  /// What is wrong and how to repair it.
  public var text: String {
    switch self {
    case .contractCreation:
      "contract creation not supported: this network runs its own modules; send to the address of "
        + "one of them"
    case .alreadyKnown: "already known"
    case .nonceTooLow(let next, let found):
      "nonce too low: next nonce \(next), tx nonce \(found)"
    case .nonceTooHigh(let next, let found):
      "nonce too high: next nonce \(next), tx nonce \(found)"
    case .replacementUnderpriced: "replacement transaction underpriced"
    case .underpriced(let base):
      "max fee per gas less than block base fee: base fee \(base) wei"
    case .intrinsicGas(let limit): "intrinsic gas too low: have \(limit), want 21000"
    case .exceedsBlockGas(let limit): "exceeds block gas limit: \(limit)"
    case .insufficientFunds(let has, let needs):
      "insufficient funds for gas * price + value: have \(has) want \(needs)"
    case .fractionalValue(let unit):
      "value is no whole number of units: send a multiple of \(unit) wei"
    case .poolFull: "txpool is full: try again later"
    case .accountFull(let bytes):
      "account limit exceeded: at most \(bytes) bytes of one account wait: send the next "
        + "transaction after a block"
    case .accountRate(let nanoseconds):
      "limit exceeded: this account sends too fast: try again in "
        + "\(nanoseconds / 1_000_000_000 + 1) s"
    case .readOnly(let why): "node is read-only: \(why)"
    }
  }
}

/// A transaction that may wait for a block: the only stage that buffers.
public struct AdmittedTransaction: Sendable {
  public let transaction: AuthenticTransaction

  fileprivate init(_ transaction: AuthenticTransaction) { self.transaction = transaction }
}

/// Transactions that wait, by account in nonce order, taken round robin over the accounts.
/// Admission is advice, not law: execution checks everything again.
struct Pool: ~Copyable {
  private struct Queue {
    /// The account's next nonce on the chain; nothing that waits is below it.
    var next: UInt64
    var waiting: [UInt64: AdmittedTransaction] = [:]
    var isListed = false
    var bytes = 0

    var isReady: Bool { waiting[next] != nil }
  }

  private var queues: [Address: Queue] = [:]
  private var known: [TransactionKey: Address] = [:]
  /// Accounts whose next transaction is here, first come first served.
  private var ready: [Address] = []
  private var readyStart = 0
  private(set) var bytes = 0
  /// Accounts that only hold transactions behind a gap, as of the last search for them.
  private var gapped: [Address] = []
  private var maySearchGaps = true
  private let mostBytes: Int
  private let mostTransactions: Int

  init(_ size: PoolSize = PoolSize()) {
    mostBytes = size.bytes
    mostTransactions = size.transactions
  }

  var count: Int { known.count }

  /// True where not even the smallest transaction would find room, whoever sent it: then nothing is
  /// worth the recovery of its signature before the next block.
  var isSaturated: Bool {
    gapped.isEmpty && !maySearchGaps
      && (count >= mostTransactions || bytes + PoolLimits.smallestTransaction > mostBytes)
  }

  /// There may be something to prepare; `prepare` says for certain.
  var hasReady: Bool { readyStart < ready.count }

  /// The transaction with that hash, if it waits.
  func transaction(_ hash: Digest) -> AuthenticTransaction? {
    guard let sender = known[TransactionKey(hash)] else { return nil }
    return queues[sender]?.waiting.values.first { $0.transaction.hash == hash }?.transaction
  }

  /// What waits, by account in ascending order.
  func contents() -> [AccountQueue] {
    queues.keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.compactMap {
      contents(of: $0)
    }
  }

  /// What waits of one account; nil where nothing does.
  func contents(of account: Address) -> AccountQueue? {
    guard let queue = queues[account], !queue.waiting.isEmpty else { return nil }
    let all = queue.waiting.values.map(\.transaction)
      .sorted { $0.decoded.nonce < $1.decoded.nonce }
    let ready = zip(all, queue.next...).prefix { $0.decoded.nonce == $1 }.count
    return AccountQueue(
      account: account, ready: Array(all.prefix(ready)), gapped: Array(all.dropFirst(ready)))
  }

  /// How many blocks can take now, and how many stand behind a gap.
  func counts() -> (ready: Int, gapped: Int) {
    var ready = 0
    for queue in queues.values {
      var nonce = queue.next
      while queue.waiting[nonce] != nil {
        ready += 1
        nonce += 1
      }
    }
    return (ready, count - ready)
  }

  /// The nonce that the account's next transaction should have, counting what waits.
  func pendingNonce(_ account: Address, committed: UInt64) -> UInt64 {
    guard let queue = queues[account] else { return committed }
    var nonce = committed
    while queue.waiting[nonce] != nil { nonce += 1 }
    return nonce
  }

  /// Takes a transaction that passed the checks against the state.
  /// - Parameters:
  ///   - committed: the account's nonce on the chain at this moment.
  ///   - funds: what the account can spend at this moment, in wei.
  mutating func admit(
    _ transaction: AuthenticTransaction, committed: UInt64, funds: UInt256
  ) throws(AdmissionRefusal) {
    let decoded = transaction.decoded
    let sender = transaction.sender
    guard known[TransactionKey(transaction.hash)] == nil else { throw .alreadyKnown }
    settle(sender, next: committed)
    let next = max(queues[sender]?.next ?? 0, committed)
    guard decoded.nonce >= next else { throw .nonceTooLow(next: next, found: decoded.nonce) }
    guard decoded.nonce - next < UInt64(PoolLimits.perAccount) else {
      throw .nonceTooHigh(next: next, found: decoded.nonce)
    }
    let replaced = queues[sender]?.waiting[decoded.nonce]?.transaction
    if let replaced {
      // One tenth more, rounded down, as geth asks.
      let price = replaced.decoded.maximumPrice
      guard decoded.maximumPrice > price, decoded.maximumPrice - price >= price / 10 else {
        throw .replacementUnderpriced
      }
    }
    let needs = cost(of: sender, with: transaction, insteadOf: replaced)
    guard needs <= funds else { throw .insufficientFunds(has: funds, needs: needs) }
    let size = decoded.bytes.count - (replaced?.decoded.bytes.count ?? 0)
    let share = queues[sender]?.bytes ?? 0
    guard share == 0 || share + size <= PoolLimits.accountBytes else {
      throw .accountFull(bytes: PoolLimits.accountBytes)
    }
    guard makeRoom(size, isNew: replaced == nil, for: sender, next..<decoded.nonce) else {
      throw .poolFull
    }
    if let replaced { known[TransactionKey(replaced.hash)] = nil }
    bytes += size
    known[TransactionKey(transaction.hash)] = sender
    queues[sender, default: Queue(next: next)].waiting[decoded.nonce] =
      AdmittedTransaction(transaction)
    queues[sender]?.bytes += size
    list(sender)
  }

  /// What all that waits of an account may cost together, in wei: an account that can pay for one
  /// transaction must not fill blocks with those it cannot pay for.
  private func cost(
    of account: Address, with new: AuthenticTransaction, insteadOf replaced: AuthenticTransaction?
  ) -> UInt256 {
    var sum = new.largestCost
    for admitted in queues[account]?.waiting.values ?? [:].values
    where admitted.transaction.hash != replaced?.hash {
      let (next, overflow) = sum.addingReportingOverflow(admitted.transaction.largestCost)
      sum = overflow ? .max : next
    }
    return sum
  }

  private mutating func list(_ account: Address) {
    guard let queue = queues[account], !queue.isListed, queue.isReady else { return }
    queues[account]?.isListed = true
    ready.append(account)
  }

  /// Whether so many bytes more fit. For a transaction that a block can take, those that no block
  /// can take yet have to make way: or else nonces behind gaps would fill the pool for ever.
  /// - Parameter before: the nonces that have to be executed before the new transaction's.
  private mutating func makeRoom(
    _ size: Int, isNew: Bool, for sender: Address, _ before: Range<UInt64>
  ) -> Bool {
    func fits() -> Bool {
      bytes + size <= mostBytes && count + (isNew ? 1 : 0) <= mostTransactions
    }
    if fits() { return true }
    guard before.allSatisfy({ queues[sender]?.waiting[$0] != nil }) else { return false }
    if gapped.isEmpty, maySearchGaps {
      maySearchGaps = false
      for (account, queue) in queues where !queue.isReady { gapped.append(account) }
    }
    while !fits() {
      guard let account = gapped.popLast() else { return false }
      if account != sender, queues[account]?.isReady == false { forget(account) }
    }
    return true
  }

  /// Throws out all that waits of an account.
  /// - Returns: how many transactions that were.
  @discardableResult
  mutating func forget(_ account: Address) -> Int {
    guard let queue = queues.removeValue(forKey: account) else { return 0 }
    for admitted in queue.waiting.values {
      known[TransactionKey(admitted.transaction.hash)] = nil
      bytes -= admitted.transaction.decoded.bytes.count
    }
    return queue.waiting.count
  }

  /// The next transactions in order, at most so many, so many bytes and so much gas: from each
  /// account in turn a short run of consecutive nonces. They stay in the pool until `settle`.
  mutating func prepare(
    count: Int, bytes limit: Int, gas: UInt64, gasNeeded: (AuthenticTransaction) -> UInt64
  ) -> [AuthenticTransaction] {
    let run = 16
    var batch: [AuthenticTransaction] = []
    var size = 0
    var used: UInt64 = 0
    var taken: [Address: UInt64] = [:]
    while readyStart < ready.count {
      let account = ready[readyStart]
      readyStart += 1
      guard let queue = queues[account] else { continue }
      var nonce = taken[account] ?? queue.next
      var inRun = 0
      while inRun < run, let next = queue.waiting[nonce]?.transaction {
        let needed = min(gasNeeded(next), next.decoded.gasLimit)
        guard batch.count < count, size + next.decoded.bytes.count <= limit, used + needed <= gas
        else {
          readyStart -= 1
          return batch
        }
        batch.append(next)
        size += next.decoded.bytes.count
        used += needed
        nonce += 1
        inRun += 1
      }
      taken[account] = nonce
      if queue.waiting[nonce] != nil {
        ready.append(account)
      } else {
        queues[account]?.isListed = false
      }
    }
    ready.removeAll(keepingCapacity: true)
    readyStart = 0
    return batch
  }

  /// Lists again what was prepared and did not become a block.
  mutating func requeue(_ batch: [AuthenticTransaction]) {
    for transaction in batch { list(transaction.sender) }
  }

  /// Forgets what a block used up.
  /// - Parameter nonces: the next nonce of every account that the block touched.
  mutating func settle(_ nonces: [(account: Address, next: UInt64)]) {
    if queues.isEmpty { return }
    for (account, next) in nonces { settle(account, next: next) }
    if readyStart > 4_096 {
      ready.removeFirst(readyStart)
      readyStart = 0
    }
  }

  private mutating func settle(_ account: Address, next: UInt64) {
    guard let first = queues[account]?.next, next > first else { return }
    // Nothing that waits is further away than this.
    let (end, overflow) = first.addingReportingOverflow(UInt64(PoolLimits.perAccount))
    for nonce in first..<min(next, overflow ? .max : end) {
      guard let admitted = queues[account]?.waiting.removeValue(forKey: nonce) else { continue }
      known[TransactionKey(admitted.transaction.hash)] = nil
      bytes -= admitted.transaction.decoded.bytes.count
      queues[account]?.bytes -= admitted.transaction.decoded.bytes.count
    }
    queues[account]?.next = next
    if queues[account]?.waiting.isEmpty == true {
      queues[account] = nil
    } else {
      list(account)
    }
  }

  /// Lets go of transactions that a block could not take, after `settle`. What waits behind such a
  /// transaction depends on its nonce and goes with it; where it has been replaced meanwhile, the
  /// replacement and what waits behind it stay.
  mutating func drop(_ dropped: [AuthenticTransaction]) {
    maySearchGaps = true
    for transaction in dropped {
      let nonce = transaction.decoded.nonce
      if let queue = queues[transaction.sender], queue.next == nonce,
        queue.waiting[nonce]?.transaction.hash == transaction.hash
      {
        forget(transaction.sender)
      } else {
        list(transaction.sender)
      }
    }
  }
}

/// A transaction's hash as a key: eight of its bytes, mixed with this process's seed, spread the
/// keys as well as all thirty-two.
private struct TransactionKey: Hashable {
  private let digest: Digest

  init(_ digest: Digest) { self.digest = digest }

  func hash(into hasher: inout Hasher) { hasher.combine(digest.w3) }
}

/// What waits of one account.
public struct WaitingAccount: Sendable, Equatable {
  public let address: Address
  public let transactions: Int
  public let bytes: Int
  /// False where all of it stands behind a nonce that is not here.
  public let isReady: Bool
}

extension Pool {
  /// How many accounts have something waiting, and those with the most bytes, at most so many.
  func accounts(largest count: Int) -> (all: Int, largest: [WaitingAccount]) {
    let accounts = queues.map { address, queue in
      WaitingAccount(
        address: address, transactions: queue.waiting.count, bytes: queue.bytes,
        isReady: queue.isReady)
    }
    // Equal ones by their address, so that two looks show one order.
    let sorted = accounts.sorted { left, right in
      left.bytes != right.bytes
        ? left.bytes > right.bytes
        : left.address.bytes.lexicographicallyPrecedes(right.address.bytes)
    }
    return (accounts.count, Array(sorted.prefix(count)))
  }
}
