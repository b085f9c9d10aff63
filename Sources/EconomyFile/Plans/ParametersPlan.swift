internal import Economy
internal import Primitives

extension EconomyDocument {
  /// What the parameters module needs before the first block: the numbers that hold together.
  func parametersPlan() -> Economy.Parameters.Plan {
    Economy.Parameters.Plan(limits: feeLimits + stakingLimits + miningLimits)
  }

  private typealias Limit = Economy.Parameters.Limit
  private typealias Setting = Economy.Parameters.Setting

  private var feeLimits: [Limit] {
    guard case .service(let service) = fees.form else { return [] }
    let platform = Setting(
      "/fees/serviceSplit/platformBps", UInt128(service.platform.value))
    return [
      Limit(
        "the shares of the net platform fee sum to 10,000", .sumsTo(10_000),
        service.net.map {
          Setting("/fees/netPlatformSplit/\($0.id)Bps", UInt128($0.share.value))
        }),
      Limit(
        "the service burn is at most the platform's fee", .rising,
        [
          Setting("/fees/serviceBurn/bpsOfGross", UInt128(service.burnOfGross.value)), platform,
        ]),
      // The provider side is promised nine tenths of the gross.
      Limit(
        "the platform's fee is at most 1,000", .sumsToAtMost(1_000), [platform]),
    ]
  }

  private var stakingLimits: [Limit] {
    switch staking.rates {
    case .tiers(let tiers, _):
      let highest = tiers.indices.map {
        Setting("/staking/tiers/\($0)/aprMaxBps", UInt128(tiers[$0].highestRate.value))
      }
      return [Limit("the highest rates rise with the tiers", .strictlyRising, highest)]
        + tiers.indices.map { place in
          Limit(
            "the rates of the tier \(tiers[place].id) are a range", .rising,
            [
              Setting(
                "/staking/tiers/\(place)/aprMinBps", UInt128(tiers[place].lowestRate.value)),
              highest[place],
            ])
        }
    case .periods(let rows):
      let burning = rows.indices.filter { rows[$0].rewardBurn.value > 0 }
      return [
        Limit(
          "the rates rise with the periods", .strictlyRising,
          rows.indices.map {
            Setting("/staking/periods/\($0)/aprBps", UInt128(rows[$0].rate.value))
          }),
        Limit(
          "the burns of rewards rise with the periods", .strictlyRising,
          burning.map {
            Setting("/staking/periods/\($0)/rewardBurnBps", UInt128(rows[$0].rewardBurn.value))
          }),
      ]
    }
  }

  private var miningLimits: [Limit] {
    guard let weights = section("mining")?["weights"]?.members else { return [] }
    let settings = weights.compactMap { member in
      member.value.whole.map {
        Setting("/mining/weights/" + JSONPointer.escape(member.name), $0)
      }
    }
    return settings.isEmpty
      ? [] : [Limit("the weights of mining sum to 10,000", .sumsTo(10_000), settings)]
  }
}
