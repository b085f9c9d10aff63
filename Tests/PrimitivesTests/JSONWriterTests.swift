import Primitives
import Testing

@Suite struct JSONWriterTests {
  @Test func writesEveryKind() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("jsonrpc")
    writer.string("2.0")
    writer.name("id")
    writer.number(UInt64.max)
    writer.name("list")
    writer.beginArray()
    writer.null()
    writer.bool(true)
    writer.number(-7)
    writer.quotedNumber(UInt128.max)
    writer.hex([0x00, 0xab, 0xff])
    writer.raw("{\"k\":[]}")
    writer.beginObject()
    writer.endObject()
    writer.beginArray()
    writer.endArray()
    writer.endArray()
    writer.endObject()
    #expect(
      writer.text
        == #"{"jsonrpc":"2.0","id":18446744073709551615,"list":[null,true,-7,"#
        + #""340282366920938463463374607431768211455","0x00abff",{"k":[]},{},[]]}"#)
  }

  /// Every control character, quotes, backslashes and wide characters come back as they went in.
  @Test func escapesStrings() throws {
    let hostile = String(
      String.UnicodeScalarView((0..<0x100).compactMap { Unicode.Scalar($0 as UInt32) }))
    for text in [hostile, "plain", "", "\"", "\\", "é€𝄞", "\u{7f}\u{2028}"] {
      var writer = JSONWriter()
      writer.string(text)
      #expect(try JSONParser.parse(writer.bytes) == .string(text))
    }
    var writer = JSONWriter()
    writer.string("a\"b\\c\n\u{1}\u{1f}")
    #expect(writer.text == #""a\"b\\c\n\u0001\u001f""#)
  }
}

@Suite struct JSONValueTests {
  static let document = """
    {"a":{"b/c":[10,{"d~e":"x"}]},"":1,"big":340282366920938463463374607431768211456,"f":1.0}
    """

  @Test func followsPointers() throws {
    let value = try JSONParser.parse(Array(Self.document.utf8))
    #expect(value.at("") == value)
    #expect(value.at("/a/b~1c/1/d~0e") == .string("x"))
    #expect(value.at("/a/b~1c/0")?.whole == 10)
    #expect(value.at("/") == .number("1"))
    for astray in ["a", "/b", "/a/b~1c/2", "/a/b~1c/01", "/a/b~1c/-", "/a/b~2c", "/f/0", "/~"] {
      #expect(value.at(astray) == nil, "\(astray)")
    }
    #expect(JSONPointer.escape("b/c~") == "b~1c~0")
    #expect(JSONPointer.tokens("/b~1c~0") == ["b/c~"])
  }

  @Test func readsWholeNumbersOnly() throws {
    let value = try JSONParser.parse(Array(Self.document.utf8))
    #expect(value["big"]?.whole == nil)
    #expect(value["f"]?.whole == nil)
    #expect(JSONValue.number("340282366920938463463374607431768211455").whole == UInt128.max)
    #expect(JSONValue.number("-1").whole == nil)
    #expect(JSONValue.number("1e3").whole == nil)
    #expect(JSONValue.string("1").whole == nil)
  }

  /// Sorting is by UTF-16 code units as in RFC 8785, section 3.2.3.
  @Test func canonicalTextSortsNames() throws {
    let text =
      "{\"\\u20ac\":5,\"\\r\":1,\"\\ufb33\":7,\"1\":2,\"\\ud83d\\ude00\":6,\"\\u0080\":3,"
      + "\"\\u00f6\":4}"
    let value = try JSONParser.parse(Array(text.utf8))
    let order = value.sorted.members?.compactMap { $0.value.whole }
    #expect(order == [1, 2, 3, 4, 5, 6, 7])
    #expect(
      JSONValue.object([JSONMember("b", .null), JSONMember("a", .null)]).canonicalText
        == #"{"a":null,"b":null}"#)
  }
}
