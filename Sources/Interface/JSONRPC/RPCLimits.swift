/// What one request may ask of the node, beside `Limits`; every refusal by one of these names the
/// repair.
public enum RPCLimits {
  /// Bytes of a batch's answer, after which the remaining requests are refused.
  public static let answerBytes = 64 << 20
  /// Addresses of a log filter, and alternatives of one topic.
  public static let filterAlternatives = 1_000
  /// Bloom comparisons and logs read by one `eth_getLogs`.
  public static let filterWork = 50_000_000
  /// Installed filters, of all clients together.
  public static let filters = 4_096
  /// Seconds after which a filter that nobody asked for is forgotten.
  public static let filterLifetime: UInt64 = 300
  /// Subscriptions of one connection.
  public static let subscriptions = 128
  /// Blocks that a subscriber may be behind.
  public static let subscriptionLag: UInt64 = 1_024
  /// Transactions that `txpool_content` and `txpool_inspect` list.
  public static let poolTransactions = 4_096
  /// Slots of one `eth_getStorageValues`.
  public static let storageSlots = 1_024
  /// Blocks of one `eth_feeHistory`.
  public static let feeHistoryBlocks = 1_024
  /// Percentiles of one `eth_feeHistory`.
  public static let feeHistoryPercentiles = 100
  /// Transactions that one `eth_feeHistory` sorts; its range is shortened to fit.
  public static let feeHistoryTransactions = 200_000
}

/// The limits that tests make small, since real ones take long to reach.
struct RPCBudget: Sendable {
  var answerBytes = RPCLimits.answerBytes
  var filterWork = RPCLimits.filterWork
  var subscriptionLag = RPCLimits.subscriptionLag
}
