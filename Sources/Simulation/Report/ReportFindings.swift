internal import Primitives

/// What to know before launch, in plain sentences with dates: what gives way, when, and by how
/// much.
struct ReportFindings {
  enum Weight: String {
    case bad, warn, good
  }

  struct Finding {
    let weight: Weight
    let text: String
  }

  let report: ForecastReport
  private var text: FigureText { report.text }
  private var symbol: String { report.symbol }

  var all: [Finding] {
    [
      coverage, lowest, stakingPool, otherPools, rates, revenue, burns, payments, release, leaving,
      sybils, concentration, books,
    ].compactMap { $0 }
  }

  private func date(_ day: Int) -> String {
    let time = report.start + Seconds(UInt64(day) * Seconds.day.count)
    return "\(FigureText.date(time)) (\(FigureText.span(day)) after the start)"
  }

  private func part(_ days: Int) -> String {
    FigureText.percent(UInt64(days * 10_000 / max(1, report.days)))
  }

  // Staking

  private var coverage: Finding? {
    guard report.samples.contains(where: { $0.principal > 0 }) else {
      return Finding(
        weight: .warn,
        text: "Nobody stakes: too little is liquid for the least principal, or too little is paid.")
    }
    guard let day = report.watch.belowFull else {
      return Finding(
        weight: .good, text: "Staking pays every promised rate in full on every day of the run.")
    }
    let days = report.watch.daysBelowFull
    return Finding(
      weight: days * 10 > report.days ? .bad : .warn,
      text: "Promised staking rates are not paid in full from \(date(day)) on; "
        + "\(FigureText.grouped(days)) of \(FigureText.grouped(report.days)) days "
        + "(\(part(days))) pay less than promised.")
  }

  private var lowest: Finding? {
    guard report.watch.belowFull != nil else { return nil }
    let least =
      "The lowest coverage is \(FigureText.percent(report.watch.lowestCoverage)), on "
      + "\(date(report.watch.lowestDay))."
    guard let day = report.watch.belowHalf else {
      return Finding(weight: .warn, text: "At least half of the promise is always paid. " + least)
    }
    return Finding(
      weight: .bad,
      text: "Less than half of the promise is paid from \(date(day)) on, on "
        + "\(FigureText.grouped(report.watch.daysBelowHalf)) days in all. " + least)
  }

  private var rates: Finding? {
    let paid = report.samples.filter { $0.principal > 0 }
    guard let first = paid.first, let last = paid.last else { return nil }
    return Finding(
      weight: last.paidRate * 2 < last.promisedRate ? .warn : .good,
      text:
        "The average stake is promised \(FigureText.exactPercent(first.promisedRate)) a year at "
        + "first and paid \(FigureText.exactPercent(first.paidRate)); at the end "
        + "\(FigureText.exactPercent(last.promisedRate)) is promised and "
        + "\(FigureText.exactPercent(last.paidRate)) is paid. Publish the paid rate beside the "
        + "promised one.")
  }

  private var stakingPool: Finding? {
    guard let place = report.pools.firstIndex(of: report.stakingPool),
      let last = report.samples.last?.pools[place], let first = report.samples.first
    else { return nil }
    let spent = last.spent - first.pools[place].spent
    if let day = report.watch.poolEmpty[place] {
      return Finding(
        weight: .bad,
        text: "The staking pool is exhausted on \(date(day)); from then on stakers live on revenue "
          + "alone.")
    }
    return Finding(
      weight: .good,
      text: "The staking pool pays \(text.short(spent)) \(symbol) and still holds "
        + "\(text.short(last.balance)) at the end: it cannot run dry before its schedule, because "
        + "rates are ceilings and principal never pays rewards.")
  }

  private var otherPools: Finding? {
    let empty = report.pools.indices.filter {
      report.watch.poolEmpty[$0] != nil && report.pools[$0] != report.stakingPool
    }
    guard !empty.isEmpty else { return nil }
    let names = empty.map { place in
      let day = UInt64(report.watch.poolEmpty[place] ?? 0)
      let time = report.start + Seconds(day * Seconds.day.count)
      return "\(report.pools[place]) on \(FigureText.date(time))"
    }
    return Finding(
      weight: .warn,
      text: "Pools that work exhausts within the run: " + names.joined(separator: ", ") + ".")
  }

  private var revenue: Finding? {
    guard let place = report.pools.firstIndex(of: report.stakingPool),
      let last = report.samples.last, let first = report.samples.first
    else { return nil }
    let topUps = last.pools[place].topUps - first.pools[place].topUps
    let spent = last.pools[place].spent - first.pools[place].spent
    guard spent > 0 else { return nil }
    let share = UInt64(
      truncatingIfNeeded: multiplyDivide(topUps, 10_000, by: spent, .down) ?? 0)
    return Finding(
      weight: .good,
      text: "Revenue and penalties bring the staking pool \(text.short(topUps)) \(symbol), "
        + "\(FigureText.percent(min(share, 10_000))) of what it pays; the rest is the schedule, "
        + "which ends.")
  }

