import Arguments
import Cryptography
import Economy
import Engine
import HTTP
import Interface
import Ledger
import Primitives
import Simulation
import Synchronization

/// What strangers send to a node, and what a person types.
enum DoorTargets {
  static let all = [request, route, httpTarget, arguments]

  // JSON-RPC and paths

  /// The network's router; made anew once a transaction waits, so that each input meets the same.
  private static let router = Mutex<Router?>(nil)

  private static func respond(method: String, path: String, body: [UInt8]) -> Verdict {
    router.withLock { kept in
      let router = kept ?? fresh()
      kept = router
      let root = router.rpc.chain.withState { $0.stateRoot() }
      let response = router.respond(method: method, path: path, body: body)
      let chain = router.rpc.chain
      if chain.withState({ $0.stateRoot() }) != root {
        return .broken("a request changed the state")
      }
      if chain.waitingSize.count > 0 { kept = nil }
      guard (200...599).contains(response.status) else {
        return .broken("status \(response.status)")
      }
      if response.contentType.hasSuffix("json"), !response.body.isEmpty {
        guard let value = try? JSONParser.parse(response.body) else {
          return .broken("an answer is no JSON")
        }
        if method == "POST", path == "/" { return judge(value) }
      }
      return response.status < 400 ? .accepted : .refused
    }
  }

  /// Every answer has a result or an error, never both.
  private static func judge(_ value: JSONValue) -> Verdict {
    for answer in value.elements ?? [value]
    where (answer["result"] == nil) == (answer["error"] == nil) {
      return .broken("an answer without exactly one of result and error: \(answer.text)")
    }
    return value["error"] == nil ? .accepted : .refused
  }

  private static func fresh() -> Router {
    let network = Genuine.live(3)
    let log = network.log
    return Router(
      network.chain,
      Configuration(
        version: "1", clientVersion: "Freehold/1/test", development: nil,
        log: LogAccess(
          key: log.key.text, origin: BlockLog<SimulatedDisk>.origin(network.chain),
          file: { network.disk.contents("tiles/\($0)") },
          inclusion: { (height) throws(TileFailure) in try log.inclusion(of: height) })))
  }

