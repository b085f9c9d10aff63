internal import Economy
internal import EconomyFile
public import Ledger
internal import Primitives

/// Runs scenario files through the real engine and compares to the last unit (decisions 34).
///
/// A file is one scenario, or `scenarios` with a list of them. `given` becomes an overlay of the
/// economy; each step of `when` is an operation of its actor at its time, in seconds since genesis,
/// with all that fell due before it; each entry of `then` is compared right after its step. Steps
/// pay no network fee, because the balances of a scenario are stated without: members stake all
/// that they hold. A step or a key that nobody knows is a failure, never skipped.
public enum GoldenRunner {
  /// - Parameters:
  ///   - text: The scenario file.
  ///   - economy: The text of an economy file by the economy's short name, or nil.
  public static func run(
    text: String, secret: HashSecret, economy: (String) -> String?
  ) -> GoldenReport {
    var report = GoldenReport()
    let root: JSONValue
    do throws(JSONFailure) {
      root = try JSONParser.parse(Array(text.utf8), comments: true)
    } catch {
      report.faults.append("the file is no JSON: \(error)")
      return report
    }
    report.faults += constants(root["constants"])
    let scenarios = root["scenarios"]?.elements
    if root["scenarios"] != nil && scenarios == nil {
      report.faults.append("/scenarios: no list stands here")
    }
    for (place, value) in (scenarios ?? [root]).enumerated() {
      let pointer = scenarios == nil ? "" : "/scenarios/\(place)"
      do throws(GoldenFault) {
        let scenario = try GoldenScenario(value, at: pointer)
        report.scenarios.append(run(scenario, secret: secret, economy: economy))
      } catch {
        report.faults.append("\(error.pointer): \(error.cause)")
      }
    }
    if report.scenarios.isEmpty && report.faults.isEmpty {
      report.faults.append("the file holds no scenario")
    }
    return report
  }

  /// The file's own constants must be the engine's.
  private static func constants(_ value: JSONValue?) -> [String] {
    let known: [(String, UInt128)] = [
      ("BPS", UInt128(BasisPoints.whole.value)), ("DAY", UInt128(Seconds.day.count)),
      ("MONTH", UInt128(Seconds.month.count)), ("YEAR", UInt128(Seconds.year.count)),
      ("indexScale", RewardIndex.scale),
      ("rateScale", Accumulator.ceilingScale / UInt128(Seconds.year.count)),
    ]
    return known.compactMap { name, number in
      guard let stated = value?[name] else { return nil }
      let text = stated.string ?? stated.whole.map { "\($0)" } ?? stated.kind
      return text == "\(number)" ? nil : "/constants/\(name): \(text), the engine's is \(number)"
    }
  }

  private static func run(
    _ scenario: GoldenScenario, secret: HashSecret, economy: (String) -> String?
  ) -> GoldenReport.Scenario {
    var report = GoldenReport.Scenario(id: scenario.id)
    guard let text = economy(scenario.economy) else {
      report.faults.append("there is no economy \"\(scenario.economy)\"")
      return report
    }
    let genesis: Genesis
    do throws(EconomyFileFailure) {
      let document = try EconomyFile.load(text: text)
      var overlay = GoldenOverlay(scenario, over: document)
      let laid: String
      do throws(GoldenFault) {
        laid = try overlay.text()
      } catch {
        report.faults.append("\(error.pointer): \(error.cause)")
        return report
      }
      genesis = try EconomyFile.load(text: text, overlays: [laid]).genesis()
    } catch {
      report.faults.append("what is given does not fit the economy: \(error)")
      return report
    }
    var course = GoldenCourse(scenario, genesis: genesis, secret: secret)
    course.run(into: &report)
    return report
  }
}
