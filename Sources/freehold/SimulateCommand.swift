import Arguments
import Economy
import EconomyFile
import Node
import Primitives
import Simulation

/// `freehold simulate`: the real engine under a workload, compared with a naive model.
enum SimulateCommand {
  static let row = Command(
    "simulate", summary: "Run a random workload on the real engine beside a naive model.",
    discussion: """
      The same seed gives the same state root on any machine, in any time zone and locale, in a \
      debug and in a release build. Engine and model share no code; every difference is reported.
      """,
    options: [
      Option("economy", .path, "FILE", help: "The economy file.", isRequired: true),
      Option(
        "workload", .choice(["token"]), "NAME", help: "What happens.", defaultValue: "token"),
      Option(
        "operations", .number(1...1_000_000_000), "N", help: "How many operations.",
        defaultValue: "100000"),
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
