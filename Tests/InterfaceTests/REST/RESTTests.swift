import Cryptography
import Economy
import Primitives
import Testing

@testable import Engine
@testable import Interface

@Suite struct RESTTests {
  private func get(
    _ network: TestNetwork, _ path: String, headers: [String: String] = [:]
  ) throws -> (response: RoutedResponse, json: JSONValue) {
    let parts = path.split(separator: "?", maxSplits: 1)
    let response = network.router.respond(
      to: RoutedRequest(
        method: "GET", path: String(parts[0]), query: parts.count == 2 ? String(parts[1]) : nil,
        header: { headers[$0] }))
    let json = response.body.isEmpty ? JSONValue.null : try JSONParser.parse(response.body)
    return (response, json)
  }

  private func post(
    _ network: TestNetwork, _ path: String, _ body: String, key: String? = nil,
    type: String = "application/json"
  ) throws -> (response: RoutedResponse, json: JSONValue) {
    let response = network.router.respond(
      to: RoutedRequest(method: "POST", path: path, body: Array(body.utf8)) { name in
        ["Content-Type": type, "Idempotency-Key": key ?? ""][name].flatMap { $0.isEmpty ? nil : $0 }
      })
    return (response, try JSONParser.parse(response.body))
  }

  private func encoded(_ text: String) -> String {
    text.utf8.map { "%" + String($0 + 0, radix: 16).leftPadded }.joined()
  }

  @Test("Every declared query answers its example, by name and of the newest block")
  func queries() throws {
    let network = try TestNetwork()
    for module in Registry.modules {
      for (name, query) in ModuleRoutes.named(module.queries, \.name, \.parameters.count) {
        let words = try #require(TextCoder.words(ofExample: query.example))
        let items = zip(query.parameters, words).map { "\($0.name)=\(encoded($1))" }
        let path = "/v1/\(module.name)/\(name)"
        let (response, json) = try get(network, path + "?" + items.joined(separator: "&"))
        // What an empty network does not have is refused by the rules, never for its form.
        #expect([200, 422].contains(response.status), "\(path): \(json.text)")
        guard response.status == 200 else {
          #expect(json.at("/rejection/name")?.string != nil)
          continue
        }
        for result in query.returns { #expect(json[result.name] != nil, "\(path): \(json.text)") }
        #expect(json.at("/asOf/block")?.whole == 0)
        #expect(!query.returns.contains { $0.name == ModuleRoutes.asOf })
      }
    }
  }

  @Test("Every declared operation has a draft whose call data is its example's")
  func drafts() throws {
    let network = try TestNetwork()
    let coder = network.router.rest.coder
    for route in network.router.rest.routes where route.operation.hasSuffix(".draft") {
      let example = try #require(route.body?.example)
      let (response, json) = try post(network, route.template, example.text)
      #expect(response.status == 200, "\(route.template): \(json.text)")
      let data = try #require(json.at("/transaction/data")?.string.flatMap { Hex.bytes($0) })
      let module = try #require(Registry.modules.first { $0.name == route.tag })
      let (_, call) = try #require(Selector(data).flatMap { module.call($0.value) })
      let words = try #require(TextCoder.words(ofExample: call.example))
      #expect(
        try data == coder.callData(selector: call.selector, words, for: call.parameters))
      #expect(json.at("/transaction/to")?.string == module.address.checksummed)
      #expect(json["signature"]?.string == call.signature)
      #expect(json["preview"]?["accepted"]?.bool != nil)
      #expect(json["sentence"]?.string?.hasSuffix(".") == true)
    }
    let drafts = network.router.rest.routes.count { $0.operation.hasSuffix(".draft") }
    #expect(drafts == Registry.modules.reduce(0) { $0 + $1.calls.count })
  }

