import Arguments
import Glibc
import Primitives

/// Feeds decoders with bytes. Built plainly it reproduces: it runs files through a target, or blind
/// mutations for a time. Built by script/fuzz it is libFuzzer's driver (see Fuzzer.swift).
enum Reproducer {
  static let program = Program(
    root: Command(
      group: "fuzz", summary: "Feed decoders with bytes that nobody would send.",
      discussion: "script/fuzz builds this with libFuzzer and AddressSanitizer and runs it.",
      example: "fuzz run json --seconds 10",
      subcommands: [
        Command("list", summary: "List the targets.", example: "fuzz list"),
        Command(
          "run", summary: "Run inputs through a target.",
          discussion: """
            Files and the files of folders are run as they are. With --seconds they and the \
            target's own seeds are changed at random for that long.
            """,
          options: [
            Option("seconds", .number(0...1_000_000), "N", help: "Change inputs for so long."),
            Option(
              "executions", .number(1...1_000_000_000_000), "N", help: "Stop after so many."),
            Option("seed", .number(0...UInt64.max), "N", help: "The choice.", defaultValue: "1"),
            Option(
              "keep", .path, "FILE", help: "Where an input that breaks something is written.",
              defaultValue: "broken-input"),
          ],
          positionals: [
            Positional("TARGET", .text, help: "One of list, or all."),
            Positional("FILE", .path, help: "Inputs, or folders of them.", arity: .many),
          ], example: "fuzz run json Tests/Corpus/json"),
        Command(
          "seeds", summary: "Write a target's genuine inputs into a folder.",
          positionals: [
            Positional("TARGET", .text, help: "One of list."),
            Positional("DIR", .path, help: "The folder."),
          ], example: "fuzz seeds json seeds"),
        Command(
          "dictionary", summary: "Print a target's dictionary as libFuzzer reads it.",
          positionals: [Positional("TARGET", .text, help: "One of list.")],
          example: "fuzz dictionary json"),
      ]), version: "1", environmentPrefix: "FREEHOLD")

  static func main() {
    do throws(UsageFailure) {
      let words = Array(CommandLine.arguments.dropFirst())
      switch try program.parse(words, environment: { _ in nil }) {
      case .help(let text): print(text, terminator: "")
      case .version: print("1")
      case .run(let match): exit(run(match).rawValue)
      }
    } catch {
      complain(error.text)
      exit(ExitCode.usage.rawValue)
    }
  }

  private static func run(_ match: Match) -> ExitCode {
    if match.path.first == "list" {
      for target in Targets.all {
        print("\(target.name)\t\(target.limit)\t\(target.patience)\t\(target.summary)")
      }
      return .success
    }
    let name = match.text("TARGET") ?? ""
    guard let target = Targets.named(name) else {
      guard match.path.first == "run", name == "all" else {
        complain("error: there is no target \(name); fuzz list names them\n")
        return .notFound
      }
      return Targets.all.reduce(ExitCode.success) { code, target in
        let one = feed(target, match, folders: match.texts("FILE").map { "\($0)/\(target.name)" })
        return one == .success ? code : one
      }
    }
    switch match.path.first {
    case "seeds": return write(target, into: match.text("DIR") ?? "")
    case "dictionary":
      for word in target.words() {
        print("\"" + word.map { "\\x" + Hex.text([$0]).dropFirst(2) }.joined() + "\"")
      }
      return .success
    default: return feed(target, match, folders: match.texts("FILE"))
    }
  }

  private static func feed(_ target: Target, _ match: Match, folders: [String]) -> ExitCode {
    var inputs: [[UInt8]] = []
    for path in folders.flatMap({ InputFile.list($0) ?? [] }) {
      guard let bytes = InputFile.read(path) else {
        complain("error: \(path) cannot be read\n")
        return .failed
      }
      inputs.append(bytes)
    }
    let tally = Driver.run(
      target, inputs: inputs, seconds: match.number("seconds") ?? 0,
      executions: match.number("executions").map { Int(clamping: $0) } ?? .max,
      seed: match.number("seed") ?? 1)
    print(
      "\(target.name): \(tally.executions) inputs, \(tally.accepted) accepted, the slowest took "
        + "\(tally.slowest / 1_000) µs")
    guard let broken = tally.broken else {
      if tally.slowest < target.patience * 1_000_000_000 { return .success }
      complain("error: \(target.name): an input takes longer than \(target.patience) s\n")
      return .failed
    }
    let path = match.text("keep") ?? ""
    _ = InputFile.write(path, broken.input)
    complain(
      "error: \(target.name): \(broken.text)\nshow it again with: fuzz run \(target.name) \(path)\n"
    )
    return .failed
  }

  private static func write(_ target: Target, into folder: String) -> ExitCode {
    _ = mkdir(folder, 0o755)
    for (number, seed) in target.seeds().enumerated() {
      guard InputFile.write("\(folder)/seed-\(number)", seed) else {
        complain("error: \(folder) takes no files\n")
        return .failed
      }
    }
    return .success
  }

  static func complain(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
