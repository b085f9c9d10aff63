import Arguments
import Economy
import EconomyFile
import Node
import Primitives
import Simulation

/// `freehold simulate`: the real engine under a workload, compared with a naive model.
enum SimulateCommand {
  static let row = Command(
    "simulate", summary: "Run a random workload on the real engine beside naive models.",
    discussion: """
      The same seed gives the same state root on any machine, in any time zone and locale, in a \
      debug and in a release build. Engine and models share no code; every difference is reported. \
      The workload token runs operations of the token as fast as it can; life is all modules for \
      so many days, with every timer at its second and every invariant every day.
      """,
    options: [
      Option("economy", .path, "FILE", help: "The economy file.", isRequired: true),
      Option(
        "workload", .choice(["token", "life"]), "NAME", help: "What happens.",
        defaultValue: "token"),
      Option(
        "operations", .number(1...1_000_000_000), "N", help: "How many operations of the token.",
        defaultValue: "100000"),
      Option(
        "days", .number(1...3_650), "N", help: "How many days of life.", defaultValue: "365"),
      Option(
        "operations-a-day", .number(0...100_000), "N", help: "How many operations a day of life.",
        defaultValue: "300"),
      Option(
        "accounts", .number(1...1_000_000), "N", help: "How many members.", defaultValue: "1000"),
      Option("seed", .number(0...UInt64.max), "N", help: "The choice of run.", defaultValue: "1"),
    ],
    example: "freehold simulate --economy economies/dta.json --operations 100000 --seed 7")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    guard let text = Terminal.read(match.text("economy") ?? "", json: json) else {
      return .failed
    }
    if match.text("workload") == "life" { return live(text, match) }
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
    let days = Int(clamping: match.number("days") ?? 1)
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
