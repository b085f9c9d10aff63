import Primitives
import Testing

@testable import Interface

@Suite struct ReadinessTests {
  private func refuse(_ body: String) -> RoutedResponse {
    Readiness.refuse(
      method: "POST", path: "/", body: Array(body.utf8), reason: "replaying: height 7")
  }

  @Test("Before the chain is there, every call of JSON-RPC gets an error of its own id")
  func calls() throws {
    let one = refuse(#"{"jsonrpc":"2.0","id":"a","method":"eth_blockNumber"}"#)
    #expect(one.status == 503 && one.headers.contains { $0 == ("Retry-After", "1") })
    let answer = try JSONParser.parse(one.body)
    #expect(answer["id"] == .string("a"))
    #expect(answer.at("/error/code") == .number("-32000"))
    #expect(answer.at("/error/message") == .string("node is not ready: replaying: height 7"))
    let batch = refuse(#"[{"id":1,"jsonrpc":"2.0","method":"a"},{"id":2},3]"#)
    let ids = try #require(try JSONParser.parse(batch.body).elements).map { $0["id"] }
    #expect(ids == [.number("1"), .number("2"), .null])
    for hostile in ["", "{", "[]", "null", String(repeating: "[", count: 100_000)] {
      let answer = try JSONParser.parse(refuse(hostile).body)
      #expect(answer["id"] == .null && answer.at("/error/code") == .number("-32000"))
    }
  }

  @Test("Other paths get a problem document; readiness names its kind")
  func documents() throws {
    let page = Readiness.refuse(method: "GET", path: "/network", body: [], reason: "replaying: 1")
    #expect(page.status == 503 && page.contentType == "application/problem+json")
    #expect(try JSONParser.parse(page.body)["status"]?.whole == 503)
    let ready = Readiness.response(reason: nil, height: 3)
    #expect(String(decoding: ready.body, as: UTF8.self) == #"{"status":"ready","height":3}"#)
    let draining = Readiness.response(reason: "draining: the node is stopping", height: 3)
    #expect(draining.status == 503)
    #expect(try JSONParser.parse(draining.body)["status"] == .string("draining"))
    #expect(Readiness.alive.status == 200)
  }

  @Test("Unknown methods count as other, known ones by name")
  func methodCalls() throws {
    let network = try TestNetwork()
    for method in ["eth_chainId", "eth_chainId", "made_up", "made_up_too"] {
      let body = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)"}"#
      _ = network.router.respond(method: "POST", path: "/", body: Array(body.utf8))
    }
    _ = network.router.respond(method: "POST", path: "/", body: Array("5".utf8))
    let counts = network.router.rpc.calls.all.filter { $0.count > 0 }
    #expect(counts.map(\.method) == ["eth_chainId", "other"])
    #expect(counts.map(\.count) == [2, 3])
  }
}
