import Primitives
import Testing

@testable import Simulation

/// The page and the data beside it: whole, the same figures, without a network.
@Suite struct ReportTests {
  private static func report() throws -> ForecastReport {
    try ForecastTests.report("dta", ForecastTests.settings(days: 95, agents: 40))
  }

  @Test func theDocumentIsJSONWithTheLedgersFigures() throws {
    let report = try Self.report()
    let root = try JSONParser.parse(Array(ReportData(report).json.utf8))
    #expect(root["stateRoot"]?.string == Hex.text(report.stateRoot.bytes))
    #expect(root["assumptions"]?.elements?.count == Assumption.allCases.count)
    let samples = try #require(root["samples"]?.elements)
    #expect(samples.count == report.samples.count)
    for sample in samples {
      let parts = sample["categories"]?.elements?.compactMap { UInt128($0.string ?? "") } ?? []
      #expect(parts.count == report.categories.count)
      #expect(parts.reduce(0, +) == report.totalSupply)
    }
  }

  @Test func everyFigureIsACSVFileOfExactAmounts() throws {
    let report = try Self.report()
    let files = ReportData(report).files
    for figure in report.figures {
      let text = try #require(files.first { $0.name == "\(figure.id).csv" }?.text)
      let lines = text.split(separator: "\r\n")
      #expect(lines.count == report.samples.count + 1)
      for line in lines { #expect(Self.cells(line) == figure.series.count + 2, "\(line)") }
      guard figure.unit == .tokens, let last = lines.last else { continue }
      let cells = last.split(separator: ",").map { String($0) }
      for (place, series) in figure.series.enumerated() {
        let amount = DecimalText.parse(cells[place + 2], decimals: report.decimals)
        #expect(amount?.units == series.values.last)
      }
    }
    #expect(files.contains { $0.name == "pools.csv" })
  }

  /// Cells of a CSV line, commas inside quotes not counted.
  private static func cells(_ line: Substring) -> Int {
    var (count, isQuoted) = (1, false)
    for character in line {
      if character == "\"" { isQuoted.toggle() }
      if character == ",", !isQuoted { count += 1 }
    }
    return count
  }

  @Test func thePageIsWholeAndAsksNobody() throws {
    let report = try Self.report()
    let html = ReportPage(report: report).html
    for word in ["http:", "https:", "<script", "@import", "url("] {
      #expect(!html.contains(word), "\(word)")
    }
    for figure in report.figures {
      #expect(html.contains("<figure id=\"\(figure.id)\">"))
      #expect(html.contains("id=\"\(figure.id)-title\""))
    }
    for tag in ["figure", "svg", "table", "details", "ul", "li", "section", "g", "rect"] {
      let opened = html.split(separator: "<\(tag)", omittingEmptySubsequences: false)
        .dropFirst().count { " >".contains($0.first ?? "x") }
      let closed = html.split(separator: "</\(tag)>", omittingEmptySubsequences: false).count - 1
      #expect(opened == closed, "\(tag)")
    }
    for assumption in Assumption.allCases { #expect(html.contains(assumption.fact.name)) }
    #expect(html.contains(Hex.text(report.stateRoot.bytes)))
    #expect(html.contains(Hex.text(report.identity.bytes)))
    for finding in ReportFindings(report: report).all {
      #expect(html.contains(HTML.escape(finding.text)))
    }
  }

  @Test(
    arguments: [
      (0, "0"), (99_999, "9.99"), (100_000, "10"), (12_345_678_901, "1,234,567"),
    ] as [(UInt128, String)])
  func tokensArePlain(_ units: UInt128, _ text: String) {
    #expect(FigureText(decimals: 4, symbol: "DTA").tokens(units) == text)
  }

  @Test(
    arguments: [
      (0, "0"), (5_000, "0.50"), (9_990_000, "999"), (12_340_000, "1.23 k"),
      (123_400_000_000, "12.3 M"), (1_234_000_000_000, "123 M"), (10_000_000_000_000, "1.00 B"),
    ] as [(UInt128, String)])
  func shortFiguresKeepThreeDigits(_ units: UInt128, _ text: String) {
    #expect(FigureText(decimals: 4, symbol: "DTA").short(units) == text)
  }

  @Test func datesAndSpansAreCalendarOnes() {
    #expect(FigureText.date(LogicalTime(1_759_276_800)) == "2025-10-01")
    #expect(FigureText.date(LogicalTime(1_709_164_800)) == "2024-02-29")
    #expect(FigureText.span(1) == "1 day")
    #expect(FigureText.span(365) == "1 year")
    #expect(FigureText.span(3_691) == "10 years and 41 days")
  }

  @Test func concentrationAgreesWithItsDefinition() {
    var generator = Generator(seed: 5)
    for _ in 0..<200 {
      let holdings = (0..<1 + generator.below(30)).map { _ in
        generator.amount(upTo: 1_000_000)
      }
      let sum = holdings.reduce(0, +)
      guard sum > 0 else { continue }
      // Half the mean difference of all pairs over the mean.
      var differences: UInt128 = 0
      for left in holdings {
        for right in holdings { differences += left > right ? left - right : right - left }
      }
      let expected = differences * 10_000 / (2 * UInt128(holdings.count) * sum)
      #expect(Concentration.gini(holdings) == UInt64(expected))
      let most = holdings.sorted(by: >).prefix(10).reduce(0, +)
      #expect(Concentration.top(10, of: holdings) == UInt64(most * 10_000 / sum))
    }
    #expect(Concentration.gini([]) == 0)
    #expect(Concentration.gini([.max / 8, 0, 0, 0]) == 7_500)
  }
}
