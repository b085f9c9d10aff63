import Arguments
import Testing

@Suite struct ParserTests {
  @Test("options, repeated options and origins arrive as written")
  func values() throws {
    let match = try Example.match([
      "init", "--economy", "a.json", "--overlay=b.json", "--overlay", "c.json", "--data", "-",
    ])
    #expect(match.path == ["init"])
    #expect(match.text("economy") == "a.json")
    #expect(match.texts("overlay") == ["b.json", "c.json"])
    #expect(match.text("data") == "-")
    #expect(match.origin("data") == .commandLine)
    #expect(match.text("genesis-time") == nil)
    #expect(!match.wantsJSON)
  }

  @Test("flag, then environment, then default decide")
  func precedence() throws {
    let name = "FREEHOLD_HTTP_LISTEN"
    let given = try Example.match(
      ["serve", "--listen", "[::1]:0"], environment: [name: "10.0.0.1:80"])
    #expect(given.text("listen") == "[::1]:0")
    let fromEnvironment = try Example.match(["serve"], environment: [name: "10.0.0.1:80"])
    #expect(fromEnvironment.text("listen") == "10.0.0.1:80")
    #expect(fromEnvironment.origin("listen") == .environment(name))
    let untouched = try Example.match(["serve"])
    #expect(untouched.text("listen") == "127.0.0.1:8545")
    #expect(untouched.origin("listen") == .defaultValue)
  }

