import Arguments
import Glibc
import HTTP
import Node
import Primitives

/// `freehold admin`: a node at work, for its operator.
enum AdminCommand {
  private static let place = [
    Option("data", .path, "DIR", help: "The node's data folder.", environment: .top),
    Option(
      "admin-socket", .path, "FILE",
      help: "The operator's socket; admin.sock in the data folder if none.", environment: .top),
  ]

  static let row = Command(
    group: "admin", summary: "Watch and steer a node at work, over its operator's socket.",
    discussion: """
      The socket is for the node's own user and root; nothing of this answers on the public port. \
      Every command prints what the node says then.
      """,
    example: "freehold admin status --data .freehold/dta",
    subcommands: [
      row("status", "Say how the node stands."),
      row("connections", "Say who is connected."),
      row("pool", "Say what waits for a block, by account."),
      row(
        "drop", "Throw out what waits of an account.",
        positionals: [Positional("ACCOUNT", .address, help: "The account that signed it.")],
        example: "drop 0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
      row(
        "limits", "Show the rates, or change those that are given, until the next start.",
        options: [
          rate("requests", "Units of work a second for each client."),
          rate("submissions", "Transactions a second from each client."),
          rate("account", "Transactions a second signed by each account."),
          Option(
            "loopback", .choice(["true", "false"]), "BOOL",
            help: "Whether this machine's own clients are limited."),
        ], example: "limits --requests 500"),
      row(
        "log-level", "Show the log's level, or change it.",
        positionals: [
          Positional(
            "LEVEL", .choice(LogEvent.Level.allCases.map(\.rawValue)),
            help: "The least that is told.", arity: .optional)
        ], example: "log-level debug"),
      row("checkpoint", "Write a checkpoint of the head and wait until it is there."),
      row("certificate", "Read the certificate and its key again."),
      row("drain", "Take no transactions any more; reads go on, /readyz says draining."),
      row("resume", "Take transactions again."),
      row("stop", "Drain and end the process, as SIGTERM does."),
    ])

  private static func row(
    _ name: String, _ summary: String, options: [Option] = [], positionals: [Positional] = [],
    example: String? = nil
  ) -> Command {
    Command(
      name, summary: summary, options: options + place, positionals: positionals,
      example: "freehold admin \(example ?? name) --data .freehold/dta")
  }

  private static func rate(_ name: String, _ help: String) -> Option {
    Option(name, .number(0...1_000_000_000), "COUNT", help: help + " 0 for no limit.")
  }

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    guard
      let path = match.text("admin-socket")
        ?? match.text("data").map({ "\($0)/\(DataFolder.adminSocket)" })
    else {
      Terminal.fail("give --data, the node's data folder, or --admin-socket", json: json)
      return .usage
    }
    let client = HTTPClient(unixSocket: path)
    let verb = match.path.last ?? ""
    do throws(ClientFailure) {
      let answer = try ask(client, verb, match)
      if verb == "checkpoint" {
        return report(try wait(client, for: answer), json: json)
      }
      return report(answer, json: json)
    } catch {
      return DeclaredCommands.fail(error, nil, nil, json: json)
    }
  }

  private static func ask(
    _ client: HTTPClient, _ verb: String, _ match: Match
  ) throws(ClientFailure) -> JSONValue {
    switch verb {
    case "drop": return try post(client, "/pool/drop?account=\(match.text("ACCOUNT") ?? "")")
    case "limits":
      let given = ["requests", "submissions", "account"].compactMap { name in
        match.number(name).map { "\(name)=\($0)" }
      }
      let all = given + (match.text("loopback").map { ["loopback=\($0)"] } ?? [])
      return all.isEmpty
        ? try get(client, "/limits")
        : try post(client, "/limits?" + all.joined(separator: "&"))
    case "log-level":
      guard let level = match.text("LEVEL") else { return try get(client, "/log-level") }
      return try post(client, "/log-level?level=\(level)")
    case "status", "connections", "pool": return try get(client, "/" + verb)
    default: return try post(client, "/" + verb)
    }
  }

  private static func get(
    _ client: HTTPClient, _ target: String
  ) throws(ClientFailure) -> JSONValue {
    let reply: HTTPReply
    do throws(HTTPClientFailure) {
      reply = try client.get(target)
    } catch {
      throw .unreachable(error.description)
    }
    return try read(reply)
  }

  private static func post(
    _ client: HTTPClient, _ target: String
  ) throws(ClientFailure) -> JSONValue {
    let reply: HTTPReply
    do throws(HTTPClientFailure) {
      reply = try client.post(target, body: [])
    } catch {
      throw .unreachable(error.description)
    }
    return try read(reply)
  }

  private static func read(_ reply: HTTPReply) throws(ClientFailure) -> JSONValue {
    guard let document = try? JSONParser.parse(reply.body) else {
      throw .malformed("HTTP \(reply.status) without JSON: is a node's operator's socket there?")
    }
    if reply.status == 200 { return document }
    throw .refused(message: document["error"]?.string ?? "HTTP \(reply.status)", data: nil)
  }

  /// Until there is a checkpoint of the height that was the head, or none after a minute.
  private static func wait(
    _ client: HTTPClient, for asked: JSONValue
  ) throws(ClientFailure) -> JSONValue {
    let height = asked["height"]?.whole ?? 0
    for round in 0..<600 {
      let status = try get(client, "/status")
      if let made = status["checkpoint"]?.whole, made >= height {
        Terminal.progressEnds()
        return .object([
          JSONMember("checkpoint", .number(String(made))),
          JSONMember("height", status["height"] ?? .null),
        ])
      }
      if height == 0 { break }
      Terminal.progress("waiting for the checkpoint, \(round / 10) s")
      usleep(100_000)
    }
    Terminal.progressEnds()
    throw .absent("no checkpoint of height \(height) was written: see what the node's log says")
  }

  private static func report(_ answer: JSONValue, json: Bool) -> ExitCode {
    if json {
      var writer = JSONWriter()
      writer.value(answer)
      Terminal.print(String(decoding: writer.bytes, as: UTF8.self))
      return .success
    }
    guard case .object(let members) = answer else { return .failed }
    for member in members {
      switch member.value {
      case .array(let rows): for row in rows { Terminal.print("  " + line(row)) }
      default: Terminal.print(padded(member.name, 21) + text(member.value))
      }
    }
    return .success
  }

  private static func line(_ row: JSONValue) -> String {
    guard case .object(let members) = row else { return text(row) }
    return members.map { "\($0.name) \(text($0.value))" }.joined(separator: "  ")
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: "-"
    case .bool(let value): value ? "yes" : "no"
    case .number(let text), .string(let text): text
    case .array, .object: "…"
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
