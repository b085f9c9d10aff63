/// What the text of a value must be. Checked by the parser, so that a command's code starts from
/// values of the right form.
public enum ValueKind: Sendable, Equatable {
  /// A switch: present or absent, without a value.
  case flag
  /// Any text that is not empty.
  case text
  /// A path of a file or folder; completed as such by shells.
  case path
  /// A whole number inside the bounds, written in decimal digits.
  case number(ClosedRange<UInt64>)
  /// One of the listed words.
  case choice([String])
  /// `0x` and forty hexadecimal digits.
  case address
  /// Seconds since 1970, or RFC 3339 in UTC such as `2026-01-31T00:00:00Z`.
  case time
  /// `HOST:PORT`, with IPv6 hosts in brackets.
  case endpoint
}

/// Where an option's value comes from when the command line does not give it.
public enum EnvironmentName: Sendable, Equatable {
  /// Nowhere: the command line only.
  case none
  /// `PREFIX_SECTION_KEY`, with the option's name as the key; `section.key` in the settings' file.
  case section(String)
  /// `PREFIX_KEY`, for the few options that belong to no section; `key` in the settings' file.
  case top
}

/// One `--name` of a command.
public struct Option: Sendable {
  /// The name without its dashes, in lower case with single dashes between words.
  public let name: String
  /// What the value must be.
  public let kind: ValueKind
  /// The word that stands for the value in help, such as `DIR`; empty for a flag.
  public let valueName: String
  /// One sentence of help.
  public let help: String
  /// The value where neither the command line nor the environment has one.
  public let defaultValue: String?
  /// A command without this value is a usage error.
  public let isRequired: Bool
  /// May stand more than once; the values keep their order.
  public let isRepeatable: Bool
  /// The environment variable that is read where the command line says nothing, and behind it the
  /// settings' file.
  public let environment: EnvironmentName
  /// A letter that stands for the name behind one dash, as `o` for `-o`.
  public let letter: Character?

  public init(
    _ name: String, _ kind: ValueKind, _ valueName: String = "", help: String,
    defaultValue: String? = nil, isRequired: Bool = false, isRepeatable: Bool = false,
    environment: EnvironmentName = .none, letter: Character? = nil
  ) {
    self.name = name
    self.kind = kind
    self.valueName = kind == .flag ? "" : valueName.isEmpty ? "VALUE" : valueName
    self.help = help
    self.defaultValue = defaultValue
    self.isRequired = isRequired
    self.isRepeatable = isRepeatable
    self.environment = environment
    self.letter = letter
  }

  /// The name in the settings' file, such as `serve.drain`; nil where it cannot stand there.
  public var setting: String? {
    switch environment {
    case .none: nil
    case .section(let section): "\(section).\(name)"
    case .top: name
    }
  }
}

/// One value without a name, found by its place.
public struct Positional: Sendable {
  /// How many values the place takes.
  public enum Arity: Sendable, Equatable {
    /// Exactly one.
    case one
    /// None or one.
    case optional
    /// Any number, none included; only as the last place.
    case many
  }

  /// The word in help and the key of `Match.text`, such as `FILE`.
  public let name: String
  /// What the value must be.
  public let kind: ValueKind
  /// One sentence of help.
  public let help: String
  /// How many values the place takes.
  public let arity: Arity

  public init(_ name: String, _ kind: ValueKind, help: String, arity: Arity = .one) {
    self.name = name
    self.kind = kind
    self.help = help
    self.arity = arity
  }
}

/// One row of the command table: either a group of subcommands or something to run.
public struct Command: Sendable {
  /// The word that selects the command.
  public let name: String
  /// One sentence, shown in lists.
  public let summary: String
  /// Further sentences for the command's own help; may be empty.
  public let discussion: String
  /// The options, in the order of help. `--help` and `--json` are added to every command. A group
  /// has flags alone: with one of them it runs itself.
  public let options: [Option]
  /// The values without a name, in order.
  public let positionals: [Positional]
  /// A whole command line that works, shown in help.
  public let example: String
  /// The commands below this one; where there are any, the command itself runs only by a flag of
  /// its own, such as `--list`.
  public let subcommands: [Command]
  /// Whether the result is a list, which `--output` prints as a table, as JSON or as CSV.
  public let isList: Bool

