import Testing

@testable import Arguments

@Suite struct SuggestionTests {
  @Test(
    "edits are counted, a swap of neighbours as one",
    arguments: [
      ("", "", 0), ("abc", "", 3), ("init", "inti", 1), ("serve", "severe", 3),
      ("serve", "sevre", 1),
      ("kitten", "sitting", 3), ("listen", "lsiten", 1),
    ])
  func distance(_ left: String, _ right: String, _ edits: Int) {
    #expect(Suggestion.editDistance(Array(left.utf8), Array(right.utf8)) == edits)
    #expect(Suggestion.editDistance(Array(right.utf8), Array(left.utf8)) == edits)
  }

  @Test("far words are not suggested, near ones are, whatever their case")
  func nearest() {
    #expect(Suggestion.nearest(to: "Verfy", among: ["version", "verify"]) == "verify")
    #expect(Suggestion.nearest(to: "banana", among: ["version", "verify"]) == nil)
    #expect(Suggestion.nearest(to: "", among: ["version"]) == nil)
    #expect(Suggestion.nearest(to: String(repeating: "x", count: 5000), among: ["x"]) == nil)
  }
}
