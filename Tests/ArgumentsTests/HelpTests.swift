import Arguments
import Testing

@Suite struct HelpTests {
  private func help(_ words: String...) throws -> String {
    guard case .help(let text) = try Example.program.parse(words, environment: { _ in nil }) else {
      return ""
    }
    return text
  }

  @Test("a command's help names every option, its variable, and an example")
  func commandHelp() throws {
    let text = try help("init", "--help")
    let wanted = [
      "freehold init --economy FILE [--overlay FILE]... --data DIR", "--genesis-time TIME",
      "Required.", "May be repeated.", "FREEHOLD_DATA", "FREEHOLD_INIT_FORCE", "--json",
      "Example:\n  freehold init --economy economies/dta.json",
    ]
    for piece in wanted { #expect(text.contains(piece), "\(piece) is missing in\n\(text)") }
    #expect(try help("help", "init") == text)
    #expect(try help("init", "--economy", "x", "-h") == text)
  }

  @Test("the program's help lists the commands and exit codes")
  func programHelp() throws {
    let text = try help("--help")
    for piece in ["init", "serve", "token", "rejected by the ledger", "COMMAND"] {
      #expect(text.contains(piece))
    }
    #expect(try help("help") == text)
    #expect(try help("token", "--help").contains("balance"))
  }

  @Test("no help line is wider than 80 columns, and none ends in a blank")
  func width() throws {
    for text in [try help("init", "--help"), try help("serve", "--help"), try help("--help")] {
      for line in text.split(separator: "\n") {
        #expect(line.count <= 80, "\(line)")
        #expect(line.last != " ", "\(line)")
      }
    }
  }

  @Test("--version is asked for at the top only")
  func version() throws {
    guard case .version = try Example.parse("--version") else {
      Issue.record("--version was not understood")
      return
    }
    #expect(throws: UsageFailure.self) { try Example.parse("init", "--version") }
  }
}