  @Test("flags are read from the environment as true or false, and nothing else")
  func environmentFlags() throws {
    let words = ["init", "--economy", "a", "--data", "d"]
    for (value, wanted) in [("1", true), ("yes", true), ("off", false), ("", false)] {
      let match = try Example.match(words, environment: ["FREEHOLD_INIT_FORCE": value])
      #expect(match.flag("force") == wanted)
    }
    #expect(throws: UsageFailure.self) {
      try Example.match(words, environment: ["FREEHOLD_INIT_FORCE": "perhaps"])
    }
  }

  @Test("after -- every word is a value")
  func doubleDash() throws {
    let account = "0x" + String(repeating: "a", count: 40)
    let match = try Example.match(["token", "balance", "--json", "--", account, "--json", "-x"])
    #expect(match.path == ["token", "balance"])
    #expect(match.text("ACCOUNT") == account)
    #expect(match.texts("NOTE") == ["--json", "-x"])
    #expect(match.wantsJSON)
  }

  @Test("a group runs by a flag of its own, and else asks for a command")
  func groupFlag() throws {
    let leaf = Command("say", summary: "Say.", example: "tool talk say")
    let group = Command(
      group: "talk", summary: "Talk.", options: [Option("list", .flag, help: "List.")],
      example: "tool talk --list", subcommands: [leaf])
    let program = Program(
      root: Command(group: "tool", summary: "A tool.", example: "tool talk", subcommands: [group]),
      version: "1", environmentPrefix: "TOOL")
    guard
      case .run(let match) = try program.parse(
        ["talk", "--list", "--json"], environment: { _ in nil })
    else {
      Issue.record("the group does not run")
      return
    }
    #expect(match.path == ["talk"] && match.flag("list") && match.wantsJSON)
    #expect(throws: UsageFailure.self) { try program.parse(["talk"], environment: { _ in nil }) }
    #expect(throws: UsageFailure.self) {
      try program.parse(["talk", "--json"], environment: { _ in nil })
    }
  }

  /// Each line is wrong in one way; the message must name the culprit and, where there is one, the
  /// repair.
  @Test(
    "wrong command lines are usage errors with the repair",
    arguments: [
      (["inti"], "did you mean 'init'?"),
      (["frobnicate"], "unknown command 'frobnicate'"),
      ([], "a command is missing"),
      (["token"], "there are: balance"),
      (["init", "--econmy", "x"], "did you mean '--economy'?"),
      (["init", "--economy"], "--economy needs a value"),
      (["init", "--economy", "--data", "x"], "--economy needs a value"),
      (["init", "--economy", "x"], "--data is missing"),
      (["init", "--economy", "x"], "FREEHOLD_DATA"),
      (["init", "--economy", "x", "--economy", "y"], "stands twice"),
      (["init", "--force=yes"], "--force takes no value"),
      (["init", "--economy="], "--economy: the value is empty"),
      (["serve", "--threads", "0"], "outside 1 to 64"),
      (["serve", "--threads", "18446744073709551616"], "outside 1 to 64"),
      (["serve", "--threads", "-1"], "is no whole number"),
      (["serve", "--log", "verbos"], "did you mean 'verbose'?"),
      (["serve", "--listen", "127.0.0.1"], "no HOST:PORT"),
      (["serve", "--listen", "host:65536"], "no HOST:PORT"),
      (["init", "--genesis-time", "2026-02-29T00:00:00Z"], "is no time"),
      (["token", "balance", "0x12"], "is no address"),
      (["token", "balance"], "ACCOUNT is missing"),
      (["check", "a", "b"], "'b' is one word too many"),
      (["check", "-x"], "unknown option '-x'"),
      (["help", "check", "more"], "one word too many"),
    ] as [([String], String)])
  func wrongLines(_ words: [String], _ message: String) throws {
    let failure = try #require(throws: UsageFailure.self) {
      try Example.program.parse(words, environment: { _ in nil })
    }
    #expect(failure.message.contains(message), "\(failure.message)")
    #expect(failure.text.contains("--help'"))
  }

  @Test("control characters of a user's word do not reach the terminal")
  func controlCharacters() throws {
    let failure = try #require(throws: UsageFailure.self) {
      try Example.parse("\u{1b}[2J" + String(repeating: "x", count: 1000))
    }
    #expect(!failure.message.contains("\u{1b}"))
    #expect(failure.message.count < 200)
  }

  @Test("exit codes are the published ones")
  func exitCodes() {
    #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
  }

  /// 20,000 seeded command lines out of the program's own words and noise: each is either
  /// understood or refused with a message, and what is understood reads the same again when it is
  /// written out in full.
  @Test("random command lines are understood or refused, never a trap")
  func fuzz() throws {
    var generator = SplitMix(state: 0x5eed_0001)
    let words = [
      "init", "serve", "check", "token", "balance", "help", "--economy", "--economy=x", "--data",
      "--overlay", "--overlay=", "--json", "--help", "--", "-", "-h", "--listen", "[::1]:1",
      "127.0.0.1:99999", "--threads=3", "--log=quiet", "--genesis-time", "0",
      "1970-01-01T00:00:00Z",
      "0x" + String(repeating: "0", count: 40), "=", "--=", "", "\u{0}", "é\u{301}", "🏡",
      "--\u{7f}",
      "9999-99-99T99:99:99Z", ":", "[]:1", "--force", "--threads", "18446744073709551615",
    ]
    var understood = 0
    for _ in 0..<20_000 {
      let line = (0..<generator.next(below: 8)).map { _ in words[generator.next(below: words.count)]
      }
      do throws(UsageFailure) {
        guard case .run(let match) = try Example.program.parse(line, environment: { _ in nil })
        else { continue }
        understood += 1
        let again = try Example.program.parse(rewritten(match), environment: { _ in nil })
        guard case .run(let second) = again else {
          Issue.record("\(line) reads differently when written out")
          continue
        }
        #expect(describe(second) == describe(match))
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
    #expect(understood > 100)
  }

  private let names = ["economy", "overlay", "data", "genesis-time", "listen", "threads", "log"]

  private func rewritten(_ match: Match) -> [String] {
    var line = match.path
    for name in names {
      for text in match.texts(name) { line.append("--\(name)=\(text)") }
    }
    for name in ["force", "json"] where match.flag(name) { line.append("--\(name)") }
    line.append("--")
    for name in ["ACCOUNT", "NOTE", "FILE"] { line += match.texts(name) }
    return line
  }

  private func describe(_ match: Match) -> [[String]] {
    [match.path]
      + (names + ["force", "json", "ACCOUNT", "NOTE", "FILE"]).map { match.texts($0) }
  }
}

/// A small seeded generator, so that each run tries the same lines.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func next(below bound: Int) -> Int {
    Int(next() % UInt64(bound))
  }
}
