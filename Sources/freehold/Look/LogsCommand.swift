import Arguments
import Economy
import Interface
import Primitives

/// `freehold logs`: events as the modules declare them.
enum LogsCommand {
  static let row = Command(
    "logs", summary: "List events, as the modules declare them.",
    discussion: """
      A range that is too wide for one answer is asked for in parts. What an account earned, and \
      why, the node's index knows.
      """,
    options: [
      NodeClient.option, NodeClient.authority, KeyFolder.option,
      Option(
        "event", .text, "NAME",
        help: "Only this event, such as Transfer or staking.Claimed; may be repeated.",
        isRepeatable: true),
      Option(
        "address", .text, "ACCOUNT", help: "Only what this module or address told.",
        isRepeatable: true),
      Option("from-block", .text, "BLOCK", help: "The first block.", defaultValue: "earliest"),
      Option("to-block", .text, "BLOCK", help: "The last block.", defaultValue: "latest"),
    ],
    isList: true, example: "freehold logs --event token.Transfer --from-block 1 -o csv")

  /// A log as it came, and as it is declared where a module declares it.
  private struct Row {
    let log: JSONValue
    let event: EventText?

    func quantity(_ name: String) -> UInt128 {
      log[name]?.string.flatMap { Hex.quantity($0) } ?? 0
    }
  }

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    do throws(ClientFailure) {
      let client = try NodeClient(match)
      let network = try client.network(try KeyFolder(match).book().names)
      let coder = TextCoder(network.vocabulary)
      let search = try search(match, client, coder)
      let rows = try search.all().map { Row(log: $0, event: ReceiptReport.event($0)) }
      Terminal.progressEnds()
      if json { write(rows, coder) } else { list(rows, coder, as: match.output) }
      return .success
    } catch {
      return DeclaredCommands.fail(error, nil, nil, json: json)
    }
  }

  private static func search(
    _ match: Match, _ client: NodeClient, _ coder: TextCoder
  ) throws(ClientFailure) -> LogSearch {
    var addresses: [Address] = []
    for text in match.texts("address") { addresses.append(try coder.account(text, "--address")) }
    var topics: [Word] = []
    for text in match.texts("event") { topics += try self.topics(text) }
    let head = try client.quantity("eth_blockNumber")
    return LogSearch(
      client: client, addresses: addresses, topics: topics,
      first: try client.height(match.text("from-block") ?? "", head: head),
      last: try client.height(match.text("to-block") ?? "", head: head))
  }

  /// The topics of all events of that name; a module may stand before it.
  private static func topics(_ text: String) throws(ClientFailure) -> [Word] {
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    var topics: [Word] = []
    for module in Registry.modules where parts.count == 1 || module.name == parts.first {
      for event in module.events where event.name == parts.last && !topics.contains(event.topic) {
        topics.append(event.topic)
      }
    }
    guard topics.isEmpty else { return topics }
    let names = Registry.modules.flatMap { module in
      module.events.flatMap { [$0.name, "\(module.name).\($0.name)"] }
    }
    throw .usage(
      "no module declares the event '\(text)'\(Suggestion.sentence(for: text, among: names))")
  }

  private static func list(_ rows: [Row], _ coder: TextCoder, as form: OutputForm) {
    var listing = Listing(["block", "transaction", "log", "event", "arguments"])
    for row in rows {
      let name = row.event.map { "\($0.module.name).\($0.event.name)" } ?? "undeclared"
      let facts = row.event.map { coder.words($0.values, as: $0.fields) }
      listing.append([
        "\(row.quantity("blockNumber"))", row.log["transactionHash"]?.string ?? "",
        "\(row.quantity("logIndex"))", name, facts ?? row.log["data"]?.string ?? "",
      ])
    }
    Terminal.list(listing, as: form, under: "logs")
  }

  private static func write(_ rows: [Row], _ coder: TextCoder) {
    Terminal.object { writer in
      writer.name("logs")
      writer.beginArray()
      for row in rows {
        writer.beginObject()
        writer.name("blockNumber")
        writer.number(row.quantity("blockNumber"))
        writer.name("transactionHash")
        writer.string(row.log["transactionHash"]?.string ?? "")
        writer.name("logIndex")
        writer.number(row.quantity("logIndex"))
        writer.name("address")
        writer.string(row.log["address"]?.string ?? "")
        if let event = row.event {
          event.write(coder, &writer)
        } else {
          writer.name("log")
          writer.value(row.log)
        }
        writer.endObject()
      }
      writer.endArray()
    }
  }
}

/// A range of blocks, halved wherever the node says that it is too wide.
private struct LogSearch {
  let client: NodeClient
  let addresses: [Address]
  let topics: [Word]
  let first: UInt128
  let last: UInt128

  func all() throws(ClientFailure) -> [JSONValue] {
    var logs: [JSONValue] = []
    var parts = [(first, last)]
    while let (from, to) = parts.popLast() {
      guard from <= to else { continue }
      do throws(ClientFailure) {
        logs += try part(from, to)
        Terminal.progress("block \(to) of \(last): \(logs.count) events")
      } catch .limited(let text) {
        guard from < to else { throw .limited(text) }
        let middle = from + (to - from) / 2
        parts += [(middle + 1, to), (from, middle)]
      }
    }
    return logs
  }

  private func part(_ from: UInt128, _ to: UInt128) throws(ClientFailure) -> [JSONValue] {
    let result = try client.ask("eth_getLogs") { writer in
      writer.beginObject()
      writer.name("fromBlock")
      writer.string(Hex.quantity(from))
      writer.name("toBlock")
      writer.string(Hex.quantity(to))
      if !addresses.isEmpty {
        writer.name("address")
        writer.beginArray()
        for address in addresses { writer.hex(address.bytes) }
        writer.endArray()
      }
      if !topics.isEmpty {
        writer.name("topics")
        writer.beginArray()
        writer.beginArray()
        for topic in topics { writer.hex(topic.bytes) }
        writer.endArray()
        writer.endArray()
      }
      writer.endObject()
    }
    guard let logs = result.elements else { throw .malformed("eth_getLogs answered no list") }
    return logs
  }
}
