internal import Primitives

/// A chart with its table: what a report shows of one question.
struct ReportFigure {
  enum Form {
    /// Layers on top of each other that make up a whole.
    case layers
    case lines
  }

  /// What the numbers count, which decides how they are written.
  enum Unit {
    case tokens, points, days
  }

  struct Series {
    let name: String
    let values: [UInt128]
    /// Drawn as a dashed limit.
    var isLimit = false
  }

  /// The anchor in the page and the name of the CSV file.
  let id: String
  let title: String
  /// What one sees, in a sentence or two.
  let note: String
  let form: Form
  let unit: Unit
  let series: [Series]

  /// The class of a series' colour: layers and lines have palettes of their own.
  func colour(_ place: Int) -> String { form == .layers ? "c\(place)" : "l\(place)" }
}

extension ForecastReport {
  /// Every chart in the order of the page.
  var figures: [ReportFigure] {
    [
      supplyFigure, releaseFigure, stakeFigure, rateFigure, budgetFigure, runwayFigure,
      rewardFigure, burnFigure, limitFigure, paymentFigure, concentrationFigure, kindFigure,
    ]
  }

  private func series(
    _ name: String, isLimit: Bool = false, _ value: (ForecastSample) -> UInt128
  ) -> ReportFigure.Series {
    ReportFigure.Series(name: name, values: samples.map(value), isLimit: isLimit)
  }

  private var supplyFigure: ReportFigure {
    let layers = categories.indices.compactMap { place -> ReportFigure.Series? in
      let name = wallets.contains(place) ? categories[place] + " (held back)" : categories[place]
      let found = series(name) { $0.categories[place] }
      return found.values.contains { $0 > 0 } ? found : nil
    }
    return ReportFigure(
      id: "supply", title: "Where the supply stands",
      note: "Every unit is in exactly one layer; all layers sum to the fixed supply, "
        + "which nothing is added to.",
      form: .layers, unit: .tokens, series: layers)
  }

  private var releaseFigure: ReportFigure {
    let first = samples.first
    let lines = wallets.map { place in
      series(categories[place]) { sample in
        let start = first?.categories[place] ?? 0
        return start - min(start, sample.categories[place])
      }
    }
    return ReportFigure(
      id: "release", title: "Released by allocation, since the start of the run",
      note: "What has left the wallets of each allocation: vesting, rewards, votes and burns. "
        + "Revenue that tops a pool up counts against it.",
      form: .layers, unit: .tokens, series: lines)
  }

  private var stakeFigure: ReportFigure {
    ReportFigure(
      id: "stake", title: "Staked share and staking coverage",
      note: "Staked: of what circulates. Coverage: the part of the promised rates that the day's "
        + "budget pays. What is not paid is not owed.",
      form: .lines, unit: .points,
      series: [
        series("Staked share") { share($0.principal, of: $0.circulating) },
        series("Coverage") { UInt128($0.coverage) },
      ])
  }

  private var rateFigure: ReportFigure {
    ReportFigure(
      id: "rates", title: "Promised and paid yearly rate",
      note: "The average over all that is staked: what the rate table promises at most, and what "
        + "the budget of that day pays.",
      form: .lines, unit: .points,
      series: [
        series("Promised") { UInt128($0.promisedRate) },
        series("Paid") { UInt128($0.paidRate) },
      ])
  }

  private var budgetFigure: ReportFigure {
    ReportFigure(
      id: "budget", title: "The staking pool: promised, available, paid",
      note: "All since genesis. What the full rates would have paid, what schedule and revenue "
        + "made available, and what left the pool. Where the promise crosses what is available, "
        + "rates are no longer paid in full.",
      form: .lines, unit: .tokens,
      series: [
        series("Promised") { stakingPool($0)?.demanded ?? 0 },
        series("Available", isLimit: true) { sample in
          stakingPool(sample).map { $0.scheduled + $0.topUps } ?? 0
        },
        series("Paid") { stakingPool($0)?.spent ?? 0 },
      ])
  }

