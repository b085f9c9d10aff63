/// Limits fixed when the node is compiled: no file and no vote changes them.
///
/// They bound memory and work for any input. A limit is added in three places: here, in `all`, and,
/// where it depends on another, in `relations`.
public enum Limits {
  /// Bytes of one encoded transaction.
  public static let transactionBytes = 131_072
  /// Bytes of one document in the content table; it arrives inside a transaction.
  public static let contentBytes = 65_536
  /// Transactions of one block.
  public static let blockTransactions = 16_384
  /// Bytes of a block's transactions together.
  public static let blockBytes = 16_777_216
  /// Timers that one block drains; if more are due, its time stops at the last one drained.
  public static let blockTimers = 4_096
  /// Bytes of one journal record: a block with its header and outcomes.
  public static let journalRecordBytes = 33_554_432
  /// Staking positions of one account; a score that changes touches them all.
  public static let accountPositions = 256
  /// Calls in one batch transaction.
  public static let batchCalls = 256
  /// Bytes that the calls of one batch return together.
  public static let batchAnswerBytes = 1_048_576
  /// Rows of one state query's answer.
  public static let queryRows = 1_000
  /// Elements of one array in call data or in a result.
  public static let abiArrayLength = 4_096
  /// Lists inside lists in RLP.
  public static let rlpDepth = 16
  /// Bytes of one HTTP request's body.
  public static let requestBytes = 1_048_576
  /// Arrays and objects inside each other in JSON.
  public static let jsonDepth = 64
  /// Requests of one JSON-RPC batch.
  public static let batchRequests = 1_000
  /// Logs of one log query's answer.
  public static let queryLogs = 10_000

  /// Every limit with its name, in the order of the declarations above.
  static let all: [(name: String, value: Int)] = [
    ("transactionBytes", transactionBytes),
    ("contentBytes", contentBytes),
    ("blockTransactions", blockTransactions),
    ("blockBytes", blockBytes),
    ("blockTimers", blockTimers),
    ("journalRecordBytes", journalRecordBytes),
    ("accountPositions", accountPositions),
    ("batchCalls", batchCalls),
    ("batchAnswerBytes", batchAnswerBytes),
    ("queryRows", queryRows),
    ("abiArrayLength", abiArrayLength),
    ("rlpDepth", rlpDepth),
    ("requestBytes", requestBytes),
    ("jsonDepth", jsonDepth),
    ("batchRequests", batchRequests),
    ("queryLogs", queryLogs),
  ]

  /// That a value is at least another.
  struct Relation {
    let name: String
    let value: Int
    let least: Int
    let reason: String

    init(_ name: String, _ value: Int, atLeast least: Int, _ reason: String) {
      self.name = name
      self.value = value
      self.least = least
      self.reason = reason
    }
  }

  /// What a block's record holds beside the transactions: the outcome of each, and a header.
  private static let outcomeBytes = 256
  private static let headerBytes = 4_096
  /// What stands around a document or a transaction that another message carries.
  private static let envelopeBytes = 4_096
  /// A signed transfer without data takes a little more than this.
  private static let smallestTransactionBytes = 100

  static let relations: [Relation] = [
    Relation(
      "transactionBytes", transactionBytes, atLeast: contentBytes + envelopeBytes,
      "a document arrives in one transaction"),
    Relation(
      "requestBytes", requestBytes, atLeast: 2 * transactionBytes + envelopeBytes,
      "a request carries a transaction in hexadecimal"),
    Relation(
      "blockBytes", blockBytes, atLeast: transactionBytes,
      "a block holds the largest transaction"),
    Relation(
      "blockBytes", blockBytes, atLeast: blockTransactions * smallestTransactionBytes,
      "a block can hold as many transactions as it may"),
    Relation(
      "journalRecordBytes", journalRecordBytes,
      atLeast: blockBytes + blockTransactions * outcomeBytes + headerBytes,
      "a record holds the largest block with its outcomes"),
    Relation(
      "2^31 - 1", Int(Int32.max), atLeast: journalRecordBytes,
      "a record's length is written in 32 bits"),
    Relation(
      "transactionBytes / 32", transactionBytes / 32, atLeast: abiArrayLength,
      "an array of words fits in a transaction"),
    Relation(
      "abiArrayLength", abiArrayLength, atLeast: queryRows, "a query answers with one array"),
    Relation(
      "abiArrayLength", abiArrayLength, atLeast: accountPositions,
      "an account's positions are answered in one array"),
    Relation(
      "abiArrayLength", abiArrayLength, atLeast: batchCalls, "a batch's calls are one array"),
    Relation(
      "blockTimers", blockTimers, atLeast: accountPositions,
      "one account's locks end within one block"),
    Relation(
      "rlpDepth", rlpDepth, atLeast: 6,
      "a block's list holds a transaction with an access list"),
    Relation(
      "jsonDepth", jsonDepth, atLeast: 16, "requests and economy files nest so deep"),
  ]

  /// The relations that do not hold, in words; empty when all is well.
  public static func verify() -> [String] {
    let notPositive = all.filter { $0.value <= 0 }.map { "\($0.name) must be more than zero" }
    return notPositive + broken(relations)
  }

  static func broken(_ relations: [Relation]) -> [String] {
    relations.filter { $0.value < $0.least }.map {
      "\($0.name) is \($0.value) and must be at least \($0.least): \($0.reason)"
    }
  }

  /// The limits' canonical bytes, for the network's identity: for each the length of its name (one
  /// byte), the name in ASCII, the value (eight bytes, little-endian).
  public static var encoded: [UInt8] {
    var bytes: [UInt8] = []
    for limit in all {
      let name = Array(limit.name.utf8)
      bytes.append(UInt8(truncatingIfNeeded: name.count))
      bytes.append(contentsOf: name)
      UInt64(limit.value).appendLittleEndian(to: &bytes)
    }
    return bytes
  }
}
