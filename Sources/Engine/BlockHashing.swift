internal import Cryptography
internal import Dispatch
internal import Economy
internal import Ledger
internal import Primitives
internal import Synchronization

/// The hashes of a block that do not depend on the state: they are computed in pieces, on a second
/// processor while the engine's thread brings the state root up to date, then by both. The result
/// does not depend on who computed what.
final class BlockHashing: Sendable {
  /// What a header takes of it.
  struct Result {
    let transactionsRoot: Digest
    let receiptsRoot: Digest
    let bloom: Bloom
  }

  private struct Part: Sendable {
    var transactions: [Digest] = []
    var receipts: [Digest] = []
    var bloom = Bloom()
  }

  /// Transactions of one piece: enough work to be worth handing over.
  private static let pieceCount = 512

  private let transactions: [BlockTransaction]
  private let receipts: [Receipt]
  private let events: EventLog
  private let caches: BloomCaches
  private let pieces: Int
  private let next = Atomic<Int>(0)
  private let parts: Slots<Part>
  /// Raised for each piece that the helper has done.
  private let helped = DispatchSemaphore(value: 0)

  init(
    _ transactions: [BlockTransaction], _ receipts: [Receipt], _ events: EventLog,
    _ caches: BloomCaches
  ) {
    self.transactions = transactions
    self.receipts = receipts
    self.events = events
    self.caches = caches
    pieces = (transactions.count + Self.pieceCount - 1) / Self.pieceCount
    parts = Slots(count: pieces)
  }

  /// Calls for help where there is more than one piece. Help may come late or never.
  func begin() {
    guard pieces > 1 else { return }
    DispatchQueue.global(qos: .userInitiated).async { [self] in
      while let place = take() {
        hash(place, caches.helper)
        helped.signal()
      }
    }
  }

  /// Does what is left, and waits for what the helper has taken.
  func finish() -> Result {
    var own = 0
    while let place = take() {
      hash(place, caches.engine)
      own += 1
    }
    for _ in own..<pieces { helped.wait() }
    var transactionLeaves: [Digest] = []
    var receiptLeaves: [Digest] = []
    transactionLeaves.reserveCapacity(transactions.count)
    receiptLeaves.reserveCapacity(receipts.count)
    var bloom = Bloom()
    for part in parts.values {
      transactionLeaves += part.transactions
      receiptLeaves += part.receipts
      bloom.insert(part.bloom)
    }
    return Result(
      transactionsRoot: MerkleRoot.of(transactionLeaves),
      receiptsRoot: MerkleRoot.of(receiptLeaves), bloom: bloom)
  }

  private func take() -> Int? {
    let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return place < pieces ? place : nil
  }

  private func hash(_ place: Int, _ cache: borrowing Mutex<BloomBits>) {
    let range =
      place * Self.pieceCount..<min(transactions.count, (place + 1) * Self.pieceCount)
    var part = Part()
    part.transactions = transactions[range].map { SHA256.leaf($0.bytes) }
    part.receipts.reserveCapacity(range.count)
    var leaf = ReceiptLeaf()
    for index in range {
      part.receipts.append(
        leaf.hash(receipts[index], transactions[index], events.records, events.words))
    }
    // The receipts of a piece have the events between the first one's and the last one's.
    let records =
      receipts[range.lowerBound].events
      .lowerBound..<receipts[range.upperBound - 1]
      .events.upperBound
    cache.withLock { bits in part.bloom.insert(events, records, &bits) }
    parts.set(place, part)
  }
}

/// Topics met before, for each of the two threads that hash.
final class BloomCaches: Sendable {
  let engine = Mutex(BloomBits())
  let helper = Mutex(BloomBits())
}

/// One leaf a receipt, little-endian 64-bit words with digests and addresses in their own byte
/// order: success, gas, cumulative gas, price, refusing module and code, transaction hash, sender,
/// then each log with emitter, topics and data.
struct ReceiptLeaf {
  private var leaf: [UInt64] = []

  mutating func hash(
    _ receipt: Receipt, _ transaction: BlockTransaction, _ records: [EventRecord], _ words: [Word]
  ) -> Digest {
    fill(receipt, transaction, records, words)
    return SHA256.leaf(leaf.span.bytes)
  }

  /// What is hashed.
  mutating func bytes(
    _ receipt: Receipt, _ transaction: BlockTransaction, _ records: [EventRecord], _ words: [Word]
  ) -> [UInt8] {
    fill(receipt, transaction, records, words)
    var bytes: [UInt8] = []
    for word in leaf { word.appendLittleEndian(to: &bytes) }
    return bytes
  }

  private mutating func fill(
    _ receipt: Receipt, _ transaction: BlockTransaction, _ records: [EventRecord], _ words: [Word]
  ) {
    leaf.removeAll(keepingCapacity: true)
    leaf.append(receipt.isSuccess ? 1 : 0)
    leaf.append(receipt.gasUsed)
    leaf.append(receipt.cumulativeGasUsed)
    leaf.append(UInt64(truncatingIfNeeded: receipt.effectivePrice))
    leaf.append(UInt64(truncatingIfNeeded: receipt.effectivePrice >> 64))
    let rejection = receipt.rejection
    leaf.append(
      UInt64(rejection?.place ?? 0) << 16 | UInt64(rejection?.module ?? 0) << 8
        | UInt64(rejection?.code ?? 0))
    append(Word(transaction.hash))
    append(Word(transaction.sender))
    leaf.append(UInt64(receipt.events.count))
    for record in records[receipt.events] {
      append(Word(Registry.emitter(record)))
      leaf.append(UInt64(record.topicCount) << 32 | UInt64(record.wordCount))
      append(Registry.topic(record) ?? .zero)
      let start = Int(record.start)
      for word in words[start..<start + Int(record.wordCount)] { append(word) }
    }
  }

  private mutating func append(_ word: Word) {
    leaf.append(word.w0.byteSwapped)
    leaf.append(word.w1.byteSwapped)
    leaf.append(word.w2.byteSwapped)
    leaf.append(word.w3.byteSwapped)
  }
}

extension Bloom {
  /// Adds the emitters and topics of records.
  fileprivate mutating func insert(
    _ events: EventLog, _ records: Range<Int>, _ bits: inout BloomBits
  ) {
    var lastEmitter: Address?
    for record in events.records[records] {
      let emitter = Registry.emitter(record)
      if emitter != lastEmitter {
        insert(Bits(emitter))
        lastEmitter = emitter
      }
      if let name = Registry.topic(record) { insert(bits.bits(name)) }
      let start = Int(record.start)
      for topic in events.words[start..<start + Int(record.topicCount)] {
        insert(bits.bits(topic))
      }
    }
  }
}
