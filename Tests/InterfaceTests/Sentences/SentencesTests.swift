import Cryptography
import Economy
import Primitives
import Testing

@testable import Interface

@Suite struct PhraseTests {
  @Test("A template becomes text, values and choices, also inside each other")
  func reading() throws {
    let phrase = try #require(Phrase("{from?{to?{v} to {to}|{v} burned}|born}."))
    #expect(phrase.names == ["from", "to", "v"])
    #expect(
      phrase.parts == [
        .choice(
          "from",
          yes: [
            .choice(
              "to", yes: [.value("v"), .text(" to "), .value("to")],
              no: [.value("v"), .text(" burned")])
          ], no: [.text("born")]), .text("."),
      ])
    #expect(Phrase("plain")?.parts == [.text("plain")])
    #expect(Phrase("")?.parts == [])
  }

  @Test(
    "Braces that do not close, choices with one side and values without a name are no templates",
    arguments: ["{a", "a}", "{}", "{a?b}", "{a?b|c", "{a b}", "{?a|b}", "{a?{b|c}"])
  func faults(template: String) { #expect(Phrase(template) == nil) }

  @Test("Random texts never end the process, and what reads has its braces balanced")
  func random() {
    var random = TextGenerator(seed: 17)
    let pieces = ["{", "}", "?", "|", "a", "b", " ", "{a}", "{a?b|c}"]
    var readable = 0
    for _ in 0..<20_000 {
      let text = (0..<Int(random.next() % 10)).map { _ in
        pieces[Int(random.next() % UInt64(pieces.count))]
      }.joined()
      guard Phrase(text) != nil else { continue }
      readable += 1
      #expect(text.count(where: { $0 == "{" }) == text.count(where: { $0 == "}" }))
    }
    #expect(readable > 100)
  }
}

@Suite struct SentencesTests {
  private func sentence(_ module: String, _ call: String, _ arguments: [String]) throws -> String {
    let network = try TestNetwork()
    let sentences = network.router.rest.sentences
    let declaration = try #require(Registry.modules.first { $0.name == module })
    let operation = try #require(declaration.calls.first { $0.name == call })
    let data = try sentences.coder.callData(
      selector: operation.selector, arguments, for: operation.parameters)
    return sentences.operation(try #require(CallText(to: declaration.address, data: data)))
  }

  @Test("Every operation has a phrase that tells every argument, and no phrase is left over")
  func operations() {
    var used: Set<String> = []
    for module in Registry.modules {
      for call in module.calls {
        let key = "\(module.name).\(call.name)"
        used.insert(key)
        let names = Set(call.parameters.map(\.name))
        expect(
          key, Sentences.operations[key], names, silent: OperationPhrases.silent[key] ?? [])
      }
    }
    let keys = OperationPhrases.all.map(\.operation)
    #expect(Set(keys) == used && keys.count == used.count)
  }

  @Test("Every event has a phrase that tells every value, and no phrase is left over")
  func events() {
    var used: Set<String> = []
    for module in Registry.modules {
      for event in module.events {
        let key = "\(module.name).\(event.name)"
        used.insert(key)
        let names = Set(event.parameters.map(\.name))
        expect(key, Sentences.events[key], names, silent: EventPhrases.silent[key] ?? [])
      }
    }
    let keys = EventPhrases.all.map(\.event)
    #expect(Set(keys) == used && keys.count == used.count)
  }

  private func expect(_ key: String, _ phrase: Phrase?, _ names: Set<String>, silent: [String]) {
    guard let phrase else {
      Issue.record("\(key) has no phrase in OperationPhrases or EventPhrases that reads")
      return
    }
    #expect(phrase.names.isSubset(of: names), "\(key) speaks of what is not there")
    let untold = names.subtracting(phrase.names).subtracting(silent)
    // An overloaded operation has the phrase of its shortest form.
    #expect(untold.isEmpty, "\(key) keeps \(untold.sorted()) to itself")
  }

  @Test("Sentences as people read them")
  func sentences() throws {
    let who = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    #expect(
      try sentence("staking", "stake", ["1000", "30d"]) == "Stake 1,000 DTA for 30 days.")
    #expect(
      try sentence("staking", "stake", ["1234567.8901", "0"])
        == "Stake 1,234,567.8901 DTA, without a lock.")
    #expect(
      try sentence("token", "transfer", [who, "12.5"]) == "Send 12.5 DTA to dev.1.")
    #expect(
      try sentence("token", "approve", ["pool.rewards", "0"])
        == "Take back what pool.rewards may move of yours.")
    #expect(
      try sentence("token", "approve", [who, UInt256.max.description + "u"])
        == "Let dev.1 move up to any amount of DTA of yours.")
    #expect(
      try sentence("compliance", "pause", ["7"])
        == "Pause the module staking: nothing begins in it any more.")
    #expect(
      try sentence("access", "grantRoleUntil", ["pauser", who, "2027-03-01"])
        == "Give the role pauser to dev.1 until 2027-03-01 00:00:00 UTC.")
    #expect(
      try sentence("parameters", "setGroup", [#"["/a","/b"]"#, "[4500,2500]"])
        == "Set /a and /b to 4,500 and 2,500, all or none, from the next epoch on.")
    #expect(
      try sentence("vesting", "achieveMilestone", ["a\u{202e}b\nc"])
        == "State that the milestone a?b?c is reached.")
    #expect(
      try sentence("staking", "setApprovalForAll", [who, "no"])
        == "No longer let dev.1 transfer your positions.")
  }

  @Test(
    "Spans in words",
    arguments: [
      (0, "0 seconds"), (1, "1 second"), (90_061, "1 day 1 hour 1 minute 1 second"),
      (31_536_000, "365 days"), (86_400 * 1_000, "1,000 days"),
    ] as [(UInt64, String)])
  func spans(seconds: UInt64, text: String) { #expect(Prose.span(seconds) == text) }

  @Test(
    "Digits in groups",
    arguments: [
      ("0", "0"), ("999", "999"), ("1000", "1,000"), ("1234567.0001", "1,234,567.0001"),
    ])
  func groups(plain: String, grouped: String) { #expect(Prose.grouped(plain) == grouped) }
}
