import Cryptography
import Economy
import Primitives
import Testing

@testable import Interface

@Suite struct TextCoderTests {
  private let coder = TextSamples.coder()

  private func number(_ text: String, _ field: ABIField) throws -> UInt256 {
    guard case .number(let number) = try coder.tree(text, as: field) else {
      Issue.record("no number")
      return .zero
    }
    return number
  }

  private func taken(_ text: String, _ field: ABIField) -> ABITree? {
    try? coder.tree(text, as: field)
  }

  @Test(
    "Amounts, spans, times and shares as people write them",
    arguments: [
      ("12.5", 125_000), ("125000u", 125_000), ("12.5DTA", 125_000), ("12.5 DTA", 125_000),
      ("0", 0), ("0.0001", 1), ("0u", 0), ("1", 10_000), ("00.5", nil), ("1.00001", nil),
      (".5", nil), ("5.", nil), ("1.2.3", nil), ("-1", nil), ("1e3", nil), ("", nil), ("u", nil),
      ("1,000", nil), ("DTA", nil), ("1 u", nil),
    ] as [(String, UInt128?)])
  func units(text: String, units: UInt128?) {
    let field = ABIField("amount", Amount.self)
    #expect(taken(text, field) == units.map { .number(UInt256($0)) })
  }

  @Test(
    "Spans",
    arguments: [
      ("30d", 2_592_000), ("90m", 5_400), ("3600", 3_600), ("36h", 129_600), ("1d12h", 129_600),
      ("2w", 1_209_600), ("0s", 0), ("d", nil), ("30", 30), ("30x", nil), ("1d5", nil), ("", nil),
      ("18446744073709551616", nil), ("999999999999999999d", nil), ("-1d", nil),
    ] as [(String, UInt128?)])
  func spans(text: String, seconds: UInt128?) {
    let field = ABIField("lock", Seconds.self)
    #expect(taken(text, field) == seconds.map { .number(UInt256($0)) })
  }

  @Test(
    "Times",
    arguments: [
      ("2027-03-01T00:00:00Z", 1_803_859_200), ("2027-03-01", 1_803_859_200),
      ("2027-03-01T07:00:00+07:00", 1_803_859_200), ("1803859200", 1_803_859_200),
      ("2024-02-29T23:59:59Z", 1_709_251_199), ("1970-01-01T00:00:00Z", 0),
      ("never", UInt128(UInt64.max)), ("2023-02-29T00:00:00Z", nil), ("1969-12-31", nil),
      ("2027-13-01", nil), ("2027-03-01T24:00:00Z", nil), ("2027-03-01 00:00:00", nil),
      ("tomorrow", nil), ("2027-03-01T00:00:00+7:00", nil), ("", nil),
    ] as [(String, UInt128?)])
  func times(text: String, seconds: UInt128?) {
    let field = ABIField("until", LogicalTime.self)
    #expect(taken(text, field) == seconds.map { .number(UInt256($0)) })
  }

  @Test(
    "Shares",
    arguments: [
      ("5%", 500), ("500", 500), ("0.01%", 1), ("2.5%", 250), ("100%", 10_000), ("0.001%", nil),
      ("%", nil), ("4294967296", nil), ("five", nil),
    ] as [(String, UInt128?)])
  func shares(text: String, points: UInt128?) {
    let field = ABIField("share", BasisPoints.self)
    #expect(taken(text, field) == points.map { .number(UInt256($0)) })
  }

