import Arguments
import Interface
import Node
import Primitives

/// `freehold block`: a block and its transactions, in words.
enum BlockCommand {
  static let row = Command(
    "block", summary: "Show a block and its transactions, in words.",
    options: [NodeClient.option, NodeClient.authority, KeyFolder.option],
    positionals: [
      Positional(
        "BLOCK", .text, help: "A number, a hash, latest or earliest; latest if none.",
        arity: .optional)
    ],
    isList: true, example: "freehold block 0")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    do throws(ClientFailure) {
      let client = try NodeClient(match)
      let network = try client.network(try KeyFolder(match).book().names)
      let coder = TextCoder(network.vocabulary)
      let text = match.text("BLOCK") ?? "latest"
      let isHash = Hex.bytes(text)?.count == 32
      let reference = isHash ? text : try NodeClient.block(text)
      let block = try client.ask(
        isHash ? "eth_getBlockByHash" : "eth_getBlockByNumber", { $0.string(reference) },
        { $0.bool(true) })
      guard !block.isNull else {
        throw .absent("there is no block \(text): see freehold block latest")
      }
      let rows = (block["transactions"]?.elements ?? []).map {
        TransactionRow($0, coder, network)
      }
      switch match.output {
      case .table: Terminal.print(text: facts(block), rows)
      case .csv: Terminal.print(listing(rows).csv, newline: false)
      case .json: write(block, rows)
      }
      return .success
    } catch {
      return DeclaredCommands.fail(error, nil, nil, json: json)
    }
  }

  private static func facts(_ block: JSONValue) -> [(name: String, text: String)] {
    func quantity(_ name: String) -> UInt128 {
      block[name]?.string.flatMap { Hex.quantity($0) } ?? 0
    }
    let time = LogicalTime(UInt64(clamping: quantity("timestamp")))
    return [
      ("block", "\(quantity("number"))"), ("hash", block["hash"]?.string ?? ""),
      ("parent", block["parentHash"]?.string ?? ""), ("time", CalendarTime.text(time)),
      ("gas", "\(quantity("gasUsed"))"), ("state", block["stateRoot"]?.string ?? ""),
    ]
  }

  private static func listing(_ rows: [TransactionRow]) -> Listing {
    var listing = Listing(["hash", "from", "to", "call", "value"])
    for row in rows { listing.append([row.hash, row.from, row.to, row.call, row.value]) }
    return listing
  }

  private static func write(_ block: JSONValue, _ rows: [TransactionRow]) {
    Terminal.object { writer in
      for fact in facts(block) {
        writer.name(fact.name)
        writer.string(fact.text)
      }
      writer.name("transactions")
      Terminal.write(listing(rows), to: &writer)
    }
  }
}

extension Terminal {
  /// Facts, then a line for each transaction.
  fileprivate static func print(
    text facts: [(name: String, text: String)], _ rows: [TransactionRow]
  ) {
    Terminal.facts(facts, json: false)
    for row in rows { print("  \(row.hash)\n    \(row.sentence)") }
  }
}
