import Primitives
import Simulation
import Storage

/// What `freehold simulate` prints of faults.
enum FaultText {
  static func print(_ report: FaultReport, json: Bool) {
    if json {
      printDocument(report)
    } else {
      printText(report)
    }
  }

  private static func printText(_ report: FaultReport) {
    Terminal.print(
      """
      \(report.workload): \(report.blocks) blocks of \(report.transactions) transactions, \
      \(report.cases) faults, \(report.recoveries) recoveries, \(report.made) blocks made, \
      \(report.executed) executed, \
      \(report.failures.isEmpty ? "nothing lost, nothing twice" : "FAILED") (seed \(report.seed))
      """)
    for (name, count) in report.outcomes { Terminal.print("  \(count)  \(name)") }
    let passed = FaultPoint.allCases.filter { report.points[$0] != nil }
    if !passed.isEmpty {
      Terminal.print(
        "  points      "
          + passed.map { "\($0.rawValue) \(report.points[$0] ?? 0)" }.joined(separator: ", "))
    }
    for failure in report.failures { Terminal.complain("  " + failure) }
  }

  private static func printDocument(_ report: FaultReport) {
    Terminal.object { writer in
      for (name, number) in [
        ("blocks", report.blocks), ("transactions", report.transactions),
        ("faults", report.cases), ("recoveries", report.recoveries),
        ("made", report.made), ("executed", report.executed),
      ] {
        writer.name(name)
        writer.number(number)
      }
      writer.name("seed")
      writer.string("\(report.seed)")
      writer.name("outcomes")
      writer.beginObject()
      for (name, count) in report.outcomes {
        writer.name(name)
        writer.number(count)
      }
      writer.endObject()
      writer.name("failures")
      writer.beginArray()
      for failure in report.failures { writer.string(failure) }
      writer.endArray()
    }
  }
}
