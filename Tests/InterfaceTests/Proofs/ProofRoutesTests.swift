import Cryptography
import Economy
import Primitives
import Testing

@testable import Engine
@testable import Interface

@Suite struct ProofRoutesTests {
  private func router(_ network: ProofNetwork) -> Router {
    let log = LogAccess(
      key: network.signer.key.text, origin: network.signer.key.name,
      file: { ["checkpoint": [1], "tile/0/000.p/6": [2]][$0] },
      inclusion: { (height) throws(TileFailure) in
        if height == 1 { throw .behind("not yet") }
        return try network.inclusion(of: height)
      })
    return Router(
      network.chain, Configuration(version: "0.1.0", clientVersion: "Freehold/test", log: log))
  }

  @Test("Proofs and tiles are answered with their types and caching")
  func answers() throws {
    let network = try ProofNetwork()
    let router = router(network)
    for subject in network.subjects {
      let path = "/proof/\(subject.kind)/\(subject.text)"
      let response = router.respond(method: "GET", path: path, body: [])
      #expect(response.status == 200 && response.contentType == "application/json")
      #expect(try ProofCheck.verify(response.body).subject == subject)
      #expect(router.respond(method: "HEAD", path: path, body: []).status == 200)
    }
    let checkpoint = router.respond(method: "GET", path: "/tiles/checkpoint", body: [])
    #expect(checkpoint.body == [1] && checkpoint.contentType == "text/plain; charset=utf-8")
    #expect(checkpoint.headers.contains { $0 == ("Cache-Control", "no-cache") })
    let tile = router.respond(method: "GET", path: "/tiles/tile/0/000.p/6", body: [])
    #expect(tile.body == [2] && tile.contentType == "application/octet-stream")
    #expect(tile.headers.contains { $0.name == "Cache-Control" && $0.value.contains("immutable") })
  }

  @Test("What is not there is a problem document with the right status")
  func problems() throws {
    let network = try ProofNetwork()
    let router = router(network)
    let stake = Hex.text(network.sent[0].bytes)
    for (path, status) in [
      ("/tiles/", 404), ("/tiles/tile/0/001", 404), ("/tiles/../keys/log.key", 404),
      ("/proof/", 404), ("/proof/balance", 404), ("/proof/balance/", 404),
      ("/proof/balance/0x12", 404), ("/proof/grant/0", 404), ("/proof/grant/01", 404),
      ("/proof/grant/1/2", 404), ("/proof/grant/99999", 404), ("/proof/position/-1", 404),
      ("/proof/supply/1", 404), ("/proof/receipt/\(stake)", 503), ("/tiles", 404),
    ] {
      let response = router.respond(method: "GET", path: path, body: [])
      #expect(response.status == status, "\(path)")
      #expect(response.contentType == "application/problem+json")
      #expect(try JSONParser.parse(response.body)["status"]?.whole == UInt128(status))
      #expect(response.headers.contains { $0.name == "Retry-After" } == (status == 503))
    }
    for path in ["/tiles/checkpoint", "/proof/grant/1"] {
      #expect(router.respond(method: "POST", path: path, body: []).status == 405)
    }
  }

  @Test("Discovery names the log, and only where there is one")
  func discovery() throws {
    let network = try ProofNetwork()
    let body = router(network).respond(method: "GET", path: "/network", body: []).body
    let log = try #require(try JSONParser.parse(body)["log"])
    #expect(log["key"] == .string(network.signer.key.text) && log["prefix"] == .string("/tiles"))
    #expect(log["origin"] == .string(network.signer.key.name))
    let none = Router(network.chain, Configuration(version: "0.1.0", clientVersion: "test"))
    #expect(
      try JSONParser.parse(none.respond(method: "GET", path: "/network", body: []).body)["log"]
        == nil)
    #expect(none.respond(method: "GET", path: "/tiles/checkpoint", body: []).status == 404)
  }
}
