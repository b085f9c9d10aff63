public import Primitives

extension Pools {
  /// What the economy file decides for this module before the first block.
  public struct Plan: Sendable {
    /// In file order.
    public var pools: [Pool]
    public var fees: Fees
    public var burns: Burns

    public init(
      pools: [Pool] = [], fees: Fees = Fees(), burns: Burns = Burns()
    ) {
      self.pools = pools
      self.fees = fees
      self.burns = burns
    }
  }

  /// A wallet that pays rewards.
  public struct Pool: Sendable {
    /// The wallet's name.
    public let name: String
    public let kind: Kind
    public let schedule: EmissionSchedule
    public let unspent: UnspentRule
    /// The account whose revenue moves on to the pool, one part in so many with each epoch.
    public let revenue: (account: String, epochs: Parameters.Setting)?

    public init(
      name: String, kind: Kind, schedule: EmissionSchedule, unspent: UnspentRule,
      revenue: (account: String, epochs: Parameters.Setting)? = nil
    ) {
      self.name = name
      self.kind = kind
      self.schedule = schedule
      self.unspent = unspent
      self.revenue = revenue
    }
  }

  /// How payments are divided.
  public struct Fees: Sendable {
    /// The least gross of a payment.
    public let minimumGross: Amount
    /// What the burn's share is a share of.
    public let burnOf: BurnBase
    /// In file order.
    public let categories: [FeeCategory]
    /// The category through whose net split pure platform fees and network fees go, by its place.
    public let platformCategory: Int

    public init(
      minimumGross: Amount = .zero, burnOf: BurnBase = .gross, categories: [FeeCategory] = [],
      platformCategory: Int = 0
    ) {
      self.minimumGross = minimumGross
      self.burnOf = burnOf
      self.categories = categories
      self.platformCategory = platformCategory
    }
  }

  /// What a burn's share is a share of: DTA counts it on the gross (F8), BTT on the fee (F10).
  public enum BurnBase: String, Sendable {
    case gross, fee
  }

  /// The fee on one kind of payment.
  public struct FeeCategory: Sendable {
    public let name: String
    /// The fee's share of the gross, in basis points.
    public let fee: Parameters.Setting
    /// The burn's share, in basis points of `Fees.burnOf`.
    public let burn: Parameters.Setting
    /// How the rest of the fee is split, in the order of settlement; the last takes the rest.
    public let net: [FeeShare]

    public init(
      name: String, fee: Parameters.Setting, burn: Parameters.Setting, net: [FeeShare]
    ) {
      self.name = name
      self.fee = fee
      self.burn = burn
      self.net = net
    }
  }

  /// A part of a net fee.
  public struct FeeShare: Sendable {
    public let name: String
    public let account: String
    /// Basis points of the net fee.
    public let share: Parameters.Setting

    public init(name: String, account: String, share: Parameters.Setting) {
      self.name = name
      self.account = account
      self.share = share
    }
  }

  /// The limits on burns.
  public struct Burns: Sendable {
    /// Burns never take the supply below it.
    public let supplyFloor: Amount
    /// The most burned in a protocol year, in basis points of the supply at its start.
    public let annualCap: Parameters.Setting
    /// Where goes what may not be burned.
    public let overflowAccount: String
    public let match: Match?

    public init(
      supplyFloor: Amount = .zero,
      annualCap: Parameters.Setting = Parameters.Setting("/burns/annualCapBps", 10_000),
      overflowAccount: String = SystemAddress.burnedName, match: Match? = nil
    ) {
      self.supplyFloor = supplyFloor
      self.annualCap = annualCap
      self.overflowAccount = overflowAccount
      self.match = match
    }
  }

  /// A reserve that burns beside organic burns.
  public struct Match: Sendable {
    public let account: String
    /// Matched units for each unit burned, in basis points.
    public let rate: Parameters.Setting
    public let schedule: EmissionSchedule

    public init(account: String, rate: Parameters.Setting, schedule: EmissionSchedule) {
      self.account = account
      self.rate = rate
      self.schedule = schedule
    }
  }
}