  @Test("A draft is signed elsewhere, sent, waits, is committed, and tells its events in words")
  func life() throws {
    let network = try TestNetwork()
    let sender = network.keys[0]
    let body = #"{"from":"\#(sender.address.text)","arguments":{"to":"dev.1","amount":"12.5"}}"#
    let (_, draft) = try post(network, "/v1/token/transfer", body)
    #expect(draft["sentence"] == .string("Send 12.5 DTA to dev.1."))
    #expect(draft.at("/preview/accepted") == .bool(true))
    func number(_ name: String) throws -> UInt128 {
      let text = try #require(draft.at("/transaction/\(name)")?.string)
      return try #require(Hex.quantity(text))
    }
    let raw = TransactionDraft(
      chainID: UInt64(try number("chainId")), nonce: UInt64(try number("nonce")),
      maximumPrice: try number("maxFeePerGas"), gasLimit: UInt64(try number("gas")),
      to: try #require(draft.at("/transaction/to")?.string.flatMap { Address(text: $0) }),
      data: try #require(draft.at("/transaction/data")?.string.flatMap { Hex.bytes($0) })
    ).signed(by: sender)
    let sent = #"{"transaction":"\#(Hex.text(raw))"}"#
    let (accepted, answer) = try post(network, "/v1/transactions", sent, key: "k1")
    #expect(accepted.status == 202 && answer["status"] == .string("accepted"))
    let path = try #require(answer.at("/links/self")?.string)
    #expect(accepted.headers.contains { $0 == ("Location", path) })
    let (waiting, before) = try get(network, path)
    #expect(before["status"] == .string("accepted") && before["receipt"] == .null)
    #expect(!waiting.headers.contains { $0.name == "ETag" })
    network.makeBlock()
    let (done, after) = try get(network, path)
    #expect(after["status"] == .string("committed") && after["success"] == .bool(true))
    #expect(after.at("/operation/arguments/amount/units") == .string("125000"))
    #expect(after.at("/block/block")?.whole == 1)
    let sentences = after.at("/receipt/events")?.elements?.compactMap { $0["sentence"]?.string }
    #expect(sentences?.contains("12.5 DTA went from dev.0 to dev.1.") == true)
    #expect(after.at("/receipt/fee/units") == .string("52"))
    let tag = try #require(done.headers.first { $0.name == "ETag" }?.value)
    let (known, nothing) = try get(network, path, headers: ["If-None-Match": tag])
    #expect(known.status == 304 && nothing == .null)
    // The same request again, and the same transaction without the key.
    let (again, same) = try post(network, "/v1/transactions", sent, key: "k1")
    #expect(again.status == 202 && same == answer)
    #expect(again.headers.contains { $0 == ("Idempotency-Replayed", "true") })
    #expect(try post(network, "/v1/transactions", sent).response.status == 202)
    let other = #"{"transaction":"0x02"}"#
    #expect(try post(network, "/v1/transactions", other, key: "k1").response.status == 422)
    let (refused, problem) = try post(network, "/v1/transactions", other, key: "k2")
    #expect(refused.status == 422 && problem["code"] == .string("transaction-refused"))
  }

  @Test("A draft that would be refused says by which rule and what to do")
  func refusedDraft() throws {
    let network = try TestNetwork()
    let body = #"{"from":"dev.3","arguments":{"to":"dev.1","amount":"1"}}"#
    let (response, json) = try post(network, "/v1/token/transfer", body)
    #expect(response.status == 200)
    #expect(json.at("/preview/accepted") == .bool(false))
    #expect(json.at("/preview/rejection/name") == .string("ERC20InsufficientBalance"))
    #expect(json.at("/preview/repair")?.string?.isEmpty == false)
    let anonymous = #"{"arguments":{"to":"dev.1","amount":"1"}}"#
    let (_, open) = try post(network, "/v1/token/transfer", anonymous)
    #expect(open["preview"] == .null && open.at("/transaction/nonce") == nil)
  }

  @Test("Lists are walked by opaque cursors to the very end, each item once")
  func cursors() throws {
    let network = try TestNetwork()
    for nonce in 0..<7 as Range<UInt64> {
      try network.send(
        Draft(nonce: nonce, to: network.keys[3].address, value: TestNetwork.weiPerUnit)
          .sign(network.keys[0]))
      network.makeBlock()
    }
    func walk(_ list: String, _ name: String, limit: Int) throws -> [String] {
      var seen: [String] = []
      var path = "\(list)?limit=\(limit)"
      for _ in 0..<100 {
        let (response, page) = try get(network, path)
        #expect(response.status == 200)
        let items = try #require(page["items"]?.elements)
        #expect(items.count <= limit)
        seen += items.compactMap { $0[name]?.text }
        guard let next = page["next"]?.string else { return seen }
        #expect(response.headers.contains { $0.name == "Link" && $0.value.contains(next) })
        path = "\(list)?limit=\(limit)&cursor=\(next)"
      }
      Issue.record("the list has no end")
      return seen
    }
    for limit in [1, 2, 3, 8, 100] {
      #expect(try walk("/v1/blocks", "number", limit: limit) == (0...7).reversed().map(String.init))
      let hashes = try walk("/v1/transactions", "hash", limit: limit)
      #expect(hashes.count == 8 && Set(hashes).count == 8)
      #expect(try walk("/v1/blocks/3/transactions", "index", limit: limit) == ["0"])
    }
  }

