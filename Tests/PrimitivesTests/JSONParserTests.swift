import Foundation
import Primitives
import Testing

/// The parser against JSONTestSuite, hostile texts, and seeded mutations of sound ones.
@Suite struct JSONParserTests {
  static func parse(
    _ text: String, comments: Bool = false, depth: Int = 64
  ) throws(JSONFailure) -> JSONValue {
    try JSONParser.parse(Array(text.utf8), comments: comments, maximumDepth: depth)
  }

  static func failure(_ text: String, comments: Bool = false) -> JSONFailure? {
    do throws(JSONFailure) {
      _ = try parse(text, comments: comments)
      return nil
    } catch { return error }
  }

  /// y_ is accepted, n_ refused, i_ may go either way. Two y_ files repeat a name, which RFC 8259
  /// leaves open and RFC 7493 forbids: this parser refuses them by design.
  @Test func agreesWithJSONTestSuite() throws {
    guard let folder = JSONVectors.folder("json/test_parsing") else { return }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(files.count > 300)
    let repeated = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"]
    for file in files {
      let path = folder + "/" + file
      let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
      let accepted = (try? JSONParser.parse(bytes)) != nil
      if repeated.contains(file) {
        #expect(!accepted, "\(file)")
      } else if file.hasPrefix("y_") {
        #expect(accepted, "\(file)")
      } else if file.hasPrefix("n_") {
        #expect(!accepted, "\(file)")
      }
    }
  }

  @Test func keepsOrderAndNumberTexts() throws {
    let value = try Self.parse(#"{"b":1.50e+3,"a":[true,false,null,-0,"x"],"":{}}"#)
    #expect(
      value
        == .object([
          JSONMember("b", .number("1.50e+3")),
          JSONMember(
            "a", .array([.bool(true), .bool(false), .null, .number("-0"), .string("x")])),
          JSONMember("", .object([])),
        ]))
  }

