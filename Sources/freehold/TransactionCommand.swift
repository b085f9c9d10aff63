import Arguments
import Cryptography
import Economy
import Glibc
import Interface
import Primitives

/// `freehold tx`: every declared operation of every module, signed and sent.
enum TransactionCommand {
  static let row = Command(
    group: "tx", summary: "Sign and send an operation to a running node; see --list.",
    discussion: "One command for each operation that a module declares.",
    options: [DeclaredCommands.list], isList: true,
    example: "freehold tx token transfer 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 12.5",
    subcommands: Registry.modules.filter { !$0.calls.isEmpty }.map { module in
      Command(
        group: module.name, summary: module.help, example: "freehold tx --list",
        subcommands: DeclaredCommands.calls(module).map { row in
          Command(
            row.name, summary: row.declaration.help,
            discussion: "It is tried first, and not sent where the ledger would refuse it; with"
              + " --gas it is sent as it is.",
            options: options,
            positionals: DeclaredCommands.positionals(row.declaration.parameters),
            example: DeclaredCommands.example(
              "tx", module.name, row.name, row.declaration.example))
        })
    })

  private static let options =
    [NodeClient.option, NodeClient.authority, KeyFolder.option] + Signer.options + [
      Option("value", .text, "AMOUNT", help: "Tokens to send with it, such as 12.5 or 125000u."),
      Option(
        "gas", .number(21_000...UInt64(Int64.max)), "N", help: "The gas limit; asked for if none."),
      Option(
        "price", .text, "WEI", help: "Wei per gas, or such as 100gwei; the base price if none."),
      Option("dry-run", .flag, help: "Show what would be signed, and send nothing."),
      Option("yes", .flag, help: "Send without asking; only a terminal is asked anyway."),
    ]

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    guard match.path.count == 3,
      let module = Registry.modules.first(where: { $0.name == match.path[1] }),
      let call = DeclaredCommands.calls(module).first(where: { $0.name == match.path[2] })?
        .declaration
    else {
      let rows = Registry.modules.flatMap { module in
        DeclaredCommands.calls(module).map { row in
          (module.name, row.name, row.declaration.signature, row.declaration.help)
        }
      }
      DeclaredCommands.printList("tx", rows, as: match.output)
      return .success
    }
    var coder: TextCoder?
    do throws(ClientFailure) {
      let client = try NodeClient(match)
      let network = try client.network(try KeyFolder(match).book().names)
      coder = TextCoder(network.vocabulary)
      let sending = try Sending(match, client, network, module, call)
      if match.flag("dry-run") {
        sending.show(json: json)
        return .success
      }
      if Prompt.isPossible && !match.flag("yes") {
        guard Prompt.confirms(sending.question) else {
          throw .malformed("nothing was sent")
        }
      }
      return try sending.send(json: json)
    } catch {
      return DeclaredCommands.fail(error, module.address, coder, json: json)
    }
  }
}

/// One transaction on its way.
private struct Sending {
  let client: NodeClient
  let network: NetworkFacts
  let coder: TextCoder
  let module: ModuleDeclaration
  let call: CallDeclaration
  let values: [ABITree]
  let signer: Signer
  let draft: TransactionDraft

  init(
    _ match: Match, _ client: NodeClient, _ network: NetworkFacts, _ module: ModuleDeclaration,
    _ call: CallDeclaration
  ) throws(ClientFailure) {
    let coder = TextCoder(network.vocabulary)
    var data = Selector(call.selector).bytes
    var value: UInt128 = 0
    do throws(TextFailure) {
      let texts = DeclaredCommands.texts(match, call.parameters)
      values = try coder.trees(texts, for: call.parameters)
      data = try coder.callData(selector: call.selector, texts, for: call.parameters)
      if let text = match.text("value") {
        let field = ABIField("--value", Amount.self)
        guard case .number(let units) = try coder.tree(text, as: field),
          let wei = (units * network.weiPerUnit).narrow, units.high == 0
        else {
          throw TextFailure(
            parameter: "--value", problem: "the amount is too large", expected: "tokens",
            example: "12.5")
        }
        value = wei
      }
    } catch {
      throw .usage(error.description)
    }
    let signer = try Signer(match, network)
    let price: UInt128
    if let text = match.text("price") {
      price = try Self.price(text)
    } else {
      price = try client.quantity("eth_gasPrice")
    }
    let nonce = try client.quantity(
      "eth_getTransactionCount", { $0.hex(signer.address.bytes) }, { $0.string("pending") })
    var draft = TransactionDraft(
      chainID: network.chainID, nonce: UInt64(clamping: nonce), maximumPrice: price, gasLimit: 0,
      to: module.address, value: value, data: data)
    if let gas = match.number("gas") {
      draft.gasLimit = gas
    } else {
      draft.gasLimit = UInt64(
        clamping: try client.quantity("eth_estimateGas") { Self.write(draft, signer.address, &$0) })
    }
    (self.client, self.network, self.coder, self.module) = (client, network, coder, module)
    (self.call, self.signer, self.draft) = (call, signer, draft)
  }

  private static func price(_ text: String) throws(ClientFailure) -> UInt128 {
    if text.hasSuffix("gwei"), let wei = DecimalText.parse(String(text.dropLast(4)), decimals: 9) {
      return wei.units
    }
    guard let wei = UInt256(decimal: text)?.narrow else {
      throw .usage("--price '\(text)' is no price: give wei per gas, or such as 100gwei")
    }
    return wei
  }

