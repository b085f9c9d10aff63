internal import Cryptography
internal import Economy
internal import Ledger
package import Primitives

/// A whole block with its receipts and logs as a checkpoint holds it, so that the head can be shown
/// at once after a restart.
///
/// Little-endian: header length (4), header RLP, count (4), then per transaction a kind (0 the
/// block's own, 1 signed) and, where it is signed, sender (20), length (4) and bytes; then per
/// receipt success (1), gas (8), cumulative gas (8), price (16), whether refused (1) with module,
/// code, place (2) and three words, count of events (4), and per event module, code, topics (1
/// each), asset (4), words (4) and the words.
package enum BlockForm {
  /// The form; without the senders and bytes of transactions where somebody else keeps them.
  package static func bytes(_ block: Block, withTransactions: Bool = true) -> [UInt8] {
    var bytes: [UInt8] = []
    let rlp = block.header.rlp
    UInt32(rlp.count).appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: rlp)
    UInt32(block.transactions.count).appendLittleEndian(to: &bytes)
    for transaction in block.transactions {
      switch transaction {
      case .system: bytes.append(0)
      case .signed(let one):
        bytes.append(1)
        guard withTransactions else { continue }
        bytes.append(contentsOf: one.sender.bytes)
        UInt32(one.decoded.bytes.count).appendLittleEndian(to: &bytes)
        bytes.append(contentsOf: one.decoded.bytes)
      }
    }
    for receipt in block.receipts { append(receipt, block, to: &bytes) }
    return bytes
  }

  private static func append(_ receipt: Receipt, _ block: Block, to bytes: inout [UInt8]) {
    bytes.append(receipt.isSuccess ? 1 : 0)
    receipt.gasUsed.appendLittleEndian(to: &bytes)
    receipt.cumulativeGasUsed.appendLittleEndian(to: &bytes)
    receipt.effectivePrice.appendLittleEndian(to: &bytes)
    bytes.append(receipt.rejection == nil ? 0 : 1)
    if let rejection = receipt.rejection {
      bytes.append(rejection.module)
      bytes.append(rejection.code)
      rejection.place.appendLittleEndian(to: &bytes)
      for word in [rejection.first, rejection.second, rejection.third] { word.append(to: &bytes) }
    }
    UInt32(receipt.events.count).appendLittleEndian(to: &bytes)
    for record in block.records[receipt.events] {
      bytes.append(record.module)
      bytes.append(record.code)
      bytes.append(record.topicCount)
      record.asset.appendLittleEndian(to: &bytes)
      record.wordCount.appendLittleEndian(to: &bytes)
      let start = Int(record.start)
      for word in block.words[start..<start + Int(record.wordCount)] { word.append(to: &bytes) }
    }
  }

  /// Reads what `bytes` wrote, and computes the block's roots anew: a block comes out only where it
  /// is the one that its header vouches for. The words of a rejection alone stand under no root;
  /// the checkpoint's digests cover them.
  ///
  /// - Parameter kept: the signed transactions in order, where the form holds none.
  package static func block(
    _ bytes: [UInt8], authenticator: Authenticator,
    kept: [(sender: Address, bytes: [UInt8])]? = nil
  ) throws(BlockRecordFailure) -> Block {
    var reader = FormReader(bytes)
    let rlp = try reader.take(Int(try reader.number32()))
    let header: BlockHeader
    do throws(RLPFailure) {
      header = try BlockHeader(rlp: bytes, range: rlp)
    } catch {
      throw BlockRecordFailure(
        offset: rlp.lowerBound, reason: "the header is no header: \(error.description)")
    }
    let transactions = try transactions(&reader, header, authenticator, kept)
    var events = EventLog()
    var receipts: [Receipt] = []
    receipts.reserveCapacity(transactions.count)
    for _ in transactions.indices { receipts.append(try receipt(&reader, &events)) }
    try reader.finish()
    let hashing = BlockHashing(transactions, receipts, events, BloomCaches())
    hashing.begin()
    let roots = hashing.finish()
    guard roots.transactionsRoot == header.transactionsRoot,
      roots.receiptsRoot == header.receiptsRoot, roots.bloom == header.bloom
    else {
      throw BlockRecordFailure(offset: 0, reason: "the block is not the one its header says")
    }
    return Block(
      header: header, hash: header.hash, transactions: transactions, receipts: receipts,
      events: events)
  }

  private static func transactions(
    _ reader: inout FormReader, _ header: BlockHeader, _ authenticator: Authenticator,
    _ kept: [(sender: Address, bytes: [UInt8])]?
  ) throws(BlockRecordFailure) -> [BlockTransaction] {
    let count = Int(try reader.number32())
    guard count <= Limits.blockTransactions + 1 else {
      throw reader.failure("\(count) transactions in one block")
    }
    var isSystem: [Bool] = []
    var signed: [(sender: Address, bytes: [UInt8])] = kept ?? []
    for _ in 0..<count {
      let kind = try reader.number8()
      guard kind <= 1 else { throw reader.failure("a transaction of kind \(kind)") }
      isSystem.append(kind == 0)
      guard kind == 1, kept == nil else { continue }
      guard let sender = Address(reader.bytes[try reader.take(20)]) else {
        throw reader.failure("a sender is cut")
      }
      signed.append((sender, Array(reader.bytes[try reader.take(Int(try reader.number32()))])))
    }
    var next = authenticator.trust(signed).makeIterator()
    var transactions: [BlockTransaction] = []
    transactions.reserveCapacity(count)
    for isSystem in isSystem {
      if isSystem {
        transactions.append(
          .system(SystemTransaction(height: header.number, chainID: authenticator.chainID)))
        continue
      }
      guard case .success(let transaction)? = next.next() else {
        throw reader.failure("transaction \(transactions.count) is none")
      }
      transactions.append(.signed(transaction))
    }
    guard next.next() == nil else { throw reader.failure("more transactions than the form names") }
    return transactions
  }

  private static func receipt(
    _ reader: inout FormReader, _ events: inout EventLog
  ) throws(BlockRecordFailure) -> Receipt {
    let success = try reader.number8()
    let gas = try reader.number64()
    let cumulative = try reader.number64()
    let low = try reader.number64()
    let price = UInt128(try reader.number64()) << 64 | UInt128(low)
    let refused = try reader.number8()
    guard success <= 1, refused <= 1 else { throw reader.failure("a flag is neither 0 nor 1") }
    var rejection: Rejection?
    if refused == 1 {
      let module = try reader.number8()
      let code = try reader.number8()
      let place = try reader.number16()
      let first = try reader.word()
      let second = try reader.word()
      rejection = Rejection(
        module: module, code: code, place: place, first, second, try reader.word())
    }
    let start = events.records.count
    for _ in 0..<Int(try reader.number32()) {
      let module = try reader.number8()
      let code = try reader.number8()
      let topics = UInt32(try reader.number8())
      let asset = try reader.number32()
      let words = try reader.number32()
      guard topics <= min(3, words) else { throw reader.failure("an event of \(topics) topics") }
      events.begin(module: module, code: code, asset: asset)
      for place in 0..<words {
        let word = try reader.word()
        if place < topics { events.topic(word) } else { events.data(word) }
      }
    }
    return Receipt(
      isSuccess: success == 1, gasUsed: gas, cumulativeGasUsed: cumulative,
      effectivePrice: price, rejection: rejection, events: start..<events.records.count)
  }
}

