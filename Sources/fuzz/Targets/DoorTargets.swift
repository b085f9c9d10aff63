import Arguments
import HTTP
import Primitives

/// What names a place or a command: request targets, URLs, the words that a person types.
enum DoorTargets {
  static let all = [httpTarget, arguments]

  // HTTP

  private static let httpTarget = Target(
    "target", "a request target and its query, a URL: decoded as they were encoded", limit: 1_024,
    seeds: { bytes("/", "/a%20b?x=1&y=%2b+", "http://h:1/a?b", "http://[::1]:80/a", "*", "/%ff") },
    words: { bytes("%00", "%2F", "%", "http://", "https://", "?", "&", "=", "[", "]", "@") },
    run: { input in
      guard let text = String(validating: input, as: UTF8.self) else { return .refused }
      _ = try? HTTPClient(url: text)
      _ = Endpoint(text)
      guard let (path, query) = splitTarget(text) else { return .refused }
      if path.utf8.first != 0x2f || path.utf8.contains(0) { return .broken("a path \(path)") }
      if let query { _ = percentDecoded(query.utf8, plusIsBlank: true) }
      let encoded = path.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
      let again = splitTarget("/" + encoded.dropFirst().joined())
      return .unless(again?.path != path, "the path \(path) has another encoding")
    })

  // Command line

  /// Words parted by zero bytes; the first byte says whether the environment speaks too.
  private static let arguments = Target(
    "arguments", "a command line: the same values when it is written out again", limit: 1_024,
    seeds: {
      [
        "run\0--count=5\0file\0a\0b", "run\0--kind\0one\0--flag\0--\0-x",
        "group\0inner\0--at\01970",
        "help\0run", "--version", "run\0--who\00xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
      ]
      .map { [0] + Array($0.utf8) }
    },
    words: { bytes("\0", "--", "--count", "--kind", "--at=", "--where", "=", "-", "group", "run") },
    run: { input in
      guard let first = input.first else { return .refused }
      let parts = input.dropFirst().split(separator: 0, omittingEmptySubsequences: false)
      let words = parts.compactMap { String(validating: $0, as: UTF8.self) }
      let spoken = first % 2 == 1 ? words.last : nil
      do throws(UsageFailure) {
        guard case .run(let match) = try program.parse(words, environment: { _ in spoken }) else {
          return .accepted
        }
        if let number = match.number("count"), number > 9 { return .broken("a count of \(number)") }
        var again = match.path
        for option in ["count", "kind", "who", "at", "where"] {
          again += match.texts(option).map { "--\(option)=\($0)" }
        }
        if match.flag("flag") { again.append("--flag") }
        again += ["--"] + match.texts("FILE") + match.texts("REST")
        guard case .run(let second) = try program.parse(again, environment: { _ in nil }) else {
          return .broken("\(again) does not run")
        }
        return .unless(
          second.texts("REST") != match.texts("REST")
            || second.text("count") != match.text("count"),
          "\(again) says something else")
      } catch {
        return error.text.isEmpty ? .broken("a refusal says nothing") : .refused
      }
    })

  /// A command of every kind of value and place.
  static let program = Program(
    root: Command(
      group: "tool", summary: "Tries every kind.", example: "tool run",
      subcommands: [
        Command(
          "run", summary: "Takes everything.",
          options: [
            Option("count", .number(0...9), "N", help: "A number.", environment: .top),
            Option("kind", .choice(["one", "two"]), "WORD", help: "A choice.", isRepeatable: true),
            Option("who", .address, "ADDRESS", help: "An account.", environment: .section("a")),
            Option("at", .time, "TIME", help: "An instant."),
            Option("where", .endpoint, "PLACE", help: "A place.", isRepeatable: true),
            Option("flag", .flag, help: "A flag.", environment: .top),
          ],
          positionals: [
            Positional("FILE", .path, help: "A file.", arity: .optional),
            Positional("REST", .text, help: "Others.", arity: .many),
          ], example: "tool run"),
        Command(
          group: "group", summary: "Holds one.", example: "tool group inner",
          subcommands: [
            Command(
              "inner", summary: "Takes a time.",
              options: [Option("at", .time, "TIME", help: "When.", isRequired: true)],
              example: "tool group inner --at 0")
          ]),
      ]), version: "1", environmentPrefix: "TOOL")
}
