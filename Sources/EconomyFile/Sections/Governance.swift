public import Primitives

extension EconomyDocument {
  /// Who decides what (economics F16 and F17).
  public struct Governance: Sendable, Equatable {
    public let power: VotingPower
    public let proposal: ProposalRules
    public let deposit: Deposit
    public let quorum: Quorum
    public let majority: Majority
    /// Bodies by their classes; empty where the foundation's signers serve all.
    public let bodies: [ClassBody]
    /// Classes whose passed proposals take effect by themselves, and those that a body signs.
    public let automatic: [GovernanceClass]
    public let multisig: [GovernanceClass]
    /// The pool of rewards for voting, and the last proposals that count; nil where there is none.
    public let rewards: VotingRewards?
  }

  public enum GovernanceClass: String, Sendable, CaseIterable {
    case technical, economic, partnership, community, emergency
  }

  public struct VotingPower: Sendable, Equatable {
    public let curve: Curve
    /// Weight rises with a stake's age from the first to the second over the span.
    public let timeWeight: TimeWeight?
    public let minimumEffective: Amount?
    /// Where the multipliers of votes stand, or nil.
    public let multiplierPointer: String?
    public let delegationHops: UInt64
    public let classCaps: [ClassCap]

    public enum Curve: String, Sendable, CaseIterable { case sqrt, linear }
  }

  public struct TimeWeight: Sendable, Equatable {
    public let lowest: BasisPoints
    public let highest: BasisPoints
    public let ramp: Seconds
  }

  /// From this month on, institutions and team have at most this share of a vote.
  public struct ClassCap: Sendable, Equatable {
    public let fromMonth: UInt64
    public let maximumShare: BasisPoints
  }

  public struct ProposalRules: Sendable, Equatable {
    public let threshold: Amount
    public let review: Seconds
    public let votingDelay: Seconds
    public let voting: Seconds
    public let timelock: Seconds
    public let multisigTimelock: Seconds
  }

  public struct Deposit: Sendable, Equatable {
    public let amount: Amount
    public let refundPassed: BasisPoints
    public let refundRejected: BasisPoints
    public let refundNoQuorum: BasisPoints
    public let refundVetoed: BasisPoints
    public let restTo: String
  }

  public struct Quorum: Sendable, Equatable {
    public let standard: BasisPoints
    public let economic: BasisPoints
    public let emergency: BasisPoints
  }

  public struct Majority: Sendable, Equatable {
    public let standard: BasisPoints
    public let economic: BasisPoints
    public let emergency: BasisPoints
    /// The share of raw stake that the winning side needs, or nil.
    public let rawSupport: BasisPoints?
  }

  public struct ClassBody: Sendable, Equatable {
    public let id: String
    public let classes: [GovernanceClass]
  }

  public struct VotingRewards: Sendable, Equatable {
    public let pool: String
    public let participationWindow: UInt64
  }
}

