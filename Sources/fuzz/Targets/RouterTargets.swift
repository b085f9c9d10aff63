import Cryptography
import Economy
import Engine
import Interface
import Ledger
import Primitives
import Simulation
import Synchronization

/// What strangers ask of a node, once the transport has taken it: calls, paths, filters of events.
enum RouterTargets {
  static let all = [request, route, events]

  /// The network's router; made anew once a transaction waits, so that each input meets the same.
  private static let kept = Mutex<Router?>(nil)

  /// Uses the router, which must neither change the state nor hold on to what it was asked.
  static func judge(_ body: (Router) -> Verdict) -> Verdict {
    kept.withLock { kept in
      let router = kept ?? Genuine.router()
      kept = router
      let chain = router.rpc.chain
      let root = chain.withState { $0.stateRoot() }
      let verdict = body(router)
      if chain.withState({ $0.stateRoot() }) != root {
        return .broken("a request changed the state")
      }
      if chain.waitingSize.count > 0 { kept = nil }
      return verdict
    }
  }

  // JSON-RPC

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
    words: { words },
    run: { input in
      judge { router in
        let response = router.respond(method: "POST", path: "/", body: input)
        return Answers.judge(calls: response.body, of: response.status)
      }
    })

  /// What means something to the methods.
  static var words: [[UInt8]] {
    JSONRPC.methods.map { Array("\"\($0)\"".utf8) }
      + bytes(
        "\"latest\"", "\"earliest\"", "\"0x0\"", "{\"to\":", "\"data\":", "\"from\":",
        "\"topics\":[null]", "\"fromBlock\":", "\"address\":", "[]", "null")
      + Registry.modules.map { Array("\"\(Hex.text($0.address.bytes))\"".utf8) }
  }

  // Paths

  /// A request as HTTP writes it, lines ended by line feeds: method and path with its query,
  /// headers, an empty line, a body.
  private static let route = Target(
    "route", "method, path, query, headers, body: answered, the state untouched", limit: 4_096,
    seeds: { routes },
    words: {
      bytes(
        "/v1/", "/proof/", "balance/", "/tiles/", "tile/0/", "?", "&", "=", "%2f", "%", "GET ",
        "HEAD ", "POST ", "cursor=", "limit=", "Idempotency-Key: ", "If-None-Match: *\n",
        "Accept: ", "Content-Type: application/json\n", "/api?module=account&action=", "stats",
        "logs",
        "getlogs", "gettxreceiptstatus", "tokensupply", "&fromBlock=", "&topic0=", "&sort=desc")
    },
    run: { input in
      guard let request = Self.request(input) else { return .refused }
      return judge { router in
        let response = router.respond(to: request)
        guard (200...599).contains(response.status) else {
          return .broken("status \(response.status)")
        }
        if request.method == "POST", request.path == "/" {
          return Answers.judge(calls: response.body, of: response.status)
        }
        return Answers.judge(response)
      }
    })

  private static func request(_ input: [UInt8]) -> RoutedRequest? {
    let gap = input.indices.first { input[$0...].starts(with: [0x0a, 0x0a]) } ?? input.count
    let lines = input[..<gap].split(separator: 0x0a)
    guard let words = lines.first?.split(separator: 0x20, maxSplits: 1), words.count == 2,
      let method = String(validating: words[0], as: UTF8.self),
      let target = String(validating: words[1], as: UTF8.self)
    else { return nil }
    let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
      let parts = line.split(separator: 0x3a, maxSplits: 1).map {
        String(decoding: $0, as: UTF8.self)
      }
      guard parts.count == 2 else { return nil }
      return (parts[0].lowercased(), String(parts[1].drop { $0 == " " }))
    }
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return RoutedRequest(
      method: method, path: parts.first.map(String.init) ?? "",
      query: parts.count == 2 ? String(parts[1]) : nil, body: Array(input.dropFirst(gap + 2)),
      header: { name in headers.first { $0.name == name.lowercased() }?.value })
  }

  /// Every path that answers, and every route of the OpenAPI document with its own examples.
  private static var routes: [[UInt8]] {
    let router = Genuine.router()
    let names = router.paths + ["/tiles/checkpoint", "/tiles/tile/0/000.p/4", "/proof/grant/1"]
    var seeds = names.map { "GET \($0)\n" } + ["POST /\n\n{}", "PUT /network\n"]
    let answer = router.respond(method: "GET", path: "/openapi.json", body: [])
    let document = try? JSONParser.parse(answer.body)
    for path in document?["paths"]?.members ?? [] {
      for route in path.value.members ?? [] {
        seeds.append(example(route.name.uppercased(), path.name, route.value))
      }
    }
    // A second page, with a cursor of the node's own making.
    let sender = Genuine.record.blocks.flatMap(\.transactions).first?.sender.checksummed ?? ""
    let histories = ["transactions", "transfers", "earnings"].map { "/v1/accounts/\(sender)/\($0)" }
    for path in ["/v1/blocks", "/v1/transactions"] + histories {
      seeds.append("GET \(path)?limit=2&format=csv\n")
      let page = router.respond(method: "GET", path: path + "?limit=1", body: [])
      if let next = (try? JSONParser.parse(page.body))?["next"]?.string {
        seeds.append("GET \(path)?cursor=\(next)&limit=2\n")
      }
    }
    for action in ["txlist", "tokentx", "balance", "txlistinternal"] {
      seeds.append("GET /api?module=account&action=\(action)&address=\(sender)&page=1&offset=2\n")
    }
    return seeds.map { Array($0.utf8) }
  }

  private static func example(_ method: String, _ path: String, _ route: JSONValue) -> String {
    var path = path
    var query: [String] = []
    var headers = ""
    for parameter in route["parameters"]?.elements ?? [] {
      let name = parameter["name"]?.string ?? ""
      let example = parameter["example"].map { $0.string ?? $0.text } ?? "1"
      switch parameter["in"]?.string {
      case "path": path = path.replacing("{\(name)}", with: example)
      case "query": query.append("\(name)=\(example)")
      default: headers += "\(name): \(example)\n"
      }
    }
    var body = ""
    if let content = route["requestBody"]?["content"]?.members?.first {
      headers += "Content-Type: \(content.name)\n"
      body = (content.value["example"] ?? .object([])).text
    }
    let target = query.isEmpty ? path : "\(path)?\(query.joined(separator: "&"))"
    return "\(method) \(target)\n\(headers)\n\(body)"
  }

  // News

  /// Which parts are given, in a byte, then module, account, event and last id, a line each.
  private static let events = Target(
    "events", "a follower's filter and place: a stream of whole messages, or a refusal",
    limit: 512,
    seeds: {
      [[0], [1] + "staking".utf8, [4] + "\n\nTransfer".utf8, [4] + "\n\nblock".utf8]
        + [[8] + "\n\n\n1".utf8, [8] + "\n\n\n2.0".utf8, [12] + "\n\nTransfer\n1.1".utf8]
        + [[2] + "\n\(Registry.modules[0].address.checksummed)".utf8]
    },
    words: {
      bytes("\n", "block", "staking", "token", "Transfer", ".", "0x", "18446744073709551615")
    },
    run: { input in
      guard let given = input.first,
        let text = String(validating: input.dropFirst(), as: UTF8.self)
      else { return .refused }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      func part(_ place: Int) -> String? {
        given >> place & 1 == 0 ? nil : (place < lines.count ? lines[place] : "")
      }
      return judge { router in
        do throws(EventFilterFailure) {
          let stream = try Broadcast(router.rpc).events(
            module: part(0), account: part(1), event: part(2), after: part(3))
          return Answers.judge(events: stream.next {})
        } catch {
          return error.text.isEmpty ? .broken("a refusal says nothing") : .refused
        }
      }
    })
}

