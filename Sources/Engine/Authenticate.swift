internal import Cryptography
internal import Dispatch
public import Economy
public import Primitives

/// A transaction whose sender is known: by its signature, or, when a node reads its own journal
/// back, by the record that holds the sender beside the bytes.
public struct AuthenticTransaction: Sendable {
  public let decoded: DecodedTransaction
  public let sender: Address

  fileprivate init(_ decoded: DecodedTransaction, sender: Address) {
    self.decoded = decoded
    self.sender = sender
  }

  /// keccak-256 of the bytes.
  public var hash: Digest { decoded.hash }

  /// Gas limit x maximum price + value, in wei: what the sender must have.
  var largestCost: UInt256 {
    let gas = wideMultiply(UInt128(decoded.gasLimit), decoded.maximumPrice)
    let (sum, overflow) = gas.addingReportingOverflow(UInt256(decoded.value))
    return overflow ? .max : sum
  }

  /// What execution needs.
  public var call: TransactionCall {
    TransactionCall(
      sender: sender, nonce: decoded.nonce, gasLimit: decoded.gasLimit,
      maximumPrice: decoded.maximumPrice, tip: decoded.tip, to: decoded.to ?? .zero,
      value: decoded.value, call: decoded.call)
  }
}

/// Finds out who sent transactions, many at once and on all processors.
public struct Authenticator: Sendable {
  public let chainID: UInt64

  public init(chainID: UInt64) { self.chainID = chainID }

  /// Decodes one transaction and recovers its sender.
  public func authenticate(
    _ received: ReceivedTransaction
  ) throws(TransactionRefusal) -> AuthenticTransaction {
    let decoded = try DecodedTransaction(received, chainID: chainID)
    let request = RecoveryRequest(digest: decoded.signingHash, signature: decoded.signature)
    guard let sender = Secp256k1.recover([request])[0] else { throw .invalidSignature }
    return AuthenticTransaction(decoded, sender: sender)
  }

  /// Decodes and recovers a batch, in order; work is spread over the processors where there is
  /// enough of it.
  public func authenticate(
    _ batch: [ReceivedTransaction]
  ) -> [Result<AuthenticTransaction, TransactionRefusal>] {
    inChunks(of: batch.count) { recover(batch[$0]) }
  }

  /// Answers for `count` transactions in order, in pieces that the processors share.
  private func inChunks(
    of count: Int,
    _ body: @Sendable (Range<Int>) -> [Result<AuthenticTransaction, TransactionRefusal>]
  ) -> [Result<AuthenticTransaction, TransactionRefusal>] {
    let chunk = 64
    let chunks = (count + chunk - 1) / chunk
    guard chunks > 1 else { return body(0..<count) }
    let results = Slots<[Result<AuthenticTransaction, TransactionRefusal>]>(count: chunks)
    DispatchQueue.concurrentPerform(iterations: chunks) { place in
      results.set(place, body(place * chunk..<min(count, (place + 1) * chunk)))
    }
    return results.values.flatMap { $0 }
  }

  private func recover(
    _ batch: ArraySlice<ReceivedTransaction>
  ) -> [Result<AuthenticTransaction, TransactionRefusal>] {
    let decoded = batch.map { received in
      Result<DecodedTransaction, TransactionRefusal> { () throws(TransactionRefusal) in
        try DecodedTransaction(received, chainID: chainID)
      }
    }
    var requests: [RecoveryRequest] = []
    for case .success(let one) in decoded {
      requests.append(RecoveryRequest(digest: one.signingHash, signature: one.signature))
    }
    var senders = Secp256k1.recover(requests).makeIterator()
    return decoded.map { result in
      switch result {
      case .failure(let refusal): return .failure(refusal)
      case .success(let one):
        guard let sender = senders.next() ?? nil else { return .failure(.invalidSignature) }
        return .success(AuthenticTransaction(one, sender: sender))
      }
    }
  }

  /// Trusts the sender that a checksummed record of this node's own journal names: the block's
  /// receipts root, which is checked, depends on it. `verify` recovers every signature instead.
  /// Besides replay, only the benchmark's trusted feed calls it.
  package func trust(
    _ bytes: [UInt8], sender: Address
  ) throws(TransactionRefusal) -> AuthenticTransaction {
    AuthenticTransaction(
      try DecodedTransaction(ReceivedTransaction(bytes), chainID: chainID), sender: sender)
  }

  /// Trusts the senders of a whole record, in order.
  func trust(
    _ batch: [(sender: Address, bytes: [UInt8])]
  ) -> [Result<AuthenticTransaction, TransactionRefusal>] {
    inChunks(of: batch.count) { range in
      batch[range].map { one in
        Result { () throws(TransactionRefusal) in try trust(one.bytes, sender: one.sender) }
      }
    }
  }
}
