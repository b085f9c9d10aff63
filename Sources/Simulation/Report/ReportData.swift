public import Primitives

/// The same figures as data: CSV files of exact amounts, and one JSON document.
public struct ReportData: Sendable {
  let report: ForecastReport

  /// Of a report.
  public init(_ report: ForecastReport) { self.report = report }

  /// Every file with its name: the page, the document, and a CSV file for each chart.
  public var files: [(name: String, text: String)] {
    var files = [("index.html", ReportPage(report: report).html), ("report.json", json)]
    for figure in report.figures { files.append(("\(figure.id).csv", csv(figure))) }
    files.append(("pools.csv", poolsCSV))
    return files
  }

  // CSV (RFC 4180): a header, then a row for each sample.

  func csv(_ figure: ReportFigure) -> String {
    var text = Self.row(["day", "date"] + figure.series.map(\.name))
    for (place, sample) in report.samples.enumerated() {
      text += Self.row(
        ["\(sample.day)", FigureText.date(sample.time)]
          + figure.series.map { cell($0.values[place], figure.unit) })
    }
    return text
  }

  /// Tokens exactly, shares in basis points, days as they are.
  private func cell(_ value: UInt128, _ unit: ReportFigure.Unit) -> String {
    unit == .tokens ? report.text.exact(value) : "\(value)"
  }

  private var poolsCSV: String {
    var text = Self.row([
      "day", "date", "pool", "balance", "budget", "scheduled", "topUps", "spent", "demanded",
      "runwayEpochs",
    ])
    for sample in report.samples {
      for (place, pool) in sample.pools.enumerated() {
        let amounts = [
          pool.balance, pool.budget, pool.scheduled, pool.topUps, pool.spent, pool.demanded,
        ]
        text += Self.row(
          ["\(sample.day)", FigureText.date(sample.time), report.pools[place]]
            + amounts.map { report.text.exact($0) } + ["\(pool.runway)"])
      }
    }
    return text
  }

  private static func row(_ cells: [String]) -> String {
    cells.map { cell in
      cell.utf8.contains { $0 == 0x22 || $0 == 0x2c || $0 == 0x0a }
        ? "\""
          + cell.split(separator: "\"", omittingEmptySubsequences: false)
          .joined(separator: "\"\"") + "\""
        : cell
    }.joined(separator: ",") + "\r\n"
  }

  // JSON: amounts as text in base units.

  /// The whole report as one document.
  public var json: String {
    var writer = JSONWriter(capacity: 1 << 18)
    writer.beginObject()
    summarise(&writer)
    writer.name("assumptions")
    writer.beginArray()
    for assumption in Assumption.allCases { write(assumption, &writer) }
    writer.endArray()
    writer.name("findings")
    writer.beginArray()
    for finding in ReportFindings(report: report).all {
      writer.beginObject()
      member("weight", finding.weight.rawValue, &writer)
      member("text", finding.text, &writer)
      writer.endObject()
    }
    writer.endArray()
    writer.name("members")
    writer.beginArray()
    for kind in report.kinds { write(kind, &writer) }
    writer.endArray()
    strings("categories", report.categories, &writer)
    strings("pools", report.pools, &writer)
    writer.name("samples")
    writer.beginArray()
    for sample in report.samples { write(sample, &writer) }
    writer.endArray()
    writer.endObject()
    return writer.text + "\n"
  }

