internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

extension Method {
  /// What waits for a block.
  static let pool: [Method] = [
    Method("txpool_status") { (rpc, _, writer) throws(RPCFailure) in
      let (ready, gapped) = rpc.chain.waitingCounts
      writer.beginObject()
      writer.member("pending", quantity: UInt(ready))
      writer.member("queued", quantity: UInt(gapped))
      writer.endObject()
    },
    Method("txpool_content") { (rpc, _, writer) throws(RPCFailure) in
      let chainID = rpc.chain.genesis.chainID
      let accounts = try rpc.waitingAccounts()
      writer.pool(accounts) { writer, transaction in
        writer.transaction(.signed(transaction), at: nil, chainID: chainID)
      }
    },
    Method("txpool_inspect") { (rpc, _, writer) throws(RPCFailure) in
      let accounts = try rpc.waitingAccounts()
      writer.pool(accounts) { writer, transaction in
        let decoded = transaction.decoded
        let to = decoded.to?.checksummed ?? "contract creation"
        writer.string(
          "\(to): \(decoded.value) wei + \(decoded.gasLimit) gas × \(decoded.maximumPrice) wei")
      }
    },
    Method("txpool_contentFrom", [.required("address")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let chainID = rpc.chain.genesis.chainID
      let waiting = rpc.chain.waiting(of: try arguments.address(0))
      writer.beginObject()
      for (name, transactions) in [("pending", waiting?.ready), ("queued", waiting?.gapped)] {
        writer.name(name)
        writer.byNonce(transactions ?? []) { writer, transaction in
          writer.transaction(.signed(transaction), at: nil, chainID: chainID)
        }
      }
      writer.endObject()
    },
  ]
}

extension JSONRPC {
  fileprivate func waitingAccounts() throws(RPCFailure) -> [AccountQueue] {
    guard let accounts = chain.waiting(limit: RPCLimits.poolTransactions) else {
      throw RPCFailure(
        RPCFailure.limitExceeded,
        "response too large: \(chain.waitingSize.count) transactions wait and at most"
          + " \(RPCLimits.poolTransactions) are listed: use txpool_contentFrom or txpool_status")
    }
    return accounts
  }
}

extension JSONWriter {
  /// Pending and queued transactions, by account and nonce.
  fileprivate mutating func pool(
    _ accounts: [AccountQueue], _ write: (inout JSONWriter, AuthenticTransaction) -> Void
  ) {
    let parts: [(String, (AccountQueue) -> [AuthenticTransaction])] = [
      ("pending", { $0.ready }), ("queued", { $0.gapped }),
    ]
    beginObject()
    for (name, part) in parts {
      self.name(name)
      beginObject()
      for account in accounts where !part(account).isEmpty {
        self.name(account.account.checksummed)
        byNonce(part(account), write)
      }
      endObject()
    }
    endObject()
  }

  fileprivate mutating func byNonce(
    _ transactions: [AuthenticTransaction],
    _ write: (inout JSONWriter, AuthenticTransaction) -> Void
  ) {
    beginObject()
    for transaction in transactions {
      name(String(transaction.decoded.nonce))
      write(&self, transaction)
    }
    endObject()
  }
}
