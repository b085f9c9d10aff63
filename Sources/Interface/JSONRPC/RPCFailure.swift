internal import Economy
internal import Engine
internal import Primitives

/// Why a request has no result, as JSON-RPC shows it.
struct RPCFailure: Error, Sendable, Equatable {
  let code: Int
  let message: String
  /// Revert data, for `executionReverted`.
  let data: [UInt8]?
  /// True where the same request may succeed soon (HTTP 429).
  let isBusy: Bool

  init(_ code: Int, _ message: String, data: [UInt8]? = nil, isBusy: Bool = false) {
    self.code = code
    self.message = message
    self.data = data
    self.isBusy = isBusy
  }

  // JSON-RPC 2.0, section 5.1.
  static let parseError = -32_700
  static let invalidRequest = -32_600
  static let methodNotFound = -32_601
  static let invalidParameters = -32_602

  // EIP-1474, and geth's own for what clients match on.
  static let refused = -32_000
  static let notSupported = -32_004
  static let limitExceeded = -32_005
  static let executionReverted = 3
  static let prunedHistory = 4_444

  /// An operation or query that a guard refused: the declaration's name and help as text, the
  /// Solidity custom error as data.
  static func reverted(_ rejection: Rejection) -> RPCFailure {
    guard let message = Registry.message(rejection) else {
      return RPCFailure(executionReverted, "execution reverted", data: [])
    }
    return RPCFailure(
      executionReverted, "execution reverted: \(message)",
      data: Registry.revertData(rejection))
  }

  /// A transaction that is not taken; wallets match on the text.
  static func refused(_ refusal: SubmissionRefusal) -> RPCFailure {
    switch refusal {
    case .admission(.poolFull), .admission(.accountFull), .admission(.accountRate):
      RPCFailure(limitExceeded, refusal.text, isBusy: true)
    default: RPCFailure(refused, refusal.text)
    }
  }

  /// A block that was committed and is not in memory: no longer, or not yet again.
  static func pruned(_ height: Height, _ chain: Chain) -> RPCFailure {
    let first = chain.firstHeight
    if let history = chain.history, height < history.end {
      return RPCFailure(
        prunedHistory,
        "block \(height) is not in memory yet: history is being read back, height"
          + " \(history.reached) of \(history.end); ask again later, or for block \(first) or later"
      )
    }
    return RPCFailure(
      prunedHistory,
      "pruned history unavailable: block \(height) is no longer in memory, ask for block"
        + " \(first) or later")
  }

  /// Writes the error object.
  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("code")
    writer.number(code)
    writer.name("message")
    writer.string(message)
    if let data {
      writer.name("data")
      writer.hex(data)
    }
    writer.endObject()
  }
}