/// Reads the fields of a form in order; refuses to read past the end.
struct FormReader {
  let bytes: [UInt8]
  private(set) var position: Int

  init(_ bytes: [UInt8], from position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  var isAtEnd: Bool { position == bytes.count }

  func failure(_ reason: String) -> BlockRecordFailure {
    BlockRecordFailure(offset: position, reason: reason)
  }

  mutating func take(_ count: Int) throws(BlockRecordFailure) -> Range<Int> {
    guard count >= 0, count <= bytes.count - position else {
      throw failure("the bytes end within a field")
    }
    defer { position += count }
    return position..<position + count
  }

  private mutating func number(_ count: Int) throws(BlockRecordFailure) -> UInt64 {
    var value: UInt64 = 0
    for place in try take(count).reversed() { value = value << 8 | UInt64(bytes[place]) }
    return value
  }

  mutating func number8() throws(BlockRecordFailure) -> UInt8 {
    UInt8(truncatingIfNeeded: try number(1))
  }

  mutating func number16() throws(BlockRecordFailure) -> UInt16 {
    UInt16(truncatingIfNeeded: try number(2))
  }

  mutating func number32() throws(BlockRecordFailure) -> UInt32 {
    UInt32(truncatingIfNeeded: try number(4))
  }

  mutating func number64() throws(BlockRecordFailure) -> UInt64 { try number(8) }

  mutating func word() throws(BlockRecordFailure) -> Word {
    let range = try take(32)
    guard let word = Word(bytes, at: range.lowerBound) else { throw failure("a word is cut") }
    return word
  }

  /// Everything that is left.
  mutating func rest() -> [UInt8] {
    defer { position = bytes.count }
    return Array(bytes[position...])
  }

  func finish() throws(BlockRecordFailure) {
    guard isAtEnd else { throw failure("\(bytes.count - position) bytes too many") }
  }
}
