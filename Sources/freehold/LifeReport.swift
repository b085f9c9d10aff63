import Primitives
import Simulation

/// What `freehold simulate --workload life` prints.
enum LifeReport {
  static func print(_ summary: LifeSummary, json: Bool) {
    if json { printDocument(summary) } else { printText(summary) }
  }

  private static func printText(_ summary: LifeSummary) {
    func tokens(_ units: UInt128) -> String {
      DecimalText.format(Amount(units), decimals: summary.decimals)
    }
    func whole(_ units: UInt128) -> String {
      let text = tokens(units)
      return String(text.prefix { $0 != "." })
    }
    Terminal.print(
      """
      \(summary.days) days, \(summary.asked) operations: \(summary.succeeded) took effect, \
      \(summary.refused) were refused, \(summary.impossible) were no part of a block
      """)
    let refusals = summary.refusals.prefix(12).map { "\($0.name) \($0.count)" }
    Terminal.print("  refused     " + refusals.joined(separator: ", "))
    Terminal.print("  coverage    day  positions  staked  coverage  paid of funded  runway")
    for month in summary.months {
      let runway = month.runway > 100_000 ? "-" : "\(month.runway) days"
      Terminal.print(
        "              \(month.day)  \(month.positions)  \(whole(month.principal))  "
          + "\(month.coverage / 100).\(month.coverage % 100 / 10)%  "
          + "\(whole(month.spent)) of \(whole(month.funded))  \(runway)")
    }
    Terminal.print(
      """
        conserved   all balances sum to \(tokens(summary.supply)), \(tokens(summary.burned)) of \
      it burned
        rewards     \(tokens(summary.paid)) paid, \(tokens(summary.rewardBurned)) burned, \
      \(tokens(summary.forfeited)) forfeited
        funded      \(tokens(summary.spent)) spent of \(tokens(summary.scheduled)) scheduled and \
      \(tokens(summary.topUps)) topped up: \(summary.isFunded ? "every unit" : "NOT FUNDED")
        state root  \(Hex.text(summary.stateRoot.bytes))
        every day   \(Hex.text(summary.dailyRoots.bytes))
        models      \(summary.faults.isEmpty ? "agree" : "DIFFER")
      """)
    for fault in summary.faults { Terminal.complain("  " + fault) }
  }

  private static func printDocument(_ summary: LifeSummary) {
    Terminal.object { writer in
      for (name, number) in [
        ("days", summary.days), ("operations", summary.asked), ("succeeded", summary.succeeded),
        ("refused", summary.refused), ("impossible", summary.impossible),
      ] {
        writer.name(name)
        writer.number(number)
      }
      for (name, units) in [
        ("supply", summary.supply), ("burned", summary.burned), ("rewardsPaid", summary.paid),
        ("rewardsBurned", summary.rewardBurned), ("rewardsForfeited", summary.forfeited),
        ("scheduled", summary.scheduled), ("topUps", summary.topUps), ("spent", summary.spent),
      ] {
        writer.name(name)
        writer.string("\(units)")
      }
      writer.name("funded")
      writer.bool(summary.isFunded)
      writer.name("months")
      writer.beginArray()
      for month in summary.months { print(month, &writer) }
      writer.endArray()
      writer.name("stateRoot")
      writer.string(Hex.text(summary.stateRoot.bytes))
      writer.name("dailyRoots")
      writer.string(Hex.text(summary.dailyRoots.bytes))
      writer.name("faults")
      writer.beginArray()
      for fault in summary.faults { writer.string(fault) }
      writer.endArray()
    }
  }

  private static func print(_ month: LifeSummary.Month, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("day")
    writer.number(month.day)
    for (name, units) in [
      ("positions", month.positions), ("principal", month.principal),
      ("coverageBps", month.coverage), ("shortfall", month.shortfall), ("spent", month.spent),
      ("funded", month.funded), ("runwayEpochs", month.runway), ("supply", month.supply),
    ] {
      writer.name(name)
      writer.string("\(units)")
    }
    writer.endObject()
  }
}
