import Arguments
import Interface
import Primitives

/// `freehold receipt`: what became of a transaction.
enum ReceiptCommand {
  static let row = Command(
    "receipt", summary: "Show what became of a transaction, in words.",
    options: [NodeClient.option, NodeClient.authority, KeyFolder.option],
    positionals: [Positional("HASH", .text, help: "The transaction's hash.")],
    example: "freehold receipt 0x" + String(repeating: "0", count: 64))

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    do throws(ClientFailure) {
      let hash = match.text("HASH") ?? ""
      guard Hex.bytes(hash)?.count == 32 else {
        throw .usage("HASH is not 0x and 64 hex digits: copy the hash that tx printed")
      }
      let client = try NodeClient(match)
      let network = try client.network(try KeyFolder(match).book().names)
      let receipt = try client.ask("eth_getTransactionReceipt") { $0.string(hash) }
      guard !receipt.isNull else {
        let pending = try client.ask("eth_getTransactionByHash") { $0.string(hash) }
        throw .absent(
          pending.isNull
            ? "no transaction has this hash: check it, and whether it was sent to this network"
            : "the transaction is accepted and in no block yet: ask again")
      }
      let transaction = try client.ask("eth_getTransactionByHash") { $0.string(hash) }
      let coder = TextCoder(network.vocabulary)
      let report = ReceiptReport(receipt: receipt, coder: coder, network: network)
      let row = TransactionRow(transaction, coder, network)
      if json {
        Terminal.object { writer in
          writer.name("status")
          writer.string(report.isSuccess ? "done" : "rejected")
          writer.name("from")
          writer.string(row.from)
          writer.name("to")
          writer.string(row.to)
          writer.name("call")
          writer.string(row.call)
          report.write(&writer)
        }
      } else {
        let headline = "\(report.isSuccess ? "done" : "rejected"): \(row.sentence)"
        Terminal.print(([headline] + report.lines).joined(separator: "\n"))
      }
      return .success
    } catch {
      return DeclaredCommands.fail(error, nil, nil, json: json)
    }
  }
}

/// A transaction of JSON-RPC in words.
struct TransactionRow {
  let hash: String
  /// With the name behind the address where it has one.
  let from: String
  let to: String
  /// The operation and its arguments, or the call data.
  let call: String
  let value: String

  var sentence: String { "\(from) to \(to)" + (call.isEmpty ? " pays \(value)" : ": \(call)") }

  init(_ transaction: JSONValue, _ coder: TextCoder, _ network: NetworkFacts) {
    func address(_ name: String) -> Address? {
      transaction[name]?.string.flatMap { Hex.bytes($0) }.flatMap { Address($0) }
    }
    func words(_ address: Address?) -> String {
      address.map { coder.words(.account($0), as: ABIField("", Address.self)) } ?? ""
    }
    hash = transaction["hash"]?.string ?? ""
    from = words(address("from"))
    to = words(address("to"))
    let data = transaction["input"]?.string.flatMap { Hex.bytes($0) } ?? []
    let call = address("to").flatMap { CallText(to: $0, data: data) }
    self.call = call.map { $0.words(coder) } ?? (data.isEmpty ? "" : Hex.text(data))
    let wei: UInt128 = transaction["value"]?.string.flatMap { Hex.quantity($0) } ?? 0
    value = network.amount(wei, coder)
  }
}
