import Arguments
import Cryptography
import Economy
import Interface
import Primitives

/// `freehold account`: what the chain says of an address.
enum AccountCommand {
  static let row = Command(
    "account", summary: "Show an account's balance, nonce and names.",
    options: [NodeClient.option, NodeClient.authority, KeyFolder.option, CallCommand.block],
    positionals: [Positional("ACCOUNT", .text, help: "A name, a module or an address.")],
    example: "freehold account dev.1")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    do throws(ClientFailure) {
      let client = try NodeClient(match)
      let network = try client.network(try KeyFolder(match).book().names)
      let coder = TextCoder(network.vocabulary)
      let address = try coder.account(match.text("ACCOUNT") ?? "", "ACCOUNT")
      let block = try NodeClient.block(match.text("block") ?? "latest")
      let wei = try client.quantity(
        "eth_getBalance", { $0.hex(address.bytes) }, { $0.string(block) })
      let nonce = try client.quantity(
        "eth_getTransactionCount", { $0.hex(address.bytes) }, { $0.string(block) })
      let names = network.vocabulary.names.filter { $0.address == address }.map(\.name)
      let module = Registry.module(at: address)
      guard json else {
        var rows = [
          ("address", address.checksummed), ("names", names.joined(separator: ", ")),
          ("balance", network.amount(wei, coder)), ("nonce", "\(nonce)"),
        ]
        if let module { rows.append(("module", module.help)) }
        Terminal.facts(rows, json: false)
        return .success
      }
      Terminal.object { writer in
        writer.name("address")
        writer.string(address.checksummed)
        writer.name("names")
        writer.beginArray()
        for name in names { writer.string(name) }
        writer.endArray()
        writer.name("balance")
        coder.write(units: network.units(wei), to: &writer)
        writer.name("nonce")
        writer.number(nonce)
        writer.name("module")
        if let module { writer.string(module.name) } else { writer.null() }
      }
      return .success
    } catch {
      return DeclaredCommands.fail(error, nil, nil, json: json)
    }
  }
}
