internal import Primitives

/// What a client may still ask for, as the transport knows it.
public struct ClientAllowance: Sendable {
  private let paid: UInt64
  private let spend: @Sendable (_ work: UInt64, _ submissions: UInt64) -> UInt64?

  /// - Parameters:
  ///   - paid: units that each body has cost before it was read.
  ///   - spend: takes so much work and so many submissions, all or nothing; where they are not
  ///     there, in how many seconds it may be tried again.
  public init(
    paid: UInt64, spend: @escaping @Sendable (_ work: UInt64, _ submissions: UInt64) -> UInt64?
  ) {
    self.paid = paid
    self.spend = spend
  }

  /// Takes what requests cost beyond what was paid.
  func wait(_ requests: [Request]) -> UInt64? {
    var work: UInt64 = 0
    var submissions: UInt64 = 0
    for request in requests {
      work += RequestCost.work(request.method)
      if request.isSubmission { submissions += 1 }
    }
    return wait(work: work, submissions: submissions)
  }

  /// Takes what work and submissions cost beyond what was paid.
  func wait(work: UInt64, submissions: UInt64) -> UInt64? {
    spend(work - min(work, paid), submissions)
  }
}

/// What a request costs, in units of one that looks something up.
enum RequestCost {
  private static let weights: [String: UInt64] = [
    // May read many blocks.
    "eth_getLogs": 20, "eth_getFilterLogs": 20, "eth_feeHistory": 10,
    // Answer with whole blocks.
    "eth_getBlockReceipts": 10, "debug_getRawReceipts": 10, "debug_traceBlockByHash": 10,
    "debug_traceBlockByNumber": 10, "txpool_content": 10, "txpool_inspect": 10,
    // Run on the engine's thread.
    "eth_call": 4, "eth_estimateGas": 4, "eth_createAccessList": 4, "eth_getProof": 4,
    // Recover a signature.
    "eth_sendRawTransaction": 2, "eth_sendTransaction": 4,
  ]

  static func work(_ method: String?) -> UInt64 { method.flatMap { weights[$0] } ?? 1 }
}

extension RPCFailure {
  /// The client asks for more than it may.
  static func tooMuch(_ seconds: UInt64) -> RPCFailure {
    RPCFailure(limitExceeded, "limit exceeded: too many requests: try again in \(seconds) s")
  }
}