  private static let request = Target(
    "request", "a JSON-RPC body: answered by JSON, the state untouched", limit: 8_192,
    seeds: {
      let pieces = ["", #""latest""#, #""0x1",true"#, #"{"fromBlock":"0x0"}"#]
      var seeds = JSONRPC.methods.enumerated().map { place, method in
        #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":[\#(pieces[place % 4])]}"#
      }
      for one in Genuine.transactions.prefix(2) {
        let call = #"{"jsonrpc":"2.0","id":2,"method":"eth_sendRawTransaction","params":["#
        seeds.append(call + "\"\(Hex.text(one))\"]}")
      }
      seeds.append(#"[{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},1,{}]"#)
      return seeds.map { Array($0.utf8) }
    },
    words: {
      JSONRPC.methods.map { Array("\"\($0)\"".utf8) }
        + bytes(
          "\"latest\"", "\"earliest\"", "\"0x0\"", "{\"to\":", "\"data\":", "\"from\":",
          "\"topics\":[null]", "\"fromBlock\":", "\"address\":", "[]", "null")
        + Registry.modules.map { Array("\"\(Hex.text($0.address.bytes))\"".utf8) }
    },
    run: { respond(method: "POST", path: "/", body: $0) })

  /// Method, path and query on the first line, then a body.
  private static let route = Target(
    "route", "method, path and query: answered, the state untouched", limit: 2_048,
    seeds: {
      let router = fresh()
      let names = router.paths + ["/tiles/checkpoint", "/tiles/tile/0/000.p/4", "/proof/grant/1"]
      return names.map { Array("GET \($0)\n".utf8) } + bytes("POST /\n{}", "PUT /network\n", "GET")
    },
    words: { bytes("/proof/", "balance/", "/tiles/", "tile/0/", "?", "%2f", "GET ", "HEAD ") },
    run: { input in
      let line = input.prefix { $0 != 0x0a }
      let words = line.split(separator: 0x20, maxSplits: 1)
      guard words.count == 2, let method = String(validating: words[0], as: UTF8.self),
        let path = String(validating: words[1], as: UTF8.self)
      else { return .refused }
      return respond(method: method, path: path, body: Array(input.dropFirst(line.count + 1)))
    })

  // HTTP

  private static let httpTarget = Target(
    "target", "a request target and its query, a URL: decoded as they were encoded", limit: 1_024,
    seeds: { bytes("/", "/a%20b?x=1&y=%2b+", "http://h:1/a?b", "http://[::1]:80/a", "*", "/%ff") },
    words: { bytes("%00", "%2F", "%", "http://", "https://", "?", "&", "=", "[", "]", "@") },
    run: { input in
      guard let text = String(validating: input, as: UTF8.self) else { return .refused }
      _ = try? HTTPClient(url: text)
      _ = Endpoint(text)
      guard let (path, query) = splitTarget(text) else { return .refused }
      if path.utf8.first != 0x2f || path.utf8.contains(0) { return .broken("a path \(path)") }
      if let query { _ = percentDecoded(query.utf8, plusIsBlank: true) }
      let encoded = path.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
      let again = splitTarget("/" + encoded.dropFirst().joined())
      return .unless(again?.path != path, "the path \(path) has another encoding")
    })

  // Command line

  /// Words parted by zero bytes; the first byte says whether the environment speaks too.
  private static let arguments = Target(
    "arguments", "a command line: the same values when it is written out again", limit: 1_024,
    seeds: {
      [
        "run\0--count=5\0file\0a\0b", "run\0--kind\0one\0--flag\0--\0-x",
        "group\0inner\0--at\01970",
        "help\0run", "--version", "run\0--who\00xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
      ]
      .map { [0] + Array($0.utf8) }
    },
    words: { bytes("\0", "--", "--count", "--kind", "--at=", "--where", "=", "-", "group", "run") },
    run: { input in
      guard let first = input.first else { return .refused }
      let parts = input.dropFirst().split(separator: 0, omittingEmptySubsequences: false)
      let words = parts.compactMap { String(validating: $0, as: UTF8.self) }
      let spoken = first % 2 == 1 ? words.last : nil
      do throws(UsageFailure) {
        guard case .run(let match) = try program.parse(words, environment: { _ in spoken }) else {
          return .accepted
        }
        if let number = match.number("count"), number > 9 { return .broken("a count of \(number)") }
        var again = match.path
        for option in ["count", "kind", "who", "at", "where"] {
          again += match.texts(option).map { "--\(option)=\($0)" }
        }
        if match.flag("flag") { again.append("--flag") }
        again += ["--"] + match.texts("FILE") + match.texts("REST")
        guard case .run(let second) = try program.parse(again, environment: { _ in nil }) else {
          return .broken("\(again) does not run")
        }
        return .unless(
          second.texts("REST") != match.texts("REST")
            || second.text("count") != match.text("count"),
          "\(again) says something else")
      } catch {
        return error.text.isEmpty ? .broken("a refusal says nothing") : .refused
      }
    })

  /// A command of every kind of value and place.
  private static let program = Program(
    root: Command(
      group: "tool", summary: "Tries every kind.", example: "tool run",
      subcommands: [
        Command(
          "run", summary: "Takes everything.",
          options: [
            Option("count", .number(0...9), "N", help: "A number.", environment: .top),
            Option("kind", .choice(["one", "two"]), "WORD", help: "A choice.", isRepeatable: true),
            Option("who", .address, "ADDRESS", help: "An account.", environment: .section("a")),
            Option("at", .time, "TIME", help: "An instant."),
            Option("where", .endpoint, "PLACE", help: "A place.", isRepeatable: true),
            Option("flag", .flag, help: "A flag.", environment: .top),
          ],
          positionals: [
            Positional("FILE", .path, help: "A file.", arity: .optional),
            Positional("REST", .text, help: "Others.", arity: .many),
          ], example: "tool run"),
        Command(
          group: "group", summary: "Holds one.", example: "tool group inner",
          subcommands: [
            Command(
              "inner", summary: "Takes a time.",
              options: [Option("at", .time, "TIME", help: "When.", isRequired: true)],
              example: "tool group inner --at 0")
          ]),
      ]), version: "1", environmentPrefix: "TOOL")
}
