internal import Economy
public import Primitives
internal import Synchronization

/// Why a sound transaction is not taken into the pool; geth's texts, on which wallets match.
public enum AdmissionRefusal: Error, Sendable, Equatable {
  case alreadyKnown
  case nonceTooLow(next: UInt64, found: UInt64)
  case nonceTooHigh(next: UInt64, found: UInt64)
  case replacementUnderpriced
  case underpriced(base: UInt128)
  case intrinsicGas(limit: UInt64)
  case exceedsBlockGas(limit: UInt64)
  case insufficientFunds(has: UInt256, needs: UInt256)
  case fractionalValue(weiPerUnit: UInt128)
  case accountFull(limit: Int)
  case poolFull
  case readOnly(String)

  /// What is wrong and how to repair it.
  public var text: String {
    switch self {
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
    case .accountFull(let limit):
      "account limit exceeded: at most \(limit) transactions of one account wait"
    case .poolFull: "txpool is full: try again later"
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
    /// The account's next nonce on the chain, as far as the pool knows.
    var next: UInt64
    var waiting: [UInt64: AdmittedTransaction] = [:]
    var isListed = false
  }

  private var queues: [Address: Queue] = [:]
  private var known: [Digest: Address] = [:]
  /// Accounts whose next transaction is here, first come first served.
  private var ready: [Address] = []
  private var readyStart = 0
  private(set) var bytes = 0

  var count: Int { known.count }
  var hasReady: Bool { readyStart < ready.count }

  /// The transaction with that hash, if it waits.
  func transaction(_ hash: Digest) -> AuthenticTransaction? {
    guard let sender = known[hash] else { return nil }
    return queues[sender]?.waiting.values.first { $0.transaction.hash == hash }?.transaction
  }

  /// The nonce that the account's next transaction should have, counting what waits.
  func pendingNonce(_ account: Address, committed: UInt64) -> UInt64 {
    guard let queue = queues[account] else { return committed }
    var nonce = committed
    while queue.waiting[nonce] != nil { nonce += 1 }
    return nonce
  }

  /// Takes a transaction that passed the checks against the state.
  mutating func admit(
    _ transaction: AuthenticTransaction, committed: UInt64
  ) throws(AdmissionRefusal) {
    let decoded = transaction.decoded
    guard known[transaction.hash] == nil else { throw .alreadyKnown }
    guard decoded.nonce >= committed else {
      throw .nonceTooLow(next: committed, found: decoded.nonce)
    }
    guard decoded.nonce - committed < UInt64(PoolLimits.perAccount) else {
      throw .nonceTooHigh(next: committed, found: decoded.nonce)
    }
    var queue = queues[transaction.sender] ?? Queue(next: committed)
    queue.next = committed
    let replaced = queue.waiting[decoded.nonce]?.transaction
    if let replaced {
      // One tenth more, rounded up, as geth asks.
      let price = replaced.decoded.maximumPrice
      guard decoded.maximumPrice > price, decoded.maximumPrice - price >= price / 10 else {
        throw .replacementUnderpriced
      }
    } else if queue.waiting.count >= PoolLimits.perAccount {
      throw .accountFull(limit: PoolLimits.perAccount)
    }
    let size = decoded.bytes.count - (replaced?.decoded.bytes.count ?? 0)
    guard bytes + size <= PoolLimits.bytes else { throw .poolFull }
    if let replaced { known[replaced.hash] = nil }
    bytes += size
    known[transaction.hash] = transaction.sender
    queue.waiting[decoded.nonce] = AdmittedTransaction(transaction)
    list(transaction.sender, &queue)
    queues[transaction.sender] = queue
  }

  private mutating func list(_ account: Address, _ queue: inout Queue) {
    guard !queue.isListed, queue.waiting[queue.next] != nil else { return }
    queue.isListed = true
    ready.append(account)
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
      guard var queue = queues[account] else { continue }
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
        queue.isListed = false
        queues[account] = queue
      }
    }
    ready.removeAll(keepingCapacity: true)
    readyStart = 0
    return batch
  }

  /// Forgets what a block used up, and what it made impossible.
  /// - Parameter nonces: the next nonce of every account that the block touched.
  mutating func settle(_ nonces: [(account: Address, next: UInt64)]) {
    for (account, next) in nonces {
      guard var queue = queues[account] else { continue }
      for (nonce, admitted) in queue.waiting where nonce < next {
        queue.waiting[nonce] = nil
        known[admitted.transaction.hash] = nil
        bytes -= admitted.transaction.decoded.bytes.count
      }
      queue.next = next
      list(account, &queue)
      queues[account] = queue.waiting.isEmpty ? nil : queue
    }
    if readyStart > 4_096 {
      ready.removeFirst(readyStart)
      readyStart = 0
    }
  }

  /// Throws out a transaction that turned out impossible, and with it what depends on its nonce.
  mutating func drop(_ transaction: AuthenticTransaction) {
    guard var queue = queues[transaction.sender] else { return }
    for (nonce, admitted) in queue.waiting where nonce >= transaction.decoded.nonce {
      queue.waiting[nonce] = nil
      known[admitted.transaction.hash] = nil
      bytes -= admitted.transaction.decoded.bytes.count
    }
    queues[transaction.sender] = queue.waiting.isEmpty ? nil : queue
  }
}

/// What the pool of this node holds at most; no rule of the network.
public enum PoolLimits {
  /// Transactions of one account that wait.
  public static let perAccount = 64
  /// Bytes of all that wait.
  public static let bytes = 64 << 20
}
