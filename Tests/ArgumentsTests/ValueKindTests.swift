import Arguments
import Testing

@Suite struct ValueKindTests {
  @Test(
    "times are unix seconds or RFC 3339 in UTC",
    arguments: [
      ("0", 0), ("1767225600", 1_767_225_600), ("1970-01-01T00:00:00Z", 0),
      ("2000-02-29T12:00:00Z", 951_825_600), ("2026-11-21T02:31:00Z", 1_795_228_260),
      ("2100-03-01T00:00:00Z", 4_107_542_400),
    ] as [(String, UInt64)])
  func times(_ text: String, _ seconds: UInt64) {
    #expect(UnixTime.seconds(of: text) == seconds)
  }

  @Test(
    "other forms of time are refused",
    arguments: [
      "", "-1", "1.5", "2026-11-21", "2026-11-21T02:31:00", "2026-11-21T02:31:00+01:00",
      "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z",
      "2100-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
      "1969-12-31T23:59:59Z", "99999999999999999999", "2026-01-01t00:00:00z",
    ])
  func wrongTimes(_ text: String) {
    #expect(UnixTime.seconds(of: text) == nil)
  }

  @Test(
    "endpoints are a host and a port",
    arguments: [
      ("127.0.0.1:8545", "127.0.0.1", 8545), ("localhost:0", "localhost", 0),
      ("[::1]:65535", "::1", 65535), ("node-1.example:80", "node-1.example", 80),
    ] as [(String, String, UInt16)])
  func endpoints(_ text: String, _ host: String, _ port: UInt16) throws {
    let endpoint = try #require(Endpoint(text))
    #expect(endpoint.host == host)
    #expect(endpoint.port == port)
  }

  @Test(
    "other forms of endpoint are refused",
    arguments: [
      "", ":", ":80", "host", "host:", "host:x", "host:65536", "host:-1", "::1:80", "[]:80",
      "[host]:80", "a b:80", "host:+80", "host/x:80", "[::1]", "host:000080",
    ])
  func wrongEndpoints(_ text: String) {
    #expect(Endpoint(text) == nil)
  }
}
