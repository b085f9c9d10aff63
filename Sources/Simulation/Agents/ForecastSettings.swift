public import EconomyFile
internal import Primitives

/// What a forecast is asked for.
public struct ForecastSettings: Sendable {
  /// How many days it lives.
  public var days: Int
  /// How many members it has, besides the holders of vesting wallets and the market.
  public var agents: Int
  /// The choice of run.
  public var seed: UInt64
  /// What is taken for granted.
  public var assumptions: Assumptions
  /// Shuffles the order in which members are made, which must not matter; nil makes them in order.
  public var creationOrder: UInt64?
  /// Days between two samples.
  public var sampleDays = 30
  /// Also opens the members' accounts in the order in which they are made: rows of the ledger then
  /// stand elsewhere, so the state root is another, but nobody holds a unit more or less.
  var opensInCreationOrder = false

  public init(days: Int, agents: Int, seed: UInt64, assumptions: Assumptions = Assumptions()) {
    self.days = days
    self.agents = agents
    self.seed = seed
    self.assumptions = assumptions
  }
}

/// Where a forecast begins: the network's genesis, or the state of a network that lives.
public enum ForecastStart: ~Copyable {
  /// The network of an economy file, at its first second.
  case genesis(EconomyDocument)
  /// A copy of a network as it stood.
  case fork(ForkedState)
}

/// Made-up members at genesis: who gets what of the wallets that are liquid from the start.
enum ForecastFunding {
  /// The economy with somebody in every office.
  static func settled(_ document: EconomyDocument) throws(EconomyFileFailure) -> EconomyDocument {
    if document.access.unboundNames.isEmpty { return document }
    let overlay = JSONValue.object([Offices.overlay(document)]).text
    return try EconomyFile.load(text: EconomyFile.text(document), overlays: [overlay])
  }

  /// Wallets that holders claim stand with the members, those that are open at once with the
  /// market; nothing is taken out of pools, reserves and vesting wallets.
  static func grants(
    _ document: EconomyDocument, _ agents: [Agent], market: Address, _ settings: ForecastSettings
  ) -> [(from: String, to: Address, units: UInt128)] {
    var grants: [(from: String, to: Address, units: UInt128)] = []
    for wallet in document.wallets {
      let taken = document.grants.filter { $0.from == wallet.account }
        .reduce(UInt128(0)) { $0 + $1.amount.units }
      let units = wallet.amount.units - min(wallet.amount.units, taken)
      switch wallet.release {
      case .claim:
        grants += divide(units, of: wallet.account, among: agents, market: market, settings)
      case .immediate: grants.append((wallet.account, market, units))
      default: continue
      }
    }
    return grants.filter { $0.units > 0 }
  }

  private static func divide(
    _ units: UInt128, of wallet: String, among agents: [Agent], market: Address,
    _ settings: ForecastSettings
  ) -> [(from: String, to: Address, units: UInt128)] {
    let assumptions = settings.assumptions
    let parts = [Assumption.marketStock, .whaleWealth, .sybilWealth].map {
      units * UInt128(assumptions[$0]) / 10_000
    }
    let sybils = UInt128(agents.count { $0.kind == .sybil })
    let whales = UInt128(agents.count { $0.kind == .whale })
    var rest = units - parts[0]
    if whales > 0 { rest -= parts[1] }
    if sybils > 0 { rest -= parts[2] }
    let weights = agents.reduce(UInt128(0)) {
      $1.kind == .sybil || $1.kind == .whale ? $0 : $0 + UInt128($1.weight)
    }
    var given: UInt128 = 0
    var grants: [(from: String, to: Address, units: UInt128)] = []
    for agent in agents {
      let share =
        switch agent.kind {
        case .whale: parts[1]
        case .sybil: parts[2] / sybils
        default: multiplyDivide(rest, UInt128(agent.weight), by: weights, .down) ?? 0
        }
      given += share
      grants.append((wallet, agent.address, share))
    }
    // What the divisions leave stands on the market.
    grants.append((wallet, market, units - given))
    return grants
  }
}
