import Arguments
import Testing

@Suite struct SettingsDocumentTests {
  private func read(_ text: String) -> (settings: Settings, problems: [String]) {
    Settings.read(Array(text.utf8), source: "own.json")
  }

  @Test("Options, sections and lists become entries in the order of the file")
  func entries() {
    let (settings, problems) = read(#"{"node":"a","serve":{"drain":30,"quiet":true},"n":["1",2]}"#)
    #expect(problems.isEmpty && settings.source == "own.json")
    #expect(
      settings.entries == [
        Settings.Entry("node", "a"), Settings.Entry("serve.drain", "30"),
        Settings.Entry("serve.quiet", "true"), Settings.Entry("n", "1"), Settings.Entry("n", "2"),
      ])
  }

  @Test(
    "What is no object of texts, numbers and flags is named with its place",
    arguments: [
      ("[]", "write an object"), ("", "no JSON"), ("{", "no JSON"), (#"{"a":null}"#, "a: null"),
      (#"{"a":{"b":{}}}"#, "a.b: "), (#"{"a":[[{}]]}"#, "a: "), (#"{"a":1,"a":2}"#, "no JSON"),
    ])
  func problems(_ text: String, _ part: String) {
    let (_, problems) = read(text)
    #expect(problems.count == 1 && problems.allSatisfy { $0.contains(part) }, "\(problems)")
  }
}
