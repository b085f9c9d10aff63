public import Primitives

/// Who takes part of a platform fee, over all economies.
public enum FeePayee: UInt8, Hashable, Sendable, CaseIterable {
  case tokenBurn
  case ecosystemGrowth
  case platformDevelopment
  case stakingRewards
  case stakers
  case rwaVoters
  case community
  case developmentFund
}

/// A payment taken apart; the parts make up `gross` to the unit.
public struct FeeSettlement: Hashable, Sendable, BitwiseCopyable {
  public let gross: Amount
  /// What the provider, or the payee, and those with whom it shares receive: `gross` less the fee.
  public let providerSide: Amount
  /// The part of the fee that burns before the rest is split.
  public let burn: Amount
  /// The part of the fee that is split among the fee's payees.
  public let net: Amount

  /// The platform's part, `burn` and `net` together.
  public var fee: Amount { burn + net }
}

/// The waterfall of a paid service (F8): a fee on the gross, a burn out of the fee, a nested split
/// of the rest.
public struct ServiceTerms: Equatable, Sendable {
  /// The fee's share of the gross.
  public let platform: BasisPoints
  /// The burn's share of the gross, taken out of the fee; never above `platform`.
  public let burn: BasisPoints
  /// How the fee is divided once the burn is taken.
  public let net: NestedSplit<FeePayee>

  /// nil where the fee is above the whole or the burn above the fee.
  public init?(platform: BasisPoints, burn: BasisPoints, net: NestedSplit<FeePayee>) {
    guard platform <= .whole, burn <= platform else { return nil }
    self.platform = platform
    self.burn = burn
    self.net = net
  }

  /// A payment for a service. Divisions: down; the fee's remainder is the provider's, the burn's
  /// the net fee's. Each part is monotone in the gross, so streams settle cumulatively (F19).
  public func settle(_ gross: Amount) -> FeeSettlement {
    let fee = gross.share(platform, .down)
    let burned =
      platform.value == 0
      ? Amount.zero : fee.scaled(by: UInt128(burn.value), over: UInt128(platform.value), .down)
    return FeeSettlement(
      gross: gross, providerSide: gross - fee, burn: burned, net: fee - burned)
  }

  /// A fee that is the platform's alone, such as a registration: no provider and no service burn.
  public func settlePlatformFee(_ fee: Amount) -> FeeSettlement {
    FeeSettlement(gross: fee, providerSide: .zero, burn: .zero, net: fee)
  }
}

/// The fee of a category of payments (F10): a rate that a discount lowers, a burn by share of the
/// fee, a nested split of the rest.
public struct CategoryTerms: Equatable, Sendable {
  /// The fee's share of the gross, before a discount.
  public let fee: BasisPoints
  /// The burn's share of the fee.
  public let burnOfFee: BasisPoints
  public let net: NestedSplit<FeePayee>

  /// nil where a share is above the whole.
  public init?(fee: BasisPoints, burnOfFee: BasisPoints, net: NestedSplit<FeePayee>) {
    guard fee <= .whole, burnOfFee <= .whole else { return nil }
    self.fee = fee
    self.burnOfFee = burnOfFee
    self.net = net
  }

  /// A payment whose payer has a discount on the fee; a discount above the whole counts as the
  /// whole. Divisions: down; the fee's remainder is the payee's, the burn's the net fee's.
  public func settle(_ gross: Amount, discount: BasisPoints = BasisPoints(0)) -> FeeSettlement {
    let kept = BasisPoints.whole.value - min(discount, .whole).value
    let taken = gross.scaled(
      by: UInt128(fee.value) * UInt128(kept), over: 100_000_000, .down)
    let burned = taken.share(burnOfFee, .down)
    return FeeSettlement(
      gross: gross, providerSide: gross - taken, burn: burned, net: taken - burned)
  }
}

/// What the provider's side gives to those whose data or stake a service used (F8, F18).
public struct Attribution: Hashable, Sendable, BitwiseCopyable {
  /// The sum set aside. Division: down; the provider keeps the remainder.
  public let pot: Amount
  /// The sum of the weights of all that share.
  public let totalWeight: UInt128

  /// A share above the whole counts as the whole; without weight the pot is empty.
  public init(providerSide: Amount, share: BasisPoints, totalWeight: UInt128) {
    self.totalWeight = totalWeight
    pot = totalWeight == 0 ? .zero : providerSide.share(min(share, .whole), .down)
  }

  /// The part of one weight of the total. Division: down; what all the parts leave of the pot is
  /// the provider's.
  public func part(weight: UInt128) -> Amount {
    PoolsRules.weightProRata(budget: pot, weight: weight, of: totalWeight)
  }
}
