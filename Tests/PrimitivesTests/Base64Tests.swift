import Primitives
import Testing

@Suite struct Base64Tests {
  @Test("The examples of RFC 4648 section 10, both ways")
  func published() {
    for (plain, text) in [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ] {
      #expect(Base64.text(Array(plain.utf8)) == text)
      #expect(Base64.bytes(text) == Array(plain.utf8))
    }
  }

  @Test(
    "Another spelling is refused",
    arguments: [
      "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v=", "====", "Z===", "Zm 9v", "Zm9v\n", "Zm-_",
      "Zg==Zg==", "=Zg=", "Zm9\u{e9}",
    ])
  func refused(text: String) {
    #expect(Base64.bytes(text) == nil)
  }

  @Test("What reads is what is written, for random bytes and random texts")
  func random() {
    var generator = SeededGenerator(64)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      var text = Array(Base64.text(bytes).utf8)
      #expect(Base64.bytes(Base64.text(bytes)) == bytes)
      guard !text.isEmpty else { continue }
      text[Int.random(in: 0..<text.count, using: &generator)] ^=
        1 << UInt8.random(in: 0..<7, using: &generator)
      let changed = String(decoding: text, as: UTF8.self)
      if let read = Base64.bytes(changed) { #expect(Base64.text(read) == changed) }
    }
  }
}