  @Test("Accounts by checksum and by name, roles by name and by id, flags in four words")
  func names() throws {
    let account = ABIField("account", Address.self)
    let token = SystemAddress.module(1)
    #expect(try coder.tree("token", as: account) == .account(token))
    #expect(try coder.tree(token.checksummed, as: account) == .account(token))
    #expect(try coder.tree("treasury.business", as: account) == .account(TextSamples.treasury))
    let role = ABIField("role", Digest.self)
    #expect(try coder.tree("pauser", as: role) == .bytes(Access.id("pauser").bytes))
    #expect(
      try coder.tree(Hex.text(Access.id("pauser").bytes), as: role)
        == .bytes(Access.id("pauser").bytes))
    #expect(coder.text(.bytes(Access.id("arbiter").bytes), as: role) == "arbiter")
    #expect(throws: TextFailure.self) {
      try coder.tree("pauser", as: ABIField("digest", Digest.self))
    }
    for (text, flag) in [("true", true), ("yes", true), ("No", false), ("false", false)] {
      #expect(try coder.tree(text, as: ABIField("isOpen", Bool.self)) == .flag(flag))
    }
  }

  @Test("Lists with and without brackets, quotes where a text needs them")
  func lists() throws {
    let texts = ABIField("pointers", [String].self)
    func list(_ values: String...) -> ABITree { .list(values.map { .text($0) }) }
    #expect(try coder.tree("a,b,c", as: texts) == list("a", "b", "c"))
    #expect(try coder.tree("[ a , b ]", as: texts) == list("a", "b"))
    #expect(try coder.tree(#"["a,b","c\"d","\\"]"#, as: texts) == list("a,b", "c\"d", "\\"))
    #expect(try coder.tree("[]", as: texts) == .list([]))
    #expect(try coder.tree(#"[""]"#, as: texts) == list(""))
    for wrong in ["[a", "a]", "[a)", #"["a]"#, #""a"b"#, "(a]"] {
      #expect(throws: TextFailure.self, "\(wrong)") { try coder.tree(wrong, as: texts) }
    }
    #expect(
      TextCoder.words(ofExample: #"["/a b","/c"] [1, 2] "x y" z"#) == [
        #"["/a b","/c"]"#, "[1, 2]", "x y", "z",
      ])
  }

  @Test("A failure names the parameter, what is expected, and an example")
  func failures() {
    func text(_ text: String, _ field: ABIField) -> String {
      do throws(TextFailure) {
        _ = try coder.tree(text, as: field)
        return "taken"
      } catch {
        return error.description
      }
    }
    #expect(
      text("1.23456", ABIField("amount", Amount.self))
        == "amount: '1.23456' has 5 decimals, the token has 4; expected tokens with a decimal"
        + " point, or base units with u behind them, such as 12.5 or 125000u")
    #expect(
      text("1,x", ABIField("amounts", [Amount].self)).hasPrefix("amounts[1]: 'x' is no amount"))
    #expect(
      text("256", ABIField("kind", UInt8.self)).hasPrefix("kind: '256' is outside what uint8"))
    #expect(
      text("0xf39fd6e51aad88F6F4ce6aB8827279cffFb92266", ABIField("to", Address.self))
        .contains("wrong checksum"))
    #expect(text("alice", ABIField("to", Address.self)).contains("nobody is called 'alice'"))
    #expect(text("0x12", ABIField("to", Address.self)).contains("no address of 40 hex digits"))
    #expect(text("maybe", ABIField("isOpen", Bool.self)).contains("such as yes"))
    #expect(text("a\u{1b}[2J", ABIField("isOpen", Bool.self)).contains("'a?[2J'"))
    #expect(text("0x0", ABIField("data", [UInt8].self)).contains("even number"))
  }

  @Test("Signed numbers keep their bounds")
  func signed() throws {
    let field = ABIField("gain", Int64.self)
    #expect(
      try coder.text(coder.tree("-9223372036854775808", as: field), as: field)
        == "-9223372036854775808")
    #expect(throws: TextFailure.self) { try coder.tree("-9223372036854775809", as: field) }
    #expect(throws: TextFailure.self) { try coder.tree("9223372036854775808", as: field) }
    #expect(try number("-1", ABIField("gain", Int128.self)) == UInt256.max)
  }

  @Test("What is shown is read back as the same words, for every meaning, at 0, 4 and 18 decimals")
  func roundTrip() throws {
    var random = TextGenerator(seed: 11)
    var shown = 0
    for decimals in [0, 4, 18] {
      let coder = TextSamples.coder(decimals: decimals)
      for field in TextSamples.fields {
        for _ in 0..<60 {
          let tree = random.tree(field.type)
          let words = try ABITree.encode([tree], as: [field.type])
          let text = coder.text(tree, as: field)
          let read = try coder.tree(text, as: field)
          #expect(
            try ABITree.encode([read], as: [field.type]) == words, "\(field.name): \(text)")
          var writer = JSONWriter()
          coder.write(tree, as: field, to: &writer)
          #expect((try? JSONParser.parse(writer.bytes)) != nil, "\(field.name): \(writer.text)")
          shown += 1
        }
      }
    }
    #expect(shown == 3 * 60 * TextSamples.fields.count)
  }

  @Test("Mutated texts are refused or mean exactly what their own text says")
  func fuzz() throws {
    var random = TextGenerator(seed: 12)
    var taken = 0
    for round in 0..<12_000 {
      let field = TextSamples.fields[round % TextSamples.fields.count]
      var scalars = Array(coder.text(random.tree(field.type), as: field).unicodeScalars)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0...scalars.count, using: &random)
        let insert = Array(random.text().unicodeScalars.prefix(2))
        if Bool.random(using: &random), place < scalars.count { scalars.remove(at: place) }
        scalars.insert(contentsOf: insert, at: min(place, scalars.count))
      }
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars)
      let tree: ABITree
      do throws(TextFailure) {
        tree = try coder.tree(text, as: field)
      } catch {
        #expect(error.description.hasPrefix(field.name), "\(error)")
        continue
      }
      let words = try ABITree.encode([tree], as: [field.type])
      let again = try coder.tree(coder.text(tree, as: field), as: field)
      #expect(try ABITree.encode([again], as: [field.type]) == words, "\(field.name): \(text)")
      taken += 1
    }
    print("text fuzz: \(taken) of 12000 mutated texts were values")
    #expect(taken > 500)
  }

  @Test("JSON: amounts with unit and base units, times, spans, wide numbers as texts")
  func json() throws {
    func json(_ text: String, _ field: ABIField) throws -> String {
      var writer = JSONWriter()
      coder.write(try coder.tree(text, as: field), as: field, to: &writer)
      return writer.text
    }
    #expect(
      try json("12.5", ABIField("a", Amount.self))
        == #"{"amount":"12.5","symbol":"DTA","units":"125000"}"#)
    #expect(try json("30d", ABIField("a", Seconds.self)) == "2592000")
    #expect(try json("2027-03-01", ABIField("a", LogicalTime.self)) == #""2027-03-01T00:00:00Z""#)
    #expect(try json("5%", ABIField("a", BasisPoints.self)) == "500")
    #expect(try json("7", ABIField("a", UInt32.self)) == "7")
    #expect(try json("7", ABIField("a", UInt64.self)) == #""7""#)
    #expect(try json("yes", ABIField("a", Bool.self)) == "true")
    #expect(try json("a,b", ABIField("a", [String].self)) == #"["a","b"]"#)
  }
}
