import Arguments

/// A table with every kind of value, shared by the tests.
enum Example {
  static let initialise = Command(
    "init", summary: "Create a network's data folder.",
    options: [
      Option("economy", .path, "FILE", help: "The economy file.", isRequired: true),
      Option("overlay", .path, "FILE", help: "A file laid over it.", isRepeatable: true),
      Option(
        "data", .path, "DIR", help: "The data folder.", isRequired: true, environment: .top),
      Option("genesis-time", .time, "TIME", help: "When the network begins."),
      Option("force", .flag, help: "Replace what is there.", environment: .section("init")),
    ],
    example: "freehold init --economy economies/dta.json --data network")

  static let serve = Command(
    "serve", summary: "Run the node.",
    options: [
      Option(
        "listen", .endpoint, "HOST:PORT", help: "Where to listen.",
        defaultValue: "127.0.0.1:8545", environment: .section("http")),
      Option("threads", .number(1...64), "N", help: "How many threads."),
      Option("log", .choice(["quiet", "normal", "verbose"]), "LEVEL", help: "How much to say."),
    ],
    example: "freehold serve --listen 127.0.0.1:8545")

  static let balance = Command(
    "balance", summary: "Show a balance.",
    positionals: [
      Positional("ACCOUNT", .address, help: "Whose balance."),
      Positional("NOTE", .text, help: "Any words.", arity: .many),
    ],
    example: "freehold token balance 0x0000000000000000000000000000000000000000")

  static let holders = Command(
    "holders", summary: "List who holds tokens.", isList: true,
    example: "freehold token holders -o csv")

  static let check = Command(
    "check", summary: "Check an economy file.",
    positionals: [Positional("FILE", .path, help: "The file.", arity: .optional)],
    example: "freehold check economies/dta.json")

  static let program = Program(
    root: Command(
      group: "freehold", summary: "Runs a whole economy.",
      discussion: "One binary, one data folder, one port.",
      example: "freehold init --economy economies/dta.json --data network",
      subcommands: [
        initialise, serve, check,
        Command(
          group: "token", summary: "Ask about the token.", example: balance.example,
          subcommands: [balance, holders]),
      ]),
    version: "1.2.3", environmentPrefix: "FREEHOLD")

  static func parse(
    _ words: String..., environment: [String: String] = [:]
  ) throws(UsageFailure) -> Invocation {
    try program.parse(words) { environment[$0] }
  }

  static func match(
    _ words: [String], environment: [String: String] = [:]
  ) throws -> Match {
    guard case .run(let match) = try program.parse(words, environment: { environment[$0] }) else {
      throw UsageFailure.unexpected
    }
    return match
  }
}

extension UsageFailure {
  /// What a test throws when a command line asks for something else than to run a command.
  static var unexpected: UsageFailure {
    do {
      _ = try Example.program.parse([], environment: { _ in nil })
    } catch {
      return error
    }
    preconditionFailure("a group without a command must be refused")
  }
}
