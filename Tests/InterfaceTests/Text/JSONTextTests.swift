import Economy
import Primitives
import Testing

@testable import Interface

@Suite struct JSONTextTests {
  private let coder = TextSamples.coder()

  private func read(_ json: String, _ field: ABIField) throws -> ABITree? {
    let value = try JSONParser.parse(Array(json.utf8))
    return try? coder.tree(value, as: field)
  }

  @Test("What is written as JSON is read back as the same value, for random values of every kind")
  func roundTrip() throws {
    var generator = TextGenerator(seed: 5)
    for round in 0..<400 {
      for field in TextSamples.fields {
        let tree = generator.tree(field.type)
        var writer = JSONWriter()
        coder.write(tree, as: field, to: &writer)
        let value = try JSONParser.parse(writer.bytes)
        let back = try? coder.tree(value, as: field)
        #expect(back == tree, "round \(round), \(field.name): \(writer.text)")
      }
    }
  }

  @Test("Amounts stand in texts or objects with their unit; a bare number is refused")
  func amounts() throws {
    let field = ABIField("amount", Amount.self)
    let units = ABITree.number(UInt256(125_000))
    for json in [
      #""12.5""#, #""125000u""#, #"{"units":"125000"}"#, #"{"amount":"12.5"}"#,
      #"{"amount":"12.50","symbol":"DTA","units":"125000"}"#,
    ] { #expect(try read(json, field) == units, "\(json)") }
    for json in [
      "12", "12.5", "true", "null", "[]", "{}", #"{"amount":12.5}"#, #"{"units":"12.5"}"#,
      #"{"amount":"12.5","units":"125001"}"#, #"{"amount":"1","symbol":"BTT"}"#,
      #"{"amount":"1","extra":"1"}"#, #"{"units":125000}"#, #"{"units":"1u"}"#,
    ] { #expect(try read(json, field) == nil, "\(json)") }
  }

  @Test("Numbers, flags and lists may be JSON's own where they lose nothing")
  func natives() throws {
    let lock = ABIField("lock", Seconds.self)
    #expect(try read("2592000", lock) == .number(UInt256(2_592_000)))
    #expect(try read("\"30d\"", lock) == .number(UInt256(2_592_000)))
    #expect(try read("9007199254740991", lock) != nil)
    #expect(try read("\"9007199254740992\"", lock) != nil)
    for json in ["9007199254740992", "1.5", "1e3", "-1", "true", "[]", "{}", "null"] {
      #expect(try read(json, lock) == nil, "\(json)")
    }
    let flag = ABIField("flag", Bool.self)
    #expect(try read("true", flag) == .flag(true))
    #expect(try read("\"no\"", flag) == .flag(false))
    #expect(try read("1", flag) == nil)
    let list = ABIField("values", [UInt128].self)
    #expect(try read("[1,\"2\"]", list) == .list([.number(UInt256(1)), .number(UInt256(2))]))
    #expect(try read("\"1,2\"", list) == .list([.number(UInt256(1)), .number(UInt256(2))]))
    let pair = ABIField("pair", .fixedArray(.uint(8), 2), meaning: .list, elementMeaning: .count)
    #expect(try read("[1,2]", pair) != nil)
    #expect(try read("[1]", pair) == nil)
    let many =
      "["
      + Array(repeating: "1", count: Limits.abiArrayLength + 1)
      .joined(separator: ",") + "]"
    #expect(try read(many, list) == nil)
  }

  @Test("An object must have every parameter once and nothing else, and the message says which")
  func members() throws {
    let fields = [ABIField("to", Address.self), ABIField("amount", Amount.self)]
    func failure(_ json: String) throws -> TextFailure? {
      let value = try JSONParser.parse(Array(json.utf8))
      do throws(TextFailure) {
        _ = try coder.trees(value, fields)
        return nil
      } catch {
        return error
      }
    }
    let to = #""to":"treasury.business""#
    #expect(try failure("{\(to),\"amount\":\"1\"}") == nil)
    #expect(try failure("{\(to)}")?.parameter == "amount")
    let surplus = try failure("{\(to),\"amount\":\"1\",\"memo\":\"x\"}")
    #expect(surplus?.parameter == "memo" && surplus?.expected == "to, amount")
    #expect(try failure("[]")?.problem == "an array is given")
    let nested = ABIField(
      "terms", .tuple([ABIField("note", String.self)]), meaning: .record)
    let wrong = try JSONParser.parse(Array(#"{"terms":{"note":5}}"#.utf8))
    do throws(TextFailure) {
      _ = try coder.trees(wrong, [nested])
      Issue.record("a number is no note")
    } catch {
      #expect(error.parameter == "terms.note")
    }
  }
}
