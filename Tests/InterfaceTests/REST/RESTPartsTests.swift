import Cryptography
import Primitives
import Testing

@testable import Interface

@Suite struct RoutedRequestTests {
  private func items(_ query: String?) -> [String]? {
    RoutedRequest(method: "GET", path: "/", query: query).queryItems?.map {
      "\($0.name)→\($0.value)"
    }
  }

  @Test("A query is names and values, percent-decoded, a plus is a blank")
  func query() {
    #expect(items(nil) == [])
    #expect(items("") == [])
    #expect(items("a=1&b=2%2C3&c") == ["a→1", "b→2,3", "c→"])
    #expect(items("a=%C3%BC+x&a=y=z") == ["a→ü x", "a→y=z"])
    for bad in ["a=%", "a=%2", "a=%zz", "%ff=1", "a=%C3"] { #expect(items(bad) == nil, "\(bad)") }
  }

  @Test("Random queries never end the process")
  func random() {
    var generator = TextGenerator(seed: 9)
    for _ in 0..<20_000 {
      let text = generator.text() + "%" + generator.text()
      _ = items(text)
    }
  }
}

@Suite struct CursorTests {
  @Test("A cursor reads back in its own list alone")
  func roundTrip() {
    for numbers in [[0], [UInt64.max], [7, 42]] as [[UInt64]] {
      let text = Cursor(numbers).text("/v1/blocks")
      #expect(Cursor(text, "/v1/blocks", count: numbers.count)?.numbers == numbers)
      #expect(Cursor(text, "/v1/transactions", count: numbers.count) == nil)
      #expect(Cursor(text, "/v1/blocks", count: numbers.count + 1) == nil)
    }
    #expect(Cursor("", "/v1/blocks", count: 1) == nil)
  }

  @Test("Every change of a letter is noticed")
  func changes() {
    let text = Array(Cursor([123_456]).text("list").utf8)
    for place in text.indices {
      for letter in "0123456789abcdefgG".utf8 where letter != text[place] {
        var changed = text
        changed[place] = letter
        #expect(Cursor(String(decoding: changed, as: UTF8.self), "list", count: 1) == nil)
      }
    }
  }
}

@Suite struct IdempotencyKeysTests {
  private let one = SHA256.hash([1])
  private let two = SHA256.hash([2])

  private func answer(_ text: String) -> RESTAnswer {
    RESTAnswer(status: 202, bytes: Array(text.utf8), headers: [])
  }

  private func word(_ decision: IdempotencyKeys.Decision) -> String {
    switch decision {
    case .run: "run"
    case .repeated(let answer): String(decoding: answer.body, as: UTF8.self)
    case .otherBody: "other"
    case .underWay: "under way"
    }
  }

  @Test("A key is claimed once, answers its own body again, and refuses another")
  func claims() {
    let keys = IdempotencyKeys()
    #expect(word(keys.claim("a", one)) == "run")
    #expect(word(keys.claim("a", one)) == "under way")
    #expect(word(keys.claim("a", two)) == "other")
    keys.keep("a", two, answer("wrong"))
    #expect(word(keys.claim("a", one)) == "under way")
    keys.keep("a", one, answer("kept"))
    #expect(word(keys.claim("a", one)) == "kept")
    #expect(word(keys.claim("a", two)) == "other")
    #expect(word(keys.claim("b", two)) == "run")
    keys.release("b", two)
    #expect(word(keys.claim("b", one)) == "run")
  }

  @Test("The oldest keys are forgotten when there is no room")
  func bounds() {
    let keys = IdempotencyKeys(capacity: 10)
    for number in 0..<100 {
      #expect(word(keys.claim("\(number)", one)) == "run")
      keys.keep("\(number)", one, answer("\(number)"))
    }
    #expect(word(keys.claim("99", one)) == "99")
    #expect(word(keys.claim("90", one)) == "90")
    #expect(word(keys.claim("89", one)) == "run")
  }
}

@Suite struct NegotiationTests {
  @Test(
    "Accept",
    arguments: [
      (nil, true), ("", true), ("*/*", true), ("application/json", true),
      ("Application/JSON; charset=utf-8", true), ("text/html, application/*;q=0.5", true),
      ("text/html", false), ("application/xml", false), ("application/json;q=0", false),
      ("application/json; q=0.0, text/html", false), ("application/json;q=0.1", true),
    ] as [(String?, Bool)])
  func accept(header: String?, taken: Bool) {
    #expect(Negotiation.accepts(header, "application/json") == taken)
  }

  @Test("If-None-Match takes lists, weak tags and the star")
  func matches() {
    for header in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*", " \"a\" "] {
      #expect(Negotiation.matches(header, "\"a\""), "\(header)")
    }
    for header in ["", "a", "\"b\"", "\"a", "\"ab\""] {
      #expect(!Negotiation.matches(header, "\"a\""), "\(header)")
    }
  }
}
