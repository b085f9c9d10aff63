public import Primitives

/// Everything that an economy file decides before the first block.
public final class Genesis: Sendable {
  /// The token's names and size.
  public struct TokenFacts: Sendable {
    public let name: String
    public let symbol: String
    /// 0 to 18.
    public let decimals: UInt8
    /// The whole supply in base units (T09, X01).
    public let supply: Amount

    public init(name: String, symbol: String, decimals: UInt8, supply: Amount) {
      self.name = name
      self.symbol = symbol
      self.decimals = decimals
      self.supply = supply
    }
  }

  /// What a transaction costs (decision N01).
  public struct NetworkRules: Sendable {
    /// Gas that one block may use.
    public let blockGasLimit: UInt64
    /// The price floor in wei per gas, a multiple of `priceQuantum`.
    public let baseFee: UInt128
    /// 10^(18 - decimals - 3) wei, at least 1: prices are rounded down to it, so that a fee is a
    /// whole number of units.
    public let priceQuantum: UInt128
    /// 10^(18 - decimals): wei in one base unit.
    public let weiPerUnit: UInt128
    /// Gas of "module.operation" in thousands; what is not named costs `defaultGas`.
    public let gas: [(operation: String, thousands: UInt32)]
    public let defaultGas: UInt32
    /// The name of the account that takes the fees.
    public let feeAccount: String

    public init(
      decimals: UInt8, blockGasLimit: UInt64, baseFee: UInt128,
      gas: [(operation: String, thousands: UInt32)], defaultGas: UInt32, feeAccount: String
    ) {
      self.blockGasLimit = blockGasLimit
      self.baseFee = baseFee
      weiPerUnit = Self.power(18 - Int(decimals))
      priceQuantum = Self.power(15 - Int(decimals))
      self.gas = gas
      self.defaultGas = defaultGas
      self.feeAccount = feeAccount
    }

    private static func power(_ exponent: Int) -> UInt128 {
      var result: UInt128 = 1
      for _ in 0..<max(0, exponent) { result *= 10 }
      return result
    }
  }

  /// A genesis wallet and what it receives.
  public struct Wallet: Sendable {
    public let name: String
    public let units: Amount

    public init(name: String, units: Amount) {
      self.name = name
      self.units = units
    }
  }

  /// A movement between genesis wallets and accounts, so that an overlay never changes the supply.
  public struct Grant: Sendable {
    /// The wallet's name.
    public let from: String
    public let to: Address
    public let units: Amount

    public init(from: String, to: Address, units: Amount) {
      self.from = from
      self.to = to
      self.units = units
    }
  }

  /// A governable number.
  public struct ParameterSeed: Sendable {
    /// The JSON pointer into the economy file.
    public let pointer: String
    public let value: UInt128
    public let minimum: UInt128
    public let maximum: UInt128
    public let maximumStep: UInt128
    public let cooldown: Seconds
    /// The proposal class that may change it, by its place in `proposalClasses`.
    public let proposalClass: UInt32

    public init(
      pointer: String, value: UInt128, minimum: UInt128, maximum: UInt128, maximumStep: UInt128,
      cooldown: Seconds, proposalClass: UInt32
    ) {
      self.pointer = pointer
      self.value = value
      self.minimum = minimum
      self.maximum = maximum
      self.maximumStep = maximumStep
      self.cooldown = cooldown
      self.proposalClass = proposalClass
    }
  }

  /// The economy's id, such as `dta`.
  public let economy: String
  public let chainID: UInt64
  public let time: LogicalTime
  public let token: TokenFacts
  public let network: NetworkRules
  /// True where liquid balances vote.
  public let liquidWeights: Bool
  /// In file order; their units sum to the supply.
  public let wallets: [Wallet]
  /// Accounts that start empty, in file order.
  public let flowAccounts: [String]
  public let grants: [Grant]
  public let parameters: [ParameterSeed]
  /// SHA-256 over the canonical genesis document and the limits: the network's identity.
  public let identity: Digest
  /// What the economy file decides for each module.
  public let plans: Plans

  /// One plan a module.
  public struct Plans: Sendable {
    public var access = Access.Plan()
    public var compliance = Compliance.Plan()
    public var parameters = Parameters.Plan()
    public var pools = Pools.Plan()
    public var vesting = Vesting.Plan()
    public var staking = Staking.Plan()

    public init() {}
  }

  public init(
    economy: String, chainID: UInt64, time: LogicalTime, token: TokenFacts,
    network: NetworkRules, liquidWeights: Bool, wallets: [Wallet], flowAccounts: [String],
    grants: [Grant], parameters: [ParameterSeed], identity: Digest, plans: Plans = Plans()
  ) {
    self.economy = economy
    self.chainID = chainID
    self.time = time
    self.token = token
    self.network = network
    self.liquidWeights = liquidWeights
    self.wallets = wallets
    self.flowAccounts = flowAccounts
    self.grants = grants
    self.parameters = parameters
    self.identity = identity
    self.plans = plans
  }

  /// The same genesis with other grants.
  public func with(grants: [Grant]) -> Genesis {
    Genesis(
      economy: economy, chainID: chainID, time: time, token: token, network: network,
      liquidWeights: liquidWeights, wallets: wallets, flowAccounts: flowAccounts, grants: grants,
      parameters: parameters, identity: identity, plans: plans)
  }

  /// The proposal classes in the order of their numbers.
  public static let proposalClasses = [
    "economic", "technical", "partnership", "community", "emergency",
  ]

  /// Every named account in order: wallets first, each once, then the flow accounts, then those
  /// that modules keep for themselves, then the burned account.
  public var accountNames: [String] {
    var names: [String] = []
    let ofModules =
      [Compliance.quarantineName, Vesting.grantsName]
      + (plans.staking.feeShare.map { [$0.payableAccount] } ?? [])
    for name in wallets.map(\.name) + flowAccounts + [network.feeAccount] + ofModules
    where name != "user" && !names.contains(name) && name != SystemAddress.burnedName {
      names.append(name)
    }
    return names + [SystemAddress.burnedName]
  }
}
