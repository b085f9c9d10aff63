internal import Primitives

/// What the pool of this node holds at most; no rule of the network.
public enum PoolLimits {
  /// Transactions of one account that wait.
  public static let perAccount = 64
  /// Bytes of one account that wait; its first transaction may be of any size.
  public static let accountBytes = 1 << 20
  /// Bytes of all that wait.
  public static let bytes = 64 << 20
  /// Transactions that wait: what each takes in memory besides its bytes is bounded as well.
  public static let transactions = 8 * Limits.blockTransactions
  /// No signed transaction takes fewer bytes.
  static let smallestTransaction = 85
}

/// How large this node's pool may get.
public struct PoolSize: Sendable, Equatable {
  /// Bytes of all that wait.
  public var bytes: Int
  /// Transactions that wait.
  public var transactions: Int

  public init(bytes: Int = PoolLimits.bytes, transactions: Int = PoolLimits.transactions) {
    self.bytes = bytes
    self.transactions = transactions
  }
}
