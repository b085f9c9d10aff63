public import Engine
public import Primitives

/// What is kept of blocks that memory has let go, as the interface meets it: the node's index. Any
/// thread asks; nothing here waits for a block.
///
/// A protocol, because the index needs a C library that this floor does not have.
public protocol BlockArchive: Sendable {
  /// What it holds now.
  var standing: ArchiveStanding { get }

  /// The block at a height that it holds, checked against its header.
  func block(at height: Height) throws(ArchiveFailure) -> Block?
  /// The block with that hash.
  func block(_ hash: Digest) throws(ArchiveFailure) -> Block?
  /// A transaction's place by its hash.
  func transaction(_ hash: Digest) throws(ArchiveFailure) -> TransactionPlace?

  /// The heights of a range, ascending and at most `limit`, whose blocks may have a log that
  /// matches; never leaves one out that has.
  func heights(
    _ filter: ArchiveLogFilter, in range: ClosedRange<Height>, limit: Int
  ) throws(ArchiveFailure) -> [Height]

  /// What an account held after a block that it holds.
  func balance(of account: Address, at height: Height) throws(ArchiveFailure) -> Amount

  /// Transactions that an account sent, received or was named in by a log.
  func transactions(
    of account: Address, _ page: ArchivePage
  ) throws(ArchiveFailure) -> [AccountTransaction]
  /// Movements of the token to and from an account, or all of them.
  func transfers(
    of account: Address?, _ page: ArchivePage
  ) throws(ArchiveFailure) -> [AccountTransfer]
  /// What came to an account out of the economy's pools and wallets, and why.
  func earnings(
    of account: Address, _ page: ArchivePage, _ filter: EarningFilter
  ) throws(ArchiveFailure) -> [AccountEarning]

  /// The newest block of that time or earlier; nil where all are later.
  func newestBlock(notAfter seconds: UInt64) throws(ArchiveFailure) -> Height?
}

/// Why the archive has no answer.
public struct ArchiveFailure: Error, Sendable, Equatable {
  /// What it means for who asked.
  public enum Kind: Sendable {
    /// It is being made anew or stopped; asking later helps.
    case unavailable
    /// The question reads too much; a smaller one helps.
    case tooMuch
    /// What it holds cannot be right; it is made anew.
    case damaged
  }

  /// What it means for who asked.
  public let kind: Kind
  /// What is wrong and how to repair it.
  public let text: String

  public init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
}

/// Which blocks an archive holds.
public struct ArchiveStanding: Sendable, Equatable {
  /// The oldest; above 0 where older ones were pruned before they could be kept.
  public let first: Height
  /// The newest; nil where there is none yet.
  public let last: Height?

  public init(first: Height, last: Height?) {
    self.first = first
    self.last = last
  }

  /// Whether it holds the block of a height.
  public func holds(_ height: Height) -> Bool {
    height >= first && last.map { height <= $0 } ?? false
  }
}

/// A log filter in values alone; empty means any.
public struct ArchiveLogFilter: Sendable {
  public let addresses: [Address]
  /// Alternatives by position.
  public let topics: [[Word]]

  public init(addresses: [Address], topics: [[Word]]) {
    self.addresses = addresses
    self.topics = topics
  }
}

/// A place in the chain, in order: a block and an index in it, of a transaction or of a log.
public struct ChainPlace: Sendable, Hashable, Comparable {
  public let height: Height
  public let index: UInt32

  public init(height: Height, index: UInt32) {
    self.height = height
    self.index = index
  }

  public static func < (left: ChainPlace, right: ChainPlace) -> Bool {
    (left.height, left.index) < (right.height, right.index)
  }
}

/// Which part of a list is wanted.
public struct ArchivePage: Sendable {
  /// Rows at most.
  public var limit: Int
  /// Rows left out before the first, for callers that count pages.
  public var skip = 0
  public var newestFirst: Bool
  /// The last row of the page before: what follows it is wanted.
  public var after: ChainPlace?
  /// Blocks within which to stay.
  public var heights: ClosedRange<Height> = 0 ... .max
  /// Of transactions: only those that the account sent or that were sent to it.
  public var partiesOnly = false

  public init(limit: Int, newestFirst: Bool = true, after: ChainPlace? = nil) {
    self.limit = limit
    self.newestFirst = newestFirst
    self.after = after
  }
}

/// One transaction of an account's history.
public struct AccountTransaction: Sendable {
  public let place: ChainPlace
  /// The block's, in seconds since 1970.
  public let time: UInt64
  public let blockHash: Digest
  public let transaction: BlockTransaction
  public let isSuccess: Bool
  /// The refusing module and code, where it was refused.
  public let refusal: (module: UInt8, code: UInt8)?
  public let gasUsed: UInt64
  public let cumulativeGasUsed: UInt64
  /// Wei per gas.
  public let price: UInt128

  public init(
    place: ChainPlace, time: UInt64, blockHash: Digest, transaction: BlockTransaction,
    isSuccess: Bool, refusal: (module: UInt8, code: UInt8)?, gasUsed: UInt64,
    cumulativeGasUsed: UInt64, price: UInt128
  ) {
    self.place = place
    self.time = time
    self.blockHash = blockHash
    self.transaction = transaction
    self.isSuccess = isSuccess
    self.refusal = refusal
    self.gasUsed = gasUsed
    self.cumulativeGasUsed = cumulativeGasUsed
    self.price = price
  }
}

/// One movement of the token.
public struct AccountTransfer: Sendable {
  /// Its log's place.
  public let place: ChainPlace
  /// What moved it.
  public let transaction: AccountTransaction
  public let from: Address
  public let to: Address
  public let amount: Amount
  /// What the account held afterwards; nil where no account was asked for.
  public let balance: Amount?

  public init(
    place: ChainPlace, transaction: AccountTransaction, from: Address, to: Address,
    amount: Amount, balance: Amount?
  ) {
    self.place = place
    self.transaction = transaction
    self.from = from
    self.to = to
    self.amount = amount
    self.balance = balance
  }
}

/// Units that came to an account out of a pool or wallet of the economy, and why.
public struct AccountEarning: Sendable {
  /// The place of the transfer's log.
  public let place: ChainPlace
  /// What moved them.
  public let transaction: AccountTransaction
  public let from: Address
  public let amount: Amount
  public let reason: EarningReason

  public init(
    place: ChainPlace, transaction: AccountTransaction, from: Address, amount: Amount,
    reason: EarningReason
  ) {
    self.place = place
    self.transaction = transaction
    self.from = from
    self.amount = amount
    self.reason = reason
  }
}

/// Why units came.
public struct EarningReason: Sendable, Hashable {
  /// Whether they are new to the account.
  public enum Kind: String, Sendable, CaseIterable {
    /// Units that the account did not have before.
    case income
    /// Its own units that come back: a principal, a grant taken back, what quarantine kept.
    case returned
  }

  /// The event that explains it, such as `staking.Claimed`, or the call where there is none.
  public let rule: String
  /// The account of the economy that paid in the end, by its name.
  public let pool: String
  /// Whether they are new to the account.
  public let kind: Kind

  public init(rule: String, pool: String, kind: Kind) {
    self.rule = rule
    self.pool = pool
    self.kind = kind
  }
}

/// Which earnings are wanted; nil means any.
public struct EarningFilter: Sendable {
  public var rule: String?
  public var pool: String?
  public var kind: EarningReason.Kind?

  public init(rule: String? = nil, pool: String? = nil, kind: EarningReason.Kind? = .income) {
    self.rule = rule
    self.pool = pool
    self.kind = kind
  }
}
