internal import Cryptography
internal import Economy
internal import Engine
internal import Ledger
internal import Primitives

/// A transaction that somebody may sign: what it says, what it costs, and whether it would be
/// accepted now. The node signs nothing.
struct Draft {
  private let rest: REST
  private let module: ModuleDeclaration
  private let call: CallDeclaration
  private let sender: Address?
  private let values: [ABITree]
  private let data: [UInt8]

  /// Reads `{"arguments": {…}, "from": …}`.
  init(
    _ rest: REST, _ body: JSONValue, _ module: ModuleDeclaration, _ call: CallDeclaration
  ) throws(Problem) {
    let fields = call.parameters.map(\.field)
    for member in body.members ?? [] where !["arguments", "from"].contains(member.name) {
      throw Problem(
        TextFailure(
          parameter: Prose.plain(member.name), problem: "there is no such member",
          expected: "arguments and from", example: #"{"arguments": {}}"#))
    }
    do throws(TextFailure) {
      guard let arguments = body["arguments"] ?? (fields.isEmpty ? .object([]) : nil) else {
        throw TextFailure(
          parameter: "arguments", problem: "nothing is given",
          expected: "an object of \(fields.map(\.name).joined(separator: ", "))",
          example: #"{"arguments": {}}"#)
      }
      values = try rest.coder.trees(arguments, fields)
      let from = ABIField("from", .address, meaning: .account)
      switch try body["from"].map({ (value) throws(TextFailure) in
        try rest.coder.tree(value, as: from)
      }) {
      case .account(let address): sender = address
      default: sender = nil
      }
    } catch {
      throw Problem(error)
    }
    do throws(ABIFailure) {
      data = try ABITree.encode(
        values, as: fields.map(\.type), after: Selector(call.selector).bytes)
    } catch {
      throw Problem(.badArgument, "The arguments do not fit into call data: \(error).")
    }
    guard data.count < Limits.transactionBytes else {
      throw Problem(
        .badArgument, "A transaction has at most \(Limits.transactionBytes) bytes; write less.")
    }
    (self.rest, self.module, self.call) = (rest, module, call)
  }

  /// What would become of it now.
  private struct Preview: Sendable {
    let outcome: Outcome
    let fault: TransactionFault?
  }

  func answer() throws(Problem) -> RESTAnswer {
    let network = rest.chain.genesis.network
    let decoded = Registry.decode(to: module.address, data: data, range: 0..<data.count)
    let (gas, _) = try rest.atHead { (state) throws(Problem) in state.gasTable.needed(decoded) }
    // Twice the base, as wallets do, so that a rise of the base does not strand it; the price that
    // is paid is the base.
    let price = 2 * network.baseFee
    let transaction = TransactionCall(
      sender: sender ?? .zero, nonce: 0, gasLimit: gas, maximumPrice: price, tip: 0,
      to: module.address, value: 0, call: decoded)
    let isPreviewed = sender != nil
    let (preview, block) = try rest.atHead { (state) throws(Problem) -> Preview? in
      guard isPreviewed else { return nil }
      let account = state.ledger.accounts.find(transaction.sender)
      let spendable = account.map { state.ledger.accounts[$0].spendable } ?? .zero
      return Preview(
        outcome: state.preview(transaction),
        fault: state.fundsFault(transaction, spendable: spendable))
    }
    let nonce = sender.map { rest.chain.nonce($0, pending: true) }
    let fee = Amount(UInt128(gas) * network.baseFee / network.weiPerUnit)
    var writer = JSONWriter(capacity: 1_024)
    writer.beginObject()
    let asked = CallText(to: module.address, data: data)
    writer.member("sentence", text: asked.map { rest.sentences.operation($0) } ?? call.help)
    writer.member("module", text: module.name)
    writer.member("operation", text: call.name)
    writer.member("signature", text: call.signature)
    writer.name("arguments")
    rest.coder.write(values, as: call.parameters.map(\.field), to: &writer)
    writer.name("transaction")
    write(gas, price, nonce, to: &writer)
    writer.name("fee")
    rest.coder.write(units: UInt256(fee.units), to: &writer)
    writer.name("preview")
    if let preview { write(preview, to: &writer) } else { writer.null() }
    writer.name(ModuleRoutes.asOf)
    writer.asOf(block)
    writer.endObject()
    return RESTAnswer(writer)
  }

  /// The transaction as `eth_sendTransaction` of a wallet, or a signer, takes it.
  private func write(
    _ gas: UInt64, _ price: UInt128, _ nonce: UInt64?, to writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.member("type", text: "0x2")
    writer.member("chainId", quantity: rest.chain.genesis.chainID)
    if let sender { writer.member("from", text: sender.checksummed) }
    writer.member("to", text: module.address.checksummed)
    writer.member("value", text: "0x0")
    writer.member("data", bytes: data)
    writer.member("gas", quantity: gas)
    writer.member("maxFeePerGas", quantity: price)
    writer.member("maxPriorityFeePerGas", text: "0x0")
    if let nonce { writer.member("nonce", quantity: nonce) }
    writer.endObject()
  }

  private func write(_ preview: Preview, to writer: inout JSONWriter) {
    writer.beginObject()
    switch (preview.fault, preview.outcome.status) {
    case (.insufficientFunds?, .success):
      writer.member("accepted", flag: false)
      writer.member("reason", text: "The account cannot pay the highest fee of this draft.")
      writer.member("repair", text: "Receive some \(rest.coder.vocabulary.symbol) first.")
    case (_, .rejected(let rejection)):
      let view = RejectionView(rejection, rest.coder)
      writer.member("accepted", flag: false)
      writer.name("rejection")
      view.write(to: &writer)
      writer.member("reason", text: view.words)
      writer.member("repair", text: view.help)
    case (_, .success(let returned)):
      writer.member("accepted", flag: true)
      writer.name("returns")
      write(returned, to: &writer)
    case (_, .invalid(let fault)):
      writer.member("accepted", flag: false)
      writer.member("reason", text: "No block takes it: \(fault).")
    }
    writer.endObject()
  }

  private func write(_ returned: Returned, to writer: inout JSONWriter) {
    let fields = call.returns.map(\.field)
    guard let values = try? ABITree.decode(returned.data, as: fields.map(\.type)) else {
      writer.beginObject()
      writer.endObject()
      return
    }
    rest.coder.write(values, as: fields, to: &writer)
  }
}
