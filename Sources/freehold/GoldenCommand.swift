import Arguments
import Economy
import Node
import Primitives
import Simulation

/// `freehold golden`: scenario files against the real engine, exact to the unit.
enum GoldenCommand {
  static let row = Command(
    "golden", summary: "Run scenario files through the real engine, exact to the unit.",
    discussion: """
      A file gives balances, scores and pools, says what happens when, and what must then be so. \
      Steps: stake, claim, compound, earlyExit, unstake, lockEnd, advance, vesting, \
      release, milestone, platformRevenue, feeShareDeposit, transfer, transferPosition, score. \
      Times are seconds since genesis, amounts base units; steps pay no network fee. Every \
      comparison that differs is printed; a step or a word that nobody knows is a failure.
      """,
    options: [
      Option(
        "economies", .path, "DIR", help: "Where the economy files are, NAME.json each.",
        defaultValue: "economies")
    ],
    positionals: [
      Positional("FILE", .path, help: "A scenario file; may be repeated.", arity: .many)
    ],
    example: "freehold golden economies/golden/GS03.json")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    let files = match.texts("FILE")
    guard !files.isEmpty else {
      Terminal.fail("give the path of at least one scenario file", json: json)
      return .usage
    }
    let folder = match.text("economies") ?? "economies"
    var reports: [(file: String, report: GoldenReport)] = []
    for file in files {
      guard let text = Terminal.read(file, json: json) else { return .failed }
      let report = GoldenRunner.run(text: text, secret: .random()) { name in
        // A name is a word: it must not lead out of the folder.
        name.utf8.contains(0x2f)
          ? nil : Terminal.read("\(folder)/\(name).json", json: json)
      }
      reports.append((file, report))
    }
    if json { printDocument(reports) } else { printText(reports) }
    return reports.allSatisfy { $0.report.passes } ? .success : .failed
  }

  private static func printText(_ reports: [(file: String, report: GoldenReport)]) {
    for (file, report) in reports {
      for fault in report.faults { Terminal.complain("\(file): \(fault)") }
      for scenario in report.scenarios {
        for fault in scenario.faults { Terminal.complain("\(scenario.id): \(fault)") }
        let differing = scenario.comparisons.filter { !$0.agrees }
        for one in differing {
          Terminal.complain(
            "\(scenario.id) step \(one.step): \(one.key): expected \(one.expected), "
              + "found \(one.found)")
        }
        let agreeing = scenario.comparisons.count - differing.count
        Terminal.print(
          "\(scenario.id) \(scenario.passes ? "passes" : "FAILS"): \(agreeing) of "
            + "\(scenario.comparisons.count) comparisons agree to the unit")
      }
    }
  }

  private static func printDocument(_ reports: [(file: String, report: GoldenReport)]) {
    Terminal.object { writer in
      writer.name("files")
      writer.beginArray()
      for (file, report) in reports {
        writer.beginObject()
        writer.name("file")
        writer.string(file)
        writer.name("passes")
        writer.bool(report.passes)
        writer.name("faults")
        writer.beginArray()
        for fault in report.faults { writer.string(fault) }
        writer.endArray()
        writer.name("scenarios")
        writer.beginArray()
        for scenario in report.scenarios { print(scenario, &writer) }
        writer.endArray()
        writer.endObject()
      }
      writer.endArray()
    }
  }

  private static func print(_ scenario: GoldenReport.Scenario, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("id")
    writer.string(scenario.id)
    writer.name("passes")
    writer.bool(scenario.passes)
    writer.name("faults")
    writer.beginArray()
    for fault in scenario.faults { writer.string(fault) }
    writer.endArray()
    writer.name("comparisons")
    writer.beginArray()
    for one in scenario.comparisons {
      writer.beginObject()
      writer.name("step")
      writer.number(one.step)
      writer.name("key")
      writer.string(one.key)
      writer.name("expected")
      writer.string(one.expected)
      writer.name("found")
      writer.string(one.found)
      writer.name("agrees")
      writer.bool(one.agrees)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
