import Arguments
import Cryptography
import Economy
import Interface
import Primitives

/// `freehold abi`: interfaces of the modules and the coding of calls, without a node.
enum ABICommand {
  private static let module = Positional(
    "MODULE", .choice(Registry.modules.map(\.name)), help: "A module's name.")
  private static let signature = Positional(
    "SIGNATURE", .text, help: "Such as 'transfer(address,uint256)'.")

  static let row = Command(
    group: "abi", summary: "Interfaces of the modules, and coding of calls; needs no node.",
    example: "freehold abi json token",
    subcommands: [
      Command(
        "json", summary: "Print a module's ABI as JSON.", positionals: [module],
        example: "freehold abi json token"),
      Command(
        "sol", summary: "Print a module's Solidity interface.", positionals: [module],
        example: "freehold abi sol staking"),
      Command(
        "encode", summary: "Encode a call, or a mere list of values.",
        positionals: [
          signature, Positional("ARGUMENT", .text, help: "A value for each type.", arity: .many),
        ],
        example: "freehold abi encode 'transfer(address,uint256)' "
          + "0x70997970C51812dc3A010C7d01b50e0d17dc79C8 125000"),
      Command(
        "decode", summary: "Decode call data, an answer or an error.",
        discussion: """
          Without --as the modules' own operations, queries and errors are tried. A signature's \
          second brackets, where it has them, say what an answer holds.
          """,
        options: [Option("as", .text, "SIGNATURE", help: "What the data is.")],
        positionals: [Positional("DATA", .text, help: "Bytes in hex.")],
        example: "freehold abi decode 0x70a08231"
          + "00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8"),
      Command(
        "selector", summary: "Print a signature's canonical form, selector and topic.",
        positionals: [signature], example: "freehold abi selector 'transfer(address,uint256)'"),
      Command(
        "keccak", summary: "Print the Keccak-256 of a text, or of bytes in hex.",
        positionals: [Positional("TEXT", .text, help: "A text, or 0x and hex digits.")],
        example: "freehold abi keccak 'Transfer(address,address,uint256)'"),
    ])

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    do throws(ClientFailure) {
      switch match.path.last {
      case "json":
        Terminal.print(String(decoding: ABIDocument.json(try module(match)), as: UTF8.self))
      case "sol":
        let text = SolidityInterface.text(try module(match))
        if json {
          Terminal.facts([("solidity", text)], json: true)
        } else {
          Terminal.print(text, newline: false)
        }
      case "encode": try encode(match)
      case "decode": try decode(match)
      case "selector":
        let signature = try signature(match.text("SIGNATURE") ?? "")
        Terminal.facts(
          [
            ("signature", signature.canonical),
            ("selector", Hex.text(signature.hash.prefix(4))), ("topic", Hex.text(signature.hash)),
          ], json: json)
      default:
        let text = match.text("TEXT") ?? ""
        let bytes = Hex.bytes(text) ?? Array(text.utf8)
        let digest = Keccak256.hash(bytes)
        Terminal.facts([("keccak", Hex.text(digest.bytes))], json: json, bare: true)
      }
      return .success
    } catch {
      return DeclaredCommands.fail(error, nil, nil, json: json)
    }
  }

  /// Of no network: a token's unit is not known here.
  private static let coder = TextCoder(Vocabulary(symbol: "", decimals: 0))

  private static func module(_ match: Match) throws(ClientFailure) -> ModuleDeclaration {
    let name = match.text("MODULE")
    guard let module = Registry.modules.first(where: { $0.name == name }) else {
      throw .absent("no module is called '\(name ?? "")'")
    }
    return module
  }

  private static func signature(_ text: String) throws(ClientFailure) -> SignatureText {
    do throws(TextFailure) {
      return try SignatureText(text)
    } catch {
      throw .usage(error.description)
    }
  }

  private static func encode(_ match: Match) throws(ClientFailure) {
    let signature = try signature(match.text("SIGNATURE") ?? "")
    do throws(TextFailure) {
      let data = try signature.encode(match.texts("ARGUMENT"), with: coder)
      Terminal.facts([("data", Hex.text(data))], json: match.wantsJSON, bare: true)
    } catch {
      throw .usage(error.description)
    }
  }

  private static func decode(_ match: Match) throws(ClientFailure) {
    guard let data = Hex.bytes(match.text("DATA") ?? "") else {
      throw .usage("DATA is no even number of hex digits after 0x")
    }
    if let text = match.text("as") {
      let signature = try signature(text)
      let fields = signature.returns ?? signature.parameters
      var start = 0
      if signature.returns == nil, !signature.name.isEmpty {
        guard data.starts(with: signature.hash.prefix(4)) else {
          throw .malformed(
            "the data does not begin with \(Hex.text(signature.hash.prefix(4))), the selector of "
              + signature.canonical)
        }
        start = 4
      }
      guard let values = try? ABITree.decode(data, from: start, as: fields.map(\.type)) else {
        throw .malformed("the data is not the canonical encoding of these types")
      }
      return report(signature.canonical, values, fields, json: match.wantsJSON)
    }
    if let call = CallText(data: data) {
      let name = "\(call.module.name).\(call.name)"
      return report(name, call.values, call.fields, json: match.wantsJSON)
    }
    if let rejection = RejectionText(address: nil, data: data) {
      let fields = rejection.rejection.parameters.map(\.field)
      return report(
        rejection.rejection.name, rejection.values, fields, json: match.wantsJSON)
    }
    throw .absent("no module declares data that begins so: say what it is with --as SIGNATURE")
  }

  private static func report(
    _ name: String, _ values: [ABITree], _ fields: [ABIField], json: Bool
  ) {
    guard json else {
      let rows = zip(values, fields).map { value, field in
        (name: field.name, text: coder.text(value, as: field))
      }
      return Terminal.facts([(name: "is", text: name)] + rows, json: false)
    }
    Terminal.object { writer in
      writer.name("is")
      writer.string(name)
      writer.name("values")
      coder.write(values, as: fields, to: &writer)
    }
  }
}
