import Arguments
import Testing

@Suite struct SettingsTests {
  private func match(
    _ words: [String], _ entries: [Settings.Entry], environment: [String: String] = [:]
  ) throws -> Match {
    let invocation = try Example.program.parse(
      words, environment: { environment[$0] },
      settings: { Settings(source: $0 ?? "usual.json", entries: entries) })
    guard case .run(let match) = invocation else { throw UsageFailure.unexpected }
    return match
  }

  @Test("flag, then environment, then file, then default decide, and the origin says which")
  func precedence() throws {
    let file = [Settings.Entry("http.listen", "1.1.1.1:1")]
    let environment = ["FREEHOLD_HTTP_LISTEN": "2.2.2.2:2"]
    let flag = try match(["serve", "--listen", "3.3.3.3:3"], file, environment: environment)
    #expect(flag.text("listen") == "3.3.3.3:3" && flag.origin("listen") == .commandLine)
    let variable = try match(["serve"], file, environment: environment)
    #expect(variable.text("listen") == "2.2.2.2:2")
    #expect(variable.origin("listen") == .environment("FREEHOLD_HTTP_LISTEN"))
    let stored = try match(["serve"], file)
    #expect(stored.text("listen") == "1.1.1.1:1" && stored.origin("listen") == .file("usual.json"))
    let untouched = try match(["serve"], [])
    #expect(untouched.text("listen") == "127.0.0.1:8545")
    #expect(untouched.origin("listen") == .defaultValue)
  }

  @Test("a required value and a flag may stand in the file")
  func requiredAndFlags() throws {
    let file = [Settings.Entry("data", "network"), Settings.Entry("init.force", "true")]
    let given = try match(["init", "--economy", "a"], file)
    #expect(given.text("data") == "network" && given.flag("force"))
    #expect(given.origin("force") == .file("usual.json"))
    let off = try match(
      ["init", "--economy", "a"], file, environment: ["FREEHOLD_INIT_FORCE": "off"])
    #expect(!off.flag("force"))
  }

  @Test("--config names the file, then the environment, and only commands with settings ask for it")
  func whichFile() throws {
    let named = try match(
      ["serve", "--config", "own.json"], [Settings.Entry("http.listen", "h:1")])
    #expect(named.origin("listen") == .file("own.json"))
    let variable = try match(
      ["serve"], [Settings.Entry("http.listen", "h:1")],
      environment: ["FREEHOLD_CONFIG": "other.json"])
    #expect(variable.origin("listen") == .file("other.json"))
    #expect(throws: UsageFailure.self) { try Example.match(["check", "--config", "x"]) }
    _ = try Example.program.parse(
      ["check"], environment: { _ in nil },
      settings: { _ in
        Issue.record("a command without settings asks for the file")
        return Settings()
      })
  }

  @Test("a value of the wrong form names the file and the setting")
  func refusals() {
    #expect {
      try match(["serve"], [Settings.Entry("http.listen", "nowhere")])
    } throws: { failure in
      (failure as? UsageFailure)?.message.contains("usual.json: http.listen") ?? false
    }
  }

  @Test("every problem of a file is told, unknown names with what was meant")
  func problems() {
    let settings = Settings(
      source: "x",
      entries: [
        Settings.Entry("http.listne", "h:1"), Settings.Entry("http.listen", "nowhere"),
        Settings.Entry("init.force", "perhaps"), Settings.Entry("data", "a"),
        Settings.Entry("data", "b"), Settings.Entry("a\u{1b}b", ""),
      ])
    let problems = Example.program.problems(of: settings)
    #expect(problems.count == 5)
    #expect(problems[0].contains("did you mean 'http.listen'"))
    #expect(problems[1].hasPrefix("http.listen: "))
    #expect(problems[2].contains("neither true nor false"))
    #expect(problems[3].contains("a list is given"))
    #expect(!problems[4].contains("\u{1b}"))
    #expect(Example.program.problems(of: Settings()).isEmpty)
  }

  @Test("settings are listed once each, with the commands that take them")
  func listed() {
    let settings = Example.program.settings
    #expect(settings.map(\.path) == ["data", "init.force", "http.listen"])
    #expect(settings.map(\.variable)[2] == "FREEHOLD_HTTP_LISTEN")
    #expect(settings[0].commands == ["init"])
  }
}

@Suite struct ListingTests {
  private var sample: Listing {
    var listing = Listing(["name", "note"])
    listing.append(["a", "plain"])
    listing.append(["long name", "with, comma"])
    listing.append(["q\"uote", "two\nlines", "surplus"])
    listing.append(["bare"])
    return listing
  }

  @Test("a table has aligned columns, no blanks at the end, no control characters")
  func table() {
    let lines = sample.table.split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[0] == "name       note")
    #expect(lines[1] == "a          plain")
    #expect(lines[3] == "q\"uote     two?lines")
    #expect(lines[4] == "bare")
  }

  @Test("CSV quotes what RFC 4180 wants quoted")
  func csv() {
    let wanted =
      "name,note\na,plain\nlong name,\"with, comma\"\n\"q\"\"uote\",\"two\nlines\"\nbare,\n"
    #expect(sample.csv == wanted)
    #expect(Listing(["x"]).csv == "x\n")
  }

  @Test("-o and --output choose the form; --json is one of them")
  func outputForms() throws {
    #expect(try Example.match(["token", "holders"]).output == .table)
    #expect(try Example.match(["token", "holders", "-o", "csv"]).output == .csv)
    #expect(try Example.match(["token", "holders", "--output=json"]).wantsJSON)
    #expect(try Example.match(["token", "holders", "--json"]).output == .json)
    #expect(try Example.match(["token", "holders", "--json", "-o", "json"]).output == .json)
    for words in [["-o", "yaml"], ["--json", "-o", "csv"], ["-o"], ["-p", "csv"]] {
      #expect(throws: UsageFailure.self) { try Example.match(["token", "holders"] + words) }
    }
    #expect(throws: UsageFailure.self) { try Example.match(["check", "-o", "csv"]) }
  }
}
