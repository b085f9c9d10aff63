import EconomyFile
import Ledger
import Simulation

/// Agents on the real engine (W9): ten payments of each a day beside all that they decide, with
/// fees, timers, epochs and the books checked after every operation.
final class ForecastCase: BenchCase {
  /// What is counted.
  enum Measure {
    /// Millions of operations a second.
    case rate
    /// Seconds of the whole run.
    case time
  }

  let name: String
  let unit: String
  let note: String
  private let document: EconomyDocument
  private let settings: ForecastSettings
  private let counted: Measure

  init(
    _ label: String, _ document: EconomyDocument, agents: Int, days: Int, _ measure: Measure
  ) {
    name = "forecast.\(label)"
    unit = measure == .rate ? "M operations/s" : "s"
    note = "\(agents) agents, 10 payments a day each and their decisions, \(days) days"
    self.document = document
    counted = measure
    var settings = ForecastSettings(days: days, agents: agents, seed: 1)
    settings.assumptions[.payments] = 10
    self.settings = settings
  }

  func measure() throws -> Sample {
    var forecast = try Forecast(.genesis(document), settings, secret: HashSecret(5, 7))
    let start = now()
    let report = forecast.run()
    let taken = now() - start
    guard report.faults.isEmpty, report.impossible == 0 else {
      throw BenchFailure("\(name): \(report.faults.first ?? "operations outside of all blocks")")
    }
    let rate = Double(report.operations) / taken / 1e6
    return Sample(value: counted == .rate ? rate : taken, count: report.operations)
  }
}

extension Suites {
  /// W9, V16 and V17: the simulator beside those that modellers use.
  func forecast(_ runner: inout Runner) throws {
    let document = try EconomyFile.load(text: economy)
    var cases: [any BenchCase] = [
      ForecastCase("1k", document, agents: 1_000, days: plan.isQuick ? 120 : 365, .rate),
      ForecastCase("100k", document, agents: 100_000, days: plan.isQuick ? 2 : 7, .rate),
      ForecastCase("decade", document, agents: 1_000, days: 3_650, .time),
    ]
    if let modelProbe {
      let process = ProbeProcess(command: modelProbe)
      cases += [
        ("cadcad", "cadCAD integer ledger loops"),
        ("radcad", "radCAD integer ledger loops, deepcopy (default)"), ("mesa", "Mesa"),
      ].map { name, line in
        ProbeCase(
          "peer.\(name)", unit: "M updates/s", note: "\(line), 1,000 agents, 10 updates a day",
          process: process, line: line + ":", word: "updates")
      }
    }
    try runner.run(
      Suite(
        name: "forecast", cases: cases,
        comparisons: [
          Suite.Comparison(
            name: "V16: simulator / cadCAD, integer loops", subject: "forecast.1k",
            anchor: "peer.cadcad", goal: "30"),
          Suite.Comparison(
            name: "V16: simulator / radCAD, integer loops", subject: "forecast.1k",
            anchor: "peer.radcad", goal: "18"),
          Suite.Comparison(
            name: "V16: simulator / Mesa, floats", subject: "forecast.1k", anchor: "peer.mesa",
            goal: "2"),
        ]))
  }
}
