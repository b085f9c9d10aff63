import Arguments
import Interface
import Primitives

/// `freehold call`: any read-only call, raw or by its signature.
enum CallCommand {
  static let block = Option(
    "block", .text, "BLOCK", help: "A number, or latest, earliest, safe, finalized.",
    defaultValue: "latest")

  static let row = Command(
    "call", summary: "Call an address without sending anything (eth_call).",
    discussion: """
      DATA is call data in hex, or a signature such as 'balanceOf(address)(uint256)' with an \
      argument for each of its types; what stands in the second brackets is how the answer is \
      read. For what the modules declare, query is shorter and knows units.
      """,
    options: [
      NodeClient.option, NodeClient.authority, KeyFolder.option, block,
      Option("from", .text, "ACCOUNT", help: "Who calls: a name or an address."),
    ],
    positionals: [
      Positional("TO", .text, help: "A name, a module or an address."),
      Positional("DATA", .text, help: "Call data in hex, or a signature."),
      Positional("ARGUMENT", .text, help: "The signature's arguments.", arity: .many),
    ],
    example: "freehold call token 'balanceOf(address)(uint256)' dev.1")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    var coder: TextCoder?
    var target: Address?
    do throws(ClientFailure) {
      let client = try NodeClient(match)
      let network = try client.network(try KeyFolder(match).book().names)
      let known = TextCoder(network.vocabulary)
      coder = known
      let to = try known.account(match.text("TO") ?? "", "TO")
      target = to
      let (data, signature) = try callData(match, known)
      let from = try match.text("from").map { (text) throws(ClientFailure) in
        try known.account(text, "--from")
      }
      let block = try NodeClient.block(match.text("block") ?? "latest")
      let result = try client.ask(
        "eth_call",
        { writer in
          writer.beginObject()
          if let from {
            writer.name("from")
            writer.hex(from.bytes)
          }
          writer.name("to")
          writer.hex(to.bytes)
          writer.name("data")
          writer.hex(data)
          writer.endObject()
        }, { $0.string(block) })
      guard let answer = result.string.flatMap({ Hex.bytes($0) }) else {
        throw .malformed("eth_call answered no bytes")
      }
      try report(answer, signature?.returns, known, json: json)
      return .success
    } catch {
      return DeclaredCommands.fail(error, target, coder, json: json)
    }
  }

  private static func callData(
    _ match: Match, _ coder: TextCoder
  ) throws(ClientFailure) -> ([UInt8], SignatureText?) {
    let text = match.text("DATA") ?? ""
    let arguments = match.texts("ARGUMENT")
    if text.hasPrefix("0x") {
      guard let data = Hex.bytes(text), arguments.isEmpty else {
        throw .usage("DATA is no even number of hex digits, or arguments stand behind it")
      }
      return (data, nil)
    }
    do throws(TextFailure) {
      let signature = try SignatureText(text)
      return (try signature.encode(arguments, with: coder), signature)
    } catch {
      throw .usage(error.description)
    }
  }

  private static func report(
    _ answer: [UInt8], _ returns: [ABIField]?, _ coder: TextCoder, json: Bool
  ) throws(ClientFailure) {
    guard let returns else {
      return Terminal.facts([("result", Hex.text(answer))], json: json, bare: true)
    }
    guard let values = try? ABITree.decode(answer, as: returns.map(\.type)) else {
      throw .malformed(
        "the answer \(Hex.text(answer).prefix(80)) is not of the types in the second brackets")
    }
    guard json else {
      let lines = zip(values, returns).map { coder.words($0, as: $1) }
      return Terminal.print(lines.joined(separator: "\n"))
    }
    Terminal.object { writer in
      writer.name("result")
      writer.string(Hex.text(answer))
      writer.name("values")
      writer.beginArray()
      for (value, field) in zip(values, returns) { coder.write(value, as: field, to: &writer) }
      writer.endArray()
    }
  }
}

extension TextCoder {
  /// The address of a name or of digits.
  func account(_ text: String, _ place: String) throws(ClientFailure) -> Address {
    do throws(TextFailure) {
      let tree = try tree(text, as: ABIField(place, Address.self))
      guard case .account(let address) = tree else { throw .unreadable(place) }
      return address
    } catch {
      throw .usage(error.description)
    }
  }
}

extension TextFailure {
  fileprivate static func unreadable(_ place: String) -> TextFailure {
    TextFailure(parameter: place, problem: "no address", expected: "an address", example: "dev.1")
  }
}
