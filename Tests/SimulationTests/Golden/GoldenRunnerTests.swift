import Foundation
import Ledger
import Primitives
import Testing

@testable import Simulation

/// Scenario files through the real engine (decisions 34): those of the repository agree to the
/// unit, those that are wrong fail and say where.
@Suite struct GoldenRunnerTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func file(_ path: String) -> String? {
    FileManager.default.contents(atPath: root.appendingPathComponent(path).path)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  static func run(_ text: String) -> GoldenReport {
    GoldenRunner.run(text: text, secret: HashSecret(3, 4)) { file("economies/\($0).json") }
  }

  /// S01 to S10, Y14, Y15: the ceiling, the budget, revenue, burns on claims, the fee share; and
  /// compounding, lock ends, early exits and releases (T04's team wallet).
  @Test(arguments: [("GS03", 65), ("GS12", 43), ("EXITS", 106)])
  func agreesToTheUnit(_ name: String, _ comparisons: Int) throws {
    let text = try #require(Self.file("economies/golden/\(name).json"))
    let report = Self.run(text)
    #expect(report.faults.isEmpty)
    let scenario = try #require(report.scenarios.first)
    #expect(scenario.id == name)
    #expect(scenario.faults.isEmpty)
    let differing = scenario.comparisons.filter { !$0.agrees }
    #expect(differing.isEmpty, "\(differing)")
    #expect(scenario.comparisons.count == comparisons)
    #expect(report.passes)
  }

  /// One digit more or less anywhere in what is expected is one difference, and only that.
  @Test func findsEveryWrongNumber() throws {
    let text = try #require(Self.file("economies/golden/GS03.json"))
    for (right, wrong) in [
      ("\"5674\"", "\"5675\""), ("\"bronze\"", "\"silver\""), ("\"80271268086034\"", "\"0\""),
      ("\"4200680000000\"", "\"4200680000001\""), ("\"epoch\": 3", "\"epoch\": 2"),
    ] {
      let place = try #require(text.range(of: right))
      let report = Self.run(text.replacingCharacters(in: place, with: wrong))
      let scenario = try #require(report.scenarios.first)
      #expect(scenario.comparisons.count { !$0.agrees } == 1, "\(right)")
      #expect(!report.passes)
    }
  }

  private static let small = """
    {
      "id": "small", "economy": "dta",
      "given": { "open": { "user.a": "30000000" } },
      "when": [
        { "step": 1, "t": 0, "op": "stake", "actor": "a", "principal": "10000000", "lockDays": 30 }
      ],
      "then": [ { "afterStep": 1, "expect": { "tier": "bronze" } } ]
    }
    """

  @Test func readsOneScenarioAlone() {
    #expect(Self.run(Self.small).passes)
  }

  /// What nobody knows is a failure that names it, never skipped.
  @Test(arguments: [
    ("\"op\": \"stake\"", "\"op\": \"mint\"", "no step is called \"mint\""),
    ("\"lockDays\": 30", "\"lockDays\": 30, \"colour\": 1", "\"colour\" means nothing here"),
    ("\"tier\": \"bronze\"", "\"mood\": \"1\"", "nobody knows what \"mood\" is"),
    ("\"tier\": \"bronze\"", "\"user.b\": \"1\"", "nobody knows what \"user.b\" is"),
    ("\"economy\": \"dta\"", "\"economy\": \"gold\"", "no economy \"gold\""),
    ("\"economy\": \"dta\"", "\"economy\": \"../dta\"", "no economy \"../dta\""),
    ("\"user.a\": \"30000000\"", "\"user.a\": \"-1\"", "no whole number"),
    ("\"user.a\": \"30000000\"", "\"user.a\": \"99999999999999\"", "the wallets lack"),
    ("\"given\": {", "\"given\": { \"pool.nowhere\": \"1\",", "no account \"pool.nowhere\""),
    ("\"given\": {", "\"given\": { \"scores\": {\"a\": {\"luck\": 1}},", "UnknownBonus"),
    ("\"t\": 0", "\"t\": 99999999999", "more than a hundred years"),
    ("\"afterStep\": 1", "\"afterStep\": 7", "there is no step 7"),
    ("\"lockDays\": 30", "\"lockDays\": 31", "step 1 was refused: UnknownLock"),
    ("\"principal\": \"10000000\"", "\"principal\": \"9\"", "step 1 was refused: BelowMinimum"),
    ("\"actor\": \"a\", ", "", "\"stake\" needs an \"actor\""),
  ])
  func namesWhatIsWrong(_ right: String, _ wrong: String, _ cause: String) {
    let report = Self.run(Self.small.replacing(right, with: wrong, maxReplacements: 1))
    let faults = report.faults + report.scenarios.flatMap(\.faults)
    #expect(faults.contains { $0.contains(cause) }, "\(faults)")
    #expect(!report.passes)
  }