  private static func write(
    _ draft: TransactionDraft, _ from: Address, _ writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.name("from")
    writer.hex(from.bytes)
    writer.name("to")
    writer.hex(draft.to.bytes)
    writer.name("value")
    writer.string(Hex.quantity(draft.value))
    writer.name("data")
    writer.hex(draft.data)
    writer.endObject()
  }

  // What would be sent

  private var sentence: String {
    let sender = coder.words(.account(signer.address), as: ABIField("", Address.self))
    let facts = coder.words(values, as: call.parameters.map(\.field))
    let paid = draft.value == 0 ? "" : " with \(amount(draft.value))"
    return "\(sender) calls \(module.name).\(call.name)\(paid)"
      + (facts.isEmpty ? "" : " with \(facts)") + ": \(call.help)"
  }

  private func amount(_ wei: UInt128) -> String { network.amount(wei, coder) }

  private func write(wei: UInt128, _ writer: inout JSONWriter) {
    coder.write(units: network.units(wei), to: &writer)
  }

  /// The most that the fee can be, in wei; at the bound of the type where it is past it.
  private var maximumFee: UInt128 {
    let (fee, overflow) = UInt128(draft.gasLimit)
      .multipliedReportingOverflow(by: draft.maximumPrice)
    return overflow ? .max : fee
  }

  /// What a person is asked before it is sent.
  var question: String { "\(sentence)\nFee at most \(amount(maximumFee)). Send it?" }

  func show(json: Bool) {
    guard json else {
      return Terminal.print(
        """
        \(sentence)
          from     \(signer.address.checksummed)
          to       \(draft.to.checksummed)  \(module.name)
          data     \(Hex.text(draft.data))
          value    \(amount(draft.value))
          nonce    \(draft.nonce)
          gas      \(draft.gasLimit)
          price    \(draft.maximumPrice) wei
          fee      at most \(amount(maximumFee))
        Nothing was sent.
        """)
    }
    Terminal.object { writer in
      writer.name("sentence")
      writer.string(sentence)
      writer.name("from")
      writer.string(signer.address.checksummed)
      writer.name("to")
      writer.string(draft.to.checksummed)
      writer.name("data")
      writer.hex(draft.data)
      writer.name("value")
      write(wei: draft.value, &writer)
      writer.name("nonce")
      writer.number(draft.nonce)
      writer.name("gas")
      writer.number(draft.gasLimit)
      writer.name("price")
      writer.string(String(draft.maximumPrice))
      writer.name("maximumFee")
      write(wei: maximumFee, &writer)
    }
  }

  // What was sent

  func send(json: Bool) throws(ClientFailure) -> ExitCode {
    let raw = draft.signed(by: try signer.unlock())
    let hash = Keccak256.hash(raw)
    _ = try client.ask("eth_sendRawTransaction") { $0.hex(raw) }
    let receipt = try wait(hash)
    Terminal.progressEnds()
    let isSuccess = receipt["status"]?.string == "0x1"
    if !isSuccess { try explain(hash, json: json) }
    if isSuccess || !json { report(receipt, json: json) }
    return isSuccess ? .success : .rejected
  }

  /// Polls until the receipt is there, a minute at most.
  private func wait(_ hash: Digest) throws(ClientFailure) -> JSONValue {
    let text = Hex.text(hash.bytes)
    for round in 0..<600 {
      let receipt = try client.ask("eth_getTransactionReceipt") { $0.string(text) }
      if !receipt.isNull { return receipt }
      Terminal.progress("sent \(text): waiting for its block, \(round / 10) s")
      usleep(round < 20 ? 20_000 : 100_000)
    }
    throw .malformed(
      "\(text) was accepted and is in no block after a minute: ask for its receipt later")
  }

  /// The reason of a refusal stands in no receipt: the node is asked what the call says now.
  private func explain(_ hash: Digest, json: Bool) throws(ClientFailure) {
    var message = "rejected: the ledger refused \(Hex.text(hash.bytes)); its fee was taken"
    do throws(ClientFailure) {
      _ = try client.ask("eth_estimateGas") { writer in
        writer.beginObject()
        writer.name("from")
        writer.hex(signer.address.bytes)
        writer.name("to")
        writer.hex(draft.to.bytes)
        writer.name("gas")
        writer.string(Hex.quantity(UInt128(draft.gasLimit)))
        writer.name("value")
        writer.string(Hex.quantity(draft.value))
        writer.name("data")
        writer.hex(draft.data)
        writer.endObject()
      }
    } catch .refused(let text, let data) {
      let rejection = data.flatMap { RejectionText(address: draft.to, data: $0) }
      if let rejection {
        return DeclaredCommands.reject(rejection, text, coder, json: json)
      }
      message += ": " + text
    }
    Terminal.fail(message, json: json)
  }

  private func report(_ receipt: JSONValue, json: Bool) {
    let report = ReceiptReport(receipt: receipt, coder: coder, network: network)
    guard json else {
      let headline = "\(report.isSuccess ? "done" : "rejected"): \(sentence)"
      return Terminal.print(([headline] + report.lines).joined(separator: "\n"))
    }
    Terminal.object { writer in report.write(&writer) }
  }
}
