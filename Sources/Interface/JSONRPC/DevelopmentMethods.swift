internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

extension Method {
  /// What only a development network answers (decisions 19 and 32).
  static let development: [Method] = [
    Method("eth_accounts") { (rpc, _, writer) throws(RPCFailure) in
      writer.beginArray()
      for account in rpc.configuration.development?.accounts ?? [] {
        writer.address(account.address)
      }
      writer.endArray()
    },
    Method("eth_sendTransaction", [.required("transaction")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let request = try arguments.required(0, CallRequest.init)
      let prices = try arguments.required(0, DraftPrices.init)
      writer.hex(try rpc.send(request, prices).bytes)
    },
    Method("dev_advance", [.required("seconds")]) { (rpc, arguments, writer) throws(RPCFailure) in
      let seconds = try arguments.required(0, Shape.quantity64)
      guard let advance = rpc.configuration.advance else {
        throw RPCFailure(
          RPCFailure.refused,
          "dev_advance moves the clock of a development network, and this network is none: here"
            + " time passes by itself")
      }
      switch advance(Seconds(seconds)) {
      case .success(let time): writer.quantity(time.seconds)
      case .failure(let refusal): throw RPCFailure(RPCFailure.refused, refusal.text)
      }
    },
  ]
}

/// The members of `eth_sendTransaction` besides those of a call; a missing one is filled in.
struct DraftPrices: Sendable {
  let nonce: UInt64?
  let maximumPrice: UInt128?
  let tip: UInt128?

  init(_ object: JSONValue) throws(ShapeFailure) {
    func quantity(_ name: String) throws(ShapeFailure) -> UInt128? {
      guard let value = object[name], !value.isNull else { return nil }
      guard let quantity = try Shape.quantity(value).narrow else {
        throw ShapeFailure("\(name): hex number > 128 bits")
      }
      return quantity
    }
    let nonce = try quantity("nonce")
    if let nonce, nonce > UInt128(UInt64.max) { throw ShapeFailure("nonce: hex number > 64 bits") }
    self.nonce = nonce.map { UInt64(truncatingIfNeeded: $0) }
    let (price, maximum) = (try quantity("gasPrice"), try quantity("maxFeePerGas"))
    tip = try quantity("maxPriorityFeePerGas") ?? price
    if price != nil && maximum != nil {
      throw ShapeFailure("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
    }
    maximumPrice = price ?? maximum
  }
}

extension JSONRPC {
  /// Signs with the development key of the sender and submits.
  func send(_ request: CallRequest, _ prices: DraftPrices) throws(RPCFailure) -> Digest {
    let account = configuration.development?.accounts.first { $0.address == request.sender }
    guard let account, let key = PrivateKey(account.privateKey) else {
      throw RPCFailure(
        RPCFailure.refused,
        "unknown account: the node signs for development accounts only; sign yourself and use"
          + " eth_sendRawTransaction")
    }
    guard let to = request.to else { throw .refused(.admission(.contractCreation)) }
    guard let value = request.value.narrow else { throw .refused(.transaction(.valueTooLarge)) }
    let gas: UInt64
    if let given = request.gas { gas = given } else { gas = try preview(request).gasUsed }
    var draft = TransactionDraft(
      chainID: chain.genesis.chainID, nonce: 0, tip: prices.tip ?? 0,
      maximumPrice: prices.maximumPrice ?? chain.genesis.network.baseFee, gasLimit: gas, to: to,
      value: value, data: request.data)
    // Somebody else may take the nonce in between; then the next one is tried.
    for _ in 0..<PoolLimits.perAccount {
      draft.nonce = prices.nonce ?? chain.nonce(request.sender, pending: true)
      let results = chain.submit([ReceivedTransaction(draft.signed(by: key))])
      switch results.first {
      case .success(let hash): return hash
      case .failure(let refusal):
        guard prices.nonce == nil, refusal.isNonceTaken else { throw .refused(refusal) }
      case nil: break
      }
    }
    throw RPCFailure(RPCFailure.refused, "the account is busy: send the transaction again")
  }
}

extension SubmissionRefusal {
  /// Another transaction of the account has the nonce.
  fileprivate var isNonceTaken: Bool {
    switch self {
    case .admission(.alreadyKnown), .admission(.nonceTooLow), .admission(.replacementUnderpriced):
      true
    default: false
    }
  }
}
