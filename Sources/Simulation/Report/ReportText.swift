internal import Primitives

extension ReportData {
  /// What a person at a terminal wants to know of a run.
  public var text: String {
    let figures = report.text
    let symbol = report.symbol
    let last = report.samples.last
    var lines = [
      "\(report.title)",
      "  \(FigureText.span(report.days)) with "
        + "\(FigureText.grouped(report.settings.agents)) agents, "
        + "seed \(report.settings.seed): \(FigureText.grouped(report.operations)) operations in "
        + "\(FigureText.grouped(report.blocks)) blocks, "
        + "\(FigureText.grouped(report.refused)) refused",
    ]
    if let origin = report.origin {
      lines.append(
        "  from        block \(origin.height), state root \(Hex.text(origin.stateRoot.bytes))")
    }
    lines.append("  day    coverage  promised  paid    staked      circulating  burned")
    let step = max(1, report.samples.count / 10)
    for (place, sample) in report.samples.enumerated()
    where place % step == 0 || place == report.samples.count - 1 {
      lines.append(
        "  "
          + [
            ("\(sample.day)", 7), (FigureText.percent(sample.coverage), 10),
            (FigureText.exactPercent(sample.promisedRate), 10),
            (FigureText.exactPercent(sample.paidRate), 8), (figures.short(sample.principal), 12),
            (figures.short(sample.circulating), 13), (figures.short(sample.burned), 0),
          ].map { Self.padded($0.0, to: $0.1) }.joined())
    }
    lines.append("")
    for finding in ReportFindings(report: report).all {
      let mark =
        switch finding.weight {
        case .bad: "breaks"
        case .warn: "mind  "
        case .good: "holds "
        }
      lines.append("  \(mark)  \(finding.text)")
    }
    lines += [
      "",
      "  supply      \(figures.exact(last?.supply ?? 0)) \(symbol), "
        + "\(figures.exact(last?.burned ?? 0)) burned",
      "  rewards     \(figures.exact(report.flows.earned)) \(symbol) of staking",
      "  state root  \(Hex.text(report.stateRoot.bytes))",
      "  balances    \(Hex.text(report.balances.bytes))",
    ]
    return lines.joined(separator: "\n")
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }
}
