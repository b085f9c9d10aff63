import Arguments
import Economy
import Interface
import Primitives

/// A command for every declared operation and query, made from the registry.
enum DeclaredCommands {
  static let list = Option("list", .flag, help: "List everything with its help and stop.")

  /// The commands of one module: each declared name once, further forms of a name with the count
  /// of their arguments behind it.
  struct Row<Declaration> {
    let name: String
    let declaration: Declaration
  }

  static func calls(_ module: ModuleDeclaration) -> [Row<CallDeclaration>] {
    named(module.calls, { $0.name }, { $0.parameters.count })
  }

  static func queries(_ module: ModuleDeclaration) -> [Row<QueryDeclaration>] {
    named(module.queries, { $0.name }, { $0.parameters.count })
  }

  private static func named<Declaration>(
    _ declarations: [Declaration], _ name: (Declaration) -> String, _ count: (Declaration) -> Int
  ) -> [Row<Declaration>] {
    var rows: [Row<Declaration>] = []
    for declaration in declarations {
      let plain = name(declaration)
      let isTaken = rows.contains { $0.name == plain }
      rows.append(
        Row(name: isTaken ? "\(plain)-\(count(declaration))" : plain, declaration: declaration))
    }
    return rows
  }

  /// The places of the parameters on the command line.
  static func positionals(_ parameters: [ParameterDescription]) -> [Positional] {
    parameters.enumerated().map { place, parameter in
      let wanted = Wanted(parameter.field)
      return Positional(
        positional(parameter.name, place), .text,
        help: "\(wanted.form.prefix(1).uppercased())\(wanted.form.dropFirst()), such as "
          + "\(wanted.example).")
    }
  }

  /// `neededRole` stands as NEEDED-ROLE, so that it is never taken for an option's name.
  static func positional(_ name: String, _ place: Int) -> String {
    guard !name.isEmpty else { return "ARGUMENT-\(place + 1)" }
    var text = ""
    for character in name {
      if character.isUppercase, !text.isEmpty { text += "-" }
      text += character.uppercased()
    }
    return text
  }

  /// The texts of the arguments in order.
  static func texts(_ match: Match, _ parameters: [ParameterDescription]) -> [String] {
    parameters.enumerated().compactMap { place, parameter in
      match.text(positional(parameter.name, place))
    }
  }

  /// The example as a shell takes it.
  static func example(_ verb: String, _ module: String, _ name: String, _ example: String) -> String
  {
    let words = TextCoder.words(ofExample: example) ?? [example]
    return (["freehold", verb, module, name] + words.map(shell)).joined(separator: " ")
  }

  private static func shell(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      (0x30...0x3a).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/")
        || byte == UInt8(ascii: "%") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "+")
    }
    if isPlain && !word.isEmpty { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }

  /// Prints every operation or query with its help.
  static func printList(
    _ verb: String, _ rows: [(module: String, name: String, signature: String, help: String)],
    as form: OutputForm
  ) {
    if form == .csv {
      var listing = Listing(["module", "name", "signature", "help"])
      for row in rows { listing.append([row.module, row.name, row.signature, row.help]) }
      return Terminal.list(listing, as: form, under: verb)
    }
    guard form == .json else {
      var lines: [String] = []
      var last = ""
      for row in rows {
        if row.module != last { lines.append((last.isEmpty ? "" : "\n") + row.module) }
        last = row.module
        lines.append("  \(row.name)\n      \(row.help)")
      }
      lines.append("\nRun 'freehold \(verb) MODULE NAME --help' for arguments and an example.")
      return Terminal.print(lines.joined(separator: "\n"))
    }
    Terminal.object { writer in
      writer.name(verb == "tx" ? "operations" : "queries")
      writer.beginArray()
      for row in rows {
        writer.beginObject()
        writer.name("module")
        writer.string(row.module)
        writer.name("name")
        writer.string(row.name)
        writer.name("signature")
        writer.string(row.signature)
        writer.name("help")
        writer.string(row.help)
        writer.endObject()
      }
      writer.endArray()
    }
  }

  /// Tells of a failure and gives the exit code; a custom error in the words of its declaration.
  static func fail(
    _ failure: ClientFailure, _ address: Address?, _ coder: TextCoder?, json: Bool
  ) -> ExitCode {
    Terminal.progressEnds()
    if case .refused(let message, let data?) = failure, let coder {
      reject(RejectionText(address: address, data: data), message, coder, json: json)
    } else {
      Terminal.fail(failure.text, json: json)
    }
    return failure.exitCode
  }

  /// Tells why the ledger refuses.
  static func reject(
    _ rejection: RejectionText?, _ message: String, _ coder: TextCoder, json: Bool
  ) {
    guard let rejection else { return Terminal.fail(message, json: json) }
    guard json else { return Terminal.complain("rejected: " + rejection.words(coder)) }
    Terminal.object { writer in
      writer.name("error")
      writer.string("rejected: " + rejection.words(coder))
      writer.name("rejection")
      writer.beginObject()
      writer.name("name")
      writer.string(rejection.rejection.name)
      writer.name("help")
      writer.string(rejection.rejection.help)
      writer.name("arguments")
      coder.write(
        rejection.values, as: rejection.rejection.parameters.map(\.field), to: &writer)
      writer.endObject()
    }
  }
}
