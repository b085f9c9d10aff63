import Arguments
import Cryptography
import Interface
import Node
import Primitives

/// `freehold export`: an account's history for a spreadsheet or a program, from a node or a folder.
enum ExportCommand {
  static let row = Command(
    "export", summary: "Export an account's transactions, transfers or earnings.",
    discussion: """
      Writes everything in the order of time, to standard output: CSV (RFC 4180) with amounts as \
      plain decimals of whole tokens, or a JSON array. With --data it reads a folder's index, with \
      or without its node; otherwise it asks a node.
      """,
    options: [
      NodeClient.option, KeyFolder.option,
      Option(
        "data", .path, "DIR", help: "Read this data folder instead of asking a node."),
      Option("account", .text, "ACCOUNT", help: "An address or a name.", isRequired: true),
      Option(
        "kind", .choice(HistoryKind.allCases.map(\.rawValue)), "LIST", help: "Which list.",
        defaultValue: HistoryKind.earnings.rawValue),
      Option(
        "format", .choice(["csv", "json"]), "FORM", help: "How to write it.",
        defaultValue: "csv"),
      Option("from", .time, "TIME", help: "The earliest time, itself included."),
      Option("to", .time, "TIME", help: "The latest time, itself included."),
      Option("rule", .text, "RULE", help: "Of earnings: only these, such as staking.Claimed."),
      Option("pool", .text, "POOL", help: "Of earnings: only out of this pool or wallet."),
      Option(
        "which", .choice(["income", "returned", "all"]), "KIND",
        help: "Of earnings: what is new to the account, its own that came back, or both.",
        defaultValue: "income"),
    ],
    example: "freehold export --account dev.0 --kind earnings --format csv")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    let isCSV = match.text("format") != "json"
    guard let kind = match.text("kind").flatMap({ HistoryKind(rawValue: $0) }) else {
      return .usage
    }
    do throws(ClientFailure) {
      if let data = match.text("data") {
        try exportFolder(IndexFile(DataFolder(data)), kind, match, isCSV: isCSV)
      } else {
        try exportNode(kind, match, isCSV: isCSV)
      }
      Terminal.progressEnds()
      return .success
    } catch {
      return DeclaredCommands.fail(error, nil, nil, json: json)
    }
  }

  private static func bounds(_ match: Match) -> (from: UInt64?, to: UInt64?) {
    (
      match.text("from").flatMap { UnixTime.seconds(of: $0) },
      match.text("to").flatMap { UnixTime.seconds(of: $0) }
    )
  }

  // A folder

  private static func exportFolder(
    _ file: IndexFile, _ kind: HistoryKind, _ match: Match, isCSV: Bool
  ) throws(ClientFailure) {
    let archive: any BlockArchive
    let form: HistoryForm
    do throws(IndexFailure) {
      form = try file.form()
      archive = try file.archive()
    } catch {
      throw .malformed(error.text)
    }
    let text = match.text("account") ?? ""
    guard let account = try KeyFolder(match).book().address(text) ?? form.address(text) else {
      throw .usage(
        "'\(text)' is no address and no account of this network: give "
          + "0x and 40 hex digits, or a name of its economy file")
    }
    var list = HistoryList(kind, of: account)
    (list.from, list.to) = bounds(match)
    list.newestFirst = false
    list.filter = EarningFilter(
      rule: match.text("rule"), pool: match.text("pool"),
      kind: match.text("which").flatMap { EarningReason.Kind(rawValue: $0) })
    var output = Output(isCSV: isCSV)
    if isCSV { Terminal.print(form.csvHeader(kind), newline: false) }
    do throws(ArchiveFailure) {
      try list.all(archive, form) { rows in
        if isCSV {
          Terminal.print(rows.map { form.csv($0) }.joined(), newline: false)
        } else {
          for row in rows {
            var writer = JSONWriter()
            form.write(row, kind, to: &writer)
            output.item(writer.text)
          }
        }
        return true
      }
    } catch {
      throw .malformed(error.text)
    }
    output.end()
  }

  // A node

  private static func exportNode(
    _ kind: HistoryKind, _ match: Match, isCSV: Bool
  ) throws(ClientFailure) {
    let client = try NodeClient(match.text("node") ?? "")
    let network = try client.network(try KeyFolder(match).book().names)
    let coder = TextCoder(network.vocabulary)
    let account = try coder.account(match.text("account") ?? "", "--account")
    var path = "/v1/accounts/\(account.checksummed)/\(kind.rawValue)"
    path += "?order=oldest&limit=\(HistoryList.most)&format=\(isCSV ? "csv" : "json")"
    let (from, to) = bounds(match)
    if let from { path += "&from=\(from)" }
    if let to { path += "&to=\(to)" }
    if kind == .earnings {
      path += "&kind=\(match.text("which") ?? "income")"
      for name in ["rule", "pool"] {
        if let value = match.text(name) { path += "&\(name)=\(try plain(value, name))" }
      }
    }
    var output = Output(isCSV: isCSV)
    var next: String? = path
    var isFirst = true
    while let page = next {
      let answer = try client.page(page)
      let text = String(decoding: answer.body, as: UTF8.self)
      if isCSV {
        // Every page has the header; one is enough.
        let rest = isFirst ? text[...] : text.utf8.drop { $0 != 0x0a }.dropFirst().text
        Terminal.print(String(rest), newline: false)
      } else {
        for item in (try? JSONParser.parse(answer.body))?["items"]?.elements ?? [] {
          output.item(item.text)
        }
      }
      isFirst = false
      next = answer.next
    }
    output.end()
  }

  /// Names of rules and pools have nothing that a URL would take for something else.
  private static func plain(_ text: String, _ name: String) throws(ClientFailure) -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        || $0 == "." || $0 == "-"
    }
    guard isPlain, !text.isEmpty else {
      throw .usage("--\(name): '\(text)' is no name: letters, digits and dots are")
    }
    return text
  }
}

/// A JSON array, written as it comes.
private struct Output {
  private let isCSV: Bool
  private var count = 0

  init(isCSV: Bool) {
    self.isCSV = isCSV
    if !isCSV { Terminal.print("[", newline: false) }
  }

  mutating func item(_ text: String) {
    Terminal.print((count == 0 ? "\n" : ",\n") + text, newline: false)
    count += 1
  }

  func end() {
    if !isCSV { Terminal.print(count == 0 ? "]" : "\n]") }
  }
}

extension Substring.UTF8View {
  fileprivate var text: Substring { Substring(self) }
}
