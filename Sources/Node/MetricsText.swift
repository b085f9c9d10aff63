internal import Engine

/// Prometheus's text format 0.0.4, built from front to back.
struct MetricsText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  enum Kind: String { case counter, gauge, histogram }

  private(set) var text = ""

  /// Begins a family; its samples follow.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: String) {
    text += name
    if !labels.isEmpty {
      let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }
      text += "{\(pairs.joined(separator: ","))}"
    }
    text += " \(value)\n"
  }

  mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
    family(name, .counter, help)
    sample(name, [], String(value))
  }

  mutating func gauge(_ name: String, _ help: String, _ value: UInt64) {
    family(name, .gauge, help)
    sample(name, [], String(value))
  }

  /// A histogram in seconds.
  mutating func histogram(_ name: String, _ help: String, _ histogram: DurationHistogram) {
    family(name, .histogram, help)
    let (atMost, nanoseconds) = histogram.read()
    for (bound, count) in zip(histogram.bounds, atMost) {
      sample("\(name)_bucket", [("le", Self.seconds(bound))], String(count))
    }
    let all = String(atMost.last ?? 0)
    sample("\(name)_bucket", [("le", "+Inf")], all)
    sample("\(name)_sum", [], Self.seconds(nanoseconds))
    sample("\(name)_count", [], all)
  }

  /// Nanoseconds as decimal seconds, exact.
  static func seconds(_ nanoseconds: UInt64) -> String {
    var fraction = String(nanoseconds % 1_000_000_000)
    fraction = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
    while fraction.hasSuffix("0") { fraction.removeLast() }
    let whole = String(nanoseconds / 1_000_000_000)
    return fraction.isEmpty ? whole : "\(whole).\(fraction)"
  }

  static func escaped(_ value: String) -> String {
    var text = ""
    for character in value {
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.append(character)
      }
    }
    return text
  }
}
