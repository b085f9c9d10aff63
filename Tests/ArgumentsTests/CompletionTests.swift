import Arguments
import Foundation
import Testing

@Suite struct CompletionTests {
  @Test("every command and option stands in each completion script and in the manual page")
  func coverage() {
    let texts = [
      Completion.bash(Example.program), Completion.zsh(Example.program),
      Completion.fish(Example.program),
    ]
    for text in texts {
      for word in ["init", "serve", "check", "balance", "economy", "genesis-time", "verbose"] {
        #expect(text.contains(word), "\(word) is missing in\n\(text)")
      }
    }
    let page = Manual.page(Example.program)
    let words = [
      ".TH FREEHOLD 1", "genesis\\-time", ".SH EXIT STATUS", "freehold token balance",
      "FREEHOLD_HTTP_LISTEN", "http.listen", "\\-o, \\-\\-output FORM",
    ]
    for word in words { #expect(page.contains(word), "\(word) is missing in\n\(page)") }
  }

  @Test("the shells and the formatter take what is made for them")
  func syntax() throws {
    let checks: [(program: String, words: [String], text: String)] = [
      ("bash", ["-n"], Completion.bash(Example.program)),
      ("zsh", ["-n"], Completion.zsh(Example.program)),
      ("fish", ["--no-execute"], Completion.fish(Example.program)),
      ("groff", ["-ww", "-z", "-man", "-Tutf8"], Manual.page(Example.program)),
    ]
    for check in checks {
      guard let result = try run(check.program, check.words, check.text) else {
        print("SKIPPED: \(check.program) is not installed")
        continue
      }
      #expect(result.code == 0, "\(check.program): \(result.output)")
      #expect(result.output.isEmpty, "\(check.program): \(result.output)")
    }
  }

  @Test("bash offers commands, options, and the choices of a value")
  func bashOffers() throws {
    let cases: [([String], [String])] = [
      (["in"], ["init"]),
      (["token", "b"], ["balance"]),
      (["init", "--ov"], ["--overlay"]),
      (["serve", "--log", "v"], ["verbose"]),
      (["token", "holders", "-o", ""], ["csv", "json", "table"]),
      (["token", "holders", "--output", "c"], ["csv"]),
    ]
    for (words, wanted) in cases {
      let quoted = (["freehold"] + words).map { "'\($0)'" }.joined(separator: " ")
      let script =
        Completion.bash(Example.program)
        + "COMP_WORDS=(\(quoted))\nCOMP_CWORD=\(words.count)\n_freehold\n"
        + "printf '%s\\n' \"${COMPREPLY[@]}\"\n"
      let result = try #require(try run("bash", ["--norc"], script))
      #expect(result.output.split(separator: "\n").map(String.init).sorted() == wanted, "\(words)")
    }
  }

  /// The exit code and all output of a program that reads `text`; nil where it is not installed.
  private func run(
    _ program: String, _ words: [String], _ text: String
  ) throws -> (code: Int32, output: String)? {
    let folders = ["/bin", "/usr/bin", "/usr/local/bin"]
    let paths = folders.map { "\($0)/\(program)" }
    guard let path = paths.first(where: FileManager.default.isExecutableFile) else { return nil }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = words + [file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
