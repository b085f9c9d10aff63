internal import Cryptography
internal import Economy
internal import Ledger
public import Primitives

/// A block's header: Ethereum's fields in Ethereum's order, hashed with keccak-256 over RLP. The
/// three roots are binary SHA-256 Merkle roots (RFC 6962), not Patricia tries (decisions 22).
public struct BlockHeader: Sendable, Equatable {
  public let parentHash: Digest
  public let stateRoot: Digest
  public let transactionsRoot: Digest
  public let receiptsRoot: Digest
  public let bloom: Bloom
  public let number: Height
  public let gasLimit: UInt64
  public let gasUsed: UInt64
  /// Seconds since 1970.
  public let timestamp: UInt64
  public let extraData: [UInt8]
  /// Wei per gas.
  public let baseFee: UInt128

  /// keccak-256 of the RLP of an empty list, as every block without uncles has it.
  public static let noUncles = Keccak256.hash([0xc0])

  /// RLP in Ethereum's field order (London: with the base fee).
  public var rlp: [UInt8] {
    var body = RLPWriter()
    body.append(bytes: parentHash.bytes)
    body.append(bytes: Self.noUncles.bytes)
    body.append(bytes: Address.zero.bytes)
    body.append(bytes: stateRoot.bytes)
    body.append(bytes: transactionsRoot.bytes)
    body.append(bytes: receiptsRoot.bytes)
    body.append(bytes: bloom.bytes)
    body.append(integer: UInt128(0))
    body.append(integer: UInt128(number))
    body.append(integer: UInt128(gasLimit))
    body.append(integer: UInt128(gasUsed))
    body.append(integer: UInt128(timestamp))
    body.append(bytes: extraData)
    body.append(bytes: Digest.zero.bytes)
    body.append(bytes: [UInt8](repeating: 0, count: 8))
    body.append(integer: baseFee)
    var writer = RLPWriter()
    writer.append(list: body)
    return writer.bytes
  }

  /// The block's hash, and the app hash of its height.
  public var hash: Digest { Keccak256.hash(rlp) }
}

extension BlockHeader {
  /// Reads what `rlp` wrote; refuses what this node would never write.
  public init(rlp bytes: [UInt8], range: Range<Int>) throws(RLPFailure) {
    var outer = RLPReader(bytes, range)
    var reader = try outer.list()
    try outer.finish()
    parentHash = try reader.digest()
    try reader.expect(Self.noUncles.bytes)
    try reader.expect(Address.zero.bytes)
    stateRoot = try reader.digest()
    transactionsRoot = try reader.digest()
    receiptsRoot = try reader.digest()
    let filter = try reader.bytes()
    guard let bloom = Bloom(bytes[filter]) else { throw RLPFailure(.size, at: filter.lowerBound) }
    self.bloom = bloom
    try reader.expect([])
    number = try reader.integer64()
    gasLimit = try reader.integer64()
    gasUsed = try reader.integer64()
    timestamp = try reader.integer64()
    extraData = Array(bytes[try reader.bytes()])
    try reader.expect(Digest.zero.bytes)
    try reader.expect([UInt8](repeating: 0, count: 8))
    baseFee = try reader.integer128()
    try reader.finish()
  }
}

extension RLPReader {
  /// Reads a field that has one value in every header; `.size` where it has another.
  fileprivate mutating func expect(_ value: [UInt8]) throws(RLPFailure) {
    let start = offset
    let found = try bytes()
    guard source[found].elementsEqual(value) else { throw RLPFailure(.size, at: start) }
  }
}

/// One transaction of a block: a member's, or the block's own.
public enum BlockTransaction: Sendable {
  /// The effects that nobody signed: genesis postings, timers, end-of-epoch work.
  case system(SystemTransaction)
  case signed(AuthenticTransaction)

  /// keccak-256 of the bytes.
  public var hash: Digest {
    switch self {
    case .system(let transaction): transaction.hash
    case .signed(let transaction): transaction.hash
    }
  }

  /// Who signed it; the reserved sender for the block's own.
  public var sender: Address {
    switch self {
    case .system: SystemAddress.sender
    case .signed(let transaction): transaction.sender
    }
  }

  /// Nil for a contract creation; the system transaction names its own sender.
  public var to: Address? {
    switch self {
    case .system: SystemAddress.sender
    case .signed(let transaction): transaction.decoded.to
    }
  }