  @Test("Every fault is a problem document with its status, code and repair")
  func problems() throws {
    let network = try TestNetwork()
    func expect(
      _ answer: (response: RoutedResponse, json: JSONValue), _ status: Int, _ code: String
    ) {
      #expect(answer.response.status == status, "\(answer.json.text)")
      #expect(answer.response.contentType == "application/problem+json")
      #expect(answer.json["code"] == .string(code))
      #expect(answer.json["status"]?.whole == UInt128(status))
      #expect(answer.json["type"] == .string("/problems/\(code)"))
      #expect(answer.json["repair"]?.string?.isEmpty == false)
    }
    let none = "0x" + String(repeating: "0", count: 63) + "1"
    expect(try get(network, "/v1"), 404, "no-such-route")
    expect(try get(network, "/v1/token/none"), 404, "no-such-route")
    expect(try get(network, "/v1/blocks/99"), 404, "not-found")
    expect(try get(network, "/v1/blocks/\(none)"), 404, "not-found")
    expect(try get(network, "/v1/transactions/\(none)"), 404, "not-found")
    expect(try get(network, "/v1/blocks/first"), 400, "bad-argument")
    expect(try get(network, "/v1/blocks?limit=0"), 400, "bad-argument")
    expect(try get(network, "/v1/blocks?limit=101"), 400, "bad-argument")
    expect(try get(network, "/v1/blocks?cursor=00"), 400, "bad-cursor")
    expect(try get(network, "/v1/token/balanceOf"), 400, "bad-argument")
    expect(try get(network, "/v1/token/balanceOf?acount=dev.0"), 400, "bad-argument")
    expect(try get(network, "/v1/token/name?x=%"), 400, "bad-argument")
    expect(
      try get(network, "/v1/token/balanceOf?account=dev.0&account=dev.1"), 400, "bad-argument")
    expect(try get(network, "/v1/staking/position?position=9"), 422, "rejected")
    expect(try get(network, "/v1/accounts/nobody"), 400, "bad-argument")
    expect(try get(network, "/v1/search?q="), 400, "bad-argument")
    expect(
      try get(network, "/v1/blocks", headers: ["Accept": "text/html"]), 406, "not-acceptable")
    expect(
      try post(network, "/v1/token/burn", "{}", type: "text/plain"), 415, "unsupported-media-type")
    expect(try post(network, "/v1/token/burn", "{"), 400, "malformed-json")
    expect(try post(network, "/v1/token/burn", "[]"), 400, "malformed-json")
    expect(try post(network, "/v1/token/burn", "{}"), 400, "bad-argument")
    expect(try post(network, "/v1/token/burn", #"{"amount":"1"}"#), 400, "bad-argument")
    expect(
      try post(network, "/v1/transactions", #"{"transaction":"0x"}"#), 400, "bad-argument")
    expect(
      try post(network, "/v1/transactions", "{}", key: String(repeating: "k", count: 256)), 400,
      "bad-argument")
    let method = try post(network, "/v1/blocks", "{}")
    expect(method, 405, "method-not-allowed")
    #expect(method.response.headers.contains { $0 == ("Allow", "GET, HEAD") })
    for kind in Problem.Kind.allCases {
      #expect(try get(network, Problem.path(kind)).json["code"] == .string(kind.rawValue))
    }
    network.chain.becomeReadOnly("no space")
    let raw = Hex.text(
      Draft(nonce: 0, to: network.keys[3].address, value: TestNetwork.weiPerUnit)
        .sign(network.keys[0]))
    let busy = try post(network, "/v1/transactions", #"{"transaction":"\#(raw)"}"#, key: "again")
    expect(busy, 503, "read-only")
    #expect(busy.response.headers.contains { $0 == ("Retry-After", "1") })
    // The key is free again: the refusal was the node's.
    network.chain.becomeWritable()
    #expect(
      try post(network, "/v1/transactions", #"{"transaction":"\#(raw)"}"#, key: "again")
        .response.status == 202)
  }

  @Test("What does not change keeps its ETag; what follows from the state changes with the head")
  func tags() throws {
    let network = try TestNetwork()
    func tag(_ path: String) throws -> String {
      let response = try get(network, path).response
      #expect(response.status == 200)
      return try #require(response.headers.first { $0.name == "ETag" }?.value)
    }
    let heads = ["/v1/token/totalSupply", "/v1/blocks", "/v1/accounts/dev.0", "/v1/search?q=1"]
    let fixed = ["/v1/blocks/0", "/v1/blocks/0/transactions", "/network", "/openapi.json"]
    let before = try (heads + fixed).map(tag)
    #expect(try (heads + fixed).map(tag) == before)
    try network.send(
      Draft(nonce: 0, to: network.keys[3].address, value: TestNetwork.weiPerUnit)
        .sign(network.keys[0]))
    network.makeBlock()
    for (path, old) in zip(heads, before) {
      #expect(try tag(path) != old, "\(path)")
      let response = try get(network, path, headers: ["If-None-Match": old]).response
      #expect(response.status == 200)
    }
    for (path, old) in zip(fixed, before.dropFirst(heads.count)) {
      #expect(try get(network, path, headers: ["If-None-Match": old]).response.status == 304)
    }
  }

  @Test("An account is shown by address or by name; one never seen holds nothing")
  func accounts() throws {
    let network = try TestNetwork()
    let (_, named) = try get(network, "/v1/accounts/dev.0")
    #expect(named.at("/balance/amount") == .string("1000000"))
    #expect(named["kind"] == .string("member"))
    let (_, same) = try get(network, "/v1/accounts/\(network.keys[0].address.text)")
    #expect(same == named)
    let (_, module) = try get(network, "/v1/accounts/token")
    #expect(module["kind"] == .string("module"))
    let (_, burned) = try get(network, "/v1/accounts/sink.burned")
    #expect(burned["kind"] == .string("burned"))
    let (_, pool) = try get(network, "/v1/accounts/pool.rewards")
    #expect(pool["kind"] == .string("named") && pool["name"] == .string("pool.rewards"))
    let (_, stranger) = try get(network, "/v1/accounts/0x00000000000000000000000000000000000000aa")
    #expect(stranger.at("/balance/units") == .string("0") && stranger["name"] == .null)
  }

  @Test("Search finds what a person has at hand")
  func search() throws {
    let network = try TestNetwork()
    func found(_ wanted: String) throws -> [String] {
      let json = try get(network, "/v1/search?q=\(encoded(wanted))").json
      return try #require(json["items"]?.elements).compactMap {
        guard let kind = $0["kind"]?.string, let path = $0["path"]?.string else { return nil }
        return "\(kind) \(path)"
      }
    }
    let head = network.chain.head
    let hash = Hex.text(head.hash.bytes)
    let transaction = Hex.text(head.transactions[0].hash.bytes)
    let account = network.keys[0].address
    #expect(try found("0") == ["block /v1/blocks/0"])
    #expect(try found(hash) == ["block /v1/blocks/0"])
    #expect(try found(transaction) == ["transaction /v1/transactions/\(transaction)"])
    #expect(try found(String(transaction.dropFirst(2))).count == 1)
    #expect(try found(account.text) == ["account /v1/accounts/\(account.checksummed)"])
    #expect(try found(" dev.0 ") == ["account /v1/accounts/\(account.checksummed)"])
    #expect(try found("staking").first == "module /abi/staking.json")
    #expect(try found("exitearly") == ["operation /v1/staking/exitEarly"])
    #expect(try found("999999").isEmpty && found("nobody at all").isEmpty)
  }
}

extension String {
  /// Two digits at least.
  fileprivate var leftPadded: String { count == 1 ? "0" + self : self }
}
