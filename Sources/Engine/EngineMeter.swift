internal import Synchronization

/// A number that only grows, added to by any thread without a lock.
public final class Counter: Sendable {
  private let count = Atomic<UInt64>(0)

  public init() {}

  /// What has been counted since the process began.
  public var value: UInt64 { count.load(ordering: .relaxed) }

  /// Counts so many more.
  public func add(_ more: UInt64 = 1) { count.wrappingAdd(more, ordering: .relaxed) }
}

/// How often something took how long, without a lock: a reader may see one event half counted.
public final class DurationHistogram: Sendable {
  /// Upper bounds in nanoseconds, ascending.
  public let bounds: [UInt64]
  private let buckets: [Counter]
  private let total = Counter()

  /// From 100 µs to 10 s, thrice a decade.
  public static let decades: [UInt64] = [
    100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
    100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 10_000_000_000,
  ]

  public init(_ bounds: [UInt64] = decades) {
    self.bounds = bounds
    buckets = (0...bounds.count).map { _ in Counter() }
  }

  public func note(nanoseconds: UInt64) {
    buckets[bounds.firstIndex { nanoseconds <= $0 } ?? bounds.count].add()
    total.add(nanoseconds)
  }

  /// For each bound and then for everything, how many took at most so long; and the sum of all in
  /// nanoseconds.
  public func read() -> (atMost: [UInt64], nanoseconds: UInt64) {
    var sum: UInt64 = 0
    let atMost = buckets.map { bucket in
      sum += bucket.value
      return sum
    }
    return (atMost, total.value)
  }
}

/// What the engine has done since the process began. Counting costs a few nanoseconds a block and
/// waits for nobody.
public final class EngineMeter: Sendable {
  /// Blocks made.
  public let blocks = Counter()
  /// Transactions of members, by what became of them.
  public let succeeded = Counter()
  public let reverted = Counter()
  /// Proposed, and could not become part of their block.
  public let dropped = Counter()
  /// Bytes of blocks' records, overhead and padding included.
  public let journalBytes = Counter()
  /// From the first transaction of a block to its state root.
  public let execution = DurationHistogram()
  /// Appending the block's record and making it durable.
  public let flush = DurationHistogram()
  private let refusals = Refusal.allCases.map { _ in Counter() }

  /// Why submitted transactions are not taken, in few words.
  public enum Refusal: String, CaseIterable, Sendable {
    case malformed, signature, chain, type, creation, known, nonce, price, gas, funds, value
    case full = "pool_full"
    case account = "account_limit"
    case readOnly = "read_only"
  }

  init() {}

  /// How many submissions were refused for a reason.
  public func refused(_ reason: Refusal) -> UInt64 {
    Refusal.allCases.firstIndex(of: reason).map { refusals[$0].value } ?? 0
  }

  func note(_ refusal: SubmissionRefusal) {
    if let place = Refusal.allCases.firstIndex(of: Refusal(refusal)) { refusals[place].add() }
  }

  func note(_ block: Block, dropped: Int) {
    blocks.add()
    self.dropped.add(UInt64(dropped))
    var good: UInt64 = 0
    var bad: UInt64 = 0
    for (transaction, receipt) in zip(block.transactions, block.receipts) {
      guard case .signed = transaction else { continue }
      if receipt.isSuccess { good += 1 } else { bad += 1 }
    }
    succeeded.add(good)
    reverted.add(bad)
  }
}

extension EngineMeter.Refusal {
  init(_ refusal: SubmissionRefusal) {
    switch refusal {
    case .transaction(let refusal):
      switch refusal {
      case .empty, .tooLarge, .malformed: self = .malformed
      case .unsupportedType: self = .type
      case .unprotected, .wrongChain: self = .chain
      case .tipAboveFee: self = .price
      case .nonceExhausted: self = .nonce
      case .valueTooLarge: self = .funds
      case .invalidSignature: self = .signature
      }
    case .admission(let refusal):
      switch refusal {
      case .contractCreation: self = .creation
      case .alreadyKnown: self = .known
      case .nonceTooLow, .nonceTooHigh: self = .nonce
      case .replacementUnderpriced, .underpriced: self = .price
      case .intrinsicGas, .exceedsBlockGas: self = .gas
      case .insufficientFunds: self = .funds
      case .fractionalValue: self = .value
      case .poolFull: self = .full
      case .accountFull, .accountRate: self = .account
      case .readOnly: self = .readOnly
      }
    }
  }
}

extension Chain {
  /// Takes no transactions any more; what was accepted still becomes blocks.
  public func stopIntake() { closeIntake("it is stopping") }

  /// True where nothing waits that a block could take.
  public var isSettled: Bool { !hasWork }
}