extension EconomyDocument.Governance {
  init(_ fields: Fields) {
    typealias Class = EconomyDocument.GovernanceClass
    fields.prose("ref", "decision")
    power = EconomyDocument.VotingPower(fields.required("votingPower"))
    proposal = EconomyDocument.ProposalRules(fields.required("proposal"))
    deposit = EconomyDocument.Deposit(fields.required("deposit"))
    let rule = fields.required("quorum")?.fields
    rule?.prose("measure")
    quorum = EconomyDocument.Quorum(
      standard: rule?.bps("standardBps") ?? .whole, economic: rule?.bps("economicBps") ?? .whole,
      emergency: rule?.bps("emergencyBps") ?? .whole)
    rule?.finish()
    let pass = fields.required("pass")?.fields
    pass?.prose("tie", "multiOption")
    majority = EconomyDocument.Majority(
      standard: pass?.bps("standardYesBps") ?? .whole,
      economic: pass?.bps("economicYesBps") ?? .whole,
      emergency: pass?.bps("emergencyYesBps") ?? .whole,
      rawSupport: pass?.optional("rawSupportMinBps")?.bps())
    pass?.finish()
    bodies =
      fields.optional("bodies")?.list().map { node in
        let body = node.fields
        defer { body.finish() }
        return EconomyDocument.ClassBody(
          id: body.text("id"),
          classes: body.list("classes", isEmpty: false).compactMap { $0.choice(Class.self) })
      } ?? []
    let execution = fields.required("execution")?.fields
    execution?.prose("multisigThreshold")
    automatic = execution?.list("automatic").compactMap { $0.choice(Class.self) } ?? []
    multisig = execution?.list("multisig").compactMap { $0.choice(Class.self) } ?? []
    execution?.finish()
    if let node = execution?.node, node.value.members != nil {
      for one in Class.allCases where automatic.contains(one) == multisig.contains(one) {
        node.fail(
          "the class \(one.rawValue) is carried out in \(automatic.contains(one) ? "both ways" : "no way")",
          repair: "name it in \"automatic\" or in \"multisig\"")
      }
    }
    rewards = fields.optional("rewards").map { node in
      let reward = node.fields
      defer { reward.finish() }
      return EconomyDocument.VotingRewards(
        pool: reward.text("pool"),
        participationWindow: reward.whole("participationWindowProposals", in: 1...1_000))
    }
    fields.finish()
  }
}

extension EconomyDocument.VotingPower {
  init(_ node: Node?) {
    let fields = node?.fields
    fields?.prose("base", "identity", "snapshot")
    curve = fields?.choice("curve", Curve.self) ?? .linear
    if let time = fields?.optional("timeWeight")?.fields {
      time.prose("of")
      timeWeight = EconomyDocument.TimeWeight(
        lowest: time.bps("minBps", upTo: 100_000), highest: time.bps("maxBps", upTo: 100_000),
        ramp: time.days("rampDays", in: 1...3_650))
      time.finish()
    } else {
      timeWeight = nil
    }
    minimumEffective = fields?.optional("minEffective")?.amount()
    multiplierPointer = fields?.optional("multBps")?.text()
    _ = fields?.optional("unvestedVotes")?.flag()
    let delegation = fields?.required("delegation")?.fields
    delegation?.prose("aggregation")
    delegationHops = delegation?.whole("hops", in: 0...1) ?? 0
    delegation?.finish()
    if let cap = fields?.optional("classCap")?.fields {
      cap.prose("class", "why")
      classCaps = cap.list("schedule", isEmpty: false).map { node in
        let step = node.fields
        defer { step.finish() }
        return EconomyDocument.ClassCap(
          fromMonth: step.whole("fromMonth", in: 0...1_200),
          maximumShare: step.bps("maxShareBps"))
      }
      cap.finish()
    } else {
      classCaps = []
    }
    fields?.finish()
  }
}

extension EconomyDocument.ProposalRules {
  init(_ node: Node?) {
    let fields = node?.fields
    fields?.prose("thresholdOn")
    threshold = fields?.amount("threshold") ?? .zero
    review = fields?.days("reviewDays") ?? .day
    votingDelay = fields?.days("votingDelayDays") ?? .day
    voting = fields?.days("votingDays", in: 1...365) ?? .day
    timelock = fields?.days("timelockDays") ?? .day
    multisigTimelock = fields?.days("multisigTimelockDays") ?? .day
    fields?.finish()
  }
}

extension EconomyDocument.Deposit {
  init(_ node: Node?) {
    let fields = node?.fields
    fields?.prose("rounding")
    amount = fields?.amount("amount") ?? .zero
    let refund = fields?.required("refund")?.fields
    refundPassed = refund?.bps("passed") ?? .whole
    refundRejected = refund?.bps("rejectedWithQuorum") ?? .whole
    refundNoQuorum = refund?.bps("noQuorum") ?? .whole
    refundVetoed = refund?.bps("vetoed") ?? .whole
    refund?.finish()
    restTo = fields?.text("restTo") ?? ""
    fields?.finish()
  }
}
