import Glibc
import Primitives

/// What a run prints: JSON lines for programs, a table for people.
struct Report {
  let facts: MachineFacts
  let measurements: [Measurement]
  let ratios: [Ratio]

  /// One JSON object a line: every case, then every ratio.
  var lines: [String] {
    measurements.map { measurement in
      line { writer in
        writer.name("name")
        writer.string(measurement.name)
        writer.name("unit")
        writer.string(measurement.unit)
        writer.name("n")
        writer.number(measurement.count)
        writer.name("reps")
        writer.number(measurement.values.count)
        add(measurement.median, measurement.minimum, measurement.maximum, &writer)
        if let p50 = measurement.latency(50), let p99 = measurement.latency(99) {
          writer.name("p50us")
          writer.raw(Decimal.text(p50, places: 1))
          writer.name("p99us")
          writer.raw(Decimal.text(p99, places: 1))
        }
        writer.name("noisy")
        writer.bool(measurement.isNoisy)
      }
    }
      + ratios.map { ratio in
        line { writer in
          writer.name("ratio")
          writer.string(ratio.name)
          writer.name("reps")
          writer.number(ratio.perRound.count)
          add(ratio.median, ratio.minimum, ratio.maximum, &writer)
          writer.name("goal")
          writer.string(ratio.goal)
        }
      }
  }

  private func add(
    _ median: Double, _ minimum: Double, _ maximum: Double, _ writer: inout JSONWriter
  ) {
    for (name, value) in [("median", median), ("min", minimum), ("max", maximum)] {
      writer.name(name)
      writer.raw(Decimal.text(value, places: 4))
    }
  }

  private func line(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    body(&writer)
    writer.name("machine")
    facts.write(to: &writer)
    writer.name("revision")
    writer.string(facts.revision)
    writer.endObject()
    return writer.text
  }

  /// For people; also valid Markdown.
  var table: String {
    var text = "\(facts.text)\n\n"
    text += "| Case | unit | n | reps | median | min | max | p50 / p99 us | |\n"
    text += "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n"
    for one in measurements {
      var latency = ""
      if let p50 = one.latency(50), let p99 = one.latency(99) {
        latency = "\(Decimal.grouped(p50)) / \(Decimal.grouped(p99))"
      }
      text += "| \(one.name): \(one.note) | \(one.unit) | \(Decimal.grouped(Double(one.count))) | "
      text += "\(one.values.count) | \(Decimal.grouped(one.median)) | "
      text += "\(Decimal.grouped(one.minimum)) | \(Decimal.grouped(one.maximum)) | \(latency) | "
      text += "\(one.isNoisy ? "noisy" : "") |\n"
    }
    guard !ratios.isEmpty else { return text }
    text += "\n| Ratio (median of the rounds) | median | min | max | goal |\n"
    text += "| --- | ---: | ---: | ---: | --- |\n"
    for ratio in ratios {
      text += "| \(ratio.name) | \(Decimal.text(ratio.median, places: 3)) | "
      text += "\(Decimal.text(ratio.minimum, places: 3)) | "
      text += "\(Decimal.text(ratio.maximum, places: 3)) | \(ratio.goal) |\n"
    }
    return text
  }
}

/// Numbers as text, without a locale.
enum Decimal {
  static func text(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return "0" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = UInt64((value.magnitude * scale).rounded())
    let unit = UInt64(scale)
    let sign = value < 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % unit)
    let zeros = String(repeating: "0", count: places - fraction.utf8.count)
    return "\(sign)\(scaled / unit).\(zeros)\(fraction)"
  }

  /// Whole numbers with commas; below a hundred with two decimals where there are any.
  static func grouped(_ value: Double) -> String {
    if value < 100, value != value.rounded() { return text(value, places: 2) }
    var digits = text(value, places: 0)
    var groups: [String] = []
    while digits.utf8.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits = String(digits.dropLast(3))
    }
    return ([digits] + groups).joined(separator: ",")
  }
}

/// Where and on what a run was made.
struct MachineFacts {
  let processor: String
  let processors: Int
  let memoryBytes: UInt64
  let system: String
  let revision: String

  init() {
    processor = Self.field("model name", of: "/proc/cpuinfo") ?? "unknown"
    processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let kibibytes = Self.field("MemTotal", of: "/proc/meminfo")?.split(separator: " ").first
    memoryBytes = (kibibytes.flatMap { UInt64($0) } ?? 0) << 10
    var name = utsname()
    uname(&name)
    system = withUnsafeBytes(of: &name.release) { bytes in
      "Linux " + String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    revision = getenv("FREEHOLD_REVISION").map { String(cString: $0) } ?? "unknown"
  }

  var text: String {
    "\(processor), \(processors) processors, \(memoryBytes >> 30) GiB, \(system), "
      + "revision \(revision)"
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("processor")
    writer.string(processor)
    writer.name("processors")
    writer.number(processors)
    writer.name("memoryBytes")
    writer.number(memoryBytes)
    writer.name("system")
    writer.string(system)
    writer.endObject()
  }

  private static func field(_ name: String, of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 4_096)
    while fgets(&buffer, Int32(buffer.count), file) != nil {
      let line = String(
        decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard line.hasPrefix(name), let colon = line.firstIndex(of: ":") else { continue }
      return String(line[line.index(after: colon)...].drop { $0 == " " }.prefix { $0 != "\n" })
    }
    return nil
  }
}
