import Arguments
import Economy
import EconomyFile
import Node
import Primitives
import Simulation

/// `freehold simulate`: the real engine under a workload, compared with a naive model.
enum SimulateCommand {
  static let row = Command(
    "simulate", summary: "Live years of an economy with agents, or try the engine by workloads.",
    discussion: """
      With a FILE, or --from a data folder, agents live in the economy for years on the real \
      engine: they stake, claim, compound, sell and pay for services, and a report says what comes \
      of it: supply, coverage, rewards, burns, concentration, and what gives way when. \
      docs/simulation.md says how agents behave and how to read the report.

      The same seed gives the same state root on any machine, in any time zone and locale, in a \
      debug and in a release build.

      The other workloads try the engine beside naive models that share no code with it; every \
      difference is reported. The workload token runs operations of the token as fast as it can; \
      life is all modules for so many days, with every timer at its second and every invariant \
      every day.

      The workloads crash, rot and trouble play blocks of all modules on a simulated disk: the \
      power is cut at every moment and at every moment of each recovery, every byte of the journal \
      is changed, every call to the disk fails in every way; mixed lives long lives with one fault \
      after another, and sequence sends random operations of all kinds with every invariant after \
      each. Nothing acknowledged may be lost and nothing may be applied twice; a failure names the \
      options that show it again.
      """,
    options: ForecastCommand.options + [
      Option("economy", .path, "FILE", help: "The economy file, instead of FILE."),
      Option(
        "workload", .choice(["agents", "token", "life"] + FaultRun.names), "NAME",
        help: "What happens: agents with FILE or --from, otherwise token."),
      Option(
        "operations", .number(1...1_000_000_000), "N", help: "How many operations of the token.",
        defaultValue: "100000"),
      Option(
        "days", .number(1...18_250), "N",
        help: "How many days, instead of years; 365 for life."),
      Option(
        "operations-a-day", .number(0...100_000), "N", help: "How many operations a day of life.",
        defaultValue: "300"),
      Option(
        "accounts", .number(1...1_000_000), "N", help: "How many members.", defaultValue: "1000"),
      Option("seed", .number(0...UInt64.max), "N", help: "The choice of run.", defaultValue: "1"),
      Option(
        "blocks", .number(1...100_000), "N",
        help: "How many blocks of faults (crash 200, rot 6, trouble 40, mixed 500)."),
      Option(
        "lives", .number(1...100_000_000), "N",
        help: "How many lives of mixed (20 where it is not said), or sequences (200)."),
      Option(
        "depth", .number(1...4), "N", help: "1: the work is cut; 2: its recoveries too; and so on.",
        defaultValue: "2"),
      Option(
        "survivals", .number(1...1_000), "N",
        help: "How many choices of surviving sectors each cut gets.", defaultValue: "3"),
      Option("jobs", .number(1...256), "N", help: "Threads for faults.", defaultValue: "1"),
      Option("case", .text, "NAME", help: "One case, as a failure names it."),
    ],
    positionals: [
      Positional("FILE", .path, help: "The economy file.", arity: .optional)
    ],
    example: "freehold simulate economies/dta.json --years 10 --agents 1000 --report forecast")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    let file = match.text("FILE") ?? match.text("economy")
    let isForecast = match.text("FILE") != nil || match.text("from") != nil
    let workload = match.text("workload") ?? (isForecast ? "agents" : "token")
    if workload == "agents" { return ForecastCommand.run(match, file: file) }
    guard let file else {
      Terminal.fail("give an economy file, such as economies/dta.json", json: json)
      return .usage
    }
    guard let text = Terminal.read(file, json: json) else { return .failed }
    switch workload {
    case "life": return live(text, match)
    case let name where FaultRun.names.contains(name): return strike(text, match)
    default: break
    }
    let genesis: Genesis
    do throws(EconomyFileFailure) {
      genesis = try EconomyFile.load(text: text).genesis()
    } catch {
      Terminal.fail(error.description, json: json)
      return .failed
    }
    let operations = Int(clamping: match.number("operations") ?? 0)
    let summary = TokenWorkload.run(
      genesis: genesis, operations: operations,
      accounts: Int(clamping: match.number("accounts") ?? 1),
      seed: match.number("seed") ?? 0, secret: .random()
    ) { Terminal.progress("\($0) of \(operations) operations") }
    Terminal.progressEnds()
    report(summary, json: json)
    return summary.differences.isEmpty ? .success : .failed
  }

  private static func live(_ text: String, _ match: Match) -> ExitCode {
    let json = match.wantsJSON
    let days = Int(clamping: match.number("days") ?? 365)
    do throws(EconomyFileFailure) {
      var life = try Life(
        text: text, accounts: Int(clamping: match.number("accounts") ?? 1),
        seed: match.number("seed") ?? 0, secret: .random())
      let summary = life.run(
        days: days, operationsADay: Int(clamping: match.number("operations-a-day") ?? 0)
      ) { Terminal.progress("\($0) of \(days) days") }
      Terminal.progressEnds()
      LifeReport.print(summary, json: json)
      return summary.faults.isEmpty && summary.isFunded ? .success : .failed
    } catch {
      Terminal.fail(error.description, json: json)
      return .failed
    }
  }

  private static func strike(_ text: String, _ match: Match) -> ExitCode {
    do throws(EconomyFileFailure) {
      let report = try FaultRun.report(
        match.text("workload") ?? "", text: text,
        FaultRun.Wish(
          blocks: match.number("blocks").map { Int(clamping: $0) },
          seed: match.number("seed") ?? 1, depth: Int(clamping: match.number("depth") ?? 2),
          survivals: Int(clamping: match.number("survivals") ?? 3),
          jobs: Int(clamping: match.number("jobs") ?? 1), only: match.text("case"),
          lives: match.number("lives").map { Int(clamping: $0) })
      ) { Terminal.progress("\($0) of \($1)") }
      Terminal.progressEnds()
      FaultText.print(report, json: match.wantsJSON)
      return report.failures.isEmpty ? .success : .failed
    } catch {
      Terminal.fail(error.description, json: match.wantsJSON)
      return .failed
    }
  }

  private static func report(_ summary: TokenWorkload.Summary, json: Bool) {
    if json {
      Terminal.object { writer in
        writer.name("operations")
        writer.number(summary.operations)
        writer.name("succeeded")
        writer.number(summary.succeeded)
        writer.name("refused")
        writer.number(summary.refused)
        writer.name("impossible")
        writer.number(summary.impossible)
        writer.name("stateRoot")
        writer.string(Hex.text(summary.stateRoot.bytes))
        writer.name("balances")
        writer.string(Hex.text(summary.balances.bytes))
        writer.name("differences")
        writer.beginArray()
        for difference in summary.differences { writer.string(difference) }
        writer.endArray()
      }
      return
    }
    Terminal.print(
      """
      \(summary.operations) operations: \(summary.succeeded) took effect, \(summary.refused) were \
      refused, \(summary.impossible) were no part of a block
        state root  \(Hex.text(summary.stateRoot.bytes))
        balances    \(Hex.text(summary.balances.bytes))
        model       \(summary.differences.isEmpty ? "agrees" : "DIFFERS")
      """)
    for difference in summary.differences { Terminal.complain("  " + difference) }
  }
}
