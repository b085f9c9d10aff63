import Economy
import Primitives
import Testing

/// The waterfalls of services and fee categories: exact, whole, monotone.
@Suite struct FeeSettlementRulesTests {
  static let service = ServiceTerms(
    platform: BasisPoints(1_000), burn: BasisPoints(500),
    net: NestedSplit([
      .init(.tokenBurn, 1_000), .init(.ecosystemGrowth, 2_000), .init(.platformDevelopment, 3_000),
      .init(.stakingRewards, 4_000),
    ])!)!

  static let compute = CategoryTerms(
    fee: BasisPoints(500), burnOfFee: BasisPoints(200),
    net: NestedSplit([
      .init(.stakers, 4_000), .init(.community, 2_000), .init(.developmentFund, 4_000),
    ])!)!

  @Test("F8 services settle exactly and whole", arguments: Denomination.both)
  func servicesSettleExactly(_ at: Denomination) throws {
    try Inputs.each("F8 services", at, seed: 11) { draws, round in
      let platform = draws.share()
      let burn = BasisPoints(UInt32(draws.number(through: UInt128(platform.value))))
      let terms = try #require(
        ServiceTerms(platform: platform, burn: burn, net: Self.service.net))
      let gross = draws.amount(through: at.supply)
      let settled = terms.settle(gross)
      let fee = Ratio(Natural(gross) * Natural(platform), over: .tenThousand)
      let burned =
        platform.value == 0
        ? settled.burn == .zero
        : Ratio(Natural(settled.fee) * Natural(burn), over: Natural(platform))
          .roundsDown(to: settled.burn)
      if !fee.roundsDown(to: settled.fee) || !burned { Issue.record("round \(round)") }
      require(settled.providerSide + settled.burn + settled.net == gross, round, "whole")
      // The burn never passes its share of the gross, the provider's side never falls below its
      // own.
      require(
        Natural(settled.burn) * .tenThousand <= Natural(gross) * Natural(burn), round, "burn")
      require(
        Natural(settled.providerSide) * .tenThousand
          >= Natural(gross) * (Natural.tenThousand - Natural(platform)), round, "provider")
      let more = terms.settle(gross + Amount(1))
      require(
        more.providerSide >= settled.providerSide && more.burn >= settled.burn
          && more.net >= settled.net, round, "monotone")
    }
  }

  @Test("F10 fee categories settle exactly and whole", arguments: Denomination.both)
  func categoriesSettleExactly(_ at: Denomination) throws {
    try Inputs.each("F10 categories", at, seed: 12) { draws, round in
      let (rate, burn, discount) = (draws.share(), draws.share(), draws.share())
      let terms = try #require(
        CategoryTerms(fee: rate, burnOfFee: burn, net: Self.compute.net))
      let gross = draws.amount(through: at.supply)
      let settled = terms.settle(gross, discount: discount)
      let kept = Natural.tenThousand - Natural(discount)
      let fee = Ratio(
        Natural(gross) * Natural(rate) * kept, over: .tenThousand * .tenThousand)
      let burned = Ratio(Natural(settled.fee) * Natural(burn), over: .tenThousand)
      if !fee.roundsDown(to: settled.fee) || !burned.roundsDown(to: settled.burn) {
        Issue.record("round \(round)")
      }
      require(settled.providerSide + settled.burn + settled.net == gross, round, "whole")
    }
  }

  /// 100 DTA: provider 90, burn 5, and of the net 5: burn 0.5, growth 1, development 1.5, staking
  /// 2.
  @Test func oneHundredTokens() throws {
    let at = Denomination.dta
    let settled = Self.service.settle(at.tokens(100))
    #expect(settled.providerSide == at.tokens(90))
    #expect(settled.burn == at.tokens(5))
    #expect(
      Self.service.net.parts(of: settled.net).map(\.amount)
        == [Amount(5_000), Amount(10_000), Amount(15_000), Amount(20_000)])
    // A registration is the platform's alone and burns only its tenth.
    let pure = Self.service.settlePlatformFee(at.tokens(10))
    #expect(pure.providerSide == .zero && pure.burn == .zero && pure.net == at.tokens(10))
    #expect(Self.service.net.part(for: .tokenBurn, of: pure.net) == at.tokens(1))
  }

  /// 13 units: the fee is 1, its burn 0, and the last payee takes what is left.
  @Test func dust() {
    let settled = Self.service.settle(Amount(13))
    #expect(settled.providerSide == Amount(12))
    #expect(settled.burn == .zero)
    #expect(
      Self.service.net.parts(of: settled.net).map(\.amount.units) == [0, 0, 0, 1])
  }

  @Test func discountsLowerTheFee() {
    let at = Denomination.btt
    let full = Self.compute.settle(at.tokens(1_000))
    let less = Self.compute.settle(at.tokens(1_000), discount: BasisPoints(2_000))
    #expect(full.fee == at.tokens(50) && full.burn == at.tokens(1))
    #expect(less.fee == at.tokens(40))
    #expect(Self.compute.settle(at.tokens(1), discount: BasisPoints(20_000)).fee == .zero)
  }

  @Test("F18 attribution: exact parts, the provider keeps the rest", arguments: Denomination.both)
  func attributionLeavesTheProviderTheRest(_ at: Denomination) {
    Inputs.each("F18 attribution", at, seed: 13) { draws, round in
      let side = draws.amount(through: at.supply)
      let share = draws.share()
      let weights = (0..<3).map { _ in draws.number(through: 1_000_000) }
      let total = weights.reduce(0, +)
      let rule = Attribution(providerSide: side, share: share, totalWeight: total)
      if total == 0 {
        require(rule.pot == .zero, round, "no weight")
        return draws.discard()
      }
      let pot = Ratio(Natural(side) * Natural(share), over: .tenThousand)
      require(pot.roundsDown(to: rule.pot), round, "pot")
      var sum = Amount.zero
      for weight in weights {
        let part = rule.part(weight: weight)
        if !Ratio(Natural(rule.pot) * Natural(weight), over: Natural(total)).roundsDown(to: part) {
          Issue.record("round \(round)")
        }
        sum += part
      }
      require(sum <= rule.pot, round, "parts")
    }
  }

  /// A share may be the whole, and a burn all of the fee.
  @Test func wholeSharesTakeAll() throws {
    let net = Self.service.net
    let all = try #require(ServiceTerms(platform: .whole, burn: .whole, net: net))
    let settled = all.settle(Amount(7))
    #expect(settled.providerSide == .zero && settled.burn == Amount(7) && settled.net == .zero)
    let category = try #require(CategoryTerms(fee: .whole, burnOfFee: .whole, net: net))
    #expect(category.settle(Amount(7)) == settled)
  }

  @Test func refusesImpossibleTerms() {
    let net = Self.service.net
    #expect(ServiceTerms(platform: BasisPoints(10_001), burn: BasisPoints(0), net: net) == nil)
    #expect(ServiceTerms(platform: BasisPoints(100), burn: BasisPoints(101), net: net) == nil)
    #expect(CategoryTerms(fee: BasisPoints(10_001), burnOfFee: BasisPoints(0), net: net) == nil)
    #expect(CategoryTerms(fee: BasisPoints(1), burnOfFee: BasisPoints(10_001), net: net) == nil)
  }
}