  @Test(arguments: [
    (#""\u00e9\ud834\udd1e""#, "é𝄞"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
    (#""a\u0000b""#, "a\u{0}b"), ("\"é€𝄞\"", "é€𝄞"), (#""""#, ""),
  ])
  func resolvesEscapes(text: String, expected: String) throws {
    #expect(try Self.parse(text) == .string(expected))
  }

  @Test(arguments: [
    (#"{"a":1,"a":2}"#, JSONFailure.Reason.duplicateName, 7),
    (#"{"a":1,"\u0061":2}"#, .duplicateName, 7), (#"[1,]"#, .notAValue, 3),
    (#"{"a":1,}"#, .notAName, 7), (#"{"a" 1}"#, .noColon, 5), (#"[1 2]"#, .noCommaOrEnd, 3),
    (#"01"#, .badNumber, 0), (#"-"#, .badNumber, 0), (#"1."#, .badNumber, 0),
    (#"1e"#, .badNumber, 0), (#"[1] x"#, .trailing, 4), (#""a"#, .endOfText, 2),
    ("\"a\nb\"", .controlInString, 2), (#""\x""#, .badEscape, 1), (#""\ud800""#, .loneSurrogate, 1),
    (#""\udc00""#, .loneSurrogate, 1), (#""\ud800\ud800""#, .loneSurrogate, 1), ("", .endOfText, 0),
    ("nul", .endOfText, 3), ("nulx", .notAValue, 0), ("// x\n1", .notAValue, 0),
    (#"{"a":"#, .endOfText, 5), (#""\u12"#, .endOfText, 5),
  ])
  func refuses(text: String, reason: JSONFailure.Reason, offset: Int) {
    let failure = Self.failure(text)
    #expect(failure?.reason == reason)
    #expect(failure?.offset == offset)
  }

  @Test func refusesARepeatedNameAmongMany() {
    let names = (0..<5_000).map { "\"n\($0)\":0" }.joined(separator: ",")
    #expect(Self.failure("{\(names)}") == nil)
    #expect(Self.failure("{\(names),\"n7\":0}")?.reason == .duplicateName)
    #expect(Self.failure("{\(names),\"n4999\":0}")?.offset == names.utf8.count + 2)
    // Two spellings of one character are two names, though Swift's `==` calls them equal.
    #expect(Self.failure("{\"\u{e9}\":1,\"e\u{301}\":2}") == nil)
  }

  @Test(arguments: [
    [0x80], [0xc0, 0xaf], [0xc3], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80],
    [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80], [0xff], [0xe2, 0x82], [0xe2, 0x28, 0xa1],
  ])
  func refusesBadUTF8(bytes: [UInt8]) {
    #expect(throws: JSONFailure.self) { try JSONParser.parse([0x22] + bytes + [0x22]) }
    #expect(throws: JSONFailure.self) { try JSONParser.parse([0x22, 0x5c, 0x6e] + bytes + [0x22]) }
  }

  @Test func bounds() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(Self.failure(nested(64)) == nil)
    #expect(Self.failure(nested(65))?.reason == .tooDeep)
    #expect(Self.failure(String(repeating: "{\"a\":[", count: 100_000))?.reason == .tooDeep)
    #expect(try Self.parse("7", depth: 0) == .number("7"))
  }

  @Test func namesThePlace() {
    let failure = Self.failure("{\n  \"a\": 1\n  \"b\": 2\n}")
    #expect(failure?.line == 3)
    #expect(failure?.column == 3)
    #expect(
      failure?.description == "line 3, column 3: a comma or the closing bracket is missing")
  }

  @Test func readsComments() throws {
    let text = "// head\n{ // one\n \"a\": [1, // two\n 2 // three\n ] }// end"
    #expect(
      try Self.parse(text, comments: true)
        == .object([JSONMember("a", .array([.number("1"), .number("2")]))]))
    #expect(try Self.parse("\"// no comment\"", comments: true) == .string("// no comment"))
    #expect(Self.failure("1 / 2", comments: true)?.reason == .trailing)
  }

  /// Whatever the bytes, the parser answers; what it accepts, it reads again from its own text.
  @Test func survivesMutations() throws {
    let seeds = [
      #"{"jsonrpc":"2.0","method":"eth_call","params":[{"to":"0x00","data":"0x"},"latest"]}"#,
      #"[1.5e-7,-0,{"é":"\ud834\udd1e\n"},[[[]]],true,false,null,"€"]"#,
    ].map { Array($0.utf8) }
    var generator = JSONGenerator(seed: 20_251_001)
    var accepted = 0
    for round in 0..<20_000 {
      var bytes = seeds[round % seeds.count]
      for _ in 0...generator.below(4) { generator.mutate(&bytes) }
      guard let value = try? JSONParser.parse(bytes, comments: round % 3 == 0) else { continue }
      accepted += 1
      #expect(try Self.parse(value.text) == value)
      #expect(try Self.parse(value.canonicalText) == value.sorted)
    }
    #expect(accepted > 100)
  }
}

/// A deterministic generator (SplitMix64) for mutations.
struct JSONGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func mutate(_ bytes: inout [UInt8]) {
    let marks = Array("{}[]\",:\\u0-1e.tfn/ ".utf8)
    let place = below(bytes.count + 1)
    switch below(5) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
    case 1 where place < bytes.count: bytes.remove(at: place)
    case 2: bytes.insert(marks[below(marks.count)], at: place)
    case 3 where place < bytes.count: bytes[place] = marks[below(marks.count)]
    default: bytes.insert(UInt8(truncatingIfNeeded: next()), at: place)
    }
  }
}

/// Where other people's test vectors lie.
enum JSONVectors {
  /// The folder, or nil where it is absent: a failure on a build machine, elsewhere a loud line.
  static func folder(_ name: String) -> String? {
    let environment = ProcessInfo.processInfo.environment
    let root = environment["FREEHOLD_VECTORS"] ?? "../shared/vectors"
    let path = root + "/" + name
    if FileManager.default.fileExists(atPath: path) { return path }
    if environment["CI"] != nil {
      Issue.record("test vectors are absent at \(path); set FREEHOLD_VECTORS to their folder")
    } else {
      print("SKIPPED: no test vectors at \(path); set FREEHOLD_VECTORS to their folder")
    }
    return nil
  }
}
