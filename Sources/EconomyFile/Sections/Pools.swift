public import Primitives

extension EconomyDocument {
  /// A reward pool: a wallet of kind `pool` and the rule by which it pays.
  public struct Pool: Sendable, Equatable {
    /// The account's name.
    public let id: String
    public let kind: PoolKind
    public let emission: Emission
    /// The account whose revenue tops the pool up, or nil.
    public let topUpFrom: String?
    /// The class of votes that grant from it (`governanceGrant`).
    public let body: EconomyDocument.GovernanceClass?
    /// What one event pays, and how many events at most (`perEvent`).
    public let rewardPerEvent: Amount?
    public let maximumEvents: UInt64?
    /// Months between settlements, where not each epoch.
    public let settlementMonths: UInt64?
    /// The weight's formula in words, and the fee category it is taken from.
    public let weight: String?
    public let feeCategory: String?
    /// A reward's ceiling as a share of the platform fee behind it.
    public let perFeeCap: BasisPoints?
    /// A reward's ceiling as a share of a period's budget, per identity.
    public let perIdentityCap: BasisPoints?
  }

  /// How a pool decides what it pays.
  public enum PoolKind: String, Sendable, CaseIterable {
    case rateCeilingAccumulator, perEvent, demandProRata, weightProRata, governanceGrant
    case phaseWeightProRata
  }

  /// When a pool's units become payable (economics F2).
  public enum Emission: Sendable, Equatable {
    /// A sum for each year from `startEpoch` on.
    case yearAmounts(startEpoch: UInt64, years: [Amount], unspent: Unspent)
    /// A sum for each phase of so many epochs.
    case phases(startEpoch: UInt64, phases: [Phase], unspent: Unspent)
    /// Whatever events ask for, until the wallet is empty.
    case onDemand(startEpoch: UInt64)

    /// The first epoch in which it pays.
    public var startEpoch: UInt64 {
      switch self {
      case .yearAmounts(let start, _, _), .phases(let start, _, _), .onDemand(let start): start
      }
    }

    /// The sum of the schedule; nil on demand. Traps past 128 bits, which reading refuses.
    public var total: Amount? {
      switch self {
      case .yearAmounts(_, let years, _): years.reduce(.zero, +)
      case .phases(_, let phases, _): phases.reduce(.zero) { $0 + $1.amount }
      case .onDemand: nil
      }
    }

    /// The amounts of a schedule by years; empty for other kinds.
    public var years: [Amount] {
      if case .yearAmounts(_, let years, _) = self { years } else { [] }
    }
  }

  /// One phase of an emission (X14).
  public struct Phase: Sendable, Equatable {
    /// Base units over the whole phase.
    public let amount: Amount
    /// The phase's length in epochs.
    public let epochs: UInt64
  }

  /// What happens to a budget that was not spent.
  public enum Unspent: Sendable, Equatable {
    /// It is all available in the next epoch.
    case rollsOver
    /// One part in so many becomes available each epoch.
    case drip(epochs: UInt64)
  }
}

extension EconomyDocument.Pool {
  init(_ fields: Fields) {
    fields.prose("ref", "decision")
    id = fields.text("id")
    kind = fields.choice("kind", EconomyDocument.PoolKind.self) ?? .demandProRata
    emission = EconomyDocument.Emission(fields.required("emission"))
    topUpFrom = fields.optional("topUpFrom")?.text()
    body = fields.optional("class")?.choice(EconomyDocument.GovernanceClass.self)
    rewardPerEvent = fields.optional("rewardPerEvent")?.amount()
    maximumEvents = fields.optional("maxEvents")?.whole(in: 1...1_000_000_000_000)
    settlementMonths = fields.optional("settlementMonths")?.whole(in: 1...12)
    weight = fields.optional("weight")?.text()
    feeCategory = fields.optional("feeCategory")?.text()
    perFeeCap = fields.optional("perFeeCapBps")?.bps()
    perIdentityCap = fields.optional("perIdentityCapBps")?.bps()
    fields.finish()
    switch kind {
    case .perEvent where rewardPerEvent == nil || maximumEvents == nil:
      fields.node.fail(
        "a pool that pays per event must say how much and how often",
        repair: "add \"rewardPerEvent\" and \"maxEvents\"")
    case .governanceGrant where body == nil && fields.node.value["class"] == nil:
      fields.node.fail(
        "a pool of grants must say who votes on them", repair: "add \"class\"")
    case .weightProRata where weight == nil:
      fields.node.fail("a pool by weight must say which", repair: "add \"weight\"")
    default: break
    }
  }
}

extension EconomyDocument.Emission {
  private enum Kind: String, CaseIterable { case yearAmounts, phases, onDemand }

  init(_ node: Node?) {
    guard let fields = node?.fields, let kind = fields.choice("kind", Kind.self) else {
      if let node, node.value.members != nil, node.value["kind"] == nil {
        node.fail("the key \"kind\" is missing", repair: "add it: yearAmounts, phases or onDemand")
      }
      self = .onDemand(startEpoch: 0)
      return
    }
    let start = fields.whole("startEpoch", in: 0...36_500)
    switch kind {
    case .yearAmounts:
      let years = fields.list("yearTokens", isEmpty: false).map { $0.tokens() }
      self = .yearAmounts(
        startEpoch: start, years: years, unspent: EconomyDocument.Unspent(fields))
    case .phases:
      let phases = fields.list("phases", isEmpty: false).map { EconomyDocument.Phase($0.fields) }
      self = .phases(startEpoch: start, phases: phases, unspent: EconomyDocument.Unspent(fields))
    case .onDemand: self = .onDemand(startEpoch: start)
    }
    fields.finish()
  }
}

extension EconomyDocument.Phase {
  init(_ fields: Fields) {
    amount = fields.amountHere()
    epochs = fields.whole("epochs", in: 1...36_500)
    fields.finish()
  }
}

extension EconomyDocument.Unspent {
  private enum Word: String, CaseIterable { case rollsOver }
  private enum Mode: String, CaseIterable { case drip }

  init(_ fields: Fields) {
    self = .rollsOver
    guard let node = fields.required("unspent") else { return }
    if node.value.string != nil {
      _ = node.choice(Word.self)
    } else {
      let drip = node.fields
      _ = drip.choice("mode", Mode.self)
      self = .drip(epochs: drip.whole("epochs", in: 1...36_500))
      drip.finish()
    }
  }
}