  /// What a run was and came to, without its samples: into an open object.
  public func summarise(_ writer: inout JSONWriter) {
    member("economy", report.economy, &writer)
    member("title", report.title, &writer)
    member("symbol", report.symbol, &writer)
    number("decimals", report.decimals, &writer)
    member("economyHash", Hex.text(report.identity.bytes), &writer)
    if let origin = report.origin {
      writer.name("from")
      writer.beginObject()
      number("height", origin.height, &writer)
      number("time", origin.time.seconds, &writer)
      member("blockHash", Hex.text(origin.blockHash.bytes), &writer)
      member("stateRoot", Hex.text(origin.stateRoot.bytes), &writer)
      writer.endObject()
    }
    number("days", report.days, &writer)
    number("agents", report.settings.agents, &writer)
    number("seed", report.settings.seed, &writer)
    number("blocks", report.blocks, &writer)
    number("operations", report.operations, &writer)
    number("succeeded", report.succeeded, &writer)
    number("refused", report.refused, &writer)
    number("impossible", report.impossible, &writer)
    member("stateRoot", Hex.text(report.stateRoot.bytes), &writer)
    member("balances", Hex.text(report.balances.bytes), &writer)
    for (name, units) in [
      ("supply", report.samples.last?.supply ?? 0), ("burned", report.samples.last?.burned ?? 0),
      ("rewardsOfStaking", report.flows.earned), ("released", report.flows.released),
      ("paymentsWanted", report.flows.asked), ("paymentsMade", report.flows.settled),
    ] {
      writer.name(name)
      writer.quotedNumber(units)
    }
    number("daysBelowFullCoverage", report.watch.daysBelowFull, &writer)
    number("daysBelowHalfCoverage", report.watch.daysBelowHalf, &writer)
    number("lowestCoverageBps", report.watch.lowestCoverage, &writer)
    strings("faults", report.faults, &writer)
  }

  private func write(_ assumption: Assumption, _ writer: inout JSONWriter) {
    writer.beginObject()
    member("name", assumption.fact.name, &writer)
    number("value", report.settings.assumptions[assumption], &writer)
    member("unit", assumption.fact.unit, &writer)
    member("meaning", assumption.fact.meaning, &writer)
    writer.endObject()
  }

  private func write(_ kind: ForecastReport.Kind, _ writer: inout JSONWriter) {
    writer.beginObject()
    member("kind", kind.name, &writer)
    number("agents", kind.agents, &writer)
    for (name, units) in [
      ("startWealth", kind.startWealth), ("endWealth", kind.endWealth), ("earned", kind.earned),
    ] {
      writer.name(name)
      writer.quotedNumber(units)
    }
    number("paidRateBps", kind.rate, &writer)
    writer.endObject()
  }

  private func write(_ sample: ForecastSample, _ writer: inout JSONWriter) {
    writer.beginObject()
    number("day", sample.day, &writer)
    number("time", sample.time.seconds, &writer)
    number("height", sample.height, &writer)
    amounts("categories", sample.categories, &writer)
    number("positions", sample.positions, &writer)
    for (name, units) in [
      ("principal", sample.principal), ("circulating", sample.circulating),
      ("ceilingOfDay", sample.ceiling), ("budgetOfDay", sample.budget),
      ("supply", sample.supply), ("yearCap", sample.yearCap), ("yearBurned", sample.yearBurned),
      ("burned", sample.burned), ("matched", sample.matched), ("overflowed", sample.overflowed),
      ("networkFees", sample.networkFees), ("earned", sample.flows.earned),
      ("paymentsWanted", sample.flows.asked), ("paymentsMade", sample.flows.settled),
    ] {
      writer.name(name)
      writer.quotedNumber(units)
    }
    number("coverageBps", sample.coverage, &writer)
    number("promisedRateBps", sample.promisedRate, &writer)
    number("paidRateBps", sample.paidRate, &writer)
    number("giniBps", sample.gini, &writer)
    number("topPersonsBps", sample.topPersons, &writer)
    number("topAccountsBps", sample.topAccounts, &writer)
    amounts("poolBalances", sample.pools.map(\.balance), &writer)
    amounts("poolSpent", sample.pools.map(\.spent), &writer)
    amounts("poolTopUps", sample.pools.map(\.topUps), &writer)
    amounts("poolScheduled", sample.pools.map(\.scheduled), &writer)
    writer.endObject()
  }

  private func member(_ name: String, _ text: String, _ writer: inout JSONWriter) {
    writer.name(name)
    writer.string(text)
  }

  private func number(_ name: String, _ value: some BinaryInteger, _ writer: inout JSONWriter) {
    writer.name(name)
    writer.number(value)
  }

  private func strings(_ name: String, _ texts: [String], _ writer: inout JSONWriter) {
    writer.name(name)
    writer.beginArray()
    for text in texts { writer.string(text) }
    writer.endArray()
  }

  private func amounts(_ name: String, _ units: [UInt128], _ writer: inout JSONWriter) {
    writer.name(name)
    writer.beginArray()
    for one in units { writer.quotedNumber(one) }
    writer.endArray()
  }
}
