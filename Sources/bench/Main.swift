import Arguments
import Economy
import EconomyFile
import Glibc
import Primitives

/// Measures the node's parts beside their limits on the same machine in the same run.
@main
struct Main {
  static let program = Program(
    root: Command(
      "bench", summary: "Measure the node's parts beside their limits.",
      discussion: """
        Nothing is asserted: a figure says something only beside the anchor of the same run. \
        script/bench builds, compiles the probes and calls this.
        """,
      options: [
        Option(
          "economy", .path, "FILE", help: "The economy file.", defaultValue: "economies/dta.json"),
        Option(
          "overlay", .path, "FILE", help: "Makes a development network of it.",
          defaultValue: "economies/dev.json"),
        Option("folder", .path, "DIR", help: "Where journals and probes write.", isRequired: true),
        Option(
          "case", .choice(Suites.names), "NAME", help: "Only this part; may be repeated.",
          isRepeatable: true),
        Option("quick", .flag, help: "One warm-up, three short repetitions."),
        Option("wal-ledger", .path, "FILE", help: "The compiled probe wal_ledger."),
        Option("disk-limits", .path, "FILE", help: "The compiled probe of synced 4 KiB writes."),
        Option("pyrevm", .text, "COMMAND", help: "Runs ERC-20 transfers in revm."),
        Option("models", .text, "COMMAND", help: "Runs the token economy in cadCAD, radCAD, Mesa."),
        Option("postgres", .text, "COMMAND", help: "Runs transfers in PostgreSQL by pgbench."),
      ],
      example: "bench --folder measured --quick --case recovery"),
    version: "1", environmentPrefix: "FREEHOLD")

  static func main() {
    do throws(UsageFailure) {
      let words = Array(CommandLine.arguments.dropFirst())
      switch try program.parse(words, environment: { getenv($0).map { String(cString: $0) } }) {
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
    do {
      let economy = try text(of: match.text("economy") ?? "")
      let suites = Suites(
        plan: match.flag("quick") ? .quick : .full, economy: economy,
        overlay: try text(of: match.text("overlay") ?? ""),
        genesis: try EconomyFile.load(text: economy).genesis(), folder: match.text("folder") ?? "",
        ledgerProbe: match.text("wal-ledger"), syncProbe: match.text("disk-limits"),
        contractProbe: match.text("pyrevm"), modelProbe: match.text("models"),
        databaseProbe: match.text("postgres"))
      var runner = Runner(plan: suites.plan, progress: progress)
      let wanted = match.texts("case")
      for name in Suites.names where wanted.isEmpty || wanted.contains(name) {
        try suites.run(name, &runner)
      }
      progress("")
      let report = Report(
        facts: MachineFacts(), measurements: runner.measurements, ratios: runner.ratios)
      print(match.wantsJSON ? report.lines.joined(separator: "\n") : report.table)
      return .success
    } catch let failure as BenchFailure {
      complain("\nerror: \(failure.text)\n")
    } catch {
      complain("\nerror: \(error)\n")
    }
    return .failed
  }

  /// On a terminal only, one line that is written over.
  private static func progress(_ text: String) {
    if isatty(STDERR_FILENO) == 1 { complain("\r\u{1b}[K" + text) }
  }

  private static func text(of path: String) throws -> String {
    guard let file = fopen(path, "rb") else {
      throw BenchFailure("\(path): \(String(cString: strerror(errno))): give the path of a file")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[0..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
