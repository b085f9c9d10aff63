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

  /// The classes of proposals; each has its body and its quorum.
  public enum GovernanceClass: String, Sendable, CaseIterable {
    case technical, economic, partnership, community, emergency
  }

  /// How holdings become votes (F16).
  public struct VotingPower: Sendable, Equatable {
    /// Root per identity, or linear.
    public let curve: Curve
    /// Weight rises with a stake's age from the first to the second over the span.
    public let timeWeight: TimeWeight?
    public let minimumEffective: Amount?
    /// Where the multipliers of votes stand, or nil.
    public let multiplierPointer: String?
    public let delegationHops: UInt64
    public let classCaps: [ClassCap]

    /// The two curves: quadratic (`sqrt`) and proportional (`linear`).
    public enum Curve: String, Sendable, CaseIterable { case sqrt, linear }
  }

  /// How the age of a stake raises its power.
  public struct TimeWeight: Sendable, Equatable {
    /// The weight of a new stake.
    public let lowest: BasisPoints
    /// The weight at the end of the ramp.
    public let highest: BasisPoints
    /// The stake age at which the weight is highest.
    public let ramp: Seconds
  }

  /// From this month on, institutions and team have at most this share of a vote.
  public struct ClassCap: Sendable, Equatable {
    public let fromMonth: UInt64
    public let maximumShare: BasisPoints
  }

  /// What a proposal needs and how long its stages last.
  public struct ProposalRules: Sendable, Equatable {
    /// What the proposer must command, in base units.
    public let threshold: Amount
    /// The committee's time.
    public let review: Seconds
    /// From the end of review to the first vote.
    public let votingDelay: Seconds
    /// How long votes are taken.
    public let voting: Seconds
    /// From passing to execution.
    public let timelock: Seconds
    /// The same where a body signs.
    public let multisigTimelock: Seconds
  }

  /// What a proposal deposits and gets back by outcome.
  public struct Deposit: Sendable, Equatable {
    /// Base units.
    public let amount: Amount
    /// The share returned when it passes.
    public let refundPassed: BasisPoints
    /// The share returned when it is rejected with quorum.
    public let refundRejected: BasisPoints
    /// The share returned when quorum is missed.
    public let refundNoQuorum: BasisPoints
    /// The share returned when it is vetoed.
    public let refundVetoed: BasisPoints
    /// The account that takes the rest.
    public let restTo: String
  }

  /// The share of the measure that must vote, by class.
  public struct Quorum: Sendable, Equatable {
    /// For every class without a line of its own.
    public let standard: BasisPoints
    /// For economic proposals.
    public let economic: BasisPoints
    /// For emergency proposals.
    public let emergency: BasisPoints
  }

  /// The share of yes that passes, by class.
  public struct Majority: Sendable, Equatable {
    /// For every class without a line of its own.
    public let standard: BasisPoints
    /// For economic proposals.
    public let economic: BasisPoints
    /// For emergency proposals.
    public let emergency: BasisPoints
    /// The share of raw stake that the winning side needs, or nil.
    public let rawSupport: BasisPoints?
  }

  /// A body and the classes it answers for.
  public struct ClassBody: Sendable, Equatable {
    /// The body's id.
    public let id: String
    /// The classes of proposals it reviews.
    public let classes: [GovernanceClass]
  }

  /// What voters are paid from.
  public struct VotingRewards: Sendable, Equatable {
    /// The pool's account name.
    public let pool: String
    /// How many of the last proposals count.
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
        let ways = automatic.contains(one) ? "both ways" : "no way"
        node.fail(
          "the class \(one.rawValue) is carried out in \(ways)",
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
