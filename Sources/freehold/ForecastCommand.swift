import Arguments
import EconomyFile
import Engine
import Glibc
import Node
import Primitives
import Simulation

/// `freehold simulate FILE`: years of an economy with agents, and a report of what came of it.
enum ForecastCommand {
  static let options = [
    Option("years", .number(1...50), "N", help: "How many years agents live; ten by default."),
    Option("agents", .number(1...100_000), "N", help: "How many members.", defaultValue: "1000"),
    Option(
      "overlay", .path, "FILE", help: "A document laid over the economy; may be repeated.",
      isRepeatable: true),
    Option("assumptions", .path, "FILE", help: "What agents do and customers pay, as JSON."),
    Option(
      "volume-a-day", .text, "TOKENS", help: "Payments for services a day at the start."),
    Option(
      "volume-growth", .number(0...10_000), "BPS", help: "Their growth every thirty days."),
    Option("payments-a-day", .number(0...100), "N", help: "Payments of each member to another."),
    Option(
      "from", .path, "DIR",
      help: "Starts from a copy of this data folder, which is only read; a node may run on it."),
    Option("report", .path, "FOLDER", help: "Writes index.html, report.json and CSV files there."),
    Option(
      "creation-order", .number(0...UInt64.max), "N",
      help: "Shuffles the order in which members are made; the state root stays the same."),
  ]

  static func run(_ match: Match, file: String?) -> ExitCode {
    do throws(CommandFailure) {
      var forecast = try forecast(match, file: file)
      let days = forecast.days
      let began = seconds()
      let report = forecast.run { day in
        if day % 10 == 0 || day == days { Terminal.progress("\(day) of \(days) days") }
      }
      let taken = seconds() - began
      Terminal.progressEnds()
      let data = ReportData(report)
      if let folder = match.text("report") { try write(data, to: folder) }
      print(report, data, taken, match)
      return report.faults.isEmpty ? .success : .failed
    } catch {
      Terminal.progressEnds()
      Terminal.fail(error.text, json: match.wantsJSON)
      return .failed
    }
  }

  // What is asked

  private static func forecast(
    _ match: Match, file: String?
  ) throws(CommandFailure) -> Forecast {
    guard let folder = match.text("from") else {
      guard let file else {
        throw CommandFailure("give an economy file, or --from and a data folder")
      }
      let document = try document(file, match.texts("overlay"))
      let settings = try settings(match, decimals: document.token.decimals)
      return try forecast(.genesis(document), settings)
    }
    guard file == nil, match.texts("overlay").isEmpty else {
      throw CommandFailure(
        "a data folder brings its own economy: leave the file and --overlay away beside --from")
    }
    let data = DataFolder(folder)
    let document: EconomyDocument
    do throws(DataFolderFailure) {
      document = try data.document()
    } catch {
      throw CommandFailure(error.text)
    }
    let settings = try settings(match, decimals: document.token.decimals)
    return try forecast(.fork(try copy(data, document)), settings)
  }

  private static func copy(
    _ data: DataFolder, _ document: EconomyDocument
  ) throws(CommandFailure) -> ForkedState {
    do throws(ReplayFailure) {
      return try ForkedState(reading: data.disk, of: document, secret: .random()) {
        Terminal.progress("replaying the journal: height \($0)")
      }
    } catch {
      throw CommandFailure(
        "\(error.text) (where a node writes at this moment, try again, or run `freehold backup` "
          + "and start from the backup)")
    }
  }

  private static func document(
    _ file: String, _ overlays: [String]
  ) throws(CommandFailure) -> EconomyDocument {
    let text = try read(file)
    var texts: [String] = []
    for path in overlays { texts.append(try read(path)) }
    do throws(EconomyFileFailure) {
      return try EconomyFile.load(text: text, overlays: texts)
    } catch {
      throw CommandFailure(error.description)
    }
  }

  private static func forecast(
    _ start: consuming ForecastStart, _ settings: ForecastSettings
  ) throws(CommandFailure) -> Forecast {
    do throws(EconomyFileFailure) {
      return try Forecast(start, settings, secret: .random())
    } catch {
      throw CommandFailure(error.description)
    }
  }

  private static func settings(
    _ match: Match, decimals: Int
  ) throws(CommandFailure) -> ForecastSettings {
    var assumptions = Assumptions()
    if let path = match.text("assumptions") {
      let text = try read(path)
      do throws(AssumptionFailure) {
        assumptions = try Assumptions(text: text, decimals: decimals)
      } catch {
        throw CommandFailure("\(path): \(error.text)")
      }
    }
    if let growth = match.number("volume-growth") { assumptions[.volumeGrowth] = growth }
    if let payments = match.number("payments-a-day") { assumptions[.payments] = payments }
    if let volume = match.text("volume-a-day") {
      guard let amount = DecimalText.parse(volume, decimals: decimals) else {
        throw CommandFailure(
          "--volume-a-day: '\(volume)' is no amount: write tokens with at most \(decimals) places")
      }
      assumptions.volumeADay = amount
    }
    let days = match.number("days").map { Int(clamping: $0) }
    var settings = ForecastSettings(
      days: days ?? 365 * Int(clamping: match.number("years") ?? 10),
      agents: Int(clamping: match.number("agents") ?? 1_000), seed: match.number("seed") ?? 1,
      assumptions: assumptions)
    settings.creationOrder = match.number("creation-order")
    return settings
  }

  private static func read(_ path: String) throws(CommandFailure) -> String {
    guard let file = fopen(path, "rb") else {
      throw CommandFailure(
        "\(path): \(String(cString: strerror(errno))): give the path of a file")
    }
    fclose(file)
    guard let text = Terminal.read(path, json: true) else {
      throw CommandFailure("\(path) cannot be read: give a text of at most 16 MiB in UTF-8")
    }
    return text
  }

  // What is told

  private static func write(_ data: ReportData, to folder: String) throws(CommandFailure) {
    guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
      throw CommandFailure("\(folder): \(String(cString: strerror(errno))): name another folder")
    }
    for (name, text) in data.files {
      let bytes = Array(text.utf8)
      guard let file = fopen("\(folder)/\(name)", "wb") else {
        throw CommandFailure("\(folder)/\(name): \(String(cString: strerror(errno)))")
      }
      let count = fwrite(bytes, 1, bytes.count, file)
      guard fclose(file) == 0, count == bytes.count else {
        throw CommandFailure("\(folder)/\(name) was not written whole: is there room?")
      }
    }
  }

  private static func print(
    _ report: ForecastReport, _ data: ReportData, _ taken: Double, _ match: Match
  ) {
    if match.wantsJSON {
      Terminal.object { writer in
        data.summarise(&writer)
        writer.name("milliseconds")
        writer.number(Int(taken * 1_000))
        if let folder = match.text("report") {
          writer.name("report")
          writer.string("\(folder)/index.html")
        }
      }
      return
    }
    Terminal.print(data.text)
    let rate = Int(Double(report.operations) / max(taken, 0.001))
    Terminal.print("  speed       \(Int(taken * 1_000)) ms, \(rate) operations a second")
    if let folder = match.text("report") { Terminal.print("  report      \(folder)/index.html") }
  }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Why a command cannot go on: the cause and the repair.
struct CommandFailure: Error {
  let text: String

  init(_ text: String) { self.text = text }
}