  private func stakingPool(_ sample: ForecastSample) -> ForecastSample.Pool? {
    pools.firstIndex(of: stakingPool).map { sample.pools[$0] }
  }

  private var runwayFigure: ReportFigure {
    ReportFigure(
      id: "runway", title: "Runway of the staking pool",
      note: "How long the pool's balance would last at the pace of the last one to two months, "
        + "were nothing added; shown up to ten years.",
      form: .lines, unit: .days,
      series: [
        series("Runway") { UInt128(min(3_650, stakingPool($0)?.runway ?? 0)) }
      ])
  }

  private var rewardFigure: ReportFigure {
    let first = samples.first
    let layers = pools.indices.map { place in
      series(pools[place]) { $0.pools[place].spent - (first?.pools[place].spent ?? 0) }
    }
    return ReportFigure(
      id: "rewards", title: "Rewards paid by pool, since the start of the run",
      note: "The pools' own books: the postings that left them.",
      form: .layers, unit: .tokens, series: layers.filter { $0.values.contains { $0 > 0 } })
  }

  private var burnFigure: ReportFigure {
    ReportFigure(
      id: "burns", title: "Burned so far",
      note: "By fees, penalties and rewards under the limits; by the reserve that matches them; "
        + "by holders and milestones beside the limits.",
      form: .layers, unit: .tokens,
      series: [
        series("Under the limits") { $0.burnedUnderLimits - $0.matched },
        series("By the reserve") { $0.matched },
        series("Beside the limits") { $0.burned - min($0.burned, $0.burnedUnderLimits) },
      ])
  }

  private var limitFigure: ReportFigure {
    ReportFigure(
      id: "limits", title: "Burns against cap and floor",
      note: "How much of the protocol year's cap is used, and how much of the way from the whole "
        + "supply down to its floor of \(text.tokens(supplyFloor)) \(symbol) is gone. At 100% "
        + "burns are held back.",
      form: .lines, unit: .points,
      series: [
        series("Cap of the year used") { share($0.yearBurned, of: $0.yearCap) },
        series("Way to the floor") {
          share(totalSupply - $0.supply, of: totalSupply - min(totalSupply, supplyFloor))
        },
      ])
  }

  private func share(_ part: UInt128, of whole: UInt128) -> UInt128 {
    whole == 0 ? 0 : multiplyDivide(part, 10_000, by: whole, .down) ?? 0
  }

  private var paymentFigure: ReportFigure {
    ReportFigure(
      id: "payments", title: "Payments for services, since the start of the run",
      note: "What customers wanted to pay, what they could pay with the tokens that the market "
        + "had, and what it brought the stakers beside the schedule.",
      form: .lines, unit: .tokens,
      series: [
        series("Wanted", isLimit: true) { $0.flows.asked },
        series("Paid") { $0.flows.settled },
        series("Top-ups of the staking pool") { sample in
          let first = samples.first.flatMap { stakingPool($0)?.topUps } ?? 0
          return (stakingPool(sample)?.topUps ?? 0) - first
        },
      ])
  }

  private var concentrationFigure: ReportFigure {
    ReportFigure(
      id: "concentration", title: "Concentration",
      note: "Of what members hold and have staked: the Gini coefficient (100% is one person with "
        + "everything) and the share of the ten richest. Sybil accounts count as the one person "
        + "behind them; the market is nobody.",
      form: .lines, unit: .points,
      series: [
        series("Gini") { UInt128($0.gini) },
        series("Ten richest persons") { UInt128($0.topPersons) },
        series("Ten richest accounts") { UInt128($0.topAccounts) },
      ])
  }

  private var kindFigure: ReportFigure {
    let layers = AgentKind.allCases.indices.map { place in
      series(AgentKind.allCases[place].name) { $0.kinds[place].wealth }
    }
    return ReportFigure(
      id: "kinds", title: "Who holds it",
      note: "Liquid and staked, by kind of member; the market stands for all who are not modelled.",
      form: .layers, unit: .tokens, series: layers.filter { $0.values.contains { $0 > 0 } })
  }

  /// How amounts are written.
  var text: FigureText { FigureText(decimals: decimals, symbol: symbol) }
}
