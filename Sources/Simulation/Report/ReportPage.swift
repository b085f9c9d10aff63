internal import Primitives

/// A report as one page of HTML: no network, no script, every chart with its table.
struct ReportPage {
  let report: ForecastReport
  private var text: FigureText { report.text }

  var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="generator" content="freehold simulate">
    <link rel="icon" href="data:,">
    <title>\(HTML.escape(report.title)): a forecast</title>
    <style>
    \(ReportStyle.css)
    </style>
    </head>
    <body>
    \(header)
    <main>
    \(cards)
    \(findings)
    <h2 id="figures">Figures</h2>
    <div class="charts">
    \(report.figures.map { figure($0) }.joined())</div>
    \(members)
    \(assumptions)
    \(method)
    </main>
    </body>
    </html>

    """
  }

  // Head

  private var header: String {
    let last = report.samples.last?.time ?? report.start
    var origin = "from its genesis"
    if let from = report.origin {
      origin =
        "from a copy of the living network at block \(FigureText.grouped(from.height)) "
        + "(<code>\(Hex.text(from.blockHash.bytes))</code>, state root "
        + "<code>\(Hex.text(from.stateRoot.bytes))</code>)"
    }
    return """
      <header>
      <h1>\(HTML.escape(report.title))</h1>
      <p>A forecast over \(FigureText.span(report.days)), \
      \(FigureText.date(report.start)) to \(FigureText.date(last)), with \
      \(FigureText.grouped(report.settings.agents)) agents on the real engine, \(origin). \
      Amounts are in \(HTML.escape(report.symbol)). It shows what the rules do under the \
      assumptions listed below; it is no promise of prices, demand or returns.</p>
      </header>
      """
  }

  private var cards: String {
    let last = report.samples.last
    let staked = last.map {
      $0.circulating == 0 ? 0 : multiplyDivide($0.principal, 10_000, by: $0.circulating, .down) ?? 0
    }
    let cards: [(String, String, String)] = [
      (
        "Lowest coverage", FigureText.percent(report.watch.lowestCoverage),
        "of the promised staking rates"
      ),
      (
        "Days below full", FigureText.grouped(report.watch.daysBelowFull),
        "of \(FigureText.grouped(report.days))"
      ),
      (
        "Paid at the end", FigureText.exactPercent(last?.paidRate ?? 0),
        "of \(FigureText.exactPercent(last?.promisedRate ?? 0)) promised a year"
      ),
      (
        "Staked at the end", FigureText.percent(UInt64(truncatingIfNeeded: staked ?? 0)),
        "\(text.short(last?.principal ?? 0)) of what circulates"
      ),
      ("Rewards of staking", text.short(report.flows.earned), "received or compounded"),
      ("Burned", text.short(last?.burned ?? 0), "of \(text.short(report.totalSupply))"),
      (
        "Ten richest", FigureText.percent(last?.topPersons ?? 0),
        "Gini \(FigureText.percent(last?.gini ?? 0))"
      ),
      (
        "Operations", FigureText.short(UInt128(report.operations), over: 1),
        "in \(FigureText.grouped(report.blocks)) blocks"
      ),
    ]
    let items = cards.map { name, value, note in
      "<div><dt>\(name)</dt><dd>\(value)<small>\(note)</small></dd></div>"
    }
    return "<dl class=\"cards\">\n" + items.joined(separator: "\n") + "\n</dl>"
  }

  private var findings: String {
    let words: [ReportFindings.Weight: String] = [.bad: "breaks", .warn: "mind", .good: "holds"]
    let findings = ReportFindings(report: report).all
    var items: [String] = []
    for weight in [ReportFindings.Weight.bad, .warn, .good] {
      for finding in findings where finding.weight == weight {
        items.append(
          "<li class=\"\(weight.rawValue)\"><b>\(words[weight] ?? "")</b>"
            + HTML.escape(finding.text) + "</li>")
      }
    }
    return """
      <section class="findings">
      <h2 id="know">What to know before launch</h2>
      <ul>
      \(items.joined(separator: "\n"))
      </ul>
      </section>
      """
  }

  // Figures

  private func figure(_ figure: ReportFigure) -> String {
    let chart = ReportChart(figure: figure, samples: report.samples, text: text)
    let keys = figure.series.enumerated().map { place, series in
      "<li><span class=\"key \(figure.colour(place))\"></span>\(HTML.escape(series.name))</li>"
    }
    return """
      <figure id="\(figure.id)">
      <figcaption><h3 id="\(figure.id)-title">\(HTML.escape(figure.title))</h3>
      <p>\(HTML.escape(figure.note))</p></figcaption>
      \(chart.svg)<ul class="legend">\(keys.joined())</ul>
      <details><summary>Table by year; every sample is in \(figure.id).csv</summary>
      \(table(figure, chart))</details>
      </figure>

