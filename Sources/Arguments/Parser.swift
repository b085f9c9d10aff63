/// What the command line asks for.
public enum Invocation: Sendable {
  /// Run a command with these values.
  case run(Match)
  /// Print this text and end with success.
  case help(String)
  /// Print the program's version and end with success.
  case version
}

/// Where a value was found.
public enum ValueOrigin: Sendable, Equatable {
  /// On the command line.
  case commandLine
  /// In the named environment variable.
  case environment(String)
  /// In the settings' file of this name.
  case file(String)
  /// In the command table.
  case defaultValue
}

/// The values of one command, each of the form that its kind demands.
public struct Match: Sendable {
  /// The words that select the command, without the executable's name: `["wallet", "new"]`.
  public let path: [String]
  private var entries: [Entry] = []

  private struct Entry {
    let name: String
    let text: String
    let origin: ValueOrigin
  }

  init(path: [String]) {
    self.path = path
  }

  mutating func append(_ name: String, _ text: String, _ origin: ValueOrigin) {
    entries.append(Entry(name: name, text: text, origin: origin))
  }

  /// The value of an option or positional, or nil where it has none.
  public func text(_ name: String) -> String? {
    entries.first { $0.name == name }?.text
  }

  /// Every value of a repeatable option or positional, in order.
  public func texts(_ name: String) -> [String] {
    entries.filter { $0.name == name }.map(\.text)
  }

  /// The value of a number, or nil where it has none.
  public func number(_ name: String) -> UInt64? {
    text(name).flatMap { UInt64($0) }
  }

  /// Whether a flag is set.
  public func flag(_ name: String) -> Bool {
    text(name) == "true"
  }

  /// Where the value was found, or nil where there is none.
  public func origin(_ name: String) -> ValueOrigin? {
    entries.first { $0.name == name }?.origin
  }

  /// Whether the result is wanted as JSON.
  public var wantsJSON: Bool { output == .json }

  /// How a list is wanted.
  public var output: OutputForm {
    flag("json") ? .json : text("output").flatMap { OutputForm(rawValue: $0) } ?? .table
  }
}

/// A command line that cannot be understood. Ends the process with `ExitCode.usage`.
public struct UsageFailure: Error, Equatable, Sendable {
  /// The words of the command up to where it went wrong, with the executable's name.
  public let command: String
  /// What is wrong and, where it can be said, the repair.
  public let message: String

  public init(command: String, message: String) {
    self.command = command
    self.message = message
  }

  /// What to print on standard error.
  public var text: String {
    "error: \(message)\nTry '\(command) --help'.\n"
  }
}

extension Program {
  /// Reads a command line, without the executable's own name. `environment` gives the value of an
  /// environment variable, or nil; it is asked only for the options of the command that was found.
  /// `settings` gives the contents of the settings' file, of the one named if any is; it is asked
  /// only where the command has options that may stand there.
  public func parse(
    _ arguments: [String], environment: (String) -> String?,
    settings: (_ file: String?) throws(UsageFailure) -> Settings = { _ in Settings() }
  ) throws(UsageFailure) -> Invocation {
    var words = arguments[...]
    if words.first == "help" {
      words.removeFirst()
      let chosen = try select(&words)
      guard let surplus = words.first else {
        return .help(Help.text(of: chosen.command, path: chosen.path, in: self))
      }
      throw unknownCommand(surplus, below: chosen)
    }
    if words.first == "--version" && words.count == 1 { return .version }
    let chosen = try select(&words)
    var reading = Reading(program: self, chosen: chosen)
    return try reading.invocation(words, environment: environment, settings: settings)
  }

  /// Follows the words down the table as far as they name commands.
  private func select(_ words: inout ArraySlice<String>) throws(UsageFailure) -> Chosen {
    var chosen = Chosen(command: root, path: [root.name])
    while !chosen.command.subcommands.isEmpty, let word = words.first, !word.hasPrefix("-") {
      guard let next = chosen.command.subcommands.first(where: { $0.name == word }) else {
        throw unknownCommand(word, below: chosen)
      }
      words.removeFirst()
      chosen = Chosen(command: next, path: chosen.path + [word])
    }
    return chosen
  }

  private func unknownCommand(_ word: String, below chosen: Chosen) -> UsageFailure {
    let names = chosen.command.subcommands.map(\.name)
    guard !names.isEmpty else {
      return chosen.failure("'\(printable(word))' is one word too many")
    }
    return chosen.failure(
      "unknown command '\(printable(word))'\(Suggestion.sentence(for: word, among: names))")
  }
}

/// A command of the table and the words that lead to it, the executable's name first.
struct Chosen {
  let command: Command
  let path: [String]

  func failure(_ message: String) -> UsageFailure {
    UsageFailure(command: path.joined(separator: " "), message: message)
  }
}

/// One pass over the words that follow the command.
private struct Reading {
  let program: Program
  let chosen: Chosen
  var match: Match
  var places: [String] = []

  init(program: Program, chosen: Chosen) {
    self.program = program
    self.chosen = chosen
    self.match = Match(path: Array(chosen.path.dropFirst()))
  }