  // The rest

  private var burns: Finding? {
    guard let last = report.samples.last, let first = report.samples.first else { return nil }
    let burned = last.burned - first.burned
    let share = UInt64(
      truncatingIfNeeded: multiplyDivide(burned, 1_000_000, by: max(1, first.supply), .down) ?? 0)
    let yearly = share * 365 / UInt64(max(1, report.days))
    var sentence =
      "\(text.short(burned)) \(symbol) burn, "
      + "\(FigureText.exactPercent(share / 100)) of the supply, "
      + "on average \(FigureText.exactPercent(yearly / 100)) a year."
    if let day = report.watch.floorReached {
      sentence += " The floor of the supply is reached on \(date(day)); nothing burns from then on."
    } else if let day = report.watch.burnsHeldBack {
      sentence += " The year's cap holds burns back for the first time on \(date(day))."
    } else {
      sentence += " Neither the year's cap nor the floor is ever met."
    }
    let isHeld = report.watch.floorReached != nil || report.watch.burnsHeldBack != nil
    return Finding(weight: isHeld ? .warn : .good, text: sentence)
  }

  private var payments: Finding? {
    guard report.flows.asked > 0 else { return nil }
    let missed = report.flows.asked - min(report.flows.asked, report.flows.settled)
    let share = UInt64(
      truncatingIfNeeded: multiplyDivide(missed, 10_000, by: report.flows.asked, .down) ?? 0)
    guard let day = report.watch.paymentsMissed, share > 0 else {
      return Finding(
        weight: .good,
        text: "Customers find enough tokens for all payments that are assumed: "
          + "\(text.short(report.flows.settled)) \(symbol).")
    }
    return Finding(
      weight: share > 1_000 ? .bad : .warn,
      text: "The market has too few tokens for the payments that are assumed, first on "
        + "\(date(day)): \(FigureText.percent(share)) of them cannot be made in the run. Either "
        + "less is paid, or tokens change hands faster than here.")
  }

  private var release: Finding? {
    guard let first = report.samples.first, let last = report.samples.last else { return nil }
    let year = report.samples.last { $0.day <= 365 } ?? last
    func locked(_ sample: ForecastSample) -> UInt128 {
      report.wallets.reduce(0) { $0 + sample.categories[$1] }
    }
    let early = locked(first) - min(locked(first), locked(year))
    let all = locked(first) - min(locked(first), locked(last))
    guard year.circulating > 0 else { return nil }
    return Finding(
      weight: early > first.circulating && first.circulating > 0 ? .warn : .good,
      text: "\(text.short(first.circulating)) \(symbol) circulate at the start; "
        + "\(text.short(early)) are released within the first year and \(text.short(all)) in the "
        + "whole run, and members sell \(text.short(report.flows.sold)) to the market.")
  }

  private var leaving: Finding? {
    guard report.flows.refrained > report.settings.agents / 10 else { return nil }
    return Finding(
      weight: .warn,
      text: "Members decide \(FigureText.grouped(report.flows.refrained)) times not to stake "
        + "because the paid rate is below what they ask for: stake follows the paid rate, not the "
        + "promised one.")
  }

  private var sybils: Finding? {
    guard let sybil = report.kinds.first(where: { $0.name == AgentKind.sybil.name }),
      sybil.agents > 1, report.bestWhole > 0
    else { return nil }
    let gains = report.bestSplit > report.bestWhole
    return Finding(
      weight: gains ? .warn : .good,
      text: "\(sybil.agents) times the least stake, split over as many accounts, is promised "
        + "\(FigureText.exactPercent(report.bestSplit)) a year at best, in one stake "
        + "\(FigureText.exactPercent(report.bestWhole)): "
        + (gains ? "splitting pays." : "splitting does not pay."))
  }

  private var concentration: Finding? {
    guard let first = report.samples.first, let last = report.samples.last else { return nil }
    return Finding(
      weight: last.topPersons > 5_000 ? .warn : .good,
      text: "The ten richest persons hold \(FigureText.percent(first.topPersons)) of what members "
        + "have at the start and \(FigureText.percent(last.topPersons)) at the end; Gini "
        + "\(FigureText.percent(first.gini)) and \(FigureText.percent(last.gini)).")
  }

  private var books: Finding {
    report.faults.isEmpty
      ? Finding(
        weight: .good,
        text: "The books balanced after each of \(FigureText.grouped(report.operations)) "
          + "operations, and every invariant of the engine held at every sample.")
      : Finding(
        weight: .bad,
        text: "THE BOOKS BROKE: " + report.faults.joined(separator: "; ") + ".")
  }
}
