import Cryptography
import Economy
import Primitives
import Testing

@testable import Engine
@testable import Interface

@Suite struct RouterTests {
  private func text(_ response: RoutedResponse) -> String {
    String(decoding: response.body, as: UTF8.self)
  }

  @Test("Every path answers GET and HEAD with the right type")
  func paths() throws {
    let network = try TestNetwork()
    var types = [
      "/": "text/html; charset=utf-8", "/network": "application/json",
      "/healthz": "application/json",
      "/readyz": "application/json", "/openapi.json": "application/json",
    ]
    for asset in FirstPage.assets { types[asset.path] = asset.contentType }
    for kind in Problem.Kind.allCases { types[Problem.path(kind)] = "application/json" }
    for module in Registry.modules {
      types["/abi/\(module.name).json"] = "application/json"
      types["/abi/\(module.name).sol"] = "text/plain; charset=utf-8"
    }
    #expect(Set(network.router.paths) == Set(types.keys))
    for (path, type) in types {
      for method in ["GET", "HEAD"] {
        let response = network.router.respond(method: method, path: path + "?x=1", body: [])
        #expect(response.status == 200 && response.contentType == type, "\(path)")
        #expect(!response.body.isEmpty)
        if type == "application/json" { _ = try JSONParser.parse(response.body) }
      }
    }
  }

  @Test("POST / is JSON-RPC; only notifications answer with no content")
  func rpc() throws {
    let network = try TestNetwork()
    let body = #"{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}"#
    let response = network.router.respond(method: "POST", path: "/", body: Array(body.utf8))
    #expect(response.status == 200 && response.contentType == "application/json")
    #expect(text(response) == #"{"jsonrpc":"2.0","id":1,"result":"0x0"}"#)
    let silent = #"{"jsonrpc":"2.0","method":"eth_blockNumber"}"#
    let nothing = network.router.respond(method: "POST", path: "/", body: Array(silent.utf8))
    #expect(nothing.status == 204 && nothing.body.isEmpty)
    #expect(network.router.respond(method: "POST", path: "/", body: []).status == 200)
  }

  @Test("What is not there is a problem document that names what is")
  func problems() throws {
    let network = try TestNetwork()
    for path in ["/nothing", "", "/abi/none.json", "//", "/network/", "/\"<script>"] {
      let response = network.router.respond(method: "GET", path: path, body: [])
      #expect(response.status == 404 && response.contentType == "application/problem+json")
      let document = try JSONParser.parse(response.body)
      #expect(document["status"]?.whole == 404)
      #expect(document["paths"]?.elements?.contains(.string("/network")) == true)
    }
    let response = network.router.respond(method: "DELETE", path: "/", body: [])
    #expect(response.status == 405)
    #expect(response.headers.contains { $0 == ("Allow", "GET, HEAD, POST") })
    let post = network.router.respond(method: "POST", path: "/network", body: [])
    #expect(post.status == 405 && post.headers.contains { $0 == ("Allow", "GET, HEAD") })
  }

  @Test("The first page tells the head, the supply and what is burned, with text escaped")
  func page() throws {
    let network = try TestNetwork(tokenName: "<b>&\"'Twin")
    try network.send(
      Draft(
        nonce: 0, to: TokenCalls.token,
        data: Array(Keccak256.hash("burn(uint256)").bytes.prefix(4)) + Word(12_500).bytes
      ).sign(network.keys[0]))
    network.makeBlock()
    let response = network.router.respond(method: "GET", path: "/", body: [])
    let html = text(response)
    #expect(html.contains("&lt;b&gt;&amp;&quot;&#39;Twin") && !html.contains("<b>"))
    #expect(html.contains("<dd>1, 2023-11-14T22:13:21Z</dd>"))
    #expect(html.contains("<dd>999999998.75 DTA</dd>") && html.contains("<dd>1.25 DTA</dd>"))
    #expect(html.contains("<code>382001</code>") && !html.contains("%"))
    #expect(html.contains("<script type=\"module\" src=\"/page/app.js\"></script>"))
    let policy = response.headers.first { $0.name == "Content-Security-Policy" }?.value
    #expect(policy?.hasPrefix("default-src 'none'; style-src 'self'; script-src 'self'") == true)
  }

  @Test("A read-only node is not ready, says why, goes on reading, and refuses transactions")
  func readOnly() throws {
    let network = try TestNetwork()
    network.chain.becomeReadOnly("no space")
    let ready = network.router.respond(method: "GET", path: "/readyz", body: [])
    #expect(ready.status == 503 && ready.headers.contains { $0 == ("Retry-After", "1") })
    #expect(try JSONParser.parse(ready.body)["status"] == .string("read-only"))
    #expect(try JSONParser.parse(ready.body)["reason"] == .string("read-only: no space"))
    #expect(network.router.respond(method: "GET", path: "/", body: []).status == 200)
    let raw = Hex.text(
      Draft(nonce: 0, to: network.keys[3].address, value: TestNetwork.weiPerUnit)
        .sign(network.keys[0]))
    let failure = try network.failure("eth_sendRawTransaction", #"["\#(raw)"]"#)
    #expect(failure.code == "-32000" && failure.message == "node is read-only: no space")
  }
}

@Suite struct UTCTimeTests {
  @Test(
    "Known instants",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
      (951_782_400, "2000-02-29T00:00:00Z"), (951_868_800, "2000-03-01T00:00:00Z"),
      (1_700_000_000, "2023-11-14T22:13:20Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
      (253_402_300_799, "9999-12-31T23:59:59Z"), (UInt64.max, "9999-12-31T23:59:59Z"),
    ] as [(UInt64, String)])
  func known(seconds: UInt64, text: String) {
    #expect(UTCTime.text(seconds) == text)
  }
}
