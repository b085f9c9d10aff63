import Arguments
import Economy
import Interface
import Primitives

/// `freehold query`: every declared query of every module.
enum QueryCommand {
  static let row = Command(
    group: "query", summary: "Ask a running node; see --list.",
    discussion: "One command for each query that a module declares.",
    options: [DeclaredCommands.list], isList: true,
    example: "freehold query token balanceOf 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    subcommands: Registry.modules.filter { !$0.queries.isEmpty }.map { module in
      Command(
        group: module.name, summary: module.help, example: "freehold query --list",
        subcommands: DeclaredCommands.queries(module).map { row in
          Command(
            row.name, summary: row.declaration.help,
            options: [NodeClient.option, NodeClient.authority, KeyFolder.option],
            positionals: DeclaredCommands.positionals(row.declaration.parameters),
            isList: isList(row.declaration),
            example: DeclaredCommands.example(
              "query", module.name, row.name, row.declaration.example))
        })
    })

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    guard match.path.count == 3,
      let module = Registry.modules.first(where: { $0.name == match.path[1] }),
      let query = DeclaredCommands.queries(module).first(where: { $0.name == match.path[2] })?
        .declaration
    else {
      let rows = Registry.modules.flatMap { module in
        DeclaredCommands.queries(module).map { row in
          (module.name, row.name, row.declaration.signature, row.declaration.help)
        }
      }
      DeclaredCommands.printList("query", rows, as: match.output)
      return .success
    }
    var coder: TextCoder?
    do throws(ClientFailure) {
      let client = try NodeClient(match)
      let network = try client.network(try KeyFolder(match).book().names)
      let known = TextCoder(network.vocabulary)
      coder = known
      let data: [UInt8]
      do throws(TextFailure) {
        data = try known.callData(
          selector: query.selector, DeclaredCommands.texts(match, query.parameters),
          for: query.parameters)
      } catch {
        throw .usage(error.description)
      }
      let answer = try client.call(module.address, data)
      guard let values = try? ABITree.decode(answer, as: query.returns.map(\.type)) else {
        throw .malformed("the answer does not decode: is the node of this version?")
      }
      report(module, query, values, known, as: match.output)
      return .success
    } catch {
      return DeclaredCommands.fail(error, module.address, coder, json: json)
    }
  }

  /// Whether the query's one answer is an array.
  private static func isList(_ query: QueryDeclaration) -> Bool {
    if case .array = query.returns.first?.type { query.returns.count == 1 } else { false }
  }

  /// An array as rows: a column for each field of a record, or one for the value.
  private static func listing(
    _ value: ABITree, _ field: ABIField, _ coder: TextCoder
  ) -> Listing? {
    guard case .list(let trees) = value, case .array(let type) = field.type else { return nil }
    guard case .tuple(let fields) = type else {
      let element = ABIField(
        field.name, type, meaning: field.elementMeaning ?? .record)
      var listing = Listing([field.name])
      for tree in trees { listing.append([coder.text(tree, as: element)]) }
      return listing
    }
    var listing = Listing(fields.map(\.name))
    for case .list(let parts) in trees {
      listing.append(zip(parts, fields).map { coder.text($0, as: $1) })
    }
    return listing
  }

  private static func report(
    _ module: ModuleDeclaration, _ query: QueryDeclaration, _ values: [ABITree],
    _ coder: TextCoder, as form: OutputForm
  ) {
    let fields = query.returns.map(\.field)
    if form == .csv, let listing = listing(values[0], fields[0], coder) {
      return Terminal.list(listing, as: form, under: query.name)
    }
    guard form == .json else {
      for (value, field) in zip(values, fields) {
        Terminal.print(lines(value, field, coder).joined(separator: "\n"))
      }
      return
    }
    Terminal.object { writer in
      writer.name("module")
      writer.string(module.name)
      writer.name("query")
      writer.string(query.name)
      writer.name("result")
      if values.count == 1 {
        coder.write(values[0], as: fields[0], to: &writer)
      } else {
        coder.write(values, as: fields, to: &writer)
      }
    }
  }

  /// A record a line for each field, a list a line for each element, all else one line.
  private static func lines(_ value: ABITree, _ field: ABIField, _ coder: TextCoder) -> [String] {
    switch (value, field.type) {
    case (.list(let trees), .tuple(let fields)):
      let width = fields.map(\.name.count).max() ?? 0
      return zip(trees, fields).map { tree, part in
        part.name + String(repeating: " ", count: width - part.name.count + 2)
          + coder.words(tree, as: part)
      }
    case (.list(let trees), .array(let type)):
      if trees.isEmpty { return ["none"] }
      let element = ABIField(
        field.name, type, meaning: field.elementMeaning ?? .record)
      return trees.map { coder.words($0, as: element) }
    default: return [coder.words(value, as: field)]
    }
  }
}