  /// The raw bytes.
  public var bytes: [UInt8] {
    switch self {
    case .system(let transaction): transaction.bytes
    case .signed(let transaction): transaction.decoded.bytes
    }
  }
}

/// The transaction that carries a block's own effects: type 0 from the reserved sender, nonce =
/// height, price 0, zero signature (decisions 22).
public struct SystemTransaction: Sendable {
  public let height: Height
  public let bytes: [UInt8]
  public let hash: Digest

  public init(height: Height, chainID: UInt64) {
    self.height = height
    var body = RLPWriter()
    body.append(integer: UInt128(height))
    body.append(integer: UInt128(0))
    body.append(integer: UInt128(0))
    body.append(bytes: SystemAddress.sender.bytes)
    body.append(integer: UInt128(0))
    body.append(bytes: [])
    body.append(integer: 35 + 2 * UInt128(chainID))
    body.append(integer: UInt128(0))
    body.append(integer: UInt128(0))
    var writer = RLPWriter()
    writer.append(list: body)
    bytes = writer.bytes
    hash = Keccak256.hash(bytes)
  }
}

/// What a transaction did.
public struct Receipt: Sendable {
  /// True where the operation took effect.
  public let isSuccess: Bool
  public let gasUsed: UInt64
  /// Gas of this and all earlier transactions of the block.
  public let cumulativeGasUsed: UInt64
  /// Wei per gas.
  public let effectivePrice: UInt128
  /// Why the operation was refused.
  public let rejection: Rejection?
  /// The transaction's records in the block's events; a record's place is its log index.
  public let events: Range<Int>
}

/// One log as Ethereum shows it.
public struct Log: Sendable {
  public let address: Address
  public let topics: [Word]
  public let data: [UInt8]
}

/// A committed block with everything that happened in it. It never changes.
public final class Block: Sendable {
  /// The header that was hashed.
  public let header: BlockHeader
  /// keccak-256 of the header.
  public let hash: Digest
  /// In order of execution; the block's own stands first.
  public let transactions: [BlockTransaction]
  /// One a transaction, in the same order.
  public let receipts: [Receipt]
  let records: [EventRecord]
  let words: [Word]

  init(
    header: BlockHeader, hash: Digest, transactions: [BlockTransaction], receipts: [Receipt],
    events: EventLog
  ) {
    self.header = header
    self.hash = hash
    self.transactions = transactions
    self.receipts = receipts
    records = events.records
    words = events.words
  }

  /// The block's number.
  public var height: Height { header.number }

  /// How many logs the block has.
  public var logCount: Int { records.count }

  /// The log with that index in the block.
  public func log(_ index: Int) -> Log { Self.log(records[index], words) }

  /// The bytes that the receipts root holds of a receipt, and its siblings up to the root.
  public func receiptProof(_ index: Int) -> (leaf: [UInt8], path: [Digest]) {
    var tree = HashTree()
    var form = ReceiptLeaf()
    for (receipt, transaction) in zip(receipts, transactions) {
      tree.append(form.hash(receipt, transaction, records, words))
    }
    return (
      form.bytes(receipts[index], transactions[index], records, words), tree.path(index)
    )
  }

  static func log(_ record: EventRecord, _ words: [Word]) -> Log {
    let start = Int(record.start)
    let topics = Int(record.topicCount)
    var data: [UInt8] = []
    data.reserveCapacity(32 * (Int(record.wordCount) - topics))
    for place in start + topics..<start + Int(record.wordCount) {
      words[place].append(to: &data)
    }
    let name = Registry.event(record)?.topic
    return Log(
      address: Registry.emitter(record),
      topics: (name.map { [$0] } ?? []) + words[start..<start + topics], data: data)
  }

  /// Roughly what the block occupies in memory, in bytes, with its entries in the indexes.
  package var footprint: Int {
    let indexEntry = 96
    let each =
      MemoryLayout<BlockTransaction>.stride + MemoryLayout<Receipt>.stride + indexEntry
    return transactions.reduce(1_024 + indexEntry) { $0 + $1.bytes.count + each }
      + records.count * MemoryLayout<EventRecord>.stride + words.count * MemoryLayout<Word>.stride
  }
}