      """
  }

  /// The start, the sample nearest to each year's end, and the end.
  private var rows: [Int] {
    let last = report.samples.count - 1
    let step = report.days >= 730 ? 365 : max(1, report.days / 8)
    var rows: [Int] = []
    for (place, sample) in report.samples.enumerated() {
      let wanted = rows.count * step
      if sample.day >= wanted || place == last { rows.append(place) }
    }
    return rows
  }

  private func table(_ figure: ReportFigure, _ chart: ReportChart) -> String {
    var html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
    html += "aria-label=\"\(HTML.escape(figure.title)), table\"><table><thead><tr>"
    html += "<th scope=\"col\">Day</th><th scope=\"col\">Date</th>"
    for series in figure.series {
      html += "<th scope=\"col\">\(HTML.escape(series.name))</th>"
    }
    html += "</tr></thead>\n<tbody>\n"
    for place in rows {
      let sample = report.samples[place]
      html += "<tr><th scope=\"row\">\(FigureText.grouped(sample.day))</th>"
      html += "<td>\(FigureText.date(sample.time))</td>"
      for series in figure.series { html += "<td>\(chart.value(series.values[place]))</td>" }
      html += "</tr>\n"
    }
    return html + "</tbody></table></div>\n"
  }

  // Members, assumptions, method

  private var members: String {
    var html = """
      <h2 id="members">Members</h2>
      <p class="soft">The paid rate is what staking really brought a year, of what was staked day \
      by day. Wealth is liquid and staked.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Members, table"><table>
      <thead><tr><th scope="col">Kind</th><th scope="col">Agents</th>\
      <th scope="col">At the start</th><th scope="col">At the end</th>\
      <th scope="col">Earned by staking</th><th scope="col">Paid rate</th></tr></thead>
      <tbody>

      """
    for kind in report.kinds where kind.agents > 0 {
      html += "<tr><th scope=\"row\">\(kind.name)</th><td>\(FigureText.grouped(kind.agents))</td>"
      html += "<td>\(text.tokens(kind.startWealth))</td><td>\(text.tokens(kind.endWealth))</td>"
      html += "<td>\(text.tokens(kind.earned))</td>"
      html += "<td>\(kind.rate == 0 ? "-" : FigureText.exactPercent(kind.rate))</td></tr>\n"
    }
    return html + "</tbody></table></div>\n"
  }

  private var assumptions: String {
    var html = """
      <h2 id="assumptions">Assumptions</h2>
      <p class="soft">Nothing else is assumed; 100 bps are one percent. Change any of them with \
      <code>--assumptions FILE</code>. What each kind of member does is written in \
      docs/simulation.md.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Assumptions, table"><table>
      <thead><tr><th scope="col">Name</th><th scope="col">Value</th>\
      <th scope="col" class="text">Unit</th><th scope="col" class="text">Meaning</th></tr></thead>
      <tbody>

      """
    if let volume = report.settings.assumptions.volumeADay {
      html += "<tr><th scope=\"row\">volumeADay</th><td>\(text.exact(volume.units))</td>"
      html += "<td class=\"text\">\(HTML.escape(report.symbol)) a day</td>"
      html += "<td class=\"text\">Payments at the start, instead of volume.</td></tr>\n"
    }
    for assumption in Assumption.allCases {
      let fact = assumption.fact
      let value = report.settings.assumptions[assumption]
      html += "<tr><th scope=\"row\">\(fact.name)</th><td>\(FigureText.grouped(value))</td>"
      html += "<td class=\"text\">\(HTML.escape(fact.unit))</td>"
      html += "<td class=\"text\">\(HTML.escape(fact.meaning))</td></tr>\n"
    }
    return html + "</tbody></table></div>\n"
  }

  private var method: String {
    let refusals = report.refusals.prefix(8).map { "\($0.name) \(FigureText.grouped($0.count))" }
    let refused =
      refusals.isEmpty ? "" : " Most frequent refusals: \(refusals.joined(separator: ", "))."
    return """
      <h2 id="run">The run</h2>
      <p>\(FigureText.grouped(report.operations)) operations in \
      \(FigureText.grouped(report.blocks)) blocks: \(FigureText.grouped(report.succeeded)) took \
      effect, \(FigureText.grouped(report.refused)) were refused, \
      \(FigureText.grouped(report.impossible)) could be no part of a block. \
      \(FigureText.grouped(report.free)) of them are acts of offices, and of modules that are \
      still to come, without a fee.\(HTML.escape(refused))</p>
      <dl>
      <dt>Economy</dt><dd>\(HTML.escape(report.economy)), hash \
      <code>\(Hex.text(report.identity.bytes))</code></dd>
      <dt>Seed</dt><dd><code>\(report.settings.seed)</code></dd>
      <dt>Final state root</dt><dd><code>\(Hex.text(report.stateRoot.bytes))</code></dd>
      <dt>All balances, by address</dt><dd><code>\(Hex.text(report.balances.bytes))</code></dd>
      </dl>
      <p class="soft">The same economy, assumptions, agents, days and seed give the same state \
      root on any machine. The figures are read off the ledger: amounts are exact, and the data \
      files beside this page hold them to the last unit.</p>

      """
  }
}
