import Testing

@testable import HTTP

@Suite struct HTTPRequestTests {
  @Test func splitsTargets() throws {
    let cases: [(String, String?, String?)] = [
      ("/", "/", nil), ("/a/b?c=d", "/a/b", "c=d"), ("/a?", "/a", ""), ("/a?b?c", "/a", "b?c"),
      ("/%41%2f?%41", "/A/", "%41"), ("http://h", "/", nil), ("https://h/p?q", "/p", "q"),
      ("/ü", "/ü", nil), ("", nil, nil), ("a", nil, nil), ("*", nil, nil), ("?a", nil, nil),
      ("/%", nil, nil), ("/%4", nil, nil), ("/%4g", nil, nil), ("/%00", nil, nil),
      ("/%c3%28", nil, nil), ("/+", "/+", nil),
    ]
    for (target, path, query) in cases {
      let split = splitTarget(target)
      #expect(split?.path == path, "\(target)")
      #expect(split?.query == query, "\(target)")
    }
  }

  @Test func findsQueryParameters() {
    func value(_ query: String, _ name: String) -> String? {
      HTTPRequest(
        method: .get, path: "/", query: query, body: [], remoteAddress: "", client: .local,
        fields: HTTPFields()
      ).query(name)
    }
    #expect(value("a=1&b=2&a=3", "a") == "1")
    #expect(value("a=1&b", "b") == "")
    #expect(value("a=b=c", "a") == "b=c")
    #expect(value("&&=x&a%20b=%2B+", "a b") == "+ ")
    #expect(value("a=%zz", "a") == nil)
    #expect(value("", "a") == nil)
  }

  @Test func findsHeaderFields() {
    var fields = HTTPFields()
    for (name, value) in [("Host", "h"), ("X-Empty", ""), ("x-two", "1"), ("X-Two", "2")] {
      Array(name.utf8).withUnsafeBytes { name in
        Array(value.utf8).withUnsafeBytes { fields.append(name: name, value: $0) }
      }
    }
    #expect(fields.first("HOST") == "h")
    #expect(fields.first("x-empty") == "")
    #expect(fields.all("X-TWO") == ["1", "2"])
    #expect(fields.first("X") == nil)
  }

  @Test func readsFraming() {
    func framing(_ pairs: (String, String)...) -> BodyFraming {
      var fields = HTTPFields()
      for (name, value) in pairs {
        Array(name.utf8).withUnsafeBytes { name in
          Array(value.utf8).withUnsafeBytes { fields.append(name: name, value: $0) }
        }
      }
      return BodyFraming(fields)
    }
    #expect(framing() == .none)
    #expect(framing(("content-length", "12")) == .length(12))
    #expect(framing(("Transfer-Encoding", "Chunked")) == .chunked)
    #expect(framing(("Transfer-Encoding", "chunked, gzip")) == .invalid)
    #expect(framing(("Content-Length", "1"), ("Transfer-Encoding", "chunked")) == .invalid)
    #expect(framing(("Content-Length", "1"), ("Content-Length", "1")) == .invalid)
    for bad in ["", "+1", "-1", "1 ", "0x1", "99999999999999999999"] {
      #expect(framing(("Content-Length", bad)) == .invalid, "\(bad)")
    }
  }
}