/// What every answer of a node must be.
enum Answers {
  /// Anything but calls: JSON where it says so, and a problem's status is the answer's.
  static func judge(_ response: RoutedResponse) -> Verdict {
    if response.contentType.hasSuffix("json"), !response.body.isEmpty {
      guard let value = try? JSONParser.parse(response.body) else {
        return .broken("an answer is no JSON")
      }
      if response.contentType.hasSuffix("problem+json"),
        value["status"]?.whole != UInt128(response.status)
      {
        return .broken("a problem of status \(response.status) says another")
      }
    }
    return response.status < 400 ? .accepted : .refused
  }

  /// Every answer to a call has a result or an error, never both.
  static func judge(calls body: [UInt8], of status: Int) -> Verdict {
    if status == 204 { return .unless(!body.isEmpty, "no content is some") }
    guard let value = try? JSONParser.parse(body) else { return .broken("an answer is no JSON") }
    for answer in value.elements ?? [value]
    where (answer["result"] == nil) == (answer["error"] == nil) {
      return .broken("an answer without exactly one of result and error: \(answer.text)")
    }
    return value["error"] == nil ? .accepted : .refused
  }

  /// Messages of text/event-stream, each with a name and a line of JSON.
  static func judge(events bytes: [UInt8]) -> Verdict {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix("retry: 2000\n\n"), text.hasSuffix("\n\n") else {
      return .broken("a stream begins or breaks off within a message")
    }
    for message in text.split(separator: "\n\n").dropFirst() {
      let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
      guard lines.first?.hasPrefix("event: ") == true, let data = lines.last,
        data.hasPrefix("data: "), (2...3).contains(lines.count),
        (try? JSONParser.parse(Array(data.dropFirst(6).utf8))) != nil
      else { return .broken("a message of another form: \(message.prefix(80))") }
    }
    return .accepted
  }
}
