import Arguments
import EconomyFile
import Primitives

/// `freehold check`: an economy file against its schema, sums and hard limits.
enum CheckCommand {
  static let row = Command(
    "check", summary: "Check an economy file: schema, sums, bounds and hard limits.",
    options: [CommandTable.overlay],
    positionals: [Positional("FILE", .path, help: "The economy file.")],
    example: "freehold check economies/dta.json --overlay economies/dev.json")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    let path = match.text("FILE") ?? ""
    guard let text = Terminal.read(path, json: json) else { return .failed }
    var overlays: [String] = []
    for path in match.texts("overlay") {
      guard let overlay = Terminal.read(path, json: json) else { return .failed }
      overlays.append(overlay)
    }
    do throws(EconomyFileFailure) {
      let document = try EconomyFile.load(text: text, overlays: overlays)
      let summary = EconomySummary(document)
      Terminal.print(json ? summary.json : summary.text)
      return .success
    } catch {
      report(error, json: json)
      return .failed
    }
  }

  private static func report(_ failure: EconomyFileFailure, json: Bool) {
    guard json else {
      Terminal.complain(failure.description)
      let count = failure.problems.count
      Terminal.complain("error: \(count) problem\(count == 1 ? "" : "s"): nothing was changed")
      return
    }
    Terminal.object { writer in
      writer.name("problems")
      writer.beginArray()
      for problem in failure.problems {
        writer.beginObject()
        writer.name("pointer")
        writer.string(problem.pointer)
        writer.name("cause")
        writer.string(problem.cause)
        writer.name("repair")
        writer.string(problem.repair)
        writer.endObject()
      }
      writer.endArray()
    }
  }
}
