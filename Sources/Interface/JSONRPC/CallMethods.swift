internal import Economy
internal import Engine
internal import Ledger
internal import Primitives

extension Method {
  /// What an operation or query would do.
  static let calls: [Method] = [
    Method("eth_call", [.required("transaction"), .optional("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let request = try arguments.required(0, CallRequest.init)
      try rpc.requireHead(try arguments.block(1))
      writer.hex(try rpc.call(request))
    },
    Method("eth_estimateGas", [.required("transaction"), .optional("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let request = try arguments.required(0, CallRequest.init)
      try rpc.requireHead(try arguments.block(1))
      writer.quantity(try rpc.preview(request).gasUsed)
    },
    // Modules have no storage slots, so that there is nothing to warm up.
    Method("eth_createAccessList", [.required("transaction"), .optional("block")]) {
      (rpc, arguments, writer) throws(RPCFailure) in
      let request = try arguments.required(0, CallRequest.init)
      try rpc.requireHead(try arguments.block(1))
      let (gas, failure) = try rpc.gasOrRevert(request)
      writer.beginObject()
      writer.name("accessList")
      writer.beginArray()
      writer.endArray()
      if let failure { writer.member("error", text: failure.message) }
      writer.member("gasUsed", quantity: gas)
      writer.endObject()
    },
  ]
}

/// A transaction that was not signed and will not be: what `eth_call` and `eth_estimateGas` try.
struct CallRequest: Sendable {
  let sender: Address
  let to: Address?
  let gas: UInt64?
  /// Wei; 256 bits as the wire has it.
  let value: UInt256
  let data: [UInt8]

  init(_ object: JSONValue) throws(ShapeFailure) {
    guard case .object = object else {
      throw ShapeFailure("a transaction object is wanted, not \(object.kind)")
    }
    func member<Value>(
      _ name: String, _ read: (JSONValue) throws(ShapeFailure) -> Value
    ) throws(ShapeFailure) -> Value? {
      guard let value = object[name], !value.isNull else { return nil }
      do throws(ShapeFailure) {
        return try read(value)
      } catch {
        throw ShapeFailure("\(name): \(error.text)")
      }
    }
    sender = try member("from", Shape.address) ?? .zero
    to = try member("to", Shape.address)
    gas = try member("gas", Shape.quantity64)
    value = try member("value", Shape.quantity) ?? .zero
    let input = try member("input", Shape.bytes)
    let data = try member("data", Shape.bytes)
    if let input, let data, input != data {
      throw ShapeFailure("both \"data\" and \"input\" are set and not equal: use \"input\"")
    }
    self.data = input ?? data ?? []
    guard self.data.count <= Limits.transactionBytes else {
      throw ShapeFailure("a transaction has at most \(Limits.transactionBytes) bytes")
    }
  }

  /// The query that the data selects at a module.
  var query: QueryDeclaration? {
    guard let to, let selector = Selector(data) else { return nil }
    return Registry.module(at: to)?.query(selector.value)
  }
}

extension JSONRPC {
  /// What the call returns.
  func call(_ request: CallRequest) throws(RPCFailure) -> [UInt8] {
    guard let query = request.query else {
      switch try preview(request).status {
      case .success(let returned): return returned.data
      case .rejected, .invalid: return []
      }
    }
    guard request.value == .zero else {
      throw .reverted(
        Rejection(module: Kernel.number, code: Kernel.Code.valueNotAccepted.rawValue))
    }
    do throws(QueryFailure) {
      return try chain.withState { (state) throws(QueryFailure) in
        try query.answer(state, request.data, 4)
      }
    } catch {
      switch error {
      case .rejected(let rejection): throw .reverted(rejection)
      case .malformed:
        throw .reverted(
          Rejection(
            module: Kernel.number, code: Kernel.Code.malformedArguments.rawValue,
            Word(UInt128(query.selector))))
      }
    }
  }

  /// The gas that a call uses, and what makes it revert.
  fileprivate func gasOrRevert(
    _ request: CallRequest
  ) throws(RPCFailure) -> (gas: UInt64, failure: RPCFailure?) {
    let outcome = try outcome(request)
    guard case .rejected(let rejection) = outcome.status else { return (outcome.gasUsed, nil) }
    return (outcome.gasUsed, .reverted(rejection))
  }

  /// Runs an operation in a scope that is undone; throws what makes it revert.
  func preview(_ request: CallRequest) throws(RPCFailure) -> Outcome {
    let outcome = try outcome(request)
    if case .rejected(let rejection) = outcome.status { throw .reverted(rejection) }
    if let gas = request.gas, gas < outcome.gasUsed {
      throw .reverted(
        Rejection(
          module: Kernel.number, code: Kernel.Code.outOfGas.rawValue, Word(UInt128(gas)),
          Word(UInt128(outcome.gasUsed))))
    }
    return outcome
  }

  private func outcome(_ request: CallRequest) throws(RPCFailure) -> Outcome {
    let network = chain.genesis.network
    guard let value = request.value.narrow else {
      throw RPCFailure(
        RPCFailure.refused, "insufficient funds for gas * price + value: value above 128 bits")
    }
    guard value % network.weiPerUnit == 0 else {
      throw .refused(.admission(.fractionalValue(weiPerUnit: network.weiPerUnit)))
    }
    let call = TransactionCall(
      sender: request.sender, nonce: 0, gasLimit: network.blockGasLimit,
      maximumPrice: network.baseFee, tip: 0, to: request.to ?? .zero, value: value,
      call: Registry.decode(to: request.to, data: request.data, range: 0..<request.data.count))
    return chain.withState {
      $0.preview(call, at: configuration.now.map { LogicalTime($0()) })
    }
  }
}
