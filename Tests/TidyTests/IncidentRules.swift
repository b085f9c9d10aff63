import Foundation

/// The table of incidents: every number has a row, and every test that a row names carries the
/// number in its title.
enum IncidentRules {
  private static let page = "docs/incidents.md"
  private static let numbers = 1...35

  static let rule = Rule(
    name: "incidents",
    planted: [
      // Row 2 is missing here, and in the second row 1 names a test without its number.
      Planted(page, rows { $0 == 2 ? nil : "waits for a part" }, line: 1),
      Planted(
        page, rows { $0 == 1 ? "`Tests/A/ATests.swift`" : "waits for a part" }, line: 1,
        others: ["Tests/A/ATests.swift": "@Test(\"incident 11: a\")\n"]),
      Planted(page, rows { $0 == 35 ? "nothing" : "waits for a part" }, line: 35),
      Planted(page, rows { $0 == 3 ? "`Tests/A/None.swift`" : "waits for a part" }, line: 3),
    ]
  ) { tree in
    guard let file = tree[page] else { return [] }
    var findings: [Finding] = []
    var found: [Int: Int] = [:]
    for line in 1...file.lineCount {
      let text = String(decoding: file.slice(file.bytes, line: line), as: UTF8.self)
      let cells = text.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard let first = cells.first, let number = Int(first), let shown = cells.last else {
        continue
      }
      found[number, default: 0] += 1
      let names = shown.split(separator: "`").map(String.init).filter { $0.hasPrefix("Tests/") }
      if names.isEmpty, !shown.hasPrefix("waits for ") {
        findings.append(
          file.finding(
            "incidents", line: line, "incident \(number) names no test",
            "name a test file, or what the incident waits for"))
      }
      for name in names where !isShown(number, tree[name]) {
        findings.append(
          file.finding(
            "incidents", line: line, "\(name) has no test titled 'incident \(number)'",
            "write the test, or its number into its title"))
      }
    }
    for number in numbers where found[number] != 1 {
      findings.append(
        file.finding(
          "incidents", line: 1, "incident \(number) has \(found[number] ?? 0) rows",
          "give each incident one row"))
    }
    return findings
  }

  /// Whether a test's title in the file counts the number among its incidents.
  private static func isShown(_ number: Int, _ file: SourceFile?) -> Bool {
    guard let file else { return false }
    let text = String(decoding: file.bytes, as: UTF8.self)
    return text.components(separatedBy: "@Test(").dropFirst().contains { part in
      let head = part.drop { $0.isWhitespace }
      guard head.first == "\"" else { return false }
      let title = head.dropFirst().prefix { $0 != "\"" && $0 != ":" }
      guard title.hasPrefix("incident") else { return false }
      return title.split { !$0.isNumber }.contains { Int($0) == number }
    }
  }

  /// A table whose last cells are what `shown` says; the n-th line is the n-th incident.
  private static func rows(_ shown: (Int) -> String?) -> String {
    numbers.compactMap { number in shown(number).map { "| \(number) | a | b | \($0) |\n" } }
      .joined()
  }
}
