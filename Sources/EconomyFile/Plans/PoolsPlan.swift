internal import Economy
internal import Primitives

extension EconomyDocument {
  /// What the pools module needs before the first block.
  func poolsPlan() -> Economy.Pools.Plan {
    Economy.Pools.Plan(pools: pools.map(pool), fees: feesPlan, burns: burnsPlan)
  }

  private typealias Setting = Economy.Parameters.Setting

  private func pool(_ pool: Pool) -> Economy.Pools.Pool {
    let start = EpochNumber(pool.emission.startEpoch)
    let schedule: EmissionSchedule?
    var unspent = UnspentRule.rollsOver
    switch pool.emission {
    case .yearAmounts(_, let years, let rule):
      schedule = .years(years, from: start)
      unspent = UnspentRule(rule)
    case .phases(_, let phases, let rule):
      schedule = EmissionSchedule(
        start: start,
        steps: phases.map { EmissionSchedule.Step($0.amount, epochs: $0.epochs) })
      unspent = UnspentRule(rule)
    case .onDemand:
      let wallet = wallets.first { $0.account == pool.id }
      schedule = .onDemand(wallet?.amount ?? .zero, from: start)
    }
    return Economy.Pools.Pool(
      name: pool.id, kind: Economy.Pools.Kind(pool.kind),
      // Sums past 128 bits were refused when the file was read.
      schedule: schedule ?? .onDemand(.zero, from: start), unspent: unspent,
      revenue: pool.topUpFrom.map { account in
        (
          account,
          Setting(
            "/staking/revenueSmoothingEpochs", UInt128(staking.revenueSmoothingEpochs))
        )
      })
  }

  private var feesPlan: Economy.Pools.Fees {
    switch fees.form {
    case .service(let service):
      let net = service.net.map {
        Economy.Pools.FeeShare(
          name: $0.id, account: $0.account,
          share: Setting("/fees/netPlatformSplit/\($0.id)Bps", UInt128($0.share.value)))
      }
      return Economy.Pools.Fees(
        minimumGross: fees.minimumGross, burnOf: .gross,
        categories: service.categories.map {
          Economy.Pools.FeeCategory(
            name: $0,
            fee: Setting(
              "/fees/serviceSplit/platformBps", UInt128(service.platform.value)),
            burn: Setting("/fees/serviceBurn/bpsOfGross", UInt128(service.burnOfGross.value)),
            net: net)
        })
    case .categories(let categories):
      return Economy.Pools.Fees(
        minimumGross: fees.minimumGross, burnOf: .fee,
        categories: categories.categories.enumerated().map(category),
        platformCategory: Self.platformCategory(categories.categories))
    }
  }

  private func category(
    _ place: Int, _ category: FeeCategory
  ) -> Economy.Pools.FeeCategory {
    let pointer = "/fees/categories/\(place)"
    return Economy.Pools.FeeCategory(
      name: category.id, fee: Setting(pointer + "/feeBps", UInt128(category.fee.value)),
      burn: Setting(pointer + "/burnBpsOfFee", UInt128(category.burnOfFee.value)),
      net: category.net.map {
        Economy.Pools.FeeShare(
          name: $0.id, account: $0.account,
          share: Setting("\(pointer)/netSplit/\($0.id)Bps", UInt128($0.share.value)))
      })
  }

  /// The first category whose net goes neither to stakers nor to voters; the last where none does.
  private static func platformCategory(_ categories: [FeeCategory]) -> Int {
    categories.firstIndex { category in
      category.net.allSatisfy { $0.id != "stakers" && $0.id != "rwaVoters" }
    } ?? max(0, categories.count - 1)
  }

  private var burnsPlan: Economy.Pools.Burns {
    Economy.Pools.Burns(
      supplyFloor: burns.supplyFloor,
      annualCap: Setting("/burns/annualCapBps", UInt128(burns.annualCap.value)),
      overflowAccount: burns.overflowAccount,
      match: burns.match.map { match in
        Economy.Pools.Match(
          account: match.account,
          rate: Setting("/burns/match/matchBps", UInt128(match.share.value)),
          schedule: .years(match.yearCaps, from: EpochNumber(0))
            ?? .onDemand(.zero, from: EpochNumber(0)))
      })
  }
}

extension UnspentRule {
  init(_ rule: EconomyDocument.Unspent) {
    switch rule {
    case .rollsOver: self = .rollsOver
    case .drip(let epochs): self = .drip(epochs: epochs)
    }
  }
}

extension Economy.Pools.Kind {
  init(_ kind: EconomyDocument.PoolKind) {
    switch kind {
    case .rateCeilingAccumulator: self = .rateCeilingAccumulator
    case .perEvent: self = .perEvent
    case .demandProRata: self = .demandProRata
    case .weightProRata: self = .weightProRata
    case .governanceGrant: self = .governanceGrant
    case .phaseWeightProRata: self = .phaseWeightProRata
    }
  }
}
