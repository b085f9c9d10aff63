import Engine
import HTTP
import Interface
import Primitives
import Synchronization
import Testing

@testable import Node

@Suite struct ClientLimitsTests {
  /// A server whose only rule is the limits, and a client of it.
  private static func serving(
    _ rates: ClientRates, isBehindProxy: Bool = false,
    _ body: (HTTPClient, ClientLimits, Seen) throws -> Void
  ) throws {
    let limits = ClientLimits(rates, isBehindProxy: isBehindProxy)
    let seen = Seen()
    var configuration = HTTPConfiguration()
    configuration.admit = { limits.admit($0) }
    let server = HTTPServer(configuration: configuration) { request in
      seen.requests.withLock { $0.append(request) }
      return .text("in")
    }
    try server.start()
    defer { server.stop() }
    try body(try HTTPClient(url: "http://127.0.0.1:\(server.port)"), limits, seen)
  }

  fileprivate final class Seen: Sendable {
    let requests = Mutex<[HTTPRequest]>([])
  }

  /// What a body of so many bytes is answered.
  private static func status(_ client: HTTPClient, _ bytes: Int) throws -> Int {
    try client.post("/", body: [UInt8](repeating: 32, count: bytes)).status
  }

  private static let tight = ClientRates(
    requests: Allowance(perSecond: 1, burst: 3), submissions: Allowance(perSecond: 1, burst: 2),
    limitsLoopback: true)

  @Test("decision 31: what is more than a client may ask for is told 429 before it is read")
  func requestsAreCounted() throws {
    try Self.serving(Self.tight) { (client, limits, seen) throws in
      for _ in 0..<3 { #expect(try client.get("/x").status == 200) }
      let refused = try client.post("/", body: Array("not even JSON".utf8))
      #expect(refused.status == 429)
      #expect(UInt64(refused.header("Retry-After") ?? "") == 1)
      let answer = try JSONParser.parse(refused.body)
      #expect(answer["error"]?["code"] == .number("-32005") && answer["id"] == .null)
      #expect(answer["error"]?["message"]?.string?.hasPrefix("limit exceeded") == true)
      let page = try client.get("/x")
      #expect(page.status == 429)
      #expect(page.header("Content-Type") == "application/problem+json")
      #expect(limits.refused.value == 2 && limits.clients == 1)
      #expect(seen.requests.withLock { $0.count } == 3)
    }
  }

  @Test("A large body costs more, and no more than everything")
  func largeBodiesCostMore() throws {
    var rates = Self.tight
    rates.requests = Allowance(perSecond: 1, burst: 20)
    try Self.serving(rates) { (client, _, _) throws in
      #expect(try Self.status(client, 300_000) == 200)
      #expect(try Self.status(client, 30_000) == 429)
      #expect(try Self.status(client, 0) == 200)
    }
    rates.requests = Allowance(perSecond: 1, burst: 2)
    try Self.serving(rates) { (client, _, _) throws in
      #expect(try Self.status(client, 900_000) == 200)
      #expect(try Self.status(client, 0) == 429)
    }
  }

  @Test("This machine's own clients are not limited unless that is asked for")
  func loopbackIsFree() throws {
    var rates = Self.tight
    rates.limitsLoopback = false
    try Self.serving(rates) { (client, limits, _) throws in
      for _ in 0..<20 { #expect(try client.get("/x").status == 200) }
      #expect(limits.clients == 0)
      limits.rates = Self.tight
      #expect(limits.rates == Self.tight)
      let answers = try (0..<5).map { _ in try client.get("/x").status }
      #expect(answers == [200, 200, 200, 429, 429])
    }
  }

  @Test("Behind a proxy the client is whom the proxy saw, not what the client claims")
  func proxies() throws {
    var rates = Self.tight
    rates.limitsLoopback = false
    func header(_ text: String) -> [HTTPHeader] { [HTTPHeader("X-Forwarded-For", text)] }
    try Self.serving(rates, isBehindProxy: true) { (client, _, _) throws in
      for claim in ["1.1.1.1, ", "2.2.2.2, ", ""] {
        #expect(try client.get("/", headers: header(claim + "192.0.2.7")).status == 200)
      }
      #expect(try client.get("/", headers: header("3.3.3.3,192.0.2.7")).status == 429)
      #expect(try client.get("/", headers: header("192.0.2.8")).status == 200)
      // What is no address is the proxy itself.
      #expect(try client.get("/", headers: header("unknown")).status == 200)
    }
    try Self.serving(rates, isBehindProxy: false) { (client, limits, _) throws in
      for _ in 0..<9 { _ = try client.get("/", headers: header("192.0.2.7")) }
      #expect(limits.clients == 0)
    }
  }

  @Test("A batch and its transactions are counted before any of it is run")
  func batchesAreCounted() throws {
    var rates = Self.tight
    rates.requests = Allowance(perSecond: 1, burst: 100)
    try Self.serving(rates) { (client, limits, seen) throws in
      let folder = try NodeFolder()
      let node = try folder.serve()
      defer { node.stop() }
      _ = try client.get("/")
      let request = try #require(seen.requests.withLock { $0.first })
      let router = Router(node.chain, Configuration(version: "0", clientVersion: "0"))
      func send(_ body: String) throws -> (Int, JSONValue) {
        let answer = router.respond(
          method: "POST", path: "/", body: Array(body.utf8), allowance: limits.allowance(request))
        return (answer.status, try JSONParser.parse(answer.body))
      }
      func calls(_ method: String, _ count: Int) -> String {
        let all = (0..<count).map {
          #"{"jsonrpc":"2.0","id":\#($0),"method":"\#(method)","params":["0x01"]}"#
        }
        return "[" + all.joined(separator: ",") + "]"
      }
      #expect(try send(calls("eth_sendRawTransaction", 2)).0 == 200)
      let (status, answer) = try send(calls("eth_sendRawTransaction", 2))
      #expect(status == 429 && answer.elements?.count == 2)
      #expect(answer[1]?["error"]?["code"] == .number("-32005"))
      #expect(answer[1]?["id"] == .number("1"))
      // Reads have a bucket of their own: 99 units were left, 4 went for the two transactions.
      #expect(try send(calls("eth_getLogs", 4)).0 == 200)
      #expect(try send(calls("eth_getLogs", 4)).0 == 429)
      #expect(try send(#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#).0 == 200)
    }
  }
}