  mutating func invocation(
    _ arguments: ArraySlice<String>, environment: (String) -> String?,
    settings: (String?) throws(UsageFailure) -> Settings
  ) throws(UsageFailure) -> Invocation {
    var words = arguments
    while let word = words.popFirst() {
      if word == "--" {
        places.append(contentsOf: words)
        break
      }
      if word == "--help" || word == "-h" {
        return .help(Help.text(of: chosen.command, path: chosen.path, in: program))
      }
      if word.hasPrefix("-") && word != "-" {
        try readOption(word, &words)
      } else {
        places.append(word)
      }
    }
    let runs = chosen.command.options.contains { match.flag($0.name) }
    guard chosen.command.subcommands.isEmpty || runs else {
      let names = chosen.command.subcommands.map(\.name).joined(separator: ", ")
      throw chosen.failure("a command is missing; there are: \(names)")
    }
    try fillFromEnvironment(environment, settings)
    if match.flag("json"), let form = match.text("output"), form != OutputForm.json.rawValue {
      throw chosen.failure("--json and --output \(form) contradict each other: leave one out")
    }
    try fillPlaces()
    return .run(match)
  }

  private mutating func readOption(
    _ word: String, _ words: inout ArraySlice<String>
  ) throws(UsageFailure) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let written = String(parts[0])
    let options = chosen.command.allOptions
    let found = options.first { option in
      "--\(option.name)" == written || option.letter.map { "-\($0)" == written } ?? false
    }
    guard let option = found else {
      let names = options.map { "--\($0.name)" }
      throw chosen.failure(
        "unknown option '\(printable(written))'\(Suggestion.sentence(for: written, among: names))")
    }
    if match.text(option.name) != nil && !option.isRepeatable {
      throw chosen.failure("\(written) stands twice; it takes one value")
    }
    if option.kind == .flag {
      guard parts.count == 1 else { throw chosen.failure("\(written) takes no value") }
      match.append(option.name, "true", .commandLine)
    } else if parts.count == 2 {
      try accept(option, String(parts[1]), .commandLine)
    } else if let value = words.first, !value.hasPrefix("--") {
      words.removeFirst()
      try accept(option, value, .commandLine)
    } else {
      throw chosen.failure(
        "\(written) needs a value: \(written) \(option.valueName)"
          + " (write \(written)=\(option.valueName) where the value begins with --)")
    }
  }

  private mutating func accept(
    _ option: Option, _ value: String, _ origin: ValueOrigin
  ) throws(UsageFailure) {
    if let reason = option.kind.refusal(of: value) {
      throw chosen.failure("\(Self.place(option, origin)): \(reason)")
    }
    match.append(option.name, value, origin)
  }

  /// Where a value stands, for messages.
  private static func place(_ option: Option, _ origin: ValueOrigin) -> String {
    switch origin {
    case .environment(let name): name
    case .file(let path): "\(path): \(option.setting ?? option.name)"
    case .commandLine, .defaultValue: "--\(option.name)"
    }
  }

  private mutating func fillFromEnvironment(
    _ environment: (String) -> String?, _ settings: (String?) throws(UsageFailure) -> Settings
  ) throws(UsageFailure) {
    var file = Settings()
    if chosen.command.hasSettings {
      let variable = program.variable(of: Command.configurationOption) ?? ""
      file = try settings(match.text("config") ?? environment(variable))
    }
    for option in chosen.command.options where match.text(option.name) == nil {
      let stored = option.setting.map { file.texts($0) } ?? []
      if let name = program.variable(of: option), let value = environment(name) {
        try fill(option, from: value, .environment(name))
      } else if !stored.isEmpty {
        for value in stored { try fill(option, from: value, .file(file.source)) }
      } else if let value = option.defaultValue {
        match.append(option.name, value, .defaultValue)
      } else if option.isRequired {
        let variable = program.variable(of: option).map { " (or set \($0))" } ?? ""
        throw chosen.failure(
          "--\(option.name) is missing: --\(option.name) \(option.valueName)\(variable)")
      }
    }
  }

  private mutating func fill(
    _ option: Option, from value: String, _ origin: ValueOrigin
  ) throws(UsageFailure) {
    guard option.kind == .flag else { return try accept(option, value, origin) }
    guard let isSet = Settings.flag(value) else {
      throw chosen.failure(
        "\(Self.place(option, origin)): '\(printable(value))' is neither true nor false")
    }
    if isSet { match.append(option.name, "true", origin) }
  }

  private mutating func fillPlaces() throws(UsageFailure) {
    var rest = places[...]
    for positional in chosen.command.positionals {
      var wanted = positional.arity == .many ? rest.count : 1
      while wanted > 0, let value = rest.popFirst() {
        if let reason = positional.kind.refusal(of: value) {
          throw chosen.failure("\(positional.name): \(reason)")
        }
        match.append(positional.name, value, .commandLine)
        wanted -= 1
      }
      if positional.arity == .one && wanted > 0 {
        throw chosen.failure("\(positional.name) is missing: \(positional.help)")
      }
    }
    if let surplus = rest.first {
      throw chosen.failure("'\(printable(surplus))' is one word too many")
    }
  }
}

/// A user's word as it may stand in a message: control characters replaced, long words cut.
func printable(_ word: String) -> String {
  var result = ""
  var count = 0
  for scalar in word.unicodeScalars {
    if count == 60 { return result + "…" }
    let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    result.unicodeScalars.append(isControl ? "?" : scalar)
    count += 1
  }
  return result
}
