public import Primitives

/// What the journal keeps of a block: the header, and every transaction that was proposed with the
/// sender that was recovered from it, those included that could not become part of the block.
///
/// Little-endian: header length (4), header RLP, count (4), then per transaction the sender (20),
/// length (4) and the raw bytes.
public struct BlockRecord: Sendable {
  public let header: BlockHeader
  public let transactions: [(sender: Address, bytes: [UInt8])]

  /// Bytes that a transaction takes besides its own.
  public static let transactionOverhead = 24

  /// What the journal gets for a block.
  static func payload(_ header: BlockHeader, _ transactions: [AuthenticTransaction]) -> [UInt8] {
    let rlp = header.rlp
    var payload: [UInt8] = []
    payload.reserveCapacity(
      rlp.count + 8
        + transactions.reduce(0) { $0 + transactionOverhead + $1.decoded.bytes.count })
    UInt32(rlp.count).appendLittleEndian(to: &payload)
    payload.append(contentsOf: rlp)
    UInt32(transactions.count).appendLittleEndian(to: &payload)
    for transaction in transactions {
      let sender = transaction.sender
      sender.high.appendBigEndian(to: &payload)
      sender.middle.appendBigEndian(to: &payload)
      sender.low.appendBigEndian(to: &payload)
      UInt32(transaction.decoded.bytes.count).appendLittleEndian(to: &payload)
      payload.append(contentsOf: transaction.decoded.bytes)
    }
    return payload
  }

  /// Reads a payload strictly: lengths within bounds, nothing left over.
  public init(_ payload: [UInt8]) throws(BlockRecordFailure) {
    var position = 0
    func take(_ count: Int) throws(BlockRecordFailure) -> Range<Int> {
      guard count >= 0, count <= payload.count - position else {
        throw BlockRecordFailure(offset: position, reason: "the record ends within a field")
      }
      defer { position += count }
      return position..<position + count
    }
    func length() throws(BlockRecordFailure) -> Int {
      var value = 0
      for place in try take(4).reversed() { value = value << 8 | Int(payload[place]) }
      return value
    }
    let rlp = try take(try length())
    do throws(RLPFailure) {
      header = try BlockHeader(rlp: payload, range: rlp)
    } catch {
      throw BlockRecordFailure(
        offset: rlp.lowerBound, reason: "the header is no header: \(error.description)")
    }
    let count = try length()
    guard count <= Limits.blockTransactions else {
      throw BlockRecordFailure(offset: position, reason: "\(count) transactions in one block")
    }
    var transactions: [(sender: Address, bytes: [UInt8])] = []
    for _ in 0..<count {
      guard let sender = Address(payload[try take(20)]) else {
        throw BlockRecordFailure(offset: position, reason: "a sender is cut")
      }
      transactions.append((sender, Array(payload[try take(try length())])))
    }
    guard position == payload.count else {
      throw BlockRecordFailure(
        offset: position, reason: "\(payload.count - position) bytes follow the last transaction")
    }
    self.transactions = transactions
  }
}

/// Why bytes of a sound journal record are no block.
public struct BlockRecordFailure: Error, Sendable, Equatable {
  /// Within the record's payload.
  public let offset: Int
  public let reason: String
}