  @Test func stepsFollowOneAnother() {
    let second = """
      { "step": 1, "t": 0, "op": "advance" }, { "step": 2, "t": 5, "op": "advance" },
      { "step": 3, "t": 4, "op": "advance" }
      """
    let place = Self.small.range(of: "{ \"step\": 1")
    let end = Self.small.range(of: "30 }\n")
    guard let place, let end else { return }
    var text = Self.small
    text.replaceSubrange(place.lowerBound..<text.index(before: end.upperBound), with: second)
    let report = Self.run(text)
    #expect(report.faults.contains { $0.contains("before the step above") }, "\(report.faults)")
  }

  /// With two positions open, a step says which.
  @Test func asksWhichPosition() throws {
    func text(_ selector: String) -> String {
      Self.small.replacing(
        "\"lockDays\": 30 }",
        with: """
          "lockDays": 30, "position": "first" },
          { "step": 2, "t": 9, "op": "stake", "actor": "a", "principal": "20000000",
            "lockDays": 90 },
          { "step": 3, "t": 99, "op": "claim", "actor": "a"\(selector) }
          """
      ).replacing("\"afterStep\": 1", with: "\"afterStep\": 3")
        .replacing("\"tier\": \"bronze\"", with: "\"principal\": \"10000000\"")
    }
    #expect(!Self.run(text("")).passes)
    #expect(Self.run(text(", \"position\": \"first\"")).passes)
    #expect(Self.run(text(", \"position\": 1")).passes)
    #expect(!Self.run(text(", \"position\": 2")).passes)
    #expect(!Self.run(text(", \"position\": 3")).passes)
    #expect(!Self.run(text(", \"position\": 0")).passes)
  }

  /// Releases by day and month, of one wallet or of several (X07, A09).
  @Test func asksForReleases() throws {
    let text = """
      {
        "id": "releases", "economy": "btt", "given": {},
        "when": [
          { "step": 1, "month": 6, "op": "vesting", "wallet": "vest.bitwave" },
          { "step": 2, "month": 24, "op": "query" }
        ],
        "then": [
          { "afterStep": 1, "expect": { "vested": "0", "released": "0" } },
          { "afterStep": 2, "expect": {
            "vested": { "vest.bitwave": "1050000000000000000000000" },
            "vested.vest.team.core": "262500000000000000000000",
            "releasable": { "vest.bitwave": "1050000000000000000000000" },
            "vest.bitwave": "2100000000000000000000000" } }
        ]
      }
      """
    let report = Self.run(text)
    #expect(report.passes, "\(report)")
    #expect(report.scenarios.first?.comparisons.count == 6)
    #expect(!Self.run(text.replacing("\"vested\": \"0\"", with: "\"vested\": \"1\"")).passes)
    #expect(!Self.run(text.replacing("vest.team.core", with: "vest.nobody")).passes)
  }

  @Test func aRefusalCanBeExpected() {
    let text = Self.small.replacing("\"principal\": \"10000000\"", with: "\"principal\": \"9\"")
      .replacing("\"tier\": \"bronze\"", with: "\"accepted\": false, \"user.a\": \"30000000\"")
    #expect(Self.run(text).passes)
    let other = Self.small.replacing("\"tier\": \"bronze\"", with: "\"accepted\": false")
    #expect(!Self.run(other).passes)
  }

  /// A file that was cut anywhere never passes.
  @Test func neverPassesWhatWasCut() throws {
    let text = Self.small
    for length in stride(from: 0, to: text.utf8.count - 1, by: 11) {
      let report = Self.run(String(decoding: Array(text.utf8)[..<length], as: UTF8.self))
      #expect(!report.passes && !report.faults.isEmpty)
    }
    #expect(!Self.run("{\"scenarios\": []}").passes)
    #expect(!Self.run("{\"scenarios\": 1}").passes)
    #expect(!Self.run("[]").passes)
  }

  @Test func constantsAreTheEnginesOwn() throws {
    let text = try #require(Self.file("economies/golden/GS12.json"))
    let report = Self.run(text.replacing("2628000", with: "2592000"))
    #expect(report.faults == ["/constants/MONTH: 2592000, the engine's is 2628000"])
    #expect(!report.passes)
  }

  /// Damaged files end in a report, whatever was damaged.
  @Test func survivesDamage() throws {
    var generator = Generator(seed: 34)
    let bytes = Array(Self.small.utf8)
    for _ in 0..<60 {
      var damaged = bytes
      for _ in 0...generator.below(3) {
        damaged[generator.below(damaged.count)] = UInt8(generator.below(128))
      }
      let report = Self.run(String(decoding: damaged, as: UTF8.self))
      #expect(report.passes || !report.faults.isEmpty || !report.scenarios.isEmpty)
    }
  }
}
