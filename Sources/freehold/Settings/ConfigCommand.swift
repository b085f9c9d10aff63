import Arguments
import Glibc
import Primitives

/// `freehold config`: what commands are set to, and why.
enum ConfigCommand {
  private static let file = Option(
    "config", .path, "FILE", help: "A file of settings in place of the usual one.")

  static let row = Command(
    group: "config", summary: "Show and check settings.",
    discussion: """
      An option's value comes from the command line, else from its environment variable, else from \
      the file of settings, else it is the default. The file is --config or FREEHOLD_CONFIG, else \
      freehold/config.json of the user's configuration folder, else /etc/freehold/config.json.
      """,
    example: "freehold config show --origin",
    subcommands: [
      Command(
        "show", summary: "Show every setting, or those that a command line would run with.",
        options: [file, Option("origin", .flag, help: "Say where each value comes from.")],
        positionals: [
          Positional(
            "WORD", .text, help: "A command line behind --, such as serve --drain 5.", arity: .many)
        ],
        isList: true, example: "freehold config show --origin -- serve --data network --drain 5"),
      Command(
        "check", summary: "Say everything that is wrong with a file of settings.",
        positionals: [
          Positional("FILE", .path, help: "The file; the usual one if none.", arity: .optional)
        ], example: "freehold config check"),
    ])

  static func run(_ match: Match) -> ExitCode {
    do throws(UsageFailure) {
      if match.path.last == "check" { return check(match) }
      let words = match.texts("WORD")
      let listing = words.isEmpty ? try all(match) : try line(words, match)
      var shown = Listing(Array(listing.columns.prefix(match.flag("origin") ? 3 : 2)))
      for row in listing.rows { shown.append(row) }
      Terminal.list(shown, as: match.output, under: "settings")
      return .success
    } catch {
      Terminal.fail(error.message, json: match.wantsJSON)
      return .usage
    }
  }

  /// Every setting of every command.
  private static func all(_ match: Match) throws(UsageFailure) -> Listing {
    let program = CommandTable.program
    let named = match.text("config") ?? environment("\(program.environmentPrefix)_CONFIG")
    let file = try SettingsFile.load(named)
    var listing = Listing(["setting", "value", "origin"])
    for setting in program.settings {
      let stored = file.entries.filter { $0.path == setting.path }.map(\.text)
      if let value = environment(setting.variable) {
        listing.append([setting.path, value, "environment \(setting.variable)"])
      } else if !stored.isEmpty {
        listing.append([setting.path, stored.joined(separator: ","), "file \(file.source)"])
      } else {
        let value = setting.option.defaultValue ?? (setting.option.kind == .flag ? "false" : "")
        listing.append([setting.path, value, "default"])
      }
    }
    return listing
  }

  /// The options that a command line would run with.
  private static func line(_ words: [String], _ match: Match) throws(UsageFailure) -> Listing {
    let program = CommandTable.program
    let invocation = try program.parse(
      words.first == program.root.name ? Array(words.dropFirst()) : words,
      environment: environment,
      settings: { (file) throws(UsageFailure) in
        try SettingsFile.load(match.text("config") ?? file)
      })
    var listing = Listing(["setting", "value", "origin"])
    guard case .run(let meant) = invocation, let command = program.command(meant.path) else {
      return listing
    }
    for option in command.options {
      let origin =
        switch meant.origin(option.name) {
        case .commandLine: "command line"
        case .environment(let name): "environment \(name)"
        case .file(let path): "file \(path)"
        case .defaultValue, nil: "default"
        }
      let texts = meant.texts(option.name)
      let value = texts.isEmpty && option.kind == .flag ? "false" : texts.joined(separator: ",")
      listing.append([option.setting ?? option.name, value, origin])
    }
    return listing
  }

  private static func check(_ match: Match) -> ExitCode {
    let program = CommandTable.program
    let named = match.text("FILE") ?? environment("\(program.environmentPrefix)_CONFIG")
    guard let path = named ?? SettingsFile.usual else {
      Terminal.facts(
        [("file", "none"), ("usual", UserFolders.settings)], json: match.wantsJSON)
      return .success
    }
    let (settings, form) = SettingsFile.read(path)
    let problems = form + program.problems(of: settings)
    if match.wantsJSON {
      Terminal.object { writer in
        writer.name("file")
        writer.string(path)
        writer.name("problems")
        writer.beginArray()
        for problem in problems { writer.string(problem) }
        writer.endArray()
      }
    } else if problems.isEmpty {
      Terminal.print("\(path): \(settings.entries.count) settings, nothing wrong")
    } else {
      for problem in problems { Terminal.complain("error: \(path): \(problem)") }
    }
    return problems.isEmpty ? .success : .usage
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