  /// A command that runs.
  public init(
    _ name: String, summary: String, discussion: String = "", options: [Option] = [],
    positionals: [Positional] = [], isList: Bool = false, example: String
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.options = options
    self.positionals = positionals
    self.example = example
    self.subcommands = []
    self.isList = isList
  }

  /// A group of commands.
  public init(
    group name: String, summary: String, discussion: String = "", options: [Option] = [],
    isList: Bool = false, example: String, subcommands: [Command]
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.options = options
    self.positionals = []
    self.example = example
    self.subcommands = subcommands
    self.isList = isList
  }

  /// The command's own options and those that every command of its kind has.
  public var allOptions: [Option] {
    if !subcommands.isEmpty && options.isEmpty { return [Self.helpOption] }
    var all = options
    if hasSettings { all.append(Self.configurationOption) }
    if isList { all.append(Self.outputOption) }
    return all + [Self.jsonOption, Self.helpOption]
  }

  /// Whether the settings' file can say something to the command.
  var hasSettings: Bool { options.contains { $0.environment != .none } }

  static let configurationOption = Option(
    "config", .path, "FILE", help: "A file of settings in place of the usual one.",
    environment: .top)
  static let outputOption = Option(
    "output", .choice(OutputForm.allCases.map(\.rawValue)), "FORM",
    help: "How the list is printed; table if nothing is said.", letter: "o")
  static let jsonOption = Option("json", .flag, help: "Print the result as one JSON document.")
  static let helpOption = Option("help", .flag, help: "Show this help and stop.")
}

/// The whole table: the one source of parsing, help, completions and the manual page.
public struct Program: Sendable {
  /// The group at the top; its name is the executable's.
  public let root: Command
  /// The version as `--version` prints it.
  public let version: String
  /// What environment variables start with, such as `FREEHOLD`.
  public let environmentPrefix: String

  public init(root: Command, version: String, environmentPrefix: String) {
    self.root = root
    self.version = version
    self.environmentPrefix = environmentPrefix
  }

  /// The command that these words lead to, without the executable's name; nil where there is none.
  public func command(_ path: [String]) -> Command? {
    var place = root
    for word in path {
      guard let next = place.subcommands.first(where: { $0.name == word }) else { return nil }
      place = next
    }
    return place
  }

  /// The environment variable behind an option, or nil where it has none.
  public func variable(of option: Option) -> String? {
    switch option.environment {
    case .none: nil
    case .section(let section):
      "\(environmentPrefix)_\(Self.variablePart(section))_\(Self.variablePart(option.name))"
    case .top: "\(environmentPrefix)_\(Self.variablePart(option.name))"
    }
  }

  private static func variablePart(_ text: String) -> String {
    String(text.uppercased().map { $0 == "-" ? "_" : $0 })
  }
}

/// How a list is printed.
public enum OutputForm: String, Sendable, CaseIterable {
  /// Columns for a person.
  case table
  /// One JSON document.
  case json
  /// RFC 4180, a header line first.
  case csv
}

/// How the process ends; the same numbers for every command.
public enum ExitCode: Int32, Sendable, CaseIterable {
  /// Everything that was asked for was done.
  case success = 0
  /// It was tried and failed; the message says why.
  case failed = 1
  /// The command line cannot be understood.
  case usage = 2
  /// What was asked for does not exist.
  case notFound = 3
  /// The ledger refused the operation.
  case rejected = 4
  /// The node does not answer.
  case unreachable = 5

  /// A few words for help and the manual page.
  public var meaning: String {
    switch self {
    case .success: "done"
    case .failed: "failed"
    case .usage: "wrong usage"
    case .notFound: "not found"
    case .rejected: "rejected by the ledger"
    case .unreachable: "node unreachable"
    }
  }
}
