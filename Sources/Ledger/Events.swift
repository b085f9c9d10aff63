public import Primitives

/// One event as the ledger remembers it: who speaks, which event, and its words, indexed ones
/// first.
public struct EventRecord: Sendable, BitwiseCopyable {
  /// The module's number; 0 is a posting, which the asset's own address announces as `Transfer`.
  public let module: UInt8
  /// The event's code within the module.
  public let code: UInt8
  /// How many of the words are topics (after the signature's digest, which is not stored).
  public fileprivate(set) var topicCount: UInt8
  /// The asset whose address emits a posting; 0 is the economy's token.
  public let asset: UInt32
  /// The place of the first word in `EventLog.words`.
  public let start: UInt32
  /// Topics and data together.
  public fileprivate(set) var wordCount: UInt32
}

/// The events of the open block in order; ABI data is always whole words, so words are all it
/// keeps.
public struct EventLog: Sendable {
  /// One record an event, in order.
  public private(set) var records: [EventRecord] = []
  /// The words of all records, back to back.
  public private(set) var words: [Word] = []

  public init() {}

  /// A place to come back to when a scope is undone.
  public struct Mark: Sendable, BitwiseCopyable {
    let records: Int
    let words: Int
  }

  /// The place after the last event.
  public var mark: Mark { Mark(records: records.count, words: words.count) }

  /// Begins an event of a module; `topic` and `data` fill it.
  public mutating func begin(module: UInt8, code: UInt8, asset: UInt32 = 0) {
    records.append(
      EventRecord(
        module: module, code: code, topicCount: 0, asset: asset,
        start: UInt32(truncatingIfNeeded: words.count), wordCount: 0))
  }

  /// Adds an indexed word to the event that was begun last; topics come before data.
  public mutating func topic(_ word: Word) {
    words.append(word)
    records[records.count - 1].topicCount += 1
    records[records.count - 1].wordCount += 1
  }

  /// Adds a data word to the event that was begun last.
  public mutating func data(_ word: Word) {
    words.append(word)
    records[records.count - 1].wordCount += 1
  }

  mutating func posting(asset: UInt32, from: Address, to: Address, amount: Amount) {
    records.append(
      EventRecord(
        module: 0, code: 0, topicCount: 2, asset: asset,
        start: UInt32(truncatingIfNeeded: words.count), wordCount: 3))
    words.append(Word(from))
    words.append(Word(to))
    words.append(Word(amount.units))
  }

  mutating func undo(to mark: Mark) {
    records.removeLast(records.count - mark.records)
    words.removeLast(words.count - mark.words)
  }

  /// Begins anew with room for as much as there was, within reason: a block keeps the old arrays,
  /// and those of a genesis with a million grants must not size every later block's.
  mutating func removeAll() {
    let (recordCount, wordCount) = (min(records.count, 1 << 16), min(words.count, 1 << 18))
    records = []
    records.reserveCapacity(recordCount)
    words = []
    words.reserveCapacity(wordCount)
  }
}
