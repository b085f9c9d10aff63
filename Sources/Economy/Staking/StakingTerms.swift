internal import Ledger
internal import Primitives

extension Staking {
  /// The rates in force: tiers of principal crossed with locks, or a row a lock.
  enum Rates: Equatable {
    case none
    case tiers(TierTable)
    case periods(PeriodTable)

    /// The place of the lock of exactly this duration.
    func lock(of duration: Seconds) -> Int? {
      switch self {
      case .none: nil
      case .tiers(let table): table.lock(of: duration)
      case .periods(let table): table.rows.firstIndex { $0.duration == duration }
      }
    }

    /// How long that lock is.
    func duration(_ lock: Int) -> Seconds {
      switch self {
      case .none: Seconds(0)
      case .tiers(let table): table.locks[lock].duration
      case .periods(let table): table.rows[lock].duration
      }
    }

    /// The least principal for that lock.
    func minimum(_ lock: Int) -> Amount {
      switch self {
      case .none: .max
      case .tiers(let table): table.tiers[0].minimum
      case .periods(let table): table.rows[lock].minimum
      }
    }

    /// The tier of a principal; 0 where the table has none.
    func tier(for principal: Amount) -> Int {
      if case .tiers(let table) = self { table.tier(for: principal) ?? 0 } else { 0 }
    }

    /// The yearly rate before bonuses.
    func apr(tier: Int, lock: Int, isPastLock: Bool) -> BasisPoints {
      switch self {
      case .none: BasisPoints(0)
      case .tiers(let table):
        table.tiers[tier].apr(at: isPastLock ? BasisPoints(0) : table.locks[lock].range)
      case .periods(let table): (isPastLock ? table.afterLock : table.rows[lock]).apr
      }
    }

    /// The share of a reward that burns.
    func rewardBurn(lock: Int, isPastLock: Bool) -> BasisPoints {
      if case .periods(let table) = self {
        (isPastLock ? table.afterLock : table.rows[lock]).rewardBurn
      } else {
        BasisPoints(0)
      }
    }
  }

  /// The numbers in force in this epoch: the plan's, where a vote may change them the ledger's.
  struct Terms: Equatable {
    var rates = Rates.none
    var bonuses = GradedBonuses(floor: BasisPoints(0), cap: BasisPoints(0), maxima: [])
    var exit = EarlyExitTerms(maximumPenalty: BasisPoints(0), burnShare: BasisPoints(0))
    var feeSmoothingEpochs: UInt64 = 1
  }

  /// A number of the plan and, where a vote may change it, its parameter.
  struct Governed {
    let parameter: ParameterIndex?
    let planned: UInt128
  }

  /// The governed numbers, looked up once.
  struct Sources {
    var lowest: [Governed] = []
    var highest: [Governed] = []
    var rates: [Governed] = []
    var rewardBurns: [Governed] = []
    var bonusCap = Governed(parameter: nil, planned: 0)
    var penalty = Governed(parameter: nil, planned: 0)
    var penaltyBurn = Governed(parameter: nil, planned: 0)
    var feeSmoothing = Governed(parameter: nil, planned: 1)
  }

  /// The accounts that the module moves value between.
  struct Accounts {
    var pool: Pools.Index?
    var exitPool: Pools.Index?
    var wallet = AccountIndex.burned
    var payable = AccountIndex.burned
    var principal = AccountIndex.burned
    var revenue: AccountIndex?
    /// Where fees wait, and where the part that has flowed waits to be claimed.
    var feeShare: (source: AccountIndex, payable: AccountIndex)?
  }
}

extension EconomyState {
  /// Looks up which of the plan's numbers a vote may change.
  borrowing func stakingSources(_ plan: Staking.Plan) -> Staking.Sources {
    func governed(_ pointer: String, _ planned: UInt128) -> Staking.Governed {
      Staking.Governed(parameter: parameterIndex("/staking/" + pointer), planned: planned)
    }
    func governed(_ pointer: String, _ planned: BasisPoints) -> Staking.Governed {
      governed(pointer, UInt128(planned.value))
    }
    var sources = Staking.Sources()
    switch plan.rates {
    case .tiers(let tiers, _):
      for (place, tier) in tiers.enumerated() {
        sources.lowest.append(governed("tiers/\(place)/aprMinBps", tier.lowest))
        sources.highest.append(governed("tiers/\(place)/aprMaxBps", tier.highest))
      }
    case .periods(let periods):
      for (place, period) in periods.enumerated() {
        sources.rates.append(governed("periods/\(place)/aprBps", period.rate))
        sources.rewardBurns.append(governed("periods/\(place)/rewardBurnBps", period.rewardBurn))
      }
    }
    sources.bonusCap = governed("bonuses/aggregateCapBps", plan.bonusCap)
    sources.penalty = governed("earlyExit/maxPenaltyBps", plan.maximumPenalty)
    sources.penaltyBurn = governed("earlyExit/burnShareBps", plan.penaltyBurn)
    sources.feeSmoothing = governed(
      "dynamic/feeShare/smoothingEpochs", UInt128(plan.feeShare?.smoothingEpochs ?? 1))
    return sources
  }

  /// The numbers in force now.
  borrowing func stakingTerms() -> Staking.Terms {
    let plan = genesis.plans.staking
    let sources = staking.sources
    var terms = Staking.Terms()
    switch plan.rates {
    case .tiers(let tiers, let locks):
      let tiers = tiers.indices.compactMap { place in
        let lowest = share(sources.lowest[place])
        // A vote may bring the top below the bottom; then the range is one point.
        return StakingTier(
          minimum: tiers[place].minimum, lowest: lowest,
          highest: max(lowest, share(sources.highest[place])))
      }
      terms.rates = TierTable(tiers: tiers, locks: locks).map { .tiers($0) } ?? .none
    case .periods(let periods):
      let rows = periods.indices.compactMap { place in
        StakingPeriod(
          duration: periods[place].duration, apr: share(sources.rates[place]),
          minimum: periods[place].minimum, rewardBurn: share(sources.rewardBurns[place]))
      }
      terms.rates = PeriodTable(rows).map { .periods($0) } ?? .none
    }
    terms.bonuses = GradedBonuses(
      floor: plan.bonusFloor, cap: share(sources.bonusCap),
      maxima: plan.bonuses.prefix(Staking.StakerRow.scoreCount).map(\.highest))
    terms.exit = EarlyExitTerms(
      maximumPenalty: share(sources.penalty), burnShare: share(sources.penaltyBurn))
    terms.feeSmoothingEpochs = UInt64(clamping: value(sources.feeSmoothing))
    return terms
  }

  private borrowing func value(_ number: Staking.Governed) -> UInt128 {
    number.parameter.map { ledger.parameters[$0].value } ?? number.planned
  }

  private borrowing func share(_ number: Staking.Governed) -> BasisPoints {
    min(BasisPoints(UInt32(clamping: value(number))), .whole)
  }
}
